/* data/uri.c: http and https addresses, and what kind of host a name is. */
/* SPDX-License-Identifier: MIT */
#include "data/uri.h"

#include "data/code.h"

#include <string.h>

#define NAME_MAX 253	/* bytes: 255 on the wire (RFC 1035 2.3.4) */
#define LABEL_MAX 63
#define SCOPE_MAX 15	/* the kernel's longest interface name */

/* Whether a name is one of bytes that a host's may have. */
static bool
is_word(struct str s)
{
	str_span(&s, STR_WORD);
	return !s.len;
}

/* Four decimals without leading zeros. */
static bool
parse_ip4(struct str s, uint8_t *ip)
{
	for (int i = 0; i < 4; i++) {
		struct str part = i < 3 ? str_cut(&s, '.') : s;
		uint64_t n;

		if (!str_to_u64(part, &n) || n > 255 || (part.len > 1 && part.at[0] == '0'))
			return false;
		ip[i] = (uint8_t)n;
	}
	return true;
}

/* One to four hex digits. */
static bool
parse_group(struct str s, uint8_t *ip)
{
	int n = 0;

	if (!s.len || s.len > 4)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		int digit = code_hex_value(s.at[i]);

		if (digit < 0)
			return false;
		n = n << 4 | digit;
	}
	ip[0] = (uint8_t)(n >> 8);
	ip[1] = (uint8_t)n;
	return true;
}

/* RFC 4291 section 2.2, all three forms. */
static bool
parse_ip6(struct str s, uint8_t ip[16])
{
	size_t n = 0;		/* bytes so far */
	size_t gap = SIZE_MAX;	/* where "::" stands among them */

	if (str_begins(s, "::")) {
		gap = 0;
		s = str_part(s, 2, s.len);
	}
	while (s.len) {
		size_t colon = str_find_c(s, ':');
		struct str group = str_part(s, 0, colon);

		if (colon == SIZE_MAX && n <= 12 && parse_ip4(group, ip + n)) {
			n += 4;
			break;
		}
		if (n > 14 || !parse_group(group, ip + n))
			return false;
		n += 2;
		if (colon == SIZE_MAX)
			break;
		s = str_part(s, colon + 1, s.len);
		if (!s.len)
			return false;
		if (str_take(&s, ':')) {
			if (gap != SIZE_MAX)
				return false;
			gap = n;
		}
	}
	if (gap == SIZE_MAX)
		return n == 16;
	if (n > 14)
		return false;
	memmove(ip + 16 - (n - gap), ip + gap, n - gap);	/* n - gap <= 14 */
	memset(ip + gap, 0, 16 - n);
	return true;
}

/* Whether a resolver might read this label, standing last, as a number. */
static bool
is_number(struct str label)
{
	bool hex = str_eq_nocase(str_part(label, 0, 2), S("0x"));

	for (size_t i = hex ? 2 : 0; i < label.len; i++)
		if ((unsigned)code_hex_value(label.at[i]) >= (hex ? 16 : 10))
			return false;
	return true;
}

/* The readers below say NULL, or what is wrong. */

static const char *
check_name(struct str name)
{
	struct str label;
	bool more;

	if (name.len > NAME_MAX)
		return "name is longer than 253 bytes";
	if (!is_word(name))
		return "name holds a byte that no host name has";
	do {
		more = str_split(&name, '.', &label);
		if (!label.len)
			return "name has an empty label";
		if (label.len > LABEL_MAX)
			return "name has a label longer than 63 bytes";
		if (label.at[0] == '-' || label.at[label.len - 1] == '-')
			return "name has a label that begins or ends with a hyphen";
	} while (more);
	return is_number(label) ? "name ends in a number, but is no ip address" : NULL;
}

static const char *
read_ip6(struct host *out, struct str text, bool encoded)
{
	out->kind = HOST_IP6;
	out->scope = text;
	out->name = str_cut(&out->scope, '%');
	if (!parse_ip6(out->name, out->ip))
		return "is no ipv6 address";
	if (out->name.len == text.len)
		return NULL;
	if (encoded && out->scope.len > 2 && str_begins(out->scope, "25"))
		out->scope = str_part(out->scope, 2, out->scope.len);
	if (!out->scope.len || out->scope.len > SCOPE_MAX || !is_word(out->scope))
		return "scope behind % is no interface name";
	return NULL;
}

/* With `encoded`, the % before a scope may be written %25. */
static const char *
read_host(struct host *out, struct str text, bool encoded)
{
	*out = (struct host){ .name = text };
	if (!text.len)
		return "is empty";
	if (text.at[0] == '[') {
		if (text.at[text.len - 1] != ']')
			return "bracket without its end";
		return read_ip6(out, str_part(text, 1, text.len - 1), encoded);
	}
	if (str_find_c(text, ':') != SIZE_MAX)
		return read_ip6(out, text, encoded);
	if (parse_ip4(text, out->ip)) {
		out->kind = HOST_IP4;
		return NULL;
	}
	out->rooted = text.at[text.len - 1] == '.';
	out->name.len -= out->rooted;
	return check_name(out->name);
}

/* What a reader said, as an error. */
static int
result(const char *bad, struct err *e)
{
	return bad ? err_set(e, ERR_INPUT, CAUSE_USE, "%s", bad) : 0;
}

int
host_parse(struct host *out, struct str text, struct err *e)
{
	return result(read_host(out, text, false), e);
}

void
host_format(struct buf *out, const struct host *h)
{
	buf_fmt(out, h->kind == HOST_IP6 ? "[%.*s]" : "%.*s", STR(h->name));
}

static const char *
read_uri(struct uri *out, struct str text)
{
	size_t end = str_find(text, S("://")), split;
	struct str scheme = str_part(text, 0, end), place;
	const char *bad;
	uint64_t port;

	if (text.len && !str_is_visible(text))
		return "holds a byte that is not visible ascii";
	if (end == SIZE_MAX)
		return "has no scheme: it must begin with https:// or http://";
	out->tls = str_eq_nocase(scheme, S("https"));
	if (!out->tls && !str_eq_nocase(scheme, S("http")))
		return "scheme is neither https nor http";
	text = str_part(text, end + 3, text.len);
	for (end = 0; end < text.len && !memchr("/?#", text.at[end], 3); end++)
		;
	place = str_part(text, 0, end);
	out->path = end < text.len ? str_part(text, end, text.len) : S("/");
	if (str_find_c(place, '@') != SIZE_MAX)
		return "holds a user or password: they do not belong there";
	if (str_find_c(text, '#') != SIZE_MAX)
		return "holds a fragment (#)";
	if (out->path.at[0] == '?')
		return "has a query without a path before it";
	split = str_find_c(place, ']');	/* behind the host: a colon, but not one of IPv6 */
	split = split != SIZE_MAX ? split + 1 : str_find_c(place, ':');
	if (!split || !place.len)
		return "has no host";
	bad = read_host(&out->host, str_part(place, 0, split), true);
	if (bad)
		return bad;
	out->has_port = split < place.len;
	port = out->tls ? 443 : 80;
	if (out->has_port && (place.at[split] != ':' || !str_to_u64(str_part(place, split + 1, place.len), &port) || port - 1 > 65534))
		return "port is no number from 1 to 65535";
	out->port = (uint16_t)port;
	return NULL;
}

int
uri_parse(struct uri *out, struct str text, struct err *e)
{
	return result(read_uri(out, text), e);
}

void
uri_format_safe(struct buf *out, const struct uri *u)
{
	const struct host *h = &u->host;

	buf_fmt(out, u->tls ? "https://" : "http://");
	if (h->scope.len)
		buf_fmt(out, "[%.*s%%25%.*s]", STR(h->name), STR(h->scope));
	else
		host_format(out, h);
	if (h->rooted)
		buf_add_c(out, '.');
	if (u->has_port)
		buf_fmt(out, ":%u", (unsigned)u->port);
}

void
uri_add_escaped(struct buf *out, struct str s, bool keep_slash)
{
	const char *set = "/" STR_UNRESERVED;

	while (s.len) {
		unsigned char c = (unsigned char)*s.at;

		if (memchr(set + !keep_slash, c, strlen(set + !keep_slash))) {
			buf_add_c(out, (char)c);
		} else {
			buf_add_c(out, '%');
			buf_add_c(out, "0123456789ABCDEF"[c >> 4]);
			buf_add_c(out, "0123456789ABCDEF"[c & 15]);
		}
		str_take(&s, *s.at);
	}
}
