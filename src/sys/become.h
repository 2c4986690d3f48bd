/* sys/become.h: this process becomes another program, with nothing of ours left but what it is given. Starts no second process. */
/* SPDX-License-Identifier: MIT */
#ifndef SYS_BECOME_H
#define SYS_BECOME_H

#include "base/arena.h"
#include "sys/proc.h"

/* The exit codes of what cannot be become, as a shell has them. */
enum become_fault {
	BECOME_NOT_EXECUTABLE = 126,
	BECOME_NOT_FOUND = 127,
};

/* Find a program as execvp(3): a name with a slash is its path, any other is looked for in `path` (the value of PATH; empty: /usr/bin and /bin). 0 and *out, a C
   string, the arena's or `name` itself; or one of become_fault, with CAUSE_USE and its line: "NAME: not found". */
int become_find(const char **out, const char *name, struct str path, struct arena *a, struct err *e) __attribute__((warn_unused_result));

/* Every descriptor from 3 on is closed when the program begins: those that we were given, too. What is opened from now on is its opener's business. */
void become_alone(void);

/* A file in memory alone, that its holder cannot change, with these bytes; it is handed on by become_program. Its path, into *path: "/proc/self/fd/N".
   0; or -1 with CAUSE_OUTPUT: no /proc is mounted, or the kernel is older than Linux 3.17. */
int become_memory_file(struct buf *path, struct str bytes, struct err *e) __attribute__((warn_unused_result));

/* Whether a folder is in memory alone (tmpfs or ramfs). 0; or -1 with CAUSE_USE. */
int become_check_folder(const char *folder, struct err *e) __attribute__((warn_unused_result));

/* Whether the kernel can hand on these strings: each below 128 KiB, all together a quarter of the stack's limit, at most 6 MiB (execve(2)). 0; or -1 with CAUSE_LIMIT,
   with the name of the variable that is too large. */
int become_check_size(char *const *argv, char *const *envp, struct err *e) __attribute__((warn_unused_result));

/* After loop_close: put back what proc_start changed, and be the program. Returns only when that cannot
   be: BECOME_NOT_EXECUTABLE or BECOME_NOT_FOUND, with CAUSE_USE and its line. */
int become_program(const char *program, char *const *argv, char *const *envp, const struct proc *saved, struct err *e) __attribute__((warn_unused_result));

#endif
