/* agent/tell.c: what the agent says of its work, and of failures that repeat how often. */
/* SPDX-License-Identifier: MIT */
#include "agent/tell.h"

#include "sys/clock.h"

static const char *
logger(unsigned what)
{
	return str_nth("agent.auth.handler\0" "agent\0" "agent.sink.file\0" "agent.sink.server", what <= TELL_POLL ? 0 : what < TELL_SINKS ? what - TELL_POLL : 3);
}

void
tell(enum log_level level, enum tell_what what, const char *message)
{
	log_event(level, logger(what), message, NULL);
}

void
tell_of(enum log_level level, enum tell_what what, const char *message, const char *key, struct str value)
{
	log_event(level, logger(what), message, PAIRS({ key, value }));
}

void
tell_error(enum log_level level, unsigned what, const char *message, const struct err *e, tick again_at, const char *key, unsigned n)
{
	char wait[32], number[16];
	struct buf backoff = BUF(wait), count = BUF(number);
	struct log_pair pair[5] = { { "error", str_of(e->line) } };
	tick now = clock_now();
	unsigned at = 1;

	if (e->hint[0])
		pair[at++] = (struct log_pair){ "hint", str_of(e->hint) };
	if (again_at != TICK_NEVER) {
		buf_fmt(&backoff, "%llums", (unsigned long long)(again_at > now ? again_at - now : 0));
		pair[at++] = (struct log_pair){ "backoff", buf_str(&backoff) };
	}
	if (n) {
		buf_fmt(&count, "%u", n);
		pair[at] = (struct log_pair){ key, buf_str(&count) };
	}
	log_event(level, logger(what), message, pair);
}

int
tell_failure(struct tell *t, unsigned what, const char *message, const struct err *e, tick again_at)
{
	unsigned n;

	if (e->code == ERR_STOP)
		return -1;
	t->last = *e;
	if (repeat_fail(&t->failing[what], e, clock_now(), &n))
		tell_error(what == TELL_POLL ? LOG_WARN : LOG_ERROR, what, message, e, again_at, "times", n > 1 ? n : 0);
	return 0;
}

void
tell_end(struct tell *t, unsigned what)
{
	char count[16];
	struct buf times = BUF(count);
	unsigned n = repeat_end(&t->failing[what]);

	buf_fmt(&times, "%u", n);
	if (n)
		tell_of(LOG_INFO, (enum tell_what)what, "it failed meanwhile, untold", "times", buf_str(&times));
}
