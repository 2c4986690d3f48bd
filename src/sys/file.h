/* sys/file.h: whole files, read under a bound and replaced in one step. Interprets nothing and follows no link where it writes. */
/* SPDX-License-Identifier: MIT */
#ifndef SYS_FILE_H
#define SYS_FILE_H

#include "base/arena.h"

#include <sys/types.h>

/* Beside a mode's bits. */
#define FILE_FOREIGN 0100	/* what file_read says: the owner is neither root nor us */
#define FILE_NEW 010000		/* what file_replace is asked: only where there is nothing */

/* Read a whole regular file of at most `max` bytes into the arena (where max + 1 bytes must be free; the rest is given
   back). Never blocks on a FIFO or a device: those are refused. 0; or -1 with CAUSE_FILE, a line that begins with the
   path, and code ERR_ABSENT (does not exist), ERR_LIMIT (longer than max), ERR_INPUT (not a regular file) or ERR_SYS
   (the errno in e->sys). The arena is then as it was. `path` is not kept. Links are followed. *others says of the file that was
   read what its mode allows group and others (bits of 077), and FILE_FOREIGN. */
int file_read(const char *path, size_t max, struct arena *a, struct str *out, unsigned *others, struct err *e)
	__attribute__((warn_unused_result));

/* The same, of a file that nobody but this process's user can have written there: no link, one name, its owner us, not to be written by others; of which *changed_s
   says when it was made or changed last, as file_changed_s. Else ERR_INPUT, or ERR_SYS for a link. */
int file_read_own(const char *path, size_t max, struct arena *a, struct str *out, int64_t *changed_s, struct err *e)
	__attribute__((warn_unused_result));

/* When the file was made or changed last, by the wall clock, which nobody but root can make earlier afterwards: unix seconds. 0 when it
   is not there. */
int64_t file_changed_s(const char *path);

/* Bytes of certificates from one file, from every file of a folder, or from memory, piece by piece and more than once. A
   folder means each regular file in it by stat(2), links followed (Kubernetes shows files as links into ..data), names
   that begin with a dot left out, in the folder's own order; folders in it are passed over. */
struct file_reader {
	struct str bytes;	/* memory, else empty */
	size_t at;		/* how far in it */
	const char *path;	/* file or folder, the caller's; NULL: memory */
	int folder;		/* -1 unless a folder */
	int fd;			/* the file that is being read, -1 between files */
	unsigned entry_at;	/* in entries[] */
	unsigned entry_end;
	bool fresh;		/* the file was just opened: its name goes with the next piece */
	const char *name;	/* what is being read, for messages: path, or the entry's name within it */
	union {
		char bytes[1024];	/* of getdents64(2): opendir(3) would bring malloc, and an entry has 280 at most */
		uint64_t align;
	} entries;
};

/* Open a file or a folder. Both are held open until file_reader_close. 0; or -1 as file_read's. `path` must outlive it. */
int file_reader_open(struct file_reader *r, const char *path, struct err *e) __attribute__((warn_unused_result));

/* Read from memory; cannot fail. `bytes` must outlive it. */
void file_reader_bytes(struct file_reader *r, struct str bytes);

/* The next piece, at most cap bytes, *n of them; *n is 0 at the end. A piece never holds bytes of two files, and *begins
   says when it is the first of one. A file of a folder that vanished or cannot be read is passed over. 0, or -1 with
   CAUSE_FILE. */
int file_reader_more(struct file_reader *r, char *at, size_t cap, size_t *n, bool *begins, struct err *e)
	__attribute__((warn_unused_result));

/* Begin anew. */
int file_reader_rewind(struct file_reader *r, struct err *e) __attribute__((warn_unused_result));

/* The folder's next entry, whatever it is; its name is good until the next call. A reader that is all zero but for `folder` will do. 1; 0 when
   there is none any more; -1 with errno. */
int file_next_entry(struct file_reader *r, const char **name) __attribute__((warn_unused_result));

/* Idempotent; an all-zero reader that was never opened must not be given. */
void file_reader_close(struct file_reader *r);

/* The entries of a folder whose names are wanted, whatever they are, as "FOLDER/NAME" (C strings, the arena's), ordered by bytes: *n of them,
   at most cap. 0; or -1 with CAUSE_FILE, a line that begins with the folder, ERR_LIMIT when there are more, or CAUSE_MEMORY. */
int file_list(const char *folder, bool (*is_wanted)(struct str name), struct arena *a, const char **list, size_t cap, size_t *n,
    struct err *e) __attribute__((warn_unused_result));

/* Replace the file `path` by `bytes`, or make it, in one step that a reader, a crash or a full disk cannot see the middle
   of: written to the folder's ".NAME.pantler" (created exclusively; exactly `mode`, whatever the umask, before the first
   byte), synced, renamed over, and the folder synced. A temporary that a killed run left is removed first; one that
   another process is writing at this moment is an error, told apart by a lock. A link, folder, device, socket or FIFO at
   `path` is refused; links on the way to its folder are followed. 0; or -1 with CAUSE_OUTPUT, "write PATH: ...", the old
   file untouched and the temporary removed (but for a folder that fails to sync after the renaming: that is an error too,
   with the new file in place). With FILE_NEW beside the mode's bits, where there is a file already that is an error too, sys
   EEXIST; it is looked for while the temporary is locked: of several who make it at once one does, and the others are told. */
int file_replace(struct str path, struct str bytes, mode_t mode, struct err *e) __attribute__((warn_unused_result));

/* The same, the file given to an owner and a group before the first byte, each as the process makes it when it is -1. To give it away
   takes rights that the process may not have: "write PATH: change its owner: ...". */
int file_replace_as(struct str path, struct str bytes, mode_t mode, int64_t uid, int64_t gid, struct err *e)
	__attribute__((warn_unused_result));

/* Try it: all of file_replace_as but the renaming. The temporary is removed again, and what stands at `path` is not touched. What
   shows at the renaming alone is not found: that `path` is a mount of its own, or kept by a sticky folder. */
int file_try(struct str path, struct str bytes, mode_t mode, int64_t uid, int64_t gid, struct err *e)
	__attribute__((warn_unused_result));

/* As file_replace; the new file stays open at *held, for the caller to close, and is locked (fcntl(2), an open file description's lock) until
   then, or until the process ends, however it does. On failure *held is not touched. */
int file_replace_held(struct str path, struct str bytes, mode_t mode, int *held, struct err *e) __attribute__((warn_unused_result));

/* Remove the file at `path` if it is the one that is held, and close it. */
void file_remove_held(const char *path, int held);

enum file_holding {
	FILE_UNKNOWN,	/* the file system has no locks, or it cannot be opened */
	FILE_HELD,	/* whoever made it by file_replace_held holds it */
	FILE_LEFT,	/* nobody does, or there is no file */
};

/* Whether the file is held. Needs the right to read it. */
enum file_holding file_is_held(const char *path);

/* Whether file_replace can be expected to work: the path is good, what stands there may be replaced, and the folder may be written,
   as far as the kernel tells (Linux 5.8). Makes and changes nothing; 0, or -1 as file_replace's. */
int file_check(struct str path, struct err *e) __attribute__((warn_unused_result));

/* Open the folder of a file that shall be made or replaced: *folder, the caller's to close, and *name, the last part of the path.
   0; or -1 as file_replace's, *folder -1. */
int file_open_folder(struct str path, int *folder, struct str *name, struct err *e) __attribute__((warn_unused_result));

#define FILE_NAME_MAX 246	/* NAME_MAX without the nine bytes of "." and ".pantler" */

#endif
