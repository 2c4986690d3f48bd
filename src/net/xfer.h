/* net/xfer.h: one HTTP exchange with one server under one deadline. Follows no redirect, retries nothing and reads no
   meaning into an answer: agent/flow does. */
/* SPDX-License-Identifier: MIT */
#ifndef NET_XFER_H
#define NET_XFER_H

#include "data/step.h"
#include "net/pump.h"
#include "net/resolve.h"
#include "net/roots.h"

#define XFER_CONNECT_MS 30000	/* name, connection and handshake together (as Go's dialer) */
#define XFER_TRY_MS 5000	/* one address, when there are more to try: the SYN and two repetitions */
#define XFER_INTERIM_MAX 4	/* answers of 1xx that are passed over */
/* What an exchange takes of the arena at most, beside ask->body_max and the request. Most of it is never touched. */
#define XFER_ARENA (320 << 10)

struct xfer_cfg {
	const struct ask_http *ask;	/* and all it points to: until the exchange's end */
	struct roots roots;		/* whom to trust, for https */
	struct str tls_server_name;	/* instead of the URL's host: sent, and the certificate held against it; may be empty */
	bool skip_verify;		/* believe any certificate */
	struct arena *arena;		/* the flow's: buffers, and the answer */
	int64_t wall_s;			/* for certificates' dates */
	tick deadline;			/* for all of it */
	const struct resolve_from *from;	/* as struct resolve's */
};

enum xfer_phase {
	XFER_RESOLVE,
	XFER_CONNECT,
	XFER_TLS,	/* handshake */
	XFER_SEND,	/* until the last byte of the request went out */
	XFER_WAIT,	/* for the first byte of the answer */
	XFER_RECEIVE,
};

struct xfer {
	/* xfer.c's own. What is large stands last: the code is the shorter for it. */
	const struct xfer_cfg *cfg;
	struct loop *loop;
	struct xfer_work *work;	/* the arena's: address, names, TLS, trust, HTTP reader and buffers */
	tick started;
	tick limit;		/* of what is under way: the deadline, or the connection's part of it */
	enum xfer_phase phase;
	unsigned addr_at;	/* the address that is tried */
	unsigned interim_n;	/* 1xx answers so far */
	int verdict;		/* enum http_more: the last word on the answer */
	bool has_head;

	/* For the caller. */
	bool done;		/* out holds: turn the loop until then */
	struct answer out;	/* out.err points into this struct; slices into the arena */

	/* xfer.c's own again. */
	struct watch watch;
	struct pump pump;
	struct err err;
};

/* Begin: *x is set up whole, whatever it held (so cancel an earlier exchange first). *cfg must outlive the exchange. It may
   be done at once. Every way it can end is in x->out: ANSWER_OK with status, head and body; or another `how` and the
   sentence: `name "x" does not exist`, `connect to 10.0.0.7:8200: connection refused`, `no answer within 0.5s`, `the
   connection was cut while sending the request`, ... without the URL or whose exchange it was: the caller knows. Never ERR_ABSENT.
   A body that ends with the connection ends by close_notify over TLS; a cut is never taken for an end. */
void xfer_start(struct xfer *x, struct loop *l, const struct xfer_cfg *cfg);

/* Drop it: nothing is watched or open any more, and keys are wiped. Idempotent, also on an all-zero struct;
   the answer of a finished exchange stays. Plain bytes of the conversation stay in the arena until the flow wipes it. */
void xfer_cancel(struct xfer *x);

#endif
