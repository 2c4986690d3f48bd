/* base/str.c: slices of bytes that someone else owns. */
/* SPDX-License-Identifier: MIT */
#include "base/str.h"

#include <string.h>

struct str
str_part(struct str s, size_t from, size_t to)
{
	if (to > s.len)
		to = s.len;
	if (from > to)
		from = to;
	return (struct str){ s.at ? s.at + from : s.at, to - from };
}

bool
str_eq(struct str a, struct str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool
str_is(struct str s, const char *c)
{
	return str_eq(s, str_of(c));
}

bool
str_begins(struct str s, const char *c)
{
	return str_has_prefix(s, str_of(c));
}

bool
str_is_in(struct str s, const char *list)
{
	while (*list && !str_is(s, list))
		list += strlen(list) + 1;
	return *list;
}

bool
str_eq_nocase(struct str a, struct str b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (lower(a.at[i]) != lower(b.at[i]))
			return false;
	return true;
}

bool
str_eq_secret(struct str a, struct str b)
{
	volatile unsigned char diff = 0;

	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		diff = (unsigned char)(diff | (a.at[i] ^ b.at[i]));
	return diff == 0;
}

const char *
str_nth(const char *list, unsigned n)
{
	while (n-- > 0)
		list = str_next(list);
	return list;
}

bool
str_has_prefix(struct str s, struct str prefix)
{
	return s.len >= prefix.len && str_eq(str_part(s, 0, prefix.len), prefix);
}

bool
str_has_suffix(struct str s, struct str suffix)
{
	return s.len >= suffix.len && str_eq(str_part(s, s.len - suffix.len, s.len), suffix);
}

int
str_cmp(struct str a, struct str b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int d = n ? memcmp(a.at, b.at, n) : 0;

	return d ? d : (a.len > b.len) - (a.len < b.len);
}

size_t
str_find(struct str s, struct str part)
{
	for (size_t i = 0; part.len <= s.len && i <= s.len - part.len; i++)
		if (str_eq(str_part(s, i, i + part.len), part))
			return i;
	return SIZE_MAX;
}

size_t
str_find_c(struct str s, char c)
{
	const char *p = s.len ? memchr(s.at, c, s.len) : NULL;

	return p ? (size_t)(p - s.at) : SIZE_MAX;
}

bool
str_split(struct str *rest, char c, struct str *head)
{
	size_t at = str_find_c(*rest, c);

	*head = str_part(*rest, 0, at);
	rest->at += head->len;
	rest->len -= head->len;
	return str_take(rest, c);
}

struct str
str_cut(struct str *rest, char c)
{
	struct str head;

	str_split(rest, c, &head);
	return head;
}

bool
str_take(struct str *rest, char c)
{
	if (!rest->len || *rest->at != c)
		return false;
	rest->at++;
	rest->len--;
	return true;
}

size_t
str_span(struct str *rest, const char *set)
{
	size_t all = rest->len;

	while (rest->len && memchr(set, *rest->at, strlen(set))) {
		rest->at++;
		rest->len--;
	}
	return all - rest->len;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

struct str
str_trim(struct str s)
{
	while (s.len && is_blank(s.at[0]))
		s = str_part(s, 1, s.len);
	while (s.len && is_blank(s.at[s.len - 1]))
		s.len--;
	return s;
}

struct str
str_cut_eol(struct str s)
{
	if (s.len && s.at[s.len - 1] == '\n') {
		s.len--;
		if (s.len && s.at[s.len - 1] == '\r')
			s.len--;
	}
	return s;
}

static bool
all_between(struct str s, unsigned char low, unsigned char high)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.at[i] < low || (unsigned char)s.at[i] > high)
			return false;
	return true;
}

bool
str_is_printable(struct str s)
{
	return all_between(s, 0x20, 0x7e);
}

bool
str_is_visible(struct str s)
{
	return s.len && all_between(s, 0x21, 0x7e);
}

bool
str_to_u64(struct str s, uint64_t *out)
{
	uint64_t n = 0;

	if (!s.len)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		unsigned digit = (unsigned)(unsigned char)s.at[i] - '0';

		if (digit > 9 || n > UINT64_MAX / 10 || n * 10 > UINT64_MAX - digit)
			return false;
		n = n * 10 + digit;
	}
	*out = n;
	return true;
}
