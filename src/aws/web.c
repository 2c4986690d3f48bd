/* aws/web.c: credentials for a web identity token, as a step machine. */
/* SPDX-License-Identifier: MIT */
#include "aws/web.h"

static enum step
start(struct web *m, struct ask *out, struct senv *env, struct err *e)
{
	const struct str *var = m->env->var;

	if (!m->token_file.len) {
		m->token_file = var[CRED_WEB_IDENTITY_TOKEN_FILE];
		m->role_arn = var[CRED_ROLE_ARN];
	}
	if (!m->token_file.len) {
		if (m->role_arn.len && env->notes)
			buf_fmt(env->notes, "AWS_ROLE_ARN is ignored: AWS_WEB_IDENTITY_TOKEN_FILE is not set%c", 0);
		err_set(e, ERR_ABSENT, CAUSE_CREDENTIALS, "AWS_WEB_IDENTITY_TOKEN_FILE is not set");
		return STEP_FAIL;
	}
	if (!m->role_arn.len) {
		err_set(e, ERR_INPUT, CAUSE_CREDENTIALS, "AWS_WEB_IDENTITY_TOKEN_FILE is set, AWS_ROLE_ARN is not");
		return STEP_FAIL;
	}
	m->sts = (struct sts){ .env = m->env, .role_arn = m->role_arn };
	if (sts_session_name(&m->sts.session_name, m->session_name.len ? m->session_name : var[CRED_ROLE_SESSION_NAME], m->host,
	    env->arena, e) < 0)
		return STEP_FAIL;
	*out = (struct ask){ .kind = ASK_FILE, .file = { .path = m->token_file, .max = STS_TOKEN_MAX } };
	m->state = WEB_TOKEN_READ;
	return STEP_ASK;
}

static enum step
take_token(struct web *m, const struct answer *in, struct ask *out, struct senv *env, struct err *e)
{
	struct str token = str_cut_eol(in->body);

	if (in->how != ANSWER_OK) {
		*e = *in->err;
		e->cause = CAUSE_CREDENTIALS;
		e->code = in->how == ANSWER_MISSING ? ERR_RETRY : e->code;
		err_in(e, "its token file");
		return STEP_FAIL;
	}
	if (!str_is_visible(token)) {
		err_set(e, token.len ? ERR_INPUT : ERR_RETRY, CAUSE_CREDENTIALS,
		    token.len ? "its token holds a byte that is not visible ascii" : "its token file is empty");
		return STEP_FAIL;
	}
	m->sts.token = token;
	m->state = WEB_ASKED;
	return sts_step(&m->sts, NULL, out, env, e);
}

enum step
web_step(void *machine, const struct answer *in, struct ask *out, struct senv *env, struct err *e)
{
	struct web *m = machine;
	enum step s = STEP_FAIL;

	switch (m->state) {
	case WEB_START:
		s = start(m, out, env, e);
		break;
	case WEB_TOKEN_READ:
		s = take_token(m, in, out, env, e);
		break;
	case WEB_ASKED:
		s = sts_step(&m->sts, in, out, env, e);
		m->cred = m->sts.got;
		break;
	}
	if (s == STEP_FAIL)
		err_in(e, "web identity");
	return s;
}
