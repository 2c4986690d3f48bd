/* sys/mem.c: memory for arenas, straight from the kernel. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "sys/mem.h"

#include "sys/kernel.h"

#include <errno.h>
#include <sys/mman.h>

#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18	/* Linux 4.14 */
#endif

int
mem_arena(struct arena *a, size_t bytes, struct err *e)
{
	void *at = (void *)syscall(KERNEL_MMAP, NULL, bytes, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0L);

	*a = (struct arena){ 0 };
	if (at == MAP_FAILED)
		return err_sys(e, CAUSE_MEMORY, errno, "no memory for %zu bytes", bytes);
	/* Each of these is help, not need: kernels may be built without them. */
	madvise(at, bytes, MADV_DONTDUMP);
	madvise(at, bytes, MADV_WIPEONFORK);
	madvise(at, bytes, MADV_NOHUGEPAGE);	/* else the first touch may cost 2 MiB */
	*a = (struct arena){ .at = at, .cap = bytes };
	return 0;
}

int
mem_arena_locked(struct arena *a, size_t bytes, struct err *e)
{
	if (mem_arena(a, bytes, e) < 0)
		return -1;
	if (syscall(SYS_mlock2, a->at, a->cap, MLOCK_ONFAULT) < 0)	/* Linux 4.4 */
		mlock(a->at, a->cap);
	return 0;
}

void
mem_release(struct arena *a)
{
	if (!a->at)
		return;
	arena_wipe(a);
	munmap(a->at, a->cap);
	*a = (struct arena){ 0 };
}
