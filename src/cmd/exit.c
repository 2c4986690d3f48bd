/* cmd/exit.c: the exit code of every cause, by one table. */
/* SPDX-License-Identifier: MIT */
#include "cmd/cmd.h"

static const unsigned char codes[CAUSES] = {
	[CAUSE_NONE] = 2,
	[CAUSE_USE] = 1,
	[CAUSE_FILE] = 1,
	[CAUSE_MEMORY] = 1,
	[CAUSE_RANDOM] = 1,
	[CAUSE_ANSWER] = 2,
	[CAUSE_LIMIT] = 2,
	[CAUSE_CREDENTIALS] = 10,
	[CAUSE_DENIED] = 11,
	[CAUSE_UNREACHABLE] = 12,
	[CAUSE_TLS] = 13,
	[CAUSE_CLOCK] = 14,
	[CAUSE_FIELD] = 15,
	[CAUSE_OUTPUT] = 16,
	[CAUSE_SEALED] = 17,
	[CAUSE_READY] = 18,
	[CAUSE_SIGNAL] = 128,	/* plus the signal's number */
};

int
cmd_exit_code(const struct err *e)
{
	return codes[e->cause] + (e->cause == CAUSE_SIGNAL ? e->sys : 0);
}
