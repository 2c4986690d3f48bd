/* vault/api.h: how one request to Vault or OpenBao is asked and how its answer is read. Knows no endpoint's meaning, retries nothing. */
/* SPDX-License-Identifier: MIT */
#ifndef VAULT_API_H
#define VAULT_API_H

#include "base/arena.h"
#include "data/json.h"
#include "data/step.h"
#include "data/uri.h"

/* Where Vault is and what goes along with every request. Slices live as long as the configuration. */
struct vault {
	struct uri address;	/* a path in it stands before /v1 */
	struct str namespace;	/* empty, or as the user wrote it */
	uint32_t wrap_ttl_s;	/* 0: the answer is not wrapped */
	bool no_redirects;
};

#define VAULT_BODY_MAX (1024 * 1024)	/* bytes of an answer; Vault's own request limit is 32 MiB, a login's answer is 2 KB */

/* Fill *out with a request to /v1/<path>: method, url, X-Vault-Request, and X-Vault-Namespace and X-Vault-Wrap-TTL
   as configured (Vault HTTP API). No token goes along. `path` is as on the wire, without a slash at the front; body may be
   empty. The url comes from the arena. `once`, `follow` and `share` are set for the caller: once; follow unless no_redirects; a secret's share. */
int vault_ask(struct ask *out, const struct vault *v, struct str method, struct str path, struct str body, struct arena *a,
    struct err *e) __attribute__((warn_unused_result));

/* Whether that is the configured namespace, by whatever slashes it is written; empty and "root" are the same. */
bool vault_is_namespace(const struct vault *v, struct str ns);

/* A whole answer of Vault ("Secret" in its API). The types of all that vault_fields names have been checked; null counts as
   absent, as Go's decoder has it. */
struct vault_secret {
	struct json root;
	struct json auth;		/* of the answer; an object, null or JSON_NONE */
	struct json wrap_info;		/* the same */
	struct str token;		/* auth's client_token: visible ASCII, in the arena; empty: none */
	struct str wrapping_token;	/* wrap_info's token: the same */
};

/* What pantler knows of an answer, in the order of Vault's JSON: two C strings for each value, one behind the other, an empty one
   after the last. The first is the key with the three marks of enum vault_field before it; the second the value's name in the
   table of Vault's CLI and for its -field: "=" when that is the key, empty when it has none. */
enum vault_field {
	VAULT_PART,	/* where it stands: VAULT_ROOT, VAULT_AUTH or VAULT_WRAP */
	VAULT_TYPE,	/* the byte that a value of its type begins with */
	VAULT_ROW,	/* its place in the table, VAULT_NO_ROW, or the part that it is */
	VAULT_KEY,	/* the key */
};

enum {
	VAULT_ROOT = '.', VAULT_AUTH = 'a', VAULT_WRAP = 'w',
	VAULT_NO_ROW = '-',
};

extern const char vault_fields[];

/* The value of a field; JSON_NONE when it or its part is absent. */
int vault_get(const struct vault_secret *s, const char *field, struct json *out, struct err *e) __attribute__((warn_unused_result));

/* Read an answer's body. A wrong type, a known key twice, a negative or fractional duration, a token with a byte that is not
   visible ASCII: -1, naming the key. Unknown keys are passed over. */
int vault_parse_secret(struct vault_secret *out, struct str body, struct arena *a, struct err *e)
	__attribute__((warn_unused_result));

/* How an answer went: 0 for 200 and 204; -1 for everything else, with the shell's own sentence, or the status and Vault's words
   held to what vault_show lets through, else words for the status. Statuses as in the API's documentation: 429, 5xx and a
   gateway's HTML are CAUSE_UNREACHABLE, a sealed or uninitialised server is CAUSE_SEALED, 403 is CAUSE_DENIED, others
   CAUSE_ANSWER. Of a 429 and a 503 e->wait_s is the Retry-After: seconds, as Vault's own, or a date, as a proxy's may be, where the answer has its
   own Date. `hide`: secrets of ours that a hostile or careless answer may quote, as in vault_show. */
int vault_check(const struct answer *in, const struct str *hide, struct arena *a, struct err *e)
	__attribute__((warn_unused_result));

#define VAULT_TEXT_MAX 200	/* bytes of a server's words that are shown */
#define VAULT_HIDE_MIN 8	/* bytes; a shorter secret is a word that may stand anywhere, and none of AWS's or Vault's is */
#define VAULT_RUN_MAX 63	/* letters and digits in a row that may be shown: 64 are a digest in hex, more are base64 */

/* The first string of an error body's "errors" (unescaped, in the arena; of a list of causes the first), or empty when there
   is none to be had. at is NULL when the body is not Vault's: no JSON object with "errors". */
struct str vault_error_text(struct str body, struct arena *a);

/* A server's words, fit to be shown: the first line of them, up to VAULT_TEXT_MAX bytes, and cut before a "<" (XML or HTML), before anything
   that is, or quotes, a signed request (an STS error may carry the canonical string), before a run of more than VAULT_RUN_MAX letters,
   digits, + / and =, and before the beginning of each of the secrets in `hide`, which ends with an empty one (NULL: none). A
   part of `text`. */
struct str vault_show(struct str text, const struct str *hide);

#endif
