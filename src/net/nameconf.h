/* net/nameconf.h: what resolv.conf(5) and hosts(5) say. Asks nobody and knows no names of its own. */
/* SPDX-License-Identifier: MIT */
#ifndef NET_NAMECONF_H
#define NET_NAMECONF_H

#include "base/err.h"
#include "sys/sock.h"

#define NAMECONF_SERVERS 3	/* resolv.conf(5); further ones are passed over */
#define NAMECONF_SEARCH 512	/* bytes of search domains: Kubernetes gives three, about 80 bytes */

/* In the order of nameconf.option. */
enum { NAMECONF_NDOTS, NAMECONF_TIMEOUT, NAMECONF_ATTEMPTS, NAMECONF_OPTIONS };

struct nameconf {
	unsigned server_n;
	unsigned option[NAMECONF_OPTIONS];	/* ndots (0 to 15), timeout (seconds, 1 to 30), attempts (1 to 5) */
	size_t search_len;	/* of search[] */
	struct sock_addr server[NAMECONF_SERVERS];
	char search[NAMECONF_SEARCH];	/* domains, a blank after each */
};

/* Read resolv.conf at `path`; the servers listen on `port`. Of several search and domain lines the last counts. What is
   unknown or cannot be read is passed over, as resolvers do. 0; or -1: there is no such file, or no server in it (CAUSE_UNREACHABLE,
   with a hint for the former: names may be resolvable later); the file is there and cannot be read, or names more domains
   than there is room for (CAUSE_FILE). */
int nameconf_read(struct nameconf *c, const char *path, uint16_t port, struct err *e) __attribute__((warn_unused_result));

/* Call found(ctx, address) for each line of the hosts file at `path` that has the name, without case; the port is 0. A file that
   is missing, or cannot be read, is as good as an empty one: names go on working without it. At most 1 MiB of it is read. */
void nameconf_hosts(const char *path, struct str name, void (*found)(void *ctx, const struct sock_addr *a), void *ctx);

#endif
