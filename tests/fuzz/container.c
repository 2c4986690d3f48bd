/* tests/fuzz/container.c: fuzzes the container source: address, token file and answer end in credentials or in one printable line. */
/* SPDX-License-Identifier: MIT */
#include "aws/container.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define TOKEN "token-of-this-canary-container"

static char memory[1 << 20];
static struct arena arena = { .at = memory, .cap = sizeof memory };

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
check_ask(const struct ask *ask)
{
	if (ask->kind == ASK_FILE)
		return;
	must(ask->kind == ASK_HTTP && str_is_visible(ask->http.url) && ask->http.head_n <= 2);
	must(ask->http.head_n == 1 || str_is_visible(ask->http.head[1].value));
	must(ask->http.peer == PEER_LOCAL && !ask->http.follow && ask->http.body_max && ask->http.within_ms);
}

/* The first byte is the status and which variable the first line is; the last line is the answer, between them is the token
   file. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const short statuses[] = { 200, 200, 204, 302, 400, 401, 403, 404, 405, 429, 500, 502, 503, 504, 599, 100 };
	struct senv senv = { .arena = &arena };
	struct cred_env env = { { S("") } };
	struct container m = { .env = &env };
	struct answer in = { .how = ANSWER_OK };
	struct str rest = { (const char *)data + 1, len - 1 };
	const struct answer *answer = NULL;
	struct ask ask;
	enum step s;
	struct err e;

	if (!len || len > 8192)
		return 0;
	arena_wipe(&arena);
	env.var[data[0] & 16 ? CRED_CONTAINER_FULL_URI : CRED_CONTAINER_RELATIVE_URI] = str_cut(&rest, '\n');
	if (data[0] & 32)
		env.var[CRED_CONTAINER_TOKEN_FILE] = S("/token");
	else if (data[0] & 64)
		env.var[CRED_CONTAINER_TOKEN] = S(TOKEN);
	while ((s = container_step(&m, answer, &ask, &senv, &e)) == STEP_ASK) {
		check_ask(&ask);
		in.status = ask.kind == ASK_HTTP ? statuses[data[0] & 15] : 0;
		in.body = ask.kind == ASK_HTTP ? rest : str_cut(&rest, '\n');
		answer = &in;
	}
	if (s == STEP_DONE) {
		must(in.status == 200 && str_is_visible(m.cred.id) && str_is_visible(m.cred.secret));
		must(!m.cred.token.len || str_is_visible(m.cred.token));
		return 0;
	}
	must(e.code != ERR_NONE && e.code <= ERR_STOP && e.cause == CAUSE_CREDENTIALS);
	must(str_begins(str_of(e.line), "container credentials: ") && str_is_printable(str_of(e.line)));
	must((data[0] & 96) != 64 || str_find(str_of(e.line), S("canary-c")) == SIZE_MAX);
	return 0;
}
