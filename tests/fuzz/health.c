/* tests/fuzz/health.c: fuzzes an answer about a node's health: it ends in a state, or in one printable line. */
/* SPDX-License-Identifier: MIT */
#include "vault/health.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static char memory[1 << 18];
static struct arena arena = { .at = memory, .cap = sizeof memory };

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* The first byte chooses the status; what follows is the body. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const short statuses[] = { 200, 429, 472, 473, 501, 503, 403, 307 };
	static const struct vault vault = { .address = { .tls = true, .host = { .name = S("vault") }, .path = S("/") } };
	struct senv env = { .arena = &arena };
	struct health m = { .vault = &vault };
	struct answer in = { .how = ANSWER_OK };
	struct ask ask;
	struct err e;

	if (!len || len > 16384)
		return 0;
	arena_wipe(&arena);
	in.status = statuses[data[0] & 7];
	in.body = (struct str){ (const char *)data + 1, len - 1 };
	must(health_step(&m, NULL, &ask, &env, &e) == STEP_ASK && ask.kind == ASK_HTTP);
	if (health_step(&m, &in, &ask, &env, &e) == STEP_DONE) {
		must(in.status == 200 || in.status == 429 || in.status == 473);
		must(*m.node);
		return 0;
	}
	must(str_begins(str_of(e.line), "vault https://vault: ") && str_is_printable(str_of(e.line)));
	must(e.cause != CAUSE_SEALED || in.status == 501 || in.status == 503);
	return 0;
}
