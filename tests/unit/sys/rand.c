/* tests/unit/sys/rand.c: random bytes, and a kernel that has none. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "sys/rand.h"

#include "sys/clock.h"
#include "sys/log.h"
#include "tap.h"
#include "unit/sys/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/random.h>

static unsigned char bytes[600];
static struct err err;

static bool
all_zero(void)
{
	for (size_t i = 0; i < sizeof bytes; i++)
		if (bytes[i])
			return false;
	return true;
}

/* What a child does: refuse some calls, ask, and say how it went: 0 bytes came, 10 + cause otherwise. */
struct way {
	int nonblock;	/* errno of getrandom with GRND_NONBLOCK, 0: as it is */
	int block;	/* and without */
	int device;	/* errno of openat, 0: as it is */
	int signal;	/* sent to us before we ask, and blocked */
	const char *line;
};

static int
ask(void *ctx)
{
	const struct way *w = ctx;
	sigset_t mask, after;
	struct sigaction now;

	log_set_level(LOG_ERROR);
	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	if (w->signal)
		kill(getpid(), w->signal);
	if ((w->nonblock && fault(SYS_getrandom, 2, GRND_NONBLOCK, w->nonblock) < 0) ||
		(w->block && fault(SYS_getrandom, 2, 0, w->block) < 0) ||
		(w->device && fault(SYS_openat, -1, 0, w->device) < 0))
		return 77;
	memset(bytes, 0, sizeof bytes);
	if (rand_bytes(bytes, sizeof bytes, &err) == 0)
		return all_zero() ? 1 : 0;
	sigprocmask(SIG_SETMASK, NULL, &after);
	sigaction(SIGTERM, NULL, &now);
	if (!all_zero() || strcmp(err.line, w->line) || !sigismember(&after, SIGTERM) || now.sa_handler != SIG_DFL ||
		(w->signal && (err.code != ERR_STOP || err.sys != w->signal))) {
		fprintf(stderr, "# %s\n", err.line);
		return 2;
	}
	return 10 + (int)err.cause;
}

static void
is_way(struct way w, int want, const char *name)
{
	is_int(in_child(ask, &w), want, "%s", name);
}

static int
no_signal_lost(void *ctx)
{
	(void)ctx;
	if (fault(SYS_getrandom, 2, GRND_NONBLOCK, EAGAIN) < 0)
		return 77;
	log_set_level(LOG_ERROR);
	signal(SIGALRM, SIG_IGN);
	if (rand_bytes(bytes, sizeof bytes, &err) < 0)
		return 1;
	kill(getpid(), SIGTERM);
	return 2;	/* it must have killed us */
}

int
main(void)
{
	unsigned char other[sizeof bytes];

	ok(rand_bytes(bytes, sizeof bytes, &err) == 0 && !all_zero(), "bytes");
	ok(rand_bytes(other, sizeof other, &err) == 0 && memcmp(bytes, other, sizeof bytes), "other bytes");
	ok(rand_bytes(other, 0, &err) == 0, "none");

	is_way((struct way){ .nonblock = EAGAIN }, 0, "not ready yet: it waits, and gets them");
	is_way((struct way){ .nonblock = EAGAIN, .block = EINTR, .signal = SIGTERM, .line = "ended by signal 15" },
		10 + CAUSE_SIGNAL, "a signal ends the wait");
	is_way((struct way){ .nonblock = EAGAIN, .signal = SIGTERM, .line = "ended by signal 15" },
		10 + CAUSE_SIGNAL, "a signal is not lost when the bytes come after all");
	is_way((struct way){ .nonblock = EPERM, .line = "no random numbers from the kernel: operation not permitted" },
		10 + CAUSE_RANDOM, "refused");
	is_way((struct way){ .nonblock = EAGAIN, .block = EPERM, .line = "no random numbers from the kernel: operation not permitted" },
		10 + CAUSE_RANDOM, "refused while waiting");
	is_way((struct way){ .nonblock = ENOSYS, .block = ENOSYS }, 0, "a kernel without getrandom: /dev/random");
	is_way((struct way){ .nonblock = ENOSYS, .block = ENOSYS, .device = ENOENT,
		.line = "no random numbers from the kernel: /dev/random: no such file or directory" },
		10 + CAUSE_RANDOM, "nor /dev/random");
	is_int(in_child(no_signal_lost, NULL), 128 + SIGTERM, "afterwards signals do what they did before");
	return tap_end();
}
