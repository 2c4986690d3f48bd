/* agent/repeat.c: when a failure that repeats is told. */
/* SPDX-License-Identifier: MIT */
#include "agent/repeat.h"

/* Of cause and line, without digits. */
static uint32_t
hash_of(const struct err *e)
{
	uint32_t h = str_hash_c(STR_HASH, (char)e->cause);

	for (const char *c = e->line; *c; c++)
		if (*c < '0' || *c > '9')
			h = str_hash_c(h, *c);
	return h;
}

bool
repeat_fail(struct repeat *r, const struct err *e, tick now, unsigned *times)
{
	uint32_t hash = hash_of(e);
	size_t at = 0;

	for (size_t i = 1; i < REPEAT_KINDS; i++)
		if (r->kind[i].again_at < r->kind[at].again_at)
			at = i;
	for (size_t i = 0; i < REPEAT_KINDS; i++)
		if (r->kind[i].again_at && r->kind[i].hash == hash)
			at = i;
	if (!r->kind[at].again_at || r->kind[at].hash != hash) {
		r->kind[at].hash = hash;
		r->kind[at].untold = 0;
		r->kind[at].again_at = now;
	}
	*times = ++r->kind[at].untold;
	if (!tick_is_past(r->kind[at].again_at, now))
		return false;
	r->kind[at].untold = 0;
	r->kind[at].again_at = tick_after(now, REPEAT_MS);
	return true;
}

unsigned
repeat_end(struct repeat *r)
{
	unsigned n = 0;

	for (size_t i = 0; i < REPEAT_KINDS; i++)
		n += r->kind[i].untold;
	*r = (struct repeat){ 0 };
	return n;
}
