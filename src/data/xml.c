/* data/xml.c: a strict reader for the few elements of an STS answer. */
/* SPDX-License-Identifier: MIT */
#include "data/xml.h"

#include "data/code.h"
#include "data/json.h"

enum tag {
	TAG_NONE,	/* the text's end */
	TAG_OPEN,
	TAG_CLOSE,
	TAG_EMPTY,	/* <name/> */
	TAG_BAD,
};

static bool
is_odd(struct str s, char c)
{
	bool odd = false;

	for (size_t i = 0; i < s.len; i++)
		odd ^= s.at[i] == c;
	return odd;
}

/* Take a tag and the text before it off the front. */
static enum tag
next_tag(struct str *rest, struct str *before, struct str *name)
{
	enum tag kind = TAG_OPEN;
	struct str tag;

	if (!str_split(rest, '<', before))
		return TAG_NONE;
	if (!str_split(rest, '>', &tag))
		return TAG_BAD;
	if (str_take(&tag, '/')) {
		kind = TAG_CLOSE;
	} else if (str_has_suffix(tag, S("/"))) {
		kind = TAG_EMPTY;
		tag.len--;
	}
	*name = tag;
	name->len = str_span(&tag, ":" STR_WORD);
	if (!name->len || str_find_c(tag, '<') != SIZE_MAX || is_odd(tag, '"') || is_odd(tag, '\''))
		return TAG_BAD;
	return tag.len && (kind == TAG_CLOSE || !str_span(&tag, " \t\r\n")) ? TAG_BAD : kind;
}

static bool
is_blank(struct str s)
{
	str_span(&s, " \t\r\n");
	return !s.len;
}

static int
bad(struct err *e, const char *what)
{
	return err_set(e, ERR_PEER, CAUSE_ANSWER, "xml: %s", what);
}

int
xml_parse(struct str *out, struct str text, struct err *e)
{
	struct str open[XML_DEPTH], before, name;
	bool any = false;
	size_t depth = 0;
	enum tag kind;

	str_span(&text, " \t\r\n");
	if (str_begins(text, "<?xml "))
		str_cut(&text, '>');
	*out = text;
	while ((kind = next_tag(&text, &before, &name)) != TAG_NONE) {
		if (kind == TAG_BAD)
			return bad(e, "a tag that is not plain");
		if (!depth && (any || !is_blank(before)))
			return bad(e, "more than one element");
		if (kind == TAG_CLOSE && (!depth || !str_eq(open[--depth], name)))
			return bad(e, "an element is not closed in order");
		if (kind == TAG_OPEN) {
			if (depth == XML_DEPTH)
				return err_set(e, ERR_LIMIT, CAUSE_LIMIT, "xml: more than %d elements inside each other", XML_DEPTH);
			open[depth++] = name;
		}
		any = !depth;
	}
	return !any || !is_blank(before) ? bad(e, "an element is not closed") : 0;
}

/* One child. */
static int
get(struct str inside, const char *want, struct str *out, struct err *e)
{
	const char *start = NULL, *end = NULL;
	struct str before, name;
	size_t depth = 0;
	enum tag kind;

	*out = (struct str){ NULL, 0 };
	while ((kind = next_tag(&inside, &before, &name)) != TAG_NONE) {
		if (!depth)
			start = end = str_is(name, want) ? inside.at : NULL;
		if (kind == TAG_OPEN)
			depth++;
		if (kind == TAG_CLOSE) {
			depth--;
			end = before.at + before.len;
		}
		if (depth || !start)
			continue;
		if (out->at)
			return err_set(e, ERR_PEER, CAUSE_ANSWER, "xml: %s stands twice", want);
		*out = (struct str){ start, (size_t)(end - start) };
	}
	return 0;
}

int
xml_get(struct str inside, const char *path, struct str *out, struct err *e)
{
	*out = inside;
	for (; *path && out->at; path += strlen(path) + 1)
		if (get(*out, path, out, e) < 0)
			return -1;
	return 0;
}

/* What an entity stands for, without & and ;. -1: nothing. */
static int32_t
entity(struct str s)
{
	static const char names[] = "lt\0<gt\0>amp\0&quot\0\"apos\0'";
	uint32_t c = 0, base = 10;

	for (const char *n = names; *n; n += strlen(n) + 2)
		if (str_is(s, n))
			return n[strlen(n) + 1];
	if (!str_take(&s, '#'))
		return -1;
	if (str_take(&s, 'x'))
		base = 16;
	if (!s.len)
		return -1;
	for (size_t i = 0; i < s.len; i++) {
		int digit = code_hex_value(s.at[i]);

		if (digit < 0 || (uint32_t)digit >= base || (c = c * base + (uint32_t)digit) > 0x10ffff)
			return -1;
	}
	return c ? (int32_t)c : -1;
}

int
xml_text(struct str inside, struct arena *a, struct str *out, struct err *e)
{
	struct buf b = arena_buf(a, inside.len + 1);	/* an entity is longer than what it stands for */
	struct str plain, name;

	if (str_find_c(inside, '<') != SIZE_MAX)
		return bad(e, "an element where text belongs");
	for (bool found = true; found;) {
		int32_t c;

		found = str_split(&inside, '&', &plain);
		buf_add_str(&b, plain);
		if (!found)
			break;
		c = str_split(&inside, ';', &name) ? entity(name) : -1;
		if (c < 0)
			return bad(e, "an entity that is not known");
		json_add_utf8(&b, c);
	}
	*out = buf_str(&b);
	return b.full ? arena_err(e) : 0;
}
