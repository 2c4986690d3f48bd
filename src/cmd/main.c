/* cmd/main.c: the table of verbs, and the one place that reports an error and ends the process. */
/* SPDX-License-Identifier: MIT */
#include "base/wipe.h"
#include "cmd/cmd.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "sys/mem.h"
#include "sys/out.h"
#include "sys/proc.h"

#include <unistd.h>

extern char **environ;

/* Verbs of the whole program that this build answers with a plain no. */
static const char not_yet[] = "token-helper\0";

int
cmd_print(struct cmd *c, const struct buf *data, struct err *e)
{
	return data->full ? arena_err(e) : out_write(&c->loop, STDOUT_FILENO, buf_str(data), c->flow.deadline, e);
}

void
cmd_end_value(struct buf *b)
{
	if (isatty(STDOUT_FILENO))
		buf_add_c(b, '\n');
}

/* "pantler: login: what went wrong (code 13)", and what to do. */
static int
report(const struct cmd *c, const struct err *e)
{
	const char *verb = c->config.verb ? c->config.verb : "";
	char text[LOG_LINE];
	struct buf b = BUF(text);
	int code = cmd_exit_code(e);

	buf_fmt(&b, "pantler: %s%s%s (code %d)\n", verb, *verb ? ": " : "", e->line, code);
	if (e->hint[0])
		buf_fmt(&b, "hint: %s\n", e->hint);
	log_write(buf_str(&b));
	return c->exit_code ? c->exit_code : code;
}

static bool
is_help(struct str a)
{
	return str_is_in(a, "-h\0" "-help\0" "--help\0");
}

static int
find_verb(struct cmd *c, struct str name, struct err *e)
{
	if (is_help(name))
		name = S("help");
	if (str_is_in(name, "-v\0" "-version\0" "--version\0"))
		name = S("version");
	c->config.verb = cmd_find_verb(name, &c->verb);
	if (c->verb == VERB_EXEC)
		c->exit_code = 125;	/* whatever is wrong before CMD is there */
	if (*c->config.verb)
		return 0;
	name = str_part(name, 0, 40);
	if (str_is_in(name, not_yet))
		return err_set(e, ERR_INPUT, CAUSE_USE, "%.*s: not in this build yet", STR(name));
	err_set(e, ERR_INPUT, CAUSE_USE, "unknown verb \"%.*s\"", STR(name));
	return cmd_hint_verb(name, e);
}

/* Not inlined, like serve below: 500 bytes less. */
__attribute__((noinline)) int
cmd_configure(struct cmd *c, struct err *e)
{
	enum conf_verb verb = c->verb;
	enum log_level level;
	char *const *env = (verb & VERBS_AWS) && !proc_is_privileged() ? environ : NULL;
	int rest, at = verb == VERB_KV;

	if (at && !(c->words_n && str_is(str_of(*c->words), "get")))
		return err_set(e, ERR_INPUT, CAUSE_USE, "get is the only thing it does");
	if (conf_read_env(&c->config, env, e) < 0 ||
	    conf_read_flags(&c->config, verb, c->words_n - at, c->words + at, &rest, e) < 0)
		return -1;
	c->argc = c->words_n - at - rest;
	c->argv = c->words + at + rest;
	for (int i = 0; verb == VERB_LOGIN && i < c->argc; i++)
		if (conf_read_pair(&c->config, str_of(c->argv[i]), e) < 0)
			return -1;
	if (!(verb & (VERB_LOGIN | VERB_HELP | VERBS_SECRET)) && c->argc)
		return err_set(e, ERR_INPUT, CAUSE_USE, "takes no arguments: \"%.*s\"",
		    STR(str_part(str_of(c->argv[0]), 0, 40)));
	/* What is wrong without the file is wrong with it, and its name may be. */
	if (conf_check(&c->config, verb, e) < 0 || cmd_read_config(c, e) < 0 || conf_check(&c->config, verb, e) < 0 ||
	    (verb == VERB_AGENT && conf_check_agent(&c->config, e) < 0))
		return -1;
	if (!log_level_parse(c->config.set[CONF_LOG_LEVEL].value, &level))
		return conf_refuse(&c->config.set[CONF_LOG_LEVEL], e, "must be error, warn, info or debug");
	log_set_level(level);
	for (size_t i = 0; (verb & (VERB_LOGIN | VERB_AGENT)) && c->config.ignored[i].name; i++)
		if (verb == VERB_LOGIN || !str_is(str_of(c->config.ignored[i].name), "LOG_FORMAT"))
			log_text(LOG_WARN, "%s%s is set, and ignored", c->config.ignored[i].prefix, c->config.ignored[i].name);
	cmd_warn_config(&c->config);
	return 0;
}

static int
run_verb(struct cmd *c, struct err *e)
{
	switch (c->verb) {
	case VERB_LOGIN:
		return cmd_login(c, e);
	case VERB_SIGN:
		return cmd_sign(c, e);
	case VERB_DOCTOR:
		return cmd_doctor(c, e);
	case VERB_AGENT:
		return cmd_agent(c, e);
	case VERB_CHECK:
		return cmd_check(c, e);
	case VERB_READ:
	case VERB_KV:
		return cmd_read(c, e);
	case VERB_EXEC:
		return cmd_exec(c, e);
	case VERB_VERSION:
		return cmd_version(c, e);
	case VERB_HELP:
		break;
	}
	return cmd_help(c, e);
}

/* Of which there is one, whatever is sent. */
static struct limit limit;

/* The verb with all that it needs; whatever happens, nothing of it is left. */
static int
run(struct cmd *c, const struct proc *proc, struct err *e)
{
	struct flow *f = &c->flow;
	int r = -1;

	if (loop_open(&c->loop, e) < 0)
		return -1;
	f->loop = &c->loop;
	f->config = &c->config;
	f->limit = &limit;
	limit_init(f->limit, c->verb == VERB_AGENT ? (unsigned)c->config.requests_per_minute : LIMIT_DEFAULT);
	f->proc = proc;
	/* An agent that stays has one for each request; with -once, too, unless it was asked for. */
	f->deadline = c->verb & VERBS_ONCE || (c->verb == VERB_AGENT && c->config.set[CONF_TIMEOUT].from == FROM_FLAG) ?
	    clock_after(c->config.timeout_ms) : TICK_NEVER;
	if (mem_arena(&f->arena, FLOW_BYTES, e) == 0)
		r = run_verb(c, e);
	mem_release(&f->arena);
	if (c->verb & VERBS_AWS)
		wipe_stack();	/* the keys of signatures and TLS sessions went over it */
	loop_close(&c->loop);
	return r;
}

/* All that the process does; its exit code. */
static __attribute__((noinline)) int
serve(struct cmd *c, int argc, char **argv)
{
	struct proc proc;
	struct err e;
	struct str name = str_of(argc > 1 ? argv[1] : "");
	bool is_done;

	if (proc_start(&proc, &e) < 0)
		return report(c, &e);
	if (!name.len) {
		char text[1536];	/* the overview has some 1100 bytes */
		struct buf b = BUF(text);

		cmd_add_overview(&b);
		log_write(buf_str(&b));
		return 1;
	}
	c->words_n = argc - 2;
	c->words = argv + 2;
	if (argc > 2 && is_help(str_of(argv[argc > 3 && str_is(name, "kv") ? 3 : 2]))) {	/* pantler VERB -h: the same as pantler help VERB */
		c->argc = 1;
		c->argv = argv + 1;
		name = S("help");
	}
	is_done = find_verb(c, name, &e) == 0 && (c->argc || cmd_configure(c, &e) == 0) && run(c, &proc, &e) == 0;
	mem_release(&c->arena);
	return is_done ? 0 : c->is_told ? cmd_exit_code(&e) : report(c, &e);
}

int
main(int argc, char **argv)
{
	struct cmd cmd = { 0 };

	return serve(&cmd, argc, argv);
}
