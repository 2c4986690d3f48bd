/* aws/chain.h: where a machine's AWS identity comes from: the first source that is configured, and no other. Asks nothing itself:
   each source has a file of its own. */
/* SPDX-License-Identifier: MIT */
#ifndef AWS_CHAIN_H
#define AWS_CHAIN_H

#include "aws/container.h"
#include "aws/imds.h"
#include "aws/iot.h"
#include "aws/profile.h"
#include "aws/web.h"

/* In the order in which they are looked at. */
enum chain_source {
	CHAIN_AUTO,		/* of a pin: none */
	CHAIN_STATIC,		/* access_key and secret_key in the configuration */
	CHAIN_IOT,		/* iot {} in the configuration */
	CHAIN_ENV,
	CHAIN_FILE,		/* ~/.aws/credentials and ~/.aws/config, or where the variables say */
	CHAIN_WEB,		/* web identity by the environment (a profile's is the file's) */
	CHAIN_CONTAINER,
	CHAIN_IMDS,
	CHAIN_SOURCES,
};

/* What the configuration calls each: "static", "iot", "env", "file", "web-identity", "container", "imds". By that name; CHAIN_SOURCES
   when there is none. */
const char *chain_name(enum chain_source source);
enum chain_source chain_find(struct str name);

struct chain_config {
	const struct cred_env *env;
	struct cred fixed;	/* of the configuration; id empty: none */
	const struct str *iot;	/* IOT_KEYS values, as struct iot's; the first empty: no such source */
	enum chain_source pin;	/* the only one that is looked at */
	struct str home;	/* $HOME, for the files; empty: none */
	struct str host;	/* this machine's name, for role sessions; may be empty */
};

struct chain {
	const struct chain_config *config;	/* set by the caller, the rest zero */
	enum chain_source source;	/* the one that is asked, and after STEP_DONE the one that was chosen */
	struct buf skipped;		/* "; "-separated: each source that was passed over, and why */
	step_fn *step;			/* of the source at hand; NULL: it has not begun, or needs none */
	bool asked;			/* the source at hand has: it is configured, and nothing is taken for its absence any more. The
					   shared files do not count, which are looked at unasked */
	union {
		struct cred cred;	/* after STEP_DONE; each machine begins with its own */
		struct profile profile;
		struct web web;
		struct iot iot;
		struct container container;
		struct imds imds;
	};
};

/* The chain: configuration (its keys, then its iot block), environment, shared files, then the identity services: web identity, container endpoint, instance
   metadata (the order of Vault's agent since 1.14). A source that is configured and fails is the chain's error: going on to
   the next could log in as somebody else, the node instead of the pod. So none is passed over that has asked anything of the network,
   of a program or of a file of its own: ERR_ABSENT is then ERR_RETRY, whatever the source meant by it. Instance metadata needs no configuration: it is what
   there is when nothing else is.
   Nothing anywhere: ERR_RETRY with CAUSE_CREDENTIALS, and of `skipped` what fits the line. Expired credentials are
   handed out, with a note: the server decides. */
enum step chain_step(void *machine, const struct answer *in, struct ask *out, struct senv *env, struct err *e);

#endif
