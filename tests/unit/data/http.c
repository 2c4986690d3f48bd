/* tests/unit/data/http.c: HTTP heads: requests and what they refuse, answers and what they are refused for, each cut, flip and split. */
/* SPDX-License-Identifier: MIT */
#include "data/http.h"
#include "tests/mutate.h"
#include "tests/tap.h"

static char memory[1 << 16], scratch[1 << 15];
static struct arena arena = { .at = memory, .cap = sizeof memory };

static int
request(struct ask_http ask, struct buf *out, struct err *e)
{
	struct uri u;

	if (uri_parse(&u, ask.url, e) < 0)
		return -1;
	return http_format_request(out, &ask, &u, e);
}

static void
asks(struct ask_http ask, struct str want)
{
	struct buf b = BUF(scratch);
	struct err e = { 0 };

	is_int(request(ask, &b, &e), 0, "a request");
	is_str(buf_str(&b), want, "as on the wire");
}

static void
ask_refused(struct str name, struct str value, const char *line)
{
	struct ask_http ask = { .method = S("GET"), .url = S("http://h/"), .head = { { S("X-A"), S("b") }, { name, value } }, .head_n = 2 };
	struct buf b = BUF(scratch);
	struct err e = { 0 };

	is_int(request(ask, &b, &e), -1, "a field that is not sent");
	is_line(&e, line, "%s", line);
	ok(e.code == ERR_INPUT && e.cause == CAUSE_USE && str_find(str_of(e.line), S("s3cr3t")) == SIZE_MAX, "said without its value");
}

static void
requests(void)
{
	struct buf small = { .at = scratch, .cap = 40 };
	struct err e;

	asks((struct ask_http){ .method = S("GET"), .url = S("https://vault.corp.:8200/v1/a?b=c") },
	    S("GET /v1/a?b=c HTTP/1.1\r\nHost: vault.corp:8200\r\nConnection: close\r\n\r\n"));
	asks((struct ask_http){ .method = S("PUT"), .url = S("http://[fe80::1%25eth0]") },
	    S("PUT / HTTP/1.1\r\nHost: [fe80::1]\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
	asks((struct ask_http){ .method = S("POST"), .url = S("http://127.0.0.1:80/x"), .body = S("{\0}"),
	    .head = { { S("X-Vault-Token"), S("hvs.x") }, { S("X-Empty"), S("") }, { S("X-Blank"), S("a \tb") } }, .head_n = 3 },
	    S("POST /x HTTP/1.1\r\nHost: 127.0.0.1:80\r\nX-Vault-Token: hvs.x\r\nX-Empty: \r\nX-Blank: a \tb\r\nContent-Length: 3\r\n"
	    "Connection: close\r\n\r\n{\0}"));
	ask_refused(S(""), S("s3cr3t"), "header \"\": bad name");
	ask_refused(S("X Y"), S("s3cr3t"), "header \"X Y\": bad name");
	ask_refused(S("X:"), S("s3cr3t"), "header \"X:\": bad name");
	ask_refused(S("X\r\nY"), S("s3cr3t"), "header \"X\\x0d\\x0aY\": bad name");
	ask_refused(S("X\xc3\xa4"), S("s3cr3t"), "header \"X\\xc3\\xa4\": bad name");
	ask_refused(S("X-B"), S("s3cr3t\n"), "header \"X-B\": control or non-ascii byte in its value");
	ask_refused(S("X-B"), S("s3cr3t\r"), "header \"X-B\": control or non-ascii byte in its value");
	ask_refused(S("X-B"), S("s3cr3t\0"), "header \"X-B\": control or non-ascii byte in its value");
	ask_refused(S("X-B"), S("s3cr3t\x7f"), "header \"X-B\": control or non-ascii byte in its value");
	ask_refused(S("X-B"), S("s3cr3t\xc3\xa4"), "header \"X-B\": control or non-ascii byte in its value");
	ask_refused(S("host"), S("s3cr3t"), "header \"host\" is set by this program");
	ask_refused(S("Content-length"), S("s3cr3t"), "header \"Content-length\" is set by this program");
	ask_refused(S("Transfer-Encoding"), S("s3cr3t"), "header \"Transfer-Encoding\" is set by this program");
	ask_refused(S("CONNECTION"), S("s3cr3t"), "header \"CONNECTION\" is set by this program");
	is_int(request((struct ask_http){ .method = S("GET"), .url = S("http://h/") }, &small, &e), -1, "no room");
	is_int(e.cause, CAUSE_MEMORY, "says so");
}

static enum http_more
parse(struct str text, struct http_resp *r, size_t *len, struct err *e)
{
	arena.len = 0;
	return http_parse_head(text, &arena, r, len, e);
}

static void
good(const char *text, int status, enum http_framing body, uint64_t length)
{
	struct http_resp r = { 0 };
	struct err e = { 0 };
	size_t len = 0;

	if (!ok(parse(mutate_guard(0, str_of(text)), &r, &len, &e) == HTTP_DONE, "a head of %d", status)) {
		printf("# %s\n", e.line);
		return;
	}
	is_int(len, strlen(text), "to its end");
	is_int(r.status, status, "its status");
	is_int(r.body, body, "its framing");
	is_int(r.length, length, "its length");
}

static void
bad(struct str text, const char *line)
{
	struct http_resp r;
	struct err e = { 0 };
	size_t len;

	is_int(parse(mutate_guard(0, text), &r, &len, &e), HTTP_BAD, "a bad head");
	is_line(&e, line, "%s", line);
	ok(e.code == ERR_PEER && e.cause == CAUSE_ANSWER, "the peer's doing");
}

#define OK "HTTP/1.1 200 OK\r\n"

static void
heads(void)
{
	good(OK "\r\n", 200, HTTP_BODY_CLOSE, 0);
	good("HTTP/1.0 503 Service Unavailable\r\nServer: x\r\n\r\n", 503, HTTP_BODY_CLOSE, 0);
	good("HTTP/1.1 472 \r\ncontent-length:\t12 \r\n\r\n", 472, HTTP_BODY_LENGTH, 12);
	good(OK "Content-Length: 18446744073709551615\r\n\r\n", 200, HTTP_BODY_LENGTH, UINT64_MAX);
	good(OK "Transfer-Encoding: Chunked\r\nX: \xc3\xa4\t\"\r\nE:\r\n\r\n", 200, HTTP_BODY_CHUNKED, 0);
	good("HTTP/1.1 100 Continue\r\n\r\n", 100, HTTP_BODY_NONE, 0);
	good("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", 204, HTTP_BODY_NONE, 5);
	good("HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n", 304, HTTP_BODY_NONE, 0);

	bad(S("x"), "answer is not http");
	bad(S("\x15\x03\x01"), "answer is not http");
	bad(S("http/1.1 200 OK\r\n\r\n"), "answer is not http");
	bad(S("HTTP/2 200\r\n\r\n"), "answer is not http");
	bad(S("\r\nHTTP/1.1 200 OK\r\n\r\n"), "answer is not http");
	bad(S("HTTP/1.1 200\r\n\r\n"), "answer: bad status line");
	bad(S("HTTP/1.1 99 x\r\n\r\n"), "answer: bad status line");
	bad(S("HTTP/1.1 099 x\r\n\r\n"), "answer: bad status line");
	bad(S("HTTP/1.1 600 x\r\n\r\n"), "answer: bad status line");
	bad(S("HTTP/1.1  200 x\r\n\r\n"), "answer: bad status line");
	bad(S("HTTP/1.1 2000 x\r\n\r\n"), "answer: bad status line");
	bad(S("HTTP/1.x 200 x\r\n\r\n"), "answer: bad status line");
	bad(S("HTTP/1.10 200 x\r\n\r\n"), "answer: bad status line");
	bad(S("HTTP/1.1 +20 x\r\n\r\n"), "answer: bad status line");
	bad(S(OK "A: b\n\r\n"), "answer: a bare cr or lf");
	bad(S("HTTP/1.1 200 OK\n\n"), "answer: a bare cr or lf");
	bad(S(OK "A: b\rC: d\r\n\r\n"), "answer: a bare cr or lf");
	bad(S(OK "A: b\r\r\n\r\n"), "answer: a bare cr or lf");
	bad(S(OK "A: b\0\r\n\r\n"), "answer: a control byte");
	bad(S(OK "A: b\x7f\r\n\r\n"), "answer: a control byte");
	bad(S(OK "A: b\r\n c\r\n\r\n"), "answer: a folded line");
	bad(S(OK "\tA: b\r\n\r\n"), "answer: a folded line");
	bad(S(OK "A\r\n\r\n"), "answer: a line without a colon");
	bad(S(OK "A : b\r\n\r\n"), "answer: bad field name");
	bad(S(OK ": b\r\n\r\n"), "answer: bad field name");
	bad(S(OK "A\xc3: b\r\n\r\n"), "answer: bad field name");
	bad(S(OK "Content-Length: 1\r\nContent-length: 1\r\n\r\n"), "answer: content-length that is no one number");
	bad(S(OK "Content-Length: 1, 1\r\n\r\n"), "answer: content-length that is no one number");
	bad(S(OK "Content-Length:\r\n\r\n"), "answer: content-length that is no one number");
	bad(S(OK "Content-Length: -1\r\n\r\n"), "answer: content-length that is no one number");
	bad(S(OK "Content-Length: +1\r\n\r\n"), "answer: content-length that is no one number");
	bad(S(OK "Content-Length: 0x1\r\n\r\n"), "answer: content-length that is no one number");
	bad(S(OK "Content-Length: 18446744073709551616\r\n\r\n"), "answer: content-length that is no one number");
	bad(S(OK "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"), "answer: content-length beside transfer-encoding");
	bad(S(OK "Transfer-Encoding:\r\nContent-Length: 1\r\n\r\n"), "answer: content-length beside transfer-encoding");
	bad(S(OK "Transfer-Encoding: gzip, chunked\r\n\r\n"), "answer: a transfer coding that is not chunked");
	bad(S(OK "Transfer-Encoding: identity\r\n\r\n"), "answer: a transfer coding that is not chunked");
	bad(S(OK "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"), "answer: a transfer coding that is not chunked");
	bad(S(OK "Transfer-Encoding:\r\n\r\n"), "answer: a transfer coding that is not chunked");
	bad(S("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), "answer: a transfer coding that is not chunked");
}

static void
fields(void)
{
	struct http_resp r;
	struct err e;
	size_t len;
	bool twice = true;

	is_int(parse(S(OK "A: 1\r\nb:  x y\t\r\nA: 2\r\nEmpty:\r\n\r\nbody"), &r, &len, &e), HTTP_DONE, "a head and more");
	is_int(len, sizeof OK + 31, "where the body starts");
	is_int(r.head_n, 4, "its fields");
	is_str(http_field_get(r.head, r.head_n, "B", &twice), S("x y"), "a value without its blanks");
	ok(!twice, "there once");
	is_str(http_field_get(r.head, r.head_n, "a", &twice), S("1"), "the first of two");
	ok(twice, "and the second is told");
	ok(http_field_get(r.head, r.head_n, "Empty", NULL).at != NULL, "an empty field is there");
	ok(http_field_get(r.head, r.head_n, "None", &twice).at == NULL && !twice, "an absent one is not");
	ok(r.head[0].name.at >= memory && r.head[0].name.at < memory + sizeof memory, "fields live in the arena");
}

static void
limits(void)
{
	struct http_resp r;
	struct err e = { 0 };
	struct arena none = { .at = memory, .cap = 8 };
	struct buf b = BUF(scratch);
	size_t len;

	buf_fmt(&b, OK "A: ");
	while (b.len < HTTP_HEAD_BYTES - 4)
		buf_add_c(&b, 'x');
	buf_fmt(&b, "\r\n\r\n");
	is_int(parse(mutate_guard(0, buf_str(&b)), &r, &len, &e), HTTP_DONE, "the longest head");
	is_int(len, HTTP_HEAD_BYTES, "all of it");
	is_int(parse(mutate_guard(0, str_part(buf_str(&b), 0, b.len - 1)), &r, &len, &e), HTTP_MORE, "but its last byte");
	scratch[b.len - 4] = 'x';
	memcpy(scratch + b.len - 3, "\r\n\r\n", 4);
	is_int(parse(mutate_guard(0, (struct str){ scratch, b.len + 1 }), &r, &len, &e), HTTP_BAD, "one byte more");
	is_line(&e, "answer: more than 16384 bytes of head", "is refused");
	ok(e.code == ERR_LIMIT && e.cause == CAUSE_LIMIT, "by a bound of ours");
	is_int(parse(mutate_guard(0, (struct str){ scratch, b.len }), &r, &len, &e), HTTP_BAD, "as soon as it is known");

	b.len = 0;
	buf_fmt(&b, OK);
	for (int i = 0; i < HTTP_FIELDS; i++)
		buf_fmt(&b, "A%d: b\r\n", i);
	buf_fmt(&b, "\r\n");
	is_int(parse(mutate_guard(0, buf_str(&b)), &r, &len, &e), HTTP_DONE, "as many fields as may be");
	is_int(http_parse_head(buf_str(&b), &none, &r, &len, &e), HTTP_BAD, "without room for them");
	is_int(e.cause, CAUSE_MEMORY, "memory is the cause");
	b.len -= 2;
	buf_fmt(&b, "B: c\r\n\r\n");
	is_int(parse(mutate_guard(0, buf_str(&b)), &r, &len, &e), HTTP_BAD, "one more");
	is_line(&e, "answer: more than 64 fields in the head", "is refused");
	is_int(e.code, ERR_LIMIT, "by a bound of ours");
}

/* What a longer part of an answer leads to must not depend on what was asked of a shorter one. */
struct verdict {
	enum http_more more;
	char line[ERR_LINE];
};

static bool
is_step_to(struct str part, void *arg)
{
	struct verdict *whole = arg;
	struct http_resp r;
	struct err e = { 0 };
	size_t len = 0;
	enum http_more more = parse(part, &r, &len, &e);

	if (more == HTTP_BAD)
		return whole->more == HTTP_BAD && !strcmp(whole->line, e.line);
	return more == HTTP_MORE || (whole->more == HTTP_DONE && len <= part.len);
}

static bool
is_clean(struct str text, void *arg)
{
	struct http_resp r;
	struct err e = { 0 };
	size_t len = 0;
	enum http_more more = parse(text, &r, &len, &e);

	(void)arg;
	if (more == HTTP_BAD)
		return e.code == ERR_PEER && e.cause == CAUSE_ANSWER && e.line[0];
	if (more == HTTP_DONE)
		return len <= text.len && r.status >= 100 && r.status <= 599 && r.head_n <= HTTP_FIELDS;
	return true;
}

static void
mutations(void)
{
	static const struct str texts[] = {
		S(OK "Content-Type: application/json\r\nContent-Length: 12\r\n\r\n{\"a\":\"b\"}.."),
		S("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 7\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
		S(OK "A: b\r\n c\r\nD\x01\r\n\r\n"),
		S("HTTP/1.1 20x OK\r\nA: b\r\n\r\n"),
		S("HTTP/1.2\n"),
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct verdict whole;
		struct http_resp r;
		struct err e = { 0 };
		size_t len;

		whole.more = parse(texts[i], &r, &len, &e);
		memcpy(whole.line, e.line, sizeof whole.line);
		is_int(mutate_cut(texts[i], is_step_to, &whole), 0, "head %zu cut anywhere is on the way to its verdict", i);
		is_int(mutate_flip(texts[i], is_clean, NULL), 0, "and any bit flipped is read or refused cleanly");
	}
}

/* --- Bodies. */

struct flow {
	struct http_resp r;
	uint64_t max;
	bool closes;	/* the connection ends behind the last piece */
};

struct outcome {
	enum http_more more;
	size_t used;	/* of all pieces together */
	struct buf out;
	struct err e;
	char bytes[256];
};

/* Feed pieces one after the other; stop at a verdict. */
static void
feed(const struct flow *f, const struct str *pieces, size_t n, struct outcome *o)
{
	struct http_body b;

	o->out = (struct buf){ .at = o->bytes, .cap = sizeof o->bytes };
	o->used = 0;
	o->more = HTTP_MORE;
	o->e = (struct err){ 0 };
	http_body_init(&b, &f->r, f->max);
	for (size_t i = 0; i < n && o->more == HTTP_MORE; i++) {
		size_t used = 0;

		o->more = http_body_feed(&b, pieces[i], &used, &o->out, &o->e);
		o->used += used;
		if (o->more == HTTP_MORE && used != pieces[i].len)
			o->more = 77;	/* MORE must have used everything */
	}
	if (o->more == HTTP_MORE && f->closes)
		o->more = http_body_eof(&b, &o->e);
}

static void
body_is(struct flow f, struct str in, struct str want, size_t left)
{
	struct str piece = mutate_guard(0, in);
	struct outcome o;

	feed(&f, &piece, 1, &o);
	if (!is_int(o.more, HTTP_DONE, "a body"))
		printf("# %s\n", o.e.line);
	is_str(buf_str(&o.out), want, "of these bytes");
	is_int(in.len - o.used, left, "and these left");
}

static void
body_bad(struct flow f, struct str in, enum err_code code, enum err_cause cause, const char *line)
{
	struct str piece = mutate_guard(0, in);
	struct outcome o;

	feed(&f, &piece, 1, &o);
	is_int(o.more, HTTP_BAD, "a bad body");
	is_line(&o.e, line, "%s", line);
	ok(o.e.code == code && o.e.cause == cause, "its code and cause");
}

#define CHUNKED(limit) ((struct flow){ .r = { .body = HTTP_BODY_CHUNKED }, .max = (limit), .closes = true })
#define LENGTH(n, limit) ((struct flow){ .r = { .body = HTTP_BODY_LENGTH, .length = (n) }, .max = (limit), .closes = true })
#define CLOSE(limit) ((struct flow){ .r = { .body = HTTP_BODY_CLOSE }, .max = (limit), .closes = true })

static void
bodies(void)
{
	body_is((struct flow){ .r = { .body = HTTP_BODY_NONE, .length = 5 } }, S("xxxxx"), S(""), 5);
	body_is(LENGTH(0, 0), S("x"), S(""), 1);
	body_is(LENGTH(3, 3), S("abcd"), S("abc"), 1);
	body_is(CLOSE(3), S("abc"), S("abc"), 0);
	body_is(CLOSE(3), S(""), S(""), 0);
	body_is(CHUNKED(0), S("0\r\n\r\n"), S(""), 0);
	body_is(CHUNKED(9), S("3\r\nabc\r\n00006;x=\"y;z\"\r\n\0\r\n\xff..\r\n000;\r\nT: u\r\n v\r\n\r\nleft"), S("abc\0\r\n\xff.."), 4);
	body_is(CHUNKED(255), S("aB\r\n"
	    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
	    "01234567890123456789012345678901234567890123456789012345678901234567890\r\n0\r\n\r\n"), S(
	    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
	    "01234567890123456789012345678901234567890123456789012345678901234567890"), 0);

	body_bad(LENGTH(4, 4), S("abc"), ERR_RETRY, CAUSE_UNREACHABLE, "answer was cut off");
	body_bad(LENGTH(4, 3), S(""), ERR_LIMIT, CAUSE_LIMIT, "answer: more than 3 bytes of body");
	body_bad(LENGTH(UINT64_MAX, 1 << 20), S(""), ERR_LIMIT, CAUSE_LIMIT, "answer: more than 1048576 bytes of body");
	body_bad(CLOSE(3), S("abcd"), ERR_LIMIT, CAUSE_LIMIT, "answer: more than 3 bytes of body");
	body_bad(CHUNKED(9), S(""), ERR_RETRY, CAUSE_UNREACHABLE, "answer was cut off");
	body_bad(CHUNKED(9), S("3\r\nabc\r\n0\r\n"), ERR_RETRY, CAUSE_UNREACHABLE, "answer was cut off");
	body_bad(CHUNKED(3), S("4\r\n"), ERR_LIMIT, CAUSE_LIMIT, "answer: more than 3 bytes of body");
	body_bad(CHUNKED(5), S("3\r\nabc\r\n3\r\n"), ERR_LIMIT, CAUSE_LIMIT, "answer: more than 5 bytes of body");
	body_bad(CHUNKED(UINT64_MAX), S("10000000000000000\r\n"), ERR_LIMIT, CAUSE_LIMIT, "answer: more than 18446744073709551615 bytes of body");
	body_bad(CHUNKED(9), S("fffffffffffffffff"), ERR_LIMIT, CAUSE_LIMIT, "answer: more than 9 bytes of body");
	body_bad(CHUNKED(9), S("\r\n"), ERR_PEER, CAUSE_ANSWER, "answer: bad chunk size");
	body_bad(CHUNKED(9), S("x\r\n"), ERR_PEER, CAUSE_ANSWER, "answer: bad chunk size");
	body_bad(CHUNKED(9), S(";x\r\n"), ERR_PEER, CAUSE_ANSWER, "answer: bad chunk size");
	body_bad(CHUNKED(9), S("+1\r\n"), ERR_PEER, CAUSE_ANSWER, "answer: bad chunk size");
	body_bad(CHUNKED(9), S("0x1\r\n"), ERR_PEER, CAUSE_ANSWER, "answer: bad chunk size");
	body_bad(CHUNKED(9), S("1 \r\n"), ERR_PEER, CAUSE_ANSWER, "answer: bad chunk size");
	body_bad(CHUNKED(9), S(" 1\r\n"), ERR_PEER, CAUSE_ANSWER, "answer: bad chunk size");
	body_bad(CHUNKED(9), S("1\na"), ERR_PEER, CAUSE_ANSWER, "answer: a bare cr or lf");
	body_bad(CHUNKED(9), S("1\r\nab"), ERR_PEER, CAUSE_ANSWER, "answer: chunk is longer than its size");
	body_bad(CHUNKED(9), S("1\r\na\n"), ERR_PEER, CAUSE_ANSWER, "answer: a bare cr or lf");
	body_bad(CHUNKED(9), S("1\r\na\rx"), ERR_PEER, CAUSE_ANSWER, "answer: a bare cr or lf");
	body_bad(CHUNKED(9), S("1;\1\r\n"), ERR_PEER, CAUSE_ANSWER, "answer: a control byte");
	body_bad(CHUNKED(9), S("0\r\nA\0\r\n"), ERR_PEER, CAUSE_ANSWER, "answer: a control byte");
	body_bad(CHUNKED(9), S("0\r\nA\n"), ERR_PEER, CAUSE_ANSWER, "answer: a bare cr or lf");
}

/* Zeros before a size, extensions and trailers could go on for ever. */
static void
endless(void)
{
	static const struct str starts[] = { S("0\r\n"), S("1;"), S("") };
	static const char fill[] = { 'x', ' ', '0' };

	for (size_t i = 0; i < 3; i++) {
		struct buf b = BUF(scratch);

		buf_add_str(&b, starts[i]);
		while (b.len < HTTP_HEAD_BYTES + 8)
			buf_add_c(&b, fill[i]);
		body_bad(CHUNKED(9), buf_str(&b), ERR_LIMIT, CAUSE_LIMIT, "answer: more than 16384 bytes of chunk extensions and trailers");
	}
}

/* Room for the limit is the caller's promise; without it nothing is overrun. */
static void
no_room(void)
{
	struct flow f = LENGTH(9, 9);
	struct http_body b;
	struct buf small = { .at = scratch, .cap = 8 };
	struct err e = { 0 };
	size_t used;

	http_body_init(&b, &f.r, f.max);
	is_int(http_body_feed(&b, S("123456789"), &used, &small, &e), HTTP_BAD, "less room than was promised");
	is_int(e.code, ERR_LIMIT, "is a limit too");
}

struct expected {
	struct flow f;
	struct outcome o;
};

static bool
is_same(const struct outcome *a, const struct outcome *b)
{
	if (a->more != b->more || strcmp(a->e.line, b->e.line))
		return false;
	return a->more == HTTP_BAD || (a->used == b->used && str_eq(buf_str(&a->out), buf_str(&b->out)));
}

static bool
split_same(struct str first, struct str second, void *arg)
{
	struct expected *x = arg;
	struct str pieces[] = { first, second, { 0 } };
	struct outcome o;

	feed(&x->f, pieces, 3, &o);
	return is_same(&o, &x->o);
}

/* Byte by byte gives what the whole gives, whatever the bytes are. */
static bool
dribble_same(struct str text, void *arg)
{
	struct expected *x = arg;
	struct str pieces[256];
	struct outcome whole, dribble;

	for (size_t i = 0; i < text.len; i++)
		pieces[i] = str_part(text, i, i + 1);
	feed(&x->f, &text, 1, &whole);
	feed(&x->f, pieces, text.len, &dribble);
	if (!text.len)
		return true;
	return is_same(&whole, &dribble) && (whole.more != HTTP_BAD || whole.e.line[0]);
}

static void
body_mutations(void)
{
	static const struct str text = S("3\r\nabc\r\n00006;x=\"y\"\r\nd\r\n\r\nf\r\n0;\r\nT: u\r\n\r\nleft");
	struct flow flows[] = { CHUNKED(200), CHUNKED(9), CHUNKED(8), LENGTH(20, 20), CLOSE(200), CLOSE(20) };

	for (size_t i = 0; i < sizeof flows / sizeof *flows; i++) {
		struct expected x = { .f = flows[i] };

		feed(&x.f, &text, 1, &x.o);
		is_int(mutate_split(text, split_same, &x), 0, "flow %zu: any split gives the same", i);
		is_int(mutate_cut(text, dribble_same, &x), 0, "and byte by byte, cut anywhere");
		is_int(mutate_flip(text, dribble_same, &x), 0, "or with any bit flipped");
	}
}

int
main(void)
{
	requests();
	heads();
	fields();
	limits();
	mutations();
	bodies();
	endless();
	no_room();
	body_mutations();
	return tap_end();
}
