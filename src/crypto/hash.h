/* crypto/hash.h: SHA-256, SHA-384 and SHA-512, and HMAC with them. Nothing in pieces over time, no other hash. */
/* SPDX-License-Identifier: MIT */
#ifndef CRYPTO_HASH_H
#define CRYPTO_HASH_H

#include "base/str.h"

#include <bearssl_hash.h>

#define HASH_LEN 32	/* bytes of a SHA-256 */
#define HASH_MAX 64	/* bytes of the longest, SHA-512 */

/* Which hash is said by &br_sha256_vtable, &br_sha384_vtable or &br_sha512_vtable. */

/* How many bytes come out: 32, 48 or 64. */
static inline size_t
hash_len(const br_hash_class *kind)
{
	return kind->desc >> BR_HASHDESC_OUT_OFF & BR_HASHDESC_OUT_MASK;
}

/* The hash of a and, behind it, b. `out` may lie within either. What was computed on the way is wiped. */
void hash_two(const br_hash_class *kind, struct str a, struct str b, uint8_t *out);

/* HMAC (RFC 2104), key of any length. What was derived from the key is wiped. `out` may lie within key or data. */
void hash_hmac(const br_hash_class *kind, struct str key, struct str data, uint8_t *out);

static inline void
hash_sha256(struct str bytes, uint8_t out[HASH_LEN])
{
	hash_two(&br_sha256_vtable, bytes, S(""), out);
}

static inline void
hash_hmac_sha256(struct str key, struct str data, uint8_t out[HASH_LEN])
{
	hash_hmac(&br_sha256_vtable, key, data, out);
}

#endif
