/* tests/unit/sys/become.c: a program found, files in memory, the kernel's limits, what is closed, and the end of this process in another. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "sys/become.h"

#include "tap.h"
#include "unit/sys/fault.h"
#include "unit/sys/folder.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/resource.h>

static char memory[1 << 16];
static struct arena arena = { .at = memory, .cap = sizeof memory };
static struct err err;
static const char *program;

static void
is_found(const char *name, const char *path, const char *want)
{
	if (ok(become_find(&program, name, str_of(path), &arena, &err) == 0, "\"%s\" in \"%s\"", name, path))
		is_str(str_of(program), str_of(want), "where it is");
}

static void
is_not(const char *name, const char *path, int code, const char *line)
{
	is_int(become_find(&program, name, str_of(path), &arena, &err), code, "\"%s\" in \"%s\": %d", name, path, code);
	is_line(&err, line, "its line");
	is_int(err.cause, CAUSE_USE, "its cause");
}

static void
run_find(void)
{
	static char many[5000];

	mkdir("a", 0755);
	mkdir("b", 0755);
	mkdir("a/folder", 0755);
	put("here", "#!/bin/true\n", 0755);
	put("b/there", "#!/bin/true\n", 0755);
	put("a/both", "", 0644);
	put("b/both", "#!/bin/true\n", 0755);
	put("a/plain", "", 0644);
	if (symlink("loop", "loop") < 0 || symlink("b/there", "link") < 0)
		ok(false, "links");
	is_found("there", "a:b", "b/there");
	is_found("both", "a:b", "b/both");
	is_found("here", "a:", "./here");
	is_found("here", ":a", "./here");
	is_found("here", "a::b", "./here");
	is_found("there", "here:nowhere:b", "b/there");
	is_found("sh", "", access("/usr/bin/sh", X_OK) == 0 ? "/usr/bin/sh" : "/bin/sh");
	is_found("./here", "nowhere", "./here");
	is_found("b/there", "", "b/there");
	is_found("./link", "", "./link");
	is_not("here", "a:b", BECOME_NOT_FOUND, "here: not found");
	is_not("nothing", "", BECOME_NOT_FOUND, "nothing: not found");
	is_not("", "a:b:", BECOME_NOT_FOUND, ": not found");
	is_not("here/x", "", BECOME_NOT_FOUND, "here/x: not found");
	is_not("a/none", "", BECOME_NOT_FOUND, "a/none: not found");
	is_not("x\x1b", "a", BECOME_NOT_FOUND, "x\\x1b: not found");
	is_not("plain", "a:b", BECOME_NOT_EXECUTABLE, "plain: cannot be executed: permission denied");
	is_not("plain", "b:a", BECOME_NOT_EXECUTABLE, "plain: cannot be executed: permission denied");
	is_not("folder", "a", BECOME_NOT_EXECUTABLE, "folder: cannot be executed: permission denied");
	is_not("./a", "", BECOME_NOT_EXECUTABLE, "./a: cannot be executed: permission denied");
	is_not("/dev/null", "", BECOME_NOT_EXECUTABLE, "/dev/null: cannot be executed: permission denied");
	is_int(become_find(&program, "./loop", S(""), &arena, &err), BECOME_NOT_EXECUTABLE, "a link to itself");
	memset(many, 'x', sizeof many - 1);
	is_int(become_find(&program, many, S("a:b"), &arena, &err), BECOME_NOT_EXECUTABLE, "a name that is too long");
	arena.cap = arena.len;
	is_int(become_find(&program, "there", S("a:b"), &arena, &err), BECOME_NOT_EXECUTABLE, "no memory to look");
	is_int(err.cause, CAUSE_MEMORY, "its cause");
	arena.cap = sizeof memory;
}

static int
without_memory_files(void *arg)
{
	char text[40];
	struct buf path = BUF(text);

	(void)arg;
	return fault(SYS_memfd_create, -1, 0, ENOSYS) < 0 || become_memory_file(&path, S("x"), &err) == 0 || err.cause != CAUSE_OUTPUT;
}

static int
with_an_old_kernel(void *arg)
{
	char text[40];
	struct buf path = BUF(text);

	(void)arg;
	return fault(SYS_memfd_create, 1, MFD_ALLOW_SEALING | 8, EINVAL) < 0 || become_memory_file(&path, S("x"), &err) < 0;
}

static int
without_seals(void *arg)
{
	char text[40];
	struct buf path = BUF(text);

	(void)arg;
	return fault(SYS_fcntl, 1, F_ADD_SEALS, EPERM) < 0 || become_memory_file(&path, S("x"), &err) == 0 || err.cause != CAUSE_OUTPUT ||
	    fcntl(3, F_GETFD) >= 0;
}

static int
without_proc(void *arg)
{
	char text[40];
	struct buf path = BUF(text);

	(void)arg;
	return fault(SYS_faccessat, -1, 0, ENOENT) < 0 || become_memory_file(&path, S("x"), &err) == 0 || err.cause != CAUSE_OUTPUT ||
	    fcntl(3, F_GETFD) >= 0;
}

static void
run_memory_file(void)
{
	static char large[200000];
	char text[40], small[15];
	struct buf path = BUF(text), none = BUF(small);
	struct stat st;
	int fd, other;

	memset(large, 'l', sizeof large);
	if (!ok(become_memory_file(&path, (struct str){ "a\0b", 3 }, &err) == 0, "a file in memory"))
		return;
	ok(str_begins(buf_str(&path), "/proc/self/fd/"), "its path");
	buf_add_c(&path, 0);
	fd = atoi(path.at + 14);
	ok(fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 07777) == 0400 && st.st_size == 3 && !st.st_nlink, "its mode, size and names");
	is_int(fcntl(fd, F_GETFD), 0, "it is handed on");
	is_int(fcntl(fd, F_GET_SEALS) & 15, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE, "its seals");
	ok(read(fd, small, sizeof small) == 3 && !memcmp(small, "a\0b", 3), "what it holds, from the beginning");
	ok(write(fd, "x", 1) < 0 && ftruncate(fd, 0) < 0 && mmap(NULL, 3, PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED, "nobody changes it");
	other = open(path.at, O_RDONLY);
	ok(other >= 0 && read(other, small, sizeof small) == 3, "nor needs its descriptor");
	close(other);
	close(fd);
	path.len = 0;
	ok(become_memory_file(&path, (struct str){ large, sizeof large }, &err) == 0, "a large one");
	buf_add_c(&path, 0);
	fd = atoi(path.at + 14);
	ok(fstat(fd, &st) == 0 && st.st_size == sizeof large, "whole");
	close(fd);
	none.cap = 5;
	ok(become_memory_file(&none, S("x"), &err) < 0 && err.cause == CAUSE_MEMORY, "no room for its path");
	close(3);
	is_int(in_child(without_memory_files, NULL), 0, "a kernel without them");
	is_int(in_child(with_an_old_kernel, NULL), 0, "a kernel that does not know all flags");
	is_int(in_child(without_seals, NULL), 0, "one that cannot be sealed is none, and is closed");
	is_int(in_child(without_proc, NULL), 0, "no /proc, no file");
}

static void
run_folder(void)
{
	ok(become_check_folder("/proc", &err) < 0 && err.cause == CAUSE_USE, "/proc is no tmpfs");
	is_line(&err, "/proc: neither tmpfs nor ramfs: secrets would come to a disk", "its line");
	ok(become_check_folder("nowhere", &err) < 0 && err.cause == CAUSE_USE, "a folder that is not there");
	is_line(&err, "nowhere: no such file or directory", "its line");
	if (access("/dev/shm", X_OK) == 0)
		ok(become_check_folder("/dev/shm", &err) == 0, "/dev/shm is one");
}

static int
with_a_stack_of(void *arg)
{
	static char value[100000];
	struct rlimit r = { *(rlim_t *)arg, RLIM_INFINITY };
	char *argv[] = { "x", NULL }, *envp[] = { value, value, value, NULL };

	memset(value, 'v', sizeof value - 1);
	if (setrlimit(RLIMIT_STACK, &r) < 0)
		return 2;
	return become_check_size(argv, envp, &err) < 0;
}

static void
run_sizes(void)
{
	static char value[131073];
	static char *many[70];
	char *argv[] = { "x", NULL }, *none[] = { NULL }, *one[] = { value, NULL };
	rlim_t small = 64 * 1024, large = 8 << 20;

	memset(value, 'v', sizeof value);
	memcpy(value, "NAME=", 5);
	value[131071] = 0;
	ok(become_check_size(argv, none, &err) == 0, "nothing");
	ok(become_check_size(argv, one, &err) == 0, "as much as the kernel takes");
	ok(become_check_size(one, none, &err) == 0, "as an argument, too");
	value[131071] = 'v';
	value[131072] = 0;
	ok(become_check_size(argv, one, &err) < 0 && err.cause == CAUSE_LIMIT, "a byte more");
	is_line(&err, "NAME is over the kernel's limit for a variable, 131072 bytes", "names the variable, and nothing else");
	ok(become_check_size(one, none, &err) < 0 && err.cause == CAUSE_LIMIT, "an argument of that size");
	is_line(&err, "an argument of the program is over the kernel's limit of 131072 bytes", "its line");
	value[131071] = 0;
	for (size_t i = 0; i < 69; i++)
		many[i] = value;
	ok(become_check_size(argv, many, &err) < 0 && err.cause == CAUSE_LIMIT, "too much together");
	is_int(in_child(with_a_stack_of, &small), 1, "300 KB, with a small stack");
	is_int(in_child(with_a_stack_of, &large), 0, "with a usual one");
}

/* Whether the kernel agrees, in a process of its own: what is at the limit of one string runs. */
static int
be(void *arg)
{
	struct proc saved = { .mask = 027 };
	char *argv[] = { "sh", "-c", "test $(umask) = 0027 -a ${#A} = 131069 && ! test -e /proc/self/fd/9", NULL }, *none[] = { arg, NULL };

	dup2(0, 9);
	become_alone();
	return become_program("/bin/sh", argv, none, &saved, &err);
}

static int
be_nothing(void *arg)
{
	struct proc saved = { .mask = 022 };
	char *argv[] = { "x", NULL }, *none[] = { NULL };

	return become_program(arg, argv, none, &saved, &err);
}

static int
close_without_range(void *arg)
{
	(void)arg;
#ifdef SYS_close_range
	if (fault(SYS_close_range, -1, 0, ENOSYS) < 0)
		return 2;
#endif
	dup2(0, 3);
	dup2(0, 200);
	become_alone();
	return !(fcntl(0, F_GETFD) == 0 && fcntl(3, F_GETFD) == FD_CLOEXEC && fcntl(200, F_GETFD) == FD_CLOEXEC);
}

static void
run_become(void)
{
	static char value[131072];

	memset(value, 'v', sizeof value - 1);
	memcpy(value, "A=", 2);
	is_int(in_child(be, value), 0, "it is that program, with its environment and umask, and no descriptor");
	is_int(in_child(be_nothing, "nowhere"), BECOME_NOT_FOUND, "one that has gone");
	is_int(in_child(be_nothing, "a/plain"), BECOME_NOT_EXECUTABLE, "one that may not be");
	put("junk", "\x7fJUNK", 0755);
	is_int(in_child(be_nothing, "./junk"), BECOME_NOT_EXECUTABLE, "one that is none");
	put("shebang", "#!/nonexistent/sh\n", 0755);
	is_int(in_child(be_nothing, "./shebang"), BECOME_NOT_FOUND, "one whose interpreter is not there");
	is_int(in_child(close_without_range, NULL), 0, "every descriptor, on an old kernel, too");
}

int
main(void)
{
	if (!ok(folder_enter(), "a folder"))
		return tap_end();
	run_find();
	run_memory_file();
	run_folder();
	run_sizes();
	run_become();
	ok(folder_remove(), "and it is gone");
	return tap_end();
}
