/* tests/unit/sys/log.c: people's text on standard error. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "sys/log.h"

#include "sys/clock.h"
#include "tap.h"
#include "unit/sys/fault.h"

#include <fcntl.h>
#include <signal.h>

static char text[8192];

/* Standard error for a while; what was written to it. */
static int saved, ends[2];

static void
begin(void)
{
	saved = dup(2);
	if (pipe(ends) < 0)
		exit(1);
	dup2(ends[1], 2);
}

static struct str
end(void)
{
	size_t len = 0;
	ssize_t n;

	dup2(saved, 2);
	close(saved);
	close(ends[1]);
	while ((n = read(ends[0], text + len, sizeof text - len)) > 0)
		len += (size_t)n;
	close(ends[0]);
	return (struct str){ text, len };
}

int
main(void)
{
	static const struct {
		const char *name;
		enum log_level level;
	} names[] = {
		{ "error", LOG_ERROR }, { "err", LOG_ERROR }, { "WARN", LOG_WARN }, { "warning", LOG_WARN },
		{ "info", LOG_INFO }, { "Notice", LOG_INFO }, { "debug", LOG_DEBUG }, { "trace", LOG_DEBUG },
	};
	enum log_level level;
	char line[2000];
	struct str got;
	tick before;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		ok(log_level_parse(str_of(names[i].name), &level) && level == names[i].level, "level %s", names[i].name);
	level = LOG_INFO;
	ok(!log_level_parse(S("warnin"), &level) && !log_level_parse(S(""), &level) && level == LOG_INFO, "no such level");

	begin();
	log_text(LOG_ERROR, "one %d", 1);
	log_text(LOG_WARN, "two %s", "a\nb\033[2J\\");
	log_text(LOG_INFO, "three");
	log_set_level(LOG_INFO);
	log_text(LOG_INFO, "four");
	log_text(LOG_DEBUG, "five");
	log_set_level(LOG_ERROR);
	log_text(LOG_WARN, "six");
	log_write(S("as it stands\\x0a\n"));
	is_str(end(), S("pantler: one 1\npantler: two a\\x0ab\\x1b[2J\\x5c\npantler: four\nas it stands\\x0a\n"),
		"levels, the prefix, escapes, one line each");

	memset(line, 'x', sizeof line);
	line[sizeof line - 1] = 0;
	for (int n = LOG_LINE - 20; n < LOG_LINE + 20; n += 1) {
		begin();
		log_text(LOG_ERROR, "%.*s", n, line);
		got = end();
		if (got.len > LOG_LINE || got.at[got.len - 1] != '\n' ||
			(got.len != (size_t)n + 10 && !str_has_suffix(got, S("x...\n"))))
			break;
		if (n == LOG_LINE + 19)
			ok(true, "a long line is cut, and says so");
	}
	begin();
	log_text(LOG_ERROR, "%.*s", 5, line);
	is_str(end(), S("pantler: xxxxx\n"), "a short one is not");

	/* A reader that does not read: lines are lost, and nothing hangs. */
	begin();
	fcntl(ends[1], F_SETPIPE_SZ, 4096);
	fcntl(ends[1], F_SETFL, O_NONBLOCK);
	while (write(ends[1], line, sizeof line) > 0)
		;
	while (write(ends[1], line, 1) > 0)
		;
	fcntl(ends[1], F_SETFL, 0);
	before = clock_now();
	log_text(LOG_ERROR, "lost");
	ok(clock_now() - before < 20 * LOG_WAIT_MS, "a full pipe costs %d ms at most", LOG_WAIT_MS);
	got = end();
	ok(str_find(got, S("lost")) == SIZE_MAX, "and the line");

	signal(SIGPIPE, SIG_IGN);
	begin();
	close(ends[0]);
	log_text(LOG_ERROR, "nobody");
	end();
	ok(true, "a closed pipe is nobody's trouble");
	return tap_end();
}
