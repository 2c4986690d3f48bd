/* tests/unit/sys/run.c: a command of the user's: its output, its end, what it finds, and what is left of it. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "sys/run.h"

#include "sys/clock.h"
#include "tap.h"
#include "unit/sys/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct proc proc;
static struct loop loop;
static struct err err;
static char text[256];
static struct buf out;
static struct run r;

static enum run_end
run(const char *command, int64_t within_ms)
{
	out = BUF(text);
	r = (struct run){ .command = command, .saved = &proc, .deadline = tick_after(clock_now(), within_ms), .out = &out };
	return run_command(&r, &loop, &err);
}

static void
says(const char *command, const char *want)
{
	is_int(run(command, 20000), RUN_EXITED, "%s: ends", command);
	is_str(buf_str(&out), str_of(want), "%s", command);
}

/* Whether the process is gone, within some seconds: it is its new parent's to reap. */
static bool
is_gone(pid_t pid)
{
	char path[64], line[512] = "";
	int fd;

	for (int i = 0; i < 200; i++) {
		snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
		fd = open(path, O_RDONLY);
		if (fd < 0)
			return true;
		if (read(fd, line, sizeof line - 1) > 0 && strstr(line, ") Z"))
			i = 200;
		close(fd);
		if (i == 200)
			return true;
		poll(NULL, 0, 20);
	}
	return false;
}

/* It makes itself one of our group: what kills its own does not find it. */
#define LEAVE(rest) "exec python3 -c 'import os, time; os.setpgid(0, os.getpgid(os.getppid())); print(os.getpid(), flush=True)" rest "; time.sleep(60)'"

static void
test_left_group(void)
{
	tick begin = clock_now();

	is_int(run(LEAVE(""), 3000), RUN_KILLED, "one that leaves its group, and takes too long");
	ok(clock_now() - begin < 20000, "is not waited for");
	ok(is_gone((pid_t)atoi(text)), "and is gone");
	begin = clock_now();
	is_int(run(LEAVE("; os.kill(os.getppid(), 15)"), 40000), RUN_FAILED, "one that leaves its group, and a signal for us");
	ok(err.code == ERR_STOP && clock_now() - begin < 20000, "ends the run");
	ok(is_gone((pid_t)atoi(text)), "and the program");
	ok(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD, "no child is left");

	begin = clock_now();
	is_int(run("setsid sleep 60 & until [ $(ps -o pgid= $!) -eq $! ]; do :; done; echo $!; exit 3", 40000), RUN_EXITED, "one that left a daemon");
	ok(atoi(text) > 0 && r.status == 3 && clock_now() - begin < 20000, "which holds its output open, has ended when it has");
	kill((pid_t)atoi(text), SIGKILL);
}

/* A set-user-ID program, as kill(2) sees it. */
static int
run_unkillable(void *ctx)
{
	tick begin;

	(void)ctx;
	if (fault(SYS_kill, 1, SIGKILL, EPERM) < 0)
		return 1;
	begin = clock_now();
	if (run("exec sleep 6", 300) != RUN_KILLED || clock_now() - begin > 4000)
		return 2;
	begin = clock_now();
	if (run("kill -TERM $PPID; exec sleep 6", 20000) != RUN_FAILED || err.code != ERR_STOP || clock_now() - begin > 4000)
		return 3;
	return run("exit 9", 20000) == RUN_EXITED && r.status == 9 ? 0 : 4;
}

int
main(void)
{
	int open_fd;
	tick start;

	umask(027);
	open_fd = dup2(1, 77);
	ok(open_fd == 77 && proc_start(&proc, &err) == 0 && loop_open(&loop, &err) == 0, "start");

	says("echo one; echo two", "one\ntwo\n");
	says("cat; echo $?", "0\n");
	says("umask", "0027\n");
	says("ls /proc/self/fd | tr '\\n' ' '", "0 1 2 3 ");	/* 3 is the folder that ls reads */
	says("[ $(ps -o pgid= $$) -eq $$ ] && echo group", "group\n");
	says("kill -PIPE $$; echo survived", "");
	is_int(r.status, 128 + SIGPIPE, "dispositions are as they were found");
	says("kill -TERM $$; echo survived", "");
	is_int(r.status, 128 + SIGTERM, "and no signal is blocked");
	setenv("CANARY", "seen", 1);
	says("echo $CANARY", "seen\n");

	is_int(run("echo first >&2; echo second >&2; exit 7", 20000), RUN_EXITED, "a failure");
	is_int(r.status, 7, "its status");
	ok(r.error_n == 13 && !memcmp(r.error, "first\nsecond\n", 13), "its standard error");
	is_int(run("i=0; while [ $i -lt 5000 ]; do echo many words >&2; i=$((i+1)); done; echo done", 20000), RUN_EXITED, "a talkative one");
	ok(r.error_n == RUN_ERROR && str_eq(buf_str(&out), S("done\n")), "does not hang, and its beginning is kept");

	is_int(run("head -c 256 /dev/zero", 20000), RUN_EXITED, "as much as there is room for");
	is_int(out.len, 256, "is all there");
	is_int(run("head -c 257 /dev/zero; sleep 60", 20000), RUN_TOO_MUCH, "one byte more");

	start = clock_now();
	is_int(run("echo $$; sleep 60 & wait", 300), RUN_KILLED, "one that takes too long");
	ok(clock_now() - start < 20000, "is not waited for");
	ok(is_gone((pid_t)atoi(text)), "and is gone");
	is_int(run("sleep 60 & echo $!", 20000), RUN_EXITED, "one that leaves a child behind, its output open");
	ok(is_gone((pid_t)atoi(text)), "which is killed with it");
	is_int(run("exec >&- 2>&-; sleep 0.2; exit 5", 20000), RUN_EXITED, "one that closes its output is waited for");
	is_int(r.status, 5, "to its end");

	/* Children that nobody waits for end before, during and after a run; it keeps its own status. */
	for (int i = 0; i < 20; i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(poll(NULL, 0, i * 10));
	}
	is_int(run("sleep 0.1; exit 9", 20000), RUN_EXITED, "a run amid children of others");
	is_int(r.status, 9, "its status is its own");
	is_int(run("sleep 0.3; exit 8", 20000), RUN_EXITED, "another");
	is_int(r.status, 8, "its status");
	ok(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD && !loop.child && !loop.child_pid, "and the others are reaped");

	is_int(run("kill -TERM $PPID; sleep 60", 20000), RUN_FAILED, "a signal for us meanwhile");
	ok(err.code == ERR_STOP && err.sys == SIGTERM, "ends the run");
	ok(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD, "no child is left");
	test_left_group();
	is_int(in_child(run_unkillable, NULL), 0, "one that may not be killed is not waited for");
	loop_close(&loop);
	return tap_end();
}
