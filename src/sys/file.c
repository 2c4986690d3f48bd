/* sys/file.c: whole files, read under a bound and replaced in one step. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "sys/file.h"

#include "base/wipe.h"
#include "sys/kernel.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>	/* renameat, nothing else */
#include <string.h>

#define READ_FLAGS (O_RDONLY | O_NONBLOCK)

/* A lock of the open file description (fcntl(2), Linux 3.15), as F_OFD_SETLK takes it and F_OFD_GETLK asks for it, of the whole file. Who may only read the
   file can have none for writing, as he could by flock(2). F_UNLCK: there is none; else someone else holds one. A file system, or a
   kernel, without gives it to everyone, and says -1. */
static int
lock(int fd, int command, short type)
{
	struct flock l = { .l_type = type };

	if (syscall(KERNEL_FCNTL, fd, command, &l) == 0)
		return command == F_OFD_GETLK ? l.l_type : F_UNLCK;
	return errno == EAGAIN || errno == EACCES ? F_WRLCK : -1;
}

/* For writing, held until the description is closed. True also where the file system has no locks. */
static bool
take_lock(int fd)
{
	return lock(fd, F_OFD_SETLK, F_WRLCK) != F_WRLCK;
}

static void
shut(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Errors of reading. */
static int
fail_read(struct err *e, const char *path, int sys)
{
	err_sys(e, CAUSE_FILE, sys, "%s", path);
	if (sys == ENOENT || sys == ENOTDIR)
		e->code = ERR_ABSENT;
	return -1;
}

/* Open a regular file or a folder for reading: which of them (S_IFMT), and what others may (077, FILE_FOREIGN); or -1. */
static int
open_any(const char *path, int *fd, struct err *e)
{
	struct stat st = { 0 };
	int sys;

	*fd = kernel_open(AT_FDCWD, path, READ_FLAGS);
	sys = *fd < 0 || kernel_stat(*fd, "", &st, AT_EMPTY_PATH) < 0 ? errno : 0;
	if (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))
		return (int)((st.st_mode & (S_IFMT | 077)) | (st.st_uid && st.st_uid != geteuid() ? FILE_FOREIGN : 0));
	shut(fd);
	return sys && sys != ENXIO ? fail_read(e, path, sys) :
		err_set(e, ERR_INPUT, CAUSE_FILE, "%s: not a regular file", path);	/* ENXIO: a socket */
}

/* read(2) that is not interrupted. */
static ssize_t
read_some(int fd, void *at, size_t n)
{
	ssize_t got;

	do
		got = read(fd, at, n);
	while (got < 0 && errno == EINTR);
	return got;
}

/* Fill b up to its end, or the file's. */
static int
read_all(int fd, struct buf *b)
{
	while (b->len < b->cap) {
		ssize_t got = read_some(fd, b->at + b->len, b->cap - b->len);

		if (got < 0)
			return -1;
		if (got == 0)
			break;
		b->len += (size_t)got;
	}
	return 0;
}

/* All of an open file, which is then closed. */
static int
read_open(int fd, const char *path, size_t max, struct arena *a, struct str *out, struct err *e)
{
	size_t before = a->len;
	struct buf b = arena_buf(a, max + 1);	/* one more, to see that there is more */
	int result = 0;

	if (b.full)
		result = arena_err(e);
	else if (read_all(fd, &b) < 0)
		result = fail_read(e, path, errno);
	else if (b.len > max)
		result = err_set(e, ERR_LIMIT, CAUSE_FILE, "%s: longer than %zu bytes", path, max);
	close(fd);
	if (result < 0) {
		wipe(b.at, b.len);
		a->len = before;
		return -1;
	}
	arena_trim(a, &b);
	*out = buf_str(&b);
	return 0;
}

int
file_read(const char *path, size_t max, struct arena *a, struct str *out, unsigned *others, struct err *e)
{
	int fd, kind = open_any(path, &fd, e);

	if (kind < 0)
		return -1;
	*others = kind & (077 | FILE_FOREIGN);
	if (!S_ISDIR(kind))
		return read_open(fd, path, max, a, out, e);
	close(fd);
	return fail_read(e, path, EISDIR);
}

int
file_read_own(const char *path, size_t max, struct arena *a, struct str *out, int64_t *changed_s, struct err *e)
{
	struct stat st;
	int fd = kernel_open(AT_FDCWD, path, READ_FLAGS | O_NOFOLLOW);

	if (fd < 0)
		return fail_read(e, path, errno);
	if (kernel_stat(fd, "", &st, AT_EMPTY_PATH) < 0 || !S_ISREG(st.st_mode) || st.st_mode & 022 || st.st_nlink != 1 || st.st_uid != geteuid()) {
		close(fd);
		return err_set(e, ERR_INPUT, CAUSE_FILE, "%s: not ours alone: another's file, one that others may write, or one of several names", path);
	}
	*changed_s = kernel_changed_s(&st);
	return read_open(fd, path, max, a, out, e);
}

int64_t
file_changed_s(const char *path)
{
	struct stat st;

	return kernel_stat(AT_FDCWD, path, &st, 0) < 0 ? 0 : kernel_changed_s(&st);
}

int
file_reader_open(struct file_reader *r, const char *path, struct err *e)
{
	int kind;

	*r = (struct file_reader){ .path = path, .name = path, .folder = -1, .fresh = true };
	kind = open_any(path, &r->fd, e);
	if (kind >= 0 && S_ISDIR(kind)) {
		r->folder = r->fd;
		r->fd = -1;
	}
	return kind < 0 ? -1 : 0;
}

void
file_reader_bytes(struct file_reader *r, struct str bytes)
{
	*r = (struct file_reader){ .bytes = bytes, .folder = -1, .fd = -1, .fresh = true };
}

int
file_next_entry(struct file_reader *r, const char **name)
{
	const struct kernel_entry *entry;

	if (r->entry_at >= r->entry_end) {
		long got = syscall(SYS_getdents64, r->folder, r->entries.bytes, sizeof r->entries.bytes);

		if (got <= 0)
			return (int)got;
		r->entry_at = 0;
		r->entry_end = (unsigned)got;
	}
	entry = (const void *)(r->entries.bytes + r->entry_at);
	r->entry_at += entry->reclen;
	*name = entry->name;
	return 1;
}

/* Open the folder's next file. As file_next_entry. */
static int
next_file(struct file_reader *r)
{
	const char *name;
	struct stat st;
	int more;

	while ((more = file_next_entry(r, &name)) > 0) {
		/* stat first: opening a device may do something. */
		if (name[0] == '.' || kernel_stat(r->folder, name, &st, 0) < 0 || !S_ISREG(st.st_mode))
			continue;
		r->fd = kernel_open(r->folder, name, READ_FLAGS);
		if (r->fd < 0)
			continue;
		r->name = name;
		r->fresh = true;
		break;
	}
	return more;
}

/* From memory: all of it is one file. */
static size_t
copy_some(struct file_reader *r, char *at, size_t cap)
{
	struct str some = str_part(r->bytes, r->at, r->at + (cap < r->bytes.len ? cap : r->bytes.len));

	if (some.len)
		memcpy(at, some.at, some.len);
	r->at += some.len;
	return some.len;
}

int
file_reader_more(struct file_reader *r, char *at, size_t cap, size_t *n, bool *begins, struct err *e)
{
	ssize_t got = 0;

	while (!got && r->path) {
		int more = r->fd >= 0 ? 1 : r->folder >= 0 ? next_file(r) : 0;

		if (more == 0)
			break;
		if (more < 0)
			return fail_read(e, r->path, errno);
		got = read_some(r->fd, at, cap);
		if (got < 0 && r->folder < 0)
			return fail_read(e, r->path, errno);
		if (got > 0)
			break;
		got = 0;
		if (r->folder < 0)
			break;	/* its descriptor stays, for another round */
		shut(&r->fd);
	}
	*n = r->path ? (size_t)got : copy_some(r, at, cap);
	*begins = *n && r->fresh;
	r->fresh = r->fresh && !*n;
	return 0;
}

int
file_reader_rewind(struct file_reader *r, struct err *e)
{
	r->at = 0;
	r->entry_at = r->entry_end = 0;
	r->fresh = true;
	if (r->folder >= 0)
		shut(&r->fd);
	if (r->path && syscall(SYS_lseek, r->folder >= 0 ? r->folder : r->fd, 0L, SEEK_SET) < 0)
		return fail_read(e, r->path, errno);
	return 0;
}

void
file_reader_close(struct file_reader *r)
{
	shut(&r->fd);
	shut(&r->folder);
}

int
file_list(const char *folder, bool (*is_wanted)(struct str name), struct arena *a, const char **list, size_t cap, size_t *n, struct err *e)
{
	struct file_reader r;
	struct buf path = { 0 };
	const char *name;
	int more;

	*n = 0;
	if (file_reader_open(&r, folder, e) < 0)
		return -1;
	while ((more = file_next_entry(&r, &name)) > 0) {
		size_t at = *n;

		if (!is_wanted(str_of(name)))
			continue;
		path = arena_buf(a, strlen(folder) + strlen(name) + 2);
		buf_fmt(&path, "%s%s%s%c", folder, str_has_suffix(str_of(folder), S("/")) ? "" : "/", name, 0);
		if (path.full || at == cap)
			break;
		for (; at && strcmp(list[at - 1], path.at) > 0; at--)
			list[at] = list[at - 1];
		list[at] = path.at;
		++*n;
	}
	if (more < 0)
		fail_read(e, folder, errno);
	else if (more)
		more = path.full ? arena_err(e) : err_set(e, ERR_LIMIT, CAUSE_FILE, "%s: more than %zu files", folder, cap);
	file_reader_close(&r);
	return more;
}

/* A file that is being replaced. */
struct target {
	struct str path;	/* for messages */
	int folder;
	char name[NAME_MAX + 1];
	char temp[NAME_MAX + 1];
};

static int
fail_write(struct err *e, struct str path, int sys)
{
	return err_sys(e, CAUSE_OUTPUT, sys, "write %.*s", STR(path));
}

static int
refuse(struct err *e, struct str path, const char *why)
{
	return err_set(e, ERR_INPUT, CAUSE_OUTPUT, "write %.*s: %s", STR(path), why);
}

int
file_open_folder(struct str path, int *folder_fd, struct str *out, struct err *e)
{
	char folder[PATH_MAX];
	struct str name = path;

	*folder_fd = -1;
	memcpy(folder, ".", 2);
	if (path.len >= sizeof folder)
		return fail_write(e, path, ENAMETOOLONG);
	for (size_t i = path.len; i-- > 0;)
		if (path.at[i] == '/') {
			name = str_part(path, i + 1, path.len);
			memcpy(folder, path.at, i + 1);	/* with the slash: "/name" is in "/" */
			folder[i + 1] = 0;
			break;
		}
	if (!name.len || str_eq(name, S(".")) || str_eq(name, S("..")) || str_find_c(path, 0) != SIZE_MAX)
		return refuse(e, path, "not a file's name");
	if (name.len > FILE_NAME_MAX)
		return fail_write(e, path, ENAMETOOLONG);
	*out = name;
	*folder_fd = kernel_open(AT_FDCWD, folder, O_RDONLY | O_DIRECTORY);
	if (*folder_fd < 0 && errno == EACCES)	/* may be written, but not listed: it cannot be synced then */
		*folder_fd = kernel_open(AT_FDCWD, folder, O_PATH | O_DIRECTORY);
	return *folder_fd < 0 ? fail_write(e, path, errno) : 0;
}

static int
target_open(struct target *t, struct str path, struct err *e)
{
	struct str name;

	*t = (struct target){ .path = path };
	if (file_open_folder(path, &t->folder, &name, e) < 0)
		return -1;
	memcpy(t->name, name.at, name.len);
	t->temp[0] = '.';
	memcpy(t->temp + 1, name.at, name.len);
	memcpy(t->temp + 1 + name.len, ".pantler", sizeof ".pantler");
	return 0;
}

/* Its folder, where only a regular file may be replaced, or nothing. Whatever comes of it, the folder is to be shut. */
static int
open_place(struct target *t, struct str path, struct err *e)
{
	struct stat st;

	if (target_open(t, path, e) < 0)
		return -1;
	if (kernel_stat(t->folder, t->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : fail_write(e, t->path, errno);
	if (S_ISREG(st.st_mode))
		return 0;
	if (S_ISLNK(st.st_mode) || S_ISDIR(st.st_mode))
		return fail_write(e, t->path, S_ISDIR(st.st_mode) ? EISDIR : ELOOP);
	return refuse(e, t->path, "not a regular file");
}

int
file_check(struct str path, struct err *e)
{
	struct target t;
	int result = open_place(&t, path, e);

	/* By the rights that count, which faccessat(2) does not look at. Any other error may be that there is no such call. */
	if (result == 0 && syscall(SYS_faccessat2, t.folder, ".", W_OK | X_OK, AT_EACCESS) < 0 && (errno == EACCES || errno == EROFS))
		result = fail_write(e, t.path, errno);
	shut(&t.folder);
	return result;
}

/* Whether the name is that of the open file still. */
static bool
is_at(int fd, int folder, const char *name)
{
	struct stat ours, named;

	return kernel_stat(fd, "", &ours, AT_EMPTY_PATH) == 0 && kernel_stat(folder, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
		ours.st_dev == named.st_dev && ours.st_ino == named.st_ino;
}

/* Remove what a killed run left. Whoever writes at this moment holds a lock on it; who may only read it can have one that keeps us from
   ours, but not before it has its mode, and then its writer's is there already: so a reader's is one on a leftover. Whose name is
   another file's by now has been renamed, and that other file is somebody's who writes. */
static int
clear_temp(const struct target *t, struct err *e)
{
	int old = kernel_open(t->folder, t->temp, O_WRONLY | O_NONBLOCK | O_NOFOLLOW), sys = 0;

	if (old < 0 && errno == ENOENT)
		return 0;
	if (old >= 0 && ((!take_lock(old) && lock(old, F_OFD_GETLK, F_RDLCK) != F_UNLCK) || !is_at(old, t->folder, t->temp))) {
		close(old);
		return refuse(e, t->path, "another process is writing it");
	}
	if (unlinkat(t->folder, t->temp, 0) < 0 && errno != ENOENT)
		sys = errno;
	shut(&old);
	return sys ? err_sys(e, CAUSE_OUTPUT, sys, "write %.*s: remove the old %s beside it", STR(t->path), t->temp) : 0;
}

/* Make the temporary, ours alone. */
static int
make_temp(const struct target *t, int *fd, struct err *e)
{
	if (clear_temp(t, e) < 0)
		return -1;
	*fd = kernel_open(t->folder, t->temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW);
	if (*fd < 0)
		return errno == EEXIST ? refuse(e, t->path, "another process is writing it") : fail_write(e, t->path, errno);
	/* Before it was locked someone else may have taken it for a leftover. */
	if (!take_lock(*fd) || !is_at(*fd, t->folder, t->temp)) {
		shut(fd);
		return refuse(e, t->path, "another process is writing it");
	}
	return 0;
}

static int
write_all(int fd, struct str bytes)
{
	while (bytes.len) {
		ssize_t done = write(fd, bytes.at, bytes.len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -1;
		bytes = str_part(bytes, (size_t)done, bytes.len);
	}
	return 0;
}

/* Sync; what cannot be synced at all (a pseudo file system, a folder opened by O_PATH) is well as it is. */
static int
sync_fd(int fd)
{
	return fsync(fd) < 0 && errno != EINVAL && errno != ENOSYS && errno != EROFS && errno != EBADF ? -1 : 0;
}

/* As errno says it, too. Whoever else makes it has the temporary's lock, or has made it. */
static bool
is_there(const struct target *t)
{
	struct stat st;

	if (kernel_stat(t->folder, t->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	errno = EEXIST;
	return true;
}

#define AS_IT_IS UINT32_MAX	/* -1, as fchown(2) has it */

/* All bytes under the temporary's name, on disk. */
static int
fill(const struct target *t, int fd, struct str bytes, mode_t mode, uid_t uid, gid_t gid, struct err *e)
{
	if ((mode & FILE_NEW && is_there(t)) || syscall(SYS_fchmod, fd, mode) < 0)
		return fail_write(e, t->path, errno);
	/* After the mode, which whoever has given the file away may not set any more; as yet it is empty. */
	if ((uid != AS_IT_IS || gid != AS_IT_IS) && syscall(KERNEL_FCHOWN, fd, uid, gid) < 0)
		return err_sys(e, CAUSE_OUTPUT, errno, "write %.*s: change its owner", STR(t->path));
	return write_all(fd, bytes) < 0 || sync_fd(fd) < 0 ? fail_write(e, t->path, errno) : 0;
}

#define TRY 020000	/* beside a mode's bits: all but the renaming */

static int
put(struct str path, struct str bytes, mode_t mode, uid_t uid, gid_t gid, int *held, struct err *e)
{
	struct target t;
	bool is_trial = mode & TRY;
	int fd = -1, result = -1;

	if (open_place(&t, path, e) == 0 && make_temp(&t, &fd, e) == 0) {
		result = fill(&t, fd, bytes, mode, uid, gid, e);
		if (result == 0 && !is_trial && renameat(t.folder, t.temp, t.folder, t.name) < 0)
			result = fail_write(e, t.path, errno);
		if (result < 0 || is_trial)
			unlinkat(t.folder, t.temp, 0);
		else if (sync_fd(t.folder) < 0)
			result = fail_write(e, t.path, errno);
	}
	shut(&t.folder);
	if (result == 0 && held)
		*held = fd;
	else
		shut(&fd);	/* and with it the lock, after the name has gone */
	return result;
}

int
file_replace_held(struct str path, struct str bytes, mode_t mode, int *held, struct err *e)
{
	return put(path, bytes, mode, AS_IT_IS, AS_IT_IS, held, e);
}

void
file_remove_held(const char *path, int held)
{
	if (is_at(held, AT_FDCWD, path))
		unlinkat(AT_FDCWD, path, 0);
	close(held);
}

enum file_holding
file_is_held(const char *path)
{
	enum file_holding result = FILE_LEFT;
	bool again = true;
	int held;

	for (int tries = 0; again && tries < 5; tries++) {
		int fd = kernel_open(AT_FDCWD, path, READ_FLAGS | O_NOFOLLOW);

		if (fd < 0)
			return errno == ENOENT ? FILE_LEFT : FILE_UNKNOWN;
		held = lock(fd, F_OFD_GETLK, F_RDLCK);
		result = held == F_UNLCK ? FILE_LEFT : held < 0 ? FILE_UNKNOWN : FILE_HELD;
		again = result == FILE_LEFT && !is_at(fd, AT_FDCWD, path);	/* replaced since it was opened */
		close(fd);
	}
	return result;
}

__attribute__((noinline)) int
file_replace(struct str path, struct str bytes, mode_t mode, struct err *e)
{
	return put(path, bytes, mode, AS_IT_IS, AS_IT_IS, NULL, e);
}

int
file_replace_as(struct str path, struct str bytes, mode_t mode, int64_t uid, int64_t gid, struct err *e)
{
	return put(path, bytes, mode, (uid_t)uid, (gid_t)gid, NULL, e);
}

int
file_try(struct str path, struct str bytes, mode_t mode, int64_t uid, int64_t gid, struct err *e)
{
	return put(path, bytes, mode | TRY, (uid_t)uid, (gid_t)gid, NULL, e);
}
