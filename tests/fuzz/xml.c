/* tests/fuzz/xml.c: fuzzes the reader of STS answers: an element that is found stands in the text as it is, and once. */
/* SPDX-License-Identifier: MIT */
#include "data/xml.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static char memory[1 << 16];

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* The one child of every name that an answer has, down to `depth`. */
static void
walk(struct str inside, unsigned depth)
{
	static const char *const paths[] = { "a\0", "b\0", "AssumeRoleResponse\0", "AssumeRoleResult\0", "Credentials\0",
		"AccessKeyId\0", "Expiration\0", "ErrorResponse\0", "Error\0", "Code\0", "Message\0" };
	struct arena arena = { .at = memory, .cap = sizeof memory };
	struct str child, text;
	struct err e;

	for (size_t i = 0; depth && i < sizeof paths / sizeof *paths; i++) {
		if (xml_get(inside, paths[i], &child, &e) < 0 || !child.at)
			continue;
		must(child.at > inside.at && child.at + child.len <= inside.at + inside.len);
		if (xml_text(child, &arena, &text, &e) == 0)
			must(text.len <= child.len && str_find_c(child, '<') == SIZE_MAX);
		walk(child, depth - 1);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct str text = { (const char *)data, len }, doc;
	struct err e;

	if (len > 16384)
		return 0;
	if (xml_parse(&doc, text, &e) < 0) {
		must(e.cause == CAUSE_ANSWER || e.cause == CAUSE_LIMIT);
		return 0;
	}
	must(str_find(doc, S("<!")) == SIZE_MAX && str_find(doc, S("<?")) == SIZE_MAX);
	walk(doc, 5);
	return 0;
}
