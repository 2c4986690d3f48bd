/* crypto/gcm.c: AES in GCM, in place, for TLS records and sinks. */
/* SPDX-License-Identifier: MIT */
#include "crypto/gcm.h"

#include "base/wipe.h"

#include <bearssl_block.h>
#include <bearssl_hash.h>

void
gcm_run(struct str key, const uint8_t nonce[GCM_NONCE], struct str aad, uint8_t *data, size_t n, bool encrypt, uint8_t tag[GCM_TAG])
{
	br_aes_ct_ctr_keys aes;
	uint8_t h[16] = { 0 }, lengths[16] = { 0 };
	uint32_t aad_bits = (uint32_t)aad.len << 3, bits = (uint32_t)n << 3;

	br_aes_ct_ctr_init(&aes, key.at, key.len);
	br_aes_ct_ctr_run(&aes, lengths, 0, h, sizeof h);
	if (encrypt)
		br_aes_ct_ctr_run(&aes, nonce, 2, data, n);
	for (unsigned i = 7; i > 3; i--) {	/* each in 64 bits */
		lengths[i] = (uint8_t)aad_bits;
		lengths[8 + i] = (uint8_t)bits;
		aad_bits >>= 8;
		bits >>= 8;
	}
	memset(tag, 0, GCM_TAG);
	br_ghash_ctmul32(tag, h, aad.at, aad.len);
	br_ghash_ctmul32(tag, h, data, n);
	br_ghash_ctmul32(tag, h, lengths, sizeof lengths);
	br_aes_ct_ctr_run(&aes, nonce, 1, tag, GCM_TAG);
	if (!encrypt)
		br_aes_ct_ctr_run(&aes, nonce, 2, data, n);
	wipe(&aes, sizeof aes);
	wipe(h, sizeof h);
}
