/* agent/probe.h: how far a step machine gets with files alone. Opens no connection and starts no program. */
/* SPDX-License-Identifier: MIT */
#ifndef AGENT_PROBE_H
#define AGENT_PROBE_H

#include "agent/flow.h"

/* Run one machine, its files read for it, to its end, or to its first question that goes elsewhere: STEP_ASK, and *ask is that.
   It must not be run further. Notes are dropped: whoever runs it in earnest hears them. STEP_FAIL: its error. */
enum step probe_run(struct flow *f, step_fn *machine_step, void *machine, struct ask *ask, struct err *e)
	__attribute__((warn_unused_result));

#endif
