/* data/http.c: HTTP/1.1 messages to bytes and back. */
/* SPDX-License-Identifier: MIT */
#include "data/http.h"

#include "data/code.h"

#include <string.h>

static enum http_more
refuse(struct err *e, const char *what)
{
	err_set(e, ERR_PEER, CAUSE_ANSWER, "answer%s", what);
	return HTTP_BAD;
}

static enum http_more
refuse_more(struct err *e, uint64_t max, const char *what)
{
	err_set(e, ERR_LIMIT, CAUSE_LIMIT, "answer: more than %llu %s", (unsigned long long)max, what);
	return HTTP_BAD;
}

static bool
is_control(char c)
{
	return ((unsigned char)c < 0x20 && c != '\t') || c == 0x7f;
}

/* RFC 9110 section 5.6.2. */
static bool
is_token(struct str s)
{
	return str_span(&s, STR_TOKEN) && !s.len;
}

static int
check_field(struct http_field f, struct err *e)
{
	const char *bad = is_token(f.name) ? NULL : ": bad name";

	for (const char *own = "Host\0Content-Length\0Transfer-Encoding\0Connection\0"; *own; own = str_next(own))
		if (str_eq_nocase(f.name, str_of(own)))
			bad = " is set by this program";
	for (size_t i = 0; i < f.value.len; i++)
		if (is_control(f.value.at[i]) || (unsigned char)f.value.at[i] > 0x7e)
			bad = ": control or non-ascii byte in its value";
	return bad ? err_set(e, ERR_INPUT, CAUSE_USE, "header \"%.*s\"%s", STR(f.name), bad) : 0;
}

int
http_format_request(struct buf *out, const struct ask_http *ask, const struct uri *to, struct err *e)
{
	bool has_body = ask->body.len || str_eq(ask->method, S("PUT")) || str_eq(ask->method, S("POST"));

	buf_fmt(out, "%.*s %.*s HTTP/1.1\r\nHost: ", STR(ask->method), STR(to->path));
	host_format(out, &to->host);
	if (to->has_port)
		buf_fmt(out, ":%u", (unsigned)to->port);
	for (size_t i = 0; i < ask->head_n; i++) {
		if (check_field(ask->head[i], e) < 0)
			return -1;
		buf_fmt(out, "\r\n%.*s: %.*s", STR(ask->head[i].name), STR(ask->head[i].value));
	}
	if (has_body)
		buf_fmt(out, "\r\nContent-Length: %zu", ask->body.len);
	buf_fmt(out, "\r\nConnection: close\r\n\r\n");
	buf_add_str(out, ask->body);
	return out->full ? arena_err(e) : 0;
}

/* The readers below say NULL, or what is wrong, to follow the word "answer". */

static const char bare_line_end[] = ": a bare cr or lf", control_byte[] = ": a control byte";

/* Where the head ends, 0 while it does not. Every line ending and byte before that is checked: first come, first refused, so
   that a longer part of the same answer cannot get another verdict. */
static const char *
find_end(struct str in, size_t *len)
{
	struct str start = S("HTTP/1.");

	*len = 0;
	if (!str_has_prefix(in, str_part(start, 0, in.len)))
		return " is not http";
	for (size_t i = start.len; i < in.len && i < HTTP_HEAD_BYTES; i++) {
		char c = in.at[i], before = in.at[i - 1];

		if ((c == '\n') != (before == '\r'))
			return bare_line_end;
		if (is_control(c) && c != '\r' && c != '\n')
			return control_byte;
		if (before == '\n' && (c == ' ' || c == '\t'))
			return ": a folded line";
		if (c == '\n' && in.at[i - 2] == '\n') {
			*len = i + 1;
			break;
		}
	}
	return NULL;
}

/* RFC 9112 section 6.3. */
static const char *
find_framing(struct http_resp *r, bool is_old)
{
	bool two_codings, two_lengths;
	struct str coding = http_field_get(r->head, r->head_n, "Transfer-Encoding", &two_codings);
	struct str length = http_field_get(r->head, r->head_n, "Content-Length", &two_lengths);

	r->body = HTTP_BODY_CLOSE;
	if (coding.at) {
		if (length.at)
			return ": content-length beside transfer-encoding";
		if (is_old || two_codings || !str_eq_nocase(coding, S("chunked")))
			return ": a transfer coding that is not chunked";
		r->body = HTTP_BODY_CHUNKED;
	}
	if (length.at) {
		if (two_lengths || !str_to_u64(length, &r->length))
			return ": content-length that is no one number";
		r->body = HTTP_BODY_LENGTH;
	}
	if (r->status < 200 || r->status == 204 || r->status == 304)
		r->body = HTTP_BODY_NONE;
	return NULL;
}

static const char too_many[] = "";	/* a bound, with a sentence of its own */

/* A head whose bytes find_end has checked: each CR has its LF behind it, the last two lines end it. */
static __attribute__((noinline)) const char *
read_head(struct http_resp *out, struct str text)
{
	struct str line = str_cut(&text, '\r');
	uint64_t status;
	bool is_old;

	/* HTTP/1.1 200 OK: the blank behind the status is due even without a reason (RFC 9112 section 4) */
	if (line.len < 13 || line.at[7] < '0' || line.at[7] > '9' || line.at[8] != ' ' || line.at[12] != ' ' ||
	    !str_to_u64(str_part(line, 9, 12), &status) || status - 100 > 499)
		return ": bad status line";
	is_old = line.at[7] == '0';
	*out = (struct http_resp){ .status = (int)status };
	for (;;) {
		struct http_field f;

		text = str_part(text, 1, text.len);
		line = str_cut(&text, '\r');
		if (!line.len)
			return find_framing(out, is_old);
		if (str_find_c(line, ':') == SIZE_MAX)
			return ": a line without a colon";
		f.name = str_cut(&line, ':');
		f.value = str_trim(line);
		if (!is_token(f.name))
			return ": bad field name";
		if (out->head_n == HTTP_FIELDS)
			return too_many;
		out->head[out->head_n++] = f;
	}
}

enum http_more
http_parse_head(struct str in, struct arena *a, struct http_resp *out, size_t *head_len, struct err *e)
{
	const char *bad = find_end(in, head_len);
	struct str text;

	if (!bad && !*head_len)
		return in.len < HTTP_HEAD_BYTES ? HTTP_MORE : refuse_more(e, HTTP_HEAD_BYTES, "bytes of head");
	if (!bad) {
		if (arena_keep(a, str_part(in, 0, *head_len), &text, e) < 0)
			return HTTP_BAD;
		bad = read_head(out, text);
	}
	if (bad == too_many)
		return refuse_more(e, HTTP_FIELDS, "fields in the head");
	return bad ? refuse(e, bad) : HTTP_DONE;
}

struct str
http_field_get(const struct http_field *head, size_t n, const char *name, bool *twice)
{
	struct str value = { 0 };
	bool again = false;

	for (size_t i = 0; i < n; i++) {
		if (!str_eq_nocase(head[i].name, str_of(name)))
			continue;
		if (value.at)
			again = true;
		else
			value = head[i].value;
	}
	if (twice)
		*twice = again;
	return value;
}

/* What the next byte of a body belongs to. */
enum {
	IN_CONTENT,	/* `left` bytes more; with HTTP_BODY_CLOSE, without end */
	IN_SIZE,	/* the line before a chunk's content */
	IN_GAP,		/* the line end behind it */
	IN_TRAILER,	/* a line behind the last chunk; an empty one ends the body */
	AT_END,
};

void
http_body_init(struct http_body *b, const struct http_resp *resp, uint64_t max)
{
	*b = (struct http_body){
		.framing = resp->body,
		.place = resp->body == HTTP_BODY_CHUNKED ? IN_SIZE : resp->body == HTTP_BODY_NONE ? AT_END : IN_CONTENT,
		.left = resp->body == HTTP_BODY_LENGTH ? resp->length : 0,
		.max = max,
		.room = max,
		.extra = HTTP_HEAD_BYTES,
	};
}

static const char too_big[] = "", bad_size[] = ": bad chunk size";

/* A byte of a line, not of its end. */
static const char *
feed_line(struct http_body *b, char c)
{
	int digit = code_hex_value(c);

	if (b->place == IN_GAP)
		return ": chunk is longer than its size";
	if (b->place == IN_SIZE && !b->in_extension && digit >= 0) {
		if (b->left > b->room >> 4 || (b->left << 4 | (unsigned)digit) > b->room)
			return too_big;
		b->left = b->left << 4 | (unsigned)digit;
	} else if (b->place == IN_SIZE) {
		if (!b->in_line || (!b->in_extension && c != ';'))
			return bad_size;
		b->in_extension = true;
	}
	b->in_line = true;
	/* trailers, extensions and zeros before a size could go on for ever */
	if (b->place == IN_SIZE && !b->in_extension && b->left)
		return NULL;
	return b->extra-- ? NULL : too_many;
}

static const char *
end_line(struct http_body *b)
{
	if (b->place == IN_SIZE) {
		if (!b->in_line)
			return bad_size;
		b->place = b->left ? IN_CONTENT : IN_TRAILER;
	} else if (b->place == IN_GAP) {
		b->place = IN_SIZE;
	} else if (!b->in_line) {
		b->place = AT_END;
	}
	b->in_line = b->in_extension = false;
	return NULL;
}

/* A byte that is not content. */
static const char *
feed_frame(struct http_body *b, char c)
{
	bool ends = b->has_cr;

	if (ends != (c == '\n'))
		return bare_line_end;
	b->has_cr = c == '\r';
	if (ends)
		return end_line(b);
	if (b->has_cr)
		return NULL;
	return is_control(c) ? control_byte : feed_line(b, c);
}

/* Content from *at on, which is moved past it. */
static const char *
feed_content(struct http_body *b, struct str in, size_t *at, struct buf *out)
{
	bool is_open = b->framing == HTTP_BODY_CLOSE;
	size_t n = in.len - *at;

	if ((is_open ? n : b->left) > b->room)
		return too_big;
	if (!is_open && n > b->left)
		n = (size_t)b->left;
	buf_add(out, in.at + *at, n);
	if (out->full)
		return too_big;
	*at += n;
	b->room -= n;
	if (is_open)
		return NULL;
	b->left -= n;
	if (!b->left)
		b->place = b->framing == HTTP_BODY_CHUNKED ? IN_GAP : AT_END;
	return NULL;
}

enum http_more
http_body_feed(struct http_body *b, struct str in, size_t *used, struct buf *out, struct err *e)
{
	const char *bad = NULL;

	*used = 0;
	for (;;) {
		if (b->place == IN_CONTENT)
			bad = feed_content(b, in, used, out);
		if (bad)
			break;
		if (b->place == AT_END)
			return HTTP_DONE;
		if (*used == in.len)
			return HTTP_MORE;
		bad = feed_frame(b, in.at[(*used)++]);
		if (bad)
			break;
	}
	if (bad == too_big)
		return refuse_more(e, b->max, "bytes of body");
	if (bad == too_many)
		return refuse_more(e, HTTP_HEAD_BYTES, "bytes of chunk extensions and trailers");
	return refuse(e, bad);
}

enum http_more
http_body_eof(const struct http_body *b, struct err *e)
{
	if (b->framing == HTTP_BODY_CLOSE)
		return HTTP_DONE;
	err_set(e, ERR_RETRY, CAUSE_UNREACHABLE, "answer was cut off");
	return HTTP_BAD;
}
