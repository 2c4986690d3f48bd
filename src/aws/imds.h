/* aws/imds.h: what an EC2 instance knows of itself, as step machines: its role's credentials, its region, and the identity that a
   login of type ec2 shows. Chooses no source, and keeps nothing beyond its flow. */
/* SPDX-License-Identifier: MIT */
#ifndef AWS_IMDS_H
#define AWS_IMDS_H

#include "aws/cred.h"
#include "data/step.h"

#define IMDS_CONNECT_MS 1000
#define IMDS_TOKEN_MS 2000	/* a session token has 56 bytes: they come with the head or not at all */
#define IMDS_WITHIN_MS 5000
#define IMDS_TTL_S 21600	/* of a session: the longest that the service gives */
#define IMDS_TEXT_MAX 4096	/* bytes of a session token, a list of roles or a region */
#define IMDS_DATA_MAX 16384	/* bytes of credentials (1.3 KB), a document (0.5 KB) or what proves it (1.5 KB) */
#define IMDS_INSTANCE_MAX 64	/* bytes of an instance id; AWS's have 19 */

/* The names are of the answer that is waited for. */
enum imds_state {
	IMDS_START,		/* none: the machine may be run */
	IMDS_TOKEN,		/* a new session's */
	IMDS_ROLES,
	IMDS_REGION,
	IMDS_CRED,
	IMDS_DOCUMENT,
	IMDS_SIGNATURE,
	IMDS_RSA2048,
	IMDS_PKCS7,
	IMDS_REGION_DOCUMENT,	/* the document again, of a service that has no region by itself */
};

/* One session with the service. After STEP_DONE the machine may be run again, by the same step or another one, as long as its flow
   lasts, and goes on with its session. Slices are the flow's arena's, or the variables'. */
struct imds {
	struct cred cred;		/* a result, as those below; first, as in every source */
	const struct cred_env *env;	/* set by the caller, the rest zero */
	bool pkcs7;			/* set by the caller: what imds_identity_step asks for */
	/* Own. */
	enum imds_state state;
	enum imds_state next;	/* what is asked for, with a session or after a new one */
	bool is_v1;		/* version 2 was refused once: no session is asked for, but after 401 */
	bool no_v1;		/* AWS_EC2_METADATA_V1_DISABLED */
	bool again;		/* the session was lost over this question */
	struct str base;	/* "http://169.254.169.254" */
	struct str url;		/* of the last question */
	struct str role;
	struct str token;	/* the session's; never shown */
	int64_t until_s;	/* wall clock: when to start a new one */
	/* Results. */
	struct str region;
	struct str document;	/* byte for byte: it is signed */
	struct str proof;	/* its signature, or the PKCS#7 message that holds both: base64 without line ends */
	struct str instance_id;	/* as the document has it: visible ASCII, at most IMDS_INSTANCE_MAX bytes */
};

/* All three: "Use the Instance Metadata Service" and "Instance identity documents", EC2 User Guide. Asked is
   AWS_EC2_METADATA_SERVICE_ENDPOINT (scheme, host and port), else 169.254.169.254, or fd00:ec2::254 with ..._MODE=IPv6, never
   through a proxy, always with a session token first (version 2). Only where that is refused by 403, 404 or 405, and
   AWS_EC2_METADATA_V1_DISABLED is not true, version 1 is used, and noted; not when there is no answer, which is a container's
   one hop too many, and has a hint. 401 to a question makes one new session and asks it once more.
   Errors have CAUSE_CREDENTIALS, but a malformed variable CAUSE_USE with ERR_INPUT: ERR_ABSENT when AWS_EC2_METADATA_DISABLED is
   true and when there is no role; ERR_DENIED after 4xx; cred_no_answer after no answer; ERR_RETRY after 429, 5xx,
   and what cannot be read. */

/* m->cred: those of AWS_EC2_INSTANCE_PROFILE_NAME, or of the first role that is listed. They may have expired: the service gives out
   old ones when it has no new ones. */
enum step imds_step(void *machine, const struct answer *in, struct ask *out, struct senv *env, struct err *e);

/* m->region: valid (region_is_valid). */
enum step imds_region_step(void *machine, const struct answer *in, struct ask *out, struct senv *env, struct err *e);

/* m->document, m->instance_id, and m->proof: /signature (RSA, SHA-256), or with m->pkcs7 /rsa2048, or /pkcs7 (DSA, SHA-1) of a service
   that lacks it. */
enum step imds_identity_step(void *machine, const struct answer *in, struct ask *out, struct senv *env, struct err *e);

#endif
