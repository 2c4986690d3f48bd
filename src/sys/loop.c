/* sys/loop.c: the only place where the program waits. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "sys/loop.h"

#include "base/divide.h"
#include "sys/clock.h"
#include "sys/kernel.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>

static const struct {
	unsigned char number;
	char name[8];
} taken[] = {
	{ SIGTERM, "SIGTERM" },
	{ SIGINT, "SIGINT" },
	{ SIGHUP, "SIGHUP" },
};
#define TAKEN (sizeof taken / sizeof *taken)

/* The one call of poll. */
static int
wait_for(struct pollfd *p, nfds_t n, int within_ms)
{
	return poll(p, n, within_ms);
}

bool
loop_is_ready(int fd, short events, int within_ms)
{
	struct pollfd p = { .fd = fd, .events = events };

	return wait_for(&p, 1, within_ms) > 0;
}

int
loop_open(struct loop *l, struct err *e)
{
	uint64_t set = 0, before;
	int sys;

	*l = (struct loop){ .signals = -1, .timer = -1, .armed = TICK_NEVER };
	for (size_t i = 0; i < TAKEN; i++)
		if (!i || !kernel_is_ignored(taken[i].number))	/* an ignored one was meant so (nohup, a shell's `&`); but for SIGTERM */
			set |= kernel_signal(taken[i].number);
	set |= kernel_signal(SIGCHLD);
	l->signals = (int)syscall(SYS_signalfd4, -1, &set, sizeof set, SFD_NONBLOCK | SFD_CLOEXEC);
	l->timer = timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	if (l->timer < 0 && errno == EINVAL)	/* before Linux 3.15 */
		l->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (l->signals < 0 || l->timer < 0) {
		sys = errno;
		loop_close(l);
		return err_sys(e, CAUSE_MEMORY, sys, "no descriptors to wait with");
	}
	kernel_mask(SIG_BLOCK, set, &before);
	l->blocked = set & ~before;
	return 0;
}

void
loop_unblock(const struct loop *l)
{
	kernel_mask(SIG_UNBLOCK, l->blocked, NULL);
}

void
loop_close(struct loop *l)
{
	if (l->signals >= 0)
		close(l->signals);
	if (l->timer >= 0)
		close(l->timer);
	loop_unblock(l);
	*l = (struct loop){ .signals = -1, .timer = -1, .armed = TICK_NEVER };
}

int
loop_add(struct loop *l, struct watch *w, struct err *e)
{
	size_t at = LOOP_WATCHES;

	for (size_t i = LOOP_WATCHES; i-- > 0;)
		if (l->watch[i] == w || (!l->watch[i] && (at == LOOP_WATCHES || l->watch[at] != w)))
			at = i;
	if (at == LOOP_WATCHES)
		return err_set(e, ERR_LIMIT, CAUSE_LIMIT, "more than %d things to wait for", LOOP_WATCHES);
	l->watch[at] = w;
	l->got[at] = 0;
	return 0;
}

void
loop_remove(struct loop *l, struct watch *w)
{
	for (size_t i = 0; i < LOOP_WATCHES; i++)
		if (l->watch[i] == w) {
			l->watch[i] = NULL;
			l->got[i] = 0;
		}
}

#define FAR_S 1000000000	/* an instant that is further away is looked for again then: `long` may have 32 bits */

/* Set the timer to `at` (> now), unless it is. It never rings too early. */
static void
arm(struct loop *l, tick at, tick now)
{
	long t[4] = { 0 };	/* seconds, nanoseconds: again; first */
	uint64_t s = (uint64_t)(at - now);

	if (at == l->armed)
		return;
	if (at != TICK_NEVER) {
		t[3] = (long)divide(&s, 1000) * 1000000;
		t[2] = s < FAR_S ? (long)s : FAR_S;
	}
	syscall(SYS_timerfd_settime, l->timer, 0, t, NULL);
	l->armed = at;
}

void
loop_reap(const struct loop *l)
{
	siginfo_t info = { 0 };

	/* Looked at before it is taken: what is its owner's to take stays. */
	while (syscall(SYS_waitid, P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT, NULL) == 0 && info.si_pid &&
		info.si_pid != l->child_pid) {
		syscall(SYS_waitid, P_PID, info.si_pid, &info, WEXITED | WNOHANG, NULL);
		info.si_pid = 0;
	}
}

static int
stop(struct loop *l, struct err *e)
{
	struct signalfd_siginfo got;
	const char *name = "a signal";

	if (read(l->signals, &got, sizeof got) != (ssize_t)sizeof got)
		return 0;
	if (got.ssi_signo == SIGCHLD) {
		l->child_ended = true;
		loop_reap(l);
		return 0;
	}
	if (got.ssi_signo == SIGHUP && l->keeps_hup) {
		l->hup = true;
		return 0;
	}
	for (size_t i = 0; i < TAKEN; i++)
		if (taken[i].number == got.ssi_signo)
			name = taken[i].name;
	err_set(e, ERR_STOP, CAUSE_SIGNAL, "ended by %s", name);
	e->sys = (int)got.ssi_signo;
	return -1;
}

/* Call one handler, if there is cause. */
static void
hand_on(struct loop *l, size_t i, tick now)
{
	struct watch *w = l->watch[i];
	short got = l->got[i];

	if (!w)
		return;
	l->got[i] = 0;
	if (tick_is_past(w->deadline, now)) {
		w->deadline = TICK_NEVER;
		w->ready(w, 0);
	} else if (got) {
		w->ready(w, got);
	}
}

int
loop_turn(struct loop *l, struct err *e)
{
	struct pollfd p[LOOP_WATCHES + 2];
	tick now = clock_now(), first = TICK_NEVER;
	uint64_t rings;

	for (size_t i = 0; i < LOOP_WATCHES; i++) {
		const struct watch *w = l->watch[i];

		p[i] = (struct pollfd){ .fd = w ? w->fd : -1, .events = w ? w->events : 0 };	/* poll passes over -1 */
		if (w)
			first = tick_earlier(first, w->deadline);
	}
	p[LOOP_WATCHES] = (struct pollfd){ .fd = l->signals, .events = POLLIN };
	p[LOOP_WATCHES + 1] = (struct pollfd){ .fd = l->timer, .events = POLLIN };
	if (!tick_is_past(first, now))
		arm(l, first, now);
	if (wait_for(p, LOOP_WATCHES + 2, tick_is_past(first, now) ? 0 : -1) < 0)
		return errno == EINTR ? 0 : err_sys(e, CAUSE_MEMORY, errno, "poll");
	if (p[LOOP_WATCHES].revents && stop(l, e) < 0)
		return -1;
	if (p[LOOP_WATCHES + 1].revents && read(l->timer, &rings, sizeof rings) > 0)
		l->armed = TICK_NEVER;
	for (size_t i = 0; i < LOOP_WATCHES; i++)
		l->got[i] = p[i].revents | (l->child_ended && l->watch[i] && l->watch[i] == l->child ? POLLIN : 0);
	l->child_ended = false;
	now = clock_now();
	for (size_t i = 0; i < LOOP_WATCHES; i++)
		hand_on(l, i, now);
	return 0;
}
