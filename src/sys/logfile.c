/* sys/logfile.c: a log that is appended to, and put aside when it is large or old. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "sys/logfile.h"

#include "base/buf.h"
#include "sys/file.h"
#include "sys/kernel.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>	/* renameat, nothing else */

#define FLAGS (O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK)	/* the last: a FIFO is no reason to wait */
#define PRUNE_MAX 16	/* files removed in one go: as many rotations catch up with a smaller max_files */

/* 0; or an errno, EINVAL for what is no regular file, or has a second name: whose it is nobody knows then. */
static int
open_file(struct logfile *f, tick now)
{
	struct stat st;
	long end;
	int fd = kernel_open(f->folder, f->name, FLAGS | O_CREAT | O_EXCL);

	if (fd >= 0)
		syscall(SYS_fchmod, fd, 0640);	/* a file system without modes is well as it is */
	else if (errno == EEXIST)
		fd = kernel_open(f->folder, f->name, FLAGS);
	if (fd < 0)
		return errno == ENXIO ? EINVAL : errno;
	if (kernel_stat(fd, "", &st, AT_EMPTY_PATH) < 0 || !S_ISREG(st.st_mode) || st.st_nlink > 1) {
		close(fd);
		return EINVAL;
	}
	end = syscall(SYS_lseek, fd, 0L, SEEK_END);
	f->bytes = end < 0 ? INT32_MAX : (uint64_t)end;	/* a 32-bit processor's lseek ends there */
	f->old_at = f->rotate_ms > 0 ? tick_after(now, f->rotate_ms) : TICK_NEVER;
	f->is_cut = false;
	f->fd = fd;
	return 0;
}

int
logfile_open(struct logfile *f, tick now, struct err *e)
{
	struct str path = str_of(f->path), name = S("vault.log");
	int sys;

	f->folder = f->fd = -1;
	if (str_has_suffix(path, S("/"))) {
		f->folder = kernel_open(AT_FDCWD, f->path, O_RDONLY | O_DIRECTORY);
		if (f->folder < 0)
			return err_sys(e, CAUSE_OUTPUT, errno, "write %s", f->path);
	} else if (file_open_folder(path, &f->folder, &name, e) < 0) {
		return -1;
	}
	f->name = name.at;
	sys = name.len > LOGFILE_NAME_MAX ? ENAMETOOLONG : open_file(f, now);
	if (!sys)
		return 0;
	logfile_close(f);
	return sys == EINVAL ? err_set(e, ERR_INPUT, CAUSE_OUTPUT, "write %s: not a regular file of one name", f->path) :
		err_sys(e, CAUSE_OUTPUT, sys, "write %s", f->path);
}

/* What stands before and behind the number of those that were put aside. */
static struct str
split_name(const struct logfile *f, struct str *end)
{
	struct str name = str_of(f->name);
	size_t dot = name.len;

	while (dot && name.at[dot - 1] != '.')
		dot--;
	*end = dot ? str_part(name, dot - 1, name.len) : S(".log");
	return str_part(name, 0, dot ? dot - 1 : name.len);
}

/* The number in a name of one that was put aside; false when it is another file's. */
static bool
number_of(const struct logfile *f, struct str name, uint64_t *out)
{
	struct str end, base = split_name(f, &end);

	if (!str_has_prefix(name, base) || !str_has_suffix(name, end) || name.len < base.len + end.len + 1 || name.at[base.len] != '-')
		return false;
	return str_to_u64(str_part(name, base.len + 1, name.len - end.len), out);
}

/* How many were put aside, and the oldest one's name. */
static uint64_t
look_around(const struct logfile *f, struct buf *oldest)
{
	struct file_reader r = { .folder = f->folder };
	uint64_t n = 0, first = UINT64_MAX, number;
	const char *name;

	syscall(SYS_lseek, f->folder, 0L, SEEK_SET);
	while (file_next_entry(&r, &name) > 0) {
		if (!number_of(f, str_of(name), &number))
			continue;
		n++;
		if (number <= first) {
			first = number;
			oldest->len = 0;
			buf_fmt(oldest, "%s%c", name, 0);
		}
	}
	return n;
}

static void
prune(const struct logfile *f)
{
	uint64_t keep = f->max_files < 0 ? 0 : (uint64_t)f->max_files;
	char name[NAME_MAX + 1];
	struct buf oldest = BUF(name);

	for (int i = 0; f->max_files && i < PRUNE_MAX && look_around(f, &oldest) > keep; i++)
		if (unlinkat(f->folder, name, 0) < 0)
			return;
}

/* Put it aside. The new one is opened by whoever writes. */
static void
rotate(struct logfile *f, uint64_t wall_ns)
{
	char name[NAME_MAX + 1];
	struct buf b = BUF(name);
	struct str end, base = split_name(f, &end);

	buf_fmt(&b, "%.*s-%llu%.*s%c", STR(base), (unsigned long long)wall_ns, STR(end), 0);
	if (renameat(f->folder, f->name, f->folder, name) < 0 && errno != ENOENT)	/* gone: someone else put it aside */
		return;
	close(f->fd);
	f->fd = -1;
	prune(f);
}

void
logfile_write(struct logfile *f, struct str lines, tick now, uint64_t wall_ns)
{
	ssize_t done;

	if (f->fd >= 0 && ((f->rotate_bytes && f->bytes >= f->rotate_bytes) || tick_is_past(f->old_at, now)))
		rotate(f, wall_ns);
	if (f->fd < 0 && open_file(f, now) != 0)
		return;
	if (f->is_cut && write(f->fd, "\n", 1) != 1)
		return;
	do
		done = write(f->fd, lines.at, lines.len);
	while (done < 0 && errno == EINTR);
	f->is_cut = done > 0 && (size_t)done < lines.len;
	if (done > 0)
		f->bytes += (uint64_t)done;
}

void
logfile_close(struct logfile *f)
{
	if (f->fd >= 0)
		close(f->fd);
	if (f->folder >= 0)
		close(f->folder);
	f->fd = f->folder = -1;
}
