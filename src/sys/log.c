/* sys/log.c: the only writer of people's text and of the agent's log. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "sys/log.h"

#include "sys/clock.h"
#include "sys/kernel.h"
#include "sys/logfile.h"
#include "sys/loop.h"
#include "sys/proc.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

static enum log_level shown = LOG_WARN;
static enum log_shape shape = LOG_PEOPLE;
static bool is_journal;
static struct logfile *file;

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
log_set_file(struct logfile *f)
{
	file = f;
}

void
log_set_shape(enum log_shape to)
{
	char text[48];	/* two numbers of 20 digits */
	struct buf ours = BUF(text);
	struct stat st;

	shape = to;
	is_journal = false;
	if (to == LOG_PEOPLE || kernel_stat(2, "", &st, AT_EMPTY_PATH) < 0)
		return;
	buf_fmt(&ours, "%llu:%llu", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
	is_journal = str_eq(proc_env("JOURNAL_STREAM", false), buf_str(&ours));
}

/* False: nobody takes it. */
static bool
put(struct str text)
{
	while (text.len) {
		/* A pipe that is ready takes this much without blocking. */
		size_t n = text.len < PIPE_BUF ? text.len : PIPE_BUF;
		ssize_t done;

		if (!loop_is_ready(2, POLLOUT, LOG_WAIT_MS))
			return false;
		done = write(2, text.at, n);
		if (done < 0 && errno != EINTR && errno != EAGAIN)
			return false;
		if (done > 0)
			text = str_part(text, (size_t)done, text.len);
	}
	return true;
}

void
log_write(struct str text)
{
	(void)put(text);
}

#define PREFIX 3	/* "<6>" */

/* Each line with its priority, for which there is room before the first of them; before the others it takes the end of the line
   that has been written by then. */
static void
put_journal(char *at, struct str lines, enum log_level level)
{
	bool goes_on = true;

	while (goes_on && lines.len) {
		size_t n = str_cut(&lines, '\n').len + 1;

		memcpy(at - PREFIX, "<3><4><6><7>" + PREFIX * level, PREFIX);
		goes_on = put((struct str){ at - PREFIX, PREFIX + n });
		at += n;
	}
}

static void
emit(enum log_level level, const char *name, struct str message, const struct log_pair *pairs)
{
	char text[PREFIX + LOG_EVENT];
	struct buf b = { .at = text + PREFIX, .cap = LOG_EVENT };
	uint64_t now_ns = clock_wall_ns();

	logline_format(&b, shape, &(struct logline){ now_ns, level, name, message, pairs });
	if (file)
		logfile_write(file, buf_str(&b), clock_now(), now_ns);
	if (is_journal)
		put_journal(b.at, buf_str(&b), level);
	else
		log_write(buf_str(&b));
}

void
log_event(enum log_level level, const char *name, const char *message, const struct log_pair *pairs)
{
	if (level <= shown)
		emit(level, name, str_of(message), pairs);
}

void
log_text(enum log_level level, const char *fmt, ...)
{
	char text[LOG_LINE - 10];	/* what stands around it: "pantler: " and the line end */
	struct buf b = { .at = text, .cap = sizeof text - 3 };	/* room for "..." */
	va_list ap;

	if (level > shown)
		return;
	va_start(ap, fmt);
	buf_vfmt(&b, true, fmt, ap);
	va_end(ap);
	if (b.full) {
		memcpy(text + b.len, "...", 3);
		b.len += 3;
	}
	emit(level, "agent", buf_str(&b), NULL);
}
