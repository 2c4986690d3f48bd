/* tests/unit/base/tick.c: arithmetic on deadlines. */
/* SPDX-License-Identifier: MIT */
#include "base/tick.h"

#include "base/buf.h"
#include "tests/tap.h"

static struct str
span(int64_t ms)
{
	static char text[24];
	struct buf b = BUF(text);

	tick_add_span(&b, ms);
	return buf_str(&b);
}

int
main(void)
{
	is_int(tick_after(1000, 500), 1500, "later");
	is_int(tick_after(1000, -5), 1000, "never earlier");
	is_int(tick_after(1000, INT64_MAX), TICK_NEVER, "held at never");
	is_int(tick_after(1, INT64_MAX - 1), INT64_MAX, "the last instant is never");
	is_int(tick_after(TICK_NEVER, 1), TICK_NEVER, "never stays never");
	is_int(tick_after(TICK_NEVER, 0), TICK_NEVER, "in no time too");
	is_int(tick_after(-10, 20), 10, "an instant before the clock's start");
	is_int(tick_after(INT64_MIN, INT64_MAX), -1, "the longest way");
	is_int(tick_earlier(1, 2), 1, "the earlier");
	is_int(tick_earlier(TICK_NEVER, 2), 2, "of two");
	ok(tick_is_past(5, 5) && tick_is_past(5, 6) && !tick_is_past(5, 4), "reached at its instant");
	ok(!tick_is_past(TICK_NEVER, INT64_MAX - 1), "never is not reached");
	is_str(span(0), S("0ms"), "no time");
	is_str(span(99), S("99ms"), "milliseconds");
	is_str(span(100), S("0.1s"), "a tenth");
	is_str(span(949), S("0.9s"), "rounded down");
	is_str(span(950), S("1s"), "and up, without a tenth");
	is_str(span(60000), S("60s"), "a minute");
	is_str(span(1550), S("1.6s"), "and a half");
	return tap_end();
}
