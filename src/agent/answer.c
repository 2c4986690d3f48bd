/* agent/answer.c: answers one question of a step machine: an exchange over the network, a file, a program's output. */
/* SPDX-License-Identifier: MIT */
#include "agent/answer.h"

#include "aws/region.h"
#include "data/http.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "sys/run.h"

#define HELD_MS 3600000	/* how often it is told that requests are held back */

/* Whom Vault's certificate is held against. */
struct roots
answer_vault_roots(const struct config *c)
{
	return (struct roots){ .file = c->set[CONF_CA_CERT].value.at, .setting = "-ca-cert", .bytes = c->ca_pem,
		.path = c->set[CONF_CA_PATH].value.at };
}

/* And AWS's, to which nothing of Vault's applies. */
static struct roots
aws_roots(const struct config *c, const struct ask_http *ask)
{
	struct roots r = { .whose = ROOTS_AWS, .file = (ask->ca.len ? ask->ca : c->aws.var[CRED_CA_BUNDLE]).at,
		.setting = ask->ca.len ? "ca" : "AWS_CA_BUNDLE" };
	struct uri uri;
	struct err e;

	if (uri_parse(&uri, ask->url, &e) == 0 && uri.host.kind == HOST_DNS && region_is_aws_host(uri.host.name))
		r.whose = ROOTS_AWS_OWN;
	return r;
}

static void
on_time(struct watch *w, short revents)
{
	(void)revents;
	*(bool *)w->ctx = true;
}

/* Let time pass. 1; 0 when the flow's deadline comes first; -1 for a signal. */
static int
wait_until(struct flow *f, tick at, struct err *e)
{
	bool over = false;
	struct watch w = { .fd = -1, .deadline = at, .ready = on_time, .ctx = &over };
	int r;

	if (f->deadline < w.deadline)
		return 0;
	r = loop_add(f->loop, &w, e);
	while (r == 0 && !over)
		r = loop_turn(f->loop, e);
	loop_remove(f->loop, &w);
	return r < 0 ? -1 : 1;
}

/* Whether a request may go out: 1, as soon as it may; 0 and a->sentence, when that is too late; -1 for a signal. */
static int
wait_turn(struct answering *a, struct flow *f, const struct ask_http *ask, struct err *e)
{
	struct limit *l = f->limit;
	tick now = clock_now(), at;
	int r = 1;

	if (limit_next(l, ask->share, now) > now && (!l->delayed++ || now - l->told >= HELD_MS)) {
		l->told = now;
		log_text(LOG_WARN, "requests are held back, %u so far: this process may send %u a minute", l->delayed, l->n);
	}
	while (r > 0 && (at = limit_next(l, ask->share, now)) > now) {	/* others send while we wait */
		r = wait_until(f, at, e);
		now = clock_now();
	}
	if (r > 0)
		limit_note(l, now);
	else if (r == 0)
		err_set(&a->sentence, ERR_RETRY, CAUSE_UNREACHABLE, "not asked: this process may send %u requests a minute", l->n);
	return r;
}

/* One exchange, waited for. */
static int
exchange(struct flow *f, const struct ask_http *ask, struct xfer *x, struct err *e)
{
	const struct config *c = f->config;
	bool vault = ask->peer == PEER_VAULT;
	struct xfer_cfg cfg = {
		.ask = ask,
		.roots = vault ? answer_vault_roots(c) : aws_roots(c, ask),
		.tls_server_name = vault ? c->set[CONF_TLS_SERVER_NAME].value : S(""),
		.skip_verify = vault && c->on[CONF_TLS_SKIP_VERIFY],
		.arena = &f->arena,
		.wall_s = clock_wall_s(),
		.deadline = ask->within_ms ? tick_earlier(f->deadline, clock_after(ask->within_ms)) : f->deadline,
	};
	struct str shown = str_part(ask->url, 0, str_find_c(ask->url, '?'));	/* user and password uri_parse has refused */
	int r = 0;

	log_text(LOG_DEBUG, "%.*s %.*s", STR(ask->method), STR(shown));
	xfer_start(x, f->loop, &cfg);
	while (!x->done && r == 0)
		r = loop_turn(f->loop, e);
	xfer_cancel(x);
	limit_end(f->limit, clock_now() + 1);	/* a tick has its fraction cut off */
	if (r == 0 && x->out.how == ANSWER_OK)
		log_text(LOG_DEBUG, "answer %d, %zu bytes", x->out.status, x->out.body.len);
	return r;
}

/* Whether an answer is a redirect that is followed: the ask then has the new url, and `place` says where that is. 0: it is not
   a redirect. -1: one that is not followed, and *e says why. The query is not Vault's business here: logins have none. */
static int
redirect(struct flow *f, struct ask_http *ask, const struct answer *in, struct buf *place, struct err *e)
{
	const char *why = NULL;
	struct buf url;
	struct str to;
	struct uri uri;

	if (in->how != ANSWER_OK || (in->status != 301 && in->status != 302 && in->status != 307 && in->status != 308))
		return 0;
	to = http_field_get(in->head, in->head_n, "Location", NULL);
	url = arena_buf(&f->arena, to.len + 512);	/* a host name has at most 253 bytes */
	if (str_begins(to, "/") && !str_begins(to, "//") && uri_parse(&uri, ask->url, e) == 0)
		uri_format_safe(&url, &uri);	/* on the same server */
	buf_add_str(&url, to);
	if (!ask->follow)
		why = ask->peer == PEER_VAULT ? "-disable-redirects is set" : "AWS's services have none";
	else if (place->len)
		why = "it is the second";
	else if (url.full || uri_parse(&uri, buf_str(&url), e) < 0)
		why = "its place is no address";
	else if (!uri.tls && str_begins(ask->url, "https:"))
		why = "it leaves https";
	if (why)
		return err_set(e, ERR_PEER, CAUSE_ANSWER, "answer %d: redirect not followed: %s", in->status, why);
	uri_format_safe(place, &uri);
	log_text(LOG_INFO, "redirected to %.*s", STR(buf_str(place)));
	ask->url = buf_str(&url);
	return 1;
}

/* One sending: the exchange, and the one redirect. */
static int
send_once(struct answering *a, struct flow *f, struct ask_http *ask, struct err *e)
{
	struct xfer *x = &a->xfer;
	char text[512];
	struct buf place = BUF(text);
	int r;

	do {
		r = wait_turn(a, f, ask, e);
		if (r <= 0) {
			a->out = (struct answer){ .how = ANSWER_SILENT, .err = &a->sentence };
			return r;
		}
		if (exchange(f, ask, x, e) < 0)
			return -1;
		r = redirect(f, ask, &x->out, &place, &a->sentence);
	} while (r > 0);
	a->out = x->out;
	if (r == 0 && x->out.how == ANSWER_OK)
		return 0;
	if (r == 0)
		a->sentence = *x->out.err;
	else
		a->out.how = ANSWER_BROKEN;
	if (place.len)
		err_in(&a->sentence, "redirected to %.*s", STR(buf_str(&place)));
	a->out.err = &a->sentence;
	return 0;
}

static int
answer_http(struct answering *a, struct flow *f, struct ask_http *ask, struct err *e)
{
	struct str url = ask->url;
	int64_t ms = ANSWER_WAIT_MS;

	for (unsigned n = 0;; n++) {
		int r;

		ask->url = url;
		if (send_once(a, f, ask, e) < 0)
			return -1;
		if (ask->once || n == ANSWER_RESENDS || !(a->out.how == ANSWER_UNREACHABLE || a->out.how == ANSWER_SILENT ||
		    (a->out.how == ANSWER_OK && (a->out.status == 429 || a->out.status >= 500))))
			return 0;
		r = wait_until(f, clock_after(ms), e);
		if (r <= 0)
			return r;
		ms *= 4;
	}
}

static void
answer_file(struct answering *a, struct flow *f, const struct ask_file *ask)
{
	struct str path;
	unsigned others;

	if (arena_keep(&f->arena, ask->path, &path, &a->sentence) == 0 &&
	    file_read(path.at, ask->max, &f->arena, &a->out.body, &others, &a->sentence) == 0) {
		a->out.how = ANSWER_OK;
		a->out.err = NULL;
		if (ask->secret && others & 044)
			log_text(LOG_WARN, "%.*s can be read by others than its owner", STR(path));
		return;
	}
	a->out.how = a->sentence.code == ERR_ABSENT ? ANSWER_MISSING :
	    a->sentence.code == ERR_LIMIT ? ANSWER_TOO_LARGE : ANSWER_UNREADABLE;
}

static int
answer_run(struct answering *a, struct flow *f, const struct ask_run *ask, struct err *e)
{
	struct buf out = arena_buf(&f->arena, ask->out_max);
	tick now = clock_now();
	struct run r = { .saved = f->proc, .deadline = tick_earlier(f->deadline, tick_after(now, ask->within_ms)), .out = &out };
	struct str command;
	char text[24];
	struct buf span = BUF(text);

	a->out.how = ANSWER_UNREACHABLE;
	if (out.full)
		return arena_err(&a->sentence), 0;
	if (arena_keep(&f->arena, ask->command, &command, &a->sentence) < 0)
		return 0;
	r.command = command.at;
	switch (run_command(&r, f->loop, &a->sentence)) {
	case RUN_FAILED:
		if (a->sentence.code == ERR_STOP) {
			*e = a->sentence;
			return -1;
		}
		return 0;
	case RUN_KILLED:
		a->out.how = ANSWER_SILENT;
		tick_add_span(&span, r.deadline - now);
		err_set(&a->sentence, ERR_RETRY, CAUSE_CREDENTIALS, "was not through within %.*s", STR(buf_str(&span)));
		return 0;
	case RUN_TOO_MUCH:
		a->out.how = ANSWER_TOO_LARGE;
		err_set(&a->sentence, ERR_LIMIT, CAUSE_LIMIT, "wrote more than %zu bytes", ask->out_max);
		return 0;
	case RUN_EXITED:
		break;
	}
	if (r.error_n) {
		struct str error = { r.error, r.error_n };

		error = str_part(error, 0, str_find_c(error, '\n'));
		if (!str_begins(error, "sh:") && !str_begins(error, "/bin/sh:"))	/* the shell's own: it repeats the command line */
			log_text(LOG_DEBUG, "the program says: %.*s", STR(error));
	}
	a->out = (struct answer){ .how = ANSWER_OK, .status = r.status, .body = buf_str(&out) };
	return 0;
}

int
answer_ask(struct answering *a, struct flow *f, struct ask *ask, struct err *e)
{
	a->out = (struct answer){ .err = &a->sentence };
	if (ask->kind != ASK_FILE && tick_is_past(f->deadline, clock_now())) {
		a->out.how = ANSWER_SILENT;
		err_set(&a->sentence, ERR_RETRY, CAUSE_UNREACHABLE, "not asked: the time of -timeout is over");
		return 0;
	}
	switch (ask->kind) {
	case ASK_HTTP:
		return answer_http(a, f, &ask->http, e);
	case ASK_FILE:
		answer_file(a, f, &ask->file);
		return 0;
	case ASK_RUN:
		return answer_run(a, f, &ask->run, e);
	}
	return err_set(e, ERR_SYS, CAUSE_NONE, "a question of no kind");
}
