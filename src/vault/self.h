/* vault/self.h: what a token asks about itself: renewal, lookup, revocation; a step machine. Decides not when, retries nothing. */
/* SPDX-License-Identifier: MIT */
#ifndef VAULT_SELF_H
#define VAULT_SELF_H

#include "vault/api.h"
#include "vault/token.h"

#define SELF_WITHIN_MS 60000		/* Vault's own client; a renewal may wait for a slow storage */
#define SELF_REVOKE_WITHIN_MS 15000	/* whoever revokes is about to end */

enum self_what {
	SELF_RENEW,
	SELF_LOOKUP,
	SELF_REVOKE,
};

/* The first three are set by the caller, the rest is zero. */
struct self {
	const struct vault *vault;	/* where it was granted; its wrap_ttl_s does not count */
	struct str token;		/* visible ASCII; never shown */
	enum self_what what;
	bool is_asked;
	struct token_grant grant;	/* after STEP_DONE of a renewal or a lookup */
	struct json data;		/* after that of a lookup: the answer's, an object, checked as text; its values may be of any type */
};

/* PUT /v1/auth/token/renew-self {"increment":0}, GET lookup-self, PUT revoke-self (Vault API, "Token auth method"). Revoking takes along
   what the token made; a batch token cannot be revoked, and Vault's words say so. An answer must hold what was asked for: a lease (ttl)
   that is a whole number, 0 or more, renewable and num_uses of their types where they are there; and, where it names a token, this
   one: a proxy that puts its own in its place is ERR_PEER. A ttl of 0 beside an expire_time is the last second of a token, and counts
   as 1; without one it is that of a token that does not expire. Errors are vault_check's, but for a renewal's 400, which says that this
   token is none that can be renewed: ERR_DENIED. Lines begin with "vault" and the address. */
enum step self_step(void *machine, const struct answer *in, struct ask *out, struct senv *env, struct err *e);

/* What a login granted, by the rules above. 0; or -1, ERR_PEER: "answer: auth: ...". */
int self_read_auth(struct token_grant *out, const struct vault_secret *s, struct err *e) __attribute__((warn_unused_result));

#endif
