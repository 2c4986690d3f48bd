/* cmd/help.c: help from the tables of verbs and flags. The man page says more; a lint holds them together. */
/* SPDX-License-Identifier: MIT */
#include "cmd/cmd.h"

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
		size_t start = b->len;

		if (!(conf_bits[i] & verb))
			continue;
		buf_fmt(b, "  -%s%s%s", conf_text(i, CONF_TEXT_NAME), *argument ? "=" : "", argument);
		pad(b, start, 24);
		buf_fmt(b, "%s", conf_text(i, CONF_TEXT_HELP));
		if (*variable)
			buf_fmt(b, " [%s%s]", str_begins(str_of(variable), "PANTLER_") ? "" : "VAULT_", variable);
		buf_add_c(b, '\n');
	}
}

void
cmd_add_overview(struct buf *b)
{
	buf_fmt(b, "pantler logs a machine in to HashiCorp Vault and OpenBao by its AWS identity.\n\n");
	for (const struct verb *v = cmd_verbs; *v->name; v++) {
		size_t start = b->len;

		buf_fmt(b, "  pantler %s", v->name);
		pad(b, start, 19);
		buf_fmt(b, "%s\n", v->help);
	}
	buf_fmt(b, "\npantler help VERB shows the flags; pantler(1) explains them.\n"
	    "AWS credentials: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN.\n"
	    "Exit codes: 1 wrong use, 2 refused, 10 no credentials, 11 denied, 12 unreachable, 13 TLS, 14 clock,\n"
	    "15 no such field, 16 cannot write, 17 sealed. 12 and 17 are worth trying again.\n");
}

int
cmd_help(struct cmd *c, struct err *e)
{
	struct buf b = arena_buf(&c->flow.arena, 4096);
	struct str topic = str_part(str_of(c->argc ? c->argv[0] : ""), 0, 40);
	const struct verb *v = cmd_verbs;

	while (*v->name && !str_is(topic, v->name))
		v++;
	if (*v->name) {
		buf_fmt(&b, "pantler %s %s\n  %s\n\n", v->name, v->arguments, v->help);
		add_flags(&b, v->bit);
	} else if (topic.len) {
		err_set(e, ERR_INPUT, CAUSE_USE, "no help on \"%.*s\"", STR(topic));
		return err_hint(e, "pantler help names the verbs");
	} else {
		cmd_add_overview(&b);
	}
	return cmd_print(c, &b, e);
}
