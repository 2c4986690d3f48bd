/* tests/fuzz/seal.c: fuzzes the file that holds a peer's public key: 32 bytes that were in it, or one printable line. */
/* SPDX-License-Identifier: MIT */
#include "crypto/seal.h"
#include "data/code.h"
#include "data/json.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static char memory[1 << 16];
static struct arena arena = { .at = memory, .cap = sizeof memory };

static void
must(bool holds)
{
	if (!holds)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct str text = { (const char *)data, len }, base64;
	uint8_t theirs[SEAL_KEY], private[SEAL_KEY] = "any";
	char again[64];
	struct buf b = BUF(again);
	struct json root, v;
	struct seal s;
	struct err e;

	if (len > 4096)
		return 0;
	arena_wipe(&arena);
	if (seal_read_key(theirs, text, &arena, &e) < 0) {
		must(str_is_printable(str_of(e.line)) && e.cause != CAUSE_NONE && e.cause != CAUSE_MEMORY);
		return 0;
	}
	code_add_base64(&b, (struct str){ (const char *)theirs, sizeof theirs });
	must(json_parse(&root, text, &e) == 0 && json_get(root, "curve25519_public_key", &v, &e) == 0);
	must(json_string(v, &arena, &base64, &e) == 0 && str_eq(base64, buf_str(&b)));
	/* Slow, so for the few that come this far. */
	if (seal_agree(&s, private, theirs, len & 1, &e) < 0)
		must(!s.key[0] && !s.own[0]);
	return 0;
}
