/* tests/unit/sys/loop.c: waiting for descriptors, instants and signals. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "sys/loop.h"

#include "sys/clock.h"
#include "tap.h"
#include "unit/sys/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static struct loop loop;
static struct err err;

/* What a handler saw. */
struct seen {
	int calls;
	short last;
	struct watch *remove;	/* what it removes */
	struct watch *add;	/* what it adds */
	int order;
};
static int order;

static void
note(struct watch *w, short revents)
{
	struct seen *s = w->ctx;

	s->calls++;
	s->last = revents;
	s->order = ++order;
	if (s->remove)
		loop_remove(&loop, s->remove);
	if (s->add && loop_add(&loop, s->add, &err) < 0)
		s->calls = -1;
}

static struct watch
watch(int fd, short events, tick deadline, struct seen *s)
{
	*s = (struct seen){ 0 };
	return (struct watch){ .fd = fd, .events = events, .deadline = deadline, .ready = note, .ctx = s };
}

static bool
add(struct watch *w)
{
	return loop_add(&loop, w, &err) == 0;
}

static bool
turn(void)
{
	return loop_turn(&loop, &err) == 0;
}

/* A 32-bit kernel takes no such instant at once. */
static void
test_far(void)
{
	struct seen sa, sb;
	struct watch a, b = watch(-1, 0, TICK_NEVER - 1, &sb);
	struct itimerspec left;
	int ends[2];

	ok(pipe(ends) == 0 && write(ends[1], "x", 1) == 1, "something to wake up for");
	a = watch(ends[0], POLLIN, TICK_NEVER, &sa);
	ok(add(&a) && add(&b) && turn() && sa.calls == 1 && !sb.calls, "an instant that no clock will see does not ring");
	ok(timerfd_gettime(loop.timer, &left) == 0 && left.it_value.tv_sec > 900000000 && left.it_value.tv_sec <= INT32_MAX,
		"and is waited for in parts of years");
	loop_remove(&loop, &a);
	loop_remove(&loop, &b);
	close(ends[0]);
	close(ends[1]);
}

static void
test_timers(void)
{
	struct seen sa, sb;
	tick now = clock_now();
	struct watch a = watch(-1, 0, now + 60, &sa), b = watch(-1, 0, now + 30, &sb);
	int turns = 0;

	ok(add(&a) && add(&b), "two timers");
	while (!sa.calls && turns++ < 20 && turn())
		;
	ok(sb.calls == 1 && sa.calls == 1 && sb.order < sa.order, "each rings once, the earlier first");
	ok(clock_now() >= now + 60, "not too early");
	ok(turns < 8, "without spinning (%d turns)", turns);
	ok(sa.last == 0 && a.deadline == TICK_NEVER, "reported as 0, and taken away");
	a.deadline = clock_now() - 5;
	ok(turn() && sa.calls == 2, "one that has passed rings at once");
	a.deadline = clock_now() + 100000;
	b.deadline = clock_now() + 10;
	ok(turn() || true, "a later one is armed");
	while (sb.calls < 2 && turn())
		;
	ok(sb.calls == 2 && sa.calls == 2, "a deadline that was changed counts from the next turn");
	loop_remove(&loop, &a);
	loop_remove(&loop, &b);
}

static void
test_descriptors(void)
{
	struct seen s;
	struct watch w;
	int p[2];

	ok(pipe2(p, O_CLOEXEC | O_NONBLOCK) == 0, "a pipe");
	w = watch(p[0], POLLIN, TICK_NEVER, &s);
	ok(add(&w) && add(&w), "added twice is added once");
	ok(write(p[1], "x", 1) == 1 && turn(), "a byte");
	ok(s.calls == 1 && s.last == POLLIN, "is seen, once");
	w.deadline = clock_now();
	ok(turn() && s.calls == 2 && s.last == 0, "a deadline goes before bytes");
	ok(turn() && s.calls == 3 && s.last == POLLIN, "which are seen afterwards");
	close(p[1]);
	w.events = 0;
	ok(turn() && s.calls == 4 && s.last == POLLHUP, "a hang-up is handed on though nobody asked");
	loop_remove(&loop, &w);
	close(p[0]);
	w = watch(p[0], POLLIN, clock_now() + 5000, &s);
	ok(add(&w) && turn() && s.calls == 1 && s.last == POLLNVAL, "so is a descriptor that is closed");
	loop_remove(&loop, &w);
	loop_remove(&loop, &w);
	w = watch(-1, 0, clock_now(), &s);
	ok(add(&w), "added");
	loop_remove(&loop, &w);
	w.deadline = clock_now() + 20;
	struct seen other;
	struct watch o = watch(-1, 0, clock_now() + 40, &other);
	ok(add(&o) && turn(), "a turn");
	while (!other.calls && turn())
		;
	is_int(s.calls, 0, "what was removed is not called");
	loop_remove(&loop, &o);
}

static void
test_handlers(void)
{
	struct seen sa, sb, sc;
	struct watch a, b, c;
	int p[2], calls;

	ok(pipe2(p, O_CLOEXEC | O_NONBLOCK) == 0 && write(p[1], "x", 1) == 1, "a pipe with a byte");
	a = watch(p[0], POLLIN, TICK_NEVER, &sa);
	b = watch(p[0], POLLIN, TICK_NEVER, &sb);
	c = watch(p[0], POLLIN, TICK_NEVER, &sc);
	sa.remove = &b;
	ok(add(&a) && add(&b) && turn(), "two that are ready");
	ok(sa.calls == 1 && sb.calls == 0, "the first removes the second, which is not called any more");
	sa.remove = &a;
	sa.add = &c;
	ok(turn() && sa.calls == 2, "one removes itself and adds another");
	ok(sc.calls == 0, "which is not called for what was seen before it was there");
	ok(turn() && sc.calls == 1 && sa.calls == 2, "but in the next turn");
	sc.remove = &c;
	sc.add = &c;
	calls = sc.calls;
	ok(turn() && sc.calls == calls + 1, "one may remove and add itself");
	loop_remove(&loop, &c);
	close(p[0]);
	close(p[1]);
}

static void
test_full(void)
{
	struct seen s[LOOP_WATCHES + 1];
	struct watch w[LOOP_WATCHES + 1];
	bool all = true;

	for (int i = 0; i <= LOOP_WATCHES; i++)
		w[i] = watch(-1, 0, TICK_NEVER, &s[i]);
	for (int i = 0; i < LOOP_WATCHES; i++)
		all = all && add(&w[i]);
	ok(all, "as many as there may be");
	ok(!add(&w[LOOP_WATCHES]), "one more");
	is_line(&err, "more than 16 things to wait for", "the line");
	is_int(err.cause, CAUSE_LIMIT, "its cause");
	ok(add(&w[3]), "one that is there is not one more");
	loop_remove(&loop, &w[7]);
	ok(add(&w[LOOP_WATCHES]), "one gone, one more");
	for (int i = 0; i <= LOOP_WATCHES; i++)
		loop_remove(&loop, &w[i]);
}

static void
test_signals(void)
{
	static const struct {
		int number;
		const char *line;
	} signals[] = { { SIGTERM, "ended by SIGTERM" }, { SIGINT, "ended by SIGINT" }, { SIGHUP, "ended by SIGHUP" } };
	sigset_t mask;
	struct seen s;
	struct watch w = watch(-1, 0, clock_now(), &s);

	for (size_t i = 0; i < 3; i++) {
		kill(getpid(), signals[i].number);
		ok(!turn(), "%s ends a turn", signals[i].line + 9);
		is_line(&err, signals[i].line, "the line");
		ok(err.code == ERR_STOP && err.cause == CAUSE_SIGNAL && err.sys == signals[i].number, "code, cause and number");
	}
	ok(add(&w), "something that is due");
	kill(getpid(), SIGTERM);
	ok(!turn() && s.calls == 0, "a signal goes before handlers");
	ok(turn() && s.calls == 1, "which are called in the next turn");
	loop_remove(&loop, &w);

	loop.keeps_hup = true;
	kill(getpid(), SIGHUP);
	w = watch(-1, 0, clock_now(), &s);
	ok(!loop.hup && add(&w) && turn() && loop.hup && s.calls == 1, "SIGHUP is a fact for an owner who wants it; handlers are called");
	loop.hup = false;
	kill(getpid(), SIGTERM);
	ok(!turn() && err.sys == SIGTERM && !loop.hup, "other signals are as before");
	loop_remove(&loop, &w);

	loop_close(&loop);
	sigprocmask(SIG_SETMASK, NULL, &mask);
	ok(!sigismember(&mask, SIGTERM) && !sigismember(&mask, SIGINT) && !sigismember(&mask, SIGHUP), "the mask is put back");
	loop_close(&loop);
	ok(true, "closing twice is fine");

	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	ok(loop_open(&loop, &err) == 0 && !loop.keeps_hup, "open again, with SIGHUP and SIGINT ignored and SIGTERM blocked");
	kill(getpid(), SIGHUP);
	kill(getpid(), SIGINT);
	w = watch(-1, 0, clock_now() + 10, &s);
	ok(add(&w), "a timer");
	while (!s.calls && turn())
		;
	ok(s.calls == 1, "ignored signals stay ignored");
	kill(getpid(), SIGTERM);
	ok(!turn() && err.sys == SIGTERM, "SIGTERM is seen");
	loop_close(&loop);
	sigprocmask(SIG_SETMASK, NULL, &mask);
	ok(sigismember(&mask, SIGTERM), "and stays blocked, as it was");
}

/* A child that ends by itself. */
static pid_t
child(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(3);
	return pid;
}

/* Whether the kernel has it still, ended: it is there for us to wait for. */
static bool
has_ended(pid_t pid)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) == 0;
}

/* Turn until nobody is left but `own`, or some seconds are over. */
static bool
turn_until_gone(pid_t pid)
{
	struct seen s;
	struct watch w = watch(-1, 0, TICK_NEVER, &s);
	bool fine = add(&w);

	for (int i = 0; fine && i < 500 && kill(pid, 0) == 0; i++) {
		w.deadline = tick_after(clock_now(), 10);
		fine = turn();
	}
	loop_remove(&loop, &w);
	return fine && kill(pid, 0) < 0 && errno == ESRCH;
}

static void
test_children(void)
{
	pid_t own = child(), other = child(), many[20];
	int status = 0, gone = 0;

	loop.child_pid = own;
	ok(has_ended(own) && has_ended(other), "two children have ended");
	ok(turn() && waitpid(own, &status, WNOHANG) == own && WEXITSTATUS(status) == 3, "its owner's is left to it, with its status");
	ok(kill(other, 0) == 0, "the other one stands behind it");
	loop.child_pid = 0;
	loop_reap(&loop);
	ok(kill(other, 0) < 0 && errno == ESRCH, "and is reaped when it has gone");
	other = child();
	own = child();
	loop.child_pid = own;
	ok(has_ended(own) && has_ended(other) && turn() && kill(other, 0) < 0, "one before it is reaped at once");
	ok(waitpid(own, &status, WNOHANG) == own, "and not its owner's");
	loop.child_pid = 0;
	for (int i = 0; i < 20; i++)
		many[i] = child();
	for (int i = 0; i < 20; i++)
		gone += turn_until_gone(many[i]);
	is_int(gone, 20, "many at once");
	ok(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD, "are all gone");
}

/* PID 1 of a namespace: orphans come to us, and SIGTERM, which has no default action there, ends a turn. */
static int
as_init(void *ctx)
{
	int ends[2];
	pid_t orphan = 0, parent;

	(void)ctx;
	if (getpid() != 1 || pipe(ends) < 0 || loop_open(&loop, &err) < 0)
		return 1;
	parent = fork();
	if (parent == 0) {
		orphan = fork();
		if (orphan == 0) {
			poll(NULL, 0, 100);	/* its parent has gone by then */
			_exit(0);
		}
		_exit(write(ends[1], &orphan, sizeof orphan) != sizeof orphan);
	}
	if (read(ends[0], &orphan, sizeof orphan) != sizeof orphan || orphan == parent)
		return 2;
	if (!turn_until_gone(parent) || !turn_until_gone(orphan))
		return 3;
	kill(1, SIGTERM);
	return !turn() && err.sys == SIGTERM ? 0 : 4;
}

static int
in_namespace(void *ctx)
{
	return unshare(CLONE_NEWPID) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWPID) < 0 ? 77 : in_child(as_init, ctx);
}

static int
no_descriptors(void *ctx)
{
	struct rlimit few = { 4, 4 };
	sigset_t mask;

	(void)ctx;
	dup2(2, 3);
	setrlimit(RLIMIT_NOFILE, &few);
	if (loop_open(&loop, &err) == 0 || err.cause != CAUSE_MEMORY ||
		strcmp(err.line, "no descriptors to wait with: too many open files"))
		return 1;
	sigprocmask(SIG_SETMASK, NULL, &mask);
	return sigismember(&mask, SIGTERM);
}

static int
no_boottime_timer(void *ctx)
{
	struct seen s;
	struct watch w;

	(void)ctx;
	if (fault(SYS_timerfd_create, 0, CLOCK_BOOTTIME, EINVAL) < 0)
		return 77;
	if (loop_open(&loop, &err) < 0)
		return 1;
	w = watch(-1, 0, clock_now() + 10, &s);
	if (!add(&w))
		return 2;
	while (!s.calls && turn())
		;
	return s.calls == 1 ? 0 : 3;
}

int
main(void)
{
	int p[2], status;

	signal(SIGINT, SIG_DFL);	/* a shell without job control ignores it for what it starts by `&` */
	signal(SIGHUP, SIG_DFL);
	is_int(in_child(no_descriptors, NULL), 0, "no descriptors: an error, and no signal blocked");
	status = in_child(no_boottime_timer, NULL);
	ok(status == 0 || status == 77, "an old kernel's timer%s", status == 77 ? " # SKIP no seccomp here" : "");
	status = in_child(in_namespace, NULL);
	ok(status == 0 || status == 77, "as PID 1%s", status == 77 ? " # SKIP no namespaces here" : "");
	if (status && status != 77)
		printf("# ended with %d\n", status);
	ok(loop_open(&loop, &err) == 0, "open");
	test_timers();
	test_far();
	test_descriptors();
	test_handlers();
	test_full();
	test_children();
	ok(pipe2(p, O_CLOEXEC) == 0, "a pipe");
	ok(!loop_is_ready(p[0], POLLIN, 10), "loop_is_ready: nothing");
	ok(loop_is_ready(p[1], POLLOUT, 10), "room");
	close(p[1]);
	ok(loop_is_ready(p[0], POLLIN, 10), "a hang-up");
	close(p[0]);
	test_signals();
	return tap_end();
}
