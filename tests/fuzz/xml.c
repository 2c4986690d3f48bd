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

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char *const paths[] = { "", "a\0", "a\0b\0", "AssumeRoleResponse\0AssumeRoleResult\0Credentials\0", "ErrorResponse\0Error\0" };
	static const char names[] = "a\0b\0AccessKeyId\0SecretAccessKey\0SessionToken\0Expiration\0Code\0Message\0";
	struct str text = { (const char *)data, len }, out[8];
	bool first = false;
	struct err e;

	if (len > 4096)
		return 0;
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		struct arena arena = { .at = memory, .cap = sizeof memory };
		bool is = xml_read(text, paths[i], names, out, &arena, &e) == 0;

		must(is || (e.cause == CAUSE_ANSWER && str_is_printable(str_of(e.line))));
		for (size_t j = 0; is && j < 8; j++)
			must(out[j].len < len);
		first |= is;
	}
	must(!first || (str_find(text, S("<!")) == SIZE_MAX && len > 3));
	return 0;
}
