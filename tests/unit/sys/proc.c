/* tests/unit/sys/proc.c: what the process changes of itself, and puts back. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "sys/proc.h"

#include "sys/loop.h"
#include "sys/out.h"
#include "tap.h"
#include "unit/sys/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

static struct proc proc;
static struct err err;

/* Which of fds 0 to 2 are closed before the start. */
static int
closed_start(void *ctx)
{
	int which = *(int *)ctx, fd;
	char c;

	for (fd = 0; fd < 3; fd++)
		if (which & 1 << fd)
			close(fd);
	if (proc_start(&proc, &err) < 0)
		return 1;
	for (fd = 0; fd < 3; fd++) {
		if (fcntl(fd, F_GETFD) < 0)
			return 2;
		if (!(which & 1 << fd))
			continue;
		if (!(fcntl(fd, F_GETFD) & FD_CLOEXEC))
			return 3;
		if (fd == 0 && read(0, &c, 1) != 0)
			return 4;
		if (fd > 0 && (write(fd, "x", 1) >= 0 || errno != EBADF))
			return 5;
	}
	fd = open("/", O_RDONLY | O_CLOEXEC);
	return fd > 2 ? 0 : 6;
}

/* The token must not go where a later file happens to be. */
static int
closed_stdout(void *ctx)
{
	struct loop l;

	(void)ctx;
	close(1);
	if (proc_start(&proc, &err) < 0 || loop_open(&l, &err) < 0)
		return 1;
	if (out_check(1, &err) == 0 || strcmp(err.line, "standard output: not open"))
		return 2;
	if (out_write(&l, 1, S("token"), TICK_NEVER, &err) == 0)
		return 3;
	return strcmp(err.line, "standard output: not open") || err.cause != CAUSE_OUTPUT ? 4 : 0;
}

static int
no_descriptor(void *ctx)
{
	struct rlimit none = { 0, 0 };

	(void)ctx;
	close(1);
	setrlimit(RLIMIT_NOFILE, &none);
	return proc_start(&proc, &err) < 0 && err.cause == CAUSE_MEMORY &&
		!strcmp(err.line, "descriptor 1 is closed and cannot be filled: too many open files") ? 0 : 1;
}

int
main(void)
{
	struct rlimit core, before;
	struct sigaction action;

	for (int which = 1; which < 8; which++)
		is_int(in_child(closed_start, &which), 0, "closed at the start: %s%s%s", which & 1 ? "0 " : "",
			which & 2 ? "1 " : "", which & 4 ? "2" : "");
	is_int(in_child(closed_stdout, NULL), 0, "a closed standard output cannot be written");
	is_int(in_child(no_descriptor, NULL), 0, "no descriptor to fill it with");

	umask(022);
	getrlimit(RLIMIT_CORE, &before);
	before.rlim_cur = before.rlim_max;
	setrlimit(RLIMIT_CORE, &before);
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	ok(proc_start(&proc, &err) == 0, "start");
	is_int(umask(077), 077, "umask");
	getrlimit(RLIMIT_CORE, &core);
	ok(core.rlim_cur == 0 && core.rlim_max == before.rlim_max, "no core, but the hard limit is as it was");
	is_int(prctl(PR_GET_DUMPABLE), 0, "not dumpable");
	sigaction(SIGPIPE, NULL, &action);
	ok(action.sa_handler == SIG_IGN, "SIGPIPE is ignored");
	sigaction(SIGXFSZ, NULL, &action);
	ok(action.sa_handler == SIG_IGN, "SIGXFSZ is ignored");
	sigaction(SIGCHLD, NULL, &action);
	ok(action.sa_handler == SIG_DFL, "SIGCHLD is not");

	for (int i = 0; i < 2; i++) {
		proc_restore(&proc);
		is_int(umask(022), 022, "umask is put back");
		getrlimit(RLIMIT_CORE, &core);
		ok(core.rlim_cur == before.rlim_cur, "and the limit");
		sigaction(SIGCHLD, NULL, &action);
		ok(action.sa_handler == SIG_IGN, "SIGCHLD was ignored before, and is again");
		sigaction(SIGPIPE, NULL, &action);
		ok(action.sa_handler == SIG_DFL, "and SIGPIPE");
		sigaction(SIGXFSZ, NULL, &action);
		ok(action.sa_handler == SIG_IGN, "SIGXFSZ was ignored before, and stays so");
	}
	ok(!proc_is_privileged(), "no rights of others");
	return tap_end();
}
