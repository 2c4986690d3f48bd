/* sys/sock.h: non-blocking sockets to one address. Resolves nothing, chooses no address and keeps no deadline. */
/* SPDX-License-Identifier: MIT */
#ifndef SYS_SOCK_H
#define SYS_SOCK_H

#include "base/buf.h"
#include "base/err.h"

/* Where to connect. */
struct sock_addr {
	bool v6;
	unsigned char ip[16];	/* network order; the first 4 bytes for IPv4 */
	uint32_t scope;		/* IPv6: interface index, 0 none */
	uint16_t port;		/* host order */
};

/* Begin a TCP connection, and store the descriptor (close-on-exec, non-blocking, no delay). Wait for POLLOUT, then ask
   sock_connected. 0; or -1 with CAUSE_UNREACHABLE, e->sys the errno, and *fd -1: "connect to 10.0.0.7:8200: no route". */
int sock_connect(int *fd, const struct sock_addr *to, struct err *e) __attribute__((warn_unused_result));

/* After POLLOUT, POLLERR or POLLHUP: 0 when the connection stands, else -1 with the same sentence. The fd stays open. */
int sock_connected(int fd, const struct sock_addr *to, struct err *e) __attribute__((warn_unused_result));

/* A UDP socket that sends to `to` and hears from there alone, from a port of the kernel's choosing: a fresh one for each
   question is what makes answers hard to forge. Errors as sock_connect. */
int sock_udp(int *fd, const struct sock_addr *to, struct err *e) __attribute__((warn_unused_result));

/* Send without SIGPIPE, or receive: bytes moved (0 from sock_recv: the peer ended, or an empty datagram); or -1 with errno
   in *sys, EAGAIN when it would block. Interruptions are retried. */
ptrdiff_t sock_send(int fd, const void *at, size_t n, int *sys);
ptrdiff_t sock_recv(int fd, void *at, size_t n, int *sys);

/* Close and forget: *fd is -1 afterwards. Nothing happens when it was. */
void sock_close(int *fd);

/* Append "10.0.0.7:8200" or "[fe80::1%2]:8200"; without the port when it is 0. At most SOCK_TEXT bytes. */
void sock_format(struct buf *b, const struct sock_addr *a);
#define SOCK_TEXT 60
/* The same into the caller's `text`, for a message. */
struct str sock_text(const struct sock_addr *a, char (*text)[SOCK_TEXT]);

/* The number of the interface named by scope ("eth0", "2"), 0 when there is none. */
uint32_t sock_scope(struct str scope);

#endif
