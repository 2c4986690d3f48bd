/* tests/unit/agent/repeat.c: a failure that repeats is told at first, once an hour, and when it is over. */
/* SPDX-License-Identifier: MIT */
#include "agent/repeat.h"

#include "tap.h"

static struct repeat r;

/* How often it says that it failed; 0: it is not told. */
static unsigned
fail(const char *line, enum err_cause cause, tick now)
{
	struct err e;
	unsigned times = 99;

	err_set(&e, ERR_RETRY, cause, "%s", line);
	return repeat_fail(&r, &e, now, &times) ? times : 0;
}

int
main(void)
{
	unsigned told = 0, times = 0, lines = 0;

	is_int(repeat_end(&r), 0, "nothing has failed");
	is_int(fail("refused", CAUSE_UNREACHABLE, 0), 1, "the first is told");
	for (int i = 1; i < 3600; i++)
		told += fail("refused", CAUSE_UNREACHABLE, i * 1000);
	is_int(told, 0, "an hour of the same is not");
	is_int(fail("refused", CAUSE_UNREACHABLE, 3600000), 3600, "then it is, with its count");
	is_int(fail("refused", CAUSE_UNREACHABLE, 3600001), 0, "and not again");
	is_int(fail("refused", CAUSE_UNREACHABLE, 3600002), 0, "and again");
	is_int(repeat_end(&r), 2, "at the end, how many were not told");
	is_int(repeat_end(&r), 0, "once");
	is_int(fail("refused", CAUSE_UNREACHABLE, 3600003), 1, "afterwards it is new");

	is_int(fail("refused", CAUSE_DENIED, 3600003), 1, "another cause is another failure");
	is_int(fail("timed out after 10 ms", CAUSE_UNREACHABLE, 3600004), 1, "so is another text");
	is_int(fail("timed out after 2000 ms", CAUSE_UNREACHABLE, 3600005), 0, "but not another number");
	is_int(fail("refused", CAUSE_UNREACHABLE, 3600006), 0, "they may take turns");
	is_int(fail("refused", CAUSE_DENIED, 3600007), 0, "as they like");
	is_int(fail("fourth", CAUSE_TLS, 3600008), 1, "a fourth");
	is_int(fail("fifth", CAUSE_TLS, 3600009), 1, "a fifth makes room for itself");
	is_int(fail("timed out after 1 ms", CAUSE_UNREACHABLE, 3600010), 0, "the newer are remembered");
	is_int(fail("fourth", CAUSE_TLS, 3600011), 0, "all of them");
	ok(repeat_end(&r) > 0, "the end");

	for (tick now = 1; now < 24 * 3600000; now += 1500)
		for (int kind = 0; kind < REPEAT_KINDS; kind++) {
			unsigned n = fail((const char *[]){ "a", "b", "c", "d" }[kind], CAUSE_UNREACHABLE, now);

			times += n;
			lines += n != 0;
		}
	ok(lines <= 24 * REPEAT_KINDS, "a day of four failures in turn: %u lines", lines);
	is_int(times + repeat_end(&r), 4 * 57600, "and none is lost in the counts");
	is_int(fail("x", CAUSE_TLS, TICK_NEVER - 1), 1, "at the end of time");
	is_int(fail("x", CAUSE_TLS, TICK_NEVER - 1), 0, "too");
	return tap_end();
}
