/* sys/pid.h: the file that says our number. No lock: two agents may well have one each, and ready_file says who lives. */
/* SPDX-License-Identifier: MIT */
#ifndef SYS_PID_H
#define SYS_PID_H

#include "base/err.h"

/* Write our decimal number, without a line end, as Vault Agent does, with mode 0600, by file_replace. 0; or -1 with CAUSE_OUTPUT,
   "storing pid: write PATH: ...". */
int pid_write(const char *path, struct err *e) __attribute__((warn_unused_result));

/* Remove the file if it still says our number: another one's stays. Whatever fails stays as it is. */
void pid_remove(const char *path);

#endif
