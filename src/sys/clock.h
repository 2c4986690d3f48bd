/* sys/clock.h: what time it is. Sets no clock and waits for nothing (sys/loop does). */
/* SPDX-License-Identifier: MIT */
#ifndef SYS_CLOCK_H
#define SYS_CLOCK_H

#include "base/tick.h"

/* Milliseconds of CLOCK_BOOTTIME, which goes on while the machine sleeps; of CLOCK_MONOTONIC on kernels before 2.6.39. */
tick clock_now(void);

/* The instant `ms` from now, by tick_after's rules. */
tick clock_after(int64_t ms);

/* Wall clock, unix seconds. For signatures and certificates alone: it may jump. */
int64_t clock_wall_s(void);

/* The same in unix nanoseconds, for logs and the names of their files. */
uint64_t clock_wall_ns(void);

/* Microseconds of CLOCK_MONOTONIC, which stands while the machine sleeps: what systemd asks for. */
uint64_t clock_monotonic_us(void);

/* When this program was built (SOURCE_DATE_EPOCH), unix seconds: it is no earlier than that. */
int64_t clock_built_s(void);

#endif
