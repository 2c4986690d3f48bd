/* data/json.c: a strict JSON reader over text in memory. */
/* SPDX-License-Identifier: MIT */
#include "data/json.h"

#include "data/code.h"

#include <string.h>

/* The byte at the front, or 0 behind the end: 0 is no part of any JSON text. */
static char
first(const struct str *s)
{
	return s->len ? *s->at : 0;
}

int32_t
json_next_utf8(struct str *rest)
{
	const char *at = rest->at;
	unsigned c = (unsigned char)first(rest), code;
	unsigned more = (c >= 0xc0) + (c >= 0xe0) + (c >= 0xf0);	/* bytes that follow */

	if (!rest->len)
		return -1;
	rest->at++;
	rest->len--;
	if (c < 0x80)
		return (int32_t)c;
	if (c < 0xc2 || rest->len < more)
		return -1;
	code = c + (0x80 >> more) - 0x100;	/* without the ones that told how many */
	for (unsigned i = 1; i <= more; i++) {
		c = (unsigned char)at[i];
		if (c >> 6 != 2)
			return -1;
		code = code << 6 | (c & 0x3f);
	}
	/* shorter forms reach to 0x7ff and 0xffff; 0xd800 to 0xdfff are halves of UTF-16 */
	if (!(code >> (5 * more + 1)) || code > 0x10ffff || code >> 11 == 0xd800 >> 11)
		return -1;
	rest->at += more;
	rest->len -= more;
	return (int32_t)code;
}

void
json_add_utf8(struct buf *out, int32_t c)
{
	unsigned more = (c >= 0x80) + (c >= 0x800) + (c >= 0x10000);

	buf_add_c(out, (char)((more ? 0x7f80 >> more : 0) | c >> 6 * more));
	while (more--)
		buf_add_c(out, (char)(0x80 | (c >> 6 * more & 0x3f)));
}

/* The number that four hex digits at the front are, or a negative one. */
static int32_t
take_hex4(struct str *s)
{
	int32_t n = 0;

	for (int i = 0; i < 4; i++) {
		char c = first(s);

		n = n * 16 | code_hex_value(c);	/* once negative, it stays so */
		str_take(s, c);
	}
	return n;
}

int32_t
json_next_char(struct str *rest)
{
	struct str s = *rest;
	static const char escapes[] = "/\"\\bfnrt";
	int32_t c, low;

	if (!str_take(&s, '\\')) {
		c = json_next_utf8(&s);
		if (c < 0x20 || c == '"')
			return -1;
	} else if (str_take(&s, 'u')) {
		c = take_hex4(&s);
		if (c >> 10 == 0xd800 >> 10 && str_take(&s, '\\') && str_take(&s, 'u')) {
			low = take_hex4(&s);
			if (low >> 10 != 0xdc00 >> 10)
				return -1;
			c = 0x10000 + ((c & 0x3ff) << 10 | (low & 0x3ff));
		}
		if (c < 0 || c >> 11 == 0xd800 >> 11)
			return -1;
	} else {
		char letter = first(&s);
		const char *escape = memchr(escapes, letter, 8);

		if (!escape)
			return -1;
		c = "/\"\\\b\f\n\r\t"[escape - escapes];
		str_take(&s, letter);
	}
	*rest = s;
	return c;
}

static void
skip_blanks(struct str *s)
{
	str_span(s, " \t\n\r");
}

static bool
take_digits(struct str *s)
{
	return str_span(s, STR_DIGITS);
}

static bool
take_number(struct str *s)
{
	bool good;

	str_take(s, '-');
	good = str_take(s, '0') || take_digits(s);	/* a digit behind 0 is found where a comma or an end should be */
	if (good && str_take(s, '.'))
		good = take_digits(s);
	if (good && (str_take(s, 'e') || str_take(s, 'E'))) {
		(void)(str_take(s, '+') || str_take(s, '-'));
		good = take_digits(s);
	}
	return good;
}

static bool
take_word(struct str *s)
{
	for (const char *word = "true\0false\0null\0"; *word; word = str_next(word)) {
		if (str_begins(*s, word)) {
			s->at += strlen(word);
			s->len -= strlen(word);
			return true;
		}
	}
	return false;
}

/* The readers below take what they read off the front and say NULL, or stop where it is wrong and say what is. */

static const char *
read_string(struct str *s)
{
	if (!str_take(s, '"'))
		return "no string";
	while (json_next_char(s) >= 0)
		;
	return str_take(s, '"') ? NULL : "bad string";
}

static const char too_deep[] = "too deep";

/* One value, blanks before it too. */
static const char *
read_value(struct str *s)
{
	uint32_t open = 1;	/* a bit for each open container, the innermost lowest, 0 for an object; above them a 1 */
	const char *bad;

	for (;;) {
		char c;

		skip_blanks(s);	/* a key starts here, or a value */
		if (!(open & 1)) {
			bad = read_string(s);
			if (bad)
				return bad;
			skip_blanks(s);
			if (!str_take(s, ':'))
				return "no colon";
			skip_blanks(s);
		}
		c = first(s);
		if (c == '{' || c == '[') {
			if (open >> JSON_DEPTH)
				return too_deep;
			open = open << 1 | (c == '[');
			str_take(s, c);
			skip_blanks(s);
			if (first(s) != c + 2)	/* } and ] stand two behind { and [ in ASCII */
				continue;
		} else {
			bad = c == '"' ? read_string(s) : take_word(s) || take_number(s) ? NULL : "bad value";
			if (bad)
				return bad;
		}
		for (;;) {	/* and here one has ended, or an empty container is about to */
			if (open == 1)
				return NULL;
			skip_blanks(s);
			if (str_take(s, ','))
				break;
			if (!str_take(s, open & 1 ? ']' : '}'))
				return "no comma and no end";
			open >>= 1;
		}
	}
}

/* The value at the front, which is checked text. */
static struct json
next_value(struct str *s)
{
	struct str start = *s;

	(void)read_value(s);
	return (struct json){ { start.at, start.len - s->len } };
}

int
json_parse(struct json *out, struct str text, struct err *e)
{
	struct str start, s = text;
	const char *bad;

	skip_blanks(&s);
	start = s;
	bad = read_value(&s);
	out->text = str_part(start, 0, start.len - s.len);
	if (!bad) {
		skip_blanks(&s);
		if (!s.len)
			return 0;
		bad = "more than one value";
	}
	out->text = (struct str){ s.at, 0 };
	return err_set(e, bad == too_deep ? ERR_LIMIT : ERR_PEER, bad == too_deep ? CAUSE_LIMIT : CAUSE_ANSWER,
	    "json: %s at byte %zu", bad, text.len - s.len);
}

enum json_type
json_type(struct json v)
{
	switch (first(&v.text)) {
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
	struct str s = str_part(container.text, *cursor + !*cursor, container.text.len);	/* behind the opening bracket at first */
	enum json_type type = json_type(container);

	str_span(&s, ", \t\n\r");
	if ((type != JSON_ARRAY && type != JSON_OBJECT) || s.len <= 1)
		return false;
	key->text.len = 0;
	if (type == JSON_OBJECT) {	/* no reader can fail here: json_parse has been over this text */
		*key = next_value(&s);
		str_span(&s, ": \t\n\r");
	}
	*value = next_value(&s);
	*cursor = container.text.len - s.len;
	return true;
}

/* Whether a string stands for these bytes, all but the NUL. */
static bool
string_is(struct json string, const char *bytes)
{
	struct str a = str_part(string.text, 1, string.text.len), b = { bytes, strlen(bytes) + 1 };
	int32_t c, d;

	do {
		c = json_next_char(&a);
		d = json_next_utf8(&b);
	} while (c == d && d > 0);
	return c < 0 && d == 0;
}

int
json_get(struct json obj, const char *key, struct json *out, struct err *e)
{
	size_t cursor = 0;
	struct json k, v;

	out->text.len = 0;
	while (json_type(obj) == JSON_OBJECT && json_each(obj, &cursor, &k, &v)) {
		if (!string_is(k, key))
			continue;
		if (out->text.len) {
			out->text.len = 0;
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
	int32_t c;

	if (!str_take(&v.text, '"'))
		return err_set(e, ERR_PEER, CAUSE_ANSWER, "json: not a string");
	b = arena_buf(a, v.text.len);	/* no escape is shorter than what it stands for */
	while ((c = json_next_char(&v.text)) >= 0)
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
	uint64_t n;

	if (!str_to_u64(v.text, &n) || n > INT64_MAX)
		return err_set(e, ERR_PEER, CAUSE_ANSWER, "json: not a whole number, 0 or more");
	*out = (int64_t)n;
	return 0;
}
