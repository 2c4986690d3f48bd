/* vault/revoke.c: gives a token back, as a step machine. */
/* SPDX-License-Identifier: MIT */
#include "vault/revoke.h"

#include "vault/login.h"

enum step
revoke_step(void *machine, const struct answer *in, struct ask *out, struct senv *env, struct err *e)
{
	struct revoke *m = machine;
	const struct str hide[] = { m->token, S("") };

	if (m->is_asked) {
		if (vault_check(in, hide, env->arena, e) == 0)
			return STEP_DONE;
		login_err_in(m->vault, e);
		return STEP_FAIL;
	}
	m->is_asked = true;
	if (vault_ask(out, m->vault, S("PUT"), S("auth/token/revoke-self"), S(""), env->arena, e) < 0)
		return STEP_FAIL;
	out->http.share = LIMIT_TOKEN;
	out->http.within_ms = REVOKE_WITHIN_MS;
	out->http.head[out->http.head_n++] = (struct http_field){ S("X-Vault-Token"), m->token };
	return STEP_ASK;
}
