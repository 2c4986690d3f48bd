/* sys/rand.c: random bytes from the kernel. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "sys/rand.h"

#include "base/wipe.h"
#include "sys/clock.h"
#include "sys/log.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <unistd.h>

#define LOOK_MS 250	/* how often a waiting read is woken to look at its deadline */

/* A wait in getrandom(2) cannot be polled, and it is the waiting itself that makes a kernel gather entropy. So the signals
   that the loop keeps blocked are let through for as long as it lasts, to a handler that only takes their number. */
static const int wakers[] = { SIGALRM, SIGTERM, SIGINT, SIGHUP };
#define WAKERS (sizeof wakers / sizeof *wakers)

static volatile sig_atomic_t caught;

static void
take_signal(int number)
{
	if (number != SIGALRM)
		caught = number;
}

struct wakers {
	struct sigaction action[WAKERS];
	sigset_t mask;
};

static void
wake_begin(struct wakers *before)
{
	struct sigaction take = { .sa_handler = take_signal };	/* without SA_RESTART: it shall interrupt */
	struct itimerval often = { { 0, LOOK_MS * 1000 }, { 0, LOOK_MS * 1000 } };
	sigset_t let;

	caught = 0;
	sigemptyset(&take.sa_mask);
	sigemptyset(&let);
	for (size_t i = 0; i < WAKERS; i++) {
		sigaction(wakers[i], NULL, &before->action[i]);
		if (i && before->action[i].sa_handler == SIG_IGN)
			continue;	/* nohup, or a shell's `&` */
		sigaction(wakers[i], &take, NULL);
		sigaddset(&let, wakers[i]);
	}
	sigprocmask(SIG_UNBLOCK, &let, &before->mask);
	setitimer(ITIMER_REAL, &often, NULL);
}

static void
wake_end(const struct wakers *before)
{
	struct itimerval never = { { 0, 0 }, { 0, 0 } };

	setitimer(ITIMER_REAL, &never, NULL);
	sigprocmask(SIG_SETMASK, &before->mask, NULL);
	for (size_t i = 0; i < WAKERS; i++)
		sigaction(wakers[i], &before->action[i], NULL);
}

/* Some bytes, from /dev/random or, when that is not open, from getrandom. */
static ssize_t
take(int device, void *at, size_t n, unsigned flags)
{
	return device < 0 ? getrandom(at, n, flags) : read(device, at, n);
}

/* Fill all, waiting. */
static int
fill(int device, unsigned char *at, size_t n, struct err *e)
{
	tick deadline = tick_after(clock_now(), RAND_WAIT_MS);
	struct wakers before;
	size_t got = 0;
	int sys = 0;

	wake_begin(&before);
	while (got < n && !caught && !sys && !tick_is_past(deadline, clock_now())) {
		ssize_t some = take(device, at + got, n - got, 0);

		if (some > 0)
			got += (size_t)some;
		else if (some == 0 || errno != EINTR)
			sys = some ? errno : EIO;
	}
	wake_end(&before);
	if (got == n)
		return 0;
	if (sys)
		return err_sys(e, CAUSE_RANDOM, sys, "no random numbers from the kernel");
	if (caught) {
		err_set(e, ERR_STOP, CAUSE_SIGNAL, "ended by signal %d", (int)caught);
		e->sys = caught;
		return -1;
	}
	return err_set(e, ERR_RETRY, CAUSE_RANDOM, "no random numbers from the kernel: none within %ds", RAND_WAIT_MS / 1000);
}

/* The device, and surely that: anything may lie under this name in a container. */
static int
open_device(struct err *e)
{
	int fd = open("/dev/random", O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat st;

	if (fd < 0)
		return err_sys(e, CAUSE_RANDOM, errno, "no random numbers from the kernel: /dev/random");
	if (fstat(fd, &st) < 0 || !S_ISCHR(st.st_mode) || st.st_rdev != makedev(1, 8)) {
		close(fd);
		return err_set(e, ERR_SYS, CAUSE_RANDOM, "no random numbers from the kernel: /dev/random is something else");
	}
	return fd;
}

int
rand_bytes(void *at, size_t n, struct err *e)
{
	unsigned char *bytes = at;
	size_t got = 0;
	int device = -1, result;

	while (got < n) {
		ssize_t some = take(-1, bytes + got, n - got, GRND_NONBLOCK);

		if (some > 0)
			got += (size_t)some;
		else if (some == 0 || errno != EINTR)
			break;
	}
	if (got == n)
		return 0;
	if (errno == ENOSYS && (device = open_device(e)) < 0) {
		result = -1;
	} else if (errno != EAGAIN && device < 0) {
		result = err_sys(e, CAUSE_RANDOM, errno, "no random numbers from the kernel");
	} else {
		log_text(LOG_WARN, "waiting for the kernel's random numbers");
		result = fill(device, bytes, n, e);
	}
	if (device >= 0)
		close(device);
	if (result < 0)
		wipe(at, n);
	return result;
}
