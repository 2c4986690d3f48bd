/* agent/flow.c: drives step machines: has what they ask answered, until they have their result. */
/* SPDX-License-Identifier: MIT */
#include "agent/flow.h"

#include "agent/answer.h"
#include "sys/clock.h"
#include "sys/log.h"

/* What a machine has to say though it goes on: lines that end in NUL. */
static void
warn(struct str notes)
{
	while (notes.len) {
		struct str note = str_cut(&notes, 0);

		log_text(LOG_WARN, "%.*s", STR(note));
	}
}

enum step
flow_look(struct flow *f, step_fn *machine_step, void *machine, struct ask *elsewhere, struct err *e)
{
	const struct answer *in = NULL;
	struct answering answering = { 0 };
	struct ask ask;

	for (;;) {
		char text[1024];	/* a note has some 100 bytes */
		struct buf notes = BUF(text);
		struct senv env = { .wall_s = clock_wall_s() + f->clock_off_s, .arena = &f->arena, .notes = &notes };
		enum step s = machine_step(machine, in, &ask, &env, e);

		if (!elsewhere)
			warn(buf_str(&notes));
		if (s != STEP_ASK)
			return s;
		if (elsewhere) {
			*elsewhere = ask;
			if (ask.kind != ASK_FILE)
				return s;
			ask.file.secret = false;	/* nor is that told */
		}
		if (answer_ask(&answering, f, &ask, e) < 0)
			return STEP_FAIL;
		in = &answering.out;
	}
}

int
flow_run(struct flow *f, step_fn *machine_step, void *machine, struct err *e)
{
	return flow_look(f, machine_step, machine, NULL, e) == STEP_DONE ? 0 : -1;
}
