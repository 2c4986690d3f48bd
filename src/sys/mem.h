/* sys/mem.h: memory for arenas, straight from the kernel. Hands out no single pieces (base/arena does). */
/* SPDX-License-Identifier: MIT */
#ifndef SYS_MEM_H
#define SYS_MEM_H

#include "base/arena.h"

/* Reserve `bytes` (> 0) of zeroed memory for *a. A page costs nothing until it is touched, so reserve for the worst case.
   Left out of core dumps, and zeroed in a forked child. 0, or -1 with CAUSE_MEMORY and *a empty. */
int mem_arena(struct arena *a, size_t bytes, struct err *e) __attribute__((warn_unused_result));

/* The same for few pages of secrets that live long: locked into memory where the limit allows, else not (there is no right to it,
   and refusing to start without would help nobody). Before Linux 4.4 they all cost something at once. */
int mem_arena_locked(struct arena *a, size_t bytes, struct err *e) __attribute__((warn_unused_result));

/* Wipe what was handed out and give the memory back. Idempotent; an arena that is all zero is fine. */
void mem_release(struct arena *a);

#endif
