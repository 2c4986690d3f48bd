/* crypto/hash.c: SHA-256, SHA-384 and SHA-512, and HMAC with them. */
/* SPDX-License-Identifier: MIT */
#include "crypto/hash.h"

#include "base/wipe.h"

#include <bearssl_hmac.h>

void
hash_two(const br_hash_class *kind, struct str a, struct str b, uint8_t *out)
{
	br_hash_compat_context h;

	kind->init(&h.vtable);
	if (a.len)	/* the pointer may be NULL else */
		kind->update(&h.vtable, a.at, a.len);
	if (b.len)
		kind->update(&h.vtable, b.at, b.len);
	kind->out(&h.vtable, out);
	wipe(&h, sizeof h);	/* its buffer holds the end of what may be a secret */
}

void
hash_hmac(const br_hash_class *kind, struct str key, struct str data, uint8_t *out)
{
	br_hmac_key_context k;
	br_hmac_context h;

	br_hmac_key_init(&k, kind, key.len ? key.at : "", key.len);
	br_hmac_init(&h, &k, 0);
	if (data.len)
		br_hmac_update(&h, data.at, data.len);
	br_hmac_out(&h, out);
	wipe(&k, sizeof k);
	wipe(&h, sizeof h);
}
