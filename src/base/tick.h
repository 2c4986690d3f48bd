/* base/tick.h: arithmetic on deadlines. Reads no clock: `now` is always a parameter. */
/* SPDX-License-Identifier: MIT */
#ifndef BASE_TICK_H
#define BASE_TICK_H

#include <stdbool.h>
#include <stdint.h>

struct buf;

/* An instant in milliseconds of CLOCK_BOOTTIME. TICK_NEVER is later than every instant. */
typedef int64_t tick;
#define TICK_NEVER INT64_MAX

/* The instant `ms` after `at`; TICK_NEVER when that cannot be said, or `at` is. Negative ms count as 0. */
tick tick_after(tick at, int64_t ms);
/* The earlier of two. */
tick tick_earlier(tick a, tick b);
/* Whether `deadline` has been reached. */
bool tick_is_past(tick deadline, tick now);
/* Append a length of time as people say it: "5ms", "0.5s", "30s"; rounded to tenths of a second from 100 ms on. Not negative. */
void tick_add_span(struct buf *b, int64_t ms);

#endif
