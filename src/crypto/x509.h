/* crypto/x509.h: decides whether a server's certificates prove its name. Is given the chain, and looks at it when it is whole. No revocation, no name constraints yet (they are refused), no pins. */
/* SPDX-License-Identifier: MIT */
#ifndef CRYPTO_X509_H
#define CRYPTO_X509_H

#include "crypto/trust.h"
#include "data/uri.h"

#define X509_CERTS 16		/* certificates in a chain; public ones have 3 or 4 */
#define X509_BYTES 65536	/* of them all; 400 names make 8 KB */
#define X509_ORDERS 4		/* ways through the chain that are tried, where CAs are cross-signed */
#define X509_SIGNATURES 20	/* that are verified in all: it is blind work. The longest path has 16, public ones 3 or 4 */
#define X509_ARENA TRUST_ARENA	/* what one chain takes of the arena at most */

struct x509_config {
	struct host host;	/* whom the server must be; its name must outlive the struct x509 */
	int64_t now_s;		/* wall clock, unix seconds: 1970 makes every certificate "not valid before ..." */
	const struct trust_source *trust;	/* not looked at with skip_verify */
	struct arena *arena;	/* for the anchors */
	bool fixed_name;	/* -tls-server-name does not count for this server: hints leave it out */
	bool skip_verify;	/* -tls-skip-verify: any certificate, any name, any date. The server still proves that it has the key */
};

/* One for each connection. Must not move. */
struct x509 {
	/* The result, once `done`: code is 0, and key holds; or err says why not. */
	int code;		/* BearSSL's number (BR_ERR_X509_…) for it; BR_ERR_X509_NOT_TRUSTED where it has none */
	bool done;

	/* x509.c's own. */
	struct buf line;	/* the sentence so far; names are in it as they came, and escaped when it is put into err */
	struct buf hint;
	enum err_cause cause;	/* of what line says */
	unsigned cert_n;
	unsigned path_n;
	unsigned orders;	/* tried so far */
	unsigned signatures;	/* verified so far */
	size_t bytes;		/* of the chain so far */
	uint8_t path[X509_CERTS];	/* places in cert[], the server's own first */

	br_x509_pkey key;	/* result: the server's, within its certificate */
	struct x509_config config;	/* the caller's, before x509_init; what follows is touched when it is needed */
	struct err err;
	char line_text[ERR_LINE];
	char hint_text[ERR_HINT];
	struct cert cert[X509_CERTS];	/* [0] is the server's own; until the end, only `whole` is set */
	struct trust trust;
};

/* Ready for one chain of the server that x->config says. */
void x509_init(struct x509 *x);

/* The next certificate of the chain. Its bytes must stay where they are as long as the result is used. */
void x509_add(struct x509 *x, struct str der);

/* The chain is whole: decide, once. True when the server may be believed; else x->err says why not.
   What is checked: each certificate is strict DER; the server's own has a subjectAltName that holds the name (a wildcard
   stands for one whole label) or exactly the address, never the common name; extended key usage of each, if any, allows
   servers; RSA has 2048 to 4096 bits; signatures, dates, CA flags, key usage and path lengths are right up to a trusted CA,
   dates, purpose and path length of the latter included; the path is found by issuer names, so order, duplicates and foreign
   certificates do not matter, but the server's own must come first (RFC 5246 section 7.4.2). A certificate that is
   trusted itself needs no issuer. A CA with name constraints is refused. Signatures are verified from the trusted end on, and only
   where there is one: who has nothing that a trusted CA has signed makes no work but one verification a CA that it names.
   A trusted certificate counts as a CA when it says so and may sign, or is of version 1; else it is trusted for itself.
   Errors (code ERR_PEER but for the source's own): CAUSE_CLOCK for a date, else CAUSE_TLS, most with a hint. */
bool x509_judge(struct x509 *x) __attribute__((warn_unused_result));

#endif
