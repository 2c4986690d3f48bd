/* crypto/cert.h: what an X.509 certificate says (RFC 5280), decoded, and who has signed it. Trusts nobody. */
/* SPDX-License-Identifier: MIT */
#ifndef CRYPTO_CERT_H
#define CRYPTO_CERT_H

#include "base/buf.h"

#include <bearssl_x509.h>

/* Slices are parts of the encoding that was parsed. */
struct cert {
	struct str whole;	/* the certificate */
	struct str issuer;	/* names are whole values, with tag and length */
	struct str subject;
	struct str spki;	/* SubjectPublicKeyInfo, whole */
	struct str signed_part;	/* what the signature is over */
	struct str signature_oid;	/* who could check it */
	struct str signature;
	struct str san;		/* GeneralNames inside subjectAltName, for cert_next_name; empty when has_san is false */
	int64_t from_s;		/* valid from and until, unix seconds, both inclusive */
	int64_t until_s;
	uint32_t path_max;	/* pathLenConstraint; UINT32_MAX: none, or over 255 */
	bool is_v1;		/* version 1: no extensions, so nothing says whether it is a CA */
	bool is_self_issued;	/* subject and issuer are the same bytes; nothing says that it is self-signed */
	bool is_ca;		/* basicConstraints says so */
	bool may_sign;		/* keyUsage says so, or is not there: in a handshake */
	bool may_sign_certs;	/* and other certificates */
	bool may_be_server;	/* extKeyUsage holds serverAuth or anyExtendedKeyUsage, or is not there */
	bool has_san;
	bool has_constraints;	/* nameConstraints */
	bool has_critical_unknown;	/* an extension that is neither looked at here nor known to bind nobody is critical */
};

/* Decode. False, and *c holds nothing that means anything, for all but one certificate in strict DER: bytes left over, a
   version other than 1 and 3, an extension that is there twice (of those we know) or holds something else, extensions in
   version 1, two different signature algorithms, DNS names beyond ASCII, addresses of another length than 4 and 16. What we do
   not look into (serial number, names' insides, unknown extensions) may be anything that has the right tag. */
bool cert_parse(struct cert *c, struct str der) __attribute__((warn_unused_result));

#define CERT_RSA_MIN 256	/* bytes of an RSA modulus: 2048 bits, less would be broken too soon; in whole bytes */
#define CERT_RSA_MAX 512	/* 4096 bits: BearSSL's bound */

enum cert_key {
	CERT_KEY_OK,
	CERT_KEY_LENGTH,	/* RSA, and *bits is too few or too many */
	CERT_KEY_CURVE,		/* EC, but neither P-256, P-384 nor P-521 by name */
	CERT_KEY_PSS,		/* RSA for PSS only */
	CERT_KEY_ED25519,	/* or Ed448 */
	CERT_KEY_KIND,		/* another kind */
	CERT_KEY_BROKEN,	/* not a key */
};

/* Algorithms of keys, as they stand in an OBJECT IDENTIFIER: EC; a list of Ed25519 and Ed448. */
#define OID_EC "\x2a\x86\x48\xce\x3d\x02\x01"
#define OIDS_EDWARDS "\x2b\x65\x70\0" "\x2b\x65\x71\0"

/* The public key. `out` points into the certificate; filled for CERT_KEY_OK alone. *bits is the length of the RSA modulus in
   whole bytes, times 8; else 0. */
enum cert_key cert_get_key(const struct cert *c, br_x509_pkey *out, unsigned *bits);

/* A curve by its name, a whole OBJECT IDENTIFIER: BearSSL's number for P-256, P-384 and P-521, and in *len the bytes of a
   coordinate, which are those of a private key too. 0 for any other. */
int cert_get_curve(struct str name, size_t *len);

/* What the signature algorithm is where it cannot be verified here ("RSA-PSS", "Ed25519", "SHA-1", "an unknown algorithm"),
   NULL where it can. */
const char *cert_unverifiable(const struct cert *c);

/* Whether the holder of the key has signed c, by RSA (PKCS#1 v1.5) or ECDSA with SHA-256, SHA-384 or SHA-512. */
bool cert_is_signed_by(const struct cert *c, const br_x509_pkey *key) __attribute__((warn_unused_result));

enum cert_name {
	CERT_NAME_DNS,
	CERT_NAME_IP,		/* 4 or 16 bytes, network order */
	CERT_NAME_OTHER,
};

/* Take the next name off *san (start with c->san). False at the end; cert_parse has looked that all of it is well-formed. */
bool cert_next_name(struct str *san, enum cert_name *kind, struct str *value) __attribute__((warn_unused_result));

/* Append a name for people: its common name as "CN=vault.corp", else its last part, else "(no name)"; at most 100 bytes of it,
   and as they stand: escape before showing. */
void cert_format_dn(struct buf *out, struct str dn);

#endif
