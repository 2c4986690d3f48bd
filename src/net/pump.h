/* net/pump.h: moves bytes between a connected socket and whoever speaks through it, by TLS or plainly. Knows no HTTP, keeps
   no deadline, and connects nothing. */
/* SPDX-License-Identifier: MIT */
#ifndef NET_PUMP_H
#define NET_PUMP_H

#include "base/err.h"

struct tls;	/* crypto/tls.h */

/* How a run ended. */
enum pump_end {
	PUMP_WAIT,	/* nothing more can be moved now: poll for `events` */
	PUMP_ENOUGH,	/* `take` said that it has all it wants */
	PUMP_END,	/* the peer ended in order: close_notify, or plainly FIN */
	PUMP_CUT,	/* the connection ended otherwise; `sys` is the errno, 0 for a FIN without close_notify */
	PUMP_BROKEN,	/* TLS failed: tls_error tells why */
};

struct pump {
	/* The owner's, before the first run; the rest zero. */
	int fd;			/* connected, non-blocking; the owner closes it */
	struct tls *tls;	/* started, or NULL: plain */
	struct str out;		/* what is to be sent; cut at the front as it goes out. Ours to read until the end */
	/* Bytes that came. All of them must be taken. True: that was enough. May be called several times a run. */
	bool (*take)(void *ctx, struct str bytes);
	void *ctx;

	/* What came of it. */
	short events;		/* for poll */
	int sys;		/* errno that ended reading or writing */
	bool sent_any;		/* bytes of `out` are on their way: the server may have seen some of the request */
	bool sent_all;		/* nothing of `out` is left on our side */
	bool got_any;		/* application bytes came */

	bool deaf;		/* pump.c's own: nothing can be written any more */
};

/* Move what can be moved until both directions would block. Reading goes first and wins: a server that refuses a large
   body answers and closes before it has read it, and its answer must not be lost to our EPIPE; so a failed write is held
   back until what can be read has been read. */
enum pump_end pump_run(struct pump *p);

/* Say goodbye (close_notify) as far as the socket takes it at once; waits for nothing. Does not close the descriptor. */
void pump_close(struct pump *p);

#endif
