/* sys/out.h: data to a descriptor that someone reads or not, under a deadline. For standard output; files are sys/file's. */
/* SPDX-License-Identifier: MIT */
#ifndef SYS_OUT_H
#define SYS_OUT_H

#include "sys/loop.h"

/* Write all of `bytes` to fd, turning the loop while there is no room (other watches go on). In pieces that a pipe takes
   without blocking, so that a reader who stopped reading cannot keep a signal waiting; fd's flags stay as they are, they
   are shared with whoever gave it to us. 0; or -1: CAUSE_OUTPUT ("standard output: no space left on device"; also when
   the deadline passes), or CAUSE_SIGNAL from the loop. What was written before a failure stays written. */
int out_write(struct loop *l, int fd, struct str bytes, tick deadline, struct err *e) __attribute__((warn_unused_result));

/* Whether fd is open for writing at all, asked before there is something that would be lost. 0; or -1 with CAUSE_OUTPUT,
   "standard output: not open". Says nothing about room. */
int out_check(int fd, struct err *e) __attribute__((warn_unused_result));

#endif
