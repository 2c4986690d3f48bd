/* data/jsonw.c: writes JSON into a buf, byte for byte as Go's encoder does. */
/* SPDX-License-Identifier: MIT */
#include "data/jsonw.h"

static void
add_line(struct jsonw *w)
{
	if (!w->pretty)
		return;
	buf_add_c(w->out, '\n');
	for (unsigned i = 0; i < w->depth; i++)
		buf_add_str(w->out, S("  "));
}

/* What stands between the value before and the next value or key. */
static void
begin(struct jsonw *w)
{
	if (!w->keyed && w->any)
		buf_add_c(w->out, ',');
	if (!w->keyed && w->depth)
		add_line(w);
	w->keyed = false;
	w->any = true;
}

void
jsonw_open(struct jsonw *w, char bracket)
{
	begin(w);
	buf_add_c(w->out, bracket);
	w->depth++;
	w->any = false;
}

void
jsonw_close(struct jsonw *w, char bracket)
{
	w->depth--;
	if (w->any)
		add_line(w);
	buf_add_c(w->out, bracket);
	w->any = true;
}

static void
end_key(struct jsonw *w)
{
	buf_add_str(w->out, w->pretty ? S(": ") : S(":"));
	w->keyed = true;
}

/* One character inside a string; -1 for a byte that is none. */
static void
add_char(struct buf *out, int32_t c)
{
	size_t short_form = c <= '\\' ? str_find_c(S("\"\\\b\f\n\r\t"), (char)c) : SIZE_MAX;

	if (c < 0)
		c = 0xfffd;
	else if (short_form != SIZE_MAX) {
		buf_add_c(out, '\\');
		buf_add_c(out, "\"\\bfnrt"[short_form]);
		return;
	} else if (c >= 0x20 && c != '<' && c != '>' && c != '&' && c != 0x2028 && c != 0x2029) {
		json_add_utf8(out, c);
		return;
	}
	buf_add_str(out, S("\\u"));
	for (int shift = 12; shift >= 0; shift -= 4)
		buf_add_c(out, "0123456789abcdef"[c >> shift & 15]);
}

static void
add_string(struct buf *out, struct str s)
{
	buf_add_c(out, '"');
	for (size_t at = 0; at < s.len;)
		add_char(out, json_next_utf8(s, &at));
	buf_add_c(out, '"');
}

void
jsonw_str(struct jsonw *w, struct str s)
{
	begin(w);
	add_string(w->out, s);
}

void
jsonw_key(struct jsonw *w, const char *key)
{
	jsonw_str(w, str_of(key));
	end_key(w);
}

void
jsonw_i64(struct jsonw *w, int64_t n)
{
	begin(w);
	buf_fmt(w->out, "%lld", (long long)n);
}

static void
add_word(struct jsonw *w, struct str word)
{
	begin(w);
	buf_add_str(w->out, word);
}

void
jsonw_bool(struct jsonw *w, bool is)
{
	add_word(w, is ? S("true") : S("false"));
}

void
jsonw_null(struct jsonw *w)
{
	add_word(w, S("null"));
}

/* A string at *at of checked text, which is moved past it. */
static void
copy_string(struct jsonw *w, struct str t, size_t *at)
{
	int32_t c;

	begin(w);
	buf_add_c(w->out, '"');
	++*at;
	while ((c = json_next_char(t, at)) >= 0)
		add_char(w->out, c);
	++*at;
	buf_add_c(w->out, '"');
}

void
jsonw_value(struct jsonw *w, struct json v)
{
	struct str t = v.text;
	size_t at = 0;

	if (!t.len)
		jsonw_null(w);
	while (at < t.len) {	/* token by token, so depth needs no stack: the checked text has the brackets in order */
		char c = t.at[at];
		size_t start = at;

		if (c == '"') {
			copy_string(w, t, &at);
			continue;
		}
		at++;
		if (c == '{' || c == '[')
			jsonw_open(w, c);
		else if (c == '}' || c == ']')
			jsonw_close(w, c);
		else if (c == ':')
			end_key(w);
		else if (str_find_c(S(" \t\n\r,"), c) == SIZE_MAX) {
			while (at < t.len && str_find_c(S(" \t\n\r,]}"), t.at[at]) == SIZE_MAX)
				at++;
			add_word(w, str_part(t, start, at));
		}
	}
}
