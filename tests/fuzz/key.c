/* tests/fuzz/key.c: fuzzes the reader of clients' keys and certificates: what it takes proves itself, and stays in the arena. */
/* SPDX-License-Identifier: MIT */
#include "crypto/key.h"
#include "tests/keys.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* The certificates' text and the key's, with a NUL between them; without it, one text for both. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static char memory[1 << 16];
	struct arena arena = { .at = memory, .cap = sizeof memory };
	struct str key = { (const char *)data, len }, cert = str_cut(&key, 0);
	struct identity id;
	struct err e = { 0 };

	if (cert.len == len)
		key = cert;
	if (identity_read(&id, cert, key, &arena, &e) == 0) {
		must(id.cert_n >= 1 && id.cert_n <= IDENTITY_CERTS);
		for (unsigned i = 0; i < id.cert_n; i++)
			must(id.cert[i].at >= memory && id.cert[i].at + id.cert[i].len <= memory + arena.len);
		must(keys_prove(&id));
	} else {
		must(str_begins(str_of(e.line), "client key") || str_begins(str_of(e.line), "client certificate") || e.cause == CAUSE_MEMORY);
	}
	memset(memory, 0, arena.len);
	return 0;
}
