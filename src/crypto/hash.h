/* crypto/hash.h: SHA-256 and HMAC-SHA-256. No other hash: TLS has its own inside its engine. */
/* SPDX-License-Identifier: MIT */
#ifndef CRYPTO_HASH_H
#define CRYPTO_HASH_H

#include "base/str.h"

#include <bearssl_hash.h>

#define HASH_LEN 32	/* bytes */

struct hash {
	br_sha256_context sha256;	/* hash.c's own */
};

/* Over pieces: init, any number of adds, out. out leaves the state as it was, so that more can be added. */
void hash_init(struct hash *h);
void hash_add(struct hash *h, struct str bytes);
void hash_out(const struct hash *h, uint8_t out[HASH_LEN]);

/* The same in one call. `out` may lie within `bytes`. */
void hash_sha256(struct str bytes, uint8_t out[HASH_LEN]);

/* HMAC-SHA-256 (RFC 2104), key of any length. What was derived from the key is wiped. `out` may lie within key or data. */
void hash_hmac_sha256(struct str key, struct str data, uint8_t out[HASH_LEN]);

#endif
