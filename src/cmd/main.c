/* cmd/main.c: the table of verbs, and the one place that reports an error and ends the process. */
/* SPDX-License-Identifier: MIT */
#include "base/buf.h"
#include "cmd/cmd.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "sys/out.h"
#include "sys/proc.h"

#include <string.h>
#include <unistd.h>

extern char **environ;

const struct verb cmd_verbs[] = {
	{ "login", VERB_LOGIN, cmd_login, "[flags] [role=ROLE mount=PATH region=REGION header_value=TEXT]",
	  "log in to Vault as this machine's AWS identity and print the token" },
	{ "sign", VERB_SIGN, cmd_sign, "[flags]", "print the signed login request, send nothing" },
	{ "version", VERB_VERSION, cmd_version, "[flags]", "print what this file is made of" },
	{ "help", VERB_HELP, cmd_help, "[verb]", "print help" },
	{ "", 0, NULL, "", "" },
};

/* Verbs of the whole program that this build answers with a plain no. */
static const char not_yet[] = "agent\0" "read\0" "kv\0" "exec\0" "check\0" "doctor\0" "token-helper\0";

int
cmd_print(struct loop *l, struct str data, tick deadline, struct err *e)
{
	return out_write(l, STDOUT_FILENO, data, deadline, e);
}

struct str
cmd_value_end(void)
{
	return isatty(STDOUT_FILENO) ? S("\n") : S("");
}

/* "pantler: login: what went wrong (code 13)", and what to do. */
static int
report(const char *verb, const struct err *e)
{
	char text[LOG_LINE];
	struct buf b = BUF(text);
	int code = cmd_exit_code(e);

	buf_fmt(&b, "pantler: %s%s%s (code %d)\n", verb, *verb ? ": " : "", e->line, code);
	if (e->hint[0])
		buf_fmt(&b, "hint: %s\n", e->hint);
	log_write(buf_str(&b));
	return code;
}

static bool
is_help(struct str a)
{
	return str_is(a, "-h") || str_is(a, "-help") || str_is(a, "--help");
}

static const struct verb *
find_verb(struct str name, struct err *e)
{
	if (is_help(name))
		name = S("help");
	if (str_is(name, "-v") || str_is(name, "-version") || str_is(name, "--version"))
		name = S("version");
	for (const struct verb *v = cmd_verbs; *v->name; v++)
		if (str_is(name, v->name))
			return v;
	for (const char *n = not_yet; *n; n += strlen(n) + 1)
		if (str_is(name, n)) {
			err_set(e, ERR_INPUT, CAUSE_USE, "%s: this build does not have it yet", n);
			return NULL;
		}
	err_set(e, ERR_INPUT, CAUSE_USE, "unknown verb \"%.*s\"", STR(str_part(name, 0, 40)));
	err_hint(e, "pantler help");
	return NULL;
}

/* Environment, then flags, then arguments, then what they mean together. */
static int
configure(struct cmd *c, const struct verb *v, int argc, char **argv, struct err *e)
{
	struct conf_warnings w = { .n = 0 };
	enum log_level level;
	char *const *env = (v->bit & (VERB_LOGIN | VERB_SIGN)) && !proc_is_privileged() ? environ : NULL;
	int rest;

	if (conf_read_env(&c->config, env, &w, e) < 0 ||
	    conf_read_flags(&c->config, v->bit, argc - 2, argv + 2, &rest, e) < 0)
		return -1;
	c->argc = argc - 2 - rest;
	c->argv = argv + 2 + rest;
	for (int i = 0; v->bit == VERB_LOGIN && i < c->argc; i++)
		if (conf_read_pair(&c->config, str_of(c->argv[i]), e) < 0)
			return -1;
	if (!(v->bit & (VERB_LOGIN | VERB_HELP)) && c->argc)
		return err_set(e, ERR_INPUT, CAUSE_USE, "takes no arguments, and \"%.*s\" is one",
		    STR(str_part(str_of(c->argv[0]), 0, 40)));
	if (conf_check(&c->config, v->bit, e) < 0)
		return -1;
	if (!log_level_parse(c->config.set[CONF_LOG_LEVEL].value, &level))
		return err_set(e, ERR_INPUT, CAUSE_USE, "%s%s must be error, warn, info or debug",
		    c->config.set[CONF_LOG_LEVEL].prefix, c->config.set[CONF_LOG_LEVEL].name);
	log_set_level(level);
	for (size_t i = 0; v->bit == VERB_LOGIN && i < w.n; i++)
		log_text(LOG_WARN, "%s is set, and ignored", w.ignored[i]);
	return 0;
}

int
main(int argc, char **argv)
{
	static struct cmd cmd;
	struct proc proc;
	struct err e;
	const struct verb *v;

	if (proc_start(&proc, &e) < 0)
		return report("", &e);
	if (argc < 2) {
		char text[4096];
		struct buf b = BUF(text);

		cmd_add_help(&b, S(""));
		log_write(buf_str(&b));
		return 1;
	}
	v = find_verb(str_of(argv[1]), &e);
	if (!v)
		return report("", &e);
	if (argc > 2 && is_help(str_of(argv[2]))) {
		cmd.argc = 1;
		cmd.argv = argv + 1;
		v = &cmd_verbs[sizeof cmd_verbs / sizeof *cmd_verbs - 2];	/* help */
	} else if (configure(&cmd, v, argc, argv, &e) < 0) {
		return report(v->name, &e);
	}
	return v->run(&cmd, &e) < 0 ? report(v->name, &e) : 0;
}
