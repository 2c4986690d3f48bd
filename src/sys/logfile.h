/* sys/logfile.h: a log that is appended to, and put aside when it is large or old. Knows no shape of lines; sys/log feeds it. */
/* SPDX-License-Identifier: MIT */
#ifndef SYS_LOGFILE_H
#define SYS_LOGFILE_H

#include "base/err.h"
#include "base/tick.h"

struct logfile {
	/* The caller's, before logfile_open. */
	const char *path;	/* ends in "/": vault.log in that folder, as Vault Agent */
	uint64_t rotate_bytes;	/* put aside once it has that many; 0: never for its size */
	int64_t rotate_ms;	/* or so long after it was opened; 0: never for its age */
	int64_t max_files;	/* how many that were put aside are kept, the newest; 0: all; below 0: none */
	/* Its own. */
	const char *name;	/* the last part of the path */
	int folder, fd;		/* fd is -1 when it could not be opened again */
	uint64_t bytes;		/* what it holds, those before us too */
	tick old_at;
	bool is_cut;		/* the last line did not go in whole */
};

/* Open it, or make it with mode 0640; a link, what is no regular file, or has a second name (a hard link: it is somebody else's file, too) is refused. 0; or -1 with CAUSE_OUTPUT, "write PATH: ...",
   and nothing to close. That Vault refuses a path with "*", "?" or "[" in it is for whoever reads the configuration: here they are
   signs like others. */
int logfile_open(struct logfile *f, tick now, struct err *e) __attribute__((warn_unused_result));

/* Append whole lines, in one write. Before it, when it is time: the file is renamed to "BASE-NANOSECONDS.EXT" (wall_ns, unix; EXT is
   log when the name has none), surplus ones of such names are removed, and a new one is made. Whatever fails is tried again at the
   next line; a line that a full disk does not take is lost, and when it took a part, the next begins on a line of its own. Does
   not sync. */
void logfile_write(struct logfile *f, struct str lines, tick now, uint64_t wall_ns);

/* Idempotent after one logfile_open. */
void logfile_close(struct logfile *f);

#define LOGFILE_NAME_MAX 220	/* NAME_MAX, 255, without "-", 20 digits and ".log" is 230; ten to spare */

#endif
