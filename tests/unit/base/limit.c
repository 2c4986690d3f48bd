/* tests/unit/base/limit.c: how many requests go out, and when the next one may. */
/* SPDX-License-Identifier: MIT */
#include "base/limit.h"
#include "tests/tap.h"

#define SENT 20000

static struct limit l;
static tick start[SENT], end[SENT];	/* of each request */
static size_t sent;

static uint64_t seed = 1;

static uint32_t
draw(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((seed >> 33) % below);
}

/* The most requests in any span, had each reached its server at its latest and all after it at their earliest. */
static size_t
most_in(int64_t span_ms)
{
	size_t most = 0, from = 0;

	for (size_t i = 0; i < sent; i++) {
		while (start[i] - end[from] >= span_ms && from < i)
			from++;
		most = i - from + 1 > most ? i - from + 1 : most;
	}
	return most;
}

/* As many as may go out in ten minutes, each of a random class and length. */
static void
fill(unsigned n, int class, uint32_t longest_ms)
{
	tick now = 1000;

	limit_init(&l, n);
	for (sent = 0; sent < SENT && now < 600000; sent++) {
		now = limit_next(&l, class < 0 ? draw(3) : (enum limit_class)class, now);
		limit_note(&l, now);
		start[sent] = now;
		now += longest_ms ? draw(longest_ms) : 0;
		limit_end(&l, now);
		end[sent] = now;
	}
}

static void
test_bounds(void)
{
	static const unsigned ns[] = { 1, 2, 3, 4, 7, 8, 59, 60, 61, LIMIT_MAX };

	for (size_t i = 0; i < sizeof ns / sizeof *ns; i++) {
		unsigned n = ns[i], burst = n < 3 ? 1 : n / 3;

		fill(n, LIMIT_TOKEN, 0);
		is_int(most_in(LIMIT_SPAN_MS), n, "%u: as many in a minute, and no more", n);
		is_int(most_in(LIMIT_BURST_MS), burst, "%u: a third at once, and no more", n);
		fill(n, LIMIT_SECRET, 0);
		is_int(most_in(LIMIT_SPAN_MS), n - n / 4, "%u: a quarter is kept from secrets", n);
		fill(n, LIMIT_CREDENTIALS, 0);
		is_int(most_in(LIMIT_SPAN_MS), n - n / 8, "%u: half of that from credentials", n);
		for (uint32_t longest = 1; longest < 100000; longest *= 10) {
			fill(n, -1, longest);
			ok(most_in(LIMIT_SPAN_MS) <= n && most_in(LIMIT_BURST_MS) <= burst, "%u: requests of up to %u ms", n, longest);
		}
	}
}

/* Secrets as often as they may, for an hour: the token's requests find their place whenever they come. */
static void
test_starving(void)
{
	tick now = 0, longest = 0;

	limit_init(&l, 60);
	for (tick next = 61000; now < 3600000;) {
		tick at = limit_next(&l, LIMIT_SECRET, now);

		if (at >= next) {
			at = limit_next(&l, LIMIT_TOKEN, next);
			longest = at - next > longest ? at - next : longest;
			next += 5000;
		}
		limit_note(&l, at);
		now = at;
	}
	ok(longest <= LIMIT_BURST_MS, "a token's request waits for a burst at most: %lld ms", (long long)longest);
}

int
main(void)
{
	limit_init(&l, 2);
	is_int(limit_next(&l, LIMIT_TOKEN, -5), -5, "nothing was sent: at once");
	limit_note(&l, 0);
	is_int(limit_next(&l, LIMIT_TOKEN, 0), 1000, "one at once");
	is_int(limit_next(&l, LIMIT_TOKEN, 999), 1000, "still");
	limit_note(&l, 1000);
	is_int(limit_next(&l, LIMIT_TOKEN, 2500), 60000, "two in a minute");
	is_int(limit_next(&l, LIMIT_TOKEN, 60000), 60000, "the first is out of it");
	limit_end(&l, 4000);
	limit_note(&l, 60000);
	is_int(limit_next(&l, LIMIT_TOKEN, 62000), 64000, "a request counts from its end");
	limit_init(&l, 0);
	is_int(l.n, 1, "none is one");
	limit_init(&l, 100000);
	is_int(l.n, LIMIT_MAX, "and there is a most");
	limit_init(&l, 1);
	limit_note(&l, TICK_NEVER - 10);
	is_int(limit_next(&l, LIMIT_SECRET, TICK_NEVER - 5), TICK_NEVER, "at the end of time");
	test_bounds();
	test_starving();
	return tap_end();
}
