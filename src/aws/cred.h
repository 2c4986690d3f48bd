/* aws/cred.h: AWS credentials, and where they come from. Signs nothing and reads nothing itself: the environment is handed in. */
/* SPDX-License-Identifier: MIT */
#ifndef AWS_CRED_H
#define AWS_CRED_H

#include "base/err.h"
#include "base/str.h"

/* One set of credentials: id, secret and token belong together and are never mixed between sources. Slices are the
   source's and live as long as the process (environment) or the flow's arena. */
struct cred {
	struct str id;		/* access key id; may be shown at debug level */
	struct str secret;	/* secret access key; never shown */
	struct str token;	/* session token; empty for long-term keys; never shown */
};

/* The AWS variables that matter to the chain ("Environment variables" of the AWS SDKs and Tools Reference). */
enum cred_var {
	CRED_ID,	/* AWS_ACCESS_KEY_ID, else AWS_ACCESS_KEY */
	CRED_SECRET,	/* AWS_SECRET_ACCESS_KEY, else AWS_SECRET_KEY */
	CRED_TOKEN,	/* AWS_SESSION_TOKEN, else AWS_SECURITY_TOKEN */
	CRED_REGION,	/* AWS_REGION, else AWS_DEFAULT_REGION */
	CRED_VARS,
};

/* Their names, two for each, the second one old; C strings one behind the other. */
extern const char cred_names[];

/* As found; an empty value is an unset one. */
struct cred_env {
	struct str var[CRED_VARS];
};

/* The credentials in the environment. Both halves must be there: half a pair is an error that names the other half, since
   going on to the next source could log in as somebody else. Values must be visible ASCII. No pair at all is ERR_ABSENT.
   Every error has CAUSE_CREDENTIALS but a malformed value, which has CAUSE_USE. */
int cred_from_env(struct cred *out, const struct cred_env *env, struct err *e) __attribute__((warn_unused_result));

#endif
