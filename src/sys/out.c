/* sys/out.c: data to a descriptor that someone reads or not, under a deadline. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "sys/out.h"

#include "sys/kernel.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>

struct out {
	struct str rest;	/* still to be written */
	int sys;		/* why it cannot go on */
	bool late;
};

static void
on_room(struct watch *w, short revents)
{
	struct out *o = w->ctx;
	/* A pipe that shows room has a free page, and takes this much without blocking. */
	size_t n = o->rest.len < PIPE_BUF ? o->rest.len : PIPE_BUF;
	ssize_t done;

	if (!revents) {
		o->late = true;
		return;
	}
	done = write(w->fd, o->rest.at, n);
	if (done >= 0)
		o->rest = str_part(o->rest, (size_t)done, o->rest.len);
	else if (errno != EINTR && errno != EAGAIN)
		o->sys = errno;
}

static const char *
name_of(int fd)
{
	return fd == 2 ? "standard error" : "standard output";
}

int
out_check(int fd, struct err *e)
{
	long flags = syscall(SYS_fcntl, fd, F_GETFL);

	/* proc_start fills a closed one with something that cannot be written. */
	return flags < 0 || (flags & O_ACCMODE) == O_RDONLY ? err_sys(e, CAUSE_OUTPUT, EBADF, "%s", name_of(fd)) : 0;
}

int
out_write(struct loop *l, int fd, struct str bytes, tick deadline, struct err *e)
{
	struct out o = { .rest = bytes };
	struct watch w = { .fd = fd, .events = POLLOUT, .deadline = deadline, .ready = on_room, .ctx = &o };
	int result = 0;

	if (!bytes.len)
		return 0;
	if (out_check(fd, e) < 0)	/* the reading end of a pipe would never show room */
		return -1;
	if (loop_add(l, &w, e) < 0)
		return -1;
	while (result == 0 && o.rest.len && !o.sys && !o.late)
		result = loop_turn(l, e);
	loop_remove(l, &w);
	if (o.sys)
		return err_sys(e, CAUSE_OUTPUT, o.sys, "%s", name_of(fd));
	if (o.late)
		return err_set(e, ERR_SYS, CAUSE_OUTPUT, "%s: nobody read it in time", name_of(fd));
	return result;
}
