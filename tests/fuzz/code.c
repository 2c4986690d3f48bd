/* tests/fuzz/code.c: fuzzes base64: what decodes is what encoding gives, and what is encoded decodes. */
/* SPDX-License-Identifier: MIT */
#include "data/code.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static char memory[2][1 << 16];

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct str in = { (const char *)data, len };
	struct buf a = BUF(memory[0]), b = BUF(memory[1]);

	if (len > 4096)
		return 0;
	if (code_base64_decode(&a, in)) {
		code_add_base64(&b, buf_str(&a));
		if (a.full || !str_eq(buf_str(&b), in))
			abort();
	}
	a.len = b.len = 0;
	code_add_base64(&a, in);
	if (a.len != code_base64_len(len) || !code_base64_decode(&b, buf_str(&a)) || !str_eq(buf_str(&b), in))
		abort();
	return 0;
}
