/* tests/unit/aws/cred.c: credentials from the environment: whole, half, none, malformed; no value is ever shown. */
/* SPDX-License-Identifier: MIT */
#include "aws/cred.h"

#include "tests/tap.h"

#define ID S("AKIACANARY")
#define SECRET S("canary/secret+0")
#define TOKEN S("canary-token==")

static const struct row {
	const char *name;
	struct cred_env env;
	enum err_code code;
	enum err_cause cause;
	const char *line, *hint;
} rows[] = {
	{ "none", { { S(""), S(""), S("") } }, ERR_ABSENT, CAUSE_CREDENTIALS,
	  "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set", "" },
	{ "a token alone", { { S(""), S(""), TOKEN } }, ERR_ABSENT, CAUSE_CREDENTIALS,
	  "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set", "" },
	{ "an id alone", { { ID, S(""), S("") } }, ERR_INPUT, CAUSE_CREDENTIALS,
	  "half a pair of aws credentials: AWS_SECRET_ACCESS_KEY is not set", "" },
	{ "a secret alone", { { S(""), SECRET, TOKEN } }, ERR_INPUT, CAUSE_CREDENTIALS,
	  "half a pair of aws credentials: AWS_ACCESS_KEY_ID is not set", "" },
	{ "an id with a blank", { { S("AKIACANARY "), SECRET, S("") } }, ERR_INPUT, CAUSE_USE,
	  "AWS_ACCESS_KEY_ID holds a byte that is not visible ascii", "" },
	{ "an id with a line end", { { S("AKIACANARY\n"), SECRET, S("") } }, ERR_INPUT, CAUSE_USE,
	  "AWS_ACCESS_KEY_ID holds a byte that is not visible ascii", "" },
	{ "a secret with a carriage return", { { ID, S("canary\rsecret"), S("") } }, ERR_INPUT, CAUSE_USE,
	  "AWS_SECRET_ACCESS_KEY holds a byte that is not visible ascii", "" },
	{ "a secret beyond ascii", { { ID, S("canary\xc3\xa9"), S("") } }, ERR_INPUT, CAUSE_USE,
	  "AWS_SECRET_ACCESS_KEY holds a byte that is not visible ascii", "" },
	{ "a token with DEL", { { ID, SECRET, S("canary\x7f") } }, ERR_INPUT, CAUSE_USE,
	  "AWS_SESSION_TOKEN holds a byte that is not visible ascii", "" },
	{ "a token with a NUL", { { ID, SECRET, S("canary\0x") } }, ERR_INPUT, CAUSE_USE,
	  "AWS_SESSION_TOKEN holds a byte that is not visible ascii", "" },
};

int
main(void)
{
	struct cred_env env = { { ID, SECRET, TOKEN } };
	struct cred c = { S("before"), S("before"), S("before"), 0 };
	struct err e;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];

		ok(cred_from_env(&c, &r->env, &e) < 0 && e.code == r->code && e.cause == r->cause, "%s: refused", r->name);
		is_line(&e, r->line, "%s: line", r->name);
		is_str(str_of(e.hint), str_of(r->hint), "%s: hint", r->name);
		ok(str_find(str_of(e.line), S("canary")) == SIZE_MAX, "%s: no value in it", r->name);
		ok(str_eq(c.id, S("before")) && str_eq(c.secret, S("before")) && str_eq(c.token, S("before")),
		   "%s: nothing is given out", r->name);
	}
	ok(cred_from_env(&c, &env, &e) == 0, "all three");
	is_str(c.id, ID, "the id");
	is_str(c.secret, SECRET, "the secret");
	is_str(c.token, TOKEN, "the token");
	env.var[CRED_TOKEN] = S("");
	ok(cred_from_env(&c, &env, &e) == 0 && !c.token.len, "a long-term pair has no token, and takes none from before");
	return tap_end();
}
