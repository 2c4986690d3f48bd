/* tests/fuzz/trust.c: fuzzes the search for trust anchors: bundle and wanted names are both the input's. */
/* SPDX-License-Identifier: MIT */
#include "crypto/trust.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* The input as one file, in pieces whose lengths the first byte decides. */
static struct {
	struct str text;
	size_t at;
	size_t step;
} file;

static int
rewind_file(void *ctx, struct err *e)
{
	(void)ctx;
	(void)e;
	file.at = 0;
	return 0;
}

static int
more(void *ctx, char *at, size_t cap, size_t *n, bool *begins, struct err *e)
{
	struct str piece = str_part(file.text, file.at, file.at + (file.step < cap ? file.step : cap));

	(void)ctx;
	(void)e;
	*begins = !file.at;
	*n = piece.len;
	if (piece.len)
		memcpy(at, piece.at, piece.len);
	file.at += piece.len;
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static char memory[TRUST_ARENA];
	static struct trust t;
	struct arena arena = { .at = memory, .cap = sizeof memory };
	struct trust_source source = { .rewind = rewind_file, .more = more };
	/* The name of the certificates in the corpus, and an empty one. */
	struct str wanted[2] = { S("\x30\x16\x31\x14\x30\x12\x06\x03\x55\x04\x03\x0c\x0bTrust Fuzzy"), S("\x30\x00") };
	struct err e = { 0 };
	int result;

	file.text = (struct str){ (const char *)data, len };
	file.step = len ? data[len - 1] * 16u + 1 : 1;
	result = trust_find(&t, &source, wanted, 2, &arena, &e);
	must(result == 0 || (*e.line && e.cause != CAUSE_NONE));
	must(t.anchor_n <= TRUST_ANCHORS && t.skipped_n <= t.seen_n && t.anchor_n + t.skipped_n <= t.seen_n);
	for (unsigned i = 0; i < t.anchor_n; i++) {
		must(str_eq(t.anchor[i].subject, wanted[0]) || str_eq(t.anchor[i].subject, wanted[1]));
		must(t.anchor[i].whole.at >= memory && t.anchor[i].whole.at + t.anchor[i].whole.len <= memory + arena.len);
	}
	memset(memory, 0, arena.len);
	return 0;
}
