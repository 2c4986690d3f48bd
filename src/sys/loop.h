/* sys/loop.h: the only place where the program waits. Knows descriptors, instants and signals; not what they are for. */
/* SPDX-License-Identifier: MIT */
#ifndef SYS_LOOP_H
#define SYS_LOOP_H

#include "base/err.h"
#include "base/tick.h"

#include <stdbool.h>

#define LOOP_WATCHES 16	/* one exchange needs 3 (two name queries, one socket); four at once is the most that is planned */

/* Something to wait for. The storage is the owner's and must stay where it is between loop_add and loop_remove. While it is
   watched, `events` and `deadline` may be changed at any time and `fd` by its own handler; they count from the next turn.
   Anyone else who changes the fd calls loop_add again. */
struct watch {
	int fd;			/* -1: only the deadline */
	short events;		/* POLLIN, POLLOUT; 0 still reports POLLHUP and POLLERR */
	tick deadline;		/* TICK_NEVER: none */
	/* What happened: poll's revents (POLLHUP, POLLERR and POLLNVAL among them, so that a dead descriptor cannot spin), or
	   0 when the deadline has passed. A passed deadline goes first: a peer that always has one more byte cannot outlive
	   it. It is reported once: `deadline` is TICK_NEVER by then. The handler may add and remove any watch and change
	   itself; it records facts and does bounded work. */
	void (*ready)(struct watch *w, short revents);
	void *ctx;		/* the owner's */
};

struct loop {
	int signals;		/* signalfd */
	int timer;		/* timerfd, on a clock that goes on while the machine sleeps, where there is one */
	tick armed;		/* what the timer is set to */
	uint64_t blocked;	/* the signals that loop_open has blocked, for loop_close */
	bool child_ended;	/* SIGCHLD was seen in this turn */
	struct watch *child;	/* NULL, or one of the watches: it hears of SIGCHLD as POLLIN */
	int child_pid;		/* with `child`: the process that is its owner's to wait for, and never reaped here */
	bool keeps_hup;		/* the owner's: SIGHUP is a fact, noted in `hup`, and ends no turn; false at first */
	bool hup;		/* it came; the owner, who looks after each turn, takes it back */
	struct watch *watch[LOOP_WATCHES];
	short got[LOOP_WATCHES];	/* revents still to be handed on in this turn */
};

/* Take over SIGCHLD, SIGTERM, SIGINT and SIGHUP (the last two stay as they are when they were ignored: nohup, `&`): blocked, and
   seen in loop_turn alone. Children that end are reaped, but for child_pid: as PID 1, and as a subreaper, we have some that we never
   started, and they must not pile up. Nothing else in this program calls waitpid(-1). 0, or -1 with CAUSE_MEMORY (no descriptors, no memory) and nothing changed. */
int loop_open(struct loop *l, struct err *e) __attribute__((warn_unused_result));

/* Close what loop_open opened and put the signal mask back. Watches are forgotten, their descriptors left open.
   Idempotent after one loop_open. */
void loop_close(struct loop *l);

/* Put the signal mask back, for a child that is about to become another program. */
void loop_unblock(const struct loop *l);

/* Start watching *w. 0, or -1 with CAUSE_LIMIT when LOOP_WATCHES are there already. Adding twice counts once, and forgets what
   was seen of it in this turn. */
int loop_add(struct loop *l, struct watch *w, struct err *e) __attribute__((warn_unused_result));

/* Reap every child that has ended, but for child_pid. loop_turn does it at each SIGCHLD; whoever has reaped its child_pid calls it once
   more, for while that one waited to be reaped the kernel shows no other behind it. */
void loop_reap(const struct loop *l);

/* Stop watching *w: its handler is not called any more, not even in the turn that is under way. Nothing happens when it is
   not watched. Does not close its descriptor. */
void loop_remove(struct loop *l, struct watch *w);

/* Wait once until something happens and call the handlers of it. 0; or -1: a signal came (but for SIGCHLD, and SIGHUP with keeps_hup:
   these end a turn with 0; ERR_STOP, CAUSE_SIGNAL, sys its number; handlers of this turn are not called, and may be in the next), or the kernel failed. Without any watch it waits
   for a signal alone. */
int loop_turn(struct loop *l, struct err *e) __attribute__((warn_unused_result));

/* Whether fd shows one of `events` (or an error) within so many milliseconds. For sys/log, which has no loop at hand. */
bool loop_is_ready(int fd, short events, int within_ms);

#endif
