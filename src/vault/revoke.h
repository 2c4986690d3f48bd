/* vault/revoke.h: gives a token back, as a step machine. Decides not whether. */
/* SPDX-License-Identifier: MIT */
#ifndef VAULT_REVOKE_H
#define VAULT_REVOKE_H

#include "vault/api.h"

#define REVOKE_WITHIN_MS 15000

struct revoke {
	const struct vault *vault;	/* where it was granted, its wrap_ttl_s 0; set by the caller, as the token */
	struct str token;		/* visible ASCII; never shown */
	bool is_asked;
};

/* PUT /v1/auth/token/revoke-self ("Revoke a token (self)", Vault API). Vault revokes what the token made along
   with it. A batch token cannot be revoked: Vault's words say so. Errors are vault_check's, and lines begin with "vault" and the address. */
enum step revoke_step(void *machine, const struct answer *in, struct ask *out, struct senv *env, struct err *e);

#endif
