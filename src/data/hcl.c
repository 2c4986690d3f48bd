/* data/hcl.c: a strict reader of configuration text, HCL or JSON. */
/* SPDX-License-Identifier: MIT */
#include "data/hcl.h"

#include "data/code.h"
#include "data/json.h"

#include <string.h>

/* What is being read. The functions that take a reader say whether they have taken what they are for off the front of
   `rest`; if not, rest begins where it is wrong, and `bad` says what is. */
struct reader {
	struct str rest;
	const char *bad;
	bool is_json;
	unsigned depth;		/* of lists and objects that are open */
	/* While a text is checked, else NULL: the keys with = of the open objects, innermost last, HCL_KEYS of them. */
	struct str *key;
	unsigned key_n;
	unsigned first_key;	/* of the innermost object */
	struct str twin;	/* after `twice`: the key that was there before */
};

static const char twice[] = "";
static const char too_deep[] = "nested too deep";
static const char too_many[] = "too many keys";
static const char too_long[] = "longer than a configuration file may be";

/* The byte at the front, or 0 behind the end: 0 is no part of any text here. */
static char
first(const struct str *s)
{
	return s->len ? *s->at : 0;
}

static bool
fail(struct reader *r, struct str at, const char *what)
{
	if (!r->bad) {
		r->bad = what;
		r->rest = at;
	}
	return false;
}

/* Blanks and comments. */
static void
skip(struct reader *r)
{
	struct str *s = &r->rest;

	for (;;) {
		str_span(s, " \t\r\n");
		if (str_begins(*s, "/*")) {
			size_t end = str_find(str_part(*s, 2, s->len), S("*/"));

			if (end == SIZE_MAX) {
				fail(r, *s, "comment without its end");
				return;
			}
			*s = str_part(*s, end + 4, s->len);
		} else if (first(s) == '#' || str_begins(*s, "//")) {
			*s = str_part(*s, str_find_c(*s, '\n'), s->len);
		} else {
			return;
		}
	}
}

/* --- Strings. A character is a byte as it stands, or, with this added, a code point that is written in UTF-8. */
#define POINT 0x200000

/* What follows a backslash. */
static int32_t
take_escape(struct str *s)
{
	static const char letters[] = "\\\"abfnrtv";
	char c = first(s);
	const char *letter = memchr(letters, c, sizeof letters - 1);
	unsigned digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 3, base = digits == 3 ? 8 : 16;
	uint32_t n = 0;

	if (letter || base == 16)
		str_take(s, c);
	if (letter)
		return "\\\"\a\b\f\n\r\t\v"[letter - letters];
	for (unsigned i = 0; i < digits; i++) {
		int v = code_hex_value(c = first(s));

		if (v < 0 || v >= (int)base)
			return -1;
		n = n * base + (unsigned)v;
		str_take(s, c);
	}
	if (digits < 4)
		return n > 0xff ? -1 : (int32_t)n;
	if (n > 0x10ffff || n >> 11 == 0xd800 >> 11)
		return -1;
	return n < 0x80 ? (int32_t)n : (int32_t)n | POINT;
}

/* Take a character off the front of a string's inside, behind its quote. -1, and nothing taken, at what cannot be in it.
   *braces counts those that "${" has opened, 0 at first: inside them all stands for itself, quotes and line ends too. */
static int32_t
take_char(struct str *rest, unsigned *braces, bool is_json)
{
	struct str s = *rest;
	int32_t c;

	if (is_json) {
		c = json_next_char(rest);
		return c < 0 ? -1 : c | POINT;
	}
	if (str_begins(s, "\r\n"))
		str_take(&s, '\r');
	c = (unsigned char)first(&s);
	if (!s.len || (!*braces && (c == '"' || c == '\n')))
		return -1;
	str_take(&s, *s.at);
	if (!*braces && c == '\\') {
		c = take_escape(&s);
		if (c < 0)
			return -1;
	} else if (c == '{' && (*braces || s.at[-2] == '$')) {
		++*braces;
	} else if (c == '}' && *braces) {
		--*braces;
	}
	*rest = s;
	return c;
}

static bool
read_string(struct reader *r)
{
	struct str start = r->rest;
	unsigned braces = 0;

	str_take(&r->rest, '"');
	while (take_char(&r->rest, &braces, r->is_json) >= 0)
		;
	if (str_take(&r->rest, '"'))
		return true;
	return first(&r->rest) == '\\' ? fail(r, r->rest, "unknown escape") : fail(r, start, "string without its end");
}

/* The parts of a heredoc at the front: its lines, and what stands before the word that ends it. Rest begins behind that
   word's line. */
static bool
take_heredoc(struct str *rest, bool *is_cut, struct str *lines, struct str *indent)
{
	struct str s = str_part(*rest, 2, rest->len), word = s, line;

	*is_cut = str_take(&s, '-');
	word = s;
	word.len = str_span(&s, &STR_WORD[2]);	/* neither hyphen nor dot */
	str_take(&s, '\r');
	*lines = str_part(s, 1, s.len);
	if (!word.len || !str_take(&s, '\n'))
		return false;
	while (str_split(&s, '\n', &line)) {
		*indent = line;
		if (str_has_suffix(line, S("\r")))
			line.len--;
		indent->len = str_span(&line, " \t");
		if (str_eq(line, word)) {
			lines->len = (size_t)(indent->at - lines->at);
			*rest = s;
			return true;
		}
	}
	return false;
}

/* Whether s stands for the same key as t: bare and quoted ones are alike. */
static bool
is_same_key(struct str s, struct str t, bool is_json)
{
	unsigned braces[2] = { 0, 0 };
	int32_t c, d;

	str_take(&s, '"');
	str_take(&t, '"');
	do {
		c = take_char(&s, &braces[0], is_json);
		d = take_char(&t, &braces[1], is_json);
	} while (c == d && c >= 0);
	return c == d;
}

/* --- Values */

static bool
take_number(struct str *s)
{
	struct str digits;
	bool good;

	str_take(s, '-');
	digits = *s;
	if (str_begins(*s, "0x") || str_begins(*s, "0X")) {
		*s = str_part(*s, 2, s->len);
		good = str_span(s, "abcdefABCDEF" STR_DIGITS);
	} else {
		digits.len = str_span(s, STR_DIGITS);
		good = digits.len;
		if (good && (first(s) == '.' || (first(s) | 32) == 'e')) {
			if (str_take(s, '.'))
				good = str_span(s, STR_DIGITS);
			if (good && (str_take(s, 'e') || str_take(s, 'E'))) {
				(void)(str_take(s, '+') || str_take(s, '-'));
				good = str_span(s, STR_DIGITS);
			}
		} else if (first(&digits) == '0') {
			str_span(&digits, "01234567");
			good = good && !digits.len;
		}
	}
	return good && !(s->len && memchr(STR_WORD, *s->at, sizeof STR_WORD - 1));
}

static bool read_body(struct reader *r, char open);

static bool
read_value(struct reader *r)
{
	struct str s = r->rest, word = s, lines, indent;
	char c = first(&s);
	bool is_cut;

	if (c == '"')
		return read_string(r);
	if (c == '{' || c == '[')
		return read_body(r, c);
	if (str_begins(s, "<<")) {
		if (!take_heredoc(&r->rest, &is_cut, &lines, &indent))
			return fail(r, s, "heredoc without a line of its word alone");
		return true;
	}
	word.len = str_span(&s, STR_WORD);
	if (!str_is_in(word, "true\0false\0") && !(r->is_json && str_is(word, "null"))) {
		s = r->rest;
		if (!take_number(&s))
			return fail(r, r->rest, word.len || c == '\'' ? "no value: strings need double quotes" : "no value");
	}
	r->rest = s;
	return true;
}

static bool
take_key(struct reader *r, struct str *key, const char *missing)
{
	char c = first(&r->rest);

	*key = r->rest;
	if (c == '"') {
		if (!read_string(r))
			return false;
	} else if (c == '_' || (unsigned char)((c | 32) - 'a') < 26) {
		str_span(&r->rest, STR_WORD);
	}
	key->len -= r->rest.len;
	return (key->len && !str_is_in(*key, "true\0false\0")) || fail(r, *key, missing);
}

static bool
is_new(struct reader *r, struct str key)
{
	struct str at = { key.at, 0 };

	for (unsigned i = r->first_key; i < r->key_n; i++)
		if (is_same_key(key, r->key[i], r->is_json)) {
			r->twin = r->key[i];
			return fail(r, at, twice);
		}
	if (r->key_n == HCL_KEYS)
		return fail(r, at, too_many);
	r->key[r->key_n++] = key;
	return true;
}

/* A key and what it stands for. */
static bool
read_member(struct reader *r, struct str *key, struct str *value)
{
	struct str label;
	bool good;

	if (!take_key(r, key, "no key"))
		return false;
	skip(r);
	if (str_take(&r->rest, r->is_json ? ':' : '=')) {
		if (r->key && !is_new(r, *key))
			return false;
		skip(r);
		*value = r->rest;
		good = read_value(r);
	} else {
		*value = r->rest;
		for (unsigned n = 0; first(&r->rest) != '{'; n++) {
			if (n == HCL_LABELS)
				return fail(r, r->rest, "too many words before {");
			if (!take_key(r, &label, "neither = nor { behind a key"))
				return false;
			skip(r);
		}
		good = read_body(r, '{');
	}
	value->len -= r->rest.len;
	return good;
}

/* A list, an object, or (open is 0) a file. */
static bool
read_body(struct reader *r, char open)
{
	struct str start = r->rest, key, value;
	unsigned outer = r->first_key;

	if (r->depth++ == HCL_DEPTH)
		return fail(r, start, too_deep);
	r->first_key = r->key_n;
	str_take(&r->rest, open);
	for (;;) {
		skip(r);
		if (open ? str_take(&r->rest, (char)(open + 2)) : !r->rest.len)	/* } and ] stand two behind { and [ in ASCII */
			break;
		if (!r->rest.len)
			return fail(r, start, "never closed");
		if (!(open == '[' ? read_value(r) : read_member(r, &key, &value)))
			return false;
		skip(r);
		if (!str_take(&r->rest, ',') && open == '[' && first(&r->rest) != ']')
			return fail(r, r->rest, "no comma and no end of the list");
	}
	r->key_n = r->first_key;
	r->first_key = outer;
	r->depth--;
	return true;
}

/* --- For callers */

static int
refuse(struct hcl *out, const struct reader *r, struct err *e)
{
	struct hcl before = { .text = r->twin, .whole = out->whole };
	struct str key = r->twin;
	unsigned line, column;

	if (str_take(&key, '"'))
		key.len--;
	key = str_part(key, 0, 40);
	out->text = (struct str){ r->rest.at, 0 };
	out->is_file = false;
	if (r->bad == too_deep || r->bad == too_many || r->bad == too_long)
		return err_set(e, ERR_LIMIT, CAUSE_USE, "%s", r->bad);
	if (r->bad != twice)
		return err_set(e, ERR_INPUT, CAUSE_USE, "%s", r->bad);
	hcl_place(&before, &line, &column);
	return err_set(e, ERR_INPUT, CAUSE_USE, "key \"%.*s\" was set before, at %u:%u", STR(key), line, column);
}

int
hcl_parse(struct hcl *out, struct str text, struct err *e)
{
	struct str keys[HCL_KEYS];
	struct reader r = { .rest = text, .key = keys };
	struct json root;

	*out = (struct hcl){ .text = text, .whole = text.at };
	if (text.len > HCL_MAX)
		(void)fail(&r, text, too_long);
	while (!r.bad && r.rest.len) {
		struct str at = r.rest;

		if (json_next_utf8(&r.rest) <= 0)
			(void)fail(&r, at, first(&at) ? "not utf-8" : "a zero byte");
	}
	if (r.bad)
		return refuse(out, &r, e);
	r.rest = text;
	str_span(&r.rest, " \t\r\n");
	out->is_json = r.is_json = first(&r.rest) == '{';
	out->is_file = !out->is_json;
	if (out->is_json) {
		int result = json_parse(&root, text, e);

		out->text = root.text;
		if (result < 0) {
			e->code = e->code == ERR_LIMIT ? ERR_LIMIT : ERR_INPUT;
			e->cause = CAUSE_USE;
			return -1;
		}
	}
	return read_body(&r, out->is_json ? '{' : 0) ? 0 : refuse(out, &r, e);
}

enum hcl_type
hcl_type(const struct hcl *v)
{
	char c = first(&v->text);

	if (v->is_file || c == '{')
		return HCL_OBJECT;
	if (c != '[' && str_has_suffix(v->text, S("}")))
		return HCL_LABELLED;
	switch (c) {
	case 0:
		return HCL_NONE;
	case '[':
		return HCL_LIST;
	case '"':
	case '<':
		return HCL_STRING;
	case 't':
	case 'f':
		return HCL_BOOL;
	case 'n':
		return v->is_json ? HCL_NULL : HCL_NUMBER;	/* HCL has no null, but keys */
	default:
		return HCL_NUMBER;
	}
}

bool
hcl_each(const struct hcl *container, size_t *cursor, struct hcl *key, struct hcl *value)
{
	enum hcl_type type = hcl_type(container);
	struct reader r = { .rest = str_part(container->text, *cursor, container->text.len), .is_json = container->is_json };

	if (type < HCL_LIST)
		return false;
	*key = (struct hcl){ 0 };
	*value = *container;
	value->is_file = false;
	if (!*cursor)
		(void)(str_take(&r.rest, '{') || str_take(&r.rest, '['));
	skip(&r);
	str_take(&r.rest, ',');
	skip(&r);
	if (!r.rest.len || *r.rest.at == '}' || *r.rest.at == ']')
		return false;
	if (type == HCL_LIST) {	/* no reader can fail here: hcl_parse has been over this text */
		value->text = r.rest;
		(void)read_value(&r);
		value->text.len -= r.rest.len;
	} else {
		*key = *value;
		(void)read_member(&r, &key->text, &value->text);
	}
	*cursor = container->text.len - r.rest.len;
	return true;
}

static void
add_heredoc(struct buf *out, struct str text)
{
	struct str lines, indent, line, rest;
	bool is_cut;

	(void)take_heredoc(&text, &is_cut, &lines, &indent);
	if (!is_cut)
		lines.len += indent.len;	/* Vault keeps it, as a last line without an end */
	for (rest = lines; is_cut && str_split(&rest, '\n', &line);)
		if (!str_has_prefix(line, indent))
			indent.len = 0;
	while (lines.len) {
		bool is_whole = str_split(&lines, '\n', &line);

		if (str_has_suffix(line, S("\r")))
			line.len--;
		buf_add_str(out, is_cut ? str_part(line, indent.len, line.len) : line);
		if (is_whole)
			buf_add_c(out, '\n');
	}
}

int
hcl_text(const struct hcl *v, struct arena *a, struct str *out, struct err *e)
{
	struct str text = v->text;
	unsigned braces = 0;
	struct buf b;
	int32_t c;

	if (hcl_type(v) == HCL_NONE || hcl_type(v) == HCL_NULL || hcl_type(v) >= HCL_LIST)
		return err_set(e, ERR_INPUT, CAUSE_USE, "not a string");
	b = arena_buf(a, text.len + 1);	/* no escape is shorter than what it stands for */
	if (first(&text) == '<')
		add_heredoc(&b, text);
	else if (!str_take(&text, '"'))
		buf_add_str(&b, text);
	else
		while ((c = take_char(&text, &braces, v->is_json)) >= 0)
			if (c & POINT)
				json_add_utf8(&b, c ^ POINT);
			else
				buf_add_c(&b, (char)c);
	buf_add_c(&b, 0);
	if (b.full)
		return arena_err(e);
	arena_trim(a, &b);
	*out = (struct str){ b.at, b.len - 1 };
	return 0;
}

void
hcl_place(const struct hcl *v, unsigned *line, unsigned *column)
{
	*line = *column = 1;
	for (const char *at = v->whole; at < v->text.at; at++) {
		if (*at == '\n') {
			++*line;
			*column = 1;
		} else {
			*column += ((unsigned char)*at >> 6 != 2);
		}
	}
}

int
hcl_in(struct err *e, const char *file, const struct hcl *v)
{
	unsigned line, column;

	hcl_place(v, &line, &column);
	return err_in(e, "%s:%u:%u", file, line, column);
}
