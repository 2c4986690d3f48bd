/* cmd/version.c: what this file is made of. */
/* SPDX-License-Identifier: MIT */
#include "cmd/cmd.h"
#include "crypto/awsroots.h"
#include "crypto/cert.h"
#include "data/date.h"
#include "data/der.h"
#include "sys/clock.h"

#define AS_TEXT "pantler " PANTLER_VERSION " (" PANTLER_ARCH ", on BearSSL " PANTLER_BEARSSL ", built %.*s)\n"
#define AS_JSON "{\n  \"version\": \"" PANTLER_VERSION "\",\n  \"arch\": \"" PANTLER_ARCH "\",\n  \"build_date\": \"%.*s\",\n" \
	"  \"tls\": \"own, on BearSSL " PANTLER_BEARSSL "\",\n  \"aws_roots\": ["

/* The compiled-in roots: whom they are of, and until when. Their names hold nothing that JSON would escape. */
static void
add_roots(struct buf *b)
{
	struct str rest = awsroots(), der;
	const char *before = "\n";
	struct cert c;

	while (der_take_whole(&rest, &der) && cert_parse(&c, der)) {
		buf_fmt(b, "%s    { \"name\": \"", before);
		cert_format_dn(b, c.subject);
		buf_fmt(b, "\", \"expires\": \"");
		date_format_rfc3339(b, c.until_s);
		buf_fmt(b, "\" }");
		before = ",\n";
	}
	buf_fmt(b, "\n  ]\n}\n");
}

int
cmd_version(struct cmd *c, struct err *e)
{
	char text[1024], built[32];
	struct buf b = BUF(text), at = BUF(built);
	bool as_json = str_is(c->config.set[CONF_FORMAT].value, "json");

	date_format_rfc3339(&at, clock_built_s());
	buf_fmt(&b, as_json ? AS_JSON : AS_TEXT, STR(buf_str(&at)));
	if (as_json)
		add_roots(&b);
	return cmd_print(c, &b, e);
}
