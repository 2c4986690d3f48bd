/* tests/unit/sys/folder.h: a folder of a test's own, and plain means to put files there and look at them. */
/* SPDX-License-Identifier: MIT */
#ifndef UNIT_SYS_FOLDER_H
#define UNIT_SYS_FOLDER_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char home[64];

/* Make the folder and go there. */
static inline bool
folder_enter(void)
{
	snprintf(home, sizeof home, "%s/pantler-file-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	return mkdtemp(home) && chdir(home) == 0;
}

/* Leave it and remove it with all that is in it. */
static inline bool
folder_remove(void)
{
	char remove[100];

	snprintf(remove, sizeof remove, "rm -rf '%s'", home);
	return chdir("/") == 0 && system(remove) == 0;
}

static inline void
put(const char *name, const char *text, mode_t mode)
{
	int fd;

	unlink(name);
	fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text) || fchmod(fd, mode) < 0)
		exit(1);
	close(fd);
}

/* As whoever is writing the file holds it; with the test's own rights. */
static inline int
hold(const char *name)
{
	struct flock l = { .l_type = F_WRLCK };
	int fd = open(name, O_WRONLY | O_CLOEXEC);

	return fd >= 0 && fcntl(fd, 37 /* F_OFD_SETLK */, &l) == 0 ? fd : -1;
}

static inline bool
holds(const char *name, const char *text)
{
	char got[200] = "";
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, got, sizeof got - 1);

	close(fd);
	return n >= 0 && !strcmp(got, text);
}

static inline bool
is_there(const char *name)
{
	struct stat st;

	return lstat(name, &st) == 0;
}

static inline int
mode_of(const char *name)
{
	struct stat st;

	return lstat(name, &st) == 0 ? (int)(st.st_mode & 07777) : -1;
}

#endif
