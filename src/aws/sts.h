/* aws/sts.h: AssumeRole and AssumeRoleWithWebIdentity, as one step machine. Chooses no source of credentials, reads no file, retries nothing. */
/* SPDX-License-Identifier: MIT */
#ifndef AWS_STS_H
#define AWS_STS_H

#include "aws/cred.h"
#include "data/step.h"

#define STS_BODY_MAX 65536	/* bytes of an answer, which has 2 KB */
#define STS_TOKEN_MAX 20000	/* bytes of a web identity token: what STS takes */
#define STS_CONNECT_MS 5000
#define STS_WITHIN_MS 15000
#define STS_SESSION_MAX 64	/* bytes of a session name: what STS takes */

enum sts_state {
	STS_START,
	STS_ASKED,
};

/* Slices live as long as the flow's arena, or longer. */
struct sts {
	const struct cred_env *env;	/* says where STS is; set by the caller as all above `state`, the rest zero */
	const struct cred *cred;	/* who asks; NULL: who holds the token, and nothing is signed */
	struct str token;		/* web identity token, visible ASCII; only where cred is NULL */
	struct str role_arn;
	struct str session_name;	/* of sts_session_name */
	struct str external_id;		/* empty: none */
	struct str duration_s;		/* as a decimal; empty: STS decides */
	enum sts_state state;
	struct str url;
	struct cred got;		/* after STEP_DONE; always with a token and an expiration */
};

/* Where: AWS_ENDPOINT_URL_STS, else AWS_ENDPOINT_URL, unless AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is true; else the endpoint of
   AWS_REGION, by AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT, both of which exclude an endpoint of one's own; without a
   region the global one, signed for us-east-1. An endpoint that is plain http is used, with a note.
   The answer ("AssumeRole", AWS STS API Reference): id, secret, token and expiration must be there, once each. A refusal is
   STS's Code and the first sentence of its Message: ERR_RETRY for no answer, 429, 5xx, throttling, InvalidIdentityToken,
   IDPCommunicationError and ExpiredTokenException; ERR_INPUT for ValidationError and the two about policies; else ERR_DENIED.
   CAUSE_CLOCK when our signature's time is refused, CAUSE_USE for a malformed variable, else CAUSE_CREDENTIALS. Every line begins
   with "sts" and, once it is known, the place. */
enum step sts_step(void *machine, const struct answer *in, struct ask *out, struct senv *env, struct err *e);

/* The name that a session goes by, which ends up in the caller's ARN: `wanted` when it is not empty, which must be 2 to 64 of
   A-Z a-z 0-9 _ + = , . @ - (else ERR_INPUT); else "pantler-" and the host's name, other bytes made hyphens, cut to fit. Never a
   random one: with Vault's iam_alias=full_arn each would be an entity of its own. */
int sts_session_name(struct str *out, struct str wanted, struct str host, struct arena *a, struct err *e)
	__attribute__((warn_unused_result));

#endif
