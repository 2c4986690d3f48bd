/* base/tick.c: arithmetic on deadlines. */
/* SPDX-License-Identifier: MIT */
#include "base/tick.h"

#include "base/buf.h"
#include "base/divide.h"

/* On a 32-bit processor each of these is longer than its call: they are not inlined. */
#define OUT_OF_LINE __attribute__((noinline))

OUT_OF_LINE tick
tick_after(tick at, int64_t ms)
{
	if (ms < 0)
		ms = 0;
	return at > TICK_NEVER - ms ? TICK_NEVER : at + ms;
}

OUT_OF_LINE tick
tick_earlier(tick a, tick b)
{
	return a < b ? a : b;
}

bool
tick_is_past(tick deadline, tick now)
{
	return now >= deadline;
}

void
tick_add_span(struct buf *b, int64_t ms)
{
	uint64_t n = (uint64_t)(ms + 50);
	unsigned tenth;

	if (ms < 100) {
		buf_fmt(b, "%ums", (unsigned)ms);
		return;
	}
	divide(&n, 100);
	tenth = divide(&n, 10);
	buf_fmt(b, tenth ? "%u.%us" : "%us", (unsigned)n, tenth);
}
