/* tests/unit/sys/log.c: people's text and the agent's log, on standard error and in a file. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "sys/log.h"

#include "sys/clock.h"
#include "sys/logfile.h"
#include "tap.h"
#include "unit/sys/fault.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

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

/* What stands behind the time, which must be now's. */
static struct str
behind_time(struct str line, size_t time_len)
{
	struct str at = str_part(line, 0, time_len);

	ok(str_begins(at, "20") && at.at[10] == 'T' && at.at[19] == '.' && at.at[time_len - 1] == 'Z', "%.*s is a time", STR(at));
	return str_part(line, time_len, line.len);
}

static void
test_shapes(void)
{
	struct str got, head;

	log_set_level(LOG_INFO);
	log_set_shape(LOG_STANDARD);
	begin();
	log_event(LOG_INFO, "agent.sink.file", "token written", PAIRS({ "path", S("/run/a b") }, { "n", S("1") }));
	is_str(behind_time(end(), 24), S(" [INFO]  agent.sink.file: token written: path=\"/run/a b\" n=1\n"), "standard");
	begin();
	log_event(LOG_DEBUG, "agent", "not shown", NULL);
	log_text(LOG_WARN, "text %s", "a\nb");
	is_str(behind_time(end(), 24), S(" [WARN]  agent: text a\\x0ab\n"), "a text in it");
	log_set_shape(LOG_JSON);
	begin();
	log_text(LOG_ERROR, "text %s", "\"");
	got = end();
	head = S("{\"@level\":\"error\",\"@message\":\"text \\\"\",\"@module\":\"agent\",\"@timestamp\":\"");
	is_str(str_part(got, 0, head.len), head, "json");
	is_str(behind_time(str_part(got, head.len, got.len), 27), S("\"}\n"), "and its end");
	log_set_shape(LOG_PEOPLE);
	begin();
	log_event(LOG_WARN, "agent.sink.file", "error", PAIRS({ "error", S("x") }));
	is_str(end(), S("pantler: error: error=x\n"), "people's");
}

/* As under systemd: the variable names standard error. */
static void
test_journal(void)
{
	char name[64];
	struct stat st;
	struct str got;
	static const char *const begins[] = { "<3>2", "<4>2", "<6>2", "<7>2" };

	log_set_level(LOG_DEBUG);
	for (int i = 0; i < 3; i++) {
		begin();
		fstat(2, &st);
		snprintf(name, sizeof name, "%llu:%llu%s", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino + (i == 1), i == 2 ? " " : "");
		setenv("JOURNAL_STREAM", name, 1);
		log_set_shape(LOG_STANDARD);
		for (enum log_level level = LOG_ERROR; level <= LOG_DEBUG; level++)
			log_event(level, "n", "m", level == LOG_WARN ? PAIRS({ "k", S("one\ntwo") }) : NULL);
		got = end();
		for (enum log_level level = LOG_ERROR; level <= LOG_DEBUG; level++) {
			struct str line = str_cut(&got, '\n');

			ok(str_begins(line, begins[level] + (i ? 3 : 0)), "its priority, or none: %.*s", STR(line));
			if (level == LOG_WARN) {
				is_str(str_cut(&got, '\n'), str_of("<4>  k=" + (i ? 3 : 0)), "one before each line of it");
				is_str(str_cut(&got, '\n'), str_of("<4>  | one" + (i ? 3 : 0)), "each");
				is_str(str_cut(&got, '\n'), str_of("<4>  | two" + (i ? 3 : 0)), "each");
				is_str(str_cut(&got, '\n'), str_of("<4>  " + (i ? 3 : 0)), "each");
			}
		}
		begin();
		log_set_shape(LOG_PEOPLE);
		log_text(LOG_ERROR, "x");
		is_str(end(), S("pantler: x\n"), "people's has none");
	}
	unsetenv("JOURNAL_STREAM");
}

static void
test_file(void)
{
	char folder[] = "/tmp/pantler-log-XXXXXX", path[64];
	struct logfile f = { .path = path };
	struct err err;
	struct str got;
	ssize_t n = -1;
	int fd;

	ok(mkdtemp(folder) != NULL, "a folder");
	snprintf(path, sizeof path, "%s/log", folder);
	ok(logfile_open(&f, 0, &err) == 0, "a file");
	log_set_file(&f);
	log_set_shape(LOG_STANDARD);
	begin();
	log_text(LOG_ERROR, "here");
	log_write(S("there\n"));
	log_set_file(NULL);
	log_text(LOG_ERROR, "elsewhere");
	end();
	logfile_close(&f);
	fd = open(path, O_RDONLY);
	if (fd >= 0)
		n = read(fd, text, sizeof text);
	got = (struct str){ text, n < 0 ? 0 : (size_t)n };
	is_str(behind_time(got, 24), S(" [ERROR] agent: here\n"), "what is logged while there is a file is in it, and nothing else");
	close(fd);
	unlink(path);
	rmdir(folder);
}

/* A reader that does not read: lines are lost, and nothing hangs. */
static void
test_stuck(void)
{
	char line[2000];
	struct str got;
	tick before;

	memset(line, 'x', sizeof line);
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
	for (int i = 0; i < 2; i++) {
		struct stat st;

		fstat(2, &st);
		snprintf(line, sizeof line, "%llu:%llu", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
		setenv("JOURNAL_STREAM", i ? line : "", 1);
		log_set_shape(LOG_STANDARD);
		before = clock_now();
		log_event(LOG_ERROR, "n", "lost", PAIRS({ "k", S("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n18\n19\n20\n21\n22") }));
		ok(clock_now() - before < 5 * LOG_WAIT_MS, "so does an event of many lines");
	}
	log_set_shape(LOG_PEOPLE);
	unsetenv("JOURNAL_STREAM");
	got = end();
	ok(str_find(got, S("lost")) == SIZE_MAX, "and the line");
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

	test_stuck();
	test_shapes();
	test_journal();
	test_file();
	signal(SIGPIPE, SIG_IGN);
	begin();
	close(ends[0]);
	log_text(LOG_ERROR, "nobody");
	end();
	ok(true, "a closed pipe is nobody's trouble");
	return tap_end();
}
