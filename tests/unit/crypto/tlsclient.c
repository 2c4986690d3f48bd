/* tests/unit/crypto/tlsclient.c: the client shows a certificate: what it sends and signs, what it will not do, how refusals read; every
   cut, flip and split of the request. */
/* SPDX-License-Identifier: MIT */
#include "tests/keys.h"
#include "tests/mutate.h"
#include "tests/tlspeer.h"

static struct tls t;
static struct peer p;
static struct err e;
static struct identity id;

/* Certificates and a key of tests/vectors/keys. */
static void
become(const char *cert, const char *more, const char *key)
{
	static char memory[1 << 18], all[1 << 16];
	static struct arena arena = { .at = memory, .cap = sizeof memory };
	const char *names[] = { cert, more };
	struct buf b = BUF(all);
	char path[120];

	for (int i = 0; i < 2 && names[i]; i++) {
		snprintf(path, sizeof path, "tests/vectors/keys/%s.crt", names[i]);
		buf_add_str(&b, slurp(path));
	}
	snprintf(path, sizeof path, "tests/vectors/keys/%s.key", key);
	if (identity_read(&id, buf_str(&b), slurp(path), &arena, &e) < 0) {
		printf("Bail out! %s: %s\n", key, e.line);
		exit(1);
	}
	peer_identity = &id;
}

/* CertificateRequest. */
static struct str
request(struct str types, struct str schemes, struct str names)
{
	static char text[2000];
	struct buf b = BUF(text);

	buf_add_c(&b, (char)types.len);
	buf_add_str(&b, types);
	buf_add_c(&b, (char)(schemes.len >> 8));
	buf_add_c(&b, (char)schemes.len);
	buf_add_str(&b, schemes);
	buf_add_c(&b, (char)(names.len >> 8));
	buf_add_c(&b, (char)names.len);
	buf_add_str(&b, names);
	return peer_message(13, buf_str(&b));
}

#define TYPES S("\1\2\x40")
#define USUAL S("\4\3\5\3\6\3\x08\7\x08\x08\x08\x09\x08\4\x08\5\4\1\5\1\6\1\3\3\2\3\3\1\2\1")	/* openssl's */
#define NAMES S("\0\4\x30\2\x31\0\0\2\x30\0")

/* Whether what was shown is the identity's chain, as RFC 5246 section 7.4.2 has it. */
static bool
is_shown(void)
{
	static char text[1 << 16];
	struct buf b = BUF(text);
	size_t len = 0;

	for (unsigned i = 0; i < id.cert_n; i++)
		len += 3 + id.cert[i].len;
	for (int i = 0; i < 2; i++) {
		size_t n = i ? len : len + 3;

		if (!i)
			buf_add_c(&b, 11);
		buf_add_c(&b, (char)(n >> 16));
		buf_add_c(&b, (char)(n >> 8));
		buf_add_c(&b, (char)n);
	}
	for (unsigned i = 0; i < id.cert_n; i++) {
		buf_add_c(&b, (char)(id.cert[i].len >> 16));
		buf_add_c(&b, (char)(id.cert[i].len >> 8));
		buf_add_c(&b, (char)id.cert[i].len);
		buf_add_str(&b, id.cert[i]);
	}
	return !b.full && str_eq(buf_str(&b), p.shown);
}

/* Whether the proof is by this scheme, and BearSSL takes it for one over all before it. */
static bool
is_proved(unsigned scheme)
{
	static const unsigned char *const oids[] = { BR_HASH_OID_SHA256, BR_HASH_OID_SHA384, BR_HASH_OID_SHA512 };
	static const br_hash_class *const hashes[] = { &br_sha256_vtable, &br_sha384_vtable, &br_sha512_vtable };
	unsigned at = (scheme >> 8) - 4, bits;
	const br_hash_class *hash = hashes[at];
	uint8_t digest[64], said[64];
	size_t len = 32 + 16 * at, n;
	br_hash_compat_context c;
	struct cert own;
	br_x509_pkey pub;
	const uint8_t *m = (const uint8_t *)p.proof.at;

	if (p.proof.len < 8 || !cert_parse(&own, id.cert[0]) || cert_get_key(&own, &pub, &bits) != CERT_KEY_OK)
		return false;
	n = m[6] * 256u + m[7];
	if (m[0] != 15 || m[4] * 256u + m[5] != scheme || p.proof.len != 8 + n || m[1] || m[2] * 256u + m[3] != 4 + n)
		return false;
	hash->init(&c.vtable);
	hash->update(&c.vtable, p.talk, (size_t)(p.proof.at - p.talk));
	hash->out(&c.vtable, digest);
	if (pub.key_type == BR_KEYTYPE_EC)
		return br_ecdsa_i31_vrfy_asn1(&br_ec_all_m31, digest, len, &pub.key.ec, m + 8, n);
	return br_rsa_i31_pkcs1_vrfy(m + 8, n, oids[at], len, &pub.key.rsa, said) && memcmp(said, digest, len) == 0;
}

static void
shows(struct str schemes, unsigned scheme, const char *what)
{
	begin(PEER_UNTIL_EXCHANGE);
	peer_tell(&p, request(TYPES, schemes, NAMES));
	peer_tell(&p, PEER_DONE);
	if (!ok(peer_derive(&p), "%s: its half of the handshake", what))
		return;
	ok(is_shown(), "%s: the chain", what);
	ok(is_proved(scheme), "%s: signed by %04x", what, scheme);
	peer_say(&p, 20, PEER_CIPHER);
	p.sealed = true;
	works(PEER_UNTIL_CIPHER, what);
}

static void
test_kinds(void)
{
	static const struct {
		const char *cert, *key;
		unsigned scheme;
	} kinds[] = {
		{ "rsa-2048", "rsa-2048", 0x0401 }, { "rsa-2048", "rsa-2048-old", 0x0401 }, { "rsa-4096", "rsa-4096", 0x0401 },
		{ "ec-256", "ec-256", 0x0403 }, { "ec-256", "ec-256-old", 0x0403 }, { "ec-384", "ec-384", 0x0403 }, { "ec-521", "ec-521", 0x0403 },
	};
	char text[200];
	struct str first = { text, 0 };

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		become(kinds[i].cert, NULL, kinds[i].key);
		shows(USUAL, kinds[i].scheme, kinds[i].key);
	}
	become("ec-256", "rsa-4096", "ec-256");
	shows(USUAL, 0x0403, "a chain");
	first.len = p.proof.len;
	memcpy(text, p.proof.at, first.len);
	shows(USUAL, 0x0403, "the same again");
	is_str(p.proof, first, "is the same signature: no randomness in it (RFC 6979)");
	shows(S("\6\3\5\3"), 0x0503, "SHA-384, the shorter of two");
	shows(S("\6\3\x08\4"), 0x0603, "SHA-512");
	become("ec-384", NULL, "ec-384");	/* P-256 takes no more than SHA-256's length of any */
	shows(S("\5\3\6\3"), 0x0503, "SHA-384, all of it");
	become("ec-521", NULL, "ec-521");
	shows(S("\6\3"), 0x0603, "SHA-512, all of it");
	become("ec-256", NULL, "ec-256");
	begin(PEER_UNTIL_START);
	p.suite = 0xc02c;
	peer_go(&p, PEER_UNTIL_START, PEER_UNTIL_EXCHANGE);
	peer_tell(&p, request(TYPES, USUAL, S("")));
	works(PEER_UNTIL_EXCHANGE, "another hash for the secrets than for the signature");
	ok(is_proved(0x0403), "which is by SHA-256");
	become("rsa-2048", NULL, "rsa-2048");
	shows(S("\6\1\5\1\5\3"), 0x0501, "SHA-384 by RSA");
	shows(S("\6\1"), 0x0601, "SHA-512 by RSA");
	begin(PEER_UNTIL_EXCHANGE);
	p.step = 1;
	peer_tell(&p, request(TYPES, USUAL, NAMES));
	works(PEER_UNTIL_EXCHANGE, "byte by byte");
	ok(is_shown() && is_proved(0x0401), "with the same result");
}

static void
test_not(void)
{
	become("ec-256", NULL, "ec-256");
	begin(PEER_UNTIL_EXCHANGE);
	works(PEER_UNTIL_EXCHANGE, "nobody asks");
	ok(!p.shown.len && !p.proof.len && !t.cert_wanted && !t.scheme, "and nothing is shown");
	begin(PEER_UNTIL_START);
	p.ems = false;
	works(PEER_UNTIL_START, "nobody asks, without the extended master secret");
	begin(PEER_UNTIL_START);
	p.ems = false;
	peer_go(&p, PEER_UNTIL_START, PEER_UNTIL_EXCHANGE);
	peer_tell(&p, request(TYPES, USUAL, NAMES));
	refused(TLS_FAULT_SECRET, "asked without it");
	told_as("server asks for the client certificate, but lacks the extended master secret");
	begin(PEER_UNTIL_EXCHANGE);
	peer_tell(&p, request(TYPES, S("\4\1\3\3\7\3\x04\x00\x08\4"), NAMES));
	refused(TLS_FAULT_SCHEME, "no algorithm for an EC key");
	told_as("server takes no client certificate with an EC key");
	begin(PEER_UNTIL_EXCHANGE);
	peer_tell(&p, request(S("\1\2"), USUAL, NAMES));
	refused(TLS_FAULT_SCHEME, "no type for an EC key");
	become("rsa-2048", NULL, "rsa-2048");
	begin(PEER_UNTIL_EXCHANGE);
	peer_tell(&p, request(S("\x40"), USUAL, NAMES));
	refused(TLS_FAULT_SCHEME, "no type for an RSA key");
	told_as("server takes no client certificate with an RSA key");
	begin(PEER_UNTIL_EXCHANGE);
	peer_tell(&p, request(TYPES, S("\4\3\x08\4\x08\5\x08\6\2\1"), NAMES));
	refused(TLS_FAULT_SCHEME, "PSS and SHA-1 alone");
	begin(PEER_UNTIL_EXCHANGE);
	peer_tell(&p, request(TYPES, USUAL, S("\0\4\x30\2\x31\0\0\3\x30\0")));
	refused(TLS_FAULT_DECODE, "a name longer than the list of them");
	id.key.rsa.p = (unsigned char *)"\2";	/* even: BearSSL refuses to compute */
	id.key.rsa.plen = 1;
	begin(PEER_UNTIL_EXCHANGE);
	peer_tell(&p, request(TYPES, USUAL, NAMES));
	peer_tell(&p, PEER_DONE);
	refused(TLS_FAULT_SCHEME, "a key that cannot sign");
}

static void
test_length(void)
{
	static char memory[TLS_ARENA], der[TLS_CHAIN];
	struct arena arena = { .at = memory, .cap = sizeof memory };
	uint8_t bytes[TLS_RANDOM] = { 1 };
	struct str own, cert[2];
	struct tls_config config = { .random = bytes, .arena = &arena, .identity = &id, .host = { .name = S("vault.test") } };

	become("ec-256", NULL, "ec-256");
	own = id.cert[0];
	cert[0] = own;
	cert[1] = (struct str){ der, TLS_CHAIN - 6 - own.len };
	id.cert = cert;
	id.cert_n = 2;
	shows(USUAL, 0x0403, "the longest chain");
	cert[1].len++;
	is_int(tls_start(&t, &config, &e), -1, "a byte more");
	is_line(&e, "client certificate: more than 15000 bytes with its CAs", "is told");
	ok(e.code == ERR_LIMIT && e.cause == CAUSE_FILE && tls_state(&t) == TLS_CLOSED, "as a bound on a file, and it is over");
}

/* A server that leaves this much room for our half. */
static void
leave(size_t room)
{
	static char names[66000], filling[1 << 14] = "\0\x0a";
	size_t len = 300, n = 60000;

	for (int i = 0; i < 2; i++) {	/* the first time to see how much is missing */
		begin(PEER_UNTIL_START);
		filling[2] = (char)((len - 8) >> 8);
		filling[3] = (char)(len - 8);
		memcpy(filling + len - 4, PEER_EMS, 4);
		peer_tell(&p, peer_hello_of(&p, 0x0303, S(""), p.suite, 0, &(struct str){ filling, len }));
		peer_go(&p, PEER_UNTIL_HELLO, PEER_UNTIL_EXCHANGE);
		memcpy(names, "\1\x40\0\2\4\3", 6);
		names[6] = (char)(n >> 8);
		names[7] = (char)n;
		names[8] = (char)((n - 2) >> 8);
		names[9] = (char)(n - 2);
		peer_tell(&p, peer_message(13, (struct str){ names, 8 + n }));
		n += t.talk.cap - t.talk.len - 4 - room;
	}
	peer_tell(&p, PEER_DONE);
}

static void
test_room(void)
{
	become("ec-256", NULL, "ec-256");
	leave(TLS_OURS + TLS_SHOWN + 16);
	works(PEER_UNTIL_DONE, "room enough for the longest chain");
	leave(TLS_OURS + TLS_SHOWN + 15);
	refused(TLS_FAULT_LENGTH, "not enough");
}

static void
test_refusals(void)
{
	static const struct {
		char alert;
		const char *line;
	} alerts[] = {
		{ 40, "server does not take the client certificate: TLS alert 40 (handshake failure)" },
		{ 42, "server does not take the client certificate: TLS alert 42 (bad certificate)" },
		{ 44, "server does not take the client certificate: TLS alert 44 (revoked)" },
		{ 45, "server does not take the client certificate: TLS alert 45 (expired)" },
		{ 46, "server does not take the client certificate: TLS alert 46" },
		{ 48, "server does not take the client certificate: TLS alert 48 (unknown ca)" },
		{ 51, "server does not take the client certificate: TLS alert 51 (decrypt error)" },
		{ 80, "server ended the handshake with TLS alert 80 (internal error)" },
	};

	become("ec-256", NULL, "ec-256");
	for (size_t i = 0; i < sizeof alerts / sizeof *alerts; i++) {
		char alert[] = { 2, alerts[i].alert };

		begin(PEER_UNTIL_EXCHANGE);
		peer_tell(&p, request(TYPES, USUAL, NAMES));
		peer_tell(&p, PEER_DONE);
		peer_hear(&p);
		peer_say(&p, 21, (struct str){ alert, 2 });
		told_as(alerts[i].line);
	}
	begin(PEER_UNTIL_EXCHANGE);
	peer_tell(&p, request(TYPES, USUAL, NAMES));
	peer_tell(&p, PEER_DONE);
	told_as("server closed the connection at the end of the TLS handshake");
	tls_error(&t, 0, &e);
	is_str(str_of(e.hint), S("it may not take the client certificate"), "with a hint");
	ok(e.code == ERR_RETRY && e.cause == CAUSE_UNREACHABLE, "and may be tried again");
	begin(PEER_UNTIL_EXCHANGE);
	peer_tell(&p, request(TYPES, USUAL, NAMES));
	peer_say(&p, 21, S("\2\x2a"));
	told_as("server ended the handshake with TLS alert 42 (bad certificate)");	/* it had not seen ours */
}

/* Said in place of the request: it is refused, or answered in order. */
static bool
is_handled(struct str message, void *arg)
{
	(void)arg;
	begin(PEER_UNTIL_EXCHANGE);
	peer_tell(&p, message);
	if (message.len >= 4 && !t.fault)
		peer_tell(&p, PEER_DONE);
	peer_hear(&p);
	if (t.fault)
		return tls_state(&t) == TLS_CLOSED && !p.shown.len;
	return t.wait <= TLS_WAIT_CIPHER && (t.phase < TLS_KEYED || (t.scheme && peer_derive(&p) && is_proved(t.scheme) && is_shown()));
}

static bool
is_taken_in_two(struct str first, struct str second, void *arg)
{
	(void)arg;
	begin(PEER_UNTIL_EXCHANGE);
	peer_tell(&p, first);
	peer_tell(&p, second);
	peer_tell(&p, PEER_DONE);
	return peer_derive(&p) && is_shown();
}

static void
test_mutations(void)
{
	static char copy[200];
	struct str whole;

	become("ec-256", NULL, "ec-256");
	whole = request(TYPES, S("\4\3\4\1"), NAMES);
	memcpy(copy, whole.at, whole.len);	/* messages share their storage */
	whole.at = copy;
	is_int(mutate_cut(whole, is_handled, NULL), 0, "cut at every byte");
	is_int(mutate_flip(whole, is_handled, NULL), 0, "every bit flipped");
	is_int(mutate_split(whole, is_taken_in_two, NULL), 0, "split at every byte");
	for (size_t n = 4; n < whole.len; n++) {	/* its own length right, what is in it cut */
		copy[3] = (char)(n - 4);
		begin(PEER_UNTIL_EXCHANGE);
		peer_tell(&p, (struct str){ copy, n });
		if (t.fault != TLS_FAULT_DECODE)
			ok(false, "%zu bytes of it", n);
	}
}

int
main(void)
{
	certs_make();
	test_kinds();
	test_not();
	test_length();
	test_room();
	test_refusals();
	test_mutations();
	return tap_end();
}
