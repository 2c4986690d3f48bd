/* tests/unit/sys/notify.c: what a service manager of the test's own hears, on a path and on an abstract name. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "sys/notify.h"

#include "sys/clock.h"
#include "sys/proc.h"
#include "tap.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static char home[64], path[100];
static struct notify n;

static int
listen_at(const char *name)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	memcpy(at.sun_path, name, strlen(name));
	if (*name == '@')
		at.sun_path[0] = 0;
	if (bind(fd, (void *)&at, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name))) < 0)
		exit(1);
	return fd;
}

static struct str
heard(int fd)
{
	static char text[2000];
	ssize_t got = recv(fd, text, sizeof text, 0);

	return got < 0 ? S("nothing") : (struct str){ text, (size_t)got };
}

static void
init(const char *socket, const char *usec, const char *pid)
{
	setenv("NOTIFY_SOCKET", socket, 1);
	if (usec)
		setenv("WATCHDOG_USEC", usec, 1);
	if (pid)
		setenv("WATCHDOG_PID", pid, 1);
	notify_init(&n);
	ok(!getenv("NOTIFY_SOCKET") && !getenv("WATCHDOG_USEC") && !getenv("WATCHDOG_PID"), "no child will see it");
}

static void
test_at(const char *name)
{
	int fd = listen_at(name), sent = 0;
	struct str got;
	uint64_t before = clock_monotonic_us(), us;

	init(name, NULL, NULL);
	ok(notify_send(&n, "READY=1\nSTATUS=%s", "a\nb\x1b"), "%s: sent", name);
	is_str(heard(fd), S("READY=1\nSTATUS=a\\x0ab\\x1b"), "heard, in one piece, escaped");
	ok(notify_reloading(&n), "reloading");
	got = heard(fd);
	ok(str_begins(got, "RELOADING=1\nMONOTONIC_USEC=") && str_to_u64(str_part(got, 27, got.len), &us) && us >= before && us <= clock_monotonic_us(),
		"with the time");
	is_str(heard(fd), S("nothing"), "and nothing else");
	while (sent < 100000 && notify_send(&n, "WATCHDOG=1"))
		sent++;
	ok(sent > 1 && sent < 100000, "a manager that does not listen: %d, then told so, and nothing hangs", sent);
	is_str(heard(fd), S("WATCHDOG=1"), "what it hears");
	close(fd);
	ok(!notify_send(&n, "WATCHDOG=1"), "one that has gone");
}

static void
test_watchdog(void)
{
	static const struct {
		const char *usec, *pid;
		int64_t ms;
	} cases[] = {
		{ "30000000", NULL, 30000 }, { "1000", NULL, 1 }, { "999", NULL, 0 }, { "0", NULL, 0 }, { "", NULL, 0 }, { NULL, NULL, 0 },
		{ "-1", NULL, 0 }, { "1000x", NULL, 0 }, { " 1000", NULL, 0 }, { "99999999999999999999", NULL, 0 },
		{ "18446744073709551615", NULL, 18446744073709551 },
		{ "5000", "1", 0 }, { "5000", "0", 0 }, { "5000", "x", 0 }, { "5000", "us", 5 }, { "5000", "us ", 0 }, { "5000", "", 5 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char pid[32];

		snprintf(pid, sizeof pid, "%d%s", (int)getpid(), cases[i].pid && !strcmp(cases[i].pid, "us ") ? " " : "");
		init("/nowhere", cases[i].usec, cases[i].pid && !strncmp(cases[i].pid, "us", 2) ? pid : cases[i].pid);
		is_int(n.watchdog_ms, cases[i].ms, "watchdog %s of %s", cases[i].usec ? cases[i].usec : "none", cases[i].pid ? cases[i].pid : "nobody");
	}
}

int
main(void)
{
	char name[120];

	snprintf(home, sizeof home, "%s/pantler-notify-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	if (!mkdtemp(home))
		return 1;
	setenv("PANTLER_OTHER", "stays=1", 1);
	is_str(proc_env("PANTLER_OTHER", false), S("stays=1"), "a variable");
	is_str(proc_env("PANTLER_OTHE", true), S(""), "no variable");
	snprintf(path, sizeof path, "%s/socket", home);
	test_at(path);
	unlink(path);
	snprintf(name, sizeof name, "@pantler-test-%d", (int)getpid());
	test_at(name);
	test_watchdog();
	memset(name, 'x', sizeof name);
	name[0] = '/';
	name[107] = 0;
	init(name, NULL, NULL);
	is_int(n.len, 107, "as long a path as there may be");
	name[107] = 'x';
	name[108] = 0;
	init(name, "5000", NULL);
	is_int(n.len, 0, "a longer one");
	for (size_t i = 0; i < 5; i++) {
		init((const char *[]){ "", "@", "/", "relative", "vsock:2:1234" }[i], "5000", NULL);
		ok(!n.len && !n.watchdog_ms && notify_send(&n, "READY=1"), "nobody to tell");
	}
	init("/nowhere", NULL, NULL);
	memset(path, 'y', sizeof path);
	ok(!notify_send(&n, "%.*s%.*s%.*s%.*s%.*s%.*s%.*s%.*s%.*s%.*s%.*s", 100, path, 100, path, 100, path, 100, path, 100, path, 100, path, 100, path,
		100, path, 100, path, 100, path, 100, path), "a text that is too long");
	is_str(str_of(getenv("PANTLER_OTHER")), S("stays=1"), "other variables are as they were");
	rmdir(home);
	return tap_end();
}
