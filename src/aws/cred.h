/* aws/cred.h: one set of AWS credentials, the variables that name its sources, and how it reads in JSON. Chooses no source
   (aws/chain does) and signs nothing. */
/* SPDX-License-Identifier: MIT */
#ifndef AWS_CRED_H
#define AWS_CRED_H

#include "base/arena.h"
#include "base/err.h"
#include "data/json.h"
#include "data/step.h"

#define CRED_FOREVER INT64_MAX

/* Id, secret and token belong together and are never mixed between sources. Slices live as long as the process (environment,
   configuration) or the flow's arena. */
struct cred {
	struct str id;		/* access key id; may be shown at debug level and by doctor */
	struct str secret;	/* secret access key; never shown */
	struct str token;	/* session token; empty for long-term keys; never shown */
	int64_t expires_s;	/* unix seconds; CRED_FOREVER when the source gave none */
};

/* The AWS variables that matter ("Environment variables" of the AWS SDKs and Tools Reference). VAR(key, name, older name). */
#define CRED_VARIABLES(VAR) \
	VAR(ID, "AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY") \
	VAR(SECRET, "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY") \
	VAR(TOKEN, "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN") \
	VAR(REGION, "AWS_REGION", "AWS_DEFAULT_REGION") \
	VAR(PROFILE, "AWS_PROFILE", "AWS_DEFAULT_PROFILE") \
	VAR(FILE, "AWS_SHARED_CREDENTIALS_FILE", "") \
	VAR(CONFIG_FILE, "AWS_CONFIG_FILE", "") \
	VAR(ROLE_ARN, "AWS_ROLE_ARN", "") \
	VAR(ROLE_SESSION_NAME, "AWS_ROLE_SESSION_NAME", "") \
	VAR(WEB_IDENTITY_TOKEN_FILE, "AWS_WEB_IDENTITY_TOKEN_FILE", "") \
	VAR(CONTAINER_RELATIVE_URI, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "") \
	VAR(CONTAINER_FULL_URI, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "") \
	VAR(CONTAINER_TOKEN, "AWS_CONTAINER_AUTHORIZATION_TOKEN", "") \
	VAR(CONTAINER_TOKEN_FILE, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "") \
	VAR(IMDS_DISABLED, "AWS_EC2_METADATA_DISABLED", "") \
	VAR(IMDS_ENDPOINT, "AWS_EC2_METADATA_SERVICE_ENDPOINT", "") \
	VAR(IMDS_MODE, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "") \
	VAR(IMDS_V1_DISABLED, "AWS_EC2_METADATA_V1_DISABLED", "") \
	VAR(IMDS_PROFILE_NAME, "AWS_EC2_INSTANCE_PROFILE_NAME", "") \
	VAR(STS_ENDPOINT, "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL") \
	VAR(IGNORE_ENDPOINTS, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "") \
	VAR(USE_FIPS, "AWS_USE_FIPS_ENDPOINT", "") \
	VAR(USE_DUALSTACK, "AWS_USE_DUALSTACK_ENDPOINT", "") \
	VAR(CA_BUNDLE, "AWS_CA_BUNDLE", "")

enum cred_var {
#define CRED_VAR_OF(key, name, older) CRED_##key,
	CRED_VARIABLES(CRED_VAR_OF)
#undef CRED_VAR_OF
	CRED_VARS,
};

/* Their names, two for each, the second perhaps empty; C strings one behind the other. */
extern const char cred_names[];

/* The first name of a variable. */
const char *cred_name(enum cred_var var);

/* As found; an empty value is an unset one. */
struct cred_env {
	struct str var[CRED_VARS];
};

/* The credentials in the environment. Both halves must be there: half a pair is an error that names the other half, since
   going on to the next source could log in as somebody else. Values must be visible ASCII. No pair at all is ERR_ABSENT.
   Every error has CAUSE_CREDENTIALS but a malformed value, which has CAUSE_USE. */
int cred_from_env(struct cred *out, const struct cred_env *env, struct err *e) __attribute__((warn_unused_result));

/* "true" or "false" in any case, empty being false: AWS's own booleans. Anything else is -1, CAUSE_USE, naming the variable. */
int cred_bool(const struct cred_env *env, enum cred_var var, bool *out, struct err *e) __attribute__((warn_unused_result));

/* One key's string, copied into the arena; empty when it is absent or null, or `object` is no object. -1 as json_get and
   json_string, naming the key. */
int cred_get_string(struct str *out, struct json object, const char *key, struct arena *a, struct err *e)
	__attribute__((warn_unused_result));

/* How a source spells the keys of its JSON answer. */
enum cred_json {
	CRED_JSON_SERVICE,	/* AccessKeyId, SecretAccessKey, Token, Expiration: containers and instance metadata */
	CRED_JSON_PROCESS,	/* AccessKeyId, SecretAccessKey, SessionToken, Expiration: credential_process */
	CRED_JSON_IOT,		/* accessKeyId, secretAccessKey, sessionToken, expiration, inside "credentials" */
};

/* Credentials from a JSON object. Id and secret must be there; token and expiration may lack or be null; unknown keys are passed
   over. Id, secret and token must be visible ASCII, the expiration RFC 3339. -1: ERR_PEER, CAUSE_CREDENTIALS, naming the key and
   never a value. Strings are copied into the arena. */
int cred_parse_json(struct cred *out, struct str body, enum cred_json spelling, struct arena *a, struct err *e)
	__attribute__((warn_unused_result));

#define CRED_WORDS_MAX 200	/* bytes of a service's words that are shown */
#define CRED_ECHO_MIN 8		/* bytes of a secret that stand in no words by chance */

/* What a service says, fit to be shown: its first line, up to CRED_WORDS_MAX bytes; empty when a byte of it is not printable, when
   it begins as markup or JSON does (< { [ "), which may be a cut answer's and hold anything, and when CRED_ECHO_MIN bytes in a row of
   `secret` stand in it (all of a shorter one; it may be empty). A part of `words`. */
struct str cred_show(struct str words, struct str secret);

/* The same of an answer's body: the "message" or "Message" of a JSON object, nothing of other JSON, else the text itself. */
struct str cred_words(struct str body, struct str secret, struct arena *a);

/* The shell's own sentence for a question that had no answer: CAUSE_CREDENTIALS, and its code, but never ERR_ABSENT, by which the
   chain would go on to somebody else's credentials: a name that does not exist, a file of a token or of CAs that is not there (yet)
   is ERR_RETRY. Returns -1. */
int cred_no_answer(const struct answer *in, struct err *e);

/* How an answer of a credential service went: 0 for 200; else -1 with CAUSE_CREDENTIALS: cred_no_answer, or "answer 403: <the service's
   words>" (cred_words), ERR_RETRY after 429 and 5xx, else ERR_DENIED. */
int cred_check_answer(const struct answer *in, struct str secret, struct arena *a, struct err *e)
	__attribute__((warn_unused_result));

#endif
