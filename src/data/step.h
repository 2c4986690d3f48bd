/* data/step.h: the contract between the core that asks and the shell that answers. Holds no code and does no I/O. */
/* SPDX-License-Identifier: MIT */
#ifndef DATA_STEP_H
#define DATA_STEP_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* A step machine is called with the answer to its last question (NULL at first) and gives the next question, its result
   or an error. It owns only memory of its flow's arena: dropping it is forgetting it. */
enum step {
	STEP_ASK,	/* *out is filled; call again with its answer */
	STEP_DONE,	/* the result stands in the machine */
	STEP_FAIL,	/* *e is filled; the machine must not be called again */
};

#define HTTP_HEAD_MAX 24	/* fields of a question: the longest of ours has 12 */

struct http_field {
	struct str name;	/* as it is to be sent */
	struct str value;	/* no control bytes: http_format_request refuses them */
};

/* Whose roots a peer is held against. Vault's settings are for Vault alone. */
enum peer {
	PEER_VAULT,
};

enum ask_kind {
	ASK_HTTP,
};

/* One HTTP request. Slices live in the flow's arena, or longer. */
struct ask_http {
	enum peer peer;
	struct str method;
	struct str url;		/* absolute, http or https */
	struct http_field head[HTTP_HEAD_MAX];	/* Host, Content-Length and Connection are the shell's */
	size_t head_n;
	struct str body;
	size_t body_max;	/* bytes of answer body that are accepted; more is ANSWER_TOO_LARGE */
	bool once;		/* signed, wrapped or not to happen twice: must not be sent again (nothing is resent yet) */
	bool follow;		/* one redirect may be followed (301, 302, 307, 308), to https, or from http to http */
};

struct ask {
	enum ask_kind kind;
	struct ask_http http;	/* ASK_HTTP */
};

enum answer_how {
	ANSWER_OK,		/* http: a whole answer, whatever its status */
	ANSWER_UNREACHABLE,	/* name not found, refused, no route, timed out, cut: err says which */
	ANSWER_TLS,		/* not trusted, or no TLS at all */
	ANSWER_TOO_LARGE,	/* a bound of ours */
	ANSWER_BROKEN,		/* not HTTP */
};

/* Slices live in the flow's arena until the flow's end. */
struct answer {
	enum answer_how how;
	const struct err *err;	/* the shell's own sentence when how is not ANSWER_OK, else NULL */
	int status;		/* 100..599 */
	const struct http_field *head;	/* names as received; compare without case */
	size_t head_n;
	struct str body;
	int64_t sent_at_s;	/* wall clock, unix seconds, when the first byte went out */
	int64_t got_at_s;	/* and when the last byte came */
	bool verified;		/* over TLS, with the peer's certificate verified */
};

/* What a machine may know of the world. */
struct senv {
	int64_t wall_s;		/* wall clock now, unix seconds */
	struct arena *arena;	/* the flow's */
};

typedef enum step step_fn(void *machine, const struct answer *in, struct ask *out, struct senv *env, struct err *e);

#endif
