/* net/resolve.h: a host's addresses, by our own stub resolver on the loop. Connects to nothing and caches nothing. */
/* SPDX-License-Identifier: MIT */
#ifndef NET_RESOLVE_H
#define NET_RESOLVE_H

#include "base/arena.h"
#include "net/nameconf.h"
#include "sys/loop.h"

#define RESOLVE_ADDRS 16	/* more are not worth trying within one deadline; the rest of an answer is passed over */
#define RESOLVE_GRACE_MS 300	/* how long the second family may be late once the first has addresses */

struct host;	/* data/uri.h */

/* Where to look instead of /etc/resolv.conf and /etc/hosts, and whom to ask instead of port 53. */
struct resolve_from {
	const char *conf;
	const char *hosts;
	uint16_t port;
};

/* One family's question. Nobody's business but resolve.c's. Here and below what is large stands last: the code that reaches
   what is small is the shorter for it, by a quarter of a kilobyte. */
struct resolve_query {
	struct watch watch;	/* its fd is the query's socket, fresh for each try */
	enum resolve_state {
		RESOLVE_IDLE,		/* nothing asked */
		RESOLVE_UDP,		/* waiting for the answer */
		RESOLVE_TCP_SEND,	/* it was truncated: the same again by TCP; connecting, or sending */
		RESOLVE_TCP_RECV,
		RESOLVE_ANSWERED,	/* result holds */
	} state;
	enum resolve_result {
		RESOLVE_SILENT,		/* no server answered */
		RESOLVE_FAILED,		/* one said that it cannot say, or what nobody can read; err tells */
		RESOLVE_NO_NAME,	/* the name does not exist */
		RESOLVE_EMPTY,		/* it exists, without such an address */
		RESOLVE_FOUND,		/* addr[] holds at least one */
	} result;
	unsigned tries;		/* begun so far; over the servers, then over again, `attempts` times */
	unsigned first;		/* the server of the first try */
	unsigned addr_n;
	uint16_t id;
	char *tcp;		/* from the arena, at the first truncated answer: two bytes of length, then the message */
	size_t tcp_len;		/* bytes sent or received */
	size_t tcp_end;		/* bytes there are to send */
	unsigned char addr[RESOLVE_ADDRS][16];
};

struct resolve {
	/* resolve.c's own. */
	struct loop *loop;	/* NULL when nothing is under way */
	void (*done)(struct resolve *r);
	tick deadline;
	tick grace;		/* until when the second family is waited for */
	struct str name;	/* as asked for, in the caller's host */
	size_t asked_len;	/* of asked[] */
	unsigned candidate;	/* the next one */
	unsigned server_good;	/* the one that answered last: the next question goes there first */
	uint16_t port;
	bool bare_first;	/* the bare name is asked before the search domains, not after them */
	bool exists;		/* a candidate was there, but has no address */

	/* The caller's, before resolve_start; may be left zero but the arena. */
	struct arena *arena;	/* for the rare answer by TCP */
	const struct resolve_from *from;	/* for tests; NULL: the system's */
	void *ctx;

	/* The result, valid once `done` was called: addresses in the order to try (IPv6 and IPv4 by turns, IPv6 first, as
	   far as there are both), with the port of the host; or none, and err says why. */
	unsigned addr_n;
	struct sock_addr addr[RESOLVE_ADDRS];
	struct err err;

	/* resolve.c's own again. */
	char asked[256];	/* the candidate being asked: the name, or the name in a search domain */
	struct resolve_query query[2];	/* A, AAAA */
	struct nameconf conf;
};

/* Find the addresses of `host` (which must outlive the search) and call done(r) exactly once, unless cancelled; possibly
   before this function returns (literals, localhost, the hosts file, no resolv.conf). In this order:
   a literal is itself; "localhost" and names under it are ::1 and 127.0.0.1 (RFC 6761 6.3), asked of nobody; the hosts
   file; then the servers of resolv.conf with its search, ndots, timeout and attempts (a name with a dot at its end is
   asked as it is). Without resolv.conf, or without a server in it, nobody is asked: 127.0.0.1 is not assumed.
   A and AAAA are asked at once, each from its own fresh socket; one that fails or stays away holds back the other by no
   more than RESOLVE_GRACE_MS. One server at a time, the next when it fails or is silent for its time: the first that
   answers is believed, as the order in resolv.conf means it. After "cannot say" no further search domain is tried: that
   could find another host of the same name.
   Errors: CAUSE_UNREACHABLE with `name "x" does not exist`, `name "x" has no address`,
   `no nameserver answered for "x" (10.0.0.2, 10.0.0.3)`, `name "x": nameserver 10.0.0.2: ...`; CAUSE_FILE for a resolv.conf
   that exists and cannot be read. */
void resolve_start(struct resolve *r, struct loop *l, const struct host *host, uint16_t port, tick deadline,
	void (*done)(struct resolve *r));

/* Stop: sockets are closed, done is not called any more. Idempotent; fine on an all-zero struct and after the end. */
void resolve_cancel(struct resolve *r);

#endif
