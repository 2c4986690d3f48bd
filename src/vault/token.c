/* vault/token.c: the life of a token as a function of what happened and of the time. */
/* SPDX-License-Identifier: MIT */
#include "vault/token.h"

enum action { NOTHING, KEEP, DEFER, EXTEND, DOUBT, SETTLE, AGAIN, HURRY, LOSE };

static const unsigned char table[TOKEN_STATES][TOKEN_EVENTS] = {
	[TOKEN_NONE] = {
		[TOKEN_GRANTED] = KEEP, [TOKEN_NOT_GRANTED] = DEFER,
	},
	[TOKEN_LIVE] = {
		[TOKEN_GRANTED] = KEEP, [TOKEN_NOT_GRANTED] = DEFER, [TOKEN_RENEWED] = EXTEND, [TOKEN_DENIED] = DOUBT,
		[TOKEN_FAILED] = AGAIN, [TOKEN_NEW_CREDENTIALS] = HURRY, [TOKEN_EXPIRED] = LOSE,
	},
	[TOKEN_FINAL] = {
		[TOKEN_GRANTED] = KEEP, [TOKEN_NOT_GRANTED] = DEFER, [TOKEN_NEW_CREDENTIALS] = HURRY, [TOKEN_EXPIRED] = LOSE,
	},
	[TOKEN_DOUBT] = {
		[TOKEN_GRANTED] = KEEP, [TOKEN_NOT_GRANTED] = DEFER, [TOKEN_FOUND] = SETTLE, [TOKEN_DENIED] = LOSE,
		[TOKEN_FAILED] = AGAIN, [TOKEN_NEW_CREDENTIALS] = HURRY, [TOKEN_EXPIRED] = LOSE,
	},
	[TOKEN_LASTING] = {
		[TOKEN_GRANTED] = KEEP, [TOKEN_NOT_GRANTED] = DEFER, [TOKEN_FOUND] = SETTLE, [TOKEN_DENIED] = LOSE,
		[TOKEN_FAILED] = AGAIN, [TOKEN_NEW_CREDENTIALS] = HURRY,
	},
};
_Static_assert(sizeof table == 5 * 8, "the header draws this table");

/* So many 65536ths of it: 39 bits and 17. */
static int64_t
part(int64_t ms, uint32_t of_65536)
{
	return (int64_t)((uint64_t)ms * of_65536 >> 16);
}

static tick
later(tick a, tick b)
{
	return a > b ? a : b;
}

/* 70 to 73 % of a lease: 2/3 of it and 1/3 of the grace. */
static int64_t
usual(const struct token *t, int64_t lease_ms)
{
	return part(lease_ms, 43691) + part(t->grace_ms, 21845);
}

/* A lease from now on. 10 to 20 % of it are its grace, drawn when it is longer than the last one. */
static void
set_lease(struct token *t, int64_t lease_s, uint32_t random, tick now)
{
	int64_t ms = (lease_s < TOKEN_LEASE_MAX_S ? lease_s : TOKEN_LEASE_MAX_S) * 1000;

	if (ms > t->lease_ms)
		t->grace_ms = part(ms, 6554 + (uint32_t)part(6554, random >> 16));
	t->lease_ms = ms;
	t->expires = ms ? now + ms : TICK_NEVER;
	t->check_ms = TOKEN_CHECK_MS;
}

/* The next wait of a backoff, kept in *ms. */
static int64_t
back_off(const struct token *t, int64_t *ms, uint32_t random)
{
	int64_t next = !*ms ? t->min_backoff_ms : *ms < t->max_backoff_ms >> 1 ? 2 * *ms : t->max_backoff_ms;

	*ms = next - part(next, random >> 18);
	return *ms;
}

/* How long a server may have us wait. */
static int64_t
asked_wait(const struct token *t, uint32_t wait_s)
{
	int64_t ms = (int64_t)wait_s * 1000;

	return ms < t->max_backoff_ms ? ms : t->max_backoff_ms;
}

/* A login at this instant, or as soon after it as may be; nothing when one is due already. */
static void
want_login(struct token *t, tick at, uint32_t random, tick now)
{
	if (t->login_at <= now)
		return;
	t->login_at = at;
	if (at - t->granted_at >= TOKEN_LASTS_MS || t->is_short)
		return;
	t->is_short = true;
	t->not_before = later(t->not_before, t->granted_at + back_off(t, &t->spacing_ms, random));
}

/* Not renewed from here on: a login at the usual point of what is left, if that has an end. */
static void
settle(struct token *t, uint32_t random, tick now)
{
	bool ends = t->expires != TICK_NEVER;

	t->state = ends ? TOKEN_FINAL : TOKEN_LASTING;
	t->check_at = TICK_NEVER;
	if (t->is_wanted)
		return;
	t->login_at = TICK_NEVER;
	if (ends)
		want_login(t, now + usual(t, t->expires - now), random, now);
}

static void
doubt(struct token *t, tick now)
{
	t->state = TOKEN_DOUBT;
	t->check_at = now;
}

/* Renewed from here on, first at this instant. */
static void
live(struct token *t, tick check_at)
{
	t->state = TOKEN_LIVE;
	t->check_at = check_at;
	if (!t->is_wanted)
		t->login_at = TICK_NEVER;
}

static void
keep(struct token *t, const struct token_grant *g, uint32_t random, tick now)
{
	if (!t->is_short)
		t->spacing_ms = 0;
	t->backoff_ms = t->lease_ms = 0;
	t->is_short = t->is_wanted = false;
	t->is_new = true;
	t->granted_at = t->not_before = now;
	set_lease(t, g->lease_s, random, now);
	if (g->renewable && t->lease_ms && !g->uses) {
		live(t, now);
		return;
	}
	settle(t, random, now);
	if (!t->lease_ms && !g->uses)
		t->check_at = now;
}

static void
extend(struct token *t, const struct token_grant *g, uint32_t random, tick now)
{
	t->is_refused = false;
	if (!g->lease_s) {
		doubt(t, now);
		return;
	}
	if (t->is_new)
		t->lease_ms = 0;	/* the first renewal's is the measure for the next ones */
	t->is_new = false;
	set_lease(t, g->lease_s, random, now);
	if (!g->renewable) {
		settle(t, random, now);
		return;
	}
	live(t, now + later(usual(t, t->lease_ms), TOKEN_GAP_MS));
	if (t->lease_ms - usual(t, t->lease_ms) <= t->grace_ms)
		want_login(t, now, random, now);
}

/* A lookup shows it alive. */
static void
found(struct token *t, const struct token_grant *g, uint32_t random, tick now)
{
	if (t->state == TOKEN_LASTING && g->lease_s && g->renewable && !g->uses) {
		extend(t, g, random, now);
		return;
	}
	t->is_refused = false;
	t->lease_ms = 0;	/* the grace is this lease's */
	set_lease(t, g->lease_s, random, now);
	settle(t, random, now);
	if (!t->lease_ms && !g->uses)
		t->check_at = now + TOKEN_LOOK_MS;
}

/* A failed renewal or lookup. */
static void
again(struct token *t, uint32_t wait_s, uint32_t random, tick now)
{
	int64_t ms = part(t->check_ms, 32768 + (random >> 16)), asked_ms = asked_wait(t, wait_s);

	t->check_ms = t->check_ms < TOKEN_CHECK_MAX_MS >> 1 ? 2 * t->check_ms : TOKEN_CHECK_MAX_MS;
	t->check_at = now + later(ms < t->max_backoff_ms ? ms : t->max_backoff_ms, asked_ms);
	t->not_before = later(t->not_before, now + asked_ms);
	if (t->expires != TICK_NEVER && t->expires - t->check_at <= t->grace_ms)
		want_login(t, later(now, t->expires - t->lease_ms + usual(t, t->lease_ms)), random, now);
}

static void
lose(struct token *t, bool is_denied, uint32_t random, tick now)
{
	bool is_early = is_denied && now - t->granted_at < TOKEN_LASTS_MS;

	if (is_early && t->is_refused) {
		settle(t, random, now);
		return;
	}
	t->is_refused = is_early;
	t->state = TOKEN_NONE;
	t->check_at = TICK_NEVER;
	want_login(t, now, random, now);
}

void
token_init(struct token *t, int64_t min_backoff_ms, int64_t max_backoff_ms, bool reauth, tick now)
{
	int64_t most = (int64_t)TOKEN_LEASE_MAX_S * 1000;

	*t = (struct token){ .reauth = reauth, .check_at = TICK_NEVER, .login_at = now, .not_before = now, .granted_at = now };
	t->min_backoff_ms = min_backoff_ms < 1 ? 1 : min_backoff_ms < most ? min_backoff_ms : most;
	t->max_backoff_ms = max_backoff_ms < t->min_backoff_ms ? t->min_backoff_ms : max_backoff_ms < most ? max_backoff_ms : most;
}

void
token_take(struct token *t, enum token_event event, const struct token_grant *g, uint32_t wait_s, uint32_t random, tick now)
{
	if (g && g->lease_s < 0)
		event = event == TOKEN_GRANTED ? TOKEN_NOT_GRANTED : TOKEN_FAILED;
	switch ((enum action)table[t->state][event]) {
	case NOTHING:
		break;
	case KEEP:
		keep(t, g, random, now);
		break;
	case DEFER:
		t->login_at = tick_earlier(t->login_at, now);
		t->not_before = later(t->not_before, now + later(back_off(t, &t->backoff_ms, random), asked_wait(t, wait_s)));
		break;
	case EXTEND:
		extend(t, g, random, now);
		break;
	case DOUBT:
		doubt(t, now);
		break;
	case SETTLE:
		found(t, g, random, now);
		break;
	case AGAIN:
		again(t, wait_s, random, now);
		break;
	case HURRY:
		t->is_wanted |= t->reauth;
		if (t->reauth)
			want_login(t, now, random, now);
		break;
	case LOSE:
		lose(t, event == TOKEN_DENIED, random, now);
		break;
	}
}

enum token_do
token_next(struct token *t, uint32_t random, tick now, tick *until)
{
	tick login_at;

	if (t->state != TOKEN_NONE && !token_is_live(t, now))
		token_take(t, TOKEN_EXPIRED, NULL, 0, random, now);
	login_at = later(t->login_at, t->not_before);
	*until = tick_earlier(tick_earlier(login_at, t->check_at), t->state == TOKEN_NONE ? TICK_NEVER : t->expires);
	if (now >= login_at)
		return TOKEN_LOGIN;
	if (now >= t->check_at)
		return t->state == TOKEN_LIVE ? TOKEN_RENEW : TOKEN_LOOKUP;
	return TOKEN_WAIT;
}

bool
token_is_live(const struct token *t, tick now)
{
	return t->state != TOKEN_NONE && !tick_is_past(t->expires, now);
}

enum token_event
token_failure(enum token_do asked, enum err_code code)
{
	return asked == TOKEN_LOGIN ? TOKEN_NOT_GRANTED : code == ERR_DENIED ? TOKEN_DENIED : TOKEN_FAILED;
}
