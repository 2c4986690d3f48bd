/* tests/tools/replay.c: runs a fuzz target over its corpus, without a fuzzer: each file once, each an assertion. Finds nothing new. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "tap.h"

#include <dirent.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* A copy of exactly the file's size, so that the sanitizer sees a read beyond it. */
static bool
replay(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data;
	long len;
	bool whole;

	if (!f || fseek(f, 0, SEEK_END) < 0 || (len = ftell(f)) < 0)
		return false;
	rewind(f);
	data = malloc(len ? (size_t)len : 1);
	whole = data && fread(data, 1, (size_t)len, f) == (size_t)len;
	fclose(f);
	if (whole)
		LLVMFuzzerTestOneInput(data, (size_t)len);
	free(data);
	return whole;
}

static int
is_file(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

/* The corpus is the folder of the program's own name. */
int
main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/'), *name = slash ? slash + 1 : argv[0];
	struct dirent **list;
	char folder[300], path[600];
	int n;

	(void)argc;
	LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
	ok(true, "%s: nothing at all", name);
	snprintf(folder, sizeof folder, "tests/fuzz/corpus/%s", name);
	n = scandir(folder, &list, is_file, alphasort);
	ok(n > 0, "%s has files", folder);
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof path, "%s/%s", folder, list[i]->d_name);
		ok(replay(path), "%s", path);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	return tap_end();
}
