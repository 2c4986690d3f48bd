/* sys/proc.c: the process's own hygiene at its start, and its undoing. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "sys/proc.h"

#include "sys/kernel.h"

#include <errno.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/utsname.h>

extern char **environ;

/* Give `fd`, which is closed while all below it are open, the reading end of a pipe without a writer: it reads as empty and
   cannot be written. */
static int
plug(int fd)
{
	int ends[2];

	if (syscall(SYS_pipe2, ends, O_CLOEXEC) < 0)
		return -1;
	close(ends[1]);
	if (ends[0] == fd)	/* the lowest free number */
		return 0;
	close(ends[0]);
	errno = EMFILE;
	return -1;
}

/* Whether it was not ignored before. */
static bool
ignore(int number)
{
	bool was = kernel_is_ignored(number);

	kernel_handle(number, SIG_IGN);
	return !was;
}

/* Set the soft limit, and say what it was. By prlimit: musl's setrlimit brings 2 KB for threads, which we have none of. */
static uint64_t
set_core(uint64_t soft)
{
	struct rlimit r = { 0, 0 };
	uint64_t before;

	prlimit(0, RLIMIT_CORE, NULL, &r);
	before = r.rlim_cur;
	r.rlim_cur = soft;
	prlimit(0, RLIMIT_CORE, &r, NULL);
	return before;
}

int
proc_start(struct proc *saved, struct err *e)
{
	for (int fd = 0; fd <= 2; fd++)
		if (syscall(SYS_fcntl, fd, F_GETFD) < 0 && errno == EBADF && plug(fd) < 0)
			return err_sys(e, CAUSE_MEMORY, errno, "descriptor %d is closed and cannot be filled", fd);
	*saved = (struct proc){
		.core = set_core(0),
		.mask = umask(077),
		.took_pipe = ignore(SIGPIPE),
		.took_size = ignore(SIGXFSZ),
		.freed_child = kernel_is_ignored(SIGCHLD),
	};
	if (saved->freed_child)
		kernel_handle(SIGCHLD, SIG_DFL);
	syscall(SYS_prctl, PR_SET_DUMPABLE, 0L);
	return 0;
}

void
proc_restore(const struct proc *saved)
{
	if (saved->took_pipe)
		kernel_handle(SIGPIPE, SIG_DFL);
	if (saved->took_size)
		kernel_handle(SIGXFSZ, SIG_DFL);
	if (saved->freed_child)
		kernel_handle(SIGCHLD, SIG_IGN);
	set_core(saved->core);
	umask(saved->mask);
}

bool
proc_is_privileged(void)
{
	return getauxval(AT_SECURE) != 0;
}

struct str
proc_env(const char *name, bool take)
{
	struct str value = S("");
	char **to = environ;

	for (char **from = environ; from && *from; from++) {
		struct str rest = str_of(*from);
		bool found = str_is(str_cut(&rest, '='), name);

		if (found && !value.len)
			value = rest;
		if (!found || !take)
			*to++ = *from;
	}
	if (to)
		*to = NULL;
	return proc_is_privileged() ? S("") : value;
}

void
proc_add_host(struct buf *out)
{
	struct utsname name;

	if (uname(&name) == 0)
		buf_add_str(out, str_of(name.nodename));
}
