/* tests/tools/atexit.c: runs a program and prints what memory it had at its very end, and at most. Adds nothing to it: no preload,
   no library. */
/* SPDX-License-Identifier: MIT */

/* usage: atexit OUT PROGRAM ARG...

   Writes "PRIVATE_DIRTY RSS MOST_PRIVATE_DIRTY" in bytes to the file OUT, from /proc/PID/smaps_rollup: the first two as it stands
   when the kernel is about to take the process down, the last the most that was seen at any system call (memory that is given
   back before the end shows there alone). getrusage would count what its parent had before execve. Ends with the program's own
   status. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

struct memory {
	long dirty, rss;	/* KiB; -1: unknown */
};

static int
fail(const char *what)
{
	perror(what);
	return 125;
}

static struct memory
look(pid_t pid)
{
	struct memory m = { -1, -1 };
	char path[64], line[256];
	FILE *in;

	snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
	in = fopen(path, "r");
	while (in && fgets(line, sizeof line, in)) {
		sscanf(line, "Private_Dirty: %ld kB", &m.dirty);
		sscanf(line, "Rss: %ld kB", &m.rss);
	}
	if (in)
		fclose(in);
	return m;
}

static int
say(const char *out, struct memory end, long most)
{
	FILE *to = fopen(out, "w");

	if (!to || end.dirty < 0 || end.rss < 0)
		return fail(out);
	fprintf(to, "%ld %ld %ld\n", end.dirty * 1024, end.rss * 1024, most * 1024);
	return fclose(to) ? fail(out) : 0;
}

int
main(int argc, char **argv)
{
	struct memory m = { -1, -1 };
	int status, bad = 0, is_ours = 0;
	long most = 0;
	pid_t pid;

	if (argc < 3)
		return 125;
	pid = fork();
	if (pid < 0)
		return fail("fork");
	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		execv(argv[2], argv + 2);
		_exit(fail(argv[2]));
	}
	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		return fail("waitpid");
	if (ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_EXITKILL | PTRACE_O_TRACEEXIT | PTRACE_O_TRACEEXEC | PTRACE_O_TRACESYSGOOD) < 0)
		return fail("ptrace");
	for (;;) {
		int event = status >> 16, stop = WSTOPSIG(status), deliver = 0;

		if (event == PTRACE_EVENT_EXEC) {
			is_ours = 1;
		} else if (event == PTRACE_EVENT_EXIT || stop == (SIGTRAP | 0x80)) {
			m = is_ours ? look(pid) : m;
			most = m.dirty > most ? m.dirty : most;
			if (event)
				bad = say(argv[1], m, most);
		} else if (stop != SIGSTOP) {
			deliver = stop;
		}
		ptrace(PTRACE_SYSCALL, pid, 0, deliver);
		if (waitpid(pid, &status, 0) != pid)
			return fail("waitpid");
		if (WIFEXITED(status))
			return bad ? bad : WEXITSTATUS(status);
		if (WIFSIGNALED(status))
			return 128 + WTERMSIG(status);
	}
}
