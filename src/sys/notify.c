/* sys/notify.c: tells the service manager how we are. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "sys/notify.h"

#include "base/divide.h"
#include "sys/clock.h"
#include "sys/kernel.h"
#include "sys/proc.h"

#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

void
notify_init(struct notify *n)
{
	struct str to = proc_env("NOTIFY_SOCKET", true), every = proc_env("WATCHDOG_USEC", true), who = proc_env("WATCHDOG_PID", true);
	uint64_t pid = (uint64_t)getpid(), us = 0;

	*n = (struct notify){ 0 };
	if (to.len < 2 || to.len >= sizeof n->path || (*to.at != '/' && *to.at != '@'))
		return;
	memcpy(n->path, to.at, to.len);
	n->len = to.len;
	if (*n->path == '@')
		*n->path = 0;
	if (!str_to_u64(every, &us) || (who.len && (!str_to_u64(who, &pid) || pid != (uint64_t)getpid())))
		return;
	divide(&us, 1000);
	n->watchdog_ms = (int64_t)us;
}

bool
notify_send(const struct notify *n, const char *fmt, ...)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	char text[NOTIFY_MAX];
	struct buf b = BUF(text);
	va_list ap;
	bool sent;
	int fd;

	if (!n->len)
		return true;
	va_start(ap, fmt);
	buf_vfmt(&b, true, fmt, ap);
	va_end(ap);
	fd = b.full ? -1 : (int)syscall(SYS_socket, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	memcpy(to.sun_path, n->path, n->len);
	/* A path ends in a NUL, which is not counted; an abstract name is as long as it is. */
	sent = sendto(fd, b.at, b.len, MSG_NOSIGNAL, (const struct sockaddr *)&to, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n->len)) == (ssize_t)b.len;
	close(fd);
	return sent;
}

bool
notify_reloading(const struct notify *n)
{
	return notify_send(n, "RELOADING=1\nMONOTONIC_USEC=%llu", (unsigned long long)clock_monotonic_us());
}
