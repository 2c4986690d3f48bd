/* vault/self.c: what a token asks about itself: renewal, lookup, revocation; a step machine. */
/* SPDX-License-Identifier: MIT */
#include "vault/self.h"

#include "vault/login.h"

/* Lease, renewable and num_uses of an object; Go's decoder leaves at zero what is null or absent, and so do we, but for the lease:
   a zero there means something. */
static int
read_grant(struct token_grant *out, struct json object, const char *lease_key, struct err *e)
{
	struct json lease, renewable, uses;

	*out = (struct token_grant){ 0 };
	if (json_get(object, lease_key, &lease, e) < 0 || json_get(object, "renewable", &renewable, e) < 0 ||
	    json_get(object, "num_uses", &uses, e) < 0)
		return -1;
	if (json_i64(lease, &out->lease_s, e) < 0)
		return err_in(e, "%s", lease_key);
	if (json_type(uses) > JSON_NULL && json_i64(uses, &out->uses, e) < 0)
		return err_in(e, "num_uses");
	if (json_type(renewable) > JSON_NULL && json_type(renewable) != JSON_BOOL)
		return err_set(e, ERR_PEER, CAUSE_ANSWER, "renewable is not a boolean");
	out->renewable = str_is(renewable.text, "true");
	return 0;
}

int
self_read_auth(struct token_grant *out, const struct vault_secret *s, struct err *e)
{
	return read_grant(out, s->auth, "lease_duration", e) < 0 ? err_in(e, "answer: auth") : 0;
}

/* What a lookup says. *id is the token that it names. */
static int
read_data(struct self *m, struct json root, struct str *id, struct arena *a, struct err *e)
{
	struct json v;

	if (json_get(root, "data", &m->data, e) < 0)
		return -1;
	if (read_grant(&m->grant, m->data, "ttl", e) < 0 || json_get(m->data, "id", &v, e) < 0 ||
	    (json_type(v) > JSON_NULL && json_string(v, a, id, e) < 0) || json_get(m->data, "expire_time", &v, e) < 0)
		return err_in(e, "data");
	if (!m->grant.lease_s && json_type(v) > JSON_NULL)
		m->grant.lease_s = 1;
	return 0;
}

static int
take_answer(struct self *m, const struct answer *in, struct arena *a, struct err *e)
{
	const struct str hide[] = { m->token, S("") };
	struct vault_secret s;

	if (vault_check(in, hide, a, e) < 0) {
		if (m->what == SELF_RENEW && in->status == 400 && e->code == ERR_PEER)
			e->code = ERR_DENIED;
		return -1;
	}
	if (m->what == SELF_REVOKE)
		return 0;
	if (vault_parse_secret(&s, in->body, a, e) < 0)
		return -1;
	if (m->what == SELF_RENEW) {
		if (self_read_auth(&m->grant, &s, e) < 0)
			return -1;
	} else {
		s.token = S("");
		if (read_data(m, s.root, &s.token, a, e) < 0)
			return err_in(e, "answer");
	}
	return !s.token.len || str_eq(s.token, m->token) ? 0 :
	    err_set(e, ERR_PEER, CAUSE_ANSWER, "answer: it is another token's");
}

static enum step
ask_self(struct self *m, struct ask *out, struct arena *a, struct err *e)
{
	static const char paths[] = "auth/token/renew-self\0" "auth/token/lookup-self\0" "auth/token/revoke-self";
	struct vault plain = *m->vault;
	const char *path = paths;

	plain.wrap_ttl_s = 0;
	for (int i = m->what; i > 0; i--)
		path = str_next(path);
	m->is_asked = true;
	if (vault_ask(out, &plain, m->what == SELF_LOOKUP ? S("GET") : S("PUT"), str_of(path),
	    m->what == SELF_RENEW ? S("{\"increment\":0}") : S(""), a, e) < 0)
		return STEP_FAIL;
	out->http.share = LIMIT_TOKEN;
	out->http.within_ms = m->what == SELF_REVOKE ? SELF_REVOKE_WITHIN_MS : SELF_WITHIN_MS;
	out->http.head[out->http.head_n++] = (struct http_field){ S("X-Vault-Token"), m->token };
	return STEP_ASK;
}

enum step
self_step(void *machine, const struct answer *in, struct ask *out, struct senv *env, struct err *e)
{
	struct self *m = machine;

	if (!m->is_asked)
		return ask_self(m, out, env->arena, e);
	if (take_answer(m, in, env->arena, e) == 0)
		return STEP_DONE;
	login_err_in(m->vault, e);
	return STEP_FAIL;
}
