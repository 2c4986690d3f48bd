/* data/step.h: the contract between the core that asks and the shell that answers. Holds no code and does no I/O. */
/* SPDX-License-Identifier: MIT */
#ifndef DATA_STEP_H
#define DATA_STEP_H

#include "base/arena.h"
#include "base/err.h"
#include "base/limit.h"
#include "base/str.h"

/* A step machine is called with the answer to its last question (NULL at first) and gives the next question, its result
   or an error. It owns only memory of its flow's arena: dropping it is forgetting it. */
enum step {
	STEP_FAIL = -1,	/* *e is filled; the machine must not be called again */
	STEP_DONE,	/* the result stands in the machine */
	STEP_ASK,	/* *out is filled; call again with its answer */
};

#define HTTP_HEAD_MAX 24	/* fields of a question: the longest of ours has 12 */

struct http_field {
	struct str name;	/* as it is to be sent */
	struct str value;	/* no control bytes: http_format_request refuses them */
};

/* Who is asked: decides whose trust settings count, and the way there. */
enum peer {
	PEER_VAULT,	/* Vault's CA settings, and they are for Vault alone */
	PEER_AWS,	/* AWS_CA_BUNDLE, else the system's bundle, else the compiled-in roots for AWS's own domains */
	PEER_LOCAL,	/* a metadata or container service: never through a proxy; https as PEER_AWS */
};

enum ask_kind {
	ASK_HTTP,
	ASK_FILE,
	ASK_RUN,
};

struct identity;	/* crypto/key.h */

/* One HTTP request. Slices live in the flow's arena, or longer. */
struct ask_http {
	enum peer peer;
	enum limit_class share;	/* of what the process may send */
	struct str method;
	struct str url;		/* absolute, http or https */
	struct http_field head[HTTP_HEAD_MAX];	/* Host, Content-Length and Connection are the shell's */
	size_t head_n;
	struct str body;
	size_t body_max;	/* bytes of answer body that are accepted; more is ANSWER_TOO_LARGE */
	unsigned connect_ms;	/* bound on the connection (name and handshake included); 0: the shell's own */
	unsigned within_ms;	/* bound on all of it; 0: the flow's deadline alone. Each sending has its own */
	struct str ca;		/* PEM, a file or a folder with a NUL behind its name: whose the peer must be, instead of what else counts for PEER_AWS;
				   may be empty */
	const struct identity *identity;	/* shown to this url's host if it asks for it, and to no other; NULL: none */
	bool once;		/* signed, wrapped or not to happen twice: never sent again by the shell. Else it is, twice at most,
				   after no answer, 429 and 5xx */
	bool follow;		/* no identity; one redirect may be followed (301, 302, 307, 308), to https, or from http to http */
};

/* A whole file. */
struct ask_file {
	struct str path;
	size_t max;		/* bytes; more is ANSWER_TOO_LARGE */
	bool secret;		/* the shell warns when others than its owner may read it */
};

/* A command line for /bin/sh -c, with the environment, umask, limits and signal dispositions that the process was started
   with, its own process group and no descriptors of ours. Its standard input is empty. */
struct ask_run {
	struct str command;	/* never shown: it may hold a secret */
	unsigned within_ms;	/* then its process group is killed */
	size_t out_max;		/* bytes of standard output; more is ANSWER_TOO_LARGE */
};

struct ask {
	enum ask_kind kind;
	union {
		struct ask_http http;
		struct ask_file file;
		struct ask_run run;
	};
};

enum answer_how {
	ANSWER_OK,		/* http: a whole answer, whatever its status; file: its bytes; run: it ended by itself */
	ANSWER_UNREACHABLE,	/* name not found, refused, no route, cut: err says which; run: it could not be started */
	ANSWER_SILENT,		/* http: connected, asked, and no whole answer within its time; run: killed at the end of its time */
	ANSWER_TLS,		/* not trusted, or no TLS at all */
	ANSWER_TOO_LARGE,	/* a bound of ours */
	ANSWER_BROKEN,		/* not HTTP */
	ANSWER_MISSING,		/* file: it does not exist */
	ANSWER_UNREADABLE,	/* file: err says why */
};

/* Slices live in the flow's arena until the flow's end. */
struct answer {
	enum answer_how how;
	const struct err *err;	/* the shell's own sentence when how is not ANSWER_OK, else NULL */
	int status;		/* http: 100..599; run: exit status, 128 + n when signal n ended it */
	const struct http_field *head;	/* names as received; compare without case */
	size_t head_n;
	struct str body;	/* of the answer, the file or standard output */
	int64_t sent_at_s;	/* wall clock, unix seconds, when the first byte went out */
	int64_t got_at_s;	/* and when the last byte came */
	bool verified;		/* over TLS, with the peer's certificate verified */
};

/* What a machine may know of the world. */
struct senv {
	int64_t wall_s;		/* wall clock now, unix seconds */
	struct arena *arena;	/* the flow's */
	struct buf *notes;	/* what a person should know though it went well: lines that end in NUL, for the shell to warn of.
				   Never a secret. What does not fit is dropped */
};

typedef enum step step_fn(void *machine, const struct answer *in, struct ask *out, struct senv *env, struct err *e);

#endif
