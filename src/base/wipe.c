/* base/wipe.c: forget bytes so that the compiler cannot keep them. */
/* SPDX-License-Identifier: MIT */
#include "base/wipe.h"

#include <string.h>

void
wipe(void *at, size_t n)
{
	if (n)
		memset(at, 0, n);
	__asm__ volatile("" : : "r"(at) : "memory");	/* the bytes count as read, so the memset stays */
}

/* Never inlined: its frame must lie where those of others were. */
__attribute__((noinline)) void
wipe_stack(void)
{
	char below[WIPE_STACK];

	wipe(below, sizeof below);
}
