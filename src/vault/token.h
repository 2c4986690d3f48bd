/* vault/token.h: the life of a token as a function of what happened and of the time. Asks nobody, holds no token, reads no clock and no randomness. */
/* SPDX-License-Identifier: MIT */
#ifndef VAULT_TOKEN_H
#define VAULT_TOKEN_H

#include "base/err.h"
#include "base/tick.h"

/* What a login, a renewal or a lookup says of a token. */
struct token_grant {
	int64_t lease_s;	/* 0: it does not expire. Negative is a broken peer's, and no grant; over TOKEN_LEASE_MAX_S is that */
	int64_t uses;		/* num_uses: it is good for so many requests; 0: for any number */
	bool renewable;		/* never that of a batch token */
};

#define TOKEN_LEASE_MAX_S (10 * 365 * 86400)	/* ten years in ms have 39 bits, and the factors below 16 */
#define TOKEN_LOOK_MS (3600 * 1000)		/* how often a token that does not expire is looked up */
#define TOKEN_LASTS_MS 3000			/* a token that was lost sooner has not lasted: the next one may not either */
#define TOKEN_GAP_MS 1000			/* no renewal sooner than this after the last one, however short the lease */
#define TOKEN_CHECK_MS 10000			/* Vault's lifetime watcher: the first wait after a failed renewal */
#define TOKEN_CHECK_MAX_MS 300000		/* and the longest */

enum token_state {
	TOKEN_NONE,	/* there is none, or none that is alive */
	TOKEN_LIVE,	/* alive, and renewed */
	TOKEN_FINAL,	/* alive, and not renewed: not renewable, good for a number of uses, or it may not */
	TOKEN_DOUBT,	/* a renewal was refused, or gave nothing: one lookup will tell */
	TOKEN_LASTING,	/* alive; it does not expire */
	TOKEN_STATES,
};

enum token_event {
	TOKEN_GRANTED,		/* a login, or a token taken over; with its grant */
	TOKEN_NOT_GRANTED,	/* a login failed, whatever the reason; with wait_s */
	TOKEN_RENEWED,		/* with its grant */
	TOKEN_FOUND,		/* a lookup shows it alive; with its grant */
	TOKEN_DENIED,		/* 403 to a renewal or a lookup */
	TOKEN_FAILED,		/* a renewal or a lookup failed in another way, or its answer cannot be read; with wait_s */
	TOKEN_NEW_CREDENTIALS,	/* AWS has given others. They alone cause no login, unless `reauth` */
	TOKEN_EXPIRED,		/* token_next finds this by itself */
	TOKEN_EVENTS,
};

/* The table: what is done in a state when something happens. token.c holds the same, and a test visits every cell.

                GRANTED  NOT_GRANTED  RENEWED  FOUND   DENIED  FAILED  NEW_CREDENTIALS  EXPIRED
     NONE       keep     defer        -        -       -       -       -                -
     LIVE       keep     defer        extend   -       doubt   again   hurry            lose
     FINAL      keep     defer        -        -       -       -       hurry            lose
     DOUBT      keep     defer        -        settle  lose    again   hurry            lose
     LASTING    keep     defer        -        settle  lose    again   hurry            -

   keep     the token is the one from now on: LIVE when it is renewable, and then renewed at once, as Vault's watcher does; LASTING when
            its lease is 0, looked up at once and then hourly; else FINAL, with a login at the usual point of its lease.
            One with num_uses is neither renewed nor looked up: that would cost a use each. How many are left nobody here can know,
            since others spend them; so there is a login at the usual point, and none when the lease is 0.
   defer    the next login after a backoff; the state, and so the token that is there, stays.
   extend   LIVE with a new lease, the next renewal at its usual point; when it shrinks towards the maximal TTL (lease <= 4 * grace),
            a login now, while renewals go on. No longer renewable: FINAL. Lease 0: `doubt`, since it may mean that nothing is left.
   doubt    DOUBT: a lookup now.
   settle   alive. In DOUBT: FINAL, with one login at the usual point of what the lookup says. Lease 0: LASTING. In LASTING, when the lookup
            shows a lease after all: LIVE or FINAL by it.
   again    the renewal or lookup once more after a backoff; when that would come within the grace a login now, but not before the
            usual point of the lease: a renewal that fails right after a login is no reason for the next one.
   hurry    with `reauth` a login now; renewals go on until it is granted.
   lose     NONE, and a login now. A second one in a row that is refused before it lasted is FINAL instead (or LASTING without
            lookups): a token that may neither renew nor look at itself is no reason to log in again and again.

   "A login now" waits for the end of the backoff of failed logins, and of one that grows as long as tokens do not last TOKEN_LASTS_MS. What was
   there stays until there is a new one: only the owner's token_is_live says when it may not be believed any more.
   The usual point is 2/3 of the lease and 1/3 of the grace, 70 to 73 %; the grace is 10 to 20 % of the lease, drawn anew when
   it grows, and at the first renewal. Backoff as Vault >= 1.17: min * (1 - U/4); then min(twice the last, max) * (1 - U/4), the
   result kept; from the start on success. Failed renewals: 10 s, twice that, up to 5 min, each times 0.5 to 1.5, and never
   over the longest backoff. A server's Retry-After lengthens either, up to the longest backoff. Each of the numbers is tested. */

enum token_do {
	TOKEN_WAIT,
	TOKEN_LOGIN,
	TOKEN_RENEW,
	TOKEN_LOOKUP,
};

/* Written by token.c alone; its owner may read state, expires and reauth. Instants are ticks: CLOCK_BOOTTIME, which goes on in suspend and
   never back. */
struct token {
	int64_t min_backoff_ms;
	int64_t max_backoff_ms;
	bool reauth;		/* new credentials cause a login */
	enum token_state state;
	bool is_wanted;		/* a login, for new credentials: no renewal makes up for it */
	bool is_refused;	/* a token was refused both renewal and lookup before it had lasted, and none since has had either */
	bool is_new;		/* not renewed yet */
	bool is_short;		/* this token has made spacing_ms grow */
	tick expires;		/* TICK_NEVER: it does not */
	tick check_at;		/* when to renew or look up */
	tick login_at;		/* when to log in */
	tick not_before;	/* but not sooner than this */
	tick granted_at;
	int64_t lease_ms;	/* the last one; 0: without an end */
	int64_t grace_ms;
	int64_t backoff_ms;	/* the last wait after a failed login; 0: none failed */
	int64_t spacing_ms;	/* the same for tokens that do not last */
	int64_t check_ms;	/* the next wait after a failed renewal, before it is varied */
};

/* No token, a login due at once. min is held to 1 ms or more, max to min or more and ten years. */
void token_init(struct token *t, int64_t min_backoff_ms, int64_t max_backoff_ms, bool reauth, tick now);

/* Something happened. `g` counts for GRANTED, RENEWED and FOUND (else NULL), `wait_s` (err.wait_s) for NOT_GRANTED and FAILED. A negative
   lease is as if the request had failed. `random`: 32 fresh bits; any will do for the bounds. */
void token_take(struct token *t, enum token_event event, const struct token_grant *g, uint32_t wait_s, uint32_t random, tick now);

/* What to do now. TOKEN_WAIT: until *until (TICK_NEVER: for an event), or the next event. The same again until token_take is told
   how it went. A token whose lease has run out is lost here, so this is asked after every wait, and `random` is for that. */
enum token_do token_next(struct token *t, uint32_t random, tick now, tick *until) __attribute__((warn_unused_result));

/* Whether there is a token that has not expired. */
bool token_is_live(const struct token *t, tick now);

/* The event that a failed request is, by its error's code. */
enum token_event token_failure(enum token_do asked, enum err_code code);

#endif
