/* tests/unit/crypto/key.c: clients' keys of every kind by openssl: those that can be used prove themselves, all others are refused by name. */
/* SPDX-License-Identifier: MIT */
#include "crypto/key.h"

#include "data/code.h"
#include "data/der.h"
#include "data/pem.h"
#include "tests/keys.h"
#include "tests/memory.h"
#include "tests/mutate.h"
#include "tests/tap.h"

static char memory[1 << 17];
static struct arena arena = { .at = memory, .cap = sizeof memory };
static struct identity id;
static struct err e;

/* A file of tests/vectors/keys. */
static struct str
text(const char *name)
{
	char path[200];
	struct str s;

	snprintf(path, sizeof path, "tests/vectors/keys/%s", name);
	s = memory_file(path);
	if (!s.at) {
		printf("Bail out! no %s\n", path);
		exit(1);
	}
	return s;
}

/* Files one after the other: "ec-256.crt rsa-2048.crt". One is kept until the end, more until four calls later. */
static struct str
cat(const char *names)
{
	static char all[4][1 << 16];
	static unsigned turn;
	struct buf b = BUF(all[turn++ % 4]);
	struct str rest = str_of(names);

	if (*names && !strchr(names, ' '))
		return text(names);
	while (rest.len) {
		struct str word = str_cut(&rest, ' ');
		char name[60];

		snprintf(name, sizeof name, "%.*s", STR(word));
		buf_add_str(&b, text(name));
	}
	return buf_str(&b);
}

static int
read_both(struct str cert, struct str key)
{
	arena_wipe(&arena);
	memset(&id, 0, sizeof id);
	e = (struct err){ 0 };
	return identity_read(&id, cert, key, &arena, &e);
}

static bool
is_in_arena(const void *at, size_t len)
{
	return (const char *)at >= memory && (const char *)at + len <= memory + arena.len;
}

static void
reads(const char *cert, const char *key, int type, unsigned certs)
{
	is_int(read_both(cat(cert), cat(key)), 0, "\"%s\" with \"%s\": %s", cert, key, e.line);
	is_int(id.key.type, type, "its kind");
	is_int(id.cert_n, certs, "certificates");
	ok(keys_prove(&id), "it proves itself");
}

static void
refuses(const char *cert, const char *key, const char *line, const char *hint)
{
	is_int(read_both(cat(cert), cat(key)), -1, "\"%s\" with \"%s\"", cert, key);
	is_line(&e, line, "its sentence");
	is_str(str_of(e.hint), str_of(hint), "its hint");
	ok(e.cause == CAUSE_FILE && e.code == ERR_INPUT, "its cause");
}

static void
test_read(void)
{
	reads("rsa-2048.crt", "rsa-2048.key", BR_KEYTYPE_RSA, 1);
	is_int(id.key.rsa.n_bitlen, 2048, "bits");
	ok(is_in_arena(id.key.rsa.p, id.key.rsa.plen) && is_in_arena(id.key.rsa.iq, id.key.rsa.iqlen), "its numbers are the arena's");
	ok(is_in_arena(id.cert, sizeof *id.cert) && is_in_arena(id.cert->at, id.cert->len), "so are the certificates");
	reads("rsa-2048.crt", "rsa-2048-old.key", BR_KEYTYPE_RSA, 1);
	reads("rsa-4096.crt", "rsa-4096.key", BR_KEYTYPE_RSA, 1);
	is_int(id.key.rsa.n_bitlen, 4096, "bits");
	reads("rsa-4096.crt", "rsa-4096-old.key", BR_KEYTYPE_RSA, 1);
	reads("ec-256.crt", "ec-256.key", BR_KEYTYPE_EC, 1);
	is_int(id.key.ec.curve, BR_EC_secp256r1, "its curve");
	ok(is_in_arena(id.key.ec.x, id.key.ec.xlen), "its number is the arena's");
	reads("ec-256.crt", "ec-256-old.key", BR_KEYTYPE_EC, 1);
	reads("ec-256.crt", "ec-256-parameters.key", BR_KEYTYPE_EC, 1);
	reads("ec-256.crt", "ec-256-private.key", BR_KEYTYPE_EC, 1);
	reads("ec-384.crt", "ec-384.key", BR_KEYTYPE_EC, 1);
	reads("ec-384.crt", "ec-384-old.key", BR_KEYTYPE_EC, 1);
	reads("ec-521.crt", "ec-521.key", BR_KEYTYPE_EC, 1);
	reads("ec-521.crt", "ec-521-old.key", BR_KEYTYPE_EC, 1);
	reads("ec-521.crt rsa-4096.crt ec-256.crt", "ec-521.key", BR_KEYTYPE_EC, 3);
	/* One file for both, in either order, given twice; and a key where only certificates are looked for. */
	reads("rsa-2048.key rsa-2048.crt ec-256.crt", "rsa-2048.key rsa-2048.crt ec-256.crt", BR_KEYTYPE_RSA, 2);
	reads("ec-384.crt ec-384-old.key", "ec-384.crt ec-384-old.key", BR_KEYTYPE_EC, 1);
	reads("dsa.key ec-384.crt koblitz.key", "ec-384.key", BR_KEYTYPE_EC, 1);
	reads("ec-256.crt ec-256.crt ec-256.crt ec-256.crt ec-256.crt ec-256.crt ec-256.crt ec-256.crt ec-256.crt ec-256.crt ec-256.crt "
	      "ec-256.crt ec-256.crt ec-256.crt ec-256.crt ec-256.crt", "ec-256.key", BR_KEYTYPE_EC, IDENTITY_CERTS);
}

#define OTHER "use EC on P-256, P-384 or P-521, or RSA of 2048 to 4096 bits"
#define DECRYPT "openssl pkey -in KEY -out NEW decrypts it"
#define NAME_IT "openssl pkey -in KEY -ec_param_enc named_curve -out NEW names it"
#define FIRST "the client's own certificate comes first"

static void
test_refused(void)
{
	const char *any = "ec-256.crt";

	refuses(any, "encrypted.key", "client key in line 2 is encrypted", DECRYPT);
	refuses(any, "encrypted-old.key", "client key in line 2 is encrypted", DECRYPT);
	refuses(any, "ed25519.key", "client key in line 2 is an Ed25519 or Ed448 key", OTHER);
	refuses(any, "ed448.key", "client key in line 2 is an Ed25519 or Ed448 key", OTHER);
	refuses(any, "explicit.key", "client key in line 2 spells out its curve", NAME_IT);
	refuses(any, "explicit-old.key", "client key in line 2 spells out its curve", NAME_IT);
	refuses(any, "koblitz.key", "client key in line 2 is on another curve", OTHER);
	refuses(any, "koblitz-old.key", "client key in line 2 is on another curve", OTHER);
	refuses(any, "rsa-1024.key", "client key in line 2 is an RSA key of another length", OTHER);
	refuses(any, "rsa-4104.key", "client key in line 2 is an RSA key of another length", OTHER);
	refuses(any, "rsa-8192.key", "client key in line 2 is an RSA key of another length", OTHER);
	refuses(any, "rsa-8192-old.key", "client key in line 2 is an RSA key of another length", OTHER);
	refuses(any, "dsa.key", "client key in line 2 is neither an EC nor an RSA key", OTHER);
	refuses(any, "dsa-old.key", "client key in line 2 is neither an EC nor an RSA key", OTHER);
	refuses(any, "rsa-pss.key", "client key in line 2 is neither an EC nor an RSA key", OTHER);
	refuses(any, "x25519.key", "client key in line 2 is neither an EC nor an RSA key", OTHER);
	refuses(any, "rsa-primes.key", "client key in line 2 cannot be decoded", "");
	refuses(any, "rsa-primes-old.key", "client key in line 2 cannot be decoded", "");
	refuses(any, "", "client key: there is none in its text", "");
	refuses(any, any, "client key: there is none in its text", "");
	refuses(any, "ec-256.key ec-256.key", "client key in line 8 is the second one", "");
	refuses(any, "ec-256.key dsa.key", "client key in line 8 is the second one", "");
	refuses("", "ec-256.key", "client certificate: there is none in its text", "");
	refuses("ec-256.key", "ec-256.key", "client certificate: there is none in its text", "");
	refuses(any, "ec-384.key", "client key in line 2 is not that of the first certificate", FIRST);
	refuses(any, "rsa-2048.key", "client key in line 2 is not that of the first certificate", FIRST);
	refuses("rsa-2048.crt", "ec-256.key", "client key in line 2 is not that of the first certificate", FIRST);
	refuses("rsa-2048.crt", "rsa-4096.key", "client key in line 2 is not that of the first certificate", FIRST);
	refuses("ec-384.crt ec-256.crt", "ec-256.key", "client key in line 2 is not that of the first certificate", FIRST);
}

static void
refuses_text(struct str cert, struct str key, const char *line)
{
	is_int(read_both(cert, key), -1, "refused");
	is_line(&e, line, "its sentence");
}

static void
test_texts(void)
{
	struct str cert = cat("ec-256.crt"), key = cat("ec-256.key");
	char many[1 << 16];
	struct buf b = BUF(many);

	refuses_text(cert, S("x\n-----BEGIN PRIVATE KEY-----\n?\n"), "client key: line 3 is not base64");
	refuses_text(cert, S("-----BEGIN PRIVATE KEY-----\nAAAA\n"), "client key: line 1 begins an object that does not end");
	refuses_text(cert, S("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"), "client key in line 1 cannot be decoded");
	refuses_text(cert, S("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----"), "client key in line 1 cannot be decoded");
	refuses_text(cert, S("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----"),
		"client key in line 1 is neither an EC nor an RSA key");
	refuses_text(S("-----BEGIN CERTIFICATE-----\n?\n"), key, "client certificate: line 2 is not base64");
	refuses_text(S("\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"), key, "client certificate in line 2 cannot be decoded");
	refuses_text(S("-----BEGIN CERTIFICATE-----\nA: b\n\nAAAA\n-----END CERTIFICATE-----"), key,
		"client certificate in line 1 cannot be decoded");
	for (int i = 0; i <= IDENTITY_CERTS; i++)
		buf_add_str(&b, cert);
	refuses_text(buf_str(&b), key, "client certificate: more than 16 of them");
	is_int(e.code, ERR_LIMIT, "its code");
	b.len = 0;
	buf_add_str(&b, cert);
	buf_add_str(&b, S("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"));
	refuses_text(buf_str(&b), key, "client certificate in line 10 cannot be decoded");
	b.len = 0;
	buf_add_str(&b, S("-----BEGIN CERTIFICATE-----\nProc-Type: 4,MIC-CLEAR\n\n"));
	buf_add_str(&b, str_part(cert, str_find_c(cert, '\n') + 1, cert.len));
	refuses_text(buf_str(&b), key, "client certificate in line 1 cannot be decoded");
	/* As Windows writes it, and as a secret store hands it out. */
	b.len = 0;
	for (size_t i = 0; i < key.len; i++) {
		if (key.at[i] == '\n')
			buf_add_c(&b, '\r');
		buf_add_c(&b, key.at[i]);
	}
	is_int(read_both(cert, str_part(buf_str(&b), 0, b.len - 2)), 0, "CR LF, and no line end at the end");
	ok(keys_prove(&id), "it proves itself");
}

/* The arena is the texts and a little; a byte less is told of. */
static void
test_room(void)
{
	struct str cert = cat("rsa-2048.crt"), key = cat("rsa-2048.key");
	size_t need;

	is_int(read_both(cert, key), 0, "with all the room");
	need = arena.len;
	ok(need <= cert.len + key.len + IDENTITY_CERTS * sizeof(struct str) + 64, "%zu bytes for %zu", need, cert.len + key.len);
	for (size_t cap = 0; cap < need; cap += need - cap > 500 ? 500 : need - cap > 1 ? need - cap - 1 : 1) {
		struct arena small = memory_arena(cap);

		if (identity_read(&id, cert, key, &small, &e) == 0 || e.cause != CAUSE_MEMORY)
			ok(false, "an arena of %zu bytes", cap);
		memory_free(&small);
	}
}

/* One object, decoded, changed and written again. */
static struct str
changed(const char *name, size_t at, unsigned bits)
{
	static char out[8192];
	static uint8_t object[8192];
	struct buf b = BUF(out);
	struct pem p;
	size_t used;

	pem_init(&p, object, sizeof object);
	if (pem_feed(&p, cat(name), &used) != PEM_OBJECT || at >= p.len)
		return (struct str){ 0 };
	object[at] ^= (uint8_t)bits;
	buf_fmt(&b, "-----BEGIN %.*s-----\n", STR(p.label));
	code_add_base64(&b, (struct str){ (const char *)p.at, p.len });
	buf_fmt(&b, "\n-----END %.*s-----\n", STR(p.label));
	return buf_str(&b);
}

/* RSA numbers that are not what they were: no signature is ever made with them. Every 11th byte of the key in PKCS#1; a public
   one gives another key, d is not used, each of the others is found out. */
static void
test_damaged(void)
{
	struct str cert = cat("rsa-2048.crt"), key;
	unsigned damaged = 0, other = 0, wrong = 0;

	for (size_t at = 0; (key = changed("rsa-2048-old.key", at, 1u << at % 8)).at; at += 11) {
		if (read_both(cert, key) == 0)
			wrong += !keys_prove(&id) || at < 276 || at >= 276 + 4 + 257;	/* d's place */
		else if (str_is(str_of(e.line), "client key in line 1 is damaged: its numbers do not match"))
			damaged++;
		else if (str_is(str_of(e.line), "client key in line 1 is not that of the first certificate"))
			other++;
		else
			wrong += !str_is(str_of(e.line), "client key in line 1 cannot be decoded") && !strstr(e.line, " is an RSA key of ");
	}
	is_int(wrong, 0, "no other outcome");
	ok(damaged > 40, "%u numbers of the private half are damaged", damaged);
	ok(other > 15, "%u of the public half are another's", other);
}

/* Forms that openssl does not write: a version of another, even primes, EC numbers of another length, a curve inside PKCS#8 that is not
   the one outside. */
static void
test_forms(void)
{
	static const char algorithm[] = "\x30\x81\x93\2\1\0\x30\x13\6\7\x2a\x86\x48\xce\x3d\2\1\6\x08\x2a\x86\x48\xce\x3d\3\1\x07\4\x79";
	struct str rsa = cat("rsa-2048.crt"), ec = cat("ec-256.crt"), whole, part, all;
	static uint8_t object[8192];
	static char der[400], out[800];
	struct pem p;
	size_t used;

	refuses_text(rsa, changed("rsa-2048-old.key", 6, 1), "client key in line 1 cannot be decoded");
	refuses_text(ec, changed("ec-256-old.key", 4, 2), "client key in line 1 cannot be decoded");
	pem_init(&p, object, sizeof object);
	if (pem_feed(&p, cat("rsa-2048-old.key"), &used) != PEM_OBJECT)
		exit(1);
	whole = all = (struct str){ (const char *)p.at, p.len };
	if (!der_take(&all, DER_SEQUENCE, &part))
		exit(1);
	for (int i = 0; i <= 5; i++) {	/* version, n, e, d, p, q */
		struct str number;

		if (!der_take(&part, DER_INTEGER, &number))
			exit(1);
		if (i >= 4)
			refuses_text(rsa, changed("rsa-2048-old.key", (size_t)(number.at + number.len - 1 - whole.at), 1),
				"client key in line 1 is damaged: its numbers do not match");
	}
	pem_init(&p, object, sizeof object);
	if (pem_feed(&p, cat("ec-256-old.key"), &used) != PEM_OBJECT || p.len != 0x79)
		exit(1);
	for (int i = 0; i < 3; i++) {	/* a number as long as the curve's, shorter, and longer by a zero */
		struct buf d = BUF(der), b = BUF(out);
		int n = i == 2 ? 33 : 32 - i;

		buf_fmt(&d, "\x30%c\2\1\1\4%c", 17 + n, n);
		if (i == 2)
			buf_add_c(&d, 0);
		buf_add(&d, p.at + 7 + (i == 1), i == 1 ? 31 : 32);
		buf_add(&d, "\xa0\x0a\6\x08\x2a\x86\x48\xce\x3d\3\1\x07", 12);
		buf_fmt(&b, "-----BEGIN EC PRIVATE KEY-----\n");
		code_add_base64(&b, buf_str(&d));
		buf_fmt(&b, "\n-----END EC PRIVATE KEY-----\n");
		if (i)
			refuses_text(ec, buf_str(&b), "client key in line 1 cannot be decoded");
		else
			ok(read_both(ec, buf_str(&b)) == 0 && keys_prove(&id), "without its public half");
	}
	for (int i = 0; i < 2; i++) {
		struct buf d = BUF(der), b = BUF(out);

		buf_add(&d, algorithm, sizeof algorithm - 1);
		buf_add(&d, p.at, p.len);
		der[26] ^= (char)i;	/* the end of the curve's name */
		buf_fmt(&b, "-----BEGIN PRIVATE KEY-----\n");
		code_add_base64(&b, buf_str(&d));
		buf_fmt(&b, "\n-----END PRIVATE KEY-----\n");
		if (i)
			refuses_text(ec, buf_str(&b), "client key in line 1 cannot be decoded");
		else
			ok(read_both(ec, buf_str(&b)) == 0 && keys_prove(&id), "the same curve twice");
	}
}

/* EC numbers at the ends of what is allowed. */
static void
test_scalar(void)
{
	static const struct {
		const char *name;
		uint8_t fill;
	} rows[] = { { "ec-256-old.key", 0 }, { "ec-256-old.key", 0xff }, { "ec-384-old.key", 0 }, { "ec-384-old.key", 0xff },
		{ "ec-521-old.key", 0 }, { "ec-521-old.key", 0xff } };

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		static uint8_t object[400];
		static char out[800];
		size_t used, len = rows[i].name[3] == '2' ? 32 : rows[i].name[3] == '3' ? 48 : 66, at, order_len;
		int curve = len == 32 ? BR_EC_secp256r1 : len == 48 ? BR_EC_secp384r1 : BR_EC_secp521r1;
		const unsigned char *order = br_ec_all_m31.order(curve, &order_len);
		const char *cert = len == 32 ? "ec-256.crt" : len == 48 ? "ec-384.crt" : "ec-521.crt";
		struct pem p;

		for (int step = 0; step < 4; step++) {
			struct buf b = BUF(out);

			pem_init(&p, object, sizeof object);
			if (pem_feed(&p, cat(rows[i].name), &used) != PEM_OBJECT)
				exit(1);
			at = 1 + 1 + (p.at[1] & 0x80 ? 1 : 0) + 3 + 2;	/* SEQUENCE, INTEGER 1, OCTET STRING */
			memset(p.at + at, rows[i].fill, len);
			if (step)	/* the order less one, itself, and one more */
				memcpy(p.at + at, order, len);
			p.at[at + len - 1] = (uint8_t)(p.at[at + len - 1] + (step ? step - 2 : 0));
			buf_fmt(&b, "-----BEGIN EC PRIVATE KEY-----\n");
			code_add_base64(&b, (struct str){ (const char *)p.at, p.len });
			buf_fmt(&b, "\n-----END EC PRIVATE KEY-----\n");
			is_int(read_both(cat(cert), buf_str(&b)), -1, "%s, %s", rows[i].name, step ? "about its order" : "the same bits all over");
			is_line(&e, step == 1 ? "client key in line 1 is not that of the first certificate" :
				"client key in line 1 cannot be decoded", "its sentence");
		}
	}
}

/* An EC identity, and whether this is the same: then there is no need to sign again. */
static char known[2][200];

static void
tell(char (*out)[200])
{
	struct cert c;

	memset(out, 0, sizeof *out);
	if (id.key.type != BR_KEYTYPE_EC || !cert_parse(&c, id.cert[0]))
		return;
	memcpy(*out, id.key.ec.x, id.key.ec.xlen);
	memcpy(*out + 66, c.spki.at, c.spki.len < 130 ? c.spki.len : 0);
}

/* What was read proves itself; what was not is told of in one line, which begins with what it is about. */
static bool
decided(struct str cert, struct str key)
{
	if (read_both(cert, key) == 0)
		return tell(&known[1]), !memcmp(known[0], known[1], sizeof known[0]) || keys_prove(&id);
	return str_begins(str_of(e.line), "client key") || str_begins(str_of(e.line), "client certificate");
}

static bool
decided_key(struct str in, void *cert)
{
	return decided(*(const struct str *)cert, in);
}

static bool
decided_cert(struct str in, void *key)
{
	return decided(in, *(const struct str *)key);
}

static void
test_mutations(void)
{
	struct str ec = cat("ec-256.crt"), rsa = cat("rsa-2048.crt"), key = cat("ec-256.key");

	ok(read_both(ec, key) == 0 && keys_prove(&id), "the key as it is");
	tell(&known[0]);
	is_int(mutate_cut(cat("ec-256-parameters.key"), decided_key, &ec), 0, "every cut of an EC key");
	is_int(mutate_flip(cat("ec-256.key"), decided_key, &ec), 0, "every flip of an EC key");
	is_int(mutate_cut(cat("rsa-2048.key"), decided_key, &rsa), 0, "every cut of an RSA key");
	is_int(mutate_flip(cat("rsa-2048-old.key"), decided_key, &ec), 0, "every flip of an RSA key, for another's certificate");
	is_int(mutate_flip(cat("encrypted-old.key"), decided_key, &rsa), 0, "every flip of an encrypted key");
	is_int(mutate_cut(ec, decided_cert, &key), 0, "every cut of a certificate");
	is_int(mutate_flip(ec, decided_cert, &key), 0, "every flip of a certificate");
}

int
main(void)
{
	test_read();
	test_refused();
	test_texts();
	test_room();
	test_damaged();
	test_forms();
	test_scalar();
	test_mutations();
	return tap_end();
}
