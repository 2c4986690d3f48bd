/* tests/slurp.h: a whole file in memory, for tests that read vectors. Not for programs that read more than one at a time. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SLURP_H
#define TESTS_SLURP_H

#include "base/str.h"

#include <stdio.h>

/* The file's bytes, up to 1 MiB, valid until the next call; at is NULL when it cannot be read. Tests run in the project's
   top folder, so a path begins with "tests/". */
static inline struct str
slurp(const char *path)
{
	static char bytes[1 << 20];
	FILE *f = fopen(path, "rb");
	size_t n;

	if (!f)
		return (struct str){ 0 };
	n = fread(bytes, 1, sizeof bytes, f);
	fclose(f);
	return (struct str){ bytes, n };
}

#endif
