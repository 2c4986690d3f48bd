/* tests/unit/sys/mem.c: arenas from the kernel. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "sys/mem.h"

#include "tap.h"
#include "unit/sys/fault.h"

#include <sys/mman.h>
#include <sys/resource.h>

/* The mapping's flags in smaps ("VmFlags:"), or NULL. */
static bool
has_flag(const void *at, const char *flag)
{
	char line[512], start[32];
	bool here = false, found = false;
	FILE *f = fopen("/proc/self/smaps", "r");

	snprintf(start, sizeof start, "%lx-", (unsigned long)at);
	while (f && fgets(line, sizeof line, f)) {
		if (strchr(line, '-'))	/* a mapping's first line */
			here = !strncmp(line, start, strlen(start));
		else if (here && !strncmp(line, "VmFlags:", 8))
			found = strstr(line, flag) != NULL;
	}
	if (f)
		fclose(f);
	return found;
}

static int
child_sees_nothing(void *ctx)
{
	return *(char *)ctx == 0 ? 0 : 1;
}

static int
locked_without_right(void *ctx)
{
	struct rlimit none = { 0, 0 };
	struct arena a;
	struct err e;

	(void)ctx;
	setrlimit(RLIMIT_MEMLOCK, &none);
	if (geteuid() == 0 && setuid(65534) < 0)
		return 2;
	if (mem_arena_locked(&a, 8192, &e) < 0)
		return 1;
	mem_release(&a);
	return 0;
}

int
main(void)
{
	struct arena a, none = { 0 };
	struct err e;
	unsigned char page[2];
	char *at;

	ok(mem_arena(&a, 1 << 20, &e) == 0, "a megabyte");
	is_int(a.cap, 1 << 20, "its size");
	is_int(a.len, 0, "nothing handed out");
	ok(has_flag(a.at, " dd"), "left out of core dumps");
	ok(has_flag(a.at, " wf"), "zeroed in a forked child");
	ok(has_flag(a.at, " nh"), "no huge pages: the first byte must not cost 2 MiB");
	at = arena_get(&a, 100);
	ok(at && at[0] == 0 && at[99] == 0, "zeroed");
	memset(at, 's', 100);
	is_int(in_child(child_sees_nothing, at), 0, "a child sees none of it");
	ok(at[0] == 's', "and we still do");
	mem_release(&a);
	ok(!a.at && !a.cap && !a.len, "given back");
	mem_release(&a);
	mem_release(&none);
	ok(true, "giving back twice, or nothing, is fine");

	memset(&e, 'x', sizeof e);
	is_int(mem_arena(&a, SIZE_MAX / 2, &e), -1, "more than there is");
	is_line(&e, sizeof(size_t) == 8 ? "no memory for 9223372036854775807 bytes: out of memory" :
		"no memory for 2147483647 bytes: out of memory", "the line");
	is_int(e.cause, CAUSE_MEMORY, "its cause");
	ok(!a.at && !a.cap, "the arena is empty");

	ok(mem_arena_locked(&a, 8192, &e) == 0 && (at = arena_get(&a, 8000)), "a locked one");
	*at = 's';
	ok(has_flag(a.at, " lo"), "is locked");
	ok(mincore(a.at, 8192, page) == 0 && (page[0] & 1) && !(page[1] & 1), "and of its two pages the one that was touched is there");
	mem_release(&a);
	is_int(in_child(locked_without_right, NULL), 0, "one where nothing may be locked");
	return tap_end();
}
