/* agent/ready.h: the file that says that token and files are good now, and whoever asks it. Decides not when they are. */
/* SPDX-License-Identifier: MIT */
#ifndef AGENT_READY_H
#define AGENT_READY_H

#include "base/buf.h"
#include "base/err.h"
#include "base/tick.h"

/* What the file says: seven lines, "KEY VALUE" each, the first the version, the last a checksum of those before. */
struct ready {
	struct str boot;	/* /proc/sys/kernel/random/boot_id; "-" where there is none */
	uint64_t pid;		/* the agent's, in its own namespace */
	uint64_t start;		/* when that process began, in clock ticks since the boot (proc(5), /proc/PID/stat, field 22); 0 without /proc */
	tick written_at;
	tick until;		/* it is not to be believed from then on; TICK_NEVER: as long as its agent lives */
};

#define READY_MAX 256	/* bytes of it */

/* Append the text. */
void ready_format(struct buf *out, const struct ready *r);

/* Read it: true only for what ready_format wrote, byte for byte. Slices point into `text`. */
bool ready_parse(struct ready *out, struct str text) __attribute__((warn_unused_result));

/* The agent's. { PATH, -1 } at first; the path is a C string that stays. */
struct ready_file {
	const char *path;
	int held;	/* the file, open and locked (file_replace_held); -1: there is none of ours */
};

/* Write it anew, with mode 0644. Only when every sink is on disk, and again whenever `until` moves. 0; or -1 with CAUSE_OUTPUT, and the one
   before, if any, is as it was. */
int ready_write(struct ready_file *f, tick until, tick now, struct err *e) __attribute__((warn_unused_result));

/* Remove it, if it is there and ours still. Idempotent. */
void ready_remove(struct ready_file *f);

/* Whether the file at `path` is to be believed: 0, or -1 with ERR_RETRY, CAUSE_READY and why not. Refused is what is not there, cannot
   be read, is malformed, of another boot, written later than now, past its time, or of an agent that has ended.
   That an agent lives is told by its lock, which the kernel takes away however it ends; a number and a time may be another
   process's, in another namespace, or hidden (hidepid). Where a file system has no locks, the process of that number must have begun
   when the file says, and where /proc does not show it the answer is no. Needs no rights but to read the file. */
int ready_check(const char *path, tick now, struct err *e) __attribute__((warn_unused_result));

#endif
