/* crypto/hash.c: SHA-256 and HMAC-SHA-256. */
/* SPDX-License-Identifier: MIT */
#include "crypto/hash.h"

#include "base/wipe.h"

#include <bearssl_hmac.h>

void
hash_init(struct hash *h)
{
	br_sha256_init(&h->sha256);
}

void
hash_add(struct hash *h, struct str bytes)
{
	if (bytes.len)	/* the pointer may be NULL then */
		br_sha256_update(&h->sha256, bytes.at, bytes.len);
}

void
hash_out(const struct hash *h, uint8_t out[HASH_LEN])
{
	br_sha256_out(&h->sha256, out);
}

void
hash_sha256(struct str bytes, uint8_t out[HASH_LEN])
{
	struct hash h;

	hash_init(&h);
	hash_add(&h, bytes);
	hash_out(&h, out);
	wipe(&h, sizeof h);	/* its buffer holds the end of what may be a secret */
}

void
hash_hmac_sha256(struct str key, struct str data, uint8_t out[HASH_LEN])
{
	br_hmac_key_context k;
	br_hmac_context h;

	br_hmac_key_init(&k, &br_sha256_vtable, key.len ? key.at : "", key.len);
	br_hmac_init(&h, &k, 0);
	if (data.len)
		br_hmac_update(&h, data.at, data.len);
	br_hmac_out(&h, out);
	wipe(&k, sizeof k);
	wipe(&h, sizeof h);
}
