/* aws/cred.c: AWS credentials, and where they come from. */
/* SPDX-License-Identifier: MIT */
#include "aws/cred.h"

const char cred_names[] =
    "AWS_ACCESS_KEY_ID\0" "AWS_ACCESS_KEY\0"
    "AWS_SECRET_ACCESS_KEY\0" "AWS_SECRET_KEY\0"
    "AWS_SESSION_TOKEN\0" "AWS_SECURITY_TOKEN\0"
    "AWS_REGION\0" "AWS_DEFAULT_REGION\0";

int
cred_from_env(struct cred *out, const struct cred_env *env, struct err *e)
{
	static const char id[] = "AWS_ACCESS_KEY_ID", secret[] = "AWS_SECRET_ACCESS_KEY";
	const struct str *v = env->var;
	const char *name = cred_names;

	if (!v[CRED_ID].len && !v[CRED_SECRET].len) {
		err_set(e, ERR_ABSENT, CAUSE_CREDENTIALS, "no aws credentials: %s and %s are not set", id, secret);
		return err_hint(e, "this build reads these two and AWS_SESSION_TOKEN, and no other source");
	}
	if (!v[CRED_ID].len || !v[CRED_SECRET].len)
		return err_set(e, ERR_INPUT, CAUSE_CREDENTIALS, "half a pair of aws credentials: %s is set, %s is not",
		    v[CRED_ID].len ? id : secret, v[CRED_ID].len ? secret : id);
	for (size_t i = CRED_ID; i <= CRED_TOKEN; i++) {
		if (v[i].len && !str_is_visible(v[i]))
			return err_set(e, ERR_INPUT, CAUSE_USE, "%s holds a byte that is not visible ascii", name);
		name = str_next(name);
		name = str_next(name);
	}
	*out = (struct cred){ v[CRED_ID], v[CRED_SECRET], v[CRED_TOKEN] };
	return 0;
}
