/* agent/agent.c: the arrow kept alive: a token that is renewed and logged in for again, its sinks, and word to whoever supervises. */
/* SPDX-License-Identifier: MIT */
#include "agent/agent.h"

#include "agent/reuse.h"
#include "base/divide.h"
#include "base/wipe.h"
#include "crypto/hash.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "sys/log.h"
#include "sys/mem.h"
#include "sys/pid.h"
#include "sys/rand.h"

#include <signal.h>
#include <string.h>

#define LOGIN_REQUESTS 12	/* a long one's: IMDS, a chain of roles, the region, a redirect */
#define REVOKE_MS 5000	/* at the end: whoever stops us waits */

static struct str
token_of(const struct agent *a)
{
	return (struct str){ a->token, a->token_len };
}

/* A request's memory and time; 0 or -1. Whoever begins ends. */
static int
begin(struct agent *a, struct err *e)
{
	/* What the limiter may hold back of the requests of a long login comes on top. */
	uint64_t held_ms = LOGIN_REQUESTS * 60000;

	divide(&held_ms, (uint32_t)a->config->requests_per_minute);
	a->flow->deadline = tick_earlier(a->end, clock_after(a->config->timeout_ms + (int64_t)held_ms));
	a->is_busy = true;
	a->alarm.deadline = TICK_NEVER;	/* sinks that need no request are not kept waiting */
	for (size_t i = 0; i < a->sink_n; i++)
		if (!a->sink[i].conf->wrap_ttl_s)
			a->alarm.deadline = tick_earlier(a->alarm.deadline, a->sink[i].retry_at);
	return mem_arena(&a->flow->arena, FLOW_BYTES, e);
}

static void
end(struct agent *a)
{
	a->is_busy = false;
	mem_release(&a->flow->arena);
	wipe_stack();
}

/* --- Readiness: exactly when the token is alive and on disk everywhere. */

/* Whether ready_file says what is so. */
static bool
is_told(const struct agent *a)
{
	return !*a->ready.path || (a->ready.held >= 0 && a->ready_until == a->life.expires);
}

static void
say_ready(struct agent *a, tick now)
{
	struct err e;
	bool is_alive = a->token_len && token_is_live(&a->life, now), is_written = is_alive, is_failed = false;

	for (size_t i = 0; i < a->sink_n; i++) {
		is_written = is_written && !a->sink[i].is_pending;
		is_failed = is_failed || a->sink[i].failed;
	}
	/* The token before, in a sink that cannot be written, is good until ready_file's time; a sink that never had one is not. */
	if (!is_alive || (is_failed && !a->is_ready))
		ready_remove(&a->ready);
	if (!is_alive && a->is_ready) {
		a->is_ready = false;
		notify_send(&a->notify, "STATUS=the token is lost\n");
	}
	if (!is_written)
		a->ready_at = 0;
	if (a->is_reloading && (a->is_refused || !is_alive)) {	/* no sink is waited for */
		a->is_reloading = !notify_send(&a->notify, "READY=1\n");
		a->ready_at = a->is_reloading ? sink_retry_at(now, rand_vary()) : 0;
	}
	if (!is_written || (a->is_ready && is_told(a)) || !tick_is_past(a->ready_at, now))
		return;
	a->ready_at = sink_retry_at(now, rand_vary());
	if (!is_told(a) && ready_write(&a->ready, a->life.expires, now, &e) < 0) {
		tell_failure(&a->told, TELL_READY, "error writing ready file, retrying", &e, a->ready_at);
		return;
	}
	tell_end(&a->told, TELL_READY);
	a->ready_until = a->life.expires;
	a->is_ready = a->is_ready || notify_send(&a->notify, "READY=1\nSTATUS=the token is alive, and in its sinks\n");
	if (!a->is_ready)
		return;
	a->was_ready = true;
	a->is_reloading = false;
	a->ready_at = 0;
}

/* --- Sinks */

/* One of them, until `until`; -1: a signal. A request may be under way. */
static int
write_sink(struct agent *a, size_t i, tick until, struct err *e)
{
	struct sink *s = &a->sink[i];
	bool is_first = !a->is_busy;
	int r = 0;

	if (is_first) {
		r = begin(a, e);
		a->flow->deadline = tick_earlier(a->flow->deadline, until);
	}
	if (r == 0)
		r = sink_write(s, a->flow, token_of(a), clock_now(), e);
	else
		s->retry_at = sink_retry_at(clock_now(), rand_vary());
	if (is_first)
		end(a);
	if (r < 0)
		return tell_failure(&a->told, TELL_SINKS + i, "error returned by sink function, retrying", e, s->retry_at);
	tell_end(&a->told, TELL_SINKS + i);
	tell_of(LOG_INFO, TELL_FILE, "token written", "path", s->conf->path);
	return 0;
}

/* Those that are due and need no request, and when the next one of these is. -1: a signal. */
static int
write_plain(struct agent *a, tick *next, struct err *e)
{
	*next = TICK_NEVER;
	for (size_t i = 0; i < a->sink_n; i++) {
		struct sink *s = &a->sink[i];

		if (s->conf->wrap_ttl_s)
			continue;
		if (tick_is_past(s->retry_at, clock_now()) && write_sink(a, i, TICK_NEVER, e) < 0)
			return -1;
		*next = tick_earlier(*next, s->retry_at);
	}
	return 0;
}

/* Of those that have Vault wrap the token the one that is due first: one at a time, none that the limiter would hold back, and none
   for longer than until `until`, since the token goes before. When the next one is due stands in *next. -1: a signal. */
static int
write_wrapping(struct agent *a, tick until, tick *next, struct err *e)
{
	size_t first = 0;
	tick due = TICK_NEVER, now = clock_now();

	for (size_t i = 0; i < a->sink_n; i++)
		if (a->sink[i].conf->wrap_ttl_s && a->sink[i].retry_at < due) {
			first = i;
			due = a->sink[i].retry_at;
		}
	*next = due;
	if (due == TICK_NEVER)
		return 0;
	*next = limit_next(a->flow->limit, LIMIT_SECRET, due > now ? due : now);
	if (*next > now)
		return 0;
	return write_sink(a, first, until, e);	/* and then the next one */
}

/* -once: whether all that can be done is done; with -1 a sink's file cannot be written. */
static int
is_through(const struct agent *a)
{
	size_t pending = 0, failed = 0;

	for (size_t i = 0; i < a->sink_n; i++) {
		pending += a->sink[i].is_pending;
		failed += a->sink[i].is_pending && a->sink[i].is_file_bad;
	}
	return !a->token_len ? 0 : !pending ? 1 : pending == failed ? -1 : 0;
}

static void
offer(struct agent *a)
{
	for (size_t i = 0; i < a->sink_n; i++)
		sink_offer(&a->sink[i], clock_now());
}

/* The token is no more: nobody gets it from here on. */
static void
lose(struct agent *a)
{
	tell(LOG_WARN, TELL_LOGIN, "the token has expired, or is revoked");
	wipe(a->token, a->token_len);
	a->token_len = 0;
	for (size_t i = 0; i < a->sink_n; i++)
		sink_forget(&a->sink[i]);
}

/* --- The token */

/* Something happened to it. */
static void
take(struct agent *a, enum token_event event, const struct token_grant *grant, uint32_t wait_s)
{
	token_take(&a->life, event, grant, wait_s, rand_vary(), clock_now());
}

static int
keep_token(struct agent *a, struct str token, struct err *e)
{
	if (token.len > sizeof a->token)
		return err_set(e, ERR_LIMIT, CAUSE_LIMIT, "a token of %zu bytes: the limit is %zu", token.len, sizeof a->token);
	wipe(a->token, a->token_len);
	memcpy(a->token, token.at, token.len);
	a->token_len = token.len;
	return 0;
}

/* What a login gave: the token, or the line about one that is wrapped. */
static int
take_login(struct agent *a, const struct vault_secret *s, struct token_grant *grant, struct err *e)
{
	struct buf line = arena_buf(&a->flow->arena, WRAP_LINE_MAX);
	bool is_wrapped = a->config->vault.wrap_ttl_s > 0;

	*grant = (struct token_grant){ .uses = 1 };	/* nobody here spends what is wrapped: neither renewed nor looked up */
	if ((is_wrapped ? wrap_add_line(&line, s, NULL, e) : self_read_auth(grant, s, e)) < 0 ||
	    keep_token(a, is_wrapped ? buf_str(&line) : s->token, e) < 0)
		return login_err_in(&a->config->vault, e);
	return 0;
}

/* Keep in mind whose credentials these are; whether that is news. */
static bool
note_credentials(struct agent *a, const struct cred *cred)
{
	uint8_t seen[HASH_LEN];
	bool is_new;

	hash_two(&br_sha256_vtable, cred->secret, cred->token, seen);	/* no two sets have the same secret */
	is_new = memcmp(seen, a->seen, sizeof seen) != 0;
	memcpy(a->seen, seen, sizeof seen);
	return is_new;
}

static int
log_in(struct agent *a, struct err *e)
{
	const struct config *c = a->config;
	struct auth auth = { .nonce = str_of(a->nonce) };
	struct token_grant grant;
	tick again_at;
	int r;

	if (!a->told.failing[TELL_LOGIN].kind[0].again_at)
		tell(LOG_INFO, TELL_LOGIN, "authenticating");
	r = begin(a, e);
	if (r == 0)
		r = auth_login(&auth, a->flow, e);
	if (r == 0)
		r = take_login(a, &auth.secret, &grant, e);
	if (r == 0)
		note_credentials(a, &auth.chain.cred);
	end(a);
	if (r < 0) {
		/* What is wrong here is wrong at the next try; but a running agent is not ended by a file that is being changed. */
		if (e->code == ERR_STOP || c->exit_on_err || (e->cause == CAUSE_USE && !a->token_len))
			return -1;
		take(a, TOKEN_NOT_GRANTED, NULL, e->wait_s);
		if (token_next(&a->life, rand_vary(), clock_now(), &again_at) != TOKEN_WAIT)
			again_at = TICK_NEVER;
		return tell_failure(&a->told, TELL_LOGIN, "error authenticating", e, again_at);
	}
	tell_end(&a->told, TELL_LOGIN);
	take(a, TOKEN_GRANTED, &grant, 0);
	tell(LOG_INFO, TELL_LOGIN, c->vault.wrap_ttl_s ? "authentication successful, sending wrapped token to sinks and pausing" :
	    "authentication successful, sending token to sinks");
	if (a->life.state == TOKEN_LIVE)
		tell(LOG_INFO, TELL_LOGIN, "starting renewal process");
	offer(a);
	return 0;
}

static int
ask_self(struct agent *a, enum token_do what, struct err *e)
{
	struct self m = { .vault = &a->config->vault, .token = token_of(a), .what = what == TOKEN_RENEW ? SELF_RENEW : SELF_LOOKUP };
	int r = begin(a, e);

	if (r == 0)
		r = flow_run(a->flow, self_step, &m, e);
	end(a);
	if (r < 0) {
		take(a, token_failure(what, e->code), NULL, e->wait_s);
		return tell_failure(&a->told, TELL_RENEWAL, what == TOKEN_RENEW ? "error renewing token" : "could not look up token", e, TICK_NEVER);
	}
	tell_end(&a->told, TELL_RENEWAL);
	take(a, what == TOKEN_RENEW ? TOKEN_RENEWED : TOKEN_FOUND, &m.grant, 0);
	a->ready_at = 0;	/* ready_file has another time to say, whoever does not hear READY=1 */
	if (what == TOKEN_RENEW)
		tell(LOG_INFO, TELL_LOGIN, "renewed auth token");
	return 0;
}

/* credential_poll_interval: look, log a change, and tell the token's life. */
static int
poll(struct agent *a, struct err *e)
{
	struct auth auth;
	bool is_changed = false;
	int r = begin(a, e);

	if (r == 0)
		r = auth_plan(&auth, a->flow, e);
	if (r == 0)
		is_changed = note_credentials(a, &auth.chain.cred);
	end(a);
	a->poll_at = clock_after(a->config->credential_poll_s * 1000);
	if (r < 0)
		return tell_failure(&a->told, TELL_POLL, "unable to retrieve current creds, retaining last creds", e, a->poll_at);
	tell_end(&a->told, TELL_POLL);
	if (!is_changed)
		return 0;
	tell(LOG_INFO, TELL_LOGIN, a->life.reauth ? "auth method found new credentials, re-authenticating" : "new credentials detected");
	take(a, TOKEN_NEW_CREDENTIALS, NULL, 0);
	return 0;
}

/* --- The loop */

static void
ring(struct watch *w, short revents)
{
	struct agent *a = w->ctx;
	struct err e;

	(void)revents;
	a->rang = true;
	if (a->is_busy)
		(void)write_plain(a, &w->deadline, &e);
}

static void
beat(struct watch *w, short revents)
{
	struct agent *a = w->ctx;

	(void)revents;
	w->deadline = clock_after(a->notify.watchdog_ms < 20 ? 10 : a->notify.watchdog_ms / 2);
	notify_send(&a->notify, "WATCHDOG=1\n");
}

static int
wait(struct agent *a, tick until, struct err *e)
{
	struct loop *l = a->flow->loop;

	a->alarm.deadline = until;
	a->rang = false;
	while (!a->rang && !l->hup)
		if (loop_turn(l, e) < 0)
			return -1;
	return 0;
}

/* -once: whether a sink was not tried yet: each is, once, before the first renewal, since nothing comes behind it. */
static bool
has_untried_sink(const struct agent *a)
{
	bool is_untried = false;

	for (size_t i = 0; i < a->sink_n; i++)
		is_untried |= a->sink[i].is_pending && !a->sink[i].failed;
	return a->config->once && is_untried;
}

/* What is to be done now, and when there is something again: the token goes before the sinks, but for those of -once that were not tried yet. */
static int
work(struct agent *a, tick *next, struct err *e)
{
	tick until = TICK_NEVER, plain, wrapping = clock_now();
	enum token_do what = token_next(&a->life, rand_vary(), clock_now(), &until);
	bool is_idle = false;
	int r = 0;

	if (a->token_len && !token_is_live(&a->life, clock_now()))
		lose(a);
	if (what != TOKEN_LOGIN && has_untried_sink(a)) {
		what = TOKEN_WAIT;
		until = TICK_NEVER;
	}
	say_ready(a, clock_now());
	switch (what) {
	case TOKEN_LOGIN:
		r = log_in(a, e);
		break;
	case TOKEN_RENEW:
	case TOKEN_LOOKUP:
		r = ask_self(a, what, e);
		break;
	case TOKEN_WAIT:
		is_idle = !tick_is_past(a->poll_at, clock_now());
		if (!is_idle)
			r = poll(a, e);
		break;
	}
	if (r < 0 || write_plain(a, &plain, e) < 0 || (is_idle && write_wrapping(a, until, &wrapping, e) < 0))
		return -1;
	say_ready(a, clock_now());
	if (a->ready_at)	/* ready but for the word of it */
		until = tick_earlier(until, a->ready_at);
	*next = tick_earlier(tick_earlier(plain, wrapping), tick_earlier(tick_earlier(until, a->poll_at), a->end));
	return 0;
}

enum agent_end
agent_run(struct agent *a, struct err *e)
{
	struct loop *l = a->flow->loop;
	tick next = TICK_NEVER;

	for (;;) {
		if (l->hup) {
			l->hup = false;
			return AGENT_RELOAD;
		}
		if (work(a, &next, e) < 0)
			break;
		if (a->config->once) {
			int r = is_through(a);

			if (r > 0)
				return AGENT_DONE;
			if (r < 0 || tick_is_past(a->end, clock_now())) {
				*e = a->told.last;
				return AGENT_FAILED;
			}
		}
		if (wait(a, next, e) < 0)
			break;
	}
	return e->code == ERR_STOP && (e->sys == SIGTERM || e->sys == SIGINT) ? AGENT_DONE : AGENT_FAILED;
}

/* --- The beginning */

/* The token that an earlier run left in a sink, when it can be believed. */
static int
take_over(struct agent *a, int64_t configured_s, struct err *e)
{
	struct self m;
	const struct conf_sink *s;
	int r = begin(a, e);

	if (r == 0)
		r = reuse_find(&m, &s, a->flow, configured_s, e);
	if (r == 0)
		r = keep_token(a, m.token, e);
	end(a);
	if (r < 0) {
		if (e->code == ERR_STOP)
			return -1;
		tell_of(LOG_DEBUG, TELL_LOGIN, "no token is taken over", "reason", str_of(e->line));
		return 0;
	}
	take(a, TOKEN_GRANTED, &m.grant, 0);
	tell_of(LOG_INFO, TELL_LOGIN, "the token of an earlier run is alive, and taken over", "path", s->path);
	offer(a);
	return 0;
}

/* Type ec2 without a nonce of the configuration: one for as long as this process lives. */
static int
make_nonce(struct agent *a, struct err *e)
{
	const struct config *c = a->config;
	struct buf hex = BUF(a->nonce);

	if (!str_is(c->set[CONF_TYPE].value, "ec2") || auth_check_nonce(c, e) == 0)
		return 0;
	if (auth_make_nonce(&hex, e) < 0)
		return -1;
	tell(LOG_WARN, TELL_LOGIN, "the nonce of this instance dies with this process: set nonce_file, or it cannot log in again after a restart");
	return 0;
}

static void
set_sinks(struct agent *a)
{
	const struct config *c = a->config;
	size_t n = a->sink_n > c->sink_n ? a->sink_n : c->sink_n;	/* not the whole of it: a page that nobody touches costs nothing */

	for (size_t i = 0; i < n; i++)
		sink_set(&a->sink[i], i < c->sink_n ? &c->sink[i] : NULL);
	a->sink_n = c->sink_n;
}

int
agent_start(struct agent *a, struct flow *f, int64_t configured_s, struct err *e)
{
	const struct config *c = f->config;
	tick now = clock_now();

	a->flow = f;
	a->live = *c;
	a->config = f->config = c = &a->live;
	a->end = c->once ? f->deadline : TICK_NEVER;
	a->poll_at = c->credential_poll_s ? clock_after(c->credential_poll_s * 1000) : TICK_NEVER;
	a->ready = (struct ready_file){ c->ready_file.at, -1 };
	mem_release(&f->arena);
	token_init(&a->life, c->min_backoff_ms, c->max_backoff_ms, c->reauth_on_new_credentials, now);
	notify_init(&a->notify);
	if (sink_check(c->sink, c->sink_n, e) < 0 || auth_check_roots(c, e) < 0 || (c->ready_file.len && file_check(c->ready_file, e) < 0) || make_nonce(a, e) < 0)
		return -1;
	if (c->pid_file.len && pid_write(c->pid_file.at, e) < 0)
		return -1;
	a->has_pid_file = c->pid_file.len > 0;
	for (size_t i = 0; i < c->sink_n; i++)
		sink_tell(&c->sink[i]);
	set_sinks(a);
	a->alarm = (struct watch){ .fd = -1, .deadline = TICK_NEVER, .ready = ring, .ctx = a };
	a->pulse = (struct watch){ .fd = -1, .deadline = TICK_NEVER, .ready = beat, .ctx = a };
	if (a->notify.watchdog_ms)
		beat(&a->pulse, 0);
	f->loop->keeps_hup = true;
	if (loop_add(f->loop, &a->alarm, e) < 0 || loop_add(f->loop, &a->pulse, e) < 0)
		return -1;
	a->is_started = true;
	tell(LOG_INFO, TELL_LOGIN, "starting auth handler");
	return take_over(a, configured_s, e);
}

/* --- Changes, and the end */

/* Of a configuration that was read again these count at once. */
static const unsigned char at_once[] = { CONF_CA_CERT, CONF_CA_PATH, CONF_LOG_LEVEL };

static void
warn_of(const char *name)
{
	tell_of(LOG_WARN, TELL_READY, "changed, which counts after a restart", "setting", str_of(name));
}

int
agent_reload(struct agent *a, const struct config *c, struct err *e)
{
	struct config *live = &a->live;

	if (sink_check(c->sink, c->sink_n, e) < 0 || auth_check_roots(c, e) < 0)
		return -1;
	if (c->vault.wrap_ttl_s != live->vault.wrap_ttl_s)
		return err_set(e, ERR_INPUT, CAUSE_USE, "the method's wrap_ttl has changed, which decides what sinks hold: restart");
	for (enum conf_key k = 0; k < CONF_KEYS; k++)
		if (memchr(at_once, (int)k, sizeof at_once))
			live->set[k] = c->set[k];
		else if (!str_eq(live->set[k].value, c->set[k].value))
			warn_of(conf_text(k, CONF_TEXT_NAME));
	if (!str_eq(live->pid_file, c->pid_file))
		warn_of("pid_file");
	if (!str_eq_secret(live->cred.secret, c->cred.secret))
		warn_of("secret_key");
	live->ca_pem = c->ca_pem;
	live->sink = c->sink;
	live->sink_n = c->sink_n;
	set_sinks(a);
	a->is_ready = false;	/* until they are written */
	if (a->token_len)
		offer(a);
	return 0;
}

void
agent_stop(struct agent *a)
{
	struct self m = { .vault = &a->config->vault, .token = token_of(a), .what = SELF_REVOKE };
	struct err e;

	notify_send(&a->notify, "STOPPING=1\n");
	if (a->is_started)
		tell(LOG_INFO, TELL_LOGIN, "shutdown triggered, stopping lifetime watcher");
	ready_remove(&a->ready);
	if (a->config->revoke_on_exit && !a->config->vault.wrap_ttl_s && token_is_live(&a->life, clock_now())) {
		a->end = clock_after(REVOKE_MS);
		if (begin(a, &e) < 0 || flow_run(a->flow, self_step, &m, &e) < 0)
			tell_of(LOG_WARN, TELL_LOGIN, "the token is not revoked", "error", str_of(e.line));
		end(a);
	}
	if (a->has_pid_file)
		pid_remove(a->config->pid_file.at);
	loop_remove(a->flow->loop, &a->alarm);
	loop_remove(a->flow->loop, &a->pulse);
	if (!a->is_started)
		return;
	tell(LOG_INFO, TELL_LOGIN, "auth handler stopped");
	tell(LOG_INFO, TELL_SINKS, "sink server stopped");
	tell(LOG_INFO, TELL_READY, "sinks finished, exiting");
}
