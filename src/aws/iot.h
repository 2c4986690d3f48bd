/* aws/iot.h: credentials from AWS IoT Core's credential provider, by a device's certificate, as a step machine. Chooses nothing and
   retries nothing: the chain and the shell do. */
/* SPDX-License-Identifier: MIT */
#ifndef AWS_IOT_H
#define AWS_IOT_H

#include "aws/cred.h"
#include "crypto/key.h"

#define IOT_FILE_MAX 65536	/* bytes of a certificate's or a key's file; chains of four have 8 KB */
#define IOT_BODY_MAX 16384	/* bytes of an answer, which has 1.2 KB */
#define IOT_NAME_MAX 128	/* bytes of a role alias and of a thing's name: AWS's own bound */
#define IOT_WITHIN_MS 15000	/* a handshake with an RSA key takes a small processor seconds */

/* What is configured. All but the last two must be. */
enum iot_key {
	IOT_ENDPOINT,	/* host, or host:port */
	IOT_ROLE_ALIAS,
	IOT_CERT,	/* file */
	IOT_KEY,	/* file */
	IOT_CA,		/* file or folder: whose the endpoint's certificate must be; empty: as of all of AWS's */
	IOT_THING_NAME,
	IOT_KEYS,
};

enum iot_state {
	IOT_START,
	IOT_CERT_READ,	/* the certificate's file */
	IOT_KEY_READ,	/* the key's */
	IOT_ASKED,	/* the endpoint's answer */
};

struct iot {
	struct cred cred;		/* after STEP_DONE; first, as in every source */
	const struct str *config;	/* IOT_KEYS values, each past iot_check and with a NUL behind it; set by the caller, the rest zero */
	enum iot_state state;
	struct str cert;
	struct identity identity;
};

/* Whether a value can be one: not empty; names of the bytes that AWS allows in them; the endpoint the name of a host, and among AWS's
   own a credential provider's, not that of AWS IoT's data, which describe-endpoint tells when it is asked for nothing else; files without
   a zero byte. -1: ERR_INPUT, CAUSE_USE, for behind the key's name, and for the endpoint a hint. */
int iot_check(enum iot_key key, struct str value, struct err *e) __attribute__((warn_unused_result));

/* "Authorizing direct calls to AWS services using AWS IoT Core credential provider" (AWS IoT Core Developer Guide): both files are
   read anew, since certificates are renewed, and one request shows the certificate and proves the key. The files' absence is
   ERR_RETRY: they may come late; what is wrong in them ERR_INPUT. An answer of 4xx is ERR_DENIED, with AWS's words and for those that
   are known a hint; 429, 5xx and what is not credentials ERR_RETRY. Lines begin with "iot credentials: ". */
enum step iot_step(void *machine, const struct answer *in, struct ask *out, struct senv *env, struct err *e);

#endif
