/* aws/sigv4.h: AWS Signature Version 4 in a header, for any service and header set. No query signing, no chunked bodies, no SigV4A. */
/* SPDX-License-Identifier: MIT */
#ifndef AWS_SIGV4_H
#define AWS_SIGV4_H

#include "aws/cred.h"
#include "base/arena.h"
#include "data/step.h"

/* What is signed. Source of every rule: "Signing AWS API requests" in the IAM User Guide, and the public test suite. */
struct sigv4 {
	struct str method;
	struct str path;	/* as on the wire, without the query; empty counts as "/" */
	struct str query;	/* as on the wire, without "?" */
	const struct http_field *head;	/* every field is signed: host, x-amz-date and x-amz-security-token must be among them */
	size_t head_n;		/* 1 to HTTP_HEAD_MAX */
	struct str body;
	struct str region;
	struct str service;
	int64_t at_s;		/* unix seconds; must be what x-amz-date says */
	bool keep_path;		/* leave ".", ".." and "//" in the path as they are. S3 wants that, and its "%XX" not encoded
				   again, which this does not do */
};

#define SIGV4_PARAMS_MAX 64	/* query parameters; no AWS call of ours has more than 12 */

/* Append the canonical request. Exposed for tests. Too many fields or parameters: ERR_LIMIT. */
int sigv4_add_canonical(struct buf *out, const struct sigv4 *s, struct arena *a, struct err *e)
	__attribute__((warn_unused_result));

/* Append the string to sign for a canonical request. Exposed for tests. */
void sigv4_add_to_sign(struct buf *out, const struct sigv4 *s, struct str canonical);

/* Append the value of the Authorization header: "AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…". Scratch comes
   from the arena; derived keys are wiped before return. -1 when it does not fit or a bound is exceeded. */
int sigv4_sign(struct buf *out, const struct sigv4 *s, const struct cred *cred, struct arena *a, struct err *e)
	__attribute__((warn_unused_result));

#endif
