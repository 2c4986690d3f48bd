/* sys/sock.c: non-blocking sockets to one address. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "sys/sock.h"

#include "sys/kernel.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

union any {
	struct sockaddr head;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static socklen_t
fill(union any *to, const struct sock_addr *a)
{
	*to = (union any){ 0 };
	if (!a->v6) {
		to->v4.sin_family = AF_INET;
		to->v4.sin_port = htons(a->port);
		memcpy(&to->v4.sin_addr, a->ip, 4);
		return sizeof to->v4;
	}
	to->v6.sin6_family = AF_INET6;
	to->v6.sin6_port = htons(a->port);
	to->v6.sin6_scope_id = a->scope;
	memcpy(&to->v6.sin6_addr, a->ip, 16);
	return sizeof to->v6;
}

static int
fail(struct err *e, const struct sock_addr *to, int sys)
{
	char text[SOCK_TEXT];

	err_sys(e, CAUSE_UNREACHABLE, sys, "connect to %.*s", STR(sock_text(to, &text)));
	e->code = ERR_RETRY;
	return -1;
}

static int
open_socket(int family, int type)
{
	return (int)syscall(SYS_socket, family, type | SOCK_CLOEXEC, 0);
}

/* A socket of this type, and connect begun. */
static int
begin(int *fd, int type, const struct sock_addr *to, struct err *e)
{
	union any any;
	socklen_t len = fill(&any, to);
	int sys;

	*fd = open_socket(any.head.sa_family, type | SOCK_NONBLOCK);
	if (*fd < 0)
		return fail(e, to, errno);
	if (connect(*fd, &any.head, len) == 0 || errno == EINPROGRESS || errno == EINTR)
		return 0;
	sys = errno;
	sock_close(fd);
	return fail(e, to, sys);
}

int
sock_connect(int *fd, const struct sock_addr *to, struct err *e)
{
	int one = 1;

	if (begin(fd, SOCK_STREAM, to, e) < 0)
		return -1;
	syscall(SYS_setsockopt, *fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	return 0;
}

int
sock_connected(int fd, const struct sock_addr *to, struct err *e)
{
	int sys = 0;
	socklen_t len = sizeof sys;

	if (syscall(SYS_getsockopt, fd, SOL_SOCKET, SO_ERROR, &sys, &len) < 0)
		sys = errno;
	return sys ? fail(e, to, sys) : 0;
}

int
sock_udp(int *fd, const struct sock_addr *to, struct err *e)
{
	return begin(fd, SOCK_DGRAM, to, e);
}

ptrdiff_t
sock_send(int fd, const void *at, size_t n, int *sys)
{
	ssize_t done;

	do
		done = send(fd, at, n, MSG_NOSIGNAL);
	while (done < 0 && errno == EINTR);
	*sys = done < 0 ? errno : 0;
	return done;
}

ptrdiff_t
sock_recv(int fd, void *at, size_t n, int *sys)
{
	ssize_t done;

	do
		done = recv(fd, at, n, 0);
	while (done < 0 && errno == EINTR);
	*sys = done < 0 ? errno : 0;
	return done;
}

void
sock_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static unsigned
group(const unsigned char *ip, unsigned i)
{
	return (unsigned)ip[2 * i] << 8 | ip[2 * i + 1];
}

/* RFC 5952: the longest run of at least two zero groups, the first of equals, is "::". */
static void
format_v6(struct buf *b, const unsigned char *ip)
{
	unsigned best = 8, best_n = 1;

	for (unsigned i = 0; i < 8; i++) {
		unsigned n = 0;

		while (i + n < 8 && !group(ip, i + n))
			n++;
		if (n > best_n) {
			best = i;
			best_n = n;
		}
	}
	for (unsigned i = 0; i < 8; i++) {
		if (i == best) {
			buf_fmt(b, "::");
			i += best_n - 1;
			continue;
		}
		buf_fmt(b, i && i != best + best_n ? ":%x" : "%x", group(ip, i));
	}
}

void
sock_format(struct buf *b, const struct sock_addr *a)
{
	if (!a->v6) {
		buf_fmt(b, "%u.%u.%u.%u", a->ip[0], a->ip[1], a->ip[2], a->ip[3]);
	} else {
		buf_fmt(b, a->port ? "[" : "");
		format_v6(b, a->ip);
		if (a->scope)
			buf_fmt(b, "%%%u", (unsigned)a->scope);
		buf_fmt(b, a->port ? "]" : "");
	}
	if (a->port)
		buf_fmt(b, ":%u", a->port);
}

struct str
sock_text(const struct sock_addr *a, char (*text)[SOCK_TEXT])
{
	struct buf b = BUF(*text);

	sock_format(&b, a);
	return buf_str(&b);
}

uint32_t
sock_scope(struct str scope)
{
	struct ifreq r = { 0 };
	uint64_t number;
	int fd;

	if (str_to_u64(scope, &number))
		return number <= UINT32_MAX ? (uint32_t)number : 0;
	if (!scope.len || scope.len >= sizeof r.ifr_name || memchr(scope.at, 0, scope.len))
		return 0;
	memcpy(r.ifr_name, scope.at, scope.len);
	fd = open_socket(AF_INET6, SOCK_DGRAM);
	if (fd < 0 || syscall(SYS_ioctl, fd, SIOCGIFINDEX, &r) < 0)	/* libc's ioctl knows much that is not asked here */
		r.ifr_ifindex = 0;
	sock_close(&fd);
	return (uint32_t)r.ifr_ifindex;
}
