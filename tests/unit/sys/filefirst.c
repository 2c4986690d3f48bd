/* tests/unit/sys/filefirst.c: a file that is made only where there is none, and what others may do with one that was read. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "sys/file.h"

#include "sys/mem.h"
#include "tap.h"
#include "unit/sys/fault.h"
#include "unit/sys/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#define WHOLE 70000

static struct err err;
static struct arena arena;
static unsigned others;
static char big[WHOLE];

static void
test_create(void)
{
	memset(&err, 0, sizeof err);
	ok(file_replace(S("created"), S("first"), 0600 | FILE_NEW, &err) == 0 && holds("created", "first") && mode_of("created") == 0600, "a file is created");
	ok(file_replace(S("created"), S("second"), 0600 | FILE_NEW, &err) < 0, "and not once more");
	is_line(&err, "write created: file exists", "the line");
	ok(err.sys == EEXIST && err.cause == CAUSE_OUTPUT, "and how a caller tells it");
	ok(holds("created", "first") && !is_there(".created.pantler"), "the file is the first, and alone");
	put("created", "", 0600);
	ok(file_replace(S("created"), S("second"), 0600 | FILE_NEW, &err) < 0 && err.sys == EEXIST && holds("created", ""), "an empty one counts");
	unlink("created");
	ok(file_replace(S("created"), S("third"), 0640 | FILE_NEW, &err) == 0 && holds("created", "third") && mode_of("created") == 0640, "when it has gone");
	unlink("created");
}

/* What others may do with what was read. */
static unsigned
others_of(const char *path)
{
	struct str got;

	others = ~0u;
	return file_read(path, 100, &arena, &got, &others, &err) == 0 ? others : ~0u;
}

static int
as_its_owner(void *ctx)
{
	(void)ctx;
	return setresuid(65532, 65532, 65532) == 0 && others_of("guarded") == 0 && others_of("roots") == 044 ? 0 : 1;
}

static void
test_others(void)
{
	static const mode_t modes[] = { 0600, 0400, 0700, 0640, 0604, 0644, 0620, 0602, 0610, 0601, 0666 };

	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
		put("guarded", "x", modes[i]);
		is_int(others_of("guarded"), modes[i] & 077, "mode %04o", (unsigned)modes[i]);
	}
	put("guarded", "x", 0600);
	put("roots", "x", 0644);
	ok(symlink("guarded", "guarded-link") == 0 && others_of("guarded-link") == 0, "a link: of the file that it leads to");
	if (chown("guarded", 65532, (gid_t)-1) < 0 || chmod(".", 0755) < 0) {
		ok(true, "another's file # SKIP needs root");
	} else {
		is_int(others_of("guarded"), FILE_FOREIGN, "another's file");
		is_int(in_child(as_its_owner, NULL), 0, "is not foreign to him, nor is root's");
	}
	unlink("guarded-link");
	unlink("guarded");
	unlink("roots");
}

static int
creator(void *ctx)
{
	memset(big, *(char *)ctx, WHOLE);
	if (file_replace(S("first"), (struct str){ big, WHOLE }, 0600 | FILE_NEW, &err) == 0)
		return 0;
	return err.sys == EEXIST || !strcmp(err.line, "write first: another process is writing it") ? 1 : 2;
}

static bool
is_whole(const char *name)
{
	static char got[WHOLE + 1];
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, got, sizeof got);

	close(fd);
	for (ssize_t i = 1; i < n; i++)
		if (got[i] != got[0])
			return false;
	return n == WHOLE;
}

/* First logins, each with a nonce of its own: one is kept, and whoever is told that his was knows it. */
static void
test_first_at_once(void)
{
	int kept[3] = { 0 };	/* by what creator says */

	for (int round = 0; round < 60; round++) {
		pid_t pid[4];
		int status;

		unlink("first");
		for (int i = 0; i < 4; i++)
			if ((pid[i] = fork()) == 0)
				_exit(creator(&(char){ "wxyz"[i] }));
		for (int i = 0; i < 4; i++) {
			waitpid(pid[i], &status, 0);
			kept[WIFEXITED(status) && WEXITSTATUS(status) < 2 ? WEXITSTATUS(status) : 2]++;
		}
		if (!is_whole("first") || is_there(".first.pantler"))
			kept[2]++;
	}
	is_int(kept[0], 60, "of four that make a file at once, one does, 60 times");
	is_int(kept[2], 0, "and the others are told");
}

int
main(void)
{
	if (!folder_enter() || mem_arena(&arena, 1 << 20, &err) < 0)
		return 1;
	test_others();
	test_create();
	test_first_at_once();
	mem_release(&arena);
	return folder_remove() ? tap_end() : 1;
}
