/* base/tick.c: arithmetic on deadlines. */
/* SPDX-License-Identifier: MIT */
#include "base/tick.h"

tick
tick_after(tick at, int64_t ms)
{
	if (ms < 0)
		ms = 0;
	return at > TICK_NEVER - ms ? TICK_NEVER : at + ms;
}

tick
tick_earlier(tick a, tick b)
{
	return a < b ? a : b;
}

bool
tick_is_past(tick deadline, tick now)
{
	return now >= deadline;
}
