/* tests/keys.h: the clients' keys of tests/vectors/keys, and whether an identity that was read can prove itself. Tests only. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_KEYS_H
#define TESTS_KEYS_H

#include "crypto/cert.h"
#include "crypto/key.h"

#include <bearssl_hash.h>
#include <string.h>

/* Whether what the key signs is what the first certificate's verifies. */
static inline bool
keys_prove(const struct identity *id)
{
	unsigned char hash[32], signature[CERT_RSA_MAX], said[32];
	unsigned bits;
	struct cert c;
	br_x509_pkey pub;
	size_t len;

	memset(hash, 0x33, sizeof hash);
	if (!id->cert_n || !cert_parse(&c, id->cert[0]) || cert_get_key(&c, &pub, &bits) != CERT_KEY_OK || pub.key_type != id->key.type)
		return false;
	if (id->key.type == BR_KEYTYPE_RSA)
		return br_rsa_i31_pkcs1_sign(BR_HASH_OID_SHA256, hash, sizeof hash, &id->key.rsa, signature) &&
		       br_rsa_i31_pkcs1_vrfy(signature, pub.key.rsa.nlen, BR_HASH_OID_SHA256, sizeof hash, &pub.key.rsa, said) &&
		       !memcmp(hash, said, sizeof hash);
	len = br_ecdsa_i31_sign_raw(&br_ec_all_m31, &br_sha256_vtable, hash, &id->key.ec, signature);
	return len && br_ecdsa_i31_vrfy_raw(&br_ec_all_m31, hash, sizeof hash, &pub.key.ec, signature, len);
}

#endif
