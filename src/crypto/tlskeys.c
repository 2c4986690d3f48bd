/* crypto/tlskeys.c: the TLS engine's secrets and what is made of them: the PRF, keys, and protected records. */
/* SPDX-License-Identifier: MIT */
#include "base/wipe.h"
#include "crypto/gcm.h"
#include "crypto/hash.h"
#include "crypto/tlsparts.h"

#include <bearssl_block.h>
#include <string.h>

/* P_hash: the HMAC of A(i), label and seed for each piece, where A(1) is the HMAC of label and seed, A(i + 1) that of A(i). */
void
tls_prf(const struct tls *t, struct str secret, const char *label, struct str seed, uint8_t *out, size_t n)
{
	const br_hash_class *hash = tls_hash(t);
	size_t hlen = hash_len(hash);
	char text[48 + 22 + 64];	/* A(i), label, seed */
	uint8_t piece[48];
	struct buf b = { .at = text, .len = hlen, .cap = sizeof text };

	buf_add_str(&b, str_of(label));
	buf_add_str(&b, seed);
	hash_hmac(hash, secret, str_part(buf_str(&b), hlen, b.len), (uint8_t *)text);
	for (;;) {
		size_t take = n < hlen ? n : hlen;

		hash_hmac(hash, secret, buf_str(&b), piece);
		memcpy(out, piece, take);
		out += take;
		n -= take;
		if (!n)
			break;
		hash_hmac(hash, secret, (struct str){ text, hlen }, (uint8_t *)text);
	}
	wipe(text, sizeof text);
	wipe(piece, sizeof piece);
}

static struct str
bytes(const void *at, size_t n)
{
	return (struct str){ at, n };
}

void
tls_expand_keys(struct tls *t)
{
	size_t key_len = tls_key_len(t), iv_len = tls_is_gcm(t) ? 4 : 12;
	uint8_t block[2 * (32 + 12)];

	tls_prf(t, bytes(t->master, sizeof t->master), "key expansion", bytes(t->random + 32, 64), block, 2 * (key_len + iv_len));
	for (unsigned i = TLS_OUT_KEY; i <= TLS_IN_KEY; i++) {
		memcpy(t->key[i].secret, block + i * key_len, key_len);
		memcpy(t->key[i].iv, block + 2 * key_len + i * iv_len, iv_len);
	}
	wipe(block, sizeof block);
}

void
tls_finish(const struct tls *t, const char *label, size_t end, uint8_t out[12])
{
	uint8_t digest[48];

	hash_two(tls_hash(t), bytes(t->talk.at, end), S(""), digest);
	tls_prf(t, bytes(t->master, sizeof t->master), label, bytes(digest, hash_len(tls_hash(t))), out, 12);
}

#define AAD 13	/* sequence number, type, version, length of the content (RFC 5246 section 6.2.3.3) */

bool
tls_protect(struct tls *t, unsigned which, uint8_t *rec, size_t n)
{
	struct tls_key *k = &t->key[which];
	uint8_t *data = rec + tls_head(t, which), *unique = rec + 5;
	uint8_t aad[AAD], nonce[12], tag[16];

	memcpy(aad, k->seq, 8);
	memcpy(aad + 8, rec, 3);
	aad[11] = (uint8_t)(n >> 8);
	aad[12] = (uint8_t)n;
	for (int i = 8; i-- && !++k->seq[i];)	/* 2^64 records do not pass */
		;
	/* GCM: 4 bytes of IV, and 8 that the sender chooses and sends (RFC 5288 section 3): we count. ChaCha20: all of the IV, with
	   the sequence number xored to its end (RFC 7905 section 2). */
	if (!tls_is_gcm(t))
		unique = aad;
	else if (which == TLS_OUT_KEY)
		memcpy(unique, aad, 8);
	memcpy(nonce, k->iv, sizeof nonce);
	for (int i = 0; i < 8; i++)
		nonce[4 + i] ^= unique[i];
	if (tls_is_gcm(t))
		gcm_run(bytes(k->secret, tls_key_len(t)), nonce, bytes(aad, AAD), data, n, which == TLS_OUT_KEY, tag);
	else
		br_poly1305_ctmul32_run(k->secret, nonce, data, n, aad, AAD, tag, br_chacha20_ct_run, which == TLS_OUT_KEY);
	if (which == TLS_OUT_KEY)
		memcpy(data + n, tag, sizeof tag);
	return str_eq_secret(bytes(tag, sizeof tag), bytes(data + n, sizeof tag));
}
