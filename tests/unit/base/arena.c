/* tests/unit/base/arena.c: memory handed out once. */
/* SPDX-License-Identifier: MIT */
#include "base/arena.h"
#include "tests/tap.h"

static _Alignas(16) char memory[256];

static bool
is_zero(const char *at, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (at[i])
			return false;
	return true;
}

static void
getting(void)
{
	struct arena a = { .at = memory, .cap = sizeof memory };
	char *p, *q;

	p = arena_get(&a, 1);
	q = arena_get(&a, 3);
	ok(p == memory && q == memory + 16, "aligned for any object");
	ok(arena_get(&a, 0) == NULL, "nothing is nothing");
	ok(arena_get(&a, sizeof memory) == NULL && arena_get(&a, SIZE_MAX) == NULL, "too much is refused");
	is_int(a.len, 19, "and takes nothing");
	ok(arena_get(&a, 256 - 32) != NULL, "all that is left");
	is_int(a.len, a.cap, "to the last byte");
	ok(arena_get(&a, 1) == NULL, "then no more");
	memset(memory, 'x', sizeof memory);
	arena_wipe(&a);
	ok(a.len == 0 && is_zero(memory, sizeof memory), "wiped as a whole");
	arena_wipe(&a);
	is_int(a.len, 0, "and again");
	a = (struct arena){ 0 };
	arena_wipe(&a);
	ok(arena_get(&a, 1) == NULL, "an arena without memory has none");
	a = (struct arena){ .at = memory, .len = 255, .cap = 255 };
	ok(arena_get(&a, 1) == NULL, "and a full one whose end is not aligned");
}

static void
keeping(void)
{
	struct arena a = { .at = memory, .cap = 128 };
	struct str got = { 0 };
	struct err e = { 0 };
	struct buf b;

	is_int(arena_keep(&a, S("ab"), &got, &e), 0, "a copy");
	is_str(got, S("ab"), "of these bytes");
	is_int(got.at[2], 0, "and a zero byte");
	is_int(arena_keep(&a, (struct str){ 0 }, &got, &e), 0, "a copy of nothing");
	ok(got.len == 0 && got.at != NULL, "is not NULL");
	is_int(arena_keep(&a, (struct str){ memory, 128 }, &got, &e), -1, "more than there is");
	is_line(&e, "out of memory: an arena of this program is full", "is said");
	ok(e.code == ERR_LIMIT && e.cause == CAUSE_MEMORY, "with its cause");
	b = arena_buf(&a, 16);
	buf_add_str(&b, S("xyz"));
	ok(!b.full && b.cap == 16, "a buf");
	arena_trim(&a, &b);
	is_int((a.at + a.len) - b.at, 3, "gives back what it did not use");
	b = arena_buf(&a, 4);
	ok(arena_get(&a, 1) != NULL, "but not when something stands behind it");
	{
		size_t len = a.len;

		arena_trim(&a, &b);
		is_int(a.len, len, "for then it is no longer the newest");
	}
	b = arena_buf(&a, 1000);
	buf_add_c(&b, 'x');
	ok(b.full && b.cap == 0, "a buf without room is full at once");
	arena_trim(&a, &b);
	ok(a.len <= a.cap, "and gives nothing back");
	arena_wipe(&a);
}

/* Pages that nobody wrote are not touched, all others are. */
static void
wiping(void)
{
	static char big[5 * 4096 + 100];
	size_t wrong = 0;

	for (size_t at = 0; at < sizeof big; at += 455) {	/* 9 times 455 is the last byte of the first page */
		struct arena a = { .at = big, .len = sizeof big, .cap = sizeof big };

		big[at] = 'x';
		arena_wipe(&a);
		wrong += !is_zero(big, sizeof big) || a.len;
		memset(big, 'x', at);
		a.len = at;
		arena_wipe(&a);
		wrong += !is_zero(big, sizeof big);
	}
	is_int(wrong, 0, "wherever something was written, it is gone");
}

int
main(void)
{
	getting();
	wiping();
	keeping();
	return tap_end();
}
