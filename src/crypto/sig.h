/* crypto/sig.h: whether a signature is right: ECDSA, RSA PKCS#1 v1.5 and RSA PSS, as TLS and certificates use them; and a client's
   own. Judges no key: its length and where it comes from are the caller's matter. */
/* SPDX-License-Identifier: MIT */
#ifndef CRYPTO_SIG_H
#define CRYPTO_SIG_H

#include "crypto/key.h"

#include <bearssl_x509.h>

/* Algorithms have the numbers of TLS (RFC 8446 section 4.2.3, SignatureScheme): a byte for the hash, 4 to 6 for SHA-256 to
   SHA-512, and one for the kind; those of PSS (rsa_pss_rsae_*) are 8, and the byte for the hash. */
#define SIG_RSA 0x01	/* PKCS#1 v1.5 */
#define SIG_ECDSA 0x03
#define SIG(hash, kind) ((hash) << 8 | (kind))
#define SIG_HASH_MIN 4	/* SHA-256 */

/* Whether it is one of the nine that sig_verify knows, and goes with the kind of this key. The curve is not bound to the hash:
   in certificates and in TLS 1.2 it is not (RFC 5246 section 7.4.1.4.1). */
bool sig_fits(unsigned scheme, const br_x509_pkey *key) __attribute__((warn_unused_result));

/* Whether the holder of the key (RSA of 2048 to 4096 bits, or EC) has signed `a` with `b` behind it. `scheme` must fit. */
bool sig_verify(unsigned scheme, const br_x509_pkey *key, struct str a, struct str b, struct str signature)
	__attribute__((warn_unused_result));

#define SIG_MAX 512	/* bytes of a signature of ours: of RSA's longest key; ECDSA's in ASN.1 has 141 at most */

/* Sign `a` with a key of identity_read, into `out`, SIG_MAX bytes; how many they are, 0 when it cannot be done. `scheme` is of SIG_ECDSA
   or SIG_RSA, as the key is. Constant in time. ECDSA's one-time number is made of key and text (RFC 6979): it asks for no
   randomness, and none that is bad can give the key away. */
size_t sig_sign(unsigned scheme, const struct key *key, struct str a, uint8_t *out) __attribute__((warn_unused_result));

#endif
