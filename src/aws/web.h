/* aws/web.h: credentials for a web identity token (IRSA on EKS, OIDC elsewhere), as a step machine. Chooses nothing and retries nothing. */
/* SPDX-License-Identifier: MIT */
#ifndef AWS_WEB_H
#define AWS_WEB_H

#include "aws/sts.h"

enum web_state {
	WEB_START,
	WEB_TOKEN_READ,	/* the token file's bytes */
	WEB_ASKED,	/* STS's answer */
};

struct web {
	struct sts sts;			/* env and host set by the caller, and of a profile role and session; the rest zero */
	struct str token_file;		/* of a profile; empty: the variable's, and its role */
	enum web_state state;
};

/* The token of AWS_WEB_IDENTITY_TOKEN_FILE, read anew each time since it is rotated, and AWS_ROLE_ARN go to STS. A file without
   a role is ERR_INPUT. No file is ERR_ABSENT, with a note when there is a role, which then means nothing. The token's absence
   is ERR_RETRY: it may come late. All else is as sts_step says it, and the
   result is sts.got. Lines begin with "web identity". */
enum step web_step(void *machine, const struct answer *in, struct ask *out, struct senv *env, struct err *e);

#endif
