/* vault/health.h: what state a Vault node is in, asked without a token, as a step machine. Logs nobody in and retries nothing. */
/* SPDX-License-Identifier: MIT */
#ifndef VAULT_HEALTH_H
#define VAULT_HEALTH_H

#include "vault/api.h"

#define HEALTH_CONNECT_MS 10000
#define HEALTH_WITHIN_MS 15000

struct health {
	const struct vault *vault;	/* set by the caller, the rest zero */
	bool is_asked;
	const char *node;		/* after STEP_DONE: "active" and the like, for a sentence; static */
};

/* GET /v1/sys/health ("/sys/health", Vault API), which everybody may ask, always in the root namespace: no other has it. 200, 429
   (standby) and 473 (performance standby) are nodes that take logins or hand them on. 472 (disaster recovery secondary) is ERR_INPUT,
   501 and 503 ERR_RETRY with CAUSE_SEALED, each with a hint. All of them are believed only when the body is that of the API:
   with another one, and for every other status, the error is vault_check's; 200 is then ERR_PEER, CAUSE_ANSWER. Lines begin
   with "vault" and the address. */
enum step health_step(void *machine, const struct answer *in, struct ask *out, struct senv *env, struct err *e);

#endif
