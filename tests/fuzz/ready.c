/* tests/fuzz/ready.c: fuzzes the ready file: what is read is what is written again, to the byte. */
/* SPDX-License-Identifier: MIT */
#include "agent/ready.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct str text = { (const char *)data, len };
	char again[READY_MAX];
	struct buf b = BUF(again);
	struct ready r;

	if (!ready_parse(&r, text))
		return 0;
	must(r.written_at >= 0 && r.until >= 0 && str_is_visible(r.boot));
	ready_format(&b, &r);
	must(!b.full && str_eq(buf_str(&b), text));
	return 0;
}
