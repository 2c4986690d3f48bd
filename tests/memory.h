/* tests/memory.h: whole files and arenas of an exact size, for tests under a sanitizer. Not for the program itself. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_MEMORY_H
#define TESTS_MEMORY_H

#include "base/arena.h"
#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What memory_file gave out, linked through the word before each file's bytes. */
static void *memory_kept;

/* The bytes of a file, kept until the end; the last one is the last that may be read. at is NULL when it cannot be read. */
static inline struct str
memory_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	size_t cap = 4096, len = sizeof memory_kept, n;
	char *at = f ? malloc(cap) : NULL;

	if (!at)
		return (struct str){ NULL, 0 };
	while ((n = fread(at + len, 1, cap - len, f)) > 0) {
		len += n;
		if (len == cap && !(at = realloc(at, cap *= 2)))
			abort();
	}
	fclose(f);
	at = realloc(at, len);
	memcpy(at, &memory_kept, sizeof memory_kept);
	memory_kept = at;
	return (struct str){ at + sizeof memory_kept, len - sizeof memory_kept };
}

/* An arena of this size and not a byte more. */
static inline struct arena
memory_arena(size_t cap)
{
	return (struct arena){ .at = calloc(1, cap ? cap : 1), .cap = cap };
}

static inline void
memory_free(struct arena *a)
{
	free(a->at);
	*a = (struct arena){ 0 };
}

#endif
