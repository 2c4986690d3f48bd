/* tests/unit/sys/pid.c: the file that says our number: what is in it, and whose is removed. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "sys/pid.h"

#include "tap.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static struct err err;

static void
put(const char *text)
{
	int fd = open("pid", O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (write(fd, text, strlen(text)) < 0)
		exit(1);
	close(fd);
}

int
main(void)
{
	char home[64], want[32], got[32] = "";
	struct stat st;
	int fd;

	snprintf(home, sizeof home, "%s/pantler-pid-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	if (!mkdtemp(home) || chdir(home) < 0)
		return 1;
	snprintf(want, sizeof want, "%d", (int)getpid());
	put("a longer text that was there before");
	chmod("pid", 0644);
	ok(pid_write("pid", &err) == 0, "written");
	fd = open("pid", O_RDONLY);
	is_int(read(fd, got, sizeof got), strlen(want), "as long as our number");
	close(fd);
	ok(!strcmp(got, want), "which it is");
	ok(stat("pid", &st) == 0 && (st.st_mode & 07777) == 0600, "with mode 0600");
	pid_remove("pid");
	ok(stat("pid", &st) < 0, "removed");
	pid_remove("pid");
	ok(true, "twice");
	for (size_t i = 0; i < 5; i++) {
		char other[64];

		snprintf(other, sizeof other, (const char *[]){ "1%s", "%s\n", "%s0", "", "a text of some length" }[i], want);
		put(other);
		pid_remove("pid");
		ok(stat("pid", &st) == 0, "another's stays");
	}
	ok(pid_write("none/pid", &err) < 0, "a folder that is not there");
	is_line(&err, "storing pid: write none/pid: no such file or directory", "the line");
	ok(err.cause == CAUSE_OUTPUT, "its cause");
	unlink("pid");
	return chdir("/") < 0 || rmdir(home) < 0 ? 1 : tap_end();
}
