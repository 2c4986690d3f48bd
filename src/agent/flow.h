/* agent/flow.h: drives step machines: has what they ask answered (agent/answer), until they have their result. Knows no protocol. */
/* SPDX-License-Identifier: MIT */
#ifndef AGENT_FLOW_H
#define AGENT_FLOW_H

#include "conf/conf.h"
#include "data/step.h"
#include "sys/loop.h"
#include "sys/proc.h"
#include "vault/login.h"

/* Address space of one flow: some 40 exchanges (XFER_ARENA each; the longest chain of roles, each answer asked for three times,
   has 24), what their answers unescape to, and what is shown of them. Reserved, not used: a login touches some 60 KiB of it. */
#define FLOW_BYTES (24 * 1024 * 1024)

struct flow {
	struct loop *loop;		/* the process's */
	struct limit *limit;		/* the process's: every request of every flow goes past it */
	const struct config *config;	/* after conf_check */
	struct arena arena;		/* of mem_arena, FLOW_BYTES; the owner releases it */
	tick deadline;			/* over everything */
	const struct proc *proc;	/* how the process was found, for programs that are run */
	int64_t clock_off_s;		/* what is added to the wall clock for signatures and expirations; 0 unless Vault has shown it wrong */
};

/* Run one machine to its end. 0: the machine is done; -1: its error, or CAUSE_SIGNAL, with everything closed and the arena still holding secrets
   (mem_release wipes it). */
int flow_run(struct flow *f, step_fn *machine_step, void *machine, struct err *e) __attribute__((warn_unused_result));

/* Run one machine by files alone: to its end, as flow_run; or to its first question that goes elsewhere, STEP_ASK, which then stands in
   *elsewhere and is not asked: the machine must not be run further. Notes, and warnings of files, are dropped: whoever runs it in earnest hears them.
   With NULL for it this is flow_run. */
enum step flow_look(struct flow *f, step_fn *machine_step, void *machine, struct ask *elsewhere, struct err *e)
	__attribute__((warn_unused_result));

#endif
