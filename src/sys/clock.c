/* sys/clock.c: what time it is. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "sys/clock.h"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Milliseconds of a clock, -1 without it. Straight from the kernel: libc's way over the vDSO is 1 KB of code for a call that is
   made a few dozen times. Not on 32-bit processors, where it knows two calls with different times. */
static int64_t
read_ms(clockid_t id)
{
	struct timespec t;

#ifdef SYS_clock_gettime64
	if (clock_gettime(id, &t) < 0)
#else
	if (syscall(SYS_clock_gettime, id, &t) < 0)
#endif
		return -1;
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

tick
clock_now(void)
{
	tick now = read_ms(CLOCK_BOOTTIME);

	return now < 0 ? read_ms(CLOCK_MONOTONIC) : now;
}

int64_t
clock_wall_s(void)
{
	int64_t ms = read_ms(CLOCK_REALTIME);

	return ms < 0 ? 0 : ms / 1000;	/* a clock before 1970 is as good as 1970 */
}
