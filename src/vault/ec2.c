/* vault/ec2.c: the login at auth method aws, type ec2, as a step machine. */
/* SPDX-License-Identifier: MIT */
#include "vault/ec2.h"

#include "data/code.h"
#include "data/jsonw.h"
#include "vault/nonce.h"

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
		return err_set(e, ERR_INPUT, CAUSE_USE, "a wrapped login needs a nonce: vault's own would be lost");
	code_add_base64(&identity, m->document);
	{
		const struct str none = S(""), values[] = {	/* in the order of the keys; what is empty is left out */
			m->config.role, buf_str(&identity), identity.len ? m->proof : none, identity.len ? none : m->proof, m->nonce,
		};
		const char *key = "role\0identity\0signature\0pkcs7\0nonce";

		jsonw_open(&w, '{');
		for (size_t i = 0; i < sizeof values / sizeof *values; i++, key = str_next(key))
			if (values[i].len) {
				jsonw_key(&w, key);
				jsonw_str(&w, values[i]);
			}
		jsonw_close(&w, '}');
	}
	m->config.body = buf_str(&body);
	m->config.nonce = m->nonce;
	m->login.config = &m->config;
	return identity.full || body.full ? arena_err(e) : 0;
}

/* The nonce that Vault made, where it allows another login. */
static int
keep_nonce(struct ec2 *m, struct arena *a, struct err *e)
{
	struct json metadata;

	if (m->nonce.len)
		return 0;
	if (json_get(m->login.secret.auth, "metadata", &metadata, e) < 0 || cred_get_string(&m->nonce, metadata, "nonce", a, e) < 0)
		return err_in(e, "answer");
	return !m->nonce.len || nonce_is_valid(m->nonce) ? 0 : err_set(e, ERR_PEER, CAUSE_ANSWER, "answer: auth.metadata.nonce is no nonce");
}

#define MISMATCH ": client nonce "

/* Whether Vault's words begin so: "client nonce mismatch", "reauthentication is disabled". A role's name may hold parts of them. */
static bool
is_said(const struct err *e, const char *words)
{
	return str_find(str_of(e->line), str_of(words)) != SIZE_MAX;
}

enum step
ec2_step(void *machine, const struct answer *in, struct ask *out, struct senv *env, struct err *e)
{
	struct ec2 *m = machine;
	enum step s;

	if (!in && make_body(m, env->arena, e) < 0)
		return STEP_FAIL;
	s = login_step(&m->login, in, out, env, e);
	if (s == STEP_DONE && keep_nonce(m, env->arena, e) < 0) {
		login_err_in(m->config.vault, e);
		s = STEP_FAIL;
	} else if (s == STEP_FAIL && (is_said(e, MISMATCH) || is_said(e, ": reauthentication "))) {
		/* The second is the role's doing, or that of a first login with an empty nonce. */
		e->code = ERR_INPUT;
		err_hint(e, "%s, then vault delete auth/<mount>/identity-accesslist/<instance-id>",
		    is_said(e, MISMATCH) ? "set nonce_file" : "set the role's disallow_reauthentication to false");
	}
	return s;
}
