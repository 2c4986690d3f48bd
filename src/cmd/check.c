/* cmd/check.c: whether the agent's ready file is to be believed, for probes. Asks nobody else. */
/* SPDX-License-Identifier: MIT */
#include "agent/ready.h"
#include "cmd/cmd.h"
#include "sys/clock.h"

int
cmd_check(struct cmd *c, struct err *e)
{
	struct str path = c->config.set[CONF_READY_FILE].value;

	if (!path.len)
		return err_set(e, ERR_INPUT, CAUSE_USE, "-ready-file must say which file");
	return ready_check(path.at, clock_now(), e);
}
