/* tests/unit/agent/ready.c: the ready file: its text, who is believed, and everything that must fool nobody. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "agent/ready.h"

#include "mutate.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "sys/kernel.h"
#include "tap.h"
#include "unit/sys/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>

#define BOOT "01234567-89ab-cdef-0123-456789abcdef"

static struct err err;
static char home[64];

static bool
parse_fails(struct str text, void *whole)
{
	struct ready r;

	return !ready_parse(&r, text) || str_eq(text, *(struct str *)whole);
}

static bool
is_text(const char *text)
{
	struct ready r;

	return ready_parse(&r, mutate_guard(0, str_of(text)));
}

static void
test_text(void)
{
	char text[READY_MAX];
	struct buf b = BUF(text);
	struct ready r = { S(BOOT), 4194304, UINT64_MAX, 17, TICK_NEVER }, got = { 0 };
	struct str whole;

	ready_format(&b, &r);
	ok(!b.full, "the longest fits");
	whole = buf_str(&b);
	is_str(whole, S("pantler-ready 1\nboot " BOOT "\npid 4194304\nstart 18446744073709551615\nwritten 17\nuntil 9223372036854775807\nsum 1f2e00d6\n"),
		"the text");
	ok(ready_parse(&got, whole), "is read");
	is_str(got.boot, r.boot, "boot");
	ok(got.pid == r.pid && got.start == r.start && got.written_at == 17 && got.until == TICK_NEVER, "numbers");
	is_int(mutate_cut(whole, parse_fails, &whole), 0, "no beginning of it is");
	is_int(mutate_flip(whole, parse_fails, &whole), 0, "nor with a bit flipped");
	b.len = 0;
	b.full = false;
	ready_format(&b, &(struct ready){ .boot = S("-") });
	ok(ready_parse(&got, buf_str(&b)) && !got.pid && !got.until, "zeros");
	ok(!is_text(""), "nothing");
	ok(!is_text("pantler-ready 1\nboot -\npid 0\nstart 0\nwritten 0\nuntil 0\nsum 0\n"), "a sum of its own");
}

/* Write what an agent would have written, without holding it. */
static void
put(const char *boot, uint64_t pid, uint64_t start, tick written_at, tick until)
{
	char text[READY_MAX];
	struct buf b = BUF(text);

	ready_format(&b, &(struct ready){ str_of(boot), pid, start, written_at, until });
	if (file_replace(S("ready"), buf_str(&b), 0644, &err) < 0)
		exit(1);
}

static void
is_refused(tick now, const char *line)
{
	ok(ready_check("ready", now, &err) < 0, "refused: %s", line);
	is_line(&err, line, "the line");
	ok(err.cause == CAUSE_READY && err.code == ERR_RETRY, "its cause");
}

static struct ready_file mine = { "ready", -1 };

static void
test_agent(void)
{
	struct stat st;
	struct ready_file other = { "ready", -1 };
	struct ready r;
	char text[READY_MAX] = "", was[READY_MAX];
	struct buf b = BUF(was);
	int fd;

	is_refused(5, "ready: no such file or directory");
	ok(ready_write(&mine, 1000, 500, &err) == 0, "written");
	ok(stat("ready", &st) == 0 && (st.st_mode & 07777) == 0644, "for all to read, whatever the umask");
	ok(ready_check("ready", 500, &err) == 0 && ready_check("ready", 999, &err) == 0, "believed");
	is_refused(1000, "ready: past its time");
	is_refused(499, "ready: from the future");
	ok(ready_write(&mine, 2000, 900, &err) == 0 && ready_check("ready", 1999, &err) == 0, "renewed");
	fd = open("ready", O_RDONLY);
	ok(read(fd, text, sizeof text) > 0 && ready_parse(&r, str_of(text)) && r.pid == (uint64_t)getpid() && r.start && r.boot.len == 36,
		"it says who wrote it");
	close(fd);
	b.cap--;
	ready_format(&b, &r);
	fd = open("copy", O_WRONLY | O_CREAT, 0644);
	ok(write(fd, was, b.len) == (ssize_t)b.len, "a copy");
	close(fd);
	ok(ready_check("copy", 1000, &err) < 0, "is not believed");
	is_line(&err, "copy: its agent has ended", "the line");
	unlink("copy");
	ready_remove(&mine);
	ready_remove(&mine);
	is_refused(1000, "ready: no such file or directory");
	ok(ready_write(&mine, 1000, 500, &err) == 0 && ready_write(&other, 1000, 500, &err) == 0, "two agents");
	ready_remove(&mine);
	ok(ready_check("ready", 600, &err) == 0, "the first one's end does not take the second one's away");
	ready_remove(&other);
	other.path = "none/ready";
	ok(ready_write(&other, 1000, 500, &err) < 0 && other.held == -1, "a folder that is not there");
	is_line(&err, "write none/ready: no such file or directory", "the line");
	ok(err.cause == CAUSE_OUTPUT, "its cause");
	mkdir("ready", 0700);
	is_refused(5, "ready: is a directory");
	rmdir("ready");
	mkfifo("ready", 0600);
	is_refused(5, "ready: not a regular file");
	unlink("ready");
}

/* An agent that is killed. */
static void
test_killed(void)
{
	int ends[2];
	pid_t pid;
	char c;

	if (pipe(ends) < 0)
		exit(1);
	pid = fork();
	if (pid == 0) {
		struct ready_file f = { "ready", -1 };

		if (ready_write(&f, TICK_NEVER, 1, &err) == 0 && write(ends[1], "x", 1) == 1)
			for (;;)
				pause();
		_exit(1);
	}
	ok(read(ends[0], &c, 1) == 1 && ready_check("ready", 2, &err) == 0, "an agent that lives");
	ok(kill(pid, SIGSTOP) == 0 && ready_check("ready", 2, &err) == 0, "one that is stopped lives");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	is_refused(2, "ready: its agent has ended");
	ok(ready_write(&mine, 9, 1, &err) == 0 && ready_check("ready", 2, &err) == 0, "the next one is believed");
	ready_remove(&mine);
}

static void
test_lies(void)
{
	put(BOOT, (uint64_t)getpid(), 1, 1, TICK_NEVER);
	is_refused(5, "ready: of another boot");
	put("-", (uint64_t)getpid(), 1, 1, TICK_NEVER);
	is_refused(5, "ready: its agent has ended");
	put("-", 1, 1, 1, TICK_NEVER);
	is_refused(5, "ready: its agent has ended");
	if (file_replace(S("ready"), S("pantler-ready 2\n"), 0644, &err) < 0)
		exit(1);
	is_refused(5, "ready: not a ready file of this version");
	if (file_replace(S("ready"), S(""), 0644, &err) < 0)
		exit(1);
	is_refused(5, "ready: not a ready file of this version");
	{
		char many[READY_MAX + 1];

		memset(many, 'x', sizeof many);
		if (file_replace(S("ready"), (struct str){ many, sizeof many }, 0644, &err) < 0)
			exit(1);
		is_refused(5, "ready: longer than 256 bytes");
	}
	unlink("ready");
}

/* One that writes again and again, and one that asks all the time: it is never told that the other has ended. */
static void
test_race(void)
{
	int wrong = 0, status;
	pid_t pid = fork();

	if (pid == 0) {
		struct ready_file f = { "ready", -1 };

		for (int i = 0; i < 3000; i++)
			if (ready_write(&f, TICK_NEVER, 1, &err) < 0)
				_exit(1);
		for (;;)
			pause();
	}
	while (ready_check("ready", 2, &err) < 0 && err.sys == ENOENT)
		;
	for (int i = 0; i < 20000; i++)
		if (ready_check("ready", 2, &err) < 0) {
			wrong++;
			printf("# %s\n", err.line);
		}
	is_int(wrong, 0, "always believed while it is renewed");
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	ok(WIFSIGNALED(status), "the writer wrote to the end");
	unlink("ready");
	unlink(".ready.pantler");
}

static int
no_locks(void *ctx)
{
	struct ready_file f = { "ready", -1 };
	char text[READY_MAX] = "";
	struct ready r;
	int fd;

	(void)ctx;
	if (fault(KERNEL_FCNTL, -1, 0, ENOLCK) < 0)
		return 77;
	if (ready_write(&f, 9, 1, &err) < 0 || ready_check("ready", 2, &err) < 0)
		return 1;
	fd = open("ready", O_RDONLY);
	if (read(fd, text, sizeof text) < 0 || !ready_parse(&r, str_of(text)))
		return 2;
	put("-", r.pid, r.start, 1, 9);
	if (ready_check("ready", 2, &err) < 0)
		return 3;
	put("-", r.pid, r.start + 1, 1, 9);
	if (ready_check("ready", 2, &err) == 0 || strcmp(err.line, "ready: its agent has ended"))
		return 4;
	put("-", 4194305, r.start, 1, 9);	/* no process has that number */
	if (ready_check("ready", 2, &err) == 0 || strcmp(err.line, "ready: its agent has ended"))
		return 5;
	put("-", 4194305, 0, 1, 9);
	return ready_check("ready", 2, &err) == 0 ? 6 : 0;
}

/* Nothing in /proc. */
static int
no_proc(void *ctx)
{
	char text[READY_MAX] = "";
	struct ready r;
	struct ready_file f = { "ready", -1 };
	int fd;

	(void)ctx;
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 || mount("none", "/proc", "tmpfs", 0, "") < 0)
		return 77;
	if (ready_write(&f, 9, 1, &err) < 0 || ready_check("ready", 2, &err) < 0)
		return 1;
	fd = open("ready", O_RDONLY);
	if (read(fd, text, sizeof text) < 0 || !ready_parse(&r, str_of(text)) || !str_is(r.boot, "-") || r.start)
		return 2;
	close(f.held);
	if (ready_check("ready", 2, &err) == 0 || strcmp(err.line, "ready: its agent has ended"))
		return 3;
	if (fault(KERNEL_FCNTL, -1, 0, ENOLCK) < 0)
		return 77;
	return ready_check("ready", 2, &err) == 0 ? 4 : 0;	/* nothing tells that it lives */
}

static int
as_nobody(void *ctx)
{
	(void)ctx;
	if (setegid(65534) < 0 || seteuid(65534) < 0)
		return 77;
	return ready_check("ready", 2, &err);
}

static void
is_zero(int status, const char *what)
{
	ok(status == 0 || status == 77, "%s%s", what, status == 77 ? " # SKIP not allowed here" : "");
	if (status && status != 77)
		printf("# ended with %d\n", status);
}

int
main(void)
{
	umask(077);
	snprintf(home, sizeof home, "%s/pantler-ready-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	if (!mkdtemp(home) || chdir(home) < 0 || chmod(home, 0755) < 0)
		return 1;
	test_text();
	test_agent();
	test_killed();
	test_lies();
	test_race();
	is_zero(in_child(no_locks, NULL), "without locks, the process's start decides");
	unlink("ready");
	is_zero(in_child(no_proc, NULL), "without /proc, the lock");
	unlink("ready");
	ok(ready_write(&mine, 9, 1, &err) == 0, "a file");
	is_zero(in_child(as_nobody, NULL), "asked by another user");
	ready_remove(&mine);
	return chdir("/") < 0 || rmdir(home) < 0 ? 1 : tap_end();
}
