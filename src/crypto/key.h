/* crypto/key.h: who a client is in TLS: its private key, and the certificates that go with it. Opens no file, decrypts nothing,
   makes no key, and does not judge the certificates: the server does. */
/* SPDX-License-Identifier: MIT */
#ifndef CRYPTO_KEY_H
#define CRYPTO_KEY_H

#include "base/arena.h"

#include <bearssl_ec.h>
#include <bearssl_rsa.h>

#define IDENTITY_CERTS 16	/* as many as are taken of a server (X509_CERTS) */

/* A private key; BearSSL's pointers are to the decoded text in the arena. */
struct key {
	int type;	/* BR_KEYTYPE_RSA or BR_KEYTYPE_EC */
	union {
		br_rsa_private_key rsa;	/* 2048 to 4096 bits, two primes, each of at most 2048 */
		br_ec_private_key ec;	/* P-256, P-384 or P-521 */
	};
};

struct identity {
	struct key key;
	const struct str *cert;	/* DER; the client's own first, the others in the order of their text */
	unsigned cert_n;
};

/* Read both from PEM. A file that holds both is given twice: objects of other kinds are passed over in either text, among them
   the "EC PARAMETERS" that some programs write before a key. The forms of a key: PRIVATE KEY (PKCS#8, RFC 5958), RSA PRIVATE KEY
   (PKCS#1, RFC 8017 A.1.2), EC PRIVATE KEY (RFC 5915), the curve by name. There must be exactly one key, and it must be that
   of the first certificate: the public halves are compared, and an RSA key must make a signature that the certificate's
   verifies, since one from damaged numbers would give the key away to whoever sees it (Boneh, DeMillo, Lipton 1997). That
   is the longest work: one operation with the private key.
   The texts' lengths are taken of the arena, and little more; secrets stay in it, and nothing but the form of the texts decides
   a branch or an index before the halves are compared. The texts themselves are not kept.
   0; or -1 with ERR_INPUT, CAUSE_FILE, beginning "client certificate" or "client key", with the line, and for what can be
   helped a hint: encrypted; Ed25519 and Ed448; a curve that is spelled out, or another; RSA too short or too long; other
   kinds (DSA, RSA-PSS); not to be decoded; damaged; no key, a second one; no certificate; the key of another certificate.
   More than IDENTITY_CERTS are ERR_LIMIT; no room is CAUSE_MEMORY. *out then means nothing. */
int identity_read(struct identity *out, struct str cert_pem, struct str key_pem, struct arena *a, struct err *e)
	__attribute__((warn_unused_result));

#endif
