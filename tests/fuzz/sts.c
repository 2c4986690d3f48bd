/* tests/fuzz/sts.c: fuzzes an answer of STS: it ends in well-formed credentials or a name, or in one printable line that names the place. */
/* SPDX-License-Identifier: MIT */
#include "aws/sts.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define TOKEN S("eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJhdWQiOiJzdHMifQ.c2ln")

static char memory[1 << 18];
static struct arena arena = { .at = memory, .cap = sizeof memory };

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* The first byte chooses the status, whether it was signed, and then the action; what follows is the body. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const short statuses[] = { 200, 200, 400, 403, 429, 500, 503, 307 };
	static const struct cred_env vars = { { [CRED_REGION] = S("eu-west-1") } };
	static const struct cred cred = { S("AKIDEXAMPLE"), S("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), TOKEN, CRED_FOREVER };
	struct senv env = { .wall_s = 1440938160, .arena = &arena };
	struct sts m = { .env = &vars, .param = { S("arn:aws:iam::123456789012:role/r") } };
	struct answer in = { .how = ANSWER_OK };
	struct ask ask;
	struct err e;

	if (!len || len > 16384)
		return 0;
	arena_wipe(&arena);
	m.cred = data[0] & 8 ? &cred : NULL;
	m.param[STS_TOKEN] = m.cred ? S("") : TOKEN;
	m.who = (data[0] & 24) == 24;
	in.status = statuses[data[0] & 7];
	in.body = (struct str){ (const char *)data + 1, len - 1 };
	must(sts_step(&m, NULL, &ask, &env, &e) == STEP_ASK && ask.kind == ASK_HTTP && ask.http.once == (m.cred != NULL));
	if (sts_step(&m, &in, &ask, &env, &e) == STEP_DONE) {
		must(in.status == 200 && (!m.who || str_is_visible(m.arn)));
		if (m.who)
			return 0;
		must(str_is_visible(m.got.id) && str_is_visible(m.got.secret) && str_is_visible(m.got.token));
		must(m.got.expires_s != CRED_FOREVER);
		return 0;
	}
	must((e.code == ERR_RETRY || e.code == ERR_DENIED || e.code == ERR_INPUT) &&
	    (e.cause == CAUSE_CREDENTIALS || e.cause == CAUSE_CLOCK || (m.who && e.cause == CAUSE_DENIED)));
	must(str_begins(str_of(e.line), "sts: https://sts.eu-west-1.amazonaws.com: answer") && str_is_printable(str_of(e.line)));
	must(str_find(str_of(e.line), str_part(TOKEN, 0, 16)) == SIZE_MAX);
	return 0;
}
