/* sys/rand.c: random bytes from the kernel. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "sys/rand.h"

#include "base/wipe.h"
#include "sys/clock.h"
#include "sys/kernel.h"
#include "sys/log.h"

#include <errno.h>
#include <signal.h>
#include <sys/random.h>
#include <sys/sysmacros.h>
#include <sys/time.h>

#define LOOK_MS 250	/* how often a waiting read is woken to look at its deadline */

static volatile sig_atomic_t caught;

static void
take_signal(int number)
{
	if (number != SIGALRM)
		caught = number;
}

/* A wait in getrandom(2) cannot be polled, and it is the waiting itself that makes a kernel gather entropy. So the signals
   that the loop keeps blocked are let through for as long as it lasts, to a handler that only takes their number. Those that
   were ignored stay so (nohup, a shell's `&`); nobody else here has a handler. */
static void
let_wake(bool on, uint64_t *mask)
{
	static const unsigned char wakers[] = { SIGALRM, SIGTERM, SIGINT, SIGHUP };
	uint64_t let = 0;
	long often[4] = { 0, on ? LOOK_MS * 1000 : 0, 0, on ? LOOK_MS * 1000 : 0 };	/* seconds, microseconds: again; first */

	if (!on) {
		syscall(SYS_setitimer, ITIMER_REAL, often, NULL);
		kernel_mask(SIG_SETMASK, *mask, NULL);
	}
	for (size_t i = 0; i < sizeof wakers; i++) {
		if (i && kernel_is_ignored(wakers[i]))
			continue;
		kernel_handle(wakers[i], on ? take_signal : SIG_DFL);
		let |= kernel_signal(wakers[i]);
	}
	if (on) {
		kernel_mask(SIG_UNBLOCK, let, mask);
		syscall(SYS_setitimer, ITIMER_REAL, often, NULL);
	}
}

/* Fill from the device, or when there is none from getrandom, until all is there, or a call fails, or the deadline passes or a
   signal comes (EINTR). 0, or an errno. */
static int
gather(int device, unsigned char *at, size_t n, unsigned flags, tick deadline)
{
	while (n) {
		ssize_t some = device < 0 ? getrandom(at, n, flags) : read(device, at, n);

		if (some == 0)
			return EIO;
		if (some < 0 && errno != EINTR)
			return errno;
		if (some < 0 && (caught || tick_is_past(deadline, clock_now())))
			return EINTR;
		if (some > 0) {
			at += some;
			n -= (size_t)some;
		}
	}
	return 0;
}

/* The device, and surely that: anything may lie under this name in a container. */
static int
open_device(void)
{
	int fd = kernel_open(AT_FDCWD, "/dev/random", O_RDONLY);
	struct stat st;

	if (fd < 0 || (kernel_stat(fd, "", &st, AT_EMPTY_PATH) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 8)))
		return fd;
	close(fd);
	errno = ENXIO;
	return -1;
}

int
rand_bytes(void *at, size_t n, struct err *e)
{
	int device = -1, sys;
	const char *from = "";
	uint64_t mask;

	caught = 0;
	sys = gather(-1, at, n, GRND_NONBLOCK, TICK_NEVER);
	if (sys == ENOSYS) {	/* before Linux 3.17 */
		from = ": /dev/random";
		device = open_device();
		sys = device < 0 ? errno : EAGAIN;
	}
	if (sys == EAGAIN) {
		log_text(LOG_WARN, "waiting for the kernel's random numbers");
		let_wake(true, &mask);
		sys = gather(device, at, n, 0, clock_after(RAND_WAIT_MS));
		let_wake(false, &mask);
	}
	if (device >= 0)
		close(device);
	if (!sys && !caught)
		return 0;
	wipe(at, n);
	if (caught) {
		err_set(e, ERR_STOP, CAUSE_SIGNAL, "ended by signal %d", (int)caught);
		e->sys = caught;
		return -1;
	}
	if (sys == EINTR)
		return err_set(e, ERR_RETRY, CAUSE_RANDOM, "no random numbers from the kernel within %ds", RAND_WAIT_MS / 1000);
	return err_sys(e, CAUSE_RANDOM, sys, "no random numbers from the kernel%s", from);
}

uint32_t
rand_vary(void)
{
	uint32_t bits;
	struct err ignored;

	return rand_bytes(&bits, sizeof bits, &ignored) < 0 ? (uint32_t)clock_now() * 2654435761u : bits;
}
