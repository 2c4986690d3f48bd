/* aws/web.c: credentials for a web identity token, as a step machine. */
/* SPDX-License-Identifier: MIT */
#include "aws/web.h"

static enum step
start(struct web *m, struct ask *out, struct senv *env, struct err *e)
{
	const struct str *var = m->sts.env->var;
	struct str *role = &m->sts.param[STS_ROLE_ARN];

	if (!m->token_file.len) {
		m->token_file = var[CRED_WEB_IDENTITY_TOKEN_FILE];
		*role = var[CRED_ROLE_ARN];
	}
	if (m->token_file.len && role->len) {
		*out = (struct ask){ .kind = ASK_FILE, .file = { .path = m->token_file, .max = STS_TOKEN_MAX } };
		m->state = WEB_TOKEN_READ;
		return STEP_ASK;
	}
	if (role->len && env->notes)
		buf_fmt(env->notes, "%s is ignored: %s is not set%c", cred_name(CRED_ROLE_ARN), cred_name(CRED_WEB_IDENTITY_TOKEN_FILE), 0);
	return err_set(e, m->token_file.len ? ERR_INPUT : ERR_ABSENT, CAUSE_CREDENTIALS, "%s is not set",
	    cred_name(m->token_file.len ? CRED_ROLE_ARN : CRED_WEB_IDENTITY_TOKEN_FILE));
}

static enum step
take_token(struct web *m, const struct answer *in, struct ask *out, struct senv *env, struct err *e)
{
	struct str token = str_cut_eol(in->body);

	if (in->how != ANSWER_OK) {
		cred_no_answer(in, e);
	} else if (!str_is_visible(token)) {
		err_set(e, token.len ? ERR_INPUT : ERR_RETRY, CAUSE_CREDENTIALS, token.len ? "holds a byte that is not visible ascii" : "is empty");
	} else {
		m->sts.param[STS_TOKEN] = token;
		m->state = WEB_ASKED;
		return sts_step(&m->sts, NULL, out, env, e);
	}
	return err_in(e, "its token file");
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
		break;
	}
	if (s == STEP_FAIL)
		err_in(e, "web identity");
	return s;
}
