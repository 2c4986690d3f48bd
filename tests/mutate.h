/* tests/mutate.h: every truncation, bit flip and split of an input, each ending at an unreadable page. Knows no format. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_MUTATE_H
#define TESTS_MUTATE_H

#include "base/str.h"

/* Up to this length every mutation is made. Above it: those at bytes that are no letters or digits and beside them, at most
   MUTATE_SAMPLE of them, and as many others, drawn by a fixed seed. With MUTATE_ALL in the environment: all of them. */
#define MUTATE_WHOLE 2048
#define MUTATE_SAMPLE 4096

#define MUTATE_SLOTS 4

/* A copy of s whose last byte is the last readable one: reading behind it ends the program. Valid until the slot is used
   again. Slots 0 and 1 are used by the functions below. At most 1 MiB. */
struct str mutate_guard(unsigned slot, struct str s);

/* Whether the reader did what it may do with this input. */
typedef bool mutate_fn(struct str input, void *arg);
/* The same for an input in two pieces, each with an unreadable page behind it. */
typedef bool mutate_split_fn(struct str first, struct str second, void *arg);

/* Each returns how often `f` said false, and prints the first few as TAP comments ("# cut at byte 17"). */
size_t mutate_cut(struct str whole, mutate_fn *f, void *arg);	/* every prefix, the empty and the whole one too */
size_t mutate_flip(struct str whole, mutate_fn *f, void *arg);	/* every bit, one at a time */
size_t mutate_split(struct str whole, mutate_split_fn *f, void *arg);	/* every place, both ends too */

#endif
