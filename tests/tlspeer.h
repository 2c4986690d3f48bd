/* tests/tlspeer.h: a TLS 1.2 server for tests: each message is made here and said when the test wants, right or wrong. Its secrets come
   from BearSSL's own PRF and curves. Tests only; it believes the client everything but its Finished. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_TLSPEER_H
#define TESTS_TLSPEER_H

#include "crypto/tlsparts.h"
#include "tests/certs.h"
#include "tests/tap.h"

#include <bearssl_ec.h>
#include <bearssl_prf.h>

#define PEER_ROOM (1 << 17)

/* Before peer_start: nothing. Between the messages a test may change any of it. */
struct peer {
	struct tls *t;
	unsigned suite, group, scheme;	/* of SUITE_*, the curve's number, the signature's */
	bool ems;		/* taken up */
	const char *cert;	/* of tests/vectors/x509, with a P-256 key */
	uint8_t random[32], scalar[66];
	uint8_t master[48];
	bool sealed;		/* what is said is protected */
	struct tls shadow;	/* holds the keys as the server has them */
	char talk[PEER_ROOM];	/* the handshake as the server sees it */
	size_t talk_n;
	char heard[PEER_ROOM];	/* all records of the client */
	size_t heard_n;
	char app[PEER_ROOM];	/* the program's bytes at the client's end */
	size_t app_n;
	size_t step;		/* bytes that the client takes at once; 0: all */
	struct str shown;	/* its Certificate and CertificateVerify, whole messages within talk; empty when it had none */
	struct str proof;
};

static inline void
peer_put(char *to, size_t *n, struct str s)
{
	if (s.len > PEER_ROOM - *n)
		abort();
	if (s.len)
		memcpy(to + *n, s.at, s.len);
	*n += s.len;
}

/* Who the client is, when a test wants it to be somebody. */
static const struct identity *peer_identity;

/* Take what the client says. */
static inline void
peer_hear(struct peer *p)
{
	size_t n;
	char *at;

	while ((at = tls_buf(p->t, TLS_WIRE_OUT, &n)) || (at = tls_buf(p->t, TLS_APP_IN, &n))) {
		bool wire = tls_state(p->t) & TLS_WIRE_OUT;

		n = p->step && n > p->step ? p->step : n;
		peer_put(wire ? p->heard : p->app, wire ? &p->heard_n : &p->app_n, (struct str){ at, n });
		tls_ack(p->t, wire ? TLS_WIRE_OUT : TLS_APP_IN, n);
	}
}

/* These bytes, as far as they are wanted. */
static inline void
peer_send(struct peer *p, struct str bytes)
{
	size_t n;
	char *at;

	peer_hear(p);
	while (bytes.len && (at = tls_buf(p->t, TLS_WIRE_IN, &n))) {
		n = n < bytes.len ? n : bytes.len;
		n = p->step && n > p->step ? p->step : n;
		memcpy(at, bytes.at, n);
		tls_ack(p->t, TLS_WIRE_IN, n);
		bytes = str_part(bytes, n, bytes.len);
		peer_hear(p);
	}
}

/* One record with this content, protected when that is so. Its bytes, until the next call. */
static inline struct str
peer_record(struct peer *p, unsigned type, struct str content)
{
	static uint8_t rec[PEER_ROOM];
	size_t head = p->sealed ? tls_head(&p->shadow, TLS_OUT_KEY) : 5, n = content.len;

	rec[0] = (uint8_t)type;
	rec[1] = rec[2] = 3;
	if (n)
		memcpy(rec + head, content.at, n);
	if (p->sealed) {
		tls_protect(&p->shadow, TLS_OUT_KEY, rec, n);
		n += head - 5 + 16;
	}
	rec[3] = (uint8_t)(n >> 8);
	rec[4] = (uint8_t)n;
	return (struct str){ (char *)rec, 5 + n };
}

static inline void
peer_say(struct peer *p, unsigned type, struct str content)
{
	peer_send(p, peer_record(p, type, content));
}

/* A message: its bytes, until the same number is made again. */
static inline struct str
peer_message(unsigned type, struct str body)
{
	static char text[256][66000];
	char head[] = { (char)type, (char)(body.len >> 16), (char)(body.len >> 8), (char)body.len };

	memcpy(text[type], head, 4);
	if (body.len)
		memcpy(text[type] + 4, body.at, body.len);
	return (struct str){ text[type], body.len + 4 };
}

/* Say a message, or several: in records of at most 16,384 bytes. */
static inline void
peer_tell(struct peer *p, struct str messages)
{
	peer_hear(p);
	peer_put(p->talk, &p->talk_n, messages);
	while (messages.len) {
		peer_say(p, 22, str_part(messages, 0, TLS_PLAIN));
		messages = str_part(messages, TLS_PLAIN, messages.len);
	}
}

/* --- Messages. */

/* ServerHello of these parts; extensions without their length, or NULL: not even that. */
static inline struct str
peer_hello_of(struct peer *p, unsigned version, struct str session, unsigned suite, unsigned compression, const struct str *extensions)
{
	static char text[1 << 15];
	struct buf b = BUF(text);

	buf_add_c(&b, (char)(version >> 8));
	buf_add_c(&b, (char)version);
	buf_add(&b, p->random, 32);
	buf_add_c(&b, (char)session.len);
	buf_add_str(&b, session);
	buf_add_c(&b, (char)(suite >> 8));
	buf_add_c(&b, (char)suite);
	buf_add_c(&b, (char)compression);
	if (extensions) {
		buf_add_c(&b, (char)(extensions->len >> 8));
		buf_add_c(&b, (char)extensions->len);
		buf_add_str(&b, *extensions);
	}
	return peer_message(2, buf_str(&b));
}

#define PEER_RENEGOTIATION "\xff\1\0\1\0"
#define PEER_EMS "\0\x17\0\0"

static inline struct str
peer_hello(struct peer *p)
{
	struct str with = S(PEER_RENEGOTIATION PEER_EMS), without = S(PEER_RENEGOTIATION);

	return peer_hello_of(p, 0x0303, S(""), p->suite, 0, p->ems ? &with : &without);
}

/* Certificate with these, each behind its length. */
static inline struct str
peer_certificate(struct peer *p)
{
	static char text[66000];
	struct buf b = BUF(text);
	struct str der = certs_der(p->cert);

	for (size_t n = der.len + 3;; n = der.len) {
		buf_add_c(&b, (char)(n >> 16));
		buf_add_c(&b, (char)(n >> 8));
		buf_add_c(&b, (char)n);
		if (n == der.len)
			break;
	}
	buf_add_str(&b, der);
	return peer_message(11, buf_str(&b));
}

/* The private key of a certificate: in what openssl writes, the only OCTET STRING of 32 bytes that an INTEGER 1 stands before. */
static inline struct str
peer_key(const char *name)
{
	static char der[4096];
	char path[120];
	struct pem pem;
	struct str text;
	size_t used, at;

	snprintf(path, sizeof path, CERTS_DIR "/%s.key", name);
	text = slurp(path);
	pem_init(&pem, (uint8_t *)der, sizeof der);
	while (text.len && pem_feed(&pem, text, &used) != PEM_OBJECT)
		text = str_part(text, used, text.len);
	at = str_find((struct str){ der, pem.len }, S("\2\1\1\4\x20"));
	if (at == SIZE_MAX)
		abort();
	return (struct str){ der + at + 5, 32 };
}

/* ServerKeyExchange over these parameters, rightly signed by the scheme 0x0403. */
static inline struct str
peer_exchange_of(struct peer *p, struct str params)
{
	char text[1000], digest_of[2000];
	uint8_t digest[64], signature[200];
	struct str key = peer_key(p->cert);
	br_ec_private_key sk = { 23, (unsigned char *)key.at, key.len };
	struct buf b = BUF(text), d = BUF(digest_of);
	size_t n;
	br_sha256_context c;

	peer_hear(p);
	buf_add(&d, p->heard + 5 + 6, 32);
	buf_add(&d, p->random, 32);
	buf_add_str(&d, params);
	br_sha256_init(&c);
	br_sha256_update(&c, d.at, d.len);
	br_sha256_out(&c, digest);
	n = br_ecdsa_i31_sign_asn1(&br_ec_all_m31, &br_sha256_vtable, digest, &sk, signature);
	buf_add_str(&b, params);
	buf_add_c(&b, (char)(p->scheme >> 8));
	buf_add_c(&b, (char)p->scheme);
	buf_add_c(&b, 0);
	buf_add_c(&b, (char)n);
	buf_add(&b, signature, n);
	return peer_message(12, buf_str(&b));
}

/* The parameters as they should be; until the next call. */
static inline struct str
peer_params(struct peer *p)
{
	static char text[200];
	char point[133];
	size_t n = br_ec_all_m31.mulgen((unsigned char *)point, p->scalar, p->group == 24 ? 48 : p->group == 25 ? 66 : 32, (int)p->group);
	struct buf b = BUF(text);

	buf_add_c(&b, 3);
	buf_add_c(&b, 0);
	buf_add_c(&b, (char)p->group);
	buf_add_c(&b, (char)n);
	buf_add(&b, point, n);
	return buf_str(&b);
}

static inline struct str
peer_exchange(struct peer *p)
{
	return peer_exchange_of(p, peer_params(p));
}

#define PEER_REQUEST S("\x0d\0\0\x0a\1\x40\0\4\4\3\4\1\0\0")
#define PEER_DONE S("\x0e\0\0\0")
#define PEER_CIPHER S("\1")

static inline void
peer_prf(struct peer *p, void *out, size_t n, const void *secret, size_t secret_n, const char *label, const void *a, size_t a_n,
	const void *b, size_t b_n)
{
	br_tls_prf_seed_chunk seed[] = { { a, a_n }, { b, b_n } };

	(p->suite == 0xc02c ? br_tls12_sha384_prf : br_tls12_sha256_prf)(out, n, secret, secret_n, label, 2, seed);
}

static inline size_t
peer_hash(struct peer *p, uint8_t out[48])
{
	const br_hash_class *hash = p->suite == 0xc02c ? &br_sha384_vtable : &br_sha256_vtable;
	br_hash_compat_context c;

	hash->init(&c.vtable);
	hash->update(&c.vtable, p->talk, p->talk_n);
	hash->out(&c.vtable, out);
	return p->suite == 0xc02c ? 48 : 32;
}

/* The client has answered Done: take its point, derive the keys, and look at its Finished. Whether that is right. */
static inline bool
peer_derive(struct peer *p)
{
	uint8_t secret[133], digest[48], want[12], block[88];
	size_t key_len = p->suite == 0xc02b ? 16 : 32, iv_len = p->suite == 0xcca9 ? 12 : 4, at = 0, n, len, off, hashed = 0;
	struct str rest = { p->heard, p->heard_n }, point = { 0 };
	uint8_t *finished = NULL;

	peer_hear(p);
	for (rest.len = p->heard_n; rest.len > 5; rest = str_part(rest, n, rest.len)) {	/* its records: hello, flight, CCS, Finished */
		n = 5 + (uint8_t)rest.at[3] * 256u + (uint8_t)rest.at[4];
		at++;
		if (at == 2) {
			struct str flight = str_part(rest, 5, n);

			while (flight.len > 4) {
				size_t m = 4 + (uint8_t)flight.at[1] * 65536u + (uint8_t)flight.at[2] * 256u + (uint8_t)flight.at[3];
				struct str message = { p->talk + p->talk_n, m };

				if (m > flight.len)
					return false;
				peer_put(p->talk, &p->talk_n, str_part(flight, 0, m));
				if (*flight.at == 11)
					p->shown = message;
				else if (*flight.at == 15)
					p->proof = message;
				else if (*flight.at != 16)
					return false;
				if (*flight.at == 16) {	/* the master secret's hash ends here (RFC 7627 section 3) */
					point = str_part(message, 5, m);
					hashed = peer_hash(p, digest);
				}
				flight = str_part(flight, m, flight.len);
			}
		} else if (at == 4) {
			finished = (uint8_t *)rest.at;
		}
	}
	if (at != 4 || !point.len)
		return false;
	memcpy(secret, point.at, point.len);
	if (!br_ec_all_m31.mul(secret, point.len, p->scalar, p->group == 24 ? 48 : p->group == 25 ? 66 : 32, (int)p->group))
		return false;
	off = br_ec_all_m31.xoff((int)p->group, &len);
	n = hashed;
	if (p->ems)
		peer_prf(p, p->master, 48, secret + off, len, "extended master secret", digest, n, "", 0);
	else
		peer_prf(p, p->master, 48, secret + off, len, "master secret", p->heard + 11, 32, p->random, 32);
	peer_prf(p, block, 2 * (key_len + iv_len), p->master, 48, "key expansion", p->random, 32, p->heard + 11, 32);
	memset(p->shadow.key, 0, sizeof p->shadow.key);
	p->shadow.suite = p->suite == 0xcca9 ? 0 : p->suite == 0xc02b ? 2 : 4;
	for (unsigned i = 0; i < 2; i++) {
		struct tls_key *k = &p->shadow.key[i ? TLS_OUT_KEY : TLS_IN_KEY];

		memcpy(k->secret, block + i * key_len, key_len);
		memcpy(k->iv, block + 2 * key_len + i * iv_len, iv_len);
		k->on = true;
	}
	n = peer_hash(p, digest);
	peer_prf(p, want, 12, p->master, 48, "client finished", digest, n, "", 0);
	if (!tls_protect(&p->shadow, TLS_IN_KEY, finished, 16))
		return false;
	finished += tls_head(&p->shadow, TLS_IN_KEY);
	peer_put(p->talk, &p->talk_n, (struct str){ (char *)finished, 16 });
	return memcmp(finished, "\x14\0\0\x0c", 4) == 0 && memcmp(finished + 4, want, 12) == 0;
}

static inline struct str
peer_finished(struct peer *p)
{
	uint8_t digest[48];
	char want[12];
	size_t n = peer_hash(p, digest);

	peer_prf(p, want, 12, p->master, 48, "server finished", digest, n, "", 0);
	return peer_message(20, (struct str){ want, 12 });
}

/* A client of this server, and what it says first. All that is random is fixed. */
static inline void
peer_start(struct peer *p, struct tls *t, const char *host)
{
	static char memory[TLS_ARENA];
	static struct arena arena = { .at = memory, .cap = sizeof memory };
	uint8_t bytes[TLS_RANDOM];
	struct tls_config config = { .random = bytes, .arena = &arena, .skip_verify = true, .now_s = CERTS_NOW, .identity = peer_identity };
	struct err e;

	memset(p, 0, sizeof *p);
	*p = (struct peer){ .t = t, .suite = 0xcca9, .group = 29, .scheme = 0x0403, .ems = true, .cert = "leaf" };
	memset(bytes, 7, sizeof bytes);
	memset(p->random, 9, sizeof p->random);
	memset(p->scalar, 1, sizeof p->scalar);
	arena_wipe(&arena);
	if (host_parse(&config.host, str_of(host), &e) < 0 || tls_start(t, &config, &e) < 0)
		abort();
	peer_hear(p);
	peer_put(p->talk, &p->talk_n, (struct str){ p->heard + 5, p->heard_n - 5 });
}

/* All of a good handshake up to here. */
enum peer_until { PEER_UNTIL_START, PEER_UNTIL_HELLO, PEER_UNTIL_CERTIFICATE, PEER_UNTIL_EXCHANGE, PEER_UNTIL_DONE, PEER_UNTIL_CIPHER, PEER_UNTIL_OPEN };

static inline void
peer_go(struct peer *p, enum peer_until from, enum peer_until until)
{
	for (unsigned at = from; at < until; at++)
		switch (at) {
		case PEER_UNTIL_START:
			peer_tell(p, peer_hello(p));
			break;
		case PEER_UNTIL_HELLO:
			peer_tell(p, peer_certificate(p));
			break;
		case PEER_UNTIL_CERTIFICATE:
			peer_tell(p, peer_exchange(p));
			break;
		case PEER_UNTIL_EXCHANGE:
			peer_tell(p, PEER_DONE);
			break;
		case PEER_UNTIL_DONE:
			if (!peer_derive(p))
				abort();
			peer_say(p, 20, PEER_CIPHER);
			p->sealed = true;
			break;
		case PEER_UNTIL_CIPHER:
			peer_tell(p, peer_finished(p));
			break;
		}
}

/* --- For the tests that have one client `t` and one server `p`. */

#define begin(until) (peer_start(&p, &t, "vault.test"), peer_go(&p, PEER_UNTIL_START, (until)))
#define refused(fault, what) peer_refused(&p, (fault), (what))
#define told_as(line) peer_is_told(&p, (line))
#define works(from, what) peer_works(&p, (from), (what))

/* The connection ended with this fault, and the server was told so by an alert: the last record, protected where it must be. */
static inline void
peer_refused(struct peer *p, enum tls_fault fault, const char *what)
{
	const struct tls *t = p->t;
	size_t len = t->key[TLS_OUT_KEY].on ? 5 + 2 + tls_head(t, TLS_OUT_KEY) - 5 + 16 : 5 + 2;
	const uint8_t *last;

	peer_hear(p);
	last = (uint8_t *)p->heard + p->heard_n - len;
	if (!is_int(t->fault, fault, "%s", what))
		return;
	if (p->heard_n < len || tls_state(t) != TLS_CLOSED || tls_is_clean_end(t) || last[0] != 21 ||
	    (len == 7 && (last[5] != 2 || last[6] != (uint8_t)fault)))
		ok(false, "%s: an alert, and the end", what);
}

/* What is said of it. */
static inline void
peer_is_told(struct peer *p, const char *line)
{
	struct err e;

	tls_error(p->t, 0, &e);
	is_line(&e, line, "its sentence");
}

/* It goes on from here, and works. */
static inline void
peer_works(struct peer *p, enum peer_until from, const char *what)
{
	struct tls *t = p->t;
	size_t n = p->app_n, room;
	void *at;

	peer_go(p, from, PEER_UNTIL_OPEN);
	peer_say(p, 23, S("answer"));
	ok(!t->fault && tls_state(t) == (TLS_APP_OUT | TLS_WIRE_IN) && p->app_n == n + 6 && memcmp(p->app + n, "answer", 6) == 0, "%s", what);
	at = tls_buf(t, TLS_APP_OUT, &room);
	if (!at || room != TLS_APP)
		ok(false, "%s: and back", what);
}

#endif
