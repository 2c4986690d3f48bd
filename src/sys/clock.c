/* sys/clock.c: what time it is. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "sys/clock.h"

#include "base/divide.h"
#include "sys/kernel.h"

#include <time.h>

/* Read a clock; false without it. Straight from the kernel: libc's way over the vDSO is 1 KB of code for a call that is made a few
   dozen times. A 32-bit kernel before 5.1 (or a filter that has not heard of the new call) has only the old one, which ends in
   2038. */
static bool
read_clock(clockid_t id, int64_t *s, uint64_t *ns)
{
	long old[2];

#ifdef SYS_clock_gettime64
	int64_t now[2];

	if (syscall(SYS_clock_gettime64, id, now) == 0) {
		*s = now[0];
		*ns = (uint64_t)now[1];
		return true;
	}
#endif
	if (syscall(SYS_clock_gettime, id, old) < 0)
		return false;
	*s = old[0];
	*ns = (uint64_t)old[1];
	return true;
}

tick
clock_now(void)
{
	int64_t s = 0;
	uint64_t ns = 0;

	if (!read_clock(CLOCK_BOOTTIME, &s, &ns))
		(void)read_clock(CLOCK_MONOTONIC, &s, &ns);
	divide(&ns, 1000000);
	return s * 1000 + (int64_t)ns;
}

__attribute__((noinline)) tick
clock_after(int64_t ms)
{
	return tick_after(clock_now(), ms);
}

uint64_t
clock_wall_ns(void)
{
	int64_t s = 0;
	uint64_t ns = 0;

	return read_clock(CLOCK_REALTIME, &s, &ns) && s > 0 ? (uint64_t)s * 1000000000 + ns : 0;	/* a clock before 1970 is as good as 1970 */
}

int64_t
clock_wall_s(void)
{
	uint64_t s = clock_wall_ns();

	divide(&s, 1000000000);
	return (int64_t)s;
}

uint64_t
clock_monotonic_us(void)
{
	int64_t s = 0;
	uint64_t ns = 0;

	(void)read_clock(CLOCK_MONOTONIC, &s, &ns);
	divide(&ns, 1000);
	return (uint64_t)s * 1000000 + ns;
}

int64_t
clock_built_s(void)
{
	return PANTLER_BUILD_AT;
}
