/* crypto/gcm.h: AES in GCM, in place, for TLS records and sinks. Makes no nonce and compares no tag. */
/* SPDX-License-Identifier: MIT */
#ifndef CRYPTO_GCM_H
#define CRYPTO_GCM_H

#include "base/str.h"

#define GCM_NONCE 12	/* bytes: the only length that we meet, and the one that needs no hash of its own */
#define GCM_TAG 16

/* Encrypt, or decrypt, n bytes in place (NIST SP 800-38D). The key has 16, 24 or 32 bytes; a nonce must never serve the same key
   twice; n and aad.len are below 2^28. The tag is that of the encrypted bytes and aad: whoever decrypts compares it
   (str_eq_secret) before the bytes mean anything. What was derived from the key is wiped. */
void gcm_run(struct str key, const uint8_t nonce[GCM_NONCE], struct str aad, uint8_t *data, size_t n, bool encrypt,
    uint8_t tag[GCM_TAG]);

#endif
