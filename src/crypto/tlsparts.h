/* crypto/tlsparts.h: what the files of the TLS engine, crypto/tls*.c, share. No other source includes it; tests do. */
/* SPDX-License-Identifier: MIT */
#ifndef CRYPTO_TLSPARTS_H
#define CRYPTO_TLSPARTS_H

#include "crypto/sig.h"
#include "crypto/tls.h"

/* Places in tls.key. */
enum { TLS_OUT_KEY, TLS_IN_KEY };

/* --- What follows from the suite's place in the list: CCA9 CCA8 C02B C02F C02C C030, so ChaCha20, AES-128 and AES-256 in pairs for
   ECDSA and RSA. */
static inline bool
tls_is_gcm(const struct tls *t)
{
	return t->suite >= 2;
}

static inline bool
tls_is_rsa(const struct tls *t)
{
	return t->suite & 1;
}

static inline size_t
tls_key_len(const struct tls *t)
{
	return t->suite / 2 == 1 ? 16 : 32;
}

static inline const br_hash_class *
tls_hash(const struct tls *t)
{
	return t->suite >= 4 ? &br_sha384_vtable : &br_sha256_vtable;
}

/* Bytes of a protected record before its content: the header, and GCM's explicit nonce (RFC 5288 section 3). */
static inline size_t
tls_head(const struct tls *t, unsigned which)
{
	return t->key[which].on && tls_is_gcm(t) ? 5 + 8 : 5;
}

/* --- Taking messages apart. A part that is not there whole empties the rest and makes it NULL, so one look at the end does. */

/* The next n bytes; NULL when there are fewer. */
static inline const uint8_t *
tls_take(struct str *in, size_t n)
{
	const char *at = in->at;

	if (!in->at || n > in->len) {
		*in = (struct str){ 0 };
		return NULL;
	}
	in->at += n;
	in->len -= n;
	return (const uint8_t *)at;
}

/* A number of 1 to 3 bytes; 0 when it is not there. */
uint32_t tls_take_number(struct str *in, unsigned bytes);
/* What stands behind its length of 1 to 3 bytes. */
struct str tls_take_vector(struct str *in, unsigned bytes);

/* All was there and nothing is left. */
static inline bool
tls_is_end(struct str in)
{
	return in.at && !in.len;
}

/* --- tlskeys.c: secrets and what is made of them. */

/* The PRF of RFC 5246 section 5 with the suite's hash: n bytes from the secret, label and seed (8 to 22 and 32 to 64 bytes). */
void tls_prf(const struct tls *t, struct str secret, const char *label, struct str seed, uint8_t *out, size_t n);

/* The keys of both directions from the master secret (section 6.3); neither is switched on. */
void tls_expand_keys(struct tls *t);

/* A Finished message's 12 bytes (section 7.4.9) over the first `end` bytes of t->talk. */
void tls_finish(const struct tls *t, const char *label, size_t end, uint8_t out[12]);

/* Seal (TLS_OUT_KEY) or open (TLS_IN_KEY) in place the record at rec: header, of which the length does not matter, what else
   tls_head counts, n bytes of content, 16 of tag. False when it was changed on its way, or is not the next one: what stands there
   then means nothing. */
bool tls_protect(struct tls *t, unsigned which, uint8_t *rec, size_t n);

/* --- tlshello.c: ClientHello into t->talk; ServerHello's body. */
void tls_add_hello(struct tls *t, const uint8_t random[32]);
enum tls_fault tls_take_hello(struct tls *t, struct str in);

/* --- tlsauth.c: who the server is, and what both agree on. */
enum tls_fault tls_take_certificate(struct tls *t, struct str in);
enum tls_fault tls_take_exchange(struct tls *t, struct str in);
enum tls_fault tls_take_request(struct tls *t, struct str in);
/* Our point on Curve25519, which nearly every server chooses: made once the hello is sent, while the server is busy with it. */
void tls_make_own(struct tls *t);
/* Our Certificate, when one was asked for, ClientKeyExchange, and CertificateVerify, when the first was not empty, into t->talk, which
   has TLS_OURS bytes left, and TLS_SHOWN more where we show a certificate; the master secret. */
#define TLS_OURS (7 + 5 + 133)
#define TLS_SHOWN (TLS_CHAIN + 8 + SIG_MAX)
_Static_assert(TLS_OURS + TLS_SHOWN <= TLS_PLAIN, "one record");
enum tls_fault tls_add_exchange(struct tls *t);

#endif
