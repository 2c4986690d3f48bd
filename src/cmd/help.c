/* cmd/help.c: the verbs, and help on them and on their flags. The man page says more: a lint compares the flags, not the verbs' words. */
/* SPDX-License-Identifier: MIT */
#include "cmd/cmd.h"

/* Name, arguments and a line of help of each, in the order of enum conf_verb. */
static const char verbs[] =
	"login\0" "[flags] [role=ROLE mount=PATH region=REGION header_value=TEXT]\0"
	"log in to Vault as this machine's AWS identity and print the token\0"
	"sign\0" "[flags]\0" "print the signed login request, send nothing\0"
	"doctor\0" "[flags]\0" "explain what a login would do, then try it step by step\0"
	"agent\0" "[flags]\0" "log in, keep the token alive, and keep it in files\0"
	"check\0" "-ready-file=FILE\0" "exit with 0 when the agent's token and files are good now\0"
	"read\0" "[flags] PATH [KEY=VALUE...]\0" "read a path of Vault's and print it, or write it to a file\0"
	"kv\0" "get [flags] PATH\0" "the same for a secret of KV, version 1 or 2\0"
	"exec\0" "[flags] -- CMD [ARG...]\0" "put secrets into variables and files, and become CMD\0"
	"version\0" "[flags]\0" "print what this file is made of\0"
	"help\0" "[verb]\0" "print help\0";

const char *
cmd_find_verb(struct str name, enum conf_verb *bit)
{
	const char *verb = verbs;

	for (*bit = VERB_LOGIN; *verb && !str_is(name, verb); *bit *= 2)
		verb = str_nth(verb, 3);
	return verb;
}

int
cmd_hint_verb(struct str name, struct err *e)
{
	for (const char *verb = verbs; *verb; verb = str_nth(verb, 3))
		if (conf_distance(name, str_of(verb)) < 3)
			return err_hint(e, "did you mean %s?", verb);
	return err_hint(e, "pantler help names the verbs");
}

static void
pad(struct buf *b, size_t start, size_t width)
{
	do
		buf_add_c(b, ' ');
	while (!b->full && b->len - start < width);
}

static void
add_flags(struct buf *b, enum conf_verb verb)
{
	for (enum conf_key i = 0; i < CONF_KEYS; i++) {
		const char *argument = conf_text(i, CONF_TEXT_ARGUMENT), *variable = conf_text(i, CONF_TEXT_VARIABLE);
		const char *help = conf_text(i, CONF_TEXT_HELP);
		size_t start = b->len;

		if (!(conf_bits[i] & verb))
			continue;
		buf_fmt(b, "  -%s%s%s", conf_text(i, CONF_TEXT_NAME), *argument ? "=" : "", argument);
		pad(b, start, 24);
		if (i == CONF_FORMAT && verb == VERB_SIGN)
			help = "json or curl";
		if (i == CONF_FORMAT && verb & VERBS_READ)
			help = "table, json, raw or env";
		buf_fmt(b, "%s", help);
		if (*variable && (i != CONF_FORMAT || verb & (VERB_LOGIN | VERB_DOCTOR | VERBS_READ)))	/* others do not look at it */
			buf_fmt(b, " [%s%s]", str_begins(str_of(variable), "PANTLER_") ? "" : "VAULT_", variable);
		buf_add_c(b, '\n');
	}
}

void
cmd_add_overview(struct buf *b)
{
	buf_fmt(b, "pantler logs a machine in to HashiCorp Vault and OpenBao by its AWS identity.\n\n");
	for (const char *verb = verbs; *verb; verb = str_nth(verb, 3)) {
		size_t start = b->len;

		buf_fmt(b, "  pantler %s", verb);
		pad(b, start, 19);
		buf_fmt(b, "%s\n", str_next(str_next(verb)));
	}
	buf_fmt(b, "\npantler help VERB shows the flags; pantler(1) explains them.\n"
	    "AWS credentials, the first that there are: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile of ~/.aws,\n"
	    "a web identity token, a container's endpoint, the instance's role; before them what -config has.\n"
	    "Exit codes: 1 wrong use, 2 refused, 10 no credentials, 11 denied, 12 unreachable, 13 TLS, 14 clock,\n"
	    "15 no such field, 16 cannot write, 17 sealed, 18 not ready; 12, 17, 18: try again.\n");
}

int
cmd_help(struct cmd *c, struct err *e)
{
	struct buf b = arena_buf(&c->flow.arena, 4096);
	struct str topic = str_part(str_of(c->argc ? c->argv[0] : ""), 0, 40);
	enum conf_verb bit;
	const char *verb = cmd_find_verb(topic, &bit), *arguments = str_next(verb);

	if (*verb) {
		buf_fmt(&b, "pantler %s %s\n  %s\n\n", verb, arguments, str_next(arguments));
		add_flags(&b, bit);
	} else if (topic.len) {
		err_set(e, ERR_INPUT, CAUSE_USE, "no help on \"%.*s\"", STR(topic));
		return err_hint(e, "pantler help names the verbs");
	} else {
		cmd_add_overview(&b);
	}
	return cmd_print(c, &b, e);
}
