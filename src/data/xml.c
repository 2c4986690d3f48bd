/* data/xml.c: a strict reader for the few elements of an STS answer. */
/* SPDX-License-Identifier: MIT */
#include "data/xml.h"

#include "data/code.h"
#include "data/json.h"

#define BLANK " \t\r\n"

enum tag {
	TAG_NONE,	/* the text's end */
	TAG_OPEN,
	TAG_CLOSE,
	TAG_EMPTY,	/* <name/> */
	TAG_BAD,
};

/* Whether attributes hide nothing: no tag begins in them, none ends in their quotes. */
static bool
is_plain(struct str attributes)
{
	int quotes = 0;

	for (size_t i = 0; i < attributes.len; i++) {
		char c = attributes.at[i];

		if (c == '<')
			return false;
		quotes ^= (c == '"') | (c == '\'') << 1;
	}
	return !quotes;
}

/* Take a tag and the text before it off the front. */
static __attribute__((noinline)) enum tag
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
	} else if (tag.len && tag.at[tag.len - 1] == '/') {
		kind = TAG_EMPTY;
		tag.len--;
	}
	*name = tag;
	name->len = str_span(&tag, ":" STR_WORD);
	if (!name->len || !is_plain(tag))
		return TAG_BAD;
	return tag.len && (kind == TAG_CLOSE || !str_span(&tag, BLANK)) ? TAG_BAD : kind;
}

/* What an entity stands for, without & and ;. -1: nothing. */
static int32_t
entity(struct str s)
{
	static const char names[] = "lt\0<gt\0>amp\0&quot\0\"apos\0'";
	int32_t c = 0, base = 10;

	for (const char *n = names; *n; n += strlen(n) + 2)
		if (str_is(s, n))
			return *str_next(n);
	if (!str_take(&s, '#'))
		return -1;
	if (str_take(&s, 'x'))
		base = 16;
	for (size_t i = 0; i < s.len; i++) {
		int digit = code_hex_value(s.at[i]);

		c = c * base + digit;
		if (digit < 0 || digit >= base || c > 0x10ffff)
			return -1;
	}
	return c ? c : -1;
}

/* Copy a text without its entities. What an entity stands for is never longer than it. False: one is not known. */
static bool
read_text(struct buf *out, struct str text)
{
	struct str part;
	int32_t c = 0;

	while (c >= 0 && text.len) {
		bool found = str_split(&text, '&', &part);

		buf_add_str(out, part);
		if (!found)
			break;
		c = str_split(&text, ';', &part) ? entity(part) : -1;
		if (c >= 0)
			json_add_utf8(out, c);
	}
	return c >= 0;
}

static bool
is_blank(struct str s)
{
	str_span(&s, BLANK);
	return !s.len;
}

int
xml_read(struct str text, const char *path, const char *names, struct str *out, struct arena *a, struct err *e)
{
	struct str open[XML_DEPTH], rest = text, before, name;
	struct str *found = NULL;	/* the child that is open */
	size_t depth = 0, entered = 0;	/* elements that are open; of these, how many the path names */
	bool any = false, seen = false;
	struct buf b;
	enum tag kind;

	for (unsigned i = 0; *str_nth(names, i); i++)
		out[i] = (struct str){ NULL, 0 };
	str_span(&rest, BLANK);
	if (str_begins(rest, "<?xml ")) {
		before = str_cut(&rest, '>');
		if (before.at[before.len - 1] != '?' || !is_plain(str_part(before, 1, before.len)))
			goto bad;
	}
	while ((kind = next_tag(&rest, &before, &name)) != TAG_NONE) {
		if (kind == TAG_BAD || (!depth && (any || !is_blank(before))))
			goto bad;
		if (kind != TAG_CLOSE) {
			if (depth == XML_DEPTH || found)
				goto bad;
			if (entered == depth && *str_nth(path, entered)) {
				entered += str_is(name, str_nth(path, entered));
				if (entered > depth && !*str_nth(path, entered)) {
					if (seen)
						goto bad;
					seen = true;
				}
			} else if (entered == depth) {
				for (unsigned i = 0; !found && *str_nth(names, i); i++)
					found = str_is(name, str_nth(names, i)) ? &out[i] : NULL;
				if (found && found->at)
					goto bad;
			}
			open[depth++] = name;
			before = S("");
		}
		if (kind != TAG_OPEN) {
			if (!depth || !str_eq(open[--depth], name))
				goto bad;
			entered = entered > depth ? depth : entered;
			if (found) {
				b = arena_buf(a, before.len + 1);
				if (b.full)
					return arena_err(e);
				if (!read_text(&b, before))
					goto bad;
				*found = buf_str(&b);
				found = NULL;
			}
			any = !depth;
		}
	}
	if (any && is_blank(before))
		return 0;
bad:
	return err_set(e, ERR_PEER, CAUSE_ANSWER, "xml: malformed at byte %zu", (size_t)(rest.at - text.at));
}
