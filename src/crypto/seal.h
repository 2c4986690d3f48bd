/* crypto/seal.h: encrypts one text to the holder of an X25519 key, as Vault Agent does for a sink with dh_type. Draws no random bytes and opens nothing. */
/* SPDX-License-Identifier: MIT */
#ifndef CRYPTO_SEAL_H
#define CRYPTO_SEAL_H

#include "base/arena.h"
#include "crypto/gcm.h"

#define SEAL_KEY 32	/* bytes of a public key, a private one and the key that comes of both */

/* What was agreed on with one peer. */
struct seal {
	uint8_t own[SEAL_KEY];	/* our public key */
	uint8_t key[SEAL_KEY];	/* of AES-256; a secret */
};

/* Make a key pair of 32 random bytes and agree on a key with the holder of `theirs` (X25519, RFC 7748 section 6.1). The private key
   is wiped. With `derive` the shared secret goes through HKDF-SHA256 (RFC 5869), salt the smaller of both public keys, info the
   larger, compared as bytes; else it is the key itself. 0; or -1, ERR_PEER and CAUSE_ANSWER, with *s zero, when the secret is zero
   whatever we choose (`theirs` is a point of small order), or both public keys are the same. */
int seal_agree(struct seal *s, uint8_t private[SEAL_KEY], const uint8_t theirs[SEAL_KEY], bool derive, struct err *e)
	__attribute__((warn_unused_result));

/* Read the other side's public key: {"curve25519_public_key":"<32 bytes in base64>"}. Other keys are passed over, as Vault does; base64 that
   is not canonical is refused, which Vault takes. 0; or -1 with ERR_PEER and CAUSE_ANSWER, or arena_err's,
   and nothing in `theirs` that means anything. */
int seal_read_key(uint8_t theirs[SEAL_KEY], struct str text, struct arena *a, struct err *e) __attribute__((warn_unused_result));

/* Room that seal_add needs in `out` for a text of n bytes, and as much again, at most, in the arena. */
size_t seal_len(size_t n);

/* Append the envelope of AES-256-GCM over `text` and `aad`, one line of JSON with its line end: our public key, the nonce, and the encrypted
   text with the tag behind it, each in base64. A nonce must never serve twice. What does not fit: out->full. */
void seal_add(struct buf *out, const struct seal *s, const uint8_t nonce[GCM_NONCE], struct str aad, struct str text, struct arena *a);

#endif
