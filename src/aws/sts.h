/* aws/sts.h: AssumeRole, AssumeRoleWithWebIdentity and GetCallerIdentity, as one step machine. Chooses no source of credentials, reads no file, retries nothing. */
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

/* Parameters of both actions. Empty ones are left out. */
enum sts_param {
	STS_ROLE_ARN,
	STS_SESSION,		/* empty: AWS_ROLE_SESSION_NAME; when that is empty too: "pantler-" and the host's name */
	STS_EXTERNAL_ID,
	STS_DURATION,		/* seconds, as a decimal */
	STS_TOKEN,		/* web identity token */
	STS_PARAMS,
};

enum sts_state {
	STS_START,
	STS_ASKED,
};

/* Slices live as long as the flow's arena, or longer. */
struct sts {
	struct cred got;		/* after STEP_DONE, always with a token and an expiration, but not of `who`; first, as in every source */
	const struct cred_env *env;	/* says where STS is; set by the caller as all above `state`, the rest zero */
	const struct cred *cred;	/* who asks; NULL: who holds STS_TOKEN, and nothing is signed */
	struct str host;		/* this machine's name; may be empty */
	struct str param[STS_PARAMS];
	bool who;			/* GetCallerIdentity: with cred, and without a parameter */
	enum sts_state state;
	struct str place;		/* scheme, host and port */
	/* After STEP_DONE. */
	struct str arn;			/* of `who`: visible ASCII */
};

/* Where: AWS_ENDPOINT_URL_STS, else AWS_ENDPOINT_URL, unless AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is true; else the endpoint of
   AWS_REGION, by AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT, both of which exclude an endpoint of one's own; without a
   region the global one, signed for us-east-1. An endpoint that is plain http is used, with a note.
   The session's name ends up in the caller's ARN. It must be 2 to 64 of A-Z a-z 0-9 _ + = , . @ -; in a host's name other bytes
   become hyphens, and it is cut. It is never a random one: with Vault's iam_alias=full_arn each would be an entity of its own.
   The answer ("AssumeRole", AWS STS API Reference): id, secret, token and expiration must be there, once each. A refusal is
   STS's Code and the first sentence of its Message: cred_no_answer for none; ERR_RETRY for 429, 5xx, throttling, InvalidIdentityToken,
   IDPCommunicationError and ExpiredTokenException; ERR_INPUT for ValidationError and the two about policies; else ERR_DENIED.
   CAUSE_CLOCK when our signature's time is refused, CAUSE_USE for what is malformed here, else CAUSE_CREDENTIALS.
   GetCallerIdentity goes by the same rules, but its refusals have CAUSE_DENIED: it is asked about credentials that are there.
   Every line begins with "sts" and, once it was asked, the place. */
enum step sts_step(void *machine, const struct answer *in, struct ask *out, struct senv *env, struct err *e);

#endif
