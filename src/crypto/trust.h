/* crypto/trust.h: finds the few trust anchors that a chain needs in a source of any size. Keeps no store, opens no file, and
   decides nothing about the chain (crypto/x509 does). */
/* SPDX-License-Identifier: MIT */
#ifndef CRYPTO_TRUST_H
#define CRYPTO_TRUST_H

#include "base/arena.h"
#include "crypto/cert.h"

#define TRUST_OBJECT 16384	/* bytes of one certificate; the largest of Debian's 150 roots has 2,007 */
#define TRUST_PIECE 4096	/* bytes of one read */
#define TRUST_ANCHORS 16	/* a chain of 16 asks for 17 names; two anchors of one name happen while a CA renews */
/* What a scan takes of the arena at most: the buffers, and names and keys (an RSA-4096 key has 516 bytes). Pages that
   nothing is written to are not touched. */
#define TRUST_ARENA (TRUST_OBJECT + TRUST_PIECE + TRUST_ANCHORS * 2048 + 1024)

/* Where PEM bytes come from: the one place where the core calls the shell (within a handshake there is no way back to it).
   The reads are bounded and of files that were opened before. */
struct trust_source {
	/* Begin anew: each connection scans. 0 or -1. */
	int (*rewind)(void *ctx, struct err *e);
	/* The next bytes, at most cap; *n is 0 at the end. *begins: this is the first piece of a file, and a piece never
	   holds bytes of two. 0 or -1. */
	int (*more)(void *ctx, char *at, size_t cap, size_t *n, bool *begins, struct err *e);
	const char *const *name;	/* what is being read at the moment, for messages; may be NULL or point to NULL */
	void *ctx;
};

/* Why an anchor cannot be used, in the order in which it is looked for. */
enum trust_use {
	TRUST_USABLE,		/* as a CA; for a certificate that is no CA: as the server's own */
	TRUST_CONSTRAINED,	/* it limits names (nameConstraints), which is not checked yet, and must not be ignored */
	TRUST_CRITICAL,		/* a critical extension that is not known here */
	TRUST_PURPOSE,		/* not for servers (extKeyUsage) */
	TRUST_KEY,		/* a key that cannot be used here; key_kind and key_bits say which */
	TRUST_EARLY,		/* not valid yet */
	TRUST_EXPIRED,
};

struct trust_anchor {
	br_x509_trust_anchor anchor;	/* for BearSSL; pkey only when key_kind is CERT_KEY_OK. Points into the arena */
	struct str subject;	/* as cert.h has them, in the arena */
	struct str spki;
	enum trust_use use;
	enum cert_key key_kind;
	unsigned key_bits;
	int64_t from_s;
	int64_t until_s;
	uint32_t path_max;	/* pathLenConstraint; UINT32_MAX: none */
};

struct trust {
	struct trust_anchor anchor[TRUST_ANCHORS];
	unsigned anchor_n;
	unsigned seen_n;	/* certificates in the source */
	unsigned skipped_n;	/* and those that were passed over: longer than TRUST_OBJECT, or not a certificate that can be decoded */
	uint32_t skipped_line;	/* of the first of them, in the file it stands in; 0: none */
};

/* Scan the whole source and keep the anchors whose subject is one of the wanted names (whole DER values, byte for byte).
   A v1 certificate counts as a CA; a v3 one if it says that it is and may sign; any other is for direct trust alone.
   Objects that are no CERTIFICATE are passed over. 0, also when nothing was found; or -1: what the source says;
   CAUSE_FILE `ca-bundle.pem: line 7 is not base64` (a broken file is not half a file), `ca-bundle.pem: holds no certificate`
   (the whole source); CAUSE_LIMIT over TRUST_ANCHORS; CAUSE_MEMORY. */
int trust_find(struct trust *out, const struct trust_source *source, const struct str *wanted, size_t wanted_n, int64_t now_s,
	struct arena *a, struct err *e) __attribute__((warn_unused_result));

#endif
