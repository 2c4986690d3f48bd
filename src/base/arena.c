/* base/arena.c: memory that is handed out once and wiped as a whole. */
/* SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include "base/wipe.h"

#include <string.h>

#define PAGE 4096	/* of the processor; at a wrong guess arena_wipe touches more, and wipes the same */
#define ALIGN 16	/* enough for every type on every processor that we build for */

void *
arena_get(struct arena *a, size_t n)
{
	size_t pad = (ALIGN - a->len % ALIGN) % ALIGN;
	void *p;

	if (!n || pad > a->cap - a->len || n > a->cap - a->len - pad)
		return NULL;
	p = a->at + a->len + pad;
	a->len += pad + n;
	return p;
}

struct buf
arena_buf(struct arena *a, size_t n)
{
	char *at = arena_get(a, n);

	return (struct buf){ .at = at, .cap = at ? n : 0, .full = !at };
}

void
arena_trim(struct arena *a, const struct buf *b)
{
	if (b->at && b->at + b->cap == a->at + a->len)
		a->len -= b->cap - b->len;
}

int
arena_keep(struct arena *a, struct str s, struct str *out, struct err *e)
{
	char *at = arena_get(a, s.len + 1);	/* s.len < SIZE_MAX: it is in memory */

	if (!at)
		return arena_err(e);
	if (s.len)
		memcpy(at, s.at, s.len);
	at[s.len] = 0;
	*out = (struct str){ at, s.len };
	return 0;
}

void
arena_wipe(struct arena *a)
{
	/* Most of what is handed out is room for the worst case: wiping a page that nobody wrote would be its first use. */
	for (size_t at = 0; at < a->len; at += PAGE) {
		char *page = a->at + at;
		size_t n = a->len - at < PAGE ? a->len - at : PAGE, word = n < PAGE;

		for (size_t i = 0; !word && i < PAGE; i += sizeof word)
			memcpy(&word, page + i, sizeof word);
		if (word)
			wipe(page, n);
	}
	a->len = 0;
}

void
arena_put_err(struct err *e)
{
	err_put_kind(e, ERR_KIND(ERR_LIMIT, CAUSE_MEMORY), "out of memory: an arena of this program is full");
}
