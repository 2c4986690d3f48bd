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
is_health(const struct answer *in)
{
	struct json root, initialized;
	struct err ignored;	/* whatever is wrong with it: it is not what was asked for */

	return in->how == ANSWER_OK && json_parse(&root, in->body, &ignored) == 0 &&
	    json_get(root, "initialized", &initialized, &ignored) == 0 && json_type(initialized) == JSON_BOOL;
}

/* What each status says of the node, and what to do where it takes no logins: two C strings each. */
static const short statuses[] = { 200, 429, 473, 472, 501, 503, 0 };
static const char words[] = "active\0" "\0" "a standby, which hands logins on\0" "\0" "a performance standby\0" "\0"
	"the node is a disaster recovery secondary\0" "it takes no logins: give the address of the primary\0"
	"vault is not initialised\0" "vault operator init, once\0" "vault is sealed\0" "vault operator unseal\0" "\0";

static enum step
take_answer(struct health *m, const struct answer *in, struct arena *a, struct err *e)
{
	const short *s = statuses;
	const char *hint;

	for (m->node = words; *s && *s != in->status; s++)
		m->node = str_next(str_next(m->node));
	hint = str_next(m->node);
	if (!*s || !is_health(in)) {
		if (vault_check(in, NULL, a, e) == 0)
			err_set(e, ERR_PEER, CAUSE_ANSWER, "answer %d: not vault's", in->status);
	} else if (!*hint) {
		return STEP_DONE;
	} else {
		err_set(e, *s == 472 ? ERR_INPUT : ERR_RETRY, *s == 472 ? CAUSE_ANSWER : CAUSE_SEALED, "%s", m->node);
		err_hint(e, "%s", hint);
	}
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
