/* tests/fuzz/self.c: fuzzes an answer to a renewal or a lookup: a lease of 0 or more, or one printable line without the token. */
/* SPDX-License-Identifier: MIT */
#include "vault/self.h"

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

/* The first byte chooses the question and the status, the second the length of a Retry-After; what follows is that and the body. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const short statuses[] = { 200, 204, 400, 403, 404, 429, 503, 307 };
	static const struct vault vault = { .address = { .tls = true, .host = { .name = S("vault") }, .path = S("/") } };
	struct str rest = { (const char *)data + 2, len - 2 };
	struct http_field head = { S("Retry-After"), { NULL, 0 } };
	struct senv env = { .arena = &arena };
	struct self m = { .vault = &vault, .token = S("hvs.0123456789abcdef") };
	struct answer in = { .how = ANSWER_OK, .head = &head, .head_n = 1 };
	struct ask ask;
	struct err e;

	if (len < 2 || len > 16384)
		return 0;
	arena_wipe(&arena);
	m.what = data[0] >> 3 & 1 ? SELF_LOOKUP : data[0] & 16 ? SELF_REVOKE : SELF_RENEW;
	in.status = statuses[data[0] & 7];
	head.value = str_part(rest, 0, data[1] & 15);
	in.body = str_part(rest, head.value.len, rest.len);
	must(self_step(&m, NULL, &ask, &env, &e) == STEP_ASK && ask.kind == ASK_HTTP && ask.http.once && ask.http.share == LIMIT_TOKEN);
	if (self_step(&m, &in, &ask, &env, &e) == STEP_DONE) {
		must(in.status == 200 || in.status == 204);
		must(m.grant.lease_s >= 0 && m.grant.uses >= 0);
		return 0;
	}
	must(str_begins(str_of(e.line), "vault https://vault: ") && str_is_printable(str_of(e.line)));
	must(str_find(str_of(e.line), m.token) == SIZE_MAX);
	must(!e.wait_s || in.status == 429 || in.status == 503);
	must(e.code != ERR_DENIED || in.status == 403 || (in.status == 400 && m.what == SELF_RENEW));
	return 0;
}
