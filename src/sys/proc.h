/* sys/proc.h: the process's own hygiene at its start, and its undoing before another program takes over. Runs no program. */
/* SPDX-License-Identifier: MIT */
#ifndef SYS_PROC_H
#define SYS_PROC_H

#include "base/buf.h"
#include "base/err.h"

/* What proc_start found. */
struct proc {
	uint64_t core;		/* soft RLIMIT_CORE */
	unsigned mask;		/* umask */
	bool took_pipe;		/* SIGPIPE was not ignored before */
	bool took_size;		/* nor SIGXFSZ */
	bool freed_child;	/* SIGCHLD was ignored: then the status of a child of ours would be lost */
};

/* First call of main. No core dumps (soft limit alone, so that it can be put back), not dumpable, umask 077; SIGPIPE and
   SIGXFSZ ignored, so that a closed pipe and RLIMIT_FSIZE are errors of write(2), and SIGCHLD not. Descriptors 0 to 2 that are closed are
   filled, so that no file of ours gets such a number: 0 reads as empty, and writing to 1 or 2 fails (EBADF), as it would
   have; the fillers are close-on-exec. Needs no /dev and no /proc. 0, or -1 with CAUSE_MEMORY (no descriptors). */
int proc_start(struct proc *saved, struct err *e) __attribute__((warn_unused_result));

/* Put back what proc_start changed and execve would hand on, before it (it makes a process dumpable itself). After loop_close, which puts back the signal mask. Idempotent. */
void proc_restore(const struct proc *saved);

/* Append the machine's name (uname(2)). */
void proc_add_host(struct buf *out);

/* Whether the kernel runs us with rights that our caller does not have (AT_SECURE: set-uid, file capabilities): then the
   environment is the caller's and must not be believed. */
bool proc_is_privileged(void);

/* The value of an environment variable, valid as long as the process; empty when it is not set, and when proc_is_privileged. With
   `take` it is taken out of the environment, for it is meant for this process and no child of it. */
struct str proc_env(const char *name, bool take);

#endif
