/* crypto/sig.c: whether a signature is right: ECDSA, RSA PKCS#1 v1.5 and RSA PSS; and a client's own. Of what is verified all is public:
   nothing need be constant-time there. */
/* SPDX-License-Identifier: MIT */
#include "crypto/sig.h"

#include "crypto/curve.h"
#include "crypto/hash.h"

#include <string.h>

#define RSA_MAX SIG_MAX	/* bytes of a modulus: 4096 bits */

#define PSS 256	/* no second byte */

/* The byte of a scheme that says the hash, and the other one. */
static void
split(unsigned scheme, unsigned *hash, unsigned *kind)
{
	*hash = scheme >> 8;
	*kind = scheme & 0xff;
	if (*hash == 8) {
		*hash = *kind;
		*kind = PSS;
	}
}

bool
sig_fits(unsigned scheme, const br_x509_pkey *key)
{
	unsigned hash, kind;

	split(scheme, &hash, &kind);
	if (hash < SIG_HASH_MIN || hash > SIG_HASH_MIN + 2)
		return false;
	return key->key_type == BR_KEYTYPE_EC ? kind == SIG_ECDSA : kind == SIG_RSA || kind == PSS;
}

static const br_hash_class *
class_of(unsigned hash)
{
	return hash == 4 ? &br_sha256_vtable : hash == 5 ? &br_sha384_vtable : &br_sha512_vtable;
}

/* EMSA-PKCS1-v1_5 (RFC 8017 section 9.2), n bytes. */
static void
add_pkcs1(unsigned hash, const uint8_t *digest, uint8_t *em, size_t n)
{
	static const uint8_t info[19] = { 0x30, 0, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0, 0x05, 0x00,
		0x04, 0 };
	size_t hlen = 16 * (hash - 2), end = n - hlen - sizeof info;
	uint8_t *at = em + end;

	memset(em, 0xff, n);
	em[0] = at[-1] = 0;
	em[1] = 1;
	memcpy(at, info, sizeof info);
	at[1] = (uint8_t)(0x11 + hlen);
	at[14] = (uint8_t)(hash - 3);	/* 2.16.840.1.101.3.4.2.1 to 3 */
	at[18] = (uint8_t)hlen;
	memcpy(at + sizeof info, digest, hlen);
}

/* There is one encoding of a digest, so it is made and compared. */
static bool
is_pkcs1(unsigned hash, const uint8_t *digest, const uint8_t *em, size_t n)
{
	uint8_t want[RSA_MAX];

	add_pkcs1(hash, digest, want, n);
	return memcmp(want, em, n) == 0;
}

/* EMSA-PSS-VERIFY (RFC 8017 section 9.1.2), the mask by MGF1 with the same hash, the salt as long as the hash (RFC 8446
   section 4.2.3). `top` is the modulus' first byte. Step numbers are the RFC's. */
static bool
is_pss(const br_hash_class *class, const uint8_t *digest, uint8_t *em, size_t n, unsigned top)
{
	size_t hlen = hash_len(class), db_len, i;
	uint8_t again[8 + HASH_MAX] = { 0 }, count[4] = { 0 };
	unsigned mask = 0xff;

	/* em has one bit less than the modulus: a whole byte less where the modulus has but one bit in its first. */
	while (mask >= top)
		mask >>= 1;
	if (em[0] & ~mask)	/* 6 */
		return false;
	if (!mask) {
		em++;
		n--;
		mask = 0xff;
	}
	if (em[n - 1] != 0xbc)	/* 4 */
		return false;
	db_len = n - hlen - 1;
	for (i = 0; i < db_len; count[3]++) {	/* 7, 8; 16 rounds at most */
		hash_two(class, (struct str){ (char *)em + db_len, hlen }, (struct str){ (char *)count, 4 }, again + 8);
		for (size_t j = 0; j < hlen && i < db_len; j++)
			em[i++] ^= again[8 + j];
	}
	em[0] &= (uint8_t)mask;	/* 9 */
	for (i = 0; i < db_len - hlen - 1; i++)	/* 10 */
		if (em[i])
			return false;
	memcpy(again + 8, digest, hlen);	/* 12, 13 */
	hash_two(class, (struct str){ (char *)again, 8 + hlen }, (struct str){ (char *)em + i + 1, hlen }, again + 8);
	return em[i] == 1 && memcmp(again + 8, em + db_len, hlen) == 0;
}

bool
sig_verify(unsigned scheme, const br_x509_pkey *key, struct str a, struct str b, struct str signature)
{
	const br_rsa_public_key *rsa = &key->key.rsa;
	const br_hash_class *class;
	uint8_t digest[HASH_MAX], em[RSA_MAX];
	unsigned hash, kind;

	split(scheme, &hash, &kind);
	class = class_of(hash);
	hash_two(class, a, b, digest);
	if (kind == SIG_ECDSA)
		return br_ecdsa_i31_vrfy_asn1(CURVE_P, digest, hash_len(class), &key->key.ec, signature.at, signature.len);
	if (signature.len != rsa->nlen || rsa->nlen > sizeof em)
		return false;
	memcpy(em, signature.at, rsa->nlen);
	if (!br_rsa_i31_public(em, rsa->nlen, rsa))
		return false;
	return kind == PSS ? is_pss(class, digest, em, rsa->nlen, rsa->n[0]) : is_pkcs1(hash, digest, em, rsa->nlen);
}

size_t
sig_sign(unsigned scheme, const struct key *key, struct str a, uint8_t *out)
{
	unsigned hash = scheme >> 8;
	uint8_t digest[HASH_MAX];
	size_t n;

	hash_two(class_of(hash), a, S(""), digest);
	if (key->type == BR_KEYTYPE_EC)
		return br_ecdsa_i31_sign_asn1(CURVE_P, class_of(hash), digest, &key->ec, out);
	n = (key->rsa.n_bitlen + 7) / 8;
	add_pkcs1(hash, digest, out, n);
	return br_rsa_i31_private(out, &key->rsa) ? n : 0;
}
