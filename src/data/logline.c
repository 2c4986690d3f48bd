/* data/logline.c: one event of a log as text. */
/* SPDX-License-Identifier: MIT */
#include "data/logline.h"

#include "base/divide.h"
#include "data/date.h"
#include "data/jsonw.h"

#define LEVEL 9	/* bytes of each of these, its NUL among them */
static const char brackets[] = "[ERROR] \0[WARN]  \0[INFO]  \0[DEBUG] ";
static const char words[] = "error\0   warn\0    info\0    debug";

/* UTC, with so many digits of a second. */
static void
add_time(struct buf *out, const struct logline *l, unsigned digits)
{
	uint64_t s = l->at_ns, part = divide(&s, 1000000000);

	date_format_rfc3339(out, (int64_t)s);
	out->len--;	/* Z */
	divide(&part, digits == 3 ? 1000000 : 1000);
	buf_add_c(out, '.');
	buf_add_digits(out, part, digits);
	buf_add_c(out, 'Z');
}

/* One byte of a value, whole or not at all. */
static void
add_byte(struct buf *out, unsigned char c, bool quoted)
{
	char text[4] = { '\\', (char)c };
	size_t n = 2;

	if (c >= '\a' && c <= '\r') {
		text[1] = "abtnvfr"[c - '\a'];
	} else if (c < 0x20 || c > 0x7e) {
		text[1] = 'x';
		text[2] = "0123456789abcdef"[c >> 4];
		text[3] = "0123456789abcdef"[c & 15];
		n = 4;
	} else if (c != '"' || !quoted) {
		text[0] = (char)c;
		n = 1;
	}
	buf_add(out, text, n);
}

static bool
is_plain(struct str value)
{
	for (size_t i = 0; i < value.len; i++)
		if (value.at[i] < '-' || value.at[i] > '~')
			return false;
	return value.len;
}

static void
add_pair(struct buf *out, const struct log_pair *p)
{
	struct str rest = p->value, line;
	bool is_long = str_find_c(rest, '\n') != SIZE_MAX;
	const char *quote = is_long || is_plain(rest) ? "" : "\"";

	buf_fmt(out, "%s %s=%s", is_long ? "\n " : "", p->key, quote);
	do {
		if (is_long)
			buf_fmt(out, "\n  | ");
		line = str_cut(&rest, '\n');
		for (size_t i = 0; i < line.len; i++)
			add_byte(out, (unsigned char)line.at[i], *quote);
	} while (rest.len);
	buf_fmt(out, "%s", is_long ? "\n  " : quote);
}

static void
add_plain(struct buf *out, const struct logline *l)
{
	for (size_t i = 0; i < l->message.len; i++)	/* as much of it as fits */
		buf_add_c(out, l->message.at[i]);
	if (l->pairs && l->pairs->key)
		buf_add_c(out, ':');
	for (const struct log_pair *p = l->pairs; p && p->key; p++)
		add_pair(out, p);
}

/* As much of the value as there is room for, and nothing of the member when there is none. */
static void
add_member(struct jsonw *w, const char *key, struct str value)
{
	struct buf *out = w->out;
	const struct jsonw before = *w;
	size_t len = out->len, n = value.len;

	for (;; n /= 2) {
		jsonw_key(w, key);
		jsonw_str(w, str_part(value, 0, n));
		if (n < value.len) {
			out->len--;	/* the quote */
			buf_add(out, "...\"", 4);
		}
		if (!out->full)
			return;
		*w = before;
		out->len = len;
		out->full = false;
		if (!n)
			return;
	}
}

static void
add_json(struct buf *out, const struct logline *l)
{
	struct jsonw w = { .out = out };
	char text[32];
	struct buf at = BUF(text);

	add_time(&at, l, 6);
	out->cap -= LOGLINE_ROOM / 2;	/* the name and the time come behind the message */
	jsonw_open(&w, '{');
	add_member(&w, "@level", str_of(words + LEVEL * l->level));
	add_member(&w, "@message", l->message);
	out->cap += LOGLINE_ROOM / 2;
	add_member(&w, "@module", str_of(l->name));
	add_member(&w, "@timestamp", buf_str(&at));
	for (const struct log_pair *p = l->pairs; p && p->key; p++)
		add_member(&w, p->key, p->value);
	out->cap++;
	jsonw_close(&w, '}');
}

void
logline_format(struct buf *out, enum log_shape shape, const struct logline *l)
{
	out->cap -= 4;	/* the end: "..." or "}", and the line's */
	if (shape == LOG_JSON) {
		add_json(out, l);
		out->cap += 3;
	} else {
		if (shape == LOG_PEOPLE) {
			buf_fmt(out, "pantler: ");
		} else {
			add_time(out, l, 3);
			buf_fmt(out, " %s%s: ", brackets + LEVEL * l->level, l->name);
		}
		add_plain(out, l);
		out->cap += 4;
		if (out->full) {
			out->full = false;
			buf_fmt(out, "...");
		}
	}
	buf_add_c(out, '\n');
}
