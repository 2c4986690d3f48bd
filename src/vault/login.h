/* vault/login.h: the login at auth method aws, as a step machine; type ec2 goes through vault/ec2. Chooses no credentials and retries nothing. */
/* SPDX-License-Identifier: MIT */
#ifndef VAULT_LOGIN_H
#define VAULT_LOGIN_H

#include "aws/cred.h"
#include "vault/api.h"

/* What a login is made of. Slices outlive the login. */
struct login_config {
	const struct vault *vault;
	const struct cred *cred;
	struct str mount;		/* where the method is mounted: "aws", or "auth/aws" as the agent's mount_path says it */
	struct str role;		/* empty: Vault takes the name of the IAM role or user */
	struct str region;		/* valid (region_is_valid) */
	struct str header_value;	/* X-Vault-AWS-IAM-Server-ID; empty: not sent */
	struct str body;		/* type ec2: the request's whole body (vault/ec2 makes it), and cred, region and header_value do
					   not count; empty: type iam */
	struct str nonce;		/* type ec2: the one in the body, never to be shown */
};

/* How long AWS accepts a signature, before and after its time (IAM User Guide: 15 minutes for STS). */
#define LOGIN_VALID_S 900

/* Append the JSON body of the login request: a GetCallerIdentity request for the region's STS host, signed for the instant
   at_s (Vault API, "AWS auth method", login; header set of the SDK v1 that Vault's own client uses). A value with control
   bytes or beyond ASCII: -1, naming it. */
int login_add_body(struct buf *out, const struct login_config *c, int64_t at_s, struct arena *a, struct err *e)
	__attribute__((warn_unused_result));

/* Room that login_add_body needs at most, in bytes. */
size_t login_body_cap(const struct login_config *c);

/* Append the path of the login endpoint after /v1/: "auth/<mount>/login". A mount with blanks, control bytes, "?" or "#",
   or with an empty, "." or ".." segment: -1. */
int login_add_path(struct buf *out, struct str mount, struct err *e) __attribute__((warn_unused_result));

enum login_state {
	LOGIN_START,
	LOGIN_ASKED,	/* Vault's answer */
};

struct login {
	const struct login_config *config;	/* set by the caller, the rest zero */
	enum login_state state;
	struct vault_secret secret;		/* after STEP_DONE: with a token, or a wrapping token */
	int64_t clock_off_s;			/* after a refused signature: how far Vault's clock is ahead of ours, when it can be believed
						   (verified TLS, a fresh Date) and that is what may be wrong: over LOGIN_SKEW_S, at most a day; else 0 */
};

#define LOGIN_SKEW_S 240	/* AWS's SDKs correct their clock from here on; STS refuses 900 */

/* Put "vault https://host:8200: " before an error's line. Returns -1. */
int login_err_in(const struct vault *v, struct err *e);

/* Signs at env->wall_s, asks, and reads the answer. A refusal by Vault, or by STS through Vault, becomes a sentence with a
   hint that names the setting to look at; of an STS error only its code and its message's first sentence are shown. */
enum step login_step(void *machine, const struct answer *in, struct ask *out, struct senv *env, struct err *e);

#endif
