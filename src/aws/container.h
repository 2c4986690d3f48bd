/* aws/container.h: credentials from ECS, EKS Pod Identity or Greengrass's token exchange, as a step machine: they are one and
   the same protocol. Chooses nothing and retries nothing: the chain and the shell do. */
/* SPDX-License-Identifier: MIT */
#ifndef AWS_CONTAINER_H
#define AWS_CONTAINER_H

#include "aws/cred.h"
#include "data/step.h"

#define CONTAINER_TOKEN_MAX 16384	/* bytes of the token file; a projected service account token has 1 to 2 KB */
#define CONTAINER_BODY_MAX 16384	/* bytes of an answer, which has 1.5 KB */
#define CONTAINER_CONNECT_MS 2000
#define CONTAINER_WITHIN_MS 5000
#define CONTAINER_LOCAL_MS 35000	/* Greengrass waits up to 30 s for its cloud, one request at a time */

enum container_state {
	CONTAINER_START,
	CONTAINER_TOKEN_READ,	/* the token file's bytes */
	CONTAINER_ASKED,	/* the endpoint's answer */
};

struct container {
	struct cred cred;	/* after STEP_DONE; first, as in every source */
	const struct cred_env *env;	/* set by the caller, the rest zero */
	enum container_state state;
	struct str url;
	struct str token;
	bool local;		/* on this machine: slow, but near */
};

/* Whether the variables ask for this source: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI. */
bool container_is_configured(const struct cred_env *env);

/* What the address comes to ("Container credential provider", AWS SDKs and Tools Reference): the relative one before the full
   one; https anywhere, http only to 127.0.0.0/8, ::1, localhost (which means 127.0.0.1 here: whoever owns ::1 must not get the
   token), 169.254.170.2, 169.254.170.23 and fd00:ec2::23. Anything else is refused before a byte is sent: ERR_INPUT,
   CAUSE_CREDENTIALS. Then the token: of AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, read anew each time, else of _TOKEN, sent raw.
   An answer of 4xx is ERR_DENIED, 429, 5xx and what is not credentials ERR_RETRY. */
enum step container_step(void *machine, const struct answer *in, struct ask *out, struct senv *env, struct err *e);

#endif
