/* tests/unit/sys/kernel.c: calls by number do what libc's do. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "sys/kernel.h"

#include "tap.h"
#include "unit/sys/fault.h"

#include <errno.h>
#include <signal.h>
#include <sys/sysmacros.h>

static volatile int caught;

static void
take(int number)
{
	caught = number;
}

static void
test_files(void)
{
	struct stat ours, libcs;
	int folder = kernel_open(AT_FDCWD, "tests", O_RDONLY | O_DIRECTORY), fd;

	ok(folder >= 0 && fcntl(folder, F_GETFD) == FD_CLOEXEC, "a folder, close-on-exec");
	fd = kernel_open(folder, "run", O_RDONLY);
	ok(fd >= 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC, "a file in it");
	ok(kernel_open(folder, "no such file", O_RDONLY) == -1 && errno == ENOENT, "one that is not there");
	if (fstat(fd, &libcs) < 0)
		exit(1);
	memset(&ours, 'x', sizeof ours);
	ok(kernel_stat(fd, "", &ours, AT_EMPTY_PATH) == 0 && ours.st_dev == libcs.st_dev && ours.st_ino == libcs.st_ino &&
		ours.st_mode == libcs.st_mode, "device, inode and mode of a descriptor");
	memset(&ours, 'x', sizeof ours);
	ok(kernel_stat(folder, "run", &ours, AT_SYMLINK_NOFOLLOW) == 0 && ours.st_dev == libcs.st_dev &&
		ours.st_ino == libcs.st_ino && ours.st_mode == libcs.st_mode, "and of a name");
	ok(kernel_stat(folder, "no such file", &ours, 0) == -1 && errno == ENOENT, "of one that is not there");
	ok(kernel_stat(-1, "", &ours, AT_EMPTY_PATH) == -1 && errno == EBADF, "of no descriptor");
	ok(kernel_stat(AT_FDCWD, "/dev/null", &ours, 0) == 0 && S_ISCHR(ours.st_mode) && ours.st_rdev == makedev(1, 3), "a device");
	close(fd);
	close(folder);
}

/* A handler takes a signal, comes back to where it was, and interrupts what waits. */
static int
handles(void *ctx)
{
	int p[2];
	char c;

	(void)ctx;
	if (pipe(p) < 0)
		return 9;
	kernel_handle(SIGALRM, take);
	if (kernel_is_ignored(SIGALRM) || raise(SIGALRM) || caught != SIGALRM)
		return 1;
	caught = 0;
	ualarm(20000, 20000);	/* again and again, should the first come before the read */
	if (read(p[0], &c, 1) != -1 || errno != EINTR || caught != SIGALRM)
		return 2;
	kernel_handle(SIGALRM, SIG_IGN);
	if (!kernel_is_ignored(SIGALRM) || raise(SIGALRM))
		return 3;
	ualarm(0, 0);
	kernel_handle(SIGALRM, SIG_DFL);
	if (kernel_is_ignored(SIGALRM))
		return 4;
	raise(SIGALRM);
	return 5;
}

static void
test_masks(void)
{
	uint64_t before, now = 0;
	sigset_t libcs;

	kernel_mask(SIG_BLOCK, kernel_signal(SIGTERM) | kernel_signal(SIGHUP), &before);
	sigprocmask(SIG_SETMASK, NULL, &libcs);
	ok(sigismember(&libcs, SIGTERM) && sigismember(&libcs, SIGHUP) && !sigismember(&libcs, SIGINT), "blocked, and no other");
	kernel_mask(SIG_UNBLOCK, kernel_signal(SIGHUP), &now);
	ok(now == (before | kernel_signal(SIGTERM) | kernel_signal(SIGHUP)), "what was blocked before");
	kernel_mask(SIG_SETMASK, before, &now);
	ok(now == (before | kernel_signal(SIGTERM)), "put back");
}

int
main(void)
{
	test_files();
	is_int(in_child(handles, NULL), 128 + SIGALRM, "a handler, ignored, and the default again");
	test_masks();
	return tap_end();
}
