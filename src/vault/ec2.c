/* vault/ec2.c: the login at auth method aws, type ec2, as a step machine. */
/* SPDX-License-Identifier: MIT */
#include "vault/ec2.h"

#include "data/code.h"
#include "data/jsonw.h"
#include "vault/nonce.h"

static void
add_member(struct jsonw *w, const char *key, struct str value)
{
	jsonw_key(w, key);
	jsonw_str(w, value);
}

static int
make_body(struct ec2 *m, struct arena *a, struct err *e)
{
	struct buf identity = arena_buf(a, code_base64_len(m->document.len) + 1);
	/* JSON makes of a byte at most six. 128: the keys. */
	struct buf body = arena_buf(a, 128 + identity.cap + 6 * (m->config.role.len + m->proof.len + m->nonce.len));
	struct jsonw w = { .out = &body };

	if (m->nonce.len && !nonce_is_valid(m->nonce))
		return err_set(e, ERR_INPUT, CAUSE_USE, "the nonce is not 1 to 128 bytes of visible ascii");
	if (!m->nonce.len && m->config.vault->wrap_ttl_s)
		return err_set(e, ERR_INPUT, CAUSE_USE, "a wrapped login of type ec2 needs a nonce: the one that vault makes would be lost");
	code_add_base64(&identity, m->document);
	jsonw_open(&w, '{');
	add_member(&w, "role", m->config.role);
	if (m->document.len)
		add_member(&w, "identity", buf_str(&identity));
	add_member(&w, m->document.len ? "signature" : "pkcs7", m->proof);
	if (m->nonce.len)
		add_member(&w, "nonce", m->nonce);
	jsonw_close(&w, '}');
	m->config.body = buf_str(&body);
	m->config.nonce = m->nonce;
	m->login.config = &m->config;
	return identity.full || body.full ? arena_err(e) : 0;
}

/* The nonce that Vault made, where it allows another login. */
static int
keep_nonce(struct ec2 *m, struct arena *a, struct err *e)
{
	struct json v;

	if (m->nonce.len)
		return 0;
	if (json_get(m->login.secret.auth, "metadata", &v, e) < 0 || json_get(v, "nonce", &v, e) < 0)
		return err_in(e, "answer");
	if (json_type(v) == JSON_NONE)
		return 0;
	if (json_string(v, a, &m->nonce, e) < 0)
		return err_in(e, "answer: auth.metadata.nonce");
	return nonce_is_valid(m->nonce) ? 0 : err_set(e, ERR_PEER, CAUSE_ANSWER, "answer: auth.metadata.nonce is no nonce");
}

enum step
ec2_step(void *machine, const struct answer *in, struct ask *out, struct senv *env, struct err *e)
{
	struct ec2 *m = machine;
	enum step s;

	if (!in && make_body(m, env->arena, e) < 0)
		return STEP_FAIL;
	s = login_step(&m->login, in, out, env, e);
	if (s != STEP_DONE || keep_nonce(m, env->arena, e) == 0)
		return s;
	login_err_in(&m->config, e);
	return STEP_FAIL;
}
