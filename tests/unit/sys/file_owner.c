/* tests/unit/sys/file_owner.c: files given to another owner, and replacing that is only tried. tests/unit/sys/file.c has what all replacing has in common. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "sys/file.h"

#include "tap.h"
#include "unit/sys/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

static struct err err;
static char home[64];
static char big[200000];

static void
put(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		exit(1);
	close(fd);
}

static bool
holds(const char *name, const char *text)
{
	char got[200] = "";
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, got, sizeof got - 1);

	close(fd);
	return n >= 0 && !strcmp(got, text);
}

static bool
is_there(const char *name)
{
	struct stat st;

	return lstat(name, &st) == 0;
}

/* Bytes, owner, group and mode, and nothing beside it. */
static void
is_so(const char *name, const char *text, uid_t uid, gid_t gid, mode_t mode)
{
	struct stat st = { 0 };

	ok(holds(name, text) && stat(name, &st) == 0, "%s holds its bytes", name);
	is_int(st.st_uid, uid, "owner");
	is_int(st.st_gid, gid, "group");
	is_int(st.st_mode & 07777, mode, "mode");
	ok(!is_there(".t.pantler"), "nothing beside it");
}

static void
test_owner(void)
{
	put("t", "old");
	umask(077);
	ok(file_replace_as(S("t"), S("one"), 0640, -1, -1, &err) == 0, "given to nobody else");
	is_so("t", "one", geteuid(), getegid(), 0640);
	ok(file_replace_as(S("t"), S("two"), 0640, geteuid(), getegid(), &err) == 0, "given to ourselves, which needs no right");
	is_so("t", "two", geteuid(), getegid(), 0640);
	if (geteuid() != 0) {
		ok(true, "given to others # SKIP not root");
		return;
	}
	ok(file_replace_as(S("t"), S("three"), 0440, 1234, 5678, &err) == 0, "given to another");
	is_so("t", "three", 1234, 5678, 0440);
	ok(file_replace_as(S("t"), S("four"), 0604, 1234, -1, &err) == 0, "the owner alone");
	is_so("t", "four", 1234, 0, 0604);
	ok(file_replace_as(S("t"), S("five"), 0, -1, 4294967294, &err) == 0, "the group alone, the largest there is; no mode at all");
	is_so("t", "five", 0, 4294967294, 0);
	ok(file_replace(S("t"), S("six"), 0600, &err) == 0, "and back");
	is_so("t", "six", 0, 0, 0600);
	ok(file_try(S("t"), S("x"), 0440, 1234, 5678, &err) == 0, "only tried");
	is_so("t", "six", 0, 0, 0600);
}

/* In a child: 0 when it is refused with this line, "t" holds what it held and nothing is beside it. Both ways. */
static int
kept(int64_t uid, const char *line)
{
	for (int trial = 0; trial < 2; trial++) {
		int (*how)(struct str, struct str, mode_t, int64_t, int64_t, struct err *) = trial ? file_try : file_replace_as;

		if (how(S("t"), (struct str){ big, sizeof big }, 0640, uid, -1, &err) == 0)
			return 1;
		if (err.cause != CAUSE_OUTPUT || strcmp(err.line, line)) {
			fprintf(stderr, "# %s\n", err.line);
			return 2;
		}
		if (!holds("t", "old") || is_there(".t.pantler"))
			return 3;
	}
	return 0;
}

static int
no_right(void *ctx)
{
	(void)ctx;
	if (geteuid() == 0 && (setegid(65534) < 0 || seteuid(65534) < 0))
		return 4;
	return kept(0, "write t: change its owner: operation not permitted");
}

static int
no_chown(void *ctx)
{
	(void)ctx;
	if (fault(SYS_fchown, -1, 0, EIO) < 0)
		return 77;
	if (kept(geteuid(), "write t: change its owner: input/output error"))
		return 5;
	return file_replace_as(S("t"), S("old"), 0600, -1, -1, &err);	/* which does not ask for it */
}

static int
size_limit(void *ctx)
{
	struct rlimit some = { 1000, 1000 };

	(void)ctx;
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &some);
	return kept(-1, "write t: file too large");
}

static bool
mounted(const char *options)
{
	return (unshare(CLONE_NEWNS) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0) &&
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 && mount("tmpfs", "mnt", "tmpfs", 0, options) == 0 && chdir("mnt") == 0;
}

static int
full_disk(void *ctx)
{
	(void)ctx;
	if (!mounted("size=64k"))
		return 77;
	put("t", "old");
	return kept(-1, "write t: no space left on device");
}

static int
read_only(void *ctx)
{
	(void)ctx;
	if (!mounted("size=64k"))
		return 77;
	put("t", "old");
	if (mount(NULL, ".", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) < 0)
		return 77;
	return kept(-1, "write t: read-only file system");
}

/* A file that is mounted by itself, as Docker does it: the renaming is refused, which a trial does not find. */
static int
own_mount(void *ctx)
{
	(void)ctx;
	if (!mounted("size=64k"))
		return 77;
	put("t", "old");
	if (mount("t", "t", NULL, MS_BIND, NULL) < 0)
		return 77;
	if (file_try(S("t"), S("new"), 0600, -1, -1, &err) < 0 || file_replace_as(S("t"), S("new"), 0600, -1, -1, &err) == 0)
		return 1;
	return err.sys == EBUSY && holds("t", "old") && !is_there(".t.pantler") ? 0 : 2;
}

static void
is_survived(int status, const char *name)
{
	if (status == 77)
		ok(true, "%s # SKIP not allowed here (seccomp or mount)", name);
	else
		is_int(status, 0, "%s", name);
}

static void
test_faults(void)
{
	put("t", "old");
	chmod(".", 0777);
	chmod("t", 0644);
	mkdir("mnt", 0755);
	is_survived(in_child(no_right, NULL), "no right to give it away");
	is_survived(in_child(no_chown, NULL), "fchown fails");
	is_survived(in_child(size_limit, NULL), "RLIMIT_FSIZE");
	is_survived(in_child(full_disk, NULL), "a full disk");
	is_survived(in_child(read_only, NULL), "a file system that is read-only");
	is_survived(in_child(own_mount, NULL), "a file that is mounted by itself");
	chmod(".", 0755);
}

static void
is_told(const char *path, const char *line)
{
	ok(file_try(str_of(path), S("x"), 0600, -1, -1, &err) < 0, "refused: %s", line);
	is_line(&err, line, "the line");
}

static void
test_try(void)
{
	int fd;

	unlink("t");
	ok(file_try(S("t"), S("x"), 0600, -1, -1, &err) == 0, "where nothing is");
	ok(!is_there("t") && !is_there(".t.pantler"), "nothing is made");
	put("t", "old");
	put(".t.pantler", "half a tok");
	ok(file_try(S("t"), S("x"), 0600, -1, -1, &err) == 0 && !is_there(".t.pantler") && holds("t", "old"), "what a killed run left is removed");
	put(".t.pantler", "another's");
	fd = open(".t.pantler", O_WRONLY | O_CLOEXEC);
	ok(fcntl(fd, 37 /* F_OFD_SETLK */, &(struct flock){ .l_type = F_WRLCK }) == 0, "a temporary that someone is writing");
	is_told("t", "write t: another process is writing it");
	ok(holds(".t.pantler", "another's"), "is as it was");
	close(fd);
	unlink(".t.pantler");
	mkdir("sub", 0755);
	is_told("sub", "write sub: is a directory");
	is_told("none/t", "write none/t: no such file or directory");
	ok(symlink("t", "link") == 0, "a link");
	is_told("link", "write link: is a symbolic link");
	ok(holds("t", "old"), "what it names is as it was");
}

int
main(void)
{
	char remove[100];

	snprintf(home, sizeof home, "%s/pantler-owner-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	if (!mkdtemp(home) || chdir(home) < 0)
		return 1;
	test_owner();
	test_faults();
	test_try();
	snprintf(remove, sizeof remove, "rm -rf '%s'", home);
	if (chdir("/") < 0 || system(remove) != 0)
		return 1;
	return tap_end();
}
