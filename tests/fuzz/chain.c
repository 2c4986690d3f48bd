/* tests/fuzz/chain.c: fuzzes the choice of credentials: whatever is configured and answered, no question is another source's than that which was chosen. */
/* SPDX-License-Identifier: MIT */
#include "aws/chain.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static char memory[1 << 22], text[4096];
static struct arena arena = { .at = memory, .cap = sizeof memory };

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* The source that such a question belongs to. A program, and STS with a profile's role, are the file's. */
static enum chain_source
whose(const struct ask *ask, enum chain_source now)
{
	if (ask->kind == ASK_RUN)
		return CHAIN_FILE;
	if (ask->kind == ASK_FILE)
		return str_begins(ask->file.path, "/h/.aws/") ? CHAIN_FILE : now;
	must(str_is_visible(ask->http.url) && ask->http.within_ms && ask->http.body_max);
	if (str_begins(ask->http.url, "http://169.254.169.254/"))
		return now == CHAIN_FILE ? CHAIN_FILE : CHAIN_IMDS;	/* its credential_source */
	if (str_begins(ask->http.url, "http://169.254.170.2/"))
		return now == CHAIN_FILE ? CHAIN_FILE : CHAIN_CONTAINER;
	must(ask->http.peer == PEER_AWS);
	return now == CHAIN_FILE ? CHAIN_FILE : CHAIN_WEB;
}

/* Variables that are set, by the bits of the second byte. */
static void
configure(struct chain_config *c, struct cred_env *env, unsigned bits, unsigned pin)
{
	static const struct {
		enum cred_var var;
		struct str value;
	} set[] = {
		{ CRED_ID, S("AKIA1") }, { CRED_SECRET, S("s1") }, { CRED_WEB_IDENTITY_TOKEN_FILE, S("/t") }, { CRED_ROLE_ARN, S("arn:x") },
		{ CRED_CONTAINER_RELATIVE_URI, S("/c") }, { CRED_IMDS_DISABLED, S("true") }, { CRED_PROFILE, S("x") },
	};

	for (unsigned i = 0; i < sizeof set / sizeof *set; i++)
		if (bits & 1u << i)
			env->var[set[i].var] = set[i].value;
	c->pin = pin % CHAIN_SOURCES;
	if (bits & 128)
		c->home = S("/h");
}

/* The first byte is the pin, the second says what is configured; then each answer to its NUL: its first byte is its status. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const short statuses[] = { 200, 0, 403, 404, 405, 500, 401, 200 };
	static const struct err why = { .code = ERR_RETRY, .cause = CAUSE_UNREACHABLE, .line = "nobody" };
	struct cred_env env = { { S("") } };
	struct str iot[IOT_KEYS] = { S("") };	/* fuzzed by itself */
	struct chain_config c = { .env = &env, .iot = iot, .host = S("h") };
	struct chain m = { .config = &c };
	struct buf notes = BUF(text);
	struct senv senv = { .wall_s = 1440938160, .arena = &arena, .notes = &notes };
	const struct answer *in = NULL;
	struct answer answer;
	struct ask ask;
	struct str rest;
	enum step s;
	struct err e;

	if (len < 2 || len > 8192)
		return 0;
	arena_wipe(&arena);
	configure(&c, &env, data[1], data[0]);
	rest = (struct str){ (const char *)data + 2, len - 2 };
	while ((s = chain_step(&m, in, &ask, &senv, &e)) == STEP_ASK) {
		struct str body = str_cut(&rest, 0);
		unsigned first = body.len ? (unsigned char)body.at[0] : 8;

		must(whose(&ask, m.source) == m.source && (!c.pin || m.source == c.pin));
		must(c.pin || !(data[1] & 3));	/* a pair, or half of one, asks nobody */
		must(m.source != CHAIN_IMDS || c.pin || !(data[1] & 16));
		must(m.source < CHAIN_CONTAINER || c.pin || !(data[1] & 4));
		answer = (struct answer){ .how = ANSWER_OK, .status = statuses[first & 7], .body = str_part(body, 1, body.len) };
		if (ask.kind != ASK_HTTP)
			answer.status = first & 1;
		if (first & 8)
			answer = (struct answer){ .how = ask.kind == ASK_FILE ? ANSWER_MISSING : ANSWER_UNREACHABLE, .err = &why };
		in = &answer;
	}
	must(!notes.full && m.source > CHAIN_AUTO && m.source < CHAIN_SOURCES);
	if (s == STEP_DONE) {
		must(str_is_visible(m.cred.id) && str_is_visible(m.cred.secret) && (!m.cred.token.len || str_is_visible(m.cred.token)));
		return 0;
	}
	must(e.code != ERR_NONE && e.code <= ERR_STOP && e.cause != CAUSE_NONE);
	must(e.line[0] && str_is_printable(str_of(e.line)) && str_is_printable(str_of(e.hint)));
	return 0;
}
