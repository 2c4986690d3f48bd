/* tests/fuzz/hcl.c: fuzzes the configuration text's reader: what is taken can be walked, and every part of it read alone is the same. */
/* SPDX-License-Identifier: MIT */
#include "data/hcl.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static char memory[1 << 16];

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* A value, and how far into the text it may reach. Values follow each other, each inside what holds it. */
static void
walk(struct hcl v, const char *end, unsigned depth)
{
	struct arena arena = { .at = memory, .cap = sizeof memory };
	enum hcl_type type = hcl_type(&v);
	struct hcl key, value;
	struct str text;
	struct err e;
	size_t cursor = 0;
	const char *at = v.text.at;
	unsigned line, column;

	must(type != HCL_NONE && at >= v.whole && at + v.text.len <= end && depth <= HCL_DEPTH * (HCL_LABELS + 1));
	must(type != HCL_NULL || v.is_json);
	must((hcl_text(&v, &arena, &text, &e) == 0) == (type == HCL_BOOL || type == HCL_NUMBER || type == HCL_STRING));
	hcl_place(&v, &line, &column);
	must(line >= 1 && column >= 1);
	while (hcl_each(&v, &cursor, &key, &value)) {
		must((hcl_type(&key) == HCL_NONE) == (type == HCL_LIST) && value.text.at >= at);
		if (type != HCL_LIST)
			must(key.text.at >= at && key.text.at + key.text.len <= value.text.at && hcl_text(&key, &arena, &text, &e) == 0);
		at = value.text.at + value.text.len;
		walk(value, v.text.at + v.text.len, depth + 1);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct str text = { (const char *)data, len };
	struct hcl v;
	struct err e;

	if (len > 16384)	/* strings must fit memory[] */
		return 0;
	if (hcl_parse(&v, text, &e) == 0) {
		walk(v, text.at + len, 0);
		return 0;
	}
	must(hcl_type(&v) == HCL_NONE && v.text.at >= text.at && v.text.at <= text.at + len);
	must((e.code == ERR_INPUT || e.code == ERR_LIMIT) && e.cause == CAUSE_USE && e.line[0] && str_is_printable(str_of(e.line)));
	return 0;
}
