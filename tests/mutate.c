/* tests/mutate.c: every truncation, bit flip and split of an input, each ending at an unreadable page. */
/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE	/* MAP_ANONYMOUS */
#include "tests/mutate.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SLOT_BYTES (1u << 20)
#define SHOWN 3		/* failures of one call that are printed */

struct str
mutate_guard(unsigned slot, struct str s)
{
	static char *slots[MUTATE_SLOTS];
	char *at;

	if (slot >= MUTATE_SLOTS || s.len > SLOT_BYTES) {
		fprintf(stderr, "mutate_guard: no slot %u, or over %u bytes\n", slot, SLOT_BYTES);
		abort();
	}
	if (!slots[slot]) {
		size_t page = (size_t)sysconf(_SC_PAGESIZE);

		slots[slot] = mmap(NULL, SLOT_BYTES + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (slots[slot] == MAP_FAILED || mprotect(slots[slot] + SLOT_BYTES, page, PROT_NONE) < 0) {
			perror("mutate_guard");
			abort();
		}
	}
	at = slots[slot] + SLOT_BYTES - s.len;
	if (s.len)
		memmove(at, s.at, s.len);
	return (struct str){ at, s.len };
}

static bool
is_structure(struct str s, size_t i)
{
	for (size_t k = i ? i - 1 : 0; k <= i + 1 && k < s.len; k++)
		if (!isalnum((unsigned char)s.at[k]))
			return true;
	return i == s.len;
}

/* Which places of an input are worked on. */
struct sample {
	struct str whole;
	bool all;
	size_t count[2];	/* places without and with structure */
	uint32_t seed;
};

static struct sample
sample_of(struct str whole)
{
	struct sample p = { .whole = whole, .all = whole.len <= MUTATE_WHOLE || getenv("MUTATE_ALL"), .seed = 1 };

	for (size_t i = 0; !p.all && i <= whole.len; i++)
		p.count[is_structure(whole, i)]++;
	return p;
}

/* Asked for each place once, in order. */
static bool
is_chosen(struct sample *p, size_t i)
{
	if (p->all)
		return true;
	p->seed = p->seed * 1664525 + 1013904223;	/* Numerical Recipes' generator; its high bits will do */
	return (uint64_t)(p->seed >> 8) * p->count[is_structure(p->whole, i)] < (uint64_t)MUTATE_SAMPLE << 24;
}

static void
show(size_t failures, const char *what, size_t at, int bit)
{
	if (failures > SHOWN)
		return;
	printf("# %s at byte %zu", what, at);
	if (bit >= 0)
		printf(", bit %d", bit);
	putchar('\n');
}

size_t
mutate_cut(struct str whole, mutate_fn *f, void *arg)
{
	struct sample p = sample_of(whole);
	size_t failures = 0;

	for (size_t i = 0; i <= whole.len; i++)
		if (is_chosen(&p, i) && !f(mutate_guard(0, (struct str){ whole.at, i }), arg))
			show(++failures, "cut", i, -1);
	return failures;
}

size_t
mutate_flip(struct str whole, mutate_fn *f, void *arg)
{
	struct sample p = sample_of(whole);
	size_t failures = 0;

	for (size_t i = 0; i < whole.len; i++) {
		if (!is_chosen(&p, i))
			continue;
		for (int bit = 0; bit < 8; bit++) {
			struct str copy = mutate_guard(0, whole);

			((char *)copy.at)[i] = (char)(copy.at[i] ^ 1 << bit);	/* the slot's storage is writable */
			if (!f(copy, arg))
				show(++failures, "flip", i, bit);
		}
	}
	return failures;
}

size_t
mutate_split(struct str whole, mutate_split_fn *f, void *arg)
{
	struct sample p = sample_of(whole);
	size_t failures = 0;

	for (size_t i = 0; i <= whole.len; i++)
		if (is_chosen(&p, i) && !f(mutate_guard(0, (struct str){ whole.at, i }),
		    mutate_guard(1, (struct str){ whole.at + i, whole.len - i }), arg))
			show(++failures, "split", i, -1);
	return failures;
}
