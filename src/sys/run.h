/* sys/run.h: runs one command line of the user's and takes its output. Knows no AWS, keeps no child beyond its call. */
/* SPDX-License-Identifier: MIT */
#ifndef SYS_RUN_H
#define SYS_RUN_H

#include "base/buf.h"
#include "sys/loop.h"
#include "sys/proc.h"

#define RUN_ERROR 200	/* bytes of the first line of standard error that are kept */
#define RUN_REST_MS 1000	/* for what should come at once: the rest of its output when it has ended, its end when it was killed */

enum run_end {
	RUN_EXITED,	/* status is its exit status, or 128 + n when signal n ended it */
	RUN_KILLED,	/* it was not through at the deadline; it was killed, and its whole process group */
	RUN_TOO_MUCH,	/* it wrote more than `out` has room for; killed too */
	RUN_FAILED,	/* it could not be started, or a signal came for us (killed too): *e says which */
};

struct run {
	const char *command;		/* for /bin/sh -c; it may hold a secret, so nothing here shows it */
	const struct proc *saved;	/* its umask, core limit, dispositions and signal mask are put back for it */
	tick deadline;
	struct buf *out;		/* its standard output */

	/* The result. */
	int status;
	char error[RUN_ERROR];		/* the beginning of its standard error; error_n bytes, as they came */
	size_t error_n;
};

/* Run it to its end, turning the loop meanwhile. In a process group of its own, with the environment as it is, an empty standard
   input, and no other descriptor: those that we were given are closed in it too. What it leaves running in its group is killed
   when it ends; what has left its group and holds its output open is waited for RUN_REST_MS at most, and the output is then what has come.
   A program that cannot be killed (set-user-ID, or hung in the kernel) is waited for no longer either, and left to itself, unreaped. */
enum run_end run_command(struct run *r, struct loop *l, struct err *e) __attribute__((warn_unused_result));

#endif
