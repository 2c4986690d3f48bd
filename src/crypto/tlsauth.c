/* crypto/tlsauth.c: the TLS engine's part about who the server is and who we are, and the secret that both agree on. */
/* SPDX-License-Identifier: MIT */
#include "base/wipe.h"
#include "crypto/curve.h"
#include "crypto/hash.h"
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

/* RFC 5246 section 7.4.4. Whose certificates it would take does not matter: we have one, or none. */
enum tls_fault
tls_take_request(struct tls *t, struct str in)
{
	struct str types = tls_take_vector(&in, 1), schemes = tls_take_vector(&in, 2);

	struct str names = tls_take_vector(&in, 2);
	bool is_ec;

	while (names.len)
		tls_take_vector(&names, 2);
	if (!tls_is_end(in) || !names.at || !types.len || !schemes.len || schemes.len % 2)
		return TLS_FAULT_DECODE;
	t->cert_wanted = true;
	if (!t->identity)
		return TLS_FAULT_NONE;
	if (!t->has_ems)
		return TLS_FAULT_SECRET;
	is_ec = t->identity->key.type == BR_KEYTYPE_EC;
	while (schemes.len) {	/* the shortest hash of ours */
		uint32_t scheme = tls_take_number(&schemes, 2), hash = scheme >> 8;

		if ((scheme & 0xff) == (is_ec ? SIG_ECDSA : SIG_RSA) && hash >= SIG_HASH_MIN && hash <= SIG_HASH_MIN + 2 &&
		    (!t->scheme || scheme < t->scheme))
			t->scheme = (uint16_t)scheme;
	}
	/* rsa_sign, ecdsa_sign (section 7.4.4, RFC 8422 section 5.5) */
	return t->scheme && str_find_c(types, is_ec ? 64 : 1) != SIZE_MAX ? TLS_FAULT_NONE : TLS_FAULT_SCHEME;
}

void
tls_make_own(struct tls *t)
{
	CURVE_25519->mulgen(t->own, t->scalar, sizeof t->own, BR_EC_curve25519);
}

/* ECDH (RFC 8422 section 5.11): our point into `own`, the shared secret to the front of `secret`; its length, 0 when there is
   none: a point that is not on the curve, or on Curve25519 one of those whose product is zero whatever we choose. */
static size_t
agree(struct tls *t, uint8_t *own, uint8_t *secret)
{
	const br_ec_impl *ec = t->group == BR_EC_curve25519 ? CURVE_25519 : CURVE_P;
	size_t n = t->point.len == 32 ? 32 : t->point.len / 2, off, len;
	uint8_t any = 0;

	/* Below the order of the curve, and not zero. Curve25519 sees to that itself. */
	memcpy(own, t->own, sizeof t->own);
	if (t->group != BR_EC_curve25519) {
		t->scalar[0] &= t->group == BR_EC_secp521r1 ? 0 : 0x7f;
		t->scalar[n - 1] |= 1;
		ec->mulgen(own, t->scalar, n, t->group);
	}
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

/* n in big-endian, to `bytes` bytes. */
static void
add_number(struct buf *b, size_t n, unsigned bytes)
{
	while (bytes-- > 0)
		buf_add_c(b, (char)(n >> 8 * bytes));
}

/* Certificate (RFC 5246 section 7.4.6): ours, or none, with which the server may or may not be content. */
static void
add_certificate(struct tls *t)
{
	const struct identity *own = t->identity;
	struct buf *talk = &t->talk;
	unsigned n = own ? own->cert_n : 0;
	size_t len = 0;

	for (unsigned i = 0; i < n; i++)
		len += 3 + own->cert[i].len;
	buf_add_c(talk, 11);
	add_number(talk, 3 + len, 3);
	add_number(talk, len, 3);
	for (unsigned i = 0; i < n; i++) {
		add_number(talk, own->cert[i].len, 3);
		buf_add_str(talk, own->cert[i]);
	}
}

/* CertificateVerify (RFC 5246 section 7.4.8): all of the handshake so far, signed. */
static enum tls_fault
add_verify(struct tls *t)
{
	struct buf *talk = &t->talk;
	uint8_t signature[SIG_MAX];
	size_t n = sig_sign(t->scheme, &t->identity->key, buf_str(talk), signature);

	if (!n)
		return TLS_FAULT_SCHEME;
	buf_add_c(talk, 15);
	add_number(talk, 4 + n, 3);
	add_number(talk, t->scheme, 2);
	add_number(talk, n, 2);
	buf_add(talk, signature, n);
	return TLS_FAULT_NONE;
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
	if (t->cert_wanted)
		add_certificate(t);
	buf_add(talk, head, sizeof head);
	buf_add(talk, own, t->point.len);
	if (t->has_ems) {	/* RFC 7627 sections 3 and 4; the handshake's hash, up to here */
		hash_two(tls_hash(t), buf_str(talk), S(""), digest);
		seed = (struct str){ (char *)digest, hash_len(tls_hash(t)) };
	}
	pre = (struct str){ (char *)secret, n };
	tls_prf(t, pre, t->has_ems ? "extended master secret" : "master secret", seed, t->master, sizeof t->master);
	wipe(secret, sizeof secret);
	return t->scheme ? add_verify(t) : TLS_FAULT_NONE;
}
