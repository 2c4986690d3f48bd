/* tests/transcripts/life.h: the servers, networks and machines that tests/transcripts/life.c has a token live with. Plays nothing. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_TRANSCRIPTS_LIFE_H
#define TESTS_TRANSCRIPTS_LIFE_H

#include <stdbool.h>
#include <stdint.h>

#define DAY_S 86400

/* What a server answers instead of what it should. The first ones are no answer; the last ones grant, and something odd. */
enum fault {
	WELL, NO_NAME, RESET, HANG, BAD_TLS, EMPTY, NO_BODY, HALF, TYPES, PAGE, E400, E403, E404, E412, E429, E472, E500, E502, E503, LATE, MINUS,
	ODD, ZERO = ODD, ONE, TWO_31, TWO_63, SHRINK, TENTH, FIXED,
};

enum { LOGIN = 1, RENEW = 2, LOOKUP = 4, IMDS = 8, ALL = 7 };	/* where the fault is */

struct script {
	const char *name;
	int64_t lease_s, max_s;		/* as granted; the maximal TTL, 0: none */
	unsigned where;
	enum fault fault;
	int64_t from_s, for_s, every_s;	/* when; for 0: always; every 0: once */
	uint32_t wait_s;		/* Retry-After */
	unsigned n;			/* requests a minute; 0: 60 */
	unsigned creds;			/* requests for credentials at each login */
	int64_t takes_ms;		/* an answer; 0: 20 */
	int64_t min_ms, max_ms;		/* backoff; 0: 1 s, 5 min */
	int64_t sleep_at_s, sleep_s;	/* the machine does */
	int64_t revoke_s;		/* every so often the token is revoked */
	int64_t news_s;			/* every so often there are new credentials */
	int64_t uses;
	bool final, reauth, secrets, lies;
};

#define DOWN(seconds) .from_s = 4000, .for_s = seconds
#define FLAP(up, down) .from_s = 0, .for_s = down, .every_s = (up) + (down)

static const struct script scripts[] = {
	/* Nothing is wrong. */
	{ .name = "an hour, renewed", .lease_s = 3600 },
	{ .name = "an hour, up to eight", .lease_s = 3600, .max_s = 8 * 3600 },
	{ .name = "periodic, a minute", .lease_s = 60 },
	{ .name = "32 days", .lease_s = 2764800, .max_s = 2764800 },
	{ .name = "ten seconds, up to a minute", .lease_s = 10, .max_s = 60 },
	{ .name = "two seconds", .lease_s = 2 },
	{ .name = "one second", .lease_s = 1 },
	{ .name = "batch, an hour", .lease_s = 3600, .final = true },
	{ .name = "batch, five seconds", .lease_s = 5, .final = true },
	{ .name = "batch, one second", .lease_s = 1, .final = true },
	{ .name = "three uses", .lease_s = 3600, .uses = 3 },
	{ .name = "a slow server", .lease_s = 3600, .takes_ms = 25000 },
	{ .name = "credentials in three steps", .lease_s = 10, .max_s = 60, .creds = 3 },
	/* Renewal and lookup. */
	{ .name = "renewal 403, always", .lease_s = 3600, .where = RENEW, .fault = E403 },
	{ .name = "renewal and lookup 403, always", .lease_s = 3600, .where = RENEW | LOOKUP, .fault = E403 },
	{ .name = "renewal 403, revoked every two hours", .lease_s = 3600, .where = RENEW, .fault = E403, .revoke_s = 7200, .lies = true },
	{ .name = "renewal 400, always", .lease_s = 3600, .where = RENEW, .fault = E400 },
	{ .name = "renewal 404, always", .lease_s = 3600, .where = RENEW, .fault = E404 },
	{ .name = "renewal 412, flapping", .lease_s = 3600, .where = RENEW, .fault = E412, FLAP(600, 600) },
	{ .name = "renewal 472, always", .lease_s = 3600, .where = RENEW, .fault = E472 },
	{ .name = "renewal 500, always", .lease_s = 3600, .where = RENEW | LOOKUP, .fault = E500 },
	{ .name = "renewal 500, ten seconds", .lease_s = 10, .max_s = 60, .where = RENEW, .fault = E500 },
	{ .name = "renewal empty, always", .lease_s = 3600, .where = RENEW, .fault = EMPTY },
	{ .name = "renewal 204, always", .lease_s = 3600, .where = RENEW, .fault = NO_BODY },
	{ .name = "renewal cut, always", .lease_s = 3600, .where = RENEW, .fault = HALF },
	{ .name = "renewal of wrong types, always", .lease_s = 3600, .where = RENEW, .fault = TYPES },
	{ .name = "renewal: lease 0", .lease_s = 3600, .where = RENEW, .fault = ZERO },
	{ .name = "renewal and lookup: lease 0", .lease_s = 3600, .where = RENEW | LOOKUP, .fault = ZERO, .lies = true },
	{ .name = "renewal: lease 1", .lease_s = 3600, .where = RENEW, .fault = ONE },
	{ .name = "renewal: lease 2^31", .lease_s = 3600, .where = RENEW, .fault = TWO_31 },
	{ .name = "renewal: lease 2^63", .lease_s = 3600, .where = RENEW, .fault = TWO_63 },
	{ .name = "renewal: lease -1", .lease_s = 3600, .where = RENEW, .fault = MINUS },
	{ .name = "renewals that shrink", .lease_s = 3600, .where = RENEW, .fault = SHRINK },
	{ .name = "renewals of a tenth", .lease_s = 3600, .where = RENEW, .fault = TENTH },
	{ .name = "renewed, and not again", .lease_s = 3600, .where = RENEW, .fault = FIXED },
	{ .name = "renewal hangs", .lease_s = 3600, .where = RENEW | LOOKUP, .fault = HANG },
	{ .name = "renewal 429", .lease_s = 3600, .where = RENEW, .fault = E429 },
	{ .name = "renewal 429, Retry-After 0", .lease_s = 3600, .where = RENEW, .fault = E429, .wait_s = 1 },
	{ .name = "renewal 429, Retry-After 20, a minute", .lease_s = 60, .where = RENEW, .fault = E429, .wait_s = 20 },
	{ .name = "renewal 429, Retry-After huge", .lease_s = 3600, .where = RENEW, .fault = E429, .wait_s = UINT32_MAX },
	/* Logins: first granted, then not for a while. */
	{ .name = "login 400 at first", .lease_s = 3600, .where = LOGIN | IMDS, .fault = E400, .for_s = 1800 },
	{ .name = "login 403 at first", .lease_s = 3600, .where = LOGIN, .fault = E403, .for_s = 9000 },
	{ .name = "login: lease 0", .lease_s = 3600, .where = LOGIN, .fault = ZERO },
	{ .name = "login: lease 0, no right to look", .lease_s = 3600, .where = LOGIN | LOOKUP, .fault = ZERO },
	{ .name = "login: lease 1", .lease_s = 3600, .where = LOGIN, .fault = ONE },
	{ .name = "login: lease 2^31", .lease_s = 3600, .where = LOGIN, .fault = TWO_31 },
	{ .name = "login: lease 2^63", .lease_s = 3600, .where = LOGIN, .fault = TWO_63, FLAP(600, 600) },
	{ .name = "login: lease -1", .lease_s = 3600, .where = LOGIN, .fault = MINUS, FLAP(600, 600) },
	{ .name = "login empty, flapping", .lease_s = 600, .max_s = 3600, .where = LOGIN, .fault = EMPTY, FLAP(60, 600) },
	{ .name = "login cut, flapping", .lease_s = 600, .max_s = 3600, .where = LOGIN, .fault = HALF, FLAP(60, 600) },
	{ .name = "login of wrong types, flapping", .lease_s = 600, .max_s = 3600, .where = LOGIN, .fault = TYPES, FLAP(60, 600) },
	{ .name = "login hangs, flapping", .lease_s = 600, .max_s = 3600, .where = LOGIN, .fault = HANG, FLAP(600, 300) },
	{ .name = "login 429, Retry-After huge", .lease_s = 600, .max_s = 600, .where = LOGIN, .fault = E429, DOWN(7200), .wait_s = UINT32_MAX },
	{ .name = "no credentials for two hours", .lease_s = 600, .max_s = 600, .where = IMDS, .fault = E500, DOWN(7200), .creds = 3 },
	/* All of it. */
	{ .name = "sealed for six hours", .lease_s = 3600, .where = ALL, .fault = E503, DOWN(21600) },
	{ .name = "sealed for six hours, Retry-After 5", .lease_s = 3600, .where = ALL, .fault = E503, DOWN(21600), .wait_s = 5 },
	{ .name = "sealed for six hours, Retry-After huge", .lease_s = 3600, .where = ALL, .fault = E503, DOWN(21600), .wait_s = UINT32_MAX },
	{ .name = "429 for a day", .lease_s = 3600, .where = ALL, .fault = E429 },
	{ .name = "429, Retry-After 1, flapping", .lease_s = 60, .max_s = 600, .where = ALL, .fault = E429, FLAP(30, 30), .wait_s = 1 },
	{ .name = "403 to everything, flapping", .lease_s = 60, .where = ALL, .fault = E403, FLAP(100, 100), .lies = true },
	{ .name = "a gateway's page, flapping", .lease_s = 60, .max_s = 600, .where = ALL, .fault = PAGE, FLAP(100, 100) },
	{ .name = "502 for three hours", .lease_s = 60, .max_s = 600, .where = ALL, .fault = E502, DOWN(10800) },
	{ .name = "names come and go", .lease_s = 60, .max_s = 600, .where = ALL, .fault = NO_NAME, FLAP(7, 13) },
	{ .name = "names come and go slowly", .lease_s = 3600, .where = ALL, .fault = NO_NAME, FLAP(1000, 2000) },
	{ .name = "reset, flapping", .lease_s = 60, .max_s = 600, .where = ALL, .fault = RESET, FLAP(1, 1) },
	{ .name = "silent for three hours", .lease_s = 600, .where = ALL, .fault = HANG, DOWN(10800) },
	{ .name = "a wrong certificate for three hours", .lease_s = 600, .where = ALL, .fault = BAD_TLS, DOWN(10800) },
	{ .name = "answers come after their time", .lease_s = 600, .where = ALL, .fault = LATE, FLAP(600, 600), .lies = true },
	{ .name = "empty for a day", .lease_s = 3600, .where = ALL, .fault = EMPTY },
	{ .name = "lease 0 everywhere, for a while", .lease_s = 600, .where = ALL, .fault = ZERO, FLAP(3600, 3600), .lies = true },
	{ .name = "lease 1 everywhere", .lease_s = 3600, .where = ALL, .fault = ONE },
	/* The machine. */
	{ .name = "suspended for ten hours", .lease_s = 3600, .sleep_at_s = 5000, .sleep_s = 36000 },
	{ .name = "suspended for ten hours, batch", .lease_s = 3600, .final = true, .sleep_at_s = 5000, .sleep_s = 36000 },
	{ .name = "suspended for half a lease", .lease_s = 3600, .sleep_at_s = 5000, .sleep_s = 1800 },
	{ .name = "the clock jumps by a year", .lease_s = 3600, .sleep_at_s = 5000, .sleep_s = 365 * DAY_S },
	{ .name = "suspended while it is sealed", .lease_s = 3600, .where = ALL, .fault = E503, DOWN(90000), .sleep_at_s = 6000, .sleep_s = 86000, .wait_s = 60 },
	{ .name = "the wall clock goes back: signatures refused", .lease_s = 600, .max_s = 3600, .where = LOGIN, .fault = E400, FLAP(1800, 1800) },
	/* Revoked, new credentials, small and large ceilings, secrets that want all there is. */
	{ .name = "revoked every hour", .lease_s = 600, .revoke_s = 3600, .lies = true },
	{ .name = "revoked every two seconds", .lease_s = 600, .revoke_s = 2, .lies = true },
	{ .name = "new credentials every minute", .lease_s = 3600, .news_s = 60 },
	{ .name = "new credentials every second, reauth", .lease_s = 3600, .news_s = 1, .reauth = true },
	{ .name = "new credentials, reauth, logins refused", .lease_s = 600, .where = LOGIN, .fault = E403, FLAP(600, 1800), .news_s = 300, .reauth = true },
	{ .name = "one a minute", .lease_s = 3600, .where = ALL, .fault = E503, FLAP(3600, 600), .n = 1 },
	{ .name = "one a minute, and secrets", .lease_s = 3600, .where = ALL, .fault = E503, FLAP(3600, 600), .n = 1, .secrets = true },
	{ .name = "three a minute, leases of a minute", .lease_s = 60, .max_s = 600, .n = 3, .creds = 3 },
	{ .name = "60 a minute, and secrets", .lease_s = 60, .max_s = 600, .where = ALL, .fault = E500, FLAP(60, 60), .secrets = true, .creds = 3 },
	{ .name = "300 a minute, and secrets", .lease_s = 10, .max_s = 60, .n = 300, .secrets = true },
	{ .name = "a backoff of a millisecond", .lease_s = 60, .max_s = 600, .where = ALL, .fault = RESET, FLAP(600, 600), .min_ms = 1, .max_ms = 1 },
	{ .name = "a backoff of an hour", .lease_s = 3600, .max_s = 3600, .where = ALL, .fault = E503, FLAP(7200, 7200), .min_ms = 1000, .max_ms = 3600000, .wait_s = UINT32_MAX },
};

#endif
