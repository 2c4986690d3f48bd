/* tests/unit/sys/out.c: data to readers that read, stop reading, and go. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "sys/out.h"

#include "sys/clock.h"
#include "tap.h"
#include "unit/sys/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>

static struct loop loop;
static struct err err;
static char big[300000], got[sizeof big];

/* A reader in the same loop: takes a little each time. */
struct reader {
	size_t n;
	size_t each;
	size_t stop;	/* closes after so many */
};

static void
on_bytes(struct watch *w, short revents)
{
	struct reader *r = w->ctx;
	ssize_t n = read(w->fd, got + r->n, r->each < sizeof got - r->n ? r->each : sizeof got - r->n);

	(void)revents;
	r->n += n > 0 ? (size_t)n : 0;
	if (r->stop && r->n >= r->stop) {
		loop_remove(&loop, w);
		close(w->fd);
	}
}

static void
full(int fd)
{
	fcntl(fd, F_SETFL, O_NONBLOCK);
	while (write(fd, big, 4096) > 0)
		;
	while (write(fd, big, 1) > 0)
		;
	fcntl(fd, F_SETFL, 0);
}

static void
test_reader(size_t each, size_t stop)
{
	int p[2];
	struct reader r = { .each = each, .stop = stop };
	struct watch w = { .events = POLLIN, .deadline = TICK_NEVER, .ready = on_bytes, .ctx = &r };

	if (pipe(p) < 0)
		exit(1);
	w.fd = p[0];
	ok(loop_add(&loop, &w, &err) == 0, "a reader of %zu bytes each time", each);
	memset(got, 0, sizeof got);
	if (!stop) {
		ok(out_write(&loop, p[1], (struct str){ big, sizeof big }, clock_now() + 20000, &err) == 0, "all is written");
		while (r.n < sizeof big && loop_turn(&loop, &err) == 0)
			;
		ok(!memcmp(big, got, sizeof big), "and read as it was");
		loop_remove(&loop, &w);
		close(p[0]);
	} else {
		ok(out_write(&loop, p[1], (struct str){ big, sizeof big }, clock_now() + 20000, &err) < 0, "it goes early");
		is_line(&err, "standard output: broken pipe", "the line");
		is_int(err.cause, CAUSE_OUTPUT, "its cause");
	}
	close(p[1]);
}

static void
is_error(int fd, const char *line, const char *name)
{
	memset(&err, 0, sizeof err);
	ok(out_write(&loop, fd, S("token"), clock_now() + 20000, &err) < 0, "%s", name);
	is_line(&err, line, "the line");
	is_int(err.cause, CAUSE_OUTPUT, "its cause");
}

int
main(void)
{
	int p[2], fd;

	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < sizeof big; i++)
		big[i] = (char)(i * 31 + i / 251);
	ok(loop_open(&loop, &err) == 0, "a loop");
	test_reader(100000, 0);
	test_reader(501, 0);
	test_reader(4096, 9000);

	ok(pipe(p) == 0, "a pipe");
	ok(out_check(p[1], &err) == 0, "its end may be written");
	ok(out_write(&loop, p[1], S(""), TICK_NEVER, &err) == 0, "nothing to write");
	full(p[1]);
	is_error(p[0], "standard output: not open", "the reading end");
	ok(out_check(p[0], &err) < 0, "known before");
	ok(out_write(&loop, p[1], S("token"), clock_now() + 30, &err) < 0, "a full pipe and a deadline");
	is_line(&err, "standard output: nobody read it in time", "the line");
	is_int(err.cause, CAUSE_OUTPUT, "its cause");
	kill(getpid(), SIGTERM);
	ok(out_write(&loop, p[1], S("token"), TICK_NEVER, &err) < 0, "a full pipe and a signal");
	ok(err.cause == CAUSE_SIGNAL && err.sys == SIGTERM, "end at once");
	is_int(fcntl(p[1], F_GETFL) & O_NONBLOCK, 0, "flags of the pipe are as they were");
	close(p[0]);
	is_error(p[1], "standard output: broken pipe", "a closed pipe");
	close(p[1]);
	is_error(p[1], "standard output: not open", "a closed descriptor");
	ok(out_check(p[1], &err) < 0, "known before");
	is_line(&err, "standard output: not open", "the line");
	fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	is_error(fd, "standard output: no space left on device", "/dev/full");
	close(fd);
	loop_close(&loop);
	return tap_end();
}
