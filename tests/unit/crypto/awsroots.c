/* tests/unit/crypto/awsroots.c: the compiled-in roots are CAs like others, and a compact root stands for its certificate. */
/* SPDX-License-Identifier: MIT */
#include "crypto/awsroots.h"

#include "crypto/x509.h"
#include "tests/certs.h"
#include "tests/tap.h"

static char memory[1 << 20];
static struct arena arena = { .at = memory, .cap = sizeof memory };
static struct x509 x;
static struct trust found;
static struct err e;

/* A value around these bytes, which are moved. */
static void
wrap(struct buf *b, size_t from, unsigned tag)
{
	size_t len = b->len - from;
	char head[4] = { (char)tag, (char)0x82, (char)(len >> 8), (char)len };
	size_t n = len < 0x80 ? 2 : len < 0x100 ? 3 : 4;

	if (n < 4)
		head[n - 1] = (char)len;
	if (n == 3)
		head[1] = (char)0x81;
	memmove(b->at + from + n, b->at + from, len);
	memcpy(b->at + from, head, n);
	b->len += n;
}

/* One of the certificates of tests/vectors/x509, as compact as vendor/awsroots makes them, behind what is there. */
static void
add_compact(struct buf *b, const char *name)
{
	size_t from = b->len;
	struct cert c;

	if (!cert_parse(&c, certs_der(name)))
		exit(1);
	buf_add_str(b, S("\x02\x00\x30\x02\x06\x00\x30\x00"));
	buf_add_str(b, (struct str){ c.issuer.at + c.issuer.len, (size_t)(c.spki.at + c.spki.len - c.issuer.at) - c.issuer.len });
	wrap(b, from, 0x30);
	buf_add_str(b, S("\x30\x02\x06\x00\x03\x01\x00"));
	wrap(b, from, 0x30);
}

/* Those of Amazon, as far as it can be known without the bundle (tests/build/awsroots.t has the rest). */
static void
test_amazon(void)
{
	static const struct {
		const char *name;
		int64_t until_s;
		int type;
		unsigned bits;
	} rows[] = {
		{ "CN=Amazon Root CA 1", 2147299200, BR_KEYTYPE_RSA, 2048 },
		{ "CN=Amazon Root CA 2", 2221603200, BR_KEYTYPE_RSA, 4096 },
		{ "CN=Amazon Root CA 3", 2221603200, BR_KEYTYPE_EC, 0 },
		{ "CN=Amazon Root CA 4", 2221603200, BR_KEYTYPE_EC, 0 },
		{ "CN=Starfield Services Root Certificate Authority - G2", 2145916799, BR_KEYTYPE_RSA, 2048 },
	};
	struct str rest = awsroots();

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct trust_source source = { .roots = awsroots() };
		struct cert c = { 0 };
		br_x509_pkey key;
		char name[100];
		struct buf b = BUF(name);
		unsigned bits;
		const unsigned char *at = (const unsigned char *)rest.at;
		size_t len = at[1] == 0x82 ? 4 + (size_t)at[2] * 256 + at[3] : 3 + (size_t)at[2];

		ok(cert_parse(&c, str_part(rest, 0, len)), "%s is a certificate", rows[i].name);
		cert_format_dn(&b, c.subject);
		is_str(buf_str(&b), str_of(rows[i].name), "its name");
		is_int(c.until_s, rows[i].until_s, "its end");
		ok(c.from_s < 1451606400, "it began before 2016");
		ok(cert_get_key(&c, &key, &bits) == CERT_KEY_OK && key.key_type == rows[i].type && bits == rows[i].bits, "its key");
		arena_wipe(&arena);
		is_int(trust_find(&found, &source, &c.subject, 1, &arena, &e), 0, "it is looked for without PEM");
		ok(found.anchor_n == 1 && found.seen_n == 5 && str_eq(found.anchor[0].spki, c.spki), "and found, alone");
		rest = str_part(rest, len, rest.len);
	}
	is_int(rest.len, 0, "nothing is left over");
}

/* What is said of these certificates for vault.test when `trusted` (PEM) and `roots` (compact) are trusted: 0, or -1. */
static int
judged(const char *sent, const char *trusted, struct str roots)
{
	static struct certs_source pem;
	struct x509_config config = { .arena = &arena, .now_s = CERTS_NOW, .host = { .kind = HOST_DNS, .name = S("vault.test") } };
	struct trust_source source = { .roots = roots };
	struct str der[8];
	unsigned n = certs_decode(certs_cat(sent), der, 8);

	if (trusted)
		source = *certs_trust(&pem, certs_cat(trusted), 0);
	source.roots = roots;
	config.trust = &source;
	arena_wipe(&arena);
	x.config = config;
	x509_init(&x);
	for (unsigned i = 0; i < n; i++)
		x509_add(&x, der[i]);
	return x509_judge(&x) ? 0 : -1;
}

static void
test_chains(void)
{
	char text[4096], two[4096];
	struct buf root = BUF(text), both = BUF(two);

	add_compact(&root, "root");
	add_compact(&both, "other");
	add_compact(&both, "root");
	is_int(judged("leaf-int int", "root", S("")), 0, "a chain by its root's certificate");
	is_int(judged("leaf-int int", NULL, buf_str(&root)), 0, "and by its root, compact");
	is_int(judged("leaf-int int root", NULL, buf_str(&root)), 0, "and with the root sent");
	is_int(judged("leaf-int int", NULL, buf_str(&both)), 0, "the second of two");
	is_int(judged("leaf-int int", "other", buf_str(&root)), 0, "beside a bundle that lacks it");
	is_int(judged("leaf-int int", "root", buf_str(&root)), 0, "beside a bundle that has it");
	ok(judged("leaf-int int", NULL, awsroots()) != 0, "Amazon's do not vouch for it");
	is_line(&x.err, "issuer \"CN=Root\" is neither sent nor trusted", "its sentence");
	ok(judged("leaf-int int", "other", awsroots()) != 0, "nor beside a bundle");
	ok(judged("leaf-int", NULL, buf_str(&root)) != 0, "without the intermediate");
	root.at[root.len - 12] ^= 1;
	ok(judged("leaf-int int", NULL, buf_str(&root)) != 0, "another key of that name");
	/* The intermediate, as if it were a root: its own dates count, whatever the chain's are. */
	root.len = 0;
	add_compact(&root, "int");
	is_int(judged("leaf-int", NULL, buf_str(&root)), 0, "a compact intermediate");
	memcpy(memchr(root.at, 0x17, root.len), "\x17\x0d" "400101000000Z", 15);
	ok(judged("leaf-int", NULL, buf_str(&root)) != 0, "one that is not valid yet");
	is_int(x.err.cause, CAUSE_CLOCK, "its cause");
	ok(strstr(x.err.line, "is not valid before 2040-01-01") != NULL, "%s", x.err.line);
}

/* A list that is cut holds what stands whole before the cut. */
static void
test_cut(void)
{
	struct str all = awsroots();
	unsigned last = 0;

	for (size_t n = 0; n <= all.len; n++) {
		struct trust_source source = { .roots = str_part(all, 0, n) };
		struct str none = S("x");

		arena_wipe(&arena);
		if ((trust_find(&found, &source, &none, 1, &arena, &e) == 0) != (found.seen_n > 0) || found.seen_n < last || found.anchor_n)
			ok(false, "cut at %zu", n);
		last = found.seen_n;
	}
	is_int(last, 5, "the whole has five");
}

int
main(void)
{
	certs_make();
	test_amazon();
	test_chains();
	test_cut();
	return tap_end();
}
