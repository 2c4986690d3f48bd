/* tests/unit/vault/token.c: the life of a token: every cell of its table, each of its numbers, and what must not become a loop. */
/* SPDX-License-Identifier: MIT */
#include "vault/token.h"

#include "tests/tap.h"

#define H 3600000ll		/* an hour in ms */
#define YEARS_10 ((int64_t)TOKEN_LEASE_MAX_S * 1000)
#define MOST UINT32_MAX

static struct token t;
static tick until;

static enum token_do
next(uint32_t random, tick now)
{
	return token_next(&t, random, now, &until);
}

static void
grant(enum token_event event, int64_t lease_s, bool renewable, uint32_t random, tick now)
{
	token_take(&t, event, &(struct token_grant){ .lease_s = lease_s, .renewable = renewable }, 0, random, now);
}

static void
fail(enum token_event event, uint32_t wait_s, uint32_t random, tick now)
{
	token_take(&t, event, NULL, wait_s, random, now);
}

/* A fresh one, with Vault's backoff of 1 s to 5 min. */
static void
begin(tick now)
{
	token_init(&t, 1000, 300000, true, now);
}

/* In each state, an hour of lease, granted at 0 and long enough ago at 10000. */
static void
reach(enum token_state state)
{
	begin(0);
	if (state == TOKEN_NONE)
		return;
	grant(TOKEN_GRANTED, state == TOKEN_LASTING ? 0 : 3600, state != TOKEN_FINAL, 0, 0);
	if (state == TOKEN_LIVE || state == TOKEN_DOUBT)
		grant(TOKEN_RENEWED, 3600, true, 0, 0);
	if (state == TOKEN_DOUBT)
		fail(TOKEN_DENIED, 0, 0, 10000);
	if (state == TOKEN_LASTING)
		grant(TOKEN_FOUND, 0, false, 0, 0);
}

/* As the header draws it: the state after each event, and what is to be done at once. */
static void
test_table(void)
{
	enum { N = TOKEN_NONE, L = TOKEN_LIVE, F = TOKEN_FINAL, D = TOKEN_DOUBT, E = TOKEN_LASTING };
	enum { W = TOKEN_WAIT, G = TOKEN_LOGIN, R = TOKEN_RENEW, K = TOKEN_LOOKUP };
	static const struct {
		unsigned char state, todo;
	} after[TOKEN_STATES][TOKEN_EVENTS] = {
		/*       GRANTED   NOT_GR    RENEWED   FOUND     DENIED    FAILED    NEW_CR    EXPIRED */
		[N] = { { L, R }, { N, W }, { N, G }, { N, G }, { N, G }, { N, G }, { N, G }, { N, G } },
		[L] = { { L, R }, { L, W }, { L, W }, { L, W }, { D, K }, { L, W }, { L, G }, { N, G } },
		[F] = { { L, R }, { F, W }, { F, W }, { F, W }, { F, W }, { F, W }, { F, G }, { N, G } },
		[D] = { { L, R }, { D, K }, { D, K }, { F, W }, { N, G }, { D, W }, { D, G }, { N, G } },
		[E] = { { L, R }, { E, W }, { E, W }, { L, W }, { N, G }, { E, W }, { E, G }, { E, W } },
	};
	static const struct token_grant g = { .lease_s = 3600, .renewable = true };

	for (unsigned s = 0; s < TOKEN_STATES; s++)
		for (unsigned ev = 0; ev < TOKEN_EVENTS; ev++) {
			enum token_do todo;

			reach(s);
			is_int(t.state, s, "state %u", s);
			token_take(&t, ev, &g, 0, 0, 10000);
			todo = next(0, 10000);
			is_int(t.state, after[s][ev].state, "state %u after event %u in %u", t.state, ev, s);
			is_int(todo, after[s][ev].todo, "and what is done then");
			ok(todo != TOKEN_WAIT || (until > 10000 && until <= 10000 + 72 * H), "and until when: %lld", (long long)until);
		}
}

/* Two thirds and a third of 10 to 20 %. */
static void
test_numbers(void)
{
	begin(0);
	is_int(next(0, 0), TOKEN_LOGIN, "a login at once");
	grant(TOKEN_GRANTED, 3600, true, 0, 100);
	is_int(next(0, 100), TOKEN_RENEW, "a renewal right after it");
	grant(TOKEN_RENEWED, 3600, true, 0, 200);
	is_int(next(0, 300), TOKEN_WAIT, "then a wait");
	ok(until - 200 >= H * 70 / 100 && until - 200 <= H * 7005 / 10000, "70 %% of the lease: %lld", (long long)until);
	is_int(next(0, until), TOKEN_RENEW, "and a renewal");
	begin(0);
	grant(TOKEN_GRANTED, 3600, false, MOST, 0);
	is_int(next(0, 0), TOKEN_WAIT, "not renewable: no renewal");
	ok(until >= H * 7330 / 10000 && until <= H * 7335 / 10000, "73.3 %% of the lease: %lld", (long long)until);
	is_int(next(0, until), TOKEN_LOGIN, "and a login");
	/* Towards the maximal TTL: the grace stays that of the longest lease. */
	begin(0);
	grant(TOKEN_GRANTED, 3600, true, 0, 0);
	grant(TOKEN_RENEWED, 3600, true, 0, 0);
	grant(TOKEN_RENEWED, 1460, true, 0, 10000);
	is_int(next(0, 10000), TOKEN_WAIT, "over four times the grace: renewed on");
	grant(TOKEN_RENEWED, 1430, true, 0, 20000);
	is_int(next(0, 20000), TOKEN_LOGIN, "under it: a login");
	fail(TOKEN_NOT_GRANTED, 0, 0, 20000);
	is_int(next(0, 20000), TOKEN_WAIT, "refused: a wait, and then");
	is_int(until, 21000, "again");
	ok(token_is_live(&t, 20000), "with the old token");
	grant(TOKEN_RENEWED, 3600, true, 0, 20500);
	ok(next(0, 21000) == TOKEN_WAIT && until > 20500 + H / 2, "renewed for long after all: no login");
	/* The first renewal may be of less than the login. */
	begin(0);
	grant(TOKEN_GRANTED, 3600, true, 0, 0);
	grant(TOKEN_RENEWED, 600, true, 0, 0);
	ok(next(0, 0) == TOKEN_WAIT && until > 419000 && until < 421000, "and is then the measure: %lld", (long long)until);
	grant(TOKEN_RENEWED, 600, false, 0, 420000);
	ok(next(0, 420000) == TOKEN_WAIT && until > 830000, "renewed, but not again");
	is_int(next(0, until), TOKEN_LOGIN, "a login at the usual point");
}

static void
test_backoff(void)
{
	tick now = 0;
	int64_t last = 0;

	begin(0);
	for (int i = 0; i < 12; i++) {
		fail(TOKEN_NOT_GRANTED, 0, 0, now);
		is_int(next(0, now), TOKEN_WAIT, "failure %d: a wait", i);
		is_int(until - now, i < 9 ? 1000ll << i : 300000, "of");
		now = until;
		is_int(next(0, now), TOKEN_LOGIN, "and a login");
	}
	begin(now);
	for (int i = 0; i < 30; i++) {
		fail(TOKEN_NOT_GRANTED, 0, MOST, now);
		ok(next(0, now) == TOKEN_WAIT && until - now >= 750 && until - now <= 300000 - 74000, "varied: %lld", (long long)(until - now));
		ok(i == 0 || until - now <= 2 * last, "at most twice the last");
		last = until - now;
		now = until;
	}
	grant(TOKEN_GRANTED, 3600, true, 0, now);
	grant(TOKEN_RENEWED, 3600, true, 0, now);
	now += 2 * H;
	is_int(next(0, now), TOKEN_LOGIN, "after a success, and the end of its lease, at once");
	fail(TOKEN_NOT_GRANTED, 0, 0, now);
	ok(next(0, now) == TOKEN_WAIT && until - now == 1000, "from the start");
	begin(0);
	fail(TOKEN_NOT_GRANTED, 30, 0, 0);
	ok(next(0, 0) == TOKEN_WAIT && until == 30000, "Retry-After is waited for");
	fail(TOKEN_NOT_GRANTED, MOST, 0, 30000);
	ok(next(0, 30000) == TOKEN_WAIT && until == 330000, "up to the longest backoff");
	token_init(&t, 0, -5, false, 0);
	fail(TOKEN_NOT_GRANTED, 0, MOST, 0);
	ok(next(0, 0) == TOKEN_WAIT && until == 1, "no backoff at all is one of a millisecond");
	token_init(&t, INT64_MAX, INT64_MAX, false, 0);
	fail(TOKEN_NOT_GRANTED, 0, 0, 0);
	ok(next(0, 0) == TOKEN_WAIT && until == YEARS_10, "a longest one of ten years");
}

/* Renewals that fail: 10 s, 20 s, ... 5 min, half to one and a half of it, until the grace. */
static void
test_renewal(void)
{
	const tick end = 24 * H;
	tick now;
	int64_t longest = 0;

	for (uint32_t random = 0;; random = MOST) {
		begin(0);
		grant(TOKEN_GRANTED, 86400, true, 0, 0);
		grant(TOKEN_RENEWED, 86400, true, 0, 0);
		now = next(0, 0) == TOKEN_WAIT ? until : 0;
		for (int i = 0; next(0, now) == TOKEN_RENEW; i++) {
			int64_t step = i < 5 ? 10000ll << i : 300000;

			fail(TOKEN_FAILED, 0, random, now);
			if (next(0, now) == TOKEN_LOGIN)
				break;
			step = random ? (step * 3 / 2 > 300000 ? 300000 : step * 3 / 2) : step / 2;
			ok(until - now >= step - 10 && until - now <= step, "wait %d after a failed renewal: %lld", i, (long long)(until - now));
			longest = until - now > longest ? until - now : longest;
			now = until;
		}
		is_int(next(0, now), TOKEN_LOGIN, "before the grace a login");
		ok(now < end - end / 10 && now > end - end / 5 - 300000, "and not sooner: %lld", (long long)now);
		ok(token_is_live(&t, now), "while the old token lives");
		fail(TOKEN_NOT_GRANTED, 0, 0, now);
		while (now < end && next(0, now) == TOKEN_WAIT)
			now = until;
		ok(now < end && next(0, now) == TOKEN_LOGIN, "refused: after its backoff again");
		if (random)
			break;
	}
	is_int(longest, 300000, "up to five minutes");
	token_init(&t, 1000, 4000, false, 0);
	grant(TOKEN_GRANTED, 3600, true, 0, 0);
	fail(TOKEN_FAILED, 0, MOST, 0);
	ok(next(0, 0) == TOKEN_WAIT && until == 4000, "never over the longest backoff");
	fail(TOKEN_FAILED, 100, 0, 4000);
	ok(next(0, 4000) == TOKEN_WAIT && until == 8000, "whatever the server asks for");
	begin(0);
	grant(TOKEN_GRANTED, 3600, true, 0, 0);
	fail(TOKEN_FAILED, 100, 0, 0);
	ok(next(0, 0) == TOKEN_WAIT && until == 100000, "which is honoured below it");
	begin(0);
	grant(TOKEN_GRANTED, 3600, true, 0, 0);
	grant(TOKEN_RENEWED, -1, true, 0, 0);
	ok(next(0, 0) == TOKEN_WAIT && until == 5000 && t.state == TOKEN_LIVE, "a negative lease is a failed renewal");
}

/* 403: one lookup, and what it shows. */
static void
test_denied(void)
{
	begin(0);
	grant(TOKEN_GRANTED, 3600, true, 0, 0);
	fail(TOKEN_DENIED, 0, 0, 10);
	is_int(next(0, 10), TOKEN_LOOKUP, "a lookup at once");
	grant(TOKEN_FOUND, 3599, true, 0, 20);
	is_int(next(0, 20), TOKEN_WAIT, "alive: nothing is done");
	ok(until > H * 69 / 100 && until < H * 71 / 100, "until the usual point");
	is_int(next(0, until), TOKEN_LOGIN, "then a login");
	begin(0);
	grant(TOKEN_GRANTED, 3600, true, 0, 0);
	grant(TOKEN_RENEWED, 3600, true, 0, 0);
	fail(TOKEN_DENIED, 0, 0, H / 2);
	fail(TOKEN_DENIED, 0, 0, H / 2);
	is_int(next(0, H / 2), TOKEN_LOGIN, "dead: a login at once");
	ok(!token_is_live(&t, H / 2), "and no token");
	begin(0);
	grant(TOKEN_GRANTED, 3600, true, 0, 0);
	grant(TOKEN_RENEWED, 0, true, 0, 0);
	is_int(next(0, 0), TOKEN_LOOKUP, "a renewal that gives no lease: a lookup");
	grant(TOKEN_FOUND, 0, true, 0, 0);
	ok(next(0, 0) == TOKEN_WAIT && until == H && t.state == TOKEN_LASTING, "which shows that it does not expire");
	begin(0);
	grant(TOKEN_GRANTED, 3600, true, 0, 0);
	fail(TOKEN_DENIED, 0, 0, 0);
	fail(TOKEN_FAILED, 0, 0, 0);
	ok(next(0, 0) == TOKEN_WAIT && until == 5000, "a lookup that fails is made again");
	is_int(next(0, 5000), TOKEN_LOOKUP, "and is a lookup still");
	is_int(next(0, H), TOKEN_LOGIN, "until the lease has run out");
}

/* Refused at once, over and over: a login after a growing wait, and then none. */
static void
test_refused(void)
{
	for (int i = 0; i < 2; i++) {	/* with a lease and without */
		begin(0);
		for (int k = 0; k < 2; k++) {
			grant(TOKEN_GRANTED, i ? 0 : 3600, true, 0, 1000 * k);
			if (!i)
				fail(TOKEN_DENIED, 0, 0, 1000 * k);
			is_int(next(0, 1000 * k), TOKEN_LOOKUP, "a lookup");
			fail(TOKEN_DENIED, 0, 0, 1000 * k);
			if (!k)
				ok(next(0, 0) == TOKEN_WAIT && until == 1000, "the first is lost; a login after a backoff");
		}
		ok(token_is_live(&t, 1000), "the second is kept");
		ok(next(0, 1000) == TOKEN_WAIT && (i ? until == TICK_NEVER : until > H / 2), "without asking again");
	}
	begin(0);
	grant(TOKEN_GRANTED, 3600, true, 0, 0);
	fail(TOKEN_DENIED, 0, 0, 0);
	fail(TOKEN_DENIED, 0, 0, 0);
	grant(TOKEN_GRANTED, 3600, true, 0, 1000);
	grant(TOKEN_RENEWED, 3600, true, 0, 1000);
	fail(TOKEN_DENIED, 0, 0, 1100);
	fail(TOKEN_DENIED, 0, 0, 1100);
	ok(!token_is_live(&t, 1100), "one that was renewed is lost, however soon");
	ok(next(0, 1100) == TOKEN_WAIT && until == 3000, "the wait has grown");
}

static void
test_leases(void)
{
	static const int64_t huge[] = { 1ll << 31, 1ll << 40, INT64_MAX };
	tick now = 0;
	int n = 0;

	for (size_t i = 0; i < sizeof huge / sizeof *huge; i++) {
		begin(0);
		grant(TOKEN_GRANTED, huge[i], false, MOST, 0);
		is_int(t.expires, YEARS_10, "an absurd lease is one of ten years");
		ok(next(0, 0) == TOKEN_WAIT && until > YEARS_10 * 7 / 10 && until < YEARS_10 * 3 / 4, "with its usual point");
	}
	begin(0);
	grant(TOKEN_GRANTED, 0, true, 0, 0);
	ok(next(0, 0) == TOKEN_LOOKUP && t.expires == TICK_NEVER, "no lease: it does not expire, and is looked up");
	grant(TOKEN_FOUND, 0, true, 0, 0);
	ok(next(0, 0) == TOKEN_WAIT && until == H, "then hourly");
	fail(TOKEN_FAILED, 0, 0, H);
	ok(next(0, H) == TOKEN_WAIT && until == H + 5000 && token_is_live(&t, 100 * H), "and is kept when that fails");
	grant(TOKEN_FOUND, 600, true, 0, H + 5000);
	ok(next(0, H + 5000) == TOKEN_WAIT && t.state == TOKEN_LIVE && until < H + 440000, "a lookup that shows a lease: renewed by it");
	begin(0);
	grant(TOKEN_GRANTED, -1, true, 0, 0);
	ok(next(0, 0) == TOKEN_WAIT && until == 1000 && t.state == TOKEN_NONE, "a negative lease is a failed login");
	/* The shortest ones: renewed at most once a second; and logins that do not last are not made in a row. */
	begin(0);
	grant(TOKEN_GRANTED, 2, true, 0, 0);
	for (; now < 100000; n++) {
		enum token_do what = next(0, now);

		if (what == TOKEN_RENEW)
			grant(TOKEN_RENEWED, 2, true, 0, now);
		else if (what == TOKEN_LOGIN)
			ok(false, "no login");
		else
			now = until;
	}
	ok(n / 2 <= 100000 / 1400 + 2, "2 s, renewable: %d steps in 100 s", n);
	for (int renewable = 0; renewable < 2; renewable++) {
		n = 0;
		begin(now = 0);
		while (now < 24 * H) {
			enum token_do what = next(0, now);

			n += what == TOKEN_LOGIN;
			if (what == TOKEN_WAIT)
				now = until;
			else
				grant(what == TOKEN_LOGIN ? TOKEN_GRANTED : TOKEN_RENEWED, 1, renewable, 0, now);
		}
		ok(n <= 300 && n >= 288, "1 s: %d logins a day", n);
	}
}

static void
test_uses(void)
{
	struct token_grant g = { .lease_s = 3600, .uses = 3, .renewable = true };

	begin(0);
	token_take(&t, TOKEN_GRANTED, &g, 0, 0, 0);
	ok(next(0, 0) == TOKEN_WAIT && until > H * 69 / 100, "so many uses: none is spent on a renewal");
	is_int(next(0, until), TOKEN_LOGIN, "a login at the usual point");
	begin(0);
	g.lease_s = 0;
	token_take(&t, TOKEN_GRANTED, &g, 0, 0, 0);
	ok(next(0, 0) == TOKEN_WAIT && until == TICK_NEVER, "nor on a lookup");
}

static void
test_credentials(void)
{
	token_init(&t, 1000, 300000, false, 0);
	grant(TOKEN_GRANTED, 3600, true, 0, 0);
	grant(TOKEN_RENEWED, 3600, true, 0, 0);
	fail(TOKEN_NEW_CREDENTIALS, 0, 0, H / 2);
	is_int(next(0, H / 2), TOKEN_WAIT, "new credentials: nothing");
	t.reauth = true;
	fail(TOKEN_NEW_CREDENTIALS, 0, 0, H / 2);
	is_int(next(0, H / 2), TOKEN_LOGIN, "with reauth: a login");
	fail(TOKEN_NOT_GRANTED, 0, 0, H / 2);
	grant(TOKEN_RENEWED, 3600, true, 0, H / 2);
	ok(next(0, H / 2) == TOKEN_WAIT && until == H / 2 + 1000, "no renewal makes up for it");
	is_int(next(0, until), TOKEN_LOGIN, "again");
	grant(TOKEN_GRANTED, 3600, true, 0, H);
	grant(TOKEN_RENEWED, 3600, true, 0, H);
	is_int(next(0, H), TOKEN_WAIT, "granted: once");
	fail(TOKEN_NEW_CREDENTIALS, 0, 0, H + 10);
	ok(next(0, H + 10) == TOKEN_WAIT && until == H + 1000, "not right after a login");
}

/* Suspended: the clock has gone on. */
static void
test_suspend(void)
{
	begin(0);
	grant(TOKEN_GRANTED, 3600, true, 0, 0);
	grant(TOKEN_RENEWED, 3600, true, 0, 0);
	is_int(next(0, H - 60000), TOKEN_RENEW, "past its renewal: renewed");
	is_int(next(0, H), TOKEN_LOGIN, "past its end: a login");
	ok(!token_is_live(&t, H) && t.state == TOKEN_NONE, "there is no token");
	begin(0);
	grant(TOKEN_GRANTED, 3600, false, 0, 0);
	is_int(next(0, 365 * 24 * H), TOKEN_LOGIN, "a year later");
}

int
main(void)
{
	test_table();
	test_numbers();
	test_backoff();
	test_renewal();
	test_denied();
	test_refused();
	test_leases();
	test_uses();
	test_credentials();
	test_suspend();
	is_int(token_failure(TOKEN_LOGIN, ERR_DENIED), TOKEN_NOT_GRANTED, "a login that was refused");
	is_int(token_failure(TOKEN_RENEW, ERR_DENIED), TOKEN_DENIED, "a renewal that was refused");
	is_int(token_failure(TOKEN_LOOKUP, ERR_DENIED), TOKEN_DENIED, "a lookup");
	is_int(token_failure(TOKEN_RENEW, ERR_PEER), TOKEN_FAILED, "a renewal that failed");
	return tap_end();
}
