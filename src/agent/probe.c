/* agent/probe.c: how far a step machine gets with files alone. */
/* SPDX-License-Identifier: MIT */
#include "agent/probe.h"

#include "agent/answer.h"
#include "sys/clock.h"

enum step
probe_run(struct flow *f, step_fn *machine_step, void *machine, struct ask *ask, struct err *e)
{
	const struct answer *in = NULL;
	struct answering answering = { 0 };

	for (;;) {
		struct buf notes = { 0 };
		struct senv env = { .wall_s = clock_wall_s(), .arena = &f->arena, .notes = &notes };
		enum step s = machine_step(machine, in, ask, &env, e);

		if (s != STEP_ASK || ask->kind != ASK_FILE)
			return s;
		if (answer_ask(&answering, f, ask, e) < 0)
			return STEP_FAIL;
		in = &answering.out;
	}
}
