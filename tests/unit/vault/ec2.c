/* tests/unit/vault/ec2.c: what a login of type ec2 refuses before it asks, and room that runs out. */
/* SPDX-License-Identifier: MIT */
#include "vault/ec2.h"

#include "tests/memory.h"
#include "tests/tap.h"

#define LONG "12345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678x"

static struct vault vault = { .address = { .tls = true, .host = { .name = S("vault") }, .path = S("/") } };
static struct err err;

static struct ec2
make(struct str nonce)
{
	return (struct ec2){
		.config = { .vault = &vault, .mount = S("aws"), .role = S("web") }, .document = S("{}"), .proof = S("QUJDRA=="), .nonce = nonce,
	};
}

static void
run_refused(void)
{
	static const struct str nonces[] = { S("canary x"), S("canary\n"), S("canary\0"), S("canary\xc3\xa9"), S(LONG) };
	struct arena a = memory_arena(1 << 16);
	struct senv senv = { .arena = &a };
	struct ec2 m;
	struct ask ask;

	for (size_t i = 0; i < sizeof nonces / sizeof *nonces; i++) {
		m = make(nonces[i]);
		ok(ec2_step(&m, NULL, &ask, &senv, &err) == STEP_FAIL && err.code == ERR_INPUT && err.cause == CAUSE_USE, "nonce %zu", i);
		is_line(&err, "the nonce is not 1 to 128 bytes of visible ascii", "its line");
	}
	vault.wrap_ttl_s = 60;
	m = make(S(""));
	ok(ec2_step(&m, NULL, &ask, &senv, &err) == STEP_FAIL && err.code == ERR_INPUT && err.cause == CAUSE_USE, "wrapped, no nonce");
	is_line(&err, "a wrapped login needs a nonce: vault's own would be lost", "its line");
	vault.wrap_ttl_s = 0;
	m = make(S(""));
	m.config.mount = S("../sys");
	ok(ec2_step(&m, NULL, &ask, &senv, &err) == STEP_FAIL && err.cause == CAUSE_USE, "a hostile mount");
	is_line(&err, "mount \"../sys\" is not a mount path", "its line");
	memory_free(&a);
}

/* Whatever the arena's size: a question and an answer as they should be, or an error that says there is no room. */
static void
run_room(void)
{
	static const char good[] = "{\"auth\":{\"client_token\":\"hvs.t\",\"metadata\":{\"nonce\":\"n-1\"}}}";
	int wrong = 0, asked = 0, done = 0;

	for (size_t cap = 0; cap < 2048; cap++) {
		struct arena a = memory_arena(cap);
		struct senv senv = { .arena = &a };
		struct answer in = { .status = 200, .body = str_of(good) };
		struct ec2 m = make(S(""));
		struct ask ask;

		if (ec2_step(&m, NULL, &ask, &senv, &err) != STEP_ASK) {
			wrong += err.cause != CAUSE_MEMORY;
		} else {
			asked++;
			wrong += !str_is(ask.http.body, "{\"role\":\"web\",\"identity\":\"e30=\",\"signature\":\"QUJDRA==\"}");
			if (ec2_step(&m, &in, &ask, &senv, &err) == STEP_DONE)
				done++, wrong += !str_is(m.nonce, "n-1") || !str_is(m.login.secret.token, "hvs.t");
			else
				wrong += err.cause != CAUSE_MEMORY;
		}
		memory_free(&a);
	}
	is_int(wrong, 0, "no arena is too small for an error");
	ok(done > 0 && done < asked, "some are too small for the answer");
}

int
main(void)
{
	run_refused();
	run_room();
	return tap_end();
}
