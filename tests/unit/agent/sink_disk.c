/* tests/unit/agent/sink_disk.c: one sink on disks that are full, read-only, limited or not ours: the old file stays whole, and is replaced when it can be. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "agent/sink.h"

#include "sys/mem.h"
#include "tests/tap.h"
#include "tests/unit/sys/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define TOKEN S("hvs.CANARYtoken")
#define CHECK "error creating file sink: error during write check: "

static struct err err;
static struct config config;
static struct flow flow = { .config = &config };	/* nothing is asked */
static struct sink sink;
static struct conf_sink conf;
static char home[64];

static struct str
bytes_of(const char *name)
{
	static char got[4096];
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, got, sizeof got);

	close(fd);
	return n < 0 ? S("no such file") : (struct str){ got, (size_t)n };
}

static void
put(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		exit(1);
	close(fd);
}

static bool
is_there(const char *name)
{
	struct stat st;

	return lstat(name, &st) == 0;
}

/* A sink for "t", which holds "old". */
static void
fresh(void)
{
	conf = (struct conf_sink){ .path = S("t"), .mode = 0640, .uid = -1, .gid = -1 };
	sink = (struct sink){ .conf = &conf };
	sink_offer(&sink, 0);
	unlink("t");
	put("t", "old");
}

/* In a child: 0 when it fails with this line, at the start too, and "t" holds what it held. */
static int
kept(const char *line, bool at_start)
{
	char check[300];

	snprintf(check, sizeof check, CHECK "%s", line);
	if (at_start && (sink_check(&conf, 1, &err) == 0 || strcmp(err.line, check)))
		return 1;
	if (sink_write(&sink, &flow, TOKEN, 0, &err) == 0 || strcmp(err.line, line) || err.cause != CAUSE_OUTPUT) {
		fprintf(stderr, "# %s\n", err.line);
		return 2;
	}
	if (!str_eq(bytes_of("t"), S("old")) || is_there(".t.pantler"))
		return 3;
	return sink.is_pending && sink.failed == 1 ? 0 : 4;
}

static bool
mounted(void)
{
	if ((unshare(CLONE_NEWNS) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("tmpfs", "d", "tmpfs", 0, "size=64k") < 0 || chdir("d") < 0)
		return false;
	put("t", "old");
	return true;
}

/* Filled to the last byte by somebody else; a token fits when it has gone. */
static int
full_disk(void *ctx)
{
	static const char page[4096];
	int fd, r;

	(void)ctx;
	if (!mounted())
		return 77;
	fd = open("big", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	while (write(fd, page, sizeof page) > 0)
		;
	close(fd);
	r = kept("write t: no space left on device", true);
	unlink("big");
	return r ? r : sink_write(&sink, &flow, TOKEN, 0, &err) < 0 || !str_eq(bytes_of("t"), TOKEN) ? 5 : 0;
}

static int
read_only(void *ctx)
{
	int r;

	(void)ctx;
	if (!mounted() || mount(NULL, ".", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) < 0)
		return 77;
	r = kept("write t: read-only file system", true);
	if (mount(NULL, ".", NULL, MS_REMOUNT | MS_BIND, NULL) < 0)
		return 77;
	return r ? r : sink_write(&sink, &flow, TOKEN, 0, &err) < 0 || !str_eq(bytes_of("t"), TOKEN) ? 5 : 0;
}

static int
own_mount(void *ctx)
{
	int r;

	(void)ctx;
	if (!mounted() || mount("t", "t", NULL, MS_BIND, NULL) < 0)
		return 77;
	r = sink_write(&sink, &flow, TOKEN, 0, &err);
	return r < 0 && err.sys == EBUSY && strstr(err.hint, "mount its folder") && str_eq(bytes_of("t"), S("old")) ? 0 : 6;
}

static int
size_limit(void *ctx)
{
	struct rlimit some = { 0, 0 };

	(void)ctx;
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &some);
	return kept("write t: file too large", true);
}

static int
no_right(void *ctx)
{
	(void)ctx;
	if (chmod(".", 0555) < 0 || chmod("t", 0644) < 0 || (geteuid() == 0 && (setegid(65534) < 0 || seteuid(65534) < 0)))
		return 6;
	return kept("write t: permission denied", true);
}

static int
not_ours(void *ctx)
{
	(void)ctx;
	if (chmod(".", 0777) < 0 || chmod("t", 0644) < 0 || (geteuid() == 0 && (setegid(65534) < 0 || seteuid(65534) < 0)))
		return 6;
	conf.uid = 0;
	return kept("write t: change its owner: operation not permitted", true);
}

static int
no_sync(void *ctx)
{
	(void)ctx;
	return fault(SYS_fsync, -1, 0, EIO) < 0 ? 77 : kept("write t: input/output error", true);
}

static int
no_rename(void *ctx)
{
	(void)ctx;
	return fault(SYS_renameat, -1, 0, EDQUOT) < 0 ? 77 : kept("write t: disk quota exceeded", false);
}

static void
test_disks(void)
{
	static const struct {
		int (*run)(void *);
		const char *name;
	} t[] = {
		{ full_disk, "a full disk, until there is room" }, { read_only, "a read-only disk, until it is none" },
		{ own_mount, "a file that is a mount of its own" }, { size_limit, "RLIMIT_FSIZE" }, { no_right, "a folder that may not be written" },
		{ not_ours, "an owner whom we may not give it to" }, { no_sync, "fsync fails" }, { no_rename, "renaming fails" },
	};

	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		int status;

		fresh();
		status = in_child(t[i].run, NULL);
		if (status == 77)
			ok(true, "%s # SKIP not allowed here (seccomp or mount)", t[i].name);
		else
			is_int(status, 0, "%s", t[i].name);
		chmod(".", 0700);
	}
}

int
main(void)
{
	char remove[100];

	snprintf(home, sizeof home, "%s/pantler-disk-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	if (!mkdtemp(home) || chdir(home) < 0 || mkdir("d", 0755) < 0 || mem_arena(&flow.arena, 1 << 16, &err) < 0)
		return 1;
	test_disks();
	mem_release(&flow.arena);
	snprintf(remove, sizeof remove, "rm -rf '%s'", home);
	if (chdir("/") < 0 || system(remove) != 0)
		return 1;
	return tap_end();
}
