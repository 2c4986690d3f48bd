/* cmd/version.c: what this file is made of. */
/* SPDX-License-Identifier: MIT */
#include "cmd/cmd.h"
#include "data/date.h"
#include "data/jsonw.h"

static void
add_pair(struct jsonw *w, const char *key, struct str value)
{
	jsonw_key(w, key);
	jsonw_str(w, value);
}

int
cmd_version(struct cmd *c, struct err *e)
{
	char text[512], built[32];
	struct buf b = BUF(text), at = BUF(built);
	struct jsonw w = { .out = &b, .pretty = true };

	date_format_rfc3339(&at, PANTLER_BUILD_AT);
	if (str_is(c->config.set[CONF_FORMAT].value, "json")) {
		jsonw_open(&w, '{');
		add_pair(&w, "version", S(PANTLER_VERSION));
		add_pair(&w, "arch", S(PANTLER_ARCH));
		add_pair(&w, "build_date", buf_str(&at));
		add_pair(&w, "tls", S("BearSSL " PANTLER_BEARSSL));
		jsonw_close(&w, '}');
		buf_add_c(&b, '\n');
	} else {
		buf_fmt(&b, "pantler " PANTLER_VERSION " (" PANTLER_ARCH ", BearSSL " PANTLER_BEARSSL ", built %.*s)\n",
		    STR(buf_str(&at)));
	}
	return cmd_print(c, &b, e);
}
