/* base/limit.h: how many requests go out, and when the next one may. Sends nothing, waits for nothing, reads no clock. */
/* SPDX-License-Identifier: MIT */
#ifndef BASE_LIMIT_H
#define BASE_LIMIT_H

#include "base/tick.h"

#define LIMIT_DEFAULT 60	/* requests in LIMIT_SPAN_MS */
#define LIMIT_MAX 300		/* the most that can be asked for: five a second, far over what one machine's secrets need */
#define LIMIT_SPAN_MS 60000
#define LIMIT_BURST_MS 1000	/* "at once" */

/* What a request is for. Of n requests a quarter is kept from secrets, so that they cannot starve the token; and half of that
   quarter from credentials, so that a metadata service that always fails cannot either, while a login still finds its own. */
enum limit_class {
	LIMIT_CREDENTIALS,	/* AWS's and the machine's services: what a login is made of */
	LIMIT_SECRET,		/* secrets, and wrapping for sinks */
	LIMIT_TOKEN,		/* login, renewal, lookup, revocation */
};

/* One for a process: the instants of the last n requests. In any LIMIT_SPAN_MS at most n of them, in any LIMIT_BURST_MS at most a third
   of n, at least one. Both spans are half-open: one request a minute may go out at 0 and at 60000. */
struct limit {
	unsigned n;
	unsigned used;		/* entries there are, up to n */
	unsigned last;		/* the newest one */
	unsigned delayed;	/* requests that had to wait, as their sender counts them */
	tick told;		/* and when he last said so */
	tick at[LIMIT_MAX];	/* a ring, none later than the next one */
};

/* n below 1 counts as 1, above LIMIT_MAX as that. */
void limit_init(struct limit *l, unsigned n);

/* When the next request of this class may go out: `now` when at once, else an instant at most LIMIT_SPAN_MS after the last one. */
tick limit_next(const struct limit *l, enum limit_class class, tick now) __attribute__((warn_unused_result));

/* A request goes out, allowed or not. */
void limit_note(struct limit *l, tick now);

/* The last request noted is over: it counts from here on. Where it reached its server between the two nobody knows, and between this
   instant and the next request's start lies what is kept here; so the server's own count is held to the bounds too. A clock that is read
   is up to a tick later than it says: it is over at the tick after that. */
void limit_end(struct limit *l, tick now);

#endif
