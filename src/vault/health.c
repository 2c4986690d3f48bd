/* vault/health.c: what state a Vault node is in, asked without a token, as a step machine. */
/* SPDX-License-Identifier: MIT */
#include "vault/health.h"

#include "vault/login.h"

static enum step
ask_health(struct health *m, struct ask *out, struct arena *a, struct err *e)
{
	m->is_asked = true;
	if (vault_ask(out, m->vault, S("GET"), S("sys/health"), S(""), a, e) < 0)
		return STEP_FAIL;
	out->http.head_n = 1;	/* X-Vault-Request: neither a namespace nor a wrapping */
	out->http.connect_ms = HEALTH_CONNECT_MS;
	out->http.within_ms = HEALTH_WITHIN_MS;
	return STEP_ASK;
}

/* Whether an answer is one of this endpoint: a gateway has statuses of the same numbers. */
static bool
is_health(struct health *m, const struct answer *in, struct arena *a)
{
	struct json root, initialized;
	struct err ignored;	/* whatever is wrong with it: it is not what was asked for */

	if (in->how != ANSWER_OK || json_parse(&root, in->body, &ignored) < 0 || json_get(root, "initialized", &initialized, &ignored) < 0 ||
	    json_type(initialized) != JSON_BOOL || cred_get_string(&m->version, root, "version", a, &ignored) < 0)
		return false;
	if (!str_is_visible(m->version) || m->version.len > HEALTH_VERSION_MAX)
		m->version = S("");
	return true;
}

static enum step
take_answer(struct health *m, const struct answer *in, struct arena *a, struct err *e)
{
	const char *hint = "it takes no logins: give the address of the primary";
	enum err_code code = ERR_INPUT;
	enum err_cause cause = CAUSE_ANSWER;

	switch (is_health(m, in, a) ? in->status : 0) {
	case 200:
		m->node = "active";
		return STEP_DONE;
	case 429:
		m->node = "a standby, which hands logins on";
		return STEP_DONE;
	case 473:
		m->node = "a performance standby";
		return STEP_DONE;
	case 472:
		m->node = "the node is a disaster recovery secondary";
		break;
	case 501:
		m->node = "vault is not initialised";
		hint = "vault operator init, once";
		break;
	case 503:
		m->node = "vault is sealed";
		hint = "vault operator unseal";
		break;
	default:
		if (vault_check(in, NULL, a, e) == 0)
			err_set(e, ERR_PEER, CAUSE_ANSWER, "answer %d: not vault's", in->status);
		return STEP_FAIL;
	}
	if (in->status != 472) {
		code = ERR_RETRY;
		cause = CAUSE_SEALED;
	}
	err_set(e, code, cause, "%s", m->node);
	err_hint(e, "%s", hint);
	return STEP_FAIL;
}

enum step
health_step(void *machine, const struct answer *in, struct ask *out, struct senv *env, struct err *e)
{
	struct health *m = machine;
	enum step s;

	if (!m->is_asked)
		return ask_health(m, out, env->arena, e);
	s = take_answer(m, in, env->arena, e);
	if (s == STEP_FAIL)
		login_err_in(m->vault, e);
	return s;
}
