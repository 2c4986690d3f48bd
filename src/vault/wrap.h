/* vault/wrap.h: a wrapping token as a sink holds it: made of a token, as a step machine, or taken from a login's answer. Unwraps nothing. */
/* SPDX-License-Identifier: MIT */
#ifndef VAULT_WRAP_H
#define VAULT_WRAP_H

#include "vault/api.h"

#define WRAP_WITHIN_MS 15000
#define WRAP_BODY_MAX 16384	/* bytes of an answer, which has some 500 */
#define WRAP_LINE_MAX 1024	/* bytes of the line below, which has some 350: two accessors, a token and a path */

/* Append what Vault Agent writes to a sink in place of a token, one line of JSON with its line end: wrap_info's token, accessor, ttl,
   creation_time, creation_path and wrapped_accessor, in this order, as they were received. *ttl_s (may be NULL) is how long the token
   lasts. 0; or -1: Vault wrapped nothing, the ttl is 0 or over 2^32, or creation_time is not one that Go would read (ERR_PEER, CAUSE_ANSWER); or
   it does not fit `out` (ERR_LIMIT, CAUSE_LIMIT). An accessor or a path that is absent is an empty string. */
int wrap_add_line(struct buf *out, const struct vault_secret *s, int64_t *ttl_s, struct err *e) __attribute__((warn_unused_result));

struct wrap {
	const struct vault *vault;	/* set by the caller, as the next two, the rest zero; its own wrap_ttl_s does not count */
	struct str token;		/* visible ASCII; never shown */
	uint32_t ask_ttl_s;		/* how long the wrapping token shall last; not 0 */
	bool is_asked;
	struct str line;		/* after STEP_DONE: wrap_add_line's, in the arena; a secret */
	int64_t ttl_s;			/* and how long it lasts, from the answer at the latest */
};

/* PUT /v1/sys/wrapping/wrap ("/sys/wrapping/wrap", Vault API) with {"token":"..."}, asked for with that token. Each answer is another
   wrapping token, so it is never sent again. Errors are vault_check's and wrap_add_line's, and lines begin with "vault" and the address. */
enum step wrap_step(void *machine, const struct answer *in, struct ask *out, struct senv *env, struct err *e);

#endif
