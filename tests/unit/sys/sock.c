/* tests/unit/sys/sock.c: addresses as text, and connections. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "sys/sock.h"

#include "sys/loop.h"
#include "tap.h"
#include "unit/sys/fault.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

static struct err err;

static void
is_text(const char *ip, uint32_t scope, uint16_t port, const char *want)
{
	char text[SOCK_TEXT];
	struct buf b = BUF(text);
	struct sock_addr a = { .v6 = strchr(ip, ':'), .scope = scope, .port = port };

	inet_pton(a.v6 ? AF_INET6 : AF_INET, ip, a.ip);
	sock_format(&b, &a);
	is_str(buf_str(&b), str_of(want), "%s", want);
}

/* Every address of the hard shape, against the C library. */
static void
test_v6(void)
{
	int wrong = 0;

	for (unsigned bits = 0; bits < 256 * 4; bits++) {
		struct sock_addr a = { .v6 = true };
		char text[SOCK_TEXT + 1] = "", want[INET6_ADDRSTRLEN];
		struct buf b = { .at = text, .cap = SOCK_TEXT };

		for (unsigned i = 0; i < 8; i++)
			if (bits & 1u << i)
				a.ip[2 * i + (bits >> 8 & 1)] = bits >> 9 ? 0x0b : 0xfe;
		if (!a.ip[0] && !a.ip[1] && !a.ip[2] && !a.ip[3] && !a.ip[4] && !a.ip[5] && !a.ip[6] && !a.ip[7] && !a.ip[8] && !a.ip[9])
			continue;	/* which it writes with a dotted quad */
		inet_ntop(AF_INET6, a.ip, want, sizeof want);
		sock_format(&b, &a);
		wrong += strcmp(text, want) != 0;
	}
	is_int(wrong, 0, "IPv6 as the C library writes it");
}

static uint16_t
listen_on(int *fd, int backlog)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof a;

	*fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(*fd, (void *)&a, sizeof a) < 0 || (backlog >= 0 && listen(*fd, backlog) < 0) ||
		getsockname(*fd, (void *)&a, &len) < 0)
		exit(1);
	return ntohs(a.sin_port);
}

static int
no_descriptors(void *ctx)
{
	struct rlimit none = { 0, 0 };
	struct sock_addr to = { .ip = { 127, 0, 0, 1 }, .port = 1 };
	int fd;

	(void)ctx;
	setrlimit(RLIMIT_NOFILE, &none);
	if (sock_connect(&fd, &to, &err) == 0 || fd != -1)
		return 1;
	return strcmp(err.line, "connect to 127.0.0.1:1: too many open files") ? 2 : 0;
}

int
main(void)
{
	struct sock_addr to = { .ip = { 127, 0, 0, 1 } };
	char want[100], c;
	int server, fd, peer, sys;

	is_text("10.0.0.7", 0, 8200, "10.0.0.7:8200");
	is_text("255.255.255.255", 0, 65535, "255.255.255.255:65535");
	is_text("0.0.0.0", 0, 0, "0.0.0.0");
	is_text("::1", 0, 8200, "[::1]:8200");
	is_text("::", 0, 0, "::");
	is_text("fe80::1", 2, 53, "[fe80::1%2]:53");
	is_text("1234:5678:9abc:def0:1234:5678:9abc:def0", 4294967295u, 65535, "[1234:5678:9abc:def0:1234:5678:9abc:def0%4294967295]:65535");
	is_text("2001:db8:0:0:1:0:0:1", 0, 0, "2001:db8::1:0:0:1");
	is_text("2001:db8:0:1:1:1:1:1", 0, 0, "2001:db8:0:1:1:1:1:1");
	test_v6();

	is_int(sock_scope(S("lo")), if_nametoindex("lo"), "a scope by name");
	is_int(sock_scope(S("7")), 7, "and by number");
	ok(!sock_scope(S("nosuch0")) && !sock_scope(S("")) && !sock_scope(S("averyverylongname")) && !sock_scope(S("99999999999")) &&
		!sock_scope(S("l\0o")), "and none");

	to.port = listen_on(&server, 5);
	ok(sock_connect(&fd, &to, &err) == 0, "connect");
	ok(loop_is_ready(fd, POLLOUT, 5000) && sock_connected(fd, &to, &err) == 0, "it stands");
	ok(fcntl(fd, F_GETFL) & O_NONBLOCK && fcntl(fd, F_GETFD) & FD_CLOEXEC, "non-blocking, close-on-exec");
	peer = accept(server, NULL, NULL);
	is_int(sock_recv(fd, &c, 1, &sys), -1, "nothing to receive");
	is_int(sys, EAGAIN, "yet");
	ok(sock_send(fd, "ab", 2, &sys) == 2 && sys == 0, "send");
	ok(loop_is_ready(peer, POLLIN, 5000) && sock_recv(peer, &c, 1, &sys) == 1 && c == 'a', "receive");
	close(peer);	/* with a byte unread: a reset */
	ok(loop_is_ready(fd, POLLIN, 5000) && sock_recv(fd, &c, 1, &sys) == -1 && sys == ECONNRESET, "a reset");
	ok(sock_send(fd, "ab", 2, &sys) == -1 && sys == EPIPE, "sending then is an error, not a signal");
	sock_close(&fd);
	is_int(fd, -1, "closed and forgotten");
	sock_close(&fd);
	close(server);

	snprintf(want, sizeof want, "connect to 127.0.0.1:%d: connection refused", to.port);
	ok(sock_connect(&fd, &to, &err) == 0 && loop_is_ready(fd, POLLOUT, 5000) && sock_connected(fd, &to, &err) < 0, "refused");
	is_line(&err, want, "the line");
	ok(err.cause == CAUSE_UNREACHABLE && err.code == ERR_RETRY && err.sys == ECONNREFUSED, "cause, code and errno");
	sock_close(&fd);
	to = (struct sock_addr){ .v6 = true, .ip = { 0xfe, 0x80, [15] = 9 }, .port = 8200 };
	ok(sock_connect(&fd, &to, &err) < 0 && fd == -1, "a link-local address without its scope");
	ok(!strncmp(err.line, "connect to [fe80::9]:8200: ", 27), "the line: %s", err.line);
	is_int(in_child(no_descriptors, NULL), 0, "no descriptors");

	to = (struct sock_addr){ .ip = { 127, 0, 0, 1 } };
	to.port = listen_on(&server, -1);	/* nobody listens there by UDP */
	ok(sock_udp(&fd, &to, &err) == 0 && sock_send(fd, "x", 1, &sys) == 1, "a datagram to nobody");
	ok(loop_is_ready(fd, POLLIN, 5000) && sock_recv(fd, &c, 1, &sys) == -1 && sys == ECONNREFUSED, "comes back as refused");
	sock_close(&fd);
	close(server);
	return tap_end();
}
