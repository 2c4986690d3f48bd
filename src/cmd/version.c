/* cmd/version.c: what this file is made of. */
/* SPDX-License-Identifier: MIT */
#include "cmd/cmd.h"
#include "data/date.h"

#define AS_TEXT "pantler " PANTLER_VERSION " (" PANTLER_ARCH ", on BearSSL " PANTLER_BEARSSL ", built %.*s)\n"
#define AS_JSON "{\n  \"version\": \"" PANTLER_VERSION "\",\n  \"arch\": \"" PANTLER_ARCH "\",\n  \"build_date\": \"%.*s\",\n" \
	"  \"tls\": \"own, on BearSSL " PANTLER_BEARSSL "\"\n}\n"

int
cmd_version(struct cmd *c, struct err *e)
{
	char text[512], built[32];
	struct buf b = BUF(text), at = BUF(built);

	date_format_rfc3339(&at, PANTLER_BUILD_AT);
	buf_fmt(&b, str_is(c->config.set[CONF_FORMAT].value, "json") ? AS_JSON : AS_TEXT, STR(buf_str(&at)));
	return cmd_print(c, &b, e);
}
