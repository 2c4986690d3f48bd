/* sys/run.c: runs one command line of the user's and takes its output. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "sys/run.h"

#include "sys/clock.h"
#include "sys/kernel.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

extern char **environ;

/* Both ends of its standard output and error, and what is still awaited of them. */
struct pipes {
	struct run *run;
	struct loop *loop;
	struct watch out, error, child;
	int child_out, child_error;
	pid_t pid;
	bool too_much, late, ended;
};

static void
shut(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void
stop_watch(struct pipes *p, struct watch *w)
{
	loop_remove(p->loop, w);
	shut(&w->fd);
}

static void
on_out(struct watch *w, short revents)
{
	struct pipes *p = w->ctx;
	struct buf *b = p->run->out;
	char one_more;
	bool full = b->len == b->cap;
	ssize_t got;

	(void)revents;
	got = read(w->fd, full ? &one_more : b->at + b->len, full ? 1 : b->cap - b->len);
	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (got <= 0)
		stop_watch(p, w);
	else if (full)
		p->too_much = true;
	else
		b->len += (size_t)got;
}

/* Only the beginning is kept; the rest is read, so that a talkative program does not hang. */
static void
on_error(struct watch *w, short revents)
{
	struct pipes *p = w->ctx;
	struct run *r = p->run;
	char rest[512];
	ssize_t got = read(w->fd, rest, sizeof rest);

	(void)revents;
	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (got <= 0)
		stop_watch(p, w);
	for (ssize_t i = 0; i < got && r->error_n < sizeof r->error; i++)
		r->error[r->error_n++] = rest[i];
}

/* SIGCHLD, or the deadline, which is near once it has ended. It is not reaped yet: its number must stay its group's until that is killed. */
static void
on_child(struct watch *w, short revents)
{
	struct pipes *p = w->ctx;
	siginfo_t info = { 0 };

	if (!revents)
		p->late = true;
	else if (waitid(P_PID, (id_t)p->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid) {
		p->ended = true;
		kill(-p->pid, SIGKILL);	/* whoever is left of its group holds its output open, */
		w->deadline = tick_earlier(w->deadline, clock_after(RUN_REST_MS));	/* and so may who has left it */
	}
}

/* Everything from 3 on. close_range(2) is of Linux 5.9; before, descriptors below the soft limit's usual 1024 are what there is. */
static void
close_others(void)
{
#ifdef SYS_close_range
	if (syscall(SYS_close_range, 3, ~0u, 0) == 0)
		return;
#endif
	for (int fd = 3; fd < 1024; fd++)
		close(fd);
}

/* In the child, which shares our memory until it has become the shell (vfork): nothing may be changed but what the kernel
   keeps for each process. */
static _Noreturn void
become(const struct pipes *p, int in)
{
	const char *const argv[] = { "sh", "-c", p->run->command, NULL };

	setpgid(0, 0);
	dup2(in, 0);
	dup2(p->child_out, 1);
	dup2(p->child_error, 2);
	close_others();
	loop_unblock(p->loop);
	proc_restore(p->run->saved);
	execve("/bin/sh", (char *const *)argv, environ);
	_exit(127);
}

static int
make_pipe(int ends[2])
{
	return (int)syscall(SYS_pipe2, ends, O_CLOEXEC);
}

/* Start it, with an empty standard input. */
static int
start(struct pipes *p, struct err *e)
{
	int in[2] = { -1, -1 }, out[2] = { -1, -1 }, error[2] = { -1, -1 };

	if (access("/bin/sh", X_OK) < 0)
		return err_sys(e, CAUSE_FILE, errno, "/bin/sh");
	if (make_pipe(in) == 0 && make_pipe(out) == 0 && make_pipe(error) == 0) {
		p->child_out = out[1];
		p->child_error = error[1];
		p->pid = vfork();
		if (p->pid == 0)
			become(p, in[0]);
	} else {
		p->pid = -1;
	}
	if (p->pid < 0)
		err_sys(e, CAUSE_MEMORY, errno, "start of a program");
	shut(&in[0]);
	shut(&in[1]);
	shut(&out[1]);
	shut(&error[1]);
	p->out.fd = out[0];
	p->error.fd = error[0];
	if (p->pid < 0) {
		shut(&p->out.fd);
		shut(&p->error.fd);
		return -1;
	}
	return 0;
}

enum run_end
run_command(struct run *r, struct loop *l, struct err *e)
{
	struct pipes p = {
		.run = r,
		.loop = l,
		.out = { .fd = -1, .events = POLLIN, .deadline = TICK_NEVER, .ready = on_out, .ctx = &p },
		.error = { .fd = -1, .events = POLLIN, .deadline = TICK_NEVER, .ready = on_error, .ctx = &p },
		.child = { .fd = -1, .deadline = r->deadline, .ready = on_child, .ctx = &p },
	};
	int result, status = 0;

	r->error_n = 0;
	if (start(&p, e) < 0)
		return RUN_FAILED;
	result = loop_add(l, &p.out, e);
	if (result == 0)
		result = loop_add(l, &p.error, e);
	if (result == 0)
		result = loop_add(l, &p.child, e);
	l->child = &p.child;
	l->child_pid = p.pid;
	while (result == 0 && !p.too_much && !p.late && !(p.ended && p.out.fd < 0))
		result = loop_turn(l, e);
	loop_remove(l, &p.child);
	stop_watch(&p, &p.out);
	stop_watch(&p, &p.error);
	kill(-p.pid, SIGKILL);
	kill(p.pid, SIGKILL);	/* it may have left its group */
	/* But it may have more rights than we, or hang in the kernel: what does not end is left behind. */
	if (waitpid(p.pid, &status, WNOHANG) == 0 && loop_is_ready(l->signals, POLLIN, RUN_REST_MS))
		waitpid(p.pid, &status, WNOHANG);
	l->child = NULL;
	l->child_pid = 0;
	loop_reap(l);
	if (result < 0)
		return RUN_FAILED;
	if (p.too_much || (p.late && !p.ended))
		return p.too_much ? RUN_TOO_MUCH : RUN_KILLED;
	r->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return RUN_EXITED;
}
