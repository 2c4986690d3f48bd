/* conf/agent.c: what the agent's settings mean, and what of them does not go together. */
/* SPDX-License-Identifier: MIT */
#include "conf/conf.h"

static int
check_log(struct config *c, struct err *e)
{
	struct setting *s = c->set;

	c->log_file = s[CONF_LOG_FILE].value;
	c->log_format = s[CONF_LOG_FORMAT].value.len ? s[CONF_LOG_FORMAT].value : S("standard");
	if (!str_is_in(c->log_format, "standard\0" "json\0"))
		return conf_refuse(&s[CONF_LOG_FORMAT], e, "must be standard or json");
	for (const char *bad = "*?["; *bad; bad++)	/* the old files are looked for by a pattern */
		if (str_find_c(c->log_file, *bad) != SIZE_MAX)
			return conf_refuse(&s[CONF_LOG_FILE], e, "holds one of * ? [");
	if (!conf_number(s[CONF_LOG_ROTATE_BYTES].value, 0, &c->log_rotate_bytes) || c->log_rotate_bytes < 0)
		return conf_refuse(&s[CONF_LOG_ROTATE_BYTES], e, "must be a number, 0 or more");
	if (!conf_number(s[CONF_LOG_ROTATE_MAX_FILES].value, 0, &c->log_rotate_max_files))
		return conf_refuse(&s[CONF_LOG_ROTATE_MAX_FILES], e, "must be a number");
	return conf_duration(&s[CONF_LOG_ROTATE_DURATION], &c->log_rotate_duration_ms, e);
}

int
conf_check_agent(struct config *c, struct err *e)
{
	struct setting *s = c->set;

	if (s[CONF_LOG_LEVEL].from == FROM_DEFAULT)
		s[CONF_LOG_LEVEL].value = S("info");
	if (s[CONF_ONCE].from == FROM_FLAG)
		c->once = c->on[CONF_ONCE];
	c->ready_file = s[CONF_READY_FILE].value;
	if (check_log(c, e) < 0)
		return -1;
	if (s[CONF_OUTPUT].value.len)
		c->sink[c->sink_n++] = (struct conf_sink){ .path = s[CONF_OUTPUT].value,
			.mode = s[CONF_MODE].from == FROM_DEFAULT ? 0640 : c->mode, .uid = -1, .gid = -1 };
	if (!c->sink_n) {
		err_set(e, ERR_INPUT, CAUSE_USE, "there is nowhere to put a token");
		return err_hint(e, "give -output, or a file with a sink");
	}
	if (c->vault.wrap_ttl_s && c->sink_n != 1)
		return conf_refuse(&s[CONF_WRAP_TTL], e, "needs one sink alone");
	if (c->vault.wrap_ttl_s && c->sink[0].wrap_ttl_s)
		return conf_refuse(&s[CONF_WRAP_TTL], e, "together with the wrap_ttl of a sink would wrap twice: give one of them");
	if (c->once && c->revoke_on_exit) {
		err_set(e, ERR_INPUT, CAUSE_USE, "exit_after_auth (-once) and revoke_on_exit together would leave a token that is dead");
		return err_hint(e, "drop one of them");
	}
	return 0;
}
