/* aws/cred.c: AWS credentials, and where they come from. */
/* SPDX-License-Identifier: MIT */
#include "aws/cred.h"

static int
check_visible(struct str value, const char *name, struct err *e)
{
	if (value.len && !str_is_visible(value))
		return err_set(e, ERR_INPUT, CAUSE_USE, "%s holds a byte that is not visible ascii", name);
	return 0;
}

int
cred_from_env(struct cred *out, const struct cred_env *env, struct err *e)
{
	if (!env->access_key_id.len && !env->secret_access_key.len) {
		err_set(e, ERR_ABSENT, CAUSE_CREDENTIALS,
		    "no aws credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set");
		if (env->has_other)
			err_hint(e, "this build reads credentials from these two variables (and AWS_SESSION_TOKEN) only");
		return -1;
	}
	if (!env->secret_access_key.len)
		return err_set(e, ERR_INPUT, CAUSE_CREDENTIALS,
		    "half a pair of aws credentials: AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not");
	if (!env->access_key_id.len)
		return err_set(e, ERR_INPUT, CAUSE_CREDENTIALS,
		    "half a pair of aws credentials: AWS_SECRET_ACCESS_KEY is set, AWS_ACCESS_KEY_ID is not");
	if (check_visible(env->access_key_id, "AWS_ACCESS_KEY_ID", e) < 0 ||
	    check_visible(env->secret_access_key, "AWS_SECRET_ACCESS_KEY", e) < 0 ||
	    check_visible(env->session_token, "AWS_SESSION_TOKEN", e) < 0)
		return -1;
	out->id = env->access_key_id;
	out->secret = env->secret_access_key;
	out->token = env->session_token;
	return 0;
}
