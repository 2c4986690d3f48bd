/* sys/clock.c: what time it is. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "sys/clock.h"

#include <time.h>

tick
clock_now(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_BOOTTIME, &t) < 0 && clock_gettime(CLOCK_MONOTONIC, &t) < 0)
		return 0;	/* no Linux lacks both */
	return (tick)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t
clock_wall_s(void)
{
	struct timespec t;

	return clock_gettime(CLOCK_REALTIME, &t) < 0 ? 0 : t.tv_sec;
}
