/* base/arena.h: memory that is handed out once and wiped as a whole. Gets no memory itself (sys/mem does) and frees no single piece. */
/* SPDX-License-Identifier: MIT */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/buf.h"
#include "base/err.h"

struct arena {
	char *at;	/* the region, the caller's; zeroed before its first use */
	size_t len;	/* bytes handed out */
	size_t cap;	/* bytes there are */
};

/* n zeroed bytes, aligned for any object, valid until arena_wipe. NULL when they are not there, or when n is 0. */
void *arena_get(struct arena *a, size_t n);

/* An empty buf with room for n bytes. When they are not there the buf has no room and `full` is set: the caller's one
   check at the end sees it. */
struct buf arena_buf(struct arena *a, size_t n);

/* Give back the unused room of the newest arena_buf: only right when nothing was taken from the arena since. */
void arena_trim(struct arena *a, const struct buf *b);

/* A copy of s that lives as long as the arena, with a NUL after it (not counted). 0, or -1 with CAUSE_MEMORY. */
int arena_keep(struct arena *a, struct str s, struct str *out, struct err *e) __attribute__((warn_unused_result));

/* Zero all that was handed out and start anew. Idempotent. */
void arena_wipe(struct arena *a);

/* The error that every caller of the above gives when there is no room: an expression that is -1, as err_set. */
void arena_put_err(struct err *e);
#define arena_err(e) (arena_put_err(e), err_given())

#endif
