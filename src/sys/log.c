/* sys/log.c: the only writer of people's text, on standard error. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "sys/log.h"

#include "base/buf.h"
#include "sys/loop.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

static enum log_level shown = LOG_WARN;

bool
log_level_parse(struct str name, enum log_level *out)
{
	static const struct {
		char name[8];
		enum log_level level;
	} names[] = {
		{ "error", LOG_ERROR }, { "err", LOG_ERROR },
		{ "warn", LOG_WARN }, { "warning", LOG_WARN },
		{ "info", LOG_INFO }, { "notice", LOG_INFO },
		{ "debug", LOG_DEBUG }, { "trace", LOG_DEBUG },
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_eq_nocase(name, str_of(names[i].name))) {
			*out = names[i].level;
			return true;
		}
	return false;
}

void
log_set_level(enum log_level level)
{
	shown = level;
}

void
log_write(struct str text)
{
	while (text.len) {
		/* A pipe that is ready takes this much without blocking. */
		size_t n = text.len < PIPE_BUF ? text.len : PIPE_BUF;
		ssize_t done;

		if (!loop_is_ready(2, POLLOUT, LOG_WAIT_MS))
			return;
		done = write(2, text.at, n);
		if (done < 0 && errno != EINTR && errno != EAGAIN)
			return;
		if (done > 0)
			text = str_part(text, (size_t)done, text.len);
	}
}

void
log_text(enum log_level level, const char *fmt, ...)
{
	char line[LOG_LINE];
	struct buf b = { .at = line, .cap = sizeof line - 4 };	/* room for "..." and the line end */
	va_list ap;

	if (level > shown)
		return;
	buf_add_str(&b, S("pantler: "));
	va_start(ap, fmt);
	buf_vfmt(&b, true, fmt, ap);
	va_end(ap);
	if (b.full) {
		memcpy(line + b.len, "...", 3);
		b.len += 3;
	}
	line[b.len++] = '\n';
	log_write(buf_str(&b));
}
