/* tests/fuzz/login.c: fuzzes a login's answer: it ends in a well-formed token, or in one printable line that names the server. */
/* SPDX-License-Identifier: MIT */
#include "vault/login.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define TOKEN "AQoDYXdzEPT//////////wEXAMPLEtoken=="

static char memory[1 << 20];
static struct arena arena = { .at = memory, .cap = sizeof memory };
static struct vault vault = { .address = { .tls = true, .host = { .name = S("vault") }, .path = S("/") } };
static const struct cred cred = { .id = S("AKIDEXAMPLE"), .secret = S(SECRET), .token = S(TOKEN) };
static struct login_config config = { .vault = &vault, .cred = &cred, .mount = S("aws"), .region = S("us-east-1") };

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* The first byte chooses the status and the rest of the situation; what follows is the body. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const short statuses[] = { 200, 204, 307, 400, 403, 404, 405, 412, 429, 472, 473, 500, 501, 502, 503, 599 };
	struct senv env = { .wall_s = 1440938160, .arena = &arena };
	struct login m = { .config = &config };
	struct answer in = { .how = ANSWER_OK };
	struct ask ask;
	struct err e;

	if (!len || len > 8192)
		return 0;
	arena_wipe(&arena);
	in.status = statuses[data[0] & 15];
	in.body = (struct str){ (const char *)data + 1, len - 1 };
	config.role = data[0] & 16 ? S("web") : S("");
	vault.wrap_ttl_s = data[0] & 32 ? 60 : 0;
	must(login_step(&m, NULL, &ask, &env, &e) == STEP_ASK);
	if (login_step(&m, &in, &ask, &env, &e) == STEP_DONE) {
		must(in.status == 200 || in.status == 204);	/* http gives 204 no body; a body given here all the same is read */
		must(str_is_visible(m.secret.wrapping_token.len ? m.secret.wrapping_token : m.secret.token));
		return 0;
	}
	must(e.code != ERR_NONE && e.code <= ERR_STOP && e.cause != CAUSE_NONE && e.cause < CAUSES && e.cause != CAUSE_MEMORY);
	must(str_begins(str_of(e.line), "vault https://vault: ") && str_is_printable(str_of(e.line)) && str_is_printable(str_of(e.hint)));
	must(str_find(str_of(e.line), cred.secret) == SIZE_MAX && str_find(str_of(e.line), cred.token) == SIZE_MAX);
	return 0;
}
