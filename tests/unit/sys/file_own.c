/* tests/unit/sys/file_own.c: files that are held, and files that only we can have written: what a stranger makes of them. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "sys/file.h"

#include "sys/mem.h"
#include "tests/tap.h"
#include "tests/unit/sys/folder.h"

#include <sys/syscall.h>
#include <sys/wait.h>

static struct arena arena;
static struct err err;

static void
run_held(void)
{
	struct flock l = { .l_type = F_RDLCK };
	int held, fd;

	ok(file_replace_held(S("held"), S("x"), 0644, &held, &err) == 0 && file_is_held("held") == FILE_HELD, "a file that is held");
	fd = open("held", O_RDONLY | O_CLOEXEC);
	close(held);
	ok(file_is_held("held") == FILE_LEFT, "and left");
	ok(syscall(SYS_flock, fd, 2) == 0 && fcntl(fd, 37, &l) == 0 && file_is_held("held") == FILE_LEFT, "whoever may read it cannot make it look held");
	close(fd);
	ok(file_replace_held(S("held"), S("y"), 0644, &held, &err) == 0, "held anew");
	file_remove_held("held", held);
	ok(file_is_held("held") == FILE_LEFT && access("held", F_OK) < 0, "and removed");
}

/* What a killed run left, and whoever may read it holds on to. */
static void
run_left(void)
{
	struct flock l = { .l_type = F_RDLCK };
	int fd;

	put("t", "old", 0600);
	put(".t.pantler", "half", 0644);
	fd = open(".t.pantler", O_RDONLY | O_CLOEXEC);
	ok(fcntl(fd, 37 /* F_OFD_SETLK */, &l) == 0 && syscall(SYS_flock, fd, 2) == 0, "a leftover that a reader has locked");
	ok(file_try(S("t"), S("x"), 0600, -1, -1, &err) == 0 && access(".t.pantler", F_OK) < 0, "is removed");
	close(fd);
	put(".t.pantler", "half", 0644);
	fd = open(".t.pantler", O_RDONLY | O_CLOEXEC);
	ok(fcntl(fd, F_SETLK, &l) == 0, "one that a process has locked");
	if (fork() == 0)	/* a process does not see its own */
		_exit(file_replace(S("t"), S("new"), 0600, &err) < 0);
	ok(wait(&(int){ 0 }) > 0 && access(".t.pantler", F_OK) < 0, "is, too");
	close(fd);
}

/* What only we can have written. */
static void
is_own(const char *name, const char *want, const char *what)
{
	struct str text = S("");
	int64_t changed_s = 0;

	arena_wipe(&arena);
	ok(file_read_own(name, 100, &arena, &text, &changed_s, &err) == 0 && str_is(text, want) && changed_s > 1700000000 && changed_s == file_changed_s(name), "own: %s", what);
}

static void
no_own(const char *name, enum err_code code, const char *what)
{
	struct str text;
	int64_t changed_s;

	arena_wipe(&arena);
	ok(file_read_own(name, 100, &arena, &text, &changed_s, &err) < 0 && err.code == code && err.cause == CAUSE_FILE && arena.len == 0, "not own: %s", what);
}

static void
run_own(void)
{
	static char large[102];

	put("own", "token", 0640);
	is_own("own", "token", "a file of ours");
	no_own("none", ERR_ABSENT, "none");
	ok(symlink("own", "own-link") == 0, "a link");
	no_own("own-link", ERR_SYS, "a link");
	ok(link("own", "own-name") == 0, "a second name");
	no_own("own", ERR_INPUT, "a file of two names");
	unlink("own-name");
	chmod("own", 0660);
	no_own("own", ERR_INPUT, "its group may write");
	chmod("own", 0602);
	no_own("own", ERR_INPUT, "others may");
	mkfifo("own-fifo", 0600);
	no_own("own-fifo", ERR_INPUT, "a FIFO");
	no_own(".", ERR_INPUT, "a folder");
	if (geteuid() == 0 && chown("own", 65534, 0) == 0 && chmod("own", 0600) == 0)
		no_own("own", ERR_INPUT, "another's");
	memset(large, 'x', sizeof large - 1);
	put("own", large, 0600);
	no_own("own", ERR_LIMIT, "too long");
}

int
main(void)
{
	if (!folder_enter() || mem_arena(&arena, 1 << 20, &err) < 0)
		return 1;
	run_held();
	run_left();
	run_own();
	mem_release(&arena);
	return folder_remove() ? tap_end() : 1;
}
