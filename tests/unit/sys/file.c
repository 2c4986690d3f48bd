/* tests/unit/sys/file.c: files read under a bound and replaced in one step, with every way that can go wrong. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "sys/file.h"

#include "sys/mem.h"
#include "tap.h"
#include "unit/sys/fault.h"
#include "unit/sys/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

static struct err err;
static struct arena arena;
static char big[200000];
static unsigned others;

/* --- Reading */

static void
is_refused(const char *path, size_t max, enum err_code code, const char *line)
{
	size_t before = arena.len;
	struct str got = S("untouched");

	ok(file_read(path, max, &arena, &got, &others, &err) < 0, "refused: %s", line);
	is_line(&err, line, "the line");
	ok(err.cause == CAUSE_FILE && err.code == code, "cause and code");
	is_int(arena.len, before, "the arena is as it was");
}

static int
unreadable_file(void *ctx)
{
	struct str got;

	(void)ctx;
	if (geteuid() == 0 && (setegid(65534) < 0 || seteuid(65534) < 0))
		return 2;
	if (file_read("secret", 100, &arena, &got, &others, &err) == 0)
		return 3;
	return strcmp(err.line, "secret: permission denied") || err.cause != CAUSE_FILE || err.code != ERR_SYS;
}

static void
test_read(void)
{
	struct str got;
	struct arena small;
	char expected[300];
	struct sockaddr_un un = { .sun_family = AF_UNIX, .sun_path = "socket" };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct err e;

	put("a", "hello", 0600);
	ok(file_read("a", 100, &arena, &got, &others, &err) == 0, "a file");
	is_str(got, S("hello"), "its bytes");
	ok(file_read("a", 5, &arena, &got, &others, &err) == 0, "of exactly as many bytes as may be");
	is_str(got, S("hello"), "its bytes");
	is_refused("a", 4, ERR_LIMIT, "a: longer than 4 bytes");
	put("empty", "", 0600);
	ok(file_read("empty", 0, &arena, &got, &others, &err) == 0 && !got.len, "an empty one");
	is_refused("none", 9, ERR_ABSENT, "none: no such file or directory");
	is_refused("a/b", 9, ERR_ABSENT, "a/b: not a directory");
	is_refused(".", 9, ERR_SYS, ".: is a directory");
	is_refused("no\nne\\", 9, ERR_ABSENT, "no\\x0ane\\x5c: no such file or directory");
	mkfifo("fifo", 0600);
	is_refused("fifo", 9, ERR_INPUT, "fifo: not a regular file");
	is_refused("/dev/zero", 9, ERR_INPUT, "/dev/zero: not a regular file");
	if (bind(fd, (void *)&un, sizeof un) == 0)
		is_refused("socket", 9, ERR_INPUT, "socket: not a regular file");
	close(fd);
	ok(symlink("a", "link") == 0 && file_read("link", 9, &arena, &got, &others, &err) == 0, "a link is followed where we read");
	ok(file_read("/proc/self/status", 100000, &arena, &got, &others, &err) == 0 && got.len > 100, "a file whose size nobody knows");
	ok(mem_arena(&small, 4096, &e) == 0 && file_read("a", 5000, &small, &got, &others, &e) < 0 && e.cause == CAUSE_MEMORY && !small.len,
		"more than the arena has room for");
	mem_release(&small);
	put("secret", "x", 0600);
	chmod(".", 0755);
	is_int(in_child(unreadable_file, NULL), 0, "permission denied");
	snprintf(expected, sizeof expected, "%0260d", 0);
	ok(file_read(expected, 9, &arena, &got, &others, &err) < 0 && err.sys == ENAMETOOLONG, "a name that is too long");
	unlink("link");
	unlink("socket");
	unlink("fifo");
}

/* Everything a reader gives, with "|" where a file begins. */
static struct str
drain(struct file_reader *r, size_t each)
{
	static char text[5000];
	struct buf b = BUF(text);
	char piece[512];
	size_t n;
	bool begins;

	while (file_reader_more(r, piece, each, &n, &begins, &err) == 0 && n) {
		if (begins)
			buf_add_c(&b, '|');
		buf_add(&b, piece, n);
	}
	return buf_str(&b);
}

/* The parts of a folder's text in order: directories have none of their own. */
static int
by_text(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static struct str
sorted(struct str s)
{
	static char text[5000];
	struct buf b = BUF(text);
	struct str part[300];
	size_t n = 0;

	str_cut(&s, '|');
	while (s.len && n < 300)
		part[n++] = str_cut(&s, '|');
	qsort(part, n, sizeof *part, by_text);
	for (size_t i = 0; i < n; i++) {
		buf_add_str(&b, part[i]);
		buf_add_c(&b, ' ');
	}
	return buf_str(&b);
}

static void
test_reader(void)
{
	struct file_reader r;
	char name[40];
	struct str all;

	put("one", "0123456789", 0600);
	ok(file_reader_open(&r, "one", &err) == 0, "a file");
	for (size_t each = 1; each < 13; each++) {
		is_str(drain(&r, each), S("|0123456789"), "in pieces of %zu", each);
		ok(file_reader_rewind(&r, &err) == 0, "once more");
	}
	ok(!strcmp(r.name, "one"), "its name");
	file_reader_close(&r);
	file_reader_close(&r);
	ok(r.fd == -1 && r.folder == -1, "closed, twice");

	file_reader_bytes(&r, S("abcdefg"));
	is_str(drain(&r, 3), S("|abcdefg"), "memory");
	ok(file_reader_rewind(&r, &err) == 0, "once more");
	is_str(drain(&r, 100), S("|abcdefg"), "memory");
	ok(!r.name, "has no name");
	file_reader_close(&r);
	file_reader_bytes(&r, S(""));
	is_str(drain(&r, 3), S(""), "no bytes");
	file_reader_close(&r);

	mkdir("d", 0755);
	mkdir("d/folder", 0755);
	mkdir("d/..data", 0755);
	put("d/..data/ca.crt", "[linked]", 0644);
	ok(symlink("..data/ca.crt", "d/ca.crt") == 0, "as Kubernetes has it");
	ok(symlink("nowhere", "d/dangling") == 0 && symlink("loop", "d/loop") == 0, "links that lead nowhere");
	put("d/.hidden", "[hidden]", 0644);
	put("d/plain.pem", "[plain]", 0644);
	put("d/empty.pem", "", 0644);
	mkfifo("d/fifo", 0644);
	ok(file_reader_open(&r, "d", &err) == 0, "a folder");
	is_str(sorted(drain(&r, 3)), S("[linked] [plain] "), "its files, links followed");
	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof name, "d/%03d-%010d", i, 0);
		put(name, name + 2, 0644);
	}
	ok(file_reader_rewind(&r, &err) == 0, "200 more");
	all = sorted(drain(&r, 512));
	is_int(all.len, 200 * 15 + sizeof "[linked] [plain] " - 1, "all of them, over several calls of the kernel");
	unlink("d/fifo");
	file_reader_close(&r);
	ok(file_reader_open(&r, "none", &err) < 0 && err.code == ERR_ABSENT, "no such folder");
	is_line(&err, "none: no such file or directory", "the line");
	ok(file_reader_open(&r, "/dev/null", &err) < 0, "a device");
	is_line(&err, "/dev/null: not a regular file", "the line");
	ok(file_reader_open(&r, "d/folder", &err) == 0, "an empty folder");
	is_str(drain(&r, 9), S(""), "is read");
	file_reader_close(&r);
}

/* --- Replacing */

static void
is_replaced(const char *path, struct str bytes, mode_t mode, const char *name)
{
	ok(file_replace(str_of(path), bytes, mode, &err) == 0, "%s", name);
}

/* Refused, with nothing changed. */
static void
is_kept(const char *path, const char *line)
{
	memset(&err, 0, sizeof err);
	ok(file_replace(str_of(path), S("new"), 0600, &err) < 0, "refused: %s", line);
	is_line(&err, line, "the line");
	is_int(err.cause, CAUSE_OUTPUT, "its cause");
}

/* And told beforehand. */
static void
is_told(const char *path, const char *line)
{
	ok(file_check(str_of(path), &err) < 0, "refused beforehand: %s", line);
	is_line(&err, line, "the line");
	is_int(err.cause, CAUSE_OUTPUT, "its cause");
	is_kept(path, line);
}

static void
test_replace(void)
{
	char name[300], line[600];
	int fd;

	umask(077);
	is_replaced("t", S("one"), 0644, "a new file");
	ok(holds("t", "one"), "its bytes");
	is_int(mode_of("t"), 0644, "exactly its mode, whatever the umask");
	umask(0);
	is_replaced("t", S("two"), 0600, "replaced");
	ok(holds("t", "two") && mode_of("t") == 0600, "bytes and mode");
	is_replaced("t", S(""), 0400, "by nothing");
	ok(holds("t", "") && mode_of("t") == 0400, "bytes and mode");
	is_replaced("t", S("three"), 0640, "one that may not be written");
	ok(holds("t", "three"), "is replaced as well");
	snprintf(name, sizeof name, "%s/t", home);
	is_replaced(name, S("four"), 0600, "by its whole path");
	ok(holds("t", "four"), "its bytes");
	is_replaced("./t", (struct str){ big, sizeof big }, 0600, "a large one");
	is_replaced("t", S("five"), 0600, "and a small one");
	ok(!is_there(".t.pantler"), "nothing is left beside it");

	mkdir("sub", 0755);
	ok(symlink("sub", "way") == 0, "a link on the way");
	is_replaced("way/t", S("x"), 0600, "is followed");
	ok(holds("sub/t", "x"), "to its folder");

	put("victim", "old", 0600);
	ok(symlink("victim", "link") == 0, "a link at the target");
	is_told("link", "write link: is a symbolic link");
	ok(holds("victim", "old"), "what it names is as it was");
	is_told("sub", "write sub: is a directory");
	mkfifo("fifo", 0600);
	is_told("fifo", "write fifo: not a regular file");
	is_told("/dev/full", "write /dev/full: not a regular file");
	is_told("none/t", "write none/t: no such file or directory");
	is_told("t/u", "write t/u: not a directory");
	is_told("sub/", "write sub/: not a file's name");
	is_told("..", "write ..: not a file's name");
	is_told("", "write : not a file's name");
	ok(file_replace(S("a\0b"), S("x"), 0600, &err) < 0, "a NUL in the name");
	is_line(&err, "write a\\x00b: not a file's name", "the line");
	memset(name, 'n', FILE_NAME_MAX);
	name[FILE_NAME_MAX] = 0;
	is_replaced(name, S("x"), 0600, "the longest name");
	unlink(name);
	memset(name, 'n', FILE_NAME_MAX + 1);
	name[FILE_NAME_MAX + 1] = 0;
	snprintf(line, sizeof line, "write %s: file name too long", name);
	is_told(name, line);

	ok(file_check(S("t"), &err) == 0 && file_check(S("way/none"), &err) == 0, "good places are told, too");
	ok(holds("t", "five") && !is_there("sub/none") && !is_there(".t.pantler"), "and nothing is made or changed");
	put(".t.pantler", "half a tok", 0400);
	is_replaced("t", S("six"), 0600, "what a killed run left is in the way");
	ok(holds("t", "six") && !is_there(".t.pantler"), "and gone");
	ok(symlink("victim", ".t.pantler") == 0, "a link under the temporary's name");
	is_replaced("t", S("seven"), 0600, "is not followed");
	ok(holds("victim", "old") && holds("t", "seven"), "nor what it names touched");
	mkfifo(".t.pantler", 0600);
	is_replaced("t", S("eight"), 0600, "a FIFO there does not block");
	mkdir(".t.pantler", 0700);
	is_kept("t", "write t: remove the old .t.pantler beside it: is a directory");
	ok(holds("t", "eight"), "the file is as it was");
	rmdir(".t.pantler");
	put(".t.pantler", "another's", 0600);
	fd = hold(".t.pantler");
	ok(fd >= 0, "a temporary that someone is writing");
	is_kept("t", "write t: another process is writing it");
	ok(holds("t", "eight") && holds(".t.pantler", "another's"), "both are as they were");
	close(fd);
	is_replaced("t", S("nine"), 0600, "when that one has died, it goes on");
	ok(holds("t", "nine"), "its bytes");
	put(".t.pantler", "left", 0644);
	fd = open(".t.pantler", O_RDONLY | O_CLOEXEC);
	ok(syscall(SYS_flock, fd, 2) == 0, "a leftover that a stranger has locked as readers can");
	is_replaced("t", S("ten"), 0600, "is one still");
	close(fd);
}

/* --- What the kernel may refuse. Each child has old bytes in "t", and says 0 when the line was right, the old bytes are there
   and no temporary is. */

struct refusal {
	long call;
	int errnum;
	const char *line;
	const char *after;	/* what "t" holds then */
};

static int
kept(const char *line, const char *after)
{
	if (file_replace(S("t"), (struct str){ big, sizeof big }, 0644, &err) == 0)
		return 1;
	if (err.cause != CAUSE_OUTPUT || strcmp(err.line, line)) {
		fprintf(stderr, "# %s\n", err.line);
		return 2;
	}
	if (after && !holds("t", after))
		return 3;
	return is_there(".t.pantler") ? 4 : 0;
}

static int
refused(void *ctx)
{
	const struct refusal *r = ctx;

	if (fault(r->call, -1, 0, r->errnum) < 0)
		return 77;
	return kept(r->line, r->after);
}

static int
size_limit(void *ctx)
{
	struct rlimit some = { 1000, 1000 };

	(void)ctx;
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &some);
	return kept("write t: file too large", "old");
}

static int
no_right(void *ctx)
{
	(void)ctx;
	if (chmod(".", 0555) < 0)
		return 5;
	if (geteuid() == 0 && (setegid(65534) < 0 || seteuid(65534) < 0))
		return 6;
	return kept("write t: permission denied", "old");
}

/* Whoever may write the folder but not list it. */
static int
no_listing(void *ctx)
{
	(void)ctx;
	if (chmod("sub", 0333) < 0)
		return 5;
	if (geteuid() == 0 && (setegid(65534) < 0 || seteuid(65534) < 0))
		return 6;
	return file_replace(S("sub/new"), S("x"), 0600, &err) == 0 ? 0 : 1;
}

static int
mounted(const char *options, unsigned long flags, const char *line)
{
	if (unshare(CLONE_NEWNS) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return 77;
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 || mount("tmpfs", "mnt", "tmpfs", 0, options) < 0 || chdir("mnt") < 0)
		return 77;
	put("t", "old", 0600);
	if (flags && mount(NULL, ".", NULL, MS_REMOUNT | MS_BIND | flags, NULL) < 0)
		return 77;
	return kept(line, "old");
}

static int
full_disk(void *ctx)
{
	(void)ctx;
	return mounted("size=64k", 0, "write t: no space left on device");
}

static int
read_only(void *ctx)
{
	(void)ctx;
	return mounted("size=64k", MS_RDONLY, "write t: read-only file system");
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
	struct refusal r[] = {
		{ SYS_write, EIO, "write t: input/output error", NULL },
		{ SYS_fsync, EIO, "write t: input/output error", "old" },
		{ SYS_fchmod, EPERM, "write t: operation not permitted", "old" },
		{ SYS_renameat, EACCES, "write t: permission denied", "old" },
		{ SYS_renameat, EDQUOT, "write t: disk quota exceeded", "old" },
	};

	put("t", "old", 0600);
	for (size_t i = 0; i < sizeof r / sizeof *r; i++)
		is_survived(in_child(refused, &r[i]), r[i].line);
	is_survived(in_child(size_limit, NULL), "RLIMIT_FSIZE");
	chmod("t", 0644);
	is_survived(in_child(no_right, NULL), "a folder that may not be written");
	chmod(".", 0755);
	is_survived(in_child(no_listing, NULL), "a folder that may be written but not listed");
	mkdir("mnt", 0755);
	is_survived(in_child(full_disk, NULL), "a full disk");
	is_survived(in_child(read_only, NULL), "a file system that is read-only");
	r[0] = (struct refusal){ SYS_fsync, EINVAL, "", NULL };
	is_int(in_child(refused, &r[0]), 1, "what cannot be synced at all is written");
	put("t", "old", 0600);
}

/* --- Several at once */

#define WHOLE 70000

static int
writer(void *ctx)
{
	memset(big, *(char *)ctx, WHOLE);
	for (int i = 0; i < 60; i++) {
		if (file_replace(S("shared"), (struct str){ big, WHOLE }, 0600, &err) == 0)
			continue;
		if (strcmp(err.line, "write shared: another process is writing it")) {
			fprintf(stderr, "# %s\n", err.line);
			return 1;
		}
	}
	return 0;
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

static void
test_at_once(void)
{
	pid_t pid[2];
	char letter[2] = { 'a', 'b' };
	int status, torn = 0, left = 2;

	memset(big, 'c', WHOLE);
	ok(file_replace(S("shared"), (struct str){ big, WHOLE }, 0600, &err) == 0, "a file for two writers");
	for (int i = 0; i < 2; i++)
		if ((pid[i] = fork()) == 0)
			_exit(writer(&letter[i]));
	while (left) {
		pid_t ended = waitpid(-1, &status, WNOHANG);

		torn += !is_whole("shared");
		if (ended > 0) {
			left--;
			is_int(status, 0, "a writer wrote, or was told that another one does");
		}
	}
	is_int(torn, 0, "readers saw nothing but whole files");
	ok(!is_there(".shared.pantler"), "nothing is left");

	/* Killed at any moment: whole, and the next one goes on. */
	for (int i = 0; i < 20; i++) {
		pid[0] = fork();
		if (pid[0] == 0)
			for (;;)
				writer(&letter[i % 2]);
		for (int reads = 0; reads < 3 + i; reads++)
			torn += !is_whole("shared");
		kill(pid[0], SIGKILL);
		waitpid(pid[0], &status, 0);
		torn += !is_whole("shared");
	}
	is_int(torn, 0, "so they do when writers are killed");
	memset(big, 'd', WHOLE);
	ok(file_replace(S("shared"), (struct str){ big, WHOLE }, 0600, &err) == 0 && is_whole("shared") && !is_there(".shared.pantler"),
		"and the next run goes on");
}

static bool
is_text(struct str name)
{
	return str_has_suffix(name, S(".t"));
}

static void
test_list(void)
{
	const char *list[3];
	struct arena small = { .at = big };
	size_t n;

	mkdir("l", 0755);
	mkdir("l/b.t", 0755);
	put("l/c.t", "", 0600);
	put("l/a.t", "", 0);
	put("l/a", "", 0600);
	put("l/.x", "", 0600);
	ok(file_list("l", is_text, &arena, list, 3, &n, &err) == 0 && n == 3, "a folder's names");
	ok(n == 3 && !strcmp(list[0], "l/a.t") && !strcmp(list[1], "l/b.t") && !strcmp(list[2], "l/c.t"), "those that are wanted, in order");
	ok(file_list("l/", is_text, &arena, list, 3, &n, &err) == 0 && n == 3 && !strcmp(list[1], "l/b.t"), "no second slash");
	ok(file_list("l/b.t", is_text, &arena, list, 3, &n, &err) == 0 && n == 0, "an empty folder");
	ok(file_list("l", is_text, &arena, list, 2, &n, &err) < 0 && err.code == ERR_LIMIT && err.cause == CAUSE_FILE, "too many");
	is_line(&err, "l: more than 2 files", "its line");
	for (; small.cap < 12; small.cap++, small.len = 0)
		ok(file_list("l", is_text, &small, list, 3, &n, &err) < 0 && err.cause == CAUSE_MEMORY, "no room: %zu", small.cap);
	ok(file_list("none", is_text, &arena, list, 3, &n, &err) < 0 && err.code == ERR_ABSENT && err.cause == CAUSE_FILE, "no such folder");
	is_line(&err, "none: no such file or directory", "its line");
	ok(file_list("l/c.t", is_text, &arena, list, 3, &n, &err) < 0 && err.code == ERR_SYS && err.cause == CAUSE_FILE, "no folder");
}

int
main(void)
{
	if (!folder_enter() || mem_arena(&arena, 1 << 20, &err) < 0)
		return 1;
	test_read();
	test_reader();
	test_list();
	test_replace();
	test_faults();
	test_at_once();
	mem_release(&arena);
	return folder_remove() ? tap_end() : 1;
}
