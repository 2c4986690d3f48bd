/* data/json.c: a strict JSON reader over text in memory. */
/* SPDX-License-Identifier: MIT */
#include "data/json.h"

#include <string.h>

/* The byte at `at`, or 0 behind the end: 0 is no part of any JSON text. */
static char
peek(struct str t, size_t at)
{
	return at < t.len ? t.at[at] : 0;
}

int32_t
json_next_utf8(struct str s, size_t *at)
{
	unsigned c = (unsigned char)s.at[(*at)++];
	unsigned more = 1u + (c >= 0xe0) + (c >= 0xf0);	/* bytes that follow */
	unsigned code = c & 0x3f >> more;

	if (c < 0x80)
		return (int32_t)c;
	if (c < 0xc2 || c > 0xf4 || s.len - *at < more)
		return -1;
	for (unsigned i = 0; i < more; i++) {
		c = (unsigned char)s.at[*at + i];
		if ((c & 0xc0) != 0x80)
			return -1;
		code = code << 6 | (c & 0x3f);
	}
	if ((more == 2 && code < 0x800) || (more == 3 && code < 0x10000) || code > 0x10ffff || code >> 11 == 0xd800 >> 11)
		return -1;
	*at += more;
	return (int32_t)code;
}

void
json_add_utf8(struct buf *out, int32_t c)
{
	if (c < 0x80) {
		buf_add_c(out, (char)c);
		return;
	}
	if (c < 0x800) {
		buf_add_c(out, (char)(0xc0 | c >> 6));
	} else {
		if (c < 0x10000) {
			buf_add_c(out, (char)(0xe0 | c >> 12));
		} else {
			buf_add_c(out, (char)(0xf0 | c >> 18));
			buf_add_c(out, (char)(0x80 | (c >> 12 & 0x3f)));
		}
		buf_add_c(out, (char)(0x80 | (c >> 6 & 0x3f)));
	}
	buf_add_c(out, (char)(0x80 | (c & 0x3f)));
}

/* The four hex digits at `at`, or -1. */
static int32_t
hex4(struct str t, size_t at)
{
	int32_t n = 0;

	for (size_t end = at + 4; at < end; at++) {
		char c = peek(t, at);

		if (c >= '0' && c <= '9')
			n = n * 16 + c - '0';
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			n = n * 16 + (c | 32) - 'a' + 10;
		else
			return -1;
	}
	return n;
}

int32_t
json_next_char(struct str t, size_t *at)
{
	size_t i = *at, short_form;
	int32_t c, low;

	if (i >= t.len)
		return -1;
	if (t.at[i] != '\\') {
		c = json_next_utf8(t, &i);
		if (c < 0x20 || c == '"')
			return -1;
	} else if (peek(t, i + 1) != 'u') {
		short_form = str_find_c(S("\"\\/bfnrt"), peek(t, i + 1));
		if (short_form == SIZE_MAX)
			return -1;
		c = "\"\\/\b\f\n\r\t"[short_form];
		i += 2;
	} else {
		c = hex4(t, i + 2);
		i += 6;
		if (c >= 0xd800 && c <= 0xdbff && peek(t, i) == '\\' && peek(t, i + 1) == 'u') {
			low = hex4(t, i + 2);
			if (low < 0xdc00 || low > 0xdfff)
				return -1;
			c = 0x10000 + ((c & 0x3ff) << 10 | (low & 0x3ff));
			i += 6;
		}
		if (c < 0 || c >> 11 == 0xd800 >> 11)
			return -1;
	}
	*at = i;
	return c;
}

/* Where a reader stands in its text. */
struct scan {
	struct str text;
	size_t at;
};

static char
now(const struct scan *s)
{
	return peek(s->text, s->at);
}

/* Go over what is in `set`. */
static void
skip(struct scan *s, const char *set)
{
	while (s->at < s->text.len && memchr(set, now(s), strlen(set)))
		s->at++;
}

/* Go over one byte, if it is this one. */
static bool
take(struct scan *s, char c)
{
	if (now(s) != c)
		return false;
	s->at++;
	return true;
}

#define BLANKS " \t\n\r"

/* The readers below go over what they read and say NULL, or stop where it is wrong and say what is. */

static const char *
read_string(struct scan *s)
{
	if (!take(s, '"'))
		return "no string where one must stand";
	while (json_next_char(s->text, &s->at) >= 0)
		;
	return take(s, '"') ? NULL : "a bad character in a string, or no end of it";
}

static bool
read_digits(struct scan *s)
{
	size_t start = s->at;

	skip(s, "0123456789");
	return s->at > start;
}

static const char *
read_number(struct scan *s)
{
	bool good;

	take(s, '-');
	good = take(s, '0') || read_digits(s);	/* a digit behind 0 is found where a comma or an end should be */
	if (good && take(s, '.'))
		good = read_digits(s);
	if (good && (take(s, 'e') || take(s, 'E'))) {
		(void)(take(s, '+') || take(s, '-'));
		good = read_digits(s);
	}
	return good ? NULL : "a bad number";
}

static const char *
read_word(struct scan *s)
{
	static const char words[3][6] = { "true", "false", "null" };

	for (size_t i = 0; i < 3; i++) {
		if (str_has_prefix(str_part(s->text, s->at, s->text.len), str_of(words[i]))) {
			s->at += strlen(words[i]);
			return NULL;
		}
	}
	return "no value where one must stand";
}

/* A key, its colon, and the blanks around them. */
static const char *
read_key(struct scan *s)
{
	const char *bad;

	skip(s, BLANKS);
	bad = read_string(s);
	skip(s, BLANKS);
	if (!bad && !take(s, ':'))
		bad = "no colon behind a key";
	skip(s, BLANKS);
	return bad;
}

static const char too_deep[] = "too many arrays and objects inside each other";

/* One value, blanks before it too. */
static const char *
read_value(struct scan *s)
{
	uint64_t kinds = 0;	/* a bit for each open container, the innermost lowest: 1 is an object */
	unsigned depth = 0;	/* at most JSON_DEPTH */
	const char *bad;

	_Static_assert(JSON_DEPTH <= sizeof kinds * 8, "a bit a level");
	for (;;) {
		char c;

		skip(s, BLANKS);	/* a value starts here */
		c = now(s);
		if (c == '{' || c == '[') {
			if (depth == JSON_DEPTH)
				return too_deep;
			depth++;
			kinds = kinds << 1 | (c == '{');
			s->at++;
			skip(s, BLANKS);
			if (now(s) != c + 2) {	/* } and ] stand two behind { and [ in ASCII */
				if (c == '{' && (bad = read_key(s)))
					return bad;
				continue;
			}
		} else {
			bad = c == '"' ? read_string(s) : c == '-' || (c >= '0' && c <= '9') ? read_number(s) : read_word(s);
			if (bad)
				return bad;
		}
		for (;;) {	/* and here one has ended, or an empty container is about to */
			if (!depth)
				return NULL;
			skip(s, BLANKS);
			if (take(s, ',')) {
				if (kinds & 1 && (bad = read_key(s)))
					return bad;
				break;
			}
			if (!take(s, kinds & 1 ? '}' : ']'))
				return "neither a comma nor the end of an array or object";
			depth--;
			kinds >>= 1;
		}
	}
}

int
json_parse(struct json *out, struct str text, struct err *e)
{
	struct scan s = { .text = text };
	const char *bad;
	size_t start;

	out->text = S("");
	skip(&s, BLANKS);
	start = s.at;
	bad = read_value(&s);
	if (!bad) {
		out->text = str_part(text, start, s.at);
		skip(&s, BLANKS);
		if (s.at == text.len)
			return 0;
		out->text = S("");
		bad = "something behind the value";
	}
	return err_set(e, bad == too_deep ? ERR_LIMIT : ERR_PEER, bad == too_deep ? CAUSE_LIMIT : CAUSE_ANSWER,
	    "json: %s at byte %zu", bad, s.at);
}

enum json_type
json_type(struct json v)
{
	switch (peek(v.text, 0)) {
	case 0:
		return JSON_NONE;
	case 'n':
		return JSON_NULL;
	case 't':
	case 'f':
		return JSON_BOOL;
	case '"':
		return JSON_STRING;
	case '[':
		return JSON_ARRAY;
	case '{':
		return JSON_OBJECT;
	default:
		return JSON_NUMBER;
	}
}

bool
json_each(struct json container, size_t *cursor, struct json *key, struct json *value)
{
	struct scan s = { container.text, *cursor + !*cursor };	/* behind the opening bracket at first */
	enum json_type type = json_type(container);
	size_t start;

	skip(&s, BLANKS ",");
	if ((type != JSON_ARRAY && type != JSON_OBJECT) || s.at + 1 >= s.text.len)
		return false;
	start = s.at;
	key->text = S("");
	if (type == JSON_OBJECT) {	/* no reader can fail here: json_parse has been over this text */
		(void)read_string(&s);
		key->text = str_part(s.text, start, s.at);
		skip(&s, BLANKS ":");
		start = s.at;
	}
	(void)read_value(&s);
	value->text = str_part(s.text, start, s.at);
	*cursor = s.at;
	return true;
}

/* A string's inside, without its quotes. */
static struct str
inside(struct json string)
{
	return str_part(string.text, 1, string.text.len - 1);
}

/* Whether a string stands for these bytes. */
static bool
string_is(struct json string, struct str bytes)
{
	struct str t = inside(string);
	size_t at = 0, done = 0;
	int32_t c;

	while ((c = json_next_char(t, &at)) >= 0) {
		char utf8[4];
		struct buf b = BUF(utf8);

		json_add_utf8(&b, c);
		if (!str_has_prefix(str_part(bytes, done, bytes.len), buf_str(&b)))
			return false;
		done += b.len;
	}
	return done == bytes.len;
}

int
json_get(struct json obj, const char *key, struct json *out, struct err *e)
{
	size_t cursor = 0;
	struct json k, v;

	out->text = S("");
	while (json_type(obj) == JSON_OBJECT && json_each(obj, &cursor, &k, &v)) {
		if (!string_is(k, str_of(key)))
			continue;
		if (out->text.len) {
			out->text = S("");
			return err_set(e, ERR_PEER, CAUSE_ANSWER, "json: key \"%s\" stands twice", key);
		}
		*out = v;
	}
	return 0;
}

int
json_string(struct json v, struct arena *a, struct str *out, struct err *e)
{
	struct buf b;
	size_t at = 0;
	int32_t c;

	if (json_type(v) != JSON_STRING)
		return err_set(e, ERR_PEER, CAUSE_ANSWER, "json: not a string");
	b = arena_buf(a, v.text.len);	/* no escape is shorter than what it stands for */
	while ((c = json_next_char(inside(v), &at)) >= 0)
		json_add_utf8(&b, c);
	if (b.full)
		return arena_err(e);
	arena_trim(a, &b);
	*out = buf_str(&b);
	return 0;
}

int
json_i64(struct json v, int64_t *out, struct err *e)
{
	bool minus = peek(v.text, 0) == '-';
	uint64_t n;

	if (!str_to_u64(str_part(v.text, minus, v.text.len), &n) || n > (uint64_t)INT64_MAX + minus)
		return err_set(e, ERR_PEER, CAUSE_ANSWER, "json: not an integer of 64 bits");
	*out = (int64_t)(minus ? 0 - n : n);
	return 0;
}

int
json_bool(struct json v, bool *out, struct err *e)
{
	if (json_type(v) != JSON_BOOL)
		return err_set(e, ERR_PEER, CAUSE_ANSWER, "json: not a boolean");
	*out = v.text.at[0] == 't';
	return 0;
}
