/* cmd/config.c: the configuration file: read, handed to conf, and what conf found odd in it told. */
/* SPDX-License-Identifier: MIT */
#include "cmd/cmd.h"
#include "data/hcl.h"
#include "sys/file.h"
#include "sys/log.h"
#include "sys/mem.h"

#include <errno.h>

/* Address space for the text and the copies of its strings (conf_read_file). */
#define CONFIG_BYTES (4 * (size_t)HCL_MAX)

int
cmd_read_config(struct cmd *c, struct err *e)
{
	const struct setting *s = &c->config.set[CONF_CONFIG];
	struct str text;
	unsigned others;

	if (!s->value.len)
		return 0;
	if (mem_arena(&c->arena, CONFIG_BYTES, e) < 0)
		return -1;
	if (file_read(s->value.at, HCL_MAX, &c->arena, &text, &others, e) < 0) {
		err_in(e, "%s%s", s->prefix, s->name);
		return e->sys == EISDIR ? err_hint(e, "this build reads one file, and no folder of them") : -1;
	}
	if (conf_read_file(&c->config, s->value.at, text, &c->arena, e) < 0)
		return -1;
	c->is_shared = others & 044 && (c->config.cred.secret.len || c->config.nonce.len);
	return 0;
}

void
cmd_warn_config(const struct cmd *cmd)
{
	const struct config *c = &cmd->config;
	struct str path = c->set[CONF_CONFIG].value;

	if (cmd->is_shared)
		log_text(LOG_WARN, "%.*s can be read by others than its owner", STR(path));
	if (str_is(c->set[CONF_TYPE].value, "iam") && (c->nonce.len || c->pkcs7 || c->set[CONF_NONCE_FILE].value.len))
		log_text(LOG_WARN, "nonce, nonce_file and ec2_proof are for type ec2, and ignored");
	for (size_t i = 0; i < c->unknown_n; i++) {
		const struct conf_unknown *u = &c->unknown[i];

		log_text(LOG_WARN, "%s:%u:%u: unknown key \"%.*s\" is ignored%s%s%s", path.at, u->line, u->column,
		    STR(u->key), u->nearest ? ": did you mean " : "", u->nearest ? u->nearest : "", u->nearest ? "?" : "");
	}
}
