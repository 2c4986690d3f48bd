/* cmd/agent.c: the verb that stays: reads the configuration, also again at SIGHUP, and lets agent/agent do the rest. */
/* SPDX-License-Identifier: MIT */
#include "agent/agent.h"
#include "cmd/cmd.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "sys/logfile.h"
#include "sys/mem.h"

static int
set_log(const struct config *c, struct logfile *file, struct err *e)
{
	log_set_shape(str_is(c->log_format, "json") ? LOG_JSON : LOG_STANDARD);
	if (!c->log_file.len)
		return 0;
	*file = (struct logfile){ .path = c->log_file.at, .rotate_bytes = (uint64_t)c->log_rotate_bytes,
		.rotate_ms = c->log_rotate_duration_ms, .max_files = c->log_rotate_max_files };
	if (logfile_open(file, clock_now(), e) < 0)
		return err_in(e, "log file");
	log_set_file(file);
	return 0;
}

/* SIGHUP: the configuration once more, from the beginning. The first one's arena is main's and stays, for what counts after a restart points
   into it; the newest is kept here, one between them is released. */
static void
reload(struct cmd *c, struct agent *a, struct arena *newest)
{
	struct cmd again = { .verb = c->verb, .config.verb = c->config.verb, .words_n = c->words_n, .words = c->words };
	enum log_level level;
	struct err e;

	a->is_reloading = a->was_ready;
	if (a->is_reloading)
		notify_reloading(&a->notify);
	tell(LOG_INFO, TELL_READY, "config reload triggered");
	a->is_refused = cmd_configure(&again, &e) < 0 || agent_reload(a, &again.config, &e) < 0;
	if (!a->is_refused) {
		mem_release(newest);
		*newest = again.arena;
		return;
	}
	tell_error(LOG_ERROR, TELL_READY, "error reading configuration, the one before stays", &e, TICK_NEVER, NULL, 0);
	mem_release(&again.arena);
	if (log_level_parse(a->config->set[CONF_LOG_LEVEL].value, &level))	/* cmd_configure may have set the new one's */
		log_set_level(level);
}

int
cmd_agent(struct cmd *c, struct err *e)
{
	struct arena locked, newest = { 0 };
	struct logfile file = { 0 };
	struct agent *a;
	enum agent_end end = AGENT_FAILED;
	bool has_log;

	if (c->config.on[CONF_TEST]) {
		log_write(S("pantler: the configuration is good\n"));
		return 0;
	}
	if (mem_arena_locked(&locked, sizeof *a + 64, e) < 0)
		return -1;
	a = arena_get(&locked, sizeof *a);
	if (!a)
		arena_err(e);
	has_log = a && set_log(&c->config, &file, e) == 0;
	if (has_log && agent_start(a, &c->flow, c->configured_s, e) == 0)
		while ((end = agent_run(a, e)) == AGENT_RELOAD)
			reload(c, a, &newest);
	else if (has_log && e->code == ERR_STOP)
		end = AGENT_DONE;
	c->is_told = end == AGENT_FAILED;
	if (c->is_told)
		tell_error(LOG_ERROR, TELL_READY, "ending", e, TICK_NEVER, "code", (unsigned)cmd_exit_code(e));
	if (has_log)
		agent_stop(a);
	log_set_file(NULL);
	if (file.path)
		logfile_close(&file);
	mem_release(&newest);
	mem_release(&locked);
	return c->is_told ? -1 : 0;
}
