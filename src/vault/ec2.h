/* vault/ec2.h: the login at auth method aws, type ec2, as a step machine. Asks no metadata (aws/imds does), makes and keeps no nonce. */
/* SPDX-License-Identifier: MIT */
#ifndef VAULT_EC2_H
#define VAULT_EC2_H

#include "vault/login.h"

/* Slices outlive the login. */
struct ec2 {
	/* Set by the caller, the rest zero. */
	struct login_config config;	/* vault, mount and role (empty: Vault takes the image's id) */
	struct str document;		/* as aws/imds gives it, and */
	struct str proof;		/* its signature; or, without a document, the PKCS#7 message that holds both */
	struct str nonce;		/* nonce_is_valid; or empty: Vault makes one, and after STEP_DONE it stands here (in the arena; empty
					   when Vault allows no second login). Never shown */
	/* Own; after STEP_DONE its secret is the result. */
	struct login login;
};

/* Asks with {role, identity, signature, nonce} or {role, pkcs7, nonce} (Vault API, "AWS auth method", login), what is empty left
   out: a nonce that is sent empty ends the logins of this instance for good. Answer and refusals as login_step; that the nonce is
   another one, or that there is no second login, has a hint that names the way out. A malformed nonce, and none where the answer
   is to be wrapped, which hides the one that Vault makes: ERR_INPUT, CAUSE_USE, before anything is sent. */
enum step ec2_step(void *machine, const struct answer *in, struct ask *out, struct senv *env, struct err *e);

#endif
