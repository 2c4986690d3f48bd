/* base/limit.c: how many requests go out, and when the next one may. */
/* SPDX-License-Identifier: MIT */
#include "base/limit.h"

void
limit_init(struct limit *l, unsigned n)
{
	l->n = n < 1 ? 1 : n > LIMIT_MAX ? LIMIT_MAX : n;
	l->used = l->last = l->delayed = 0;
}

/* When fewer than `most` requests will lie less than `span_ms` back. */
static tick
free_at(const struct limit *l, unsigned most, int64_t span_ms)
{
	unsigned i = l->last + l->n + 1 - most;	/* the most-th newest; most <= n */

	if (l->used < most)
		return INT64_MIN;
	return tick_after(l->at[i < l->n ? i : i - l->n], span_ms);
}

tick
limit_next(const struct limit *l, enum limit_class class, tick now)
{
	unsigned kept = class == LIMIT_SECRET ? l->n >> 2 : class == LIMIT_CREDENTIALS ? l->n >> 3 : 0;
	unsigned burst = l->n < 3 ? 1 : l->n / 3;
	tick span = free_at(l, l->n - kept, LIMIT_SPAN_MS), at_once = free_at(l, burst, LIMIT_BURST_MS);

	span = span > at_once ? span : at_once;
	return span > now ? span : now;
}

void
limit_note(struct limit *l, tick now)
{
	l->last = l->last + 1 < l->n ? l->last + 1 : 0;
	l->used += l->used < l->n;
	l->at[l->last] = now;
}

void
limit_end(struct limit *l, tick now)
{
	l->at[l->last] = now;
}
