/* tests/unit/sys/logfile.c: a log appended to and put aside, by size, age and number; links, full disks and what others do to it. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "sys/logfile.h"

#include "tap.h"
#include "unit/sys/fault.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

static struct err err;
static struct logfile f;
static char home[64];

static bool
open_log(const char *path, uint64_t bytes, int64_t ms, int64_t files)
{
	f = (struct logfile){ .path = path, .rotate_bytes = bytes, .rotate_ms = ms, .max_files = files };
	return logfile_open(&f, 1000, &err) == 0;
}

static void
is_refused(const char *path, const char *line)
{
	ok(!open_log(path, 0, 0, 0), "refused: %s", line);
	is_line(&err, line, "the line");
	ok(err.cause == CAUSE_OUTPUT && f.fd == -1 && f.folder == -1, "its cause, and nothing open");
}

static bool
holds(const char *name, const char *want)
{
	static char got[5000];
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, got, sizeof got - 1);

	close(fd);
	got[n < 0 ? 0 : n] = 0;
	if (n >= 0 && !strcmp(got, want))
		return true;
	printf("# %s holds \"%s\"\n", name, n < 0 ? strerror(errno) : got);
	return false;
}

/* How many files are in our folder. */
static int
count(void)
{
	DIR *d = opendir(".");
	int n = -2;

	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static void
clear(void)
{
	DIR *d = opendir(".");
	struct dirent *entry;

	while ((entry = readdir(d)))
		if (entry->d_name[0] != '.' && unlink(entry->d_name) < 0)
			rmdir(entry->d_name);
	closedir(d);
}

static void
put(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		exit(1);
	close(fd);
}

static void
test_open(void)
{
	struct stat st;
	char text[600];

	umask(077);
	ok(open_log("log", 0, 0, 0), "a new one");
	logfile_write(&f, S("one\n"), 1000, 1);
	logfile_close(&f);
	logfile_close(&f);
	ok(stat("log", &st) == 0 && (st.st_mode & 07777) == 0640, "0640, whatever the umask");
	chmod("log", 0600);
	ok(open_log("log", 0, 0, 0), "again");
	logfile_write(&f, S("two\n"), INT64_MAX - 1, 2);
	ok(holds("log", "one\ntwo\n") && count() == 1, "is appended to, and never put aside");
	ok(stat("log", &st) == 0 && (st.st_mode & 07777) == 0600, "its mode is its owner's");
	logfile_close(&f);

	is_refused("none/log", "write none/log: no such file or directory");
	is_refused("none/", "write none/: no such file or directory");
	is_refused("", "write : not a file's name");
	ok(symlink("log", "link") == 0 && symlink("nowhere", "dangling") == 0, "links");
	is_refused("link", "write link: is a symbolic link");
	is_refused("dangling", "write dangling: is a symbolic link");
	ok(mkfifo("fifo", 0600) == 0, "a fifo");
	is_refused("fifo", "write fifo: not a regular file of one name");
	ok(mkdir("folder", 0700) == 0, "a folder");
	is_refused("folder", "write folder: is a directory");
	is_refused("/dev/null", "write /dev/null: not a regular file of one name");
	ok(open_log("folder/", 0, 0, 0), "a path that ends in a slash");
	logfile_write(&f, S("x\n"), 1000, 1);
	logfile_close(&f);
	ok(holds("folder/vault.log", "x\n"), "is vault.log in it");
	memset(text, 'x', sizeof text);
	text[LOGFILE_NAME_MAX] = 0;
	ok(open_log(text, 0, 0, 0), "the longest name");
	logfile_close(&f);
	text[LOGFILE_NAME_MAX] = 'x';
	text[LOGFILE_NAME_MAX + 1] = 0;
	ok(!open_log(text, 0, 0, 0) && err.sys == ENAMETOOLONG && f.folder == -1, "one more is too long to be put aside");
	unlink("folder/vault.log");
	clear();
}

static void
test_size(void)
{
	ok(open_log("a.b.txt", 8, 0, 0), "one of eight bytes");
	logfile_write(&f, S("1234\n"), 1000, 11);
	logfile_write(&f, S("567\n"), 1000, 12);
	ok(count() == 1, "goes over its size");
	logfile_write(&f, S("9\n"), 1000, 1775758379819123456);
	ok(holds("a.b-1775758379819123456.txt", "1234\n567\n") && holds("a.b.txt", "9\n") && count() == 2, "and is put aside before the next line");
	logfile_close(&f);
	ok(open_log("a.b.txt", 8, 0, 0), "opened again");
	logfile_write(&f, S("234567\n"), 1000, 13);
	logfile_write(&f, S("x\n"), 1000, 14);
	ok(holds("a.b-14.txt", "9\n234567\n"), "what was there before counts");
	logfile_close(&f);
	clear();
	ok(open_log("noext", 1, 0, 0), "a name without an end");
	logfile_write(&f, S("a\n"), 1000, 5);
	logfile_write(&f, S("b\n"), 1000, 6);
	ok(holds("noext-6.log", "a\n") && holds("noext", "b\n"), "gets .log");
	logfile_close(&f);
	clear();
	ok(open_log(".log", 1, 0, 0), "a name that is nothing else");
	logfile_write(&f, S("a\n"), 1000, 5);
	logfile_write(&f, S("b\n"), 1000, 6);
	ok(holds("-6.log", "a\n"), "has an empty base");
	logfile_close(&f);
	unlink(".log");
	clear();
}

static void
test_age(void)
{
	ok(open_log("log", 0, 500, 0), "one of half a second");
	logfile_write(&f, S("a\n"), 1499, 1);
	ok(count() == 1, "is not old yet");
	logfile_write(&f, S("b\n"), 1500, 2);
	ok(holds("log-2.log", "a\n") && holds("log", "b\n"), "is put aside when it is");
	logfile_write(&f, S("c\n"), 1999, 3);
	logfile_write(&f, S("d\n"), 100000, 4);
	ok(holds("log-4.log", "b\nc\n") && holds("log", "d\n") && count() == 3, "and so is the next, once, however long nothing was written");
	logfile_close(&f);
	clear();
}

static void
test_number(void)
{
	static const char *const others[] = { "log-x.log", "log-.log", "log-1.txt", "log1.log", "log-1-2.log", "log-99999999999999999999999.log", "log-+7.log" };

	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		put(others[i], "x");
	put("log-99.log", "oldest");
	put("log-100.log", "newer");
	put("log-1000.log", "newest");
	ok(open_log("log", 1, 0, 2), "one of which two old ones are kept");
	logfile_write(&f, S("a\n"), 1000, 2000);
	ok(count() == 11, "nothing is removed before it is put aside");
	logfile_write(&f, S("b\n"), 1000, 2001);
	ok(holds("log-2001.log", "a\n") && holds("log-1000.log", "newest") && count() == 10, "the newest two stay, by number and not by letter");
	logfile_write(&f, S("c\n"), 1000, 2002);
	ok(holds("log-2002.log", "b\n") && holds("log-2001.log", "a\n") && count() == 10, "and so on");
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		ok(holds(others[i], "x"), "%s is somebody else's", others[i]);
	logfile_close(&f);
	ok(open_log("log", 1, 0, -1), "none");
	logfile_write(&f, S("d\n"), 1000, 2003);
	ok(holds("log", "d\n") && count() == 8, "are kept");
	logfile_close(&f);
	clear();
	for (int i = 0; i < 300; i++) {
		char name[32];

		snprintf(name, sizeof name, "log-%d.log", i);
		put(name, "x");
	}
	ok(open_log("log", 1, 0, 1), "hundreds of old ones");
	for (int i = 0; i < 40; i++)
		logfile_write(&f, S("e\n"), 1000, 5000 + (uint64_t)i);
	ok(count() == 2 && holds("log-5039.log", "e\n"), "go in some rotations");
	logfile_close(&f);
	clear();
}

/* What others do to it meanwhile. */
static void
test_others(void)
{
	ok(open_log("log", 1, 0, 0), "one");
	logfile_write(&f, S("a\n"), 1000, 1);
	ok(rename("log", "theirs") == 0, "is taken away");
	logfile_write(&f, S("b\n"), 1000, 2);
	ok(holds("theirs", "a\n") && holds("log", "b\n") && count() == 2, "there is a new one");
	unlink("log");
	mkdir("log", 0700);
	logfile_write(&f, S("c\n"), 1000, 3);
	ok(holds("log", "c\n"), "a folder in its place is put aside like it");
	ok(rename("log", "x") == 0 && symlink("theirs", "log") == 0, "a link in its place");
	logfile_write(&f, S("d\n"), 1000, 4);
	ok(holds("theirs", "a\n") && holds("log", "d\n"), "is put aside, and not followed");
	logfile_close(&f);
	clear();
}

/* On a file system of two pages. */
static int
full_disk(void *ctx)
{
	static char many[20000];

	(void)ctx;
	memset(many, 'x', sizeof many);
	many[sizeof many - 1] = '\n';
	if (mount("none", home, "tmpfs", 0, "size=8k") < 0 || chdir(home) < 0)
		return 77;
	if (!open_log("log", 0, 0, 0))
		return 1;
	logfile_write(&f, S("first\n"), 1000, 1);
	logfile_write(&f, (struct str){ many, sizeof many }, 1000, 2);
	logfile_write(&f, S("lost\n"), 1000, 3);
	if (!f.is_cut || f.bytes != 8192)
		return 2;
	if (truncate("log", 7) < 0)
		return 3;
	logfile_write(&f, S("last\n"), 1000, 4);
	if (!holds("log", "first\nx\nlast\n"))
		return 4;
	logfile_write(&f, (struct str){ many, sizeof many }, 1000, 5);
	f.rotate_bytes = 1;
	f.max_files = -1;
	logfile_write(&f, S("after\n"), 1000, 6);
	return holds("log", "after\n") ? 0 : 5;
}

static int
too_large(void *ctx)
{
	struct rlimit r = { 10, 10 };

	(void)ctx;
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &r);
	if (!open_log("limited", 0, 0, 0))
		return 1;
	for (int i = 0; i < 5; i++)
		logfile_write(&f, S("123456\n"), 1000, 1);
	return holds("limited", "123456\n123") ? 0 : 2;
}

/* Renaming is refused: it goes on in the same one. */
static int
no_rename(void *ctx)
{
	(void)ctx;
	if (!open_log("stays", 1, 0, 0))
		return 1;
	logfile_write(&f, S("a\n"), 1000, 1);
#ifdef SYS_renameat
	if (fault(SYS_renameat, -1, 0, EROFS) < 0)
		return 77;
#endif
	if (fault(SYS_renameat2, -1, 0, EROFS) < 0)
		return 77;
	logfile_write(&f, S("b\n"), 1000, 2);
	return holds("stays", "a\nb\n") ? 0 : 2;
}

static void
is_zero(int status, const char *what)
{
	ok(status == 0 || status == 77, "%s%s", what, status == 77 ? " # SKIP not allowed here" : "");
	if (status && status != 77)
		printf("# ended with %d\n", status);
}

static int
in_namespace(void *ctx)
{
	(void)ctx;
	return unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ? 77 : full_disk(NULL);
}

int
main(void)
{
	snprintf(home, sizeof home, "%s/pantler-logfile-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	if (!mkdtemp(home) || chdir(home) < 0)
		return 1;
	test_open();
	test_size();
	test_age();
	test_number();
	test_others();
	is_zero(in_child(in_namespace, NULL), "a full disk takes what it can, loses lines, and hurts nobody");
	is_zero(in_child(too_large, NULL), "a limit on its size neither");
	is_zero(in_child(no_rename, NULL), "one that cannot be put aside goes on");
	clear();
	return chdir("/") < 0 || rmdir(home) < 0 ? 1 : tap_end();
}
