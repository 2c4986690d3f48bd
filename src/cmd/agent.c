/* cmd/agent.c: -test, which has nothing to do any more once main has read and checked everything. */
/* SPDX-License-Identifier: MIT */
#include "cmd/cmd.h"
#include "sys/log.h"

int
cmd_agent(struct cmd *c, struct err *e)
{
	if (!c->config.on[CONF_TEST])
		return err_set(e, ERR_INPUT, CAUSE_USE, "not in this build yet");
	log_text(LOG_INFO, "the configuration is good");
	return 0;
}
