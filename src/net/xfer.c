/* net/xfer.c: one HTTP exchange with one server under one deadline. */
/* SPDX-License-Identifier: MIT */
#include "net/xfer.h"

#include "base/divide.h"
#include "base/wipe.h"
#include "crypto/tls.h"
#include "data/http.h"
#include "sys/clock.h"
#include "sys/rand.h"

#include <poll.h>

#define REQUEST_HEAD 16384	/* fields of a request in all: servers commonly stop at 8 to 16 KiB */

/* What is large stands last. */
struct xfer_work {
	struct uri uri;
	struct buf head;	/* bytes of the answer's head */
	struct buf out;		/* the answer's body */
	struct http_body body;
	struct host name;	/* whom the certificate must name */
	struct trust_source trust;
	struct file_reader roots;
	struct resolve resolve;
	struct http_resp resp;
	struct tls tls;
};

static void run(struct xfer *x);
static void connect_next(struct xfer *x);

/* --- The end */

static void
hang_up(struct xfer *x)
{
	loop_remove(x->loop, &x->watch);
	sock_close(&x->watch.fd);
}

static void
finish(struct xfer *x, enum answer_how how)
{
	x->out.how = how;
	x->out.err = how == ANSWER_OK ? NULL : &x->err;
	x->out.got_at_s = clock_wall_s();
	xfer_cancel(x);
	x->done = true;
}

/* Ended by x->err. */
static void
fail(struct xfer *x)
{
	enum err_cause cause = x->err.cause;
	enum answer_how how = ANSWER_UNREACHABLE;

	if (cause == CAUSE_TLS || cause == CAUSE_CLOCK || cause == CAUSE_FILE)	/* the file is one of certificates */
		how = ANSWER_TLS;
	else if (cause == CAUSE_LIMIT || cause == CAUSE_MEMORY)
		how = ANSWER_TOO_LARGE;
	else if (cause == CAUSE_ANSWER)
		how = ANSWER_BROKEN;
	/* A name or a file of CAs that is not there must not look like something that nobody configured: who asked would go on to the next. */
	if (x->err.code == ERR_ABSENT)
		x->err.code = cause == CAUSE_FILE ? ERR_INPUT : ERR_RETRY;
	finish(x, how);
}

/* How long the exchange had until `limit`. */
static struct str
span(const struct xfer *x, char (*text)[24])
{
	struct buf b = BUF(*text);

	tick_add_span(&b, x->limit - x->started);
	return buf_str(&b);
}

static void
fail_late(struct xfer *x)
{
	static const char what[] = "TLS handshake: no answer\0" "the request was not taken\0" "no answer\0" "the answer did not end";	/* from XFER_TLS on */
	char text[24];

	err_set(&x->err, ERR_RETRY, CAUSE_UNREACHABLE, "%s within %.*s", str_nth(what, x->phase - XFER_TLS), STR(span(x, &text)));
	finish(x, x->phase < XFER_WAIT ? ANSWER_UNREACHABLE : ANSWER_SILENT);
}

/* The connection is gone, or over, before the answer was whole. */
static void
fail_cut(struct xfer *x)
{
	static const char texts[] = "while sending the request\0" "before an answer came\0" "in the middle of the answer";
	const char *when = str_nth(texts, x->phase < XFER_SEND ? 0 : x->phase - XFER_SEND);

	if (x->phase == XFER_TLS)
		tls_error(&x->work->tls, x->pump.sys, &x->err);
	else if (x->pump.sys)
		err_sys(&x->err, CAUSE_UNREACHABLE, x->pump.sys, "the connection was cut %s", when);
	else
		err_set(&x->err, ERR_RETRY, CAUSE_UNREACHABLE, "the connection was cut %s", when);
	if (x->err.cause == CAUSE_UNREACHABLE)
		x->err.code = ERR_RETRY;
	fail(x);
}

/* --- The answer */

/* Take a whole head off the front of `bytes`, passing over 1xx ones. HTTP_MORE has kept all of them. noinline: it makes
   its caller longer than itself. */
static __attribute__((noinline)) enum http_more
take_head(struct xfer *x, struct str *bytes)
{
	struct xfer_work *w = x->work;

	for (;;) {
		size_t had = w->head.len, head_len;
		enum http_more more;

		buf_add_str(&w->head, str_part(*bytes, 0, w->head.cap - had));	/* cap is over the parser's own limit */
		more = http_parse_head(buf_str(&w->head), x->cfg->arena, &w->resp, &head_len, &x->err);
		if (more != HTTP_DONE)
			return more;
		*bytes = str_part(*bytes, head_len - had, bytes->len);
		w->head.len = 0;
		if (w->resp.status >= 200)
			return HTTP_DONE;
		if (w->resp.status == 101 || ++x->interim_n > XFER_INTERIM_MAX) {
			err_set(&x->err, ERR_PEER, CAUSE_ANSWER, "answer: status %d was not asked for", w->resp.status);
			return HTTP_BAD;
		}
	}
}

/* Make room for the body: as much as it says, or as may be. */
static int
start_body(struct xfer *x)
{
	struct xfer_work *w = x->work;
	size_t room = x->cfg->ask->body_max;

	x->has_head = true;
	http_body_init(&w->body, &w->resp, room);
	if (w->resp.body == HTTP_BODY_NONE)
		room = 0;
	if (w->resp.body == HTTP_BODY_LENGTH && w->resp.length < room)
		room = (size_t)w->resp.length;
	w->out = arena_buf(x->cfg->arena, room ? room : 1);
	return w->out.full ? arena_err(&x->err) : 0;
}

/* The pump's `take`. */
static bool
take(void *ctx, struct str bytes)
{
	struct xfer *x = ctx;
	size_t used;

	x->phase = XFER_RECEIVE;
	if (!x->has_head) {
		x->verdict = take_head(x, &bytes);
		if (x->verdict == HTTP_DONE && start_body(x) < 0)
			x->verdict = HTTP_BAD;
		if (x->verdict != HTTP_DONE)
			return x->verdict == HTTP_BAD;
	}
	x->verdict = http_body_feed(&x->work->body, bytes, &used, &x->work->out, &x->err);
	return x->verdict != HTTP_MORE;
}

/* The verdict is HTTP_DONE or HTTP_BAD. */
static void
finish_answer(struct xfer *x)
{
	struct xfer_work *w = x->work;

	if (x->verdict == HTTP_BAD) {
		fail(x);
		return;
	}
	arena_trim(x->cfg->arena, &w->out);
	x->out.status = w->resp.status;
	x->out.head = w->resp.head;
	x->out.head_n = w->resp.head_n;
	x->out.body = buf_str(&w->out);
	x->out.verified = w->uri.tls && tls_is_verified(&w->tls);
	pump_close(&x->pump);
	finish(x, ANSWER_OK);
}

/* The stream ended in order. */
static void
end_stream(struct xfer *x)
{
	if (x->has_head)
		x->verdict = http_body_eof(&x->work->body, &x->err);
	if (x->has_head && x->verdict == HTTP_DONE)
		finish_answer(x);
	else
		fail_cut(x);
}

/* --- The conversation */

/* See how far it came, for messages and for the limits. */
static void
note_phase(struct xfer *x)
{
	const struct pump *p = &x->pump;

	if (x->phase == XFER_TLS && x->work->tls.phase == TLS_OPEN) {
		x->phase = XFER_SEND;
		x->limit = x->cfg->deadline;
	}
	if (p->sent_any && !x->out.sent_at_s)
		x->out.sent_at_s = clock_wall_s();
	if (x->phase == XFER_SEND && p->sent_all)
		x->phase = XFER_WAIT;
}

static void
run(struct xfer *x)
{
	enum pump_end end = pump_run(&x->pump);

	note_phase(x);
	switch (end) {
	case PUMP_WAIT:
		x->watch.events = x->pump.events;
		x->watch.deadline = x->limit;
		return;
	case PUMP_ENOUGH:
		finish_answer(x);
		return;
	case PUMP_END:
		end_stream(x);
		return;
	case PUMP_CUT:
		fail_cut(x);
		return;
	case PUMP_BROKEN:
		tls_error(&x->work->tls, x->pump.sys, &x->err);
		fail(x);
		return;
	}
}

static int
start_tls(struct xfer *x)
{
	struct xfer_work *w = x->work;
	uint8_t random[TLS_RANDOM];
	struct tls_config c = {
		.random = random,
		.now_s = x->cfg->wall_s,
		.host = w->name,
		.trust = &w->trust,
		.arena = x->cfg->arena,
		.identity = x->cfg->ask->identity,
		.fixed_name = x->cfg->ask->peer != PEER_VAULT,
		.skip_verify = x->cfg->skip_verify,
	};
	int result = rand_bytes(random, sizeof random, &x->err);

	if (result == 0)
		result = tls_start(&w->tls, &c, &x->err);
	wipe(random, sizeof random);
	x->pump.tls = &w->tls;
	return result;
}

/* The connection stands. */
static void
start_talk(struct xfer *x)
{
	x->pump.fd = x->watch.fd;
	if (x->work->uri.tls) {
		x->phase = XFER_TLS;
		if (start_tls(x) < 0) {
			fail(x);
			return;
		}
	} else {
		x->phase = XFER_SEND;
		x->limit = x->cfg->deadline;
	}
	run(x);
}

static const struct sock_addr *
address(const struct xfer *x)
{
	return &x->work->resolve.addr[x->addr_at];
}

/* Go on with the next address, for x->err. */
static void
connect_failed(struct xfer *x)
{
	unsigned n = x->work->resolve.addr_n;

	hang_up(x);
	if (++x->addr_at < n) {
		connect_next(x);
		return;
	}
	if (n > 1)	/* the others failed before it, in their own ways */
		err_in(&x->err, "none of its %u addresses takes a connection, the last", n);
	fail(x);
}

static void
connect_next(struct xfer *x)
{
	tick now = clock_now();
	unsigned left = x->work->resolve.addr_n - x->addr_at;
	uint64_t ms = x->limit > now ? (uint64_t)(x->limit - now) : 0;

	divide(&ms, left);
	x->phase = XFER_CONNECT;
	x->watch.events = POLLOUT;
	x->watch.deadline = left == 1 ? x->limit : tick_after(now, ms < XFER_TRY_MS ? (int64_t)ms : XFER_TRY_MS);
	if (sock_connect(&x->watch.fd, address(x), &x->err) < 0)
		connect_failed(x);
	else if (loop_add(x->loop, &x->watch, &x->err) < 0)
		fail(x);
}

static void
on_ready(struct watch *watch, short revents)
{
	struct xfer *x = watch->ctx;

	if (x->phase != XFER_CONNECT) {
		if (revents)
			run(x);
		else
			fail_late(x);
		return;
	}
	if (!revents) {
		char text[SOCK_TEXT], time[24];

		err_set(&x->err, ERR_RETRY, CAUSE_UNREACHABLE, "connect to %.*s: no answer within %.*s",
			STR(sock_text(address(x), &text)), STR(span(x, &time)));
		connect_failed(x);
	} else if (sock_connected(watch->fd, address(x), &x->err) < 0) {
		connect_failed(x);
	} else {
		start_talk(x);
	}
}

static void
on_resolved(struct resolve *r)
{
	struct xfer *x = r->ctx;

	if (r->addr_n) {
		connect_next(x);
		return;
	}
	x->err = r->err;
	fail(x);
}

/* Everything that can be known to be wrong before a packet is sent. noinline: as take_head. */
static __attribute__((noinline)) int
prepare(struct xfer *x)
{
	const struct xfer_cfg *c = x->cfg;
	struct xfer_work *w = arena_get(c->arena, sizeof *w);
	struct buf request;

	if (!w)
		return arena_err(&x->err);
	w->roots.fd = w->roots.folder = -1;
	x->work = w;
	w->head = arena_buf(c->arena, HTTP_HEAD_BYTES + 1);
	if (uri_parse(&w->uri, c->ask->url, &x->err) < 0)
		return -1;
	w->name = w->uri.host;
	if (c->tls_server_name.len && host_parse(&w->name, c->tls_server_name, &x->err) < 0)
		return err_in(&x->err, "tls server name");
	if (w->uri.tls && !c->skip_verify && roots_open(&w->trust, &w->roots, &c->roots, &x->err) < 0)
		return -1;
	request = arena_buf(c->arena, REQUEST_HEAD + c->ask->body.len);
	if (w->head.full || request.full)
		return arena_err(&x->err);
	if (http_format_request(&request, c->ask, &w->uri, &x->err) < 0)
		return -1;
	arena_trim(c->arena, &request);
	x->pump = (struct pump){ .fd = -1, .out = buf_str(&request), .take = take, .ctx = x };
	return 0;
}

void
xfer_start(struct xfer *x, struct loop *l, const struct xfer_cfg *cfg)
{
	*x = (struct xfer){
		.cfg = cfg,
		.loop = l,
		.watch = { .fd = -1, .ready = on_ready, .ctx = x },
		.started = clock_now(),
	};
	x->limit = tick_earlier(cfg->deadline, tick_after(x->started, cfg->ask->connect_ms ? cfg->ask->connect_ms : XFER_CONNECT_MS));
	if (x->limit < x->started)	/* too late already */
		x->limit = x->started;
	if (prepare(x) < 0) {
		fail(x);
		return;
	}
	x->work->resolve.arena = cfg->arena;
	x->work->resolve.from = cfg->from;
	x->work->resolve.ctx = x;
	resolve_start(&x->work->resolve, l, &x->work->uri.host, x->work->uri.port, x->limit, on_resolved);
}

void
xfer_cancel(struct xfer *x)
{
	if (!x->loop)
		return;
	hang_up(x);
	if (x->work) {
		resolve_cancel(&x->work->resolve);
		file_reader_close(&x->work->roots);
		if (x->pump.tls)
			wipe(&x->work->tls, sizeof x->work->tls);
	}
	x->loop = NULL;
}
