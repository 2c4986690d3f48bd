/* tests/unit/aws/chain.c: what the chain makes of an absence, where no conversation can bring it about. The conversations are in tests/transcripts/chain. */
/* SPDX-License-Identifier: MIT */
#include "aws/chain.h"
#include "tests/memory.h"
#include "tests/tap.h"

/* Web identity as if it had asked, or not, and it says that it is not configured. */
static void
run_absent(struct arena *a, bool asked)
{
	struct cred_env vars = { 0 };
	struct chain_config config = { .env = &vars };
	struct chain m = { .config = &config, .source = CHAIN_WEB, .step = web_step, .asked = asked, .web = { .sts = { .env = &vars } } };
	struct senv env = { .arena = a };
	struct err e = { 0 };
	struct ask ask;
	enum step s;

	m.skipped = arena_buf(a, 1024);
	s = chain_step(&m, NULL, &ask, &env, &e);
	if (asked) {
		ok(s == STEP_FAIL && m.source == CHAIN_WEB && e.code == ERR_RETRY && e.cause == CAUSE_CREDENTIALS, "the chain ends with it");
		is_str(str_of(e.line), S("web identity: AWS_WEB_IDENTITY_TOKEN_FILE is not set"), "and says what it said");
	} else {
		ok(s == STEP_ASK && m.source == CHAIN_IMDS && m.asked, "the chain goes on");
	}
}

int
main(void)
{
	struct arena a = memory_arena(64 * 1024);

	run_absent(&a, false);
	run_absent(&a, true);
	memory_free(&a);
	return tap_end();
}
