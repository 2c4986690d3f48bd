/* tests/tools/atexit.c: runs a program and prints what memory it had at its very end. Adds nothing to it: no preload, no library. */
/* SPDX-License-Identifier: MIT */

/* usage: atexit OUT PROGRAM ARG...

   Writes "PRIVATE_DIRTY RSS" in bytes to the file OUT, from /proc/PID/smaps_rollup as it stands when the kernel is about to take the
   process down: getrusage would also count what its parent had before execve. Ends with the program's own status. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static int
fail(const char *what)
{
	perror(what);
	return 125;
}

static int
measure(pid_t pid, const char *out)
{
	char path[64], line[256];
	long dirty = -1, rss = -1;
	FILE *in, *to;

	snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
	in = fopen(path, "r");
	if (!in)
		return fail(path);
	while (fgets(line, sizeof line, in)) {
		sscanf(line, "Private_Dirty: %ld kB", &dirty);
		sscanf(line, "Rss: %ld kB", &rss);
	}
	fclose(in);
	to = fopen(out, "w");
	if (!to || dirty < 0 || rss < 0)
		return fail(out);
	fprintf(to, "%ld %ld\n", dirty * 1024, rss * 1024);
	return fclose(to) ? fail(out) : 0;
}

int
main(int argc, char **argv)
{
	pid_t pid;
	int status, bad = 0;

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
	if (ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_EXITKILL | PTRACE_O_TRACEEXIT | PTRACE_O_TRACEEXEC) < 0)
		return fail("ptrace");
	for (;;) {
		int event, deliver = 0;

		if (WIFSTOPPED(status)) {
			event = status >> 16;
			if (event == PTRACE_EVENT_EXIT)
				bad = measure(pid, argv[1]);
			else if (!event && WSTOPSIG(status) != SIGSTOP)
				deliver = WSTOPSIG(status);
			ptrace(PTRACE_CONT, pid, 0, deliver);
		}
		if (waitpid(pid, &status, 0) != pid)
			return fail("waitpid");
		if (WIFEXITED(status))
			return bad ? bad : WEXITSTATUS(status);
		if (WIFSIGNALED(status))
			return 128 + WTERMSIG(status);
	}
}
