/* agent/answer.h: answers one question of a step machine: an exchange over the network, a file, a program's output. Knows no
   protocol, and decides nothing but whose trust counts. */
/* SPDX-License-Identifier: MIT */
#ifndef AGENT_ANSWER_H
#define AGENT_ANSWER_H

#include "agent/flow.h"
#include "net/xfer.h"

#define ANSWER_RESENDS 2	/* of what may be sent again */
#define ANSWER_WAIT_MS 300	/* before the first resending; four times that before the second */

/* Storage for answers, zero before the first; the last one stays valid until the next. */
struct answering {
	struct answer out;
	struct err sentence;	/* what out.err points to */
	struct xfer xfer;
};

/* Answer it into a->out. One redirect is followed when the ask allows it, to https, or from http to http, with the same method,
   header and body, held against the same trust and names. What may be sent again is, after no answer, 429 and 5xx. When the flow's
   deadline has passed only files are read: all else is ANSWER_SILENT. 0; or -1 with CAUSE_SIGNAL, everything closed. Each sending,
   a redirect's too, waits until f->limit lets it go: that it does is told at first, and then by the hour with the count. When that
   is after the flow's deadline, the answer is ANSWER_SILENT, and its sentence says so. */
int answer_ask(struct answering *a, struct flow *f, struct ask *ask, struct err *e) __attribute__((warn_unused_result));

/* Whom Vault's certificate is held against. */
struct roots answer_vault_roots(const struct config *c);

#endif
