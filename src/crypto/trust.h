/* crypto/trust.h: finds the few trust anchors that a chain needs in a source of any size. Keeps no store, opens no file, and
   judges none of them (crypto/x509 does). */
/* SPDX-License-Identifier: MIT */
#ifndef CRYPTO_TRUST_H
#define CRYPTO_TRUST_H

#include "base/arena.h"
#include "crypto/cert.h"

#define TRUST_OBJECT 16384	/* bytes of one certificate; the largest of Debian's 150 roots has 2,007 */
#define TRUST_BYTES (16 << 20)	/* of the whole source: the scan is blind work; Debian's bundle has 225 KB */
#define TRUST_PIECE 4096	/* bytes of one read */
#define TRUST_ANCHORS 16	/* a chain of 16 asks for 17 names; two anchors of one name happen while a CA renews */
/* What a scan takes of the arena: the buffers, and the certificates that are kept. Should those be uncommonly long, it
   may not do; then it is an error, CAUSE_MEMORY. Pages that nothing is written to are not touched. */
#define TRUST_ARENA (TRUST_OBJECT + TRUST_PIECE + TRUST_ANCHORS * 2048)

/* Where CAs come from. PEM bytes: the one place where the core calls the shell (within a handshake there is no way back to it).
   The reads are bounded and of files that were opened before. */
struct trust_source {
	/* Begin anew: each connection scans. 0 or -1. NULL: there is no PEM, and nobody is called. */
	int (*rewind)(void *ctx, struct err *e);
	/* The next bytes, at most cap; *n is 0 at the end. *begins: this is the first piece of a file, and a piece never
	   holds bytes of two. 0 or -1. */
	int (*more)(void *ctx, char *at, size_t cap, size_t *n, bool *begins, struct err *e);
	struct str roots;	/* certificates in DER, one behind the other, beside the PEM: crypto/awsroots; may be empty */
	const char *const *name;	/* what is being read at the moment, for messages; may be NULL or point to NULL */
	const char *const *path;	/* the file or folder that was named; the same */
	const char *setting;	/* by which to name more of them, for hints; static */
	void *ctx;
};

struct trust {
	struct cert anchor[TRUST_ANCHORS + 1];	/* the first anchor_n; they point into the arena */
	unsigned anchor_n;
	unsigned seen_n;	/* certificates in the source */
	unsigned skipped_n;	/* and those that were passed over: longer than TRUST_OBJECT, or not to be decoded */
	uint32_t skipped_line;	/* of the first of them, in the file it stands in; 0: none */
};

/* Scan the whole source and keep the certificates whose subject is one of the wanted names (whole DER values, byte for byte),
   each once. Objects that are no CERTIFICATE are passed over. 0, also when nothing was found; or -1: what the source says;
   CAUSE_FILE `ca-bundle.pem: line 7 is not base64` (a broken file is not half a file), `ca-bundle.pem: holds no certificate`
   (the whole source); CAUSE_TLS over TRUST_ANCHORS, whose names the server chose; CAUSE_MEMORY. */
int trust_find(struct trust *out, const struct trust_source *source, const struct str *wanted, size_t wanted_n, struct arena *a,
	struct err *e) __attribute__((warn_unused_result));

#endif
