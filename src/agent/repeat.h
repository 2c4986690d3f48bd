/* agent/repeat.h: when a failure that repeats is told: at first, once an hour with its count, and when it is over. Reads no clock, tells nothing itself. */
/* SPDX-License-Identifier: MIT */
#ifndef AGENT_REPEAT_H
#define AGENT_REPEAT_H

#include "base/err.h"
#include "base/tick.h"

#define REPEAT_KINDS 4		/* failures that take turns, as "refused" and "timed out" do when a server is restarted, and each is told once */
#define REPEAT_MS 3600000	/* an hour */

/* The failures of one thing that is tried again and again. All zero at first, and after repeat_end. */
struct repeat {
	struct {
		uint32_t hash;		/* of cause and line */
		unsigned untold;	/* how often since it was told */
		tick again_at;		/* when it is told again; 0: nothing is kept here */
	} kind[REPEAT_KINDS];
};

/* It failed. Whether that is to be told now; then *times is how often it failed like that since it was last told, this time included
   (1: say no count). Failures are the same when cause and line are, numbers in the line aside: a count of seconds or a port makes no
   other failure of it. When there are more than REPEAT_KINDS, the one told longest ago makes room, and its count is lost. */
bool repeat_fail(struct repeat *r, const struct err *e, tick now, unsigned *times) __attribute__((warn_unused_result));

/* It is over. How many failures were not told: with 0 there is nothing to say about them. */
unsigned repeat_end(struct repeat *r);

#endif
