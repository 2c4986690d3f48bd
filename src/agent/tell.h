/* agent/tell.h: what the agent says of its work, by Vault Agent's loggers, so that alerts find it; and of failures that repeat how often. Decides
   nothing. */
/* SPDX-License-Identifier: MIT */
#ifndef AGENT_TELL_H
#define AGENT_TELL_H

#include "agent/repeat.h"
#include "conf/conf.h"
#include "sys/log.h"

/* What is done, and tried again when it fails. Each has a logger. */
enum tell_what {
	TELL_LOGIN,		/* agent.auth.handler, as RENEWAL and POLL */
	TELL_RENEWAL,
	TELL_POLL,
	TELL_READY,		/* agent */
	TELL_FILE,		/* agent.sink.file */
	TELL_SINKS,		/* agent.sink.server: the first sink, and the others behind it */
	TELL_WHATS = TELL_SINKS + CONF_SINKS + 1,
};

/* All zero at first. */
struct tell {
	struct err last;	/* the last failure */
	struct repeat failing[TELL_WHATS];
};

/* Something happened. */
void tell(enum log_level level, enum tell_what what, const char *message);

/* The same, with one thing that it is about. */
void tell_of(enum log_level level, enum tell_what what, const char *message, const char *key, struct str value);

/* It went wrong: why, what to do about it where that is known, how long until it is tried again (again_at; TICK_NEVER: that is nobody's
   business), and n as `key` unless it is 0. */
void tell_error(enum log_level level, unsigned what, const char *message, const struct err *e, tick again_at, const char *key, unsigned n);

/* It failed, and will be tried again at that instant (TICK_NEVER: that is nobody's business): told at first, and then by the hour; a
   failure to poll as a warning. 0; or -1, and nothing told: it is a signal, which is no failure. */
int tell_failure(struct tell *t, unsigned what, const char *message, const struct err *e, tick again_at);

/* It went well: how often it had failed untold. */
void tell_end(struct tell *t, unsigned what);

#endif
