/* tests/fuzz/tls.c: fuzzes the TLS client with a server's records, whose protection is put on here and whose signatures all count as
   right, so that the fuzzer gets everywhere. Curves and signatures stand in for BearSSL's: it is the engine that is looked at. */
/* SPDX-License-Identifier: MIT */
#include "crypto/tlsparts.h"

#include <bearssl_ec.h>
#include <bearssl_rsa.h>
#include <stdlib.h>
#include <string.h>

/* Input: a byte of flags, then pieces: a record's type, two bytes of length, content. Type 0: raw bytes for the wire. Type 1: a
   Finished message as it should be. What comes after ChangeCipherSpec is protected with the client's own keys. */
#define FLAG_ADDRESS 1	/* the server has no name */
#define FLAG_STEPS 2	/* the client takes byte by byte */
#define FLAG_CLIENT 4	/* it has a certificate, with an EC key */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* --- In place of BearSSL's, which are not linked then. The product of anything is the point itself. */

static uint32_t
mul(unsigned char *point, size_t len, const unsigned char *scalar, size_t scalar_len, int curve)
{
	(void)curve;
	must(scalar_len == (len == 32 ? 32 : len / 2) && scalar[scalar_len - 1]);
	return len == 32 || point[0] == 4;
}

static size_t
mulgen(unsigned char *out, const unsigned char *scalar, size_t scalar_len, int curve)
{
	size_t len = curve == 29 ? 32 : curve == 23 ? 65 : curve == 24 ? 97 : 133;

	must((curve == 29 || (curve >= 23 && curve <= 25)) && scalar[scalar_len - 1]);
	memset(out, 5, len);
	return len;
}

static size_t
xoff(int curve, size_t *len)
{
	*len = curve == 29 || curve == 23 ? 32 : curve == 24 ? 48 : 66;
	return curve != 29;
}

const br_ec_impl br_ec_all_m31 = { .mul = mul, .mulgen = mulgen, .xoff = xoff };
const br_ec_impl br_ec_prime_i31 = { .mul = mul, .mulgen = mulgen, .xoff = xoff };
const br_ec_impl br_ec_c25519_i31 = { .mul = mul, .mulgen = mulgen, .xoff = xoff };

uint32_t
br_ecdsa_i31_vrfy_asn1(const br_ec_impl *impl, const void *hash, size_t hash_len, const br_ec_public_key *key, const void *sig, size_t sig_len)
{
	(void)impl;
	(void)key;
	must(hash && hash_len >= 32);
	return sig_len && *(const char *)sig == 0x30;
}

size_t
br_ecdsa_i31_sign_asn1(const br_ec_impl *impl, const br_hash_class *hash, const void *digest, const br_ec_private_key *key, void *sig)
{
	(void)impl;
	must(hash && digest && key->curve == 23);
	memset(sig, 0x30, 72);
	return 72;
}

uint32_t
br_rsa_i31_public(unsigned char *x, size_t xlen, const br_rsa_public_key *key)
{
	must(xlen == key->nlen);
	x[0] ^= 1;
	return 1;
}

/* --- */

static struct tls t;
static uint8_t rec[5 + 8 + 65535 + 16];

static void
check(void)
{
	unsigned state = tls_state(&t);
	size_t n;

	must(state != 0 && (!(state & TLS_CLOSED) || state == TLS_CLOSED));
	for (unsigned port = TLS_WIRE_OUT; port <= TLS_APP_IN; port <<= 1)
		must(!!tls_buf(&t, (enum tls_port)port, &n) == !!(state & port) && !n == !(state & port));
	must(t.out_n <= TLS_OUT + (t.identity ? TLS_PLAIN : 0) && t.staged <= TLS_APP && (!t.staged || !t.out_n) && t.talk_at <= t.talk.len && t.talk.len <= t.talk.cap);
	must((t.phase == TLS_OPEN) == (t.wait == TLS_WAIT_NOTHING) && (t.phase < TLS_OPEN || (t.key[0].on && t.key[1].on)));
	must(t.phase == TLS_OPEN || (!t.app_n && !(state & (TLS_APP_IN | TLS_APP_OUT))));
}

/* What the client and its program do. */
static void
take_all(size_t step)
{
	size_t n;
	char *at;

	for (;;) {
		check();
		if ((at = tls_buf(&t, TLS_APP_IN, &n))) {
			tls_ack(&t, TLS_APP_IN, n > step ? step : n);
		} else if ((at = tls_buf(&t, TLS_WIRE_OUT, &n))) {
			must(at[0] || n);
			tls_ack(&t, TLS_WIRE_OUT, n > step ? step : n);
		} else {
			return;
		}
	}
}

static void
feed(struct str bytes, size_t step)
{
	size_t n;
	void *at;

	take_all(step);
	while (bytes.len && (at = tls_buf(&t, TLS_WIRE_IN, &n))) {
		n = n < bytes.len ? n : bytes.len;
		n = n > step ? step : n;
		memcpy(at, bytes.at, n);
		bytes = str_part(bytes, n, bytes.len);
		tls_ack(&t, TLS_WIRE_IN, n);
		take_all(step);
	}
}

/* A record of the server's. */
static void
say(unsigned type, struct str content, size_t step)
{
	static struct tls server;	/* its keys are the client's, the other way round */
	size_t head, n = content.len;

	server.suite = t.suite;
	server.key[TLS_OUT_KEY] = t.key[TLS_IN_KEY];
	head = tls_head(&server, TLS_OUT_KEY);
	rec[0] = (uint8_t)type;
	rec[1] = rec[2] = 3;
	if (n)
		memcpy(rec + head, content.at, n);
	if (server.key[TLS_OUT_KEY].on) {
		tls_protect(&server, TLS_OUT_KEY, rec, n);
		n += head - 5 + 16;
	}
	rec[3] = (uint8_t)(n >> 8);
	rec[4] = (uint8_t)n;
	feed((struct str){ (char *)rec, 5 + n }, step);
}

static void
say_finished(size_t step)
{
	uint8_t message[16] = { 20, 0, 0, 12 };

	if (t.wait != TLS_WAIT_FINISHED)
		return;
	tls_finish(&t, "server finished", t.talk.len, message + 4);
	say(22, (struct str){ (char *)message, sizeof message }, step);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static char memory[TLS_ARENA];
	struct arena arena = { .at = memory, .cap = sizeof memory };
	uint8_t bytes[TLS_RANDOM];
	struct tls_config config = { .random = bytes, .arena = &arena, .skip_verify = true, .now_s = 1798761600,
		.host = { .name = S("vault.test") } };
	struct str cert[] = { S("one"), S("two"), { memory, 1 } };
	struct identity own = { .key = { .type = BR_KEYTYPE_EC, .ec = { .curve = 23 } }, .cert = cert, .cert_n = 3 };
	struct err e = { 0 };
	struct str rest = { (const char *)data, len };
	size_t n, step = SIZE_MAX;
	void *at;

	if (!len)
		return 0;
	if (data[0] & FLAG_ADDRESS)
		config.host.kind = HOST_IP4;
	if (data[0] & FLAG_STEPS)
		step = 1;
	if (data[0] & FLAG_CLIENT)
		config.identity = &own;
	memset(bytes, 7, sizeof bytes);
	must(tls_start(&t, &config, &e) == 0);
	for (rest = str_part(rest, 1, len); rest.len >= 3;) {
		unsigned type = (unsigned char)rest.at[0];
		struct str content = str_part(rest, 3, 3 + (unsigned char)rest.at[1] * 256u + (unsigned char)rest.at[2]);

		rest = str_part(rest, 3 + content.len, rest.len);
		take_all(step);
		if (type == 1)
			say_finished(step);
		else if (type)
			say(type, content, step);
		else
			feed(content, step);
		if ((at = tls_buf(&t, TLS_APP_OUT, &n))) {
			memset(at, 1, n);
			tls_ack(&t, TLS_APP_OUT, content.len % n + 1);
			if (content.len & 1)
				tls_flush(&t);
		}
	}
	check();
	tls_error(&t, 0, &e);
	must(*e.line && !tls_is_verified(&t));
	must(!t.scheme || (data[0] & FLAG_CLIENT && t.has_ems));
	must(!t.fault || !tls_is_clean_end(&t));
	tls_close(&t);
	for (unsigned i = 0; i < 10 && !(tls_state(&t) & TLS_CLOSED); i++)
		if (tls_buf(&t, TLS_WIRE_OUT, &n))
			tls_ack(&t, TLS_WIRE_OUT, n);
	must(tls_state(&t) == TLS_CLOSED);
	memset(memory, 0, arena.len);
	return 0;
}
