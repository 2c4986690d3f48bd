/* tests/unit/sys/clock.c: the two clocks. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "sys/clock.h"

#include "tap.h"

#include <time.h>

int
main(void)
{
	tick a = clock_now(), b = clock_now();
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	ok(a > 0 && b >= a, "the clock goes forward");
	ok((tick)t.tv_sec * 1000 + t.tv_nsec / 1000000 - a < 60000, "it is CLOCK_BOOTTIME in milliseconds");
	ok(clock_wall_s() >= 1700000000, "wall clock in seconds since 1970");
	return tap_end();
}
