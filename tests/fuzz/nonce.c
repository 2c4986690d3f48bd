/* tests/fuzz/nonce.c: fuzzes the nonce's file, and the answer that brings a nonce: it is well-formed, or nobody sees any of it. */
/* SPDX-License-Identifier: MIT */
#include "vault/ec2.h"
#include "vault/nonce.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static char memory[1 << 20];
static struct arena arena = { .at = memory, .cap = sizeof memory };
static struct vault vault = { .address = { .tls = true, .host = { .name = S("vault") }, .path = S("/") } };

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
read_file(struct str file)
{
	char text[NONCE_FILE_MAX];
	struct buf b = BUF(text);
	struct str nonce;
	struct err e;

	if (nonce_parse(&nonce, file, S("i-1"), &e) < 0) {
		must(e.code == ERR_INPUT && e.cause == CAUSE_FILE && str_is_printable(str_of(e.line)));
		return;
	}
	must(nonce_is_valid(nonce));
	nonce_format(&b, S("i-1"), nonce);
	must(!b.full && str_eq(buf_str(&b), file));
}

static void
read_answer(struct str body, int status)
{
	struct senv senv = { .arena = &arena };
	struct ec2 m = { .config = { .vault = &vault, .mount = S("aws"), .role = S("web") }, .proof = S("QUJD") };
	struct answer in = { .how = ANSWER_OK, .status = status, .body = body };
	struct ask ask;
	struct err e;

	must(ec2_step(&m, NULL, &ask, &senv, &e) == STEP_ASK && ask.http.once);
	if (ec2_step(&m, &in, &ask, &senv, &e) == STEP_DONE) {
		must(!m.nonce.len || nonce_is_valid(m.nonce));
		return;
	}
	must(e.code != ERR_NONE && e.cause != CAUSE_NONE && e.cause != CAUSE_MEMORY);
	must(str_begins(str_of(e.line), "vault https://vault: ") && str_is_printable(str_of(e.line)));
}

/* The first byte chooses: a file, or an answer of 200 or 400. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct str text = { (const char *)data + 1, len - 1 };

	if (!len || len > 8192)
		return 0;
	arena_wipe(&arena);
	if (data[0] & 1)
		read_file(text);
	else
		read_answer(text, data[0] & 2 ? 400 : 200);
	return 0;
}
