/* crypto/tlsauth.c: the TLS engine's part about who the server is, and the secret that both agree on. */
/* SPDX-License-Identifier: MIT */
#include "base/wipe.h"
#include "crypto/hash.h"
#include "crypto/sig.h"
#include "crypto/tlsparts.h"

#include <bearssl_ec.h>
#include <string.h>

/* RFC 5246 section 7.4.2. */
enum tls_fault
tls_take_certificate(struct tls *t, struct str in)
{
	struct str list = tls_take_vector(&in, 3);

	if (!tls_is_end(in))
		return TLS_FAULT_DECODE;
	while (list.len)
		x509_add(&t->x509, tls_take_vector(&list, 3));
	if (!list.at)
		return TLS_FAULT_DECODE;
	if (!x509_judge(&t->x509))
		return TLS_FAULT_CERTIFICATE;
	/* The suite says what the server signs with (RFC 8422 section 2). */
	return (t->x509.key.key_type == BR_KEYTYPE_RSA) == tls_is_rsa(t) ? TLS_FAULT_NONE : TLS_FAULT_PARAMETER;
}

/* Bytes of a point of one of the groups that were offered; 0 for another. */
static size_t
point_len(uint32_t group)
{
	return group == BR_EC_curve25519 ? 32 : group == BR_EC_secp256r1 ? 65 : group == BR_EC_secp384r1 ? 97 :
	       group == BR_EC_secp521r1 ? 133 : 0;
}

/* RFC 8422 section 5.4. */
enum tls_fault
tls_take_exchange(struct tls *t, struct str in)
{
	struct str params = in, signature;
	uint32_t type = tls_take_number(&in, 1), group = tls_take_number(&in, 2), scheme;

	t->point = tls_take_vector(&in, 1);
	scheme = tls_take_number(&in, 2);
	signature = tls_take_vector(&in, 2);
	if (!tls_is_end(in))
		return TLS_FAULT_DECODE;
	/* A named curve of ours, and an algorithm of ours that the key can do (RFC 5246 section 7.4.3). */
	if (type != 3 || !t->point.len || t->point.len != point_len(group) || !sig_fits(scheme, &t->x509.key))
		return TLS_FAULT_PARAMETER;
	t->group = (uint8_t)group;
	params.len = (size_t)(t->point.at - params.at) + t->point.len;
	return sig_verify(scheme, &t->x509.key, (struct str){ (char *)t->random, 64 }, params, signature) ? TLS_FAULT_NONE :
	       TLS_FAULT_DECRYPT;
}

/* RFC 5246 section 7.4.4. Which certificates it would take does not matter: we have none. */
enum tls_fault
tls_take_request(struct tls *t, struct str in)
{
	struct str types = tls_take_vector(&in, 1), schemes = tls_take_vector(&in, 2);

	tls_take_vector(&in, 2);	/* authorities */
	if (!tls_is_end(in) || !types.len || !schemes.len || schemes.len % 2)
		return TLS_FAULT_DECODE;
	t->cert_wanted = true;
	return TLS_FAULT_NONE;
}

/* ECDH (RFC 8422 section 5.11): our point into `own`, the shared secret to the front of `secret`; its length, 0 when there is
   none: a point that is not on the curve, or on Curve25519 one of those whose product is zero whatever we choose. */
static size_t
agree(struct tls *t, uint8_t *own, uint8_t *secret)
{
	const br_ec_impl *ec = t->group == BR_EC_curve25519 ? &br_ec_c25519_i31 : &br_ec_prime_i31;
	size_t n = t->point.len == 32 ? 32 : t->point.len / 2, off, len;
	uint8_t any = 0;

	/* Below the order of the curve, and not zero. Curve25519 sees to that itself. */
	if (t->group != BR_EC_curve25519) {
		t->scalar[0] &= t->group == BR_EC_secp521r1 ? 0 : 0x7f;
		t->scalar[n - 1] |= 1;
	}
	ec->mulgen(own, t->scalar, n, t->group);
	memcpy(secret, t->point.at, t->point.len);
	if (!ec->mul(secret, t->point.len, t->scalar, n, t->group))
		return 0;
	wipe(t->scalar, sizeof t->scalar);
	off = ec->xoff(t->group, &len);
	memmove(secret, secret + off, len);
	for (size_t i = 0; i < len; i++)
		any |= secret[i];
	return any ? len : 0;
}

enum tls_fault
tls_add_exchange(struct tls *t)
{
	struct buf *talk = &t->talk;
	uint8_t own[133], secret[133], digest[48], head[] = { 16, 0, 0, (uint8_t)(t->point.len + 1), (uint8_t)t->point.len };
	struct str pre, seed = { (char *)t->random, 64 };
	size_t n = agree(t, own, secret);

	if (!n)
		return TLS_FAULT_PARAMETER;
	if (t->cert_wanted)	/* none: it may or may not be content (RFC 5246 section 7.4.6) */
		buf_add(talk, "\x0b\0\0\3\0\0\0", 7);
	buf_add(talk, head, sizeof head);
	buf_add(talk, own, t->point.len);
	if (t->has_ems) {	/* RFC 7627 section 4; the handshake's hash, ours included */
		hash_two(tls_hash(t), buf_str(talk), S(""), digest);
		seed = (struct str){ (char *)digest, hash_len(tls_hash(t)) };
	}
	pre = (struct str){ (char *)secret, n };
	tls_prf(t, pre, t->has_ems ? "extended master secret" : "master secret", seed, t->master, sizeof t->master);
	wipe(secret, sizeof secret);
	return TLS_FAULT_NONE;
}
