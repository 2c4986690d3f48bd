/* data/jsonw.c: writes JSON into a buf, byte for byte as Go's encoder does. */
/* SPDX-License-Identifier: MIT */
#include "data/jsonw.h"

#include "data/code.h"

#include <string.h>

static void
add_line(struct jsonw *w)
{
	if (!w->pretty)
		return;
	buf_add_c(w->out, '\n');
	for (unsigned i = 0; i < w->depth; i++)
		buf_add(w->out, "  ", 2);
}

/* The beginning of a value or key, and what stands between it and the value before. */
static void
begin(struct jsonw *w, const char *at, size_t n)
{
	if (!w->keyed) {
		if (w->any)
			buf_add_c(w->out, ',');
		if (w->depth)
			add_line(w);
	}
	w->keyed = false;
	w->any = true;
	buf_add(w->out, at, n);
}

void
jsonw_open(struct jsonw *w, char bracket)
{
	begin(w, &bracket, 1);
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
	buf_add(w->out, ": ", w->pretty ? 2 : 1);
	w->keyed = true;
}

/* One character inside a string; -1 for a byte that is none. */
static void
add_char(struct buf *out, int32_t c)
{
	static const char escapes[] = "\"\\\b\f\n\r\t";
	const char *escape = c >= 0 && c <= '\\' ? memchr(escapes, c, 7) : NULL;
	char unit[2];

	if (escape) {
		buf_add_c(out, '\\');
		buf_add_c(out, "\"\\bfnrt"[escape - escapes]);
	} else if (c >= 0x20 && c != '<' && c != '>' && c != '&' && c >> 1 != 0x2028 >> 1) {
		json_add_utf8(out, c);
	} else {
		if (c < 0)
			c = 0xfffd;
		unit[0] = (char)(c >> 8);
		unit[1] = (char)c;
		buf_add(out, "\\u", 2);
		code_add_hex(out, (struct str){ unit, 2 });
	}
}

void
jsonw_str(struct jsonw *w, struct str s)
{
	begin(w, "\"", 1);
	while (s.len)
		add_char(w->out, json_next_utf8(&s));
	buf_add_c(w->out, '"');
}

void
jsonw_key(struct jsonw *w, const char *key)
{
	jsonw_str(w, str_of(key));
	end_key(w);
}

void
jsonw_value(struct jsonw *w, struct json v)
{
	struct str t = v.text.len ? v.text : S("null"), start;
	int32_t c;

	while (t.len) {	/* token by token, so depth needs no stack: the checked text has the brackets in order */
		start = t;
		if (str_span(&t, "+-.E" STR_DIGITS "aeflnrstu")) {	/* a number or word */
			begin(w, start.at, start.len - t.len);
		} else if (str_take(&t, '"')) {
			begin(w, "\"", 1);
			while ((c = json_next_char(&t)) >= 0)
				add_char(w->out, c);
			str_take(&t, '"');
			buf_add_c(w->out, '"');
		} else {
			str_take(&t, *start.at);
			if (*start.at == ':')
				end_key(w);
			else if ((*start.at | 32) == '{')
				jsonw_open(w, *start.at);
			else if ((*start.at | 32) == '}')
				jsonw_close(w, *start.at);
		}
	}
}
