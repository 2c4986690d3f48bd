/* tests/unit/crypto/x509.c: chains by another program, good and bad, each with the whole sentence; and every mutation of one. */
/* SPDX-License-Identifier: MIT */
#include "crypto/x509.h"
#include "tests/certs.h"
#include "tests/mutate.h"
#include "tests/stock.h"
#include "tests/tap.h"

static char memory[1 << 20];
static struct arena arena = { .at = memory, .cap = sizeof memory };
static struct x509 x;

/* How a chain is given and looked at. */
struct run {
	struct str sent[24];
	unsigned sent_n;
	struct str trusted;	/* PEM */
	const char *host;
	int64_t now_s;
	bool skip_verify, fixed_name;
	unsigned signatures;	/* verified before it begins */
};

/* 0, or its number. */
static int
feed(const struct run *r)
{
	bool trusted;

	for (unsigned i = 0; i < r->sent_n; i++)
		x509_add(&x, r->sent[i]);
	trusted = x509_judge(&x);
	if (trusted != !x.code || !x.done)
		printf("Bail out! x509_judge says %d, code is %d\n", trusted, x.code), exit(1);
	return x.code;
}

/* Through ours. 0 or BearSSL's number; x holds the rest. */
static int
look(const struct run *r)
{
	static struct certs_source trust;
	struct x509_config config = { .trust = certs_trust(&trust, r->trusted, 1000), .arena = &arena, .now_s = r->now_s,
		.skip_verify = r->skip_verify, .fixed_name = r->fixed_name };
	struct err e;

	arena_wipe(&arena);
	if (host_parse(&config.host, str_of(r->host), &e) < 0)
		return 1;
	x.config = config;
	x509_init(&x);
	x.signatures = r->signatures;
	return feed(r);
}

static struct run
run_of(const char *sent, const char *trusted, const char *host)
{
	struct run r = { .trusted = certs_cat(trusted), .host = host, .now_s = CERTS_NOW };

	r.sent_n = certs_decode(certs_cat(sent), r.sent, 24);
	return r;
}

static void
accepts(const char *sent, const char *trusted, const char *host)
{
	struct run r = run_of(sent, trusted, host);

	x.err.line[0] = 0;
	x.key.key_type = 0;
	if (!ok(look(&r) == 0 && stock_verdict(&x) == 0 && x.key.key_type, "%s as %s, trusting %s", sent, host, trusted))
		printf("#   %s\n", x.err.line);
}

/* A refusal: the whole line. Ends of the kind of failure: a date has a cause of its own. */
static void
refuses(const char *sent, const char *trusted, const char *host, const char *line)
{
	struct run r = run_of(sent, trusted, host);

	x.err.line[0] = 0;
	ok(look(&r) != 0, "%s as %s, trusting %s: refused", sent, host, trusted);
	is_line(&x.err, line, "its sentence");
	is_int(x.err.cause, strstr(line, "it is now") ? CAUSE_CLOCK : CAUSE_TLS, "its cause");
	if (strstr(line, " is neither sent nor trusted") || strstr(line, " is sent but not trusted"))
		is_int(x.signatures, 0, "and no signature was verified for it");	/* whoever sends such a chain must not make work */
}

static void
hints(const char *hint)
{
	is_str(str_of(x.err.hint), str_of(hint), "its hint");
}

#define NEITHER " is neither sent nor trusted"
#define GIVE "name a file that holds its certificate by -ca-cert"

static void
test_names(void)
{
	struct run fixed = run_of("old", "root", "vault.corp");

	accepts("leaf", "root", "vault.test");
	accepts("leaf", "root", "VAULT.test");
	accepts("leaf", "root", "vault.test.");
	accepts("both", "root", "vault.test");
	accepts("both", "root", "127.0.0.1");
	accepts("both", "root", "::1");
	accepts("both", "root", "[::1]");
	accepts("both", "root", "0:0:0:0:0:0:0:1");
	accepts("both", "root", "::0.0.0.1");
	accepts("ips", "root", "127.0.0.1");
	accepts("ips", "root", "2001:DB8::7");
	accepts("mixed", "root", "vault.test");
	accepts("star", "root", "a.example.test");
	accepts("many", "root", "host-400.example.test");
	accepts("many", "root", "vault.test");
	refuses("ips", "root", "10.0.0.8", "certificate is for \"10.0.0.7\", not \"10.0.0.8\"");
	hints("the server's names are 10.0.0.7, 127.0.0.1, 2001:db8:0:0:0:0:0:7; use one of them, or -tls-server-name");
	refuses("ips", "root", "::ffff:10.0.0.7", "certificate is for \"10.0.0.7\", not \"::ffff:10.0.0.7\"");
	refuses("ips", "root", "vault.test", "certificate is for \"10.0.0.7\", not \"vault.test\"");
	refuses("leaf", "root", "127.0.0.1", "certificate is for \"vault.test\", not \"127.0.0.1\"");
	refuses("old", "root", "vault.corp", "certificate is for \"old.corp\", not \"vault.corp\"");
	hints("the server's names are old.corp, 10.0.0.7; use one of them, or -tls-server-name");
	fixed.fixed_name = true;
	is_int(look(&fixed), BR_ERR_X509_NOT_TRUSTED, "where no setting says another name");
	hints("the server's names are old.corp, 10.0.0.7; use one of them");
	refuses("leaf", "root", "a.vault.test", "certificate is for \"vault.test\", not \"a.vault.test\"");
	hints("the server's names are vault.test; use one of them, or -tls-server-name");
	refuses("star", "root", "a.b.example.test", "certificate is for \"*.example.test\", not \"a.b.example.test\"");
	refuses("star", "root", "example.test", "certificate is for \"*.example.test\", not \"example.test\"");
	refuses("stars", "root", "vault.example.test", "certificate is for \"v*.example.test\", not \"vault.example.test\"");
	refuses("stars", "root", "a.b.test", "certificate is for \"v*.example.test\", not \"a.b.test\"");
	refuses("stars", "root", "vault", "certificate is for \"v*.example.test\", not \"vault\"");
	refuses("many", "root", "host-401.example.test", "certificate is for \"host-001.example.test\", not \"host-401.example.test\"");
	hints("the server's names are host-001.example.test, host-002.example.test, host-003.example.test, host-004.example.test, "
		"host-005.example.test, host-006.example.test, host-007.example.test, "
		"vault.test and 393 more; use one of them, or -tls-server-name");
	refuses("dns-like-ip", "root", "127.0.0.1", "certificate has \"127.0.0.1\" as a name, not as an address");
	refuses("star-like-ip", "root", "127.0.0.1", "certificate is for \"*.0.0.1\", not \"127.0.0.1\"");
	refuses("cn", "root", "vault.test", "certificate has no subject alternative name");
	hints("the server needs one with its name there; a common name does not count");
	refuses("cn-ip", "root", "127.0.0.1", "certificate has no subject alternative name");
	refuses("mail", "root", "vault.test", "certificate names no host and no address");
	refuses("mail", "root", "127.0.0.1", "certificate names no host and no address");
	refuses("nul", "root", "vault.test", "certificate is for \"vault.test\\x00.evil.\", not \"vault.test\"");
	refuses("hostile", "root", "vault.test", "certificate is for \"a\\x1b[31m\\x0ab\\x5c\\x00.foo\", not \"vault.test\"");
	hints("the server's names are a\\x1b[31m\\x0ab\\x5c\\x00.foo; use one of them, or -tls-server-name");
}

static void
test_purpose(void)
{
	accepts("server", "root", "vault.test");
	accepts("any", "root", "vault.test");
	accepts("leaf-nc", "root", "vault.test");	/* constraints bind who signs, and this one signs nothing */
	refuses("client", "root", "vault.test", "certificate is not for servers (extended key usage)");
	accepts("server-critical", "root", "vault.test");
	refuses("unknown", "root", "vault.test", "certificate has an unknown critical extension");
	refuses("agree", "root", "vault.test", "certificate must not be used to sign (key usage)");
	refuses("leaf-int-client int-client", "root", "vault.test",
		"CA certificate \"CN=For Clients\" is not for servers (extended key usage)");
	refuses("leaf-int-no-ca int-no-ca", "root", "vault.test", "CA certificate \"CN=No CA\" is no CA, but has signed another");
	refuses("leaf-int-no-sign int-no-sign", "root", "vault.test", "CA certificate \"CN=No Sign\" must not be used to sign (key usage)");
	refuses("leaf-int-unknown int-unknown", "root", "vault.test",
		"CA certificate \"CN=Unknown\" has an unknown critical extension");
	refuses("leaf-int-00 int-00 int-0", "root", "vault.test", "CA certificate \"CN=Intermediate 0\" does not allow a chain this long");
	refuses("leaf-int-root-0 int-root-0", "root-0", "vault.test", "trusted CA \"CN=Root 0\" does not allow a chain this long");
	accepts("leaf-root-0", "root-0", "vault.test");
	refuses("leaf-int-nc int-nc", "root", "vault.test",
		"CA certificate \"CN=Constrained\" has name constraints, which cannot be checked yet");
	refuses("leaf-int-nc-critical int-nc-critical", "root", "vault.test",
		"CA certificate \"CN=Strictly Constrained\" has name constraints, which cannot be checked yet");
	refuses("leaf-root-nc", "root-nc", "vault.test",
		"trusted CA \"CN=Constrained Root\" has name constraints, which cannot be checked yet");
	refuses("leaf-int-nc", "int-nc", "vault.test",
		"trusted CA \"CN=Constrained\" has name constraints, which cannot be checked yet");
	refuses("leaf-root-client", "root-client", "vault.test", "trusted CA \"CN=Client Root\" is not for servers (extended key usage)");
	refuses("leaf-root-unknown", "root-unknown", "vault.test", "trusted CA \"CN=Unknown Root\" has an unknown critical extension");
	refuses("leaf-root-no-sign", "root-no-sign", "vault.test", "trusted certificate \"CN=No Sign Root\" is no CA, and not the server's own");
}

static void
test_keys(void)
{
	accepts("rsa2048", "root", "vault.test");
	accepts("rsa3072", "root", "vault.test");
	accepts("rsa4096", "root", "vault.test");
	accepts("p384", "root", "vault.test");
	accepts("p521", "root", "vault.test");
	accepts("leaf-root-rsa2048", "root-rsa2048", "vault.test");
	accepts("leaf-root-rsa3072", "root-rsa3072", "vault.test");
	accepts("leaf-root-rsa4096", "root-rsa4096", "vault.test");
	accepts("leaf-root-p384", "root-p384", "vault.test");
	accepts("leaf-root-p521", "root-p521", "vault.test");
	accepts("leaf-root-sha1", "root-sha1", "vault.test");	/* nobody looks at a root's own signature */
	refuses("rsa1024", "root", "vault.test", "certificate has an RSA key of 1024 bits, not 2048 to 4096");
	refuses("leaf-root-rsa1024", "root-rsa1024", "vault.test",
		"trusted CA \"CN=Root rsa1024\" has an RSA key of 1024 bits, not 2048 to 4096");
	refuses("ed25519", "root", "vault.test", "certificate has an Ed25519 key, which cannot be used");
	refuses("leaf-root-ed25519", "root-ed25519", "vault.test", "certificate is signed with Ed25519, which cannot be verified");
	refuses("pss", "root", "vault.test", "certificate has an RSA-PSS key, which cannot be used");
	refuses("secp256k1", "root", "vault.test", "certificate has an EC (not P-256, P-384 or P-521) key, which cannot be used");
	refuses("pss-signed", "root-rsa2048", "vault.test", "certificate is signed with RSA-PSS, which cannot be verified");
	accepts("pss-signed", "pss-signed", "vault.test");
	refuses("sha1-signed", "root", "vault.test", "certificate is signed with SHA-1, which cannot be verified");
}

static void
test_paths(void)
{
	accepts("leaf-int int", "root", "vault.test");
	accepts("leaf-int int root", "root", "vault.test");
	accepts("leaf-int2 int2 int", "root", "vault.test");
	accepts("leaf-int2 int int2", "root", "vault.test");
	accepts("leaf-int2 root int int2", "root", "vault.test");
	accepts("leaf-int2 leaf-int2 int2 int2 int", "root", "vault.test");
	accepts("leaf-int2 other int2 leaf-other int self", "root", "vault.test");
	accepts("leaf-int2 int2", "int", "vault.test");
	accepts("leaf-int2", "int2", "vault.test");
	accepts("leaf-int2 int2 int", "int2 root", "vault.test");
	accepts("chain-1", "root", "vault.test");
	accepts("chain-3", "root", "vault.test");
	accepts("chain-9", "root", "vault.test");
	accepts("chain-15", "root", "vault.test");
	refuses("chain-16", "root", "vault.test", "server sent more than 16 certificates or 65536 bytes of them");
	/* Cross-signed: either root, in any company. */
	accepts("leaf-new cross", "new", "vault.test");
	accepts("leaf-new cross", "root", "vault.test");
	accepts("leaf-new new cross", "root", "vault.test");
	accepts("leaf-new cross-expired", "new", "vault.test");
	accepts("leaf-new cross-expired cross", "root", "vault.test");
	accepts("leaf-new new cross-expired cross", "root", "vault.test");
	accepts("leaf-twin-a", "twin-a twin-b", "vault.test");
	accepts("leaf-twin-b", "twin-a twin-b", "vault.test");
	accepts("leaf-twin-b twin-a", "twin-b", "vault.test");
	accepts("leaf-root-v1", "root-v1", "vault.test");
	accepts("self", "self", "vault.test");
	accepts("self-plain", "self-plain", "vault.test");
	/* A certificate that is trusted for itself says nothing of another, be its name and key the same. */
	refuses("self-plain-other", "self-plain", "10.0.0.7", "trusted certificate \"CN=vault.test\" is no CA, and not the server's own");
	accepts("leaf", "leaf", "vault.test");	/* trusted itself, though no root */
	accepts("leaf", "root root root", "vault.test");
	refuses("leaf", "other", "vault.test", "issuer \"CN=Root\"" NEITHER);
	hints(GIVE);
	refuses("leaf-int2 int2", "root", "vault.test", "issuer \"CN=Intermediate\"" NEITHER);
	refuses("leaf-int2", "root", "vault.test", "issuer \"CN=Intermediate 2\"" NEITHER);
	refuses("leaf-int int root", "other", "vault.test", "root \"CN=Root\" is sent but not trusted");
	refuses("self", "root", "vault.test", "certificate is self-signed and not trusted");
	hints(GIVE);
	refuses("self-plain", "root", "vault.test", "certificate is self-signed and not trusted");
	refuses("leaf-twin-b", "twin-a", "vault.test", "trusted CA \"CN=Twin\" has not signed this chain, which names it");
	refuses("leaf-twin-b twin-a", "root", "vault.test", "root \"CN=Twin\" is sent but not trusted");
	refuses("self-plain", "self", "vault.test", "trusted CA \"CN=vault.test\" has not signed this chain, which names it");
	refuses("self", "self-plain", "vault.test", "trusted certificate \"CN=vault.test\" is no CA, and not the server's own");
	refuses("leaf-self-plain", "self-plain", "vault.test", "trusted certificate \"CN=vault.test\" is no CA, and not the server's own");
	refuses("root-rsa8192", "root", "vault.test", "certificate has an RSA key of 8192 bits, not 2048 to 4096");
	refuses("int leaf", "root", "vault.test", "certificate has no subject alternative name");	/* the server's own comes first */
}

static void
test_dates(void)
{
	struct run r = run_of("leaf", "root", "vault.test");

	refuses("expired", "root", "vault.test", "certificate expired on 2026-01-02T03:04:05Z, and it is now 2027-01-01T00:00:00Z");
	hints("if that is wrong, set the clock; else renew the certificate");
	refuses("early", "root", "vault.test", "certificate is not valid before 2044-01-01T00:00:00Z, and it is now 2027-01-01T00:00:00Z");
	refuses("leaf-int-expired int-expired", "root", "vault.test",
		"CA certificate \"CN=Expired Intermediate\" expired on 2021-01-01T00:00:00Z, and it is now 2027-01-01T00:00:00Z");
	refuses("leaf-new cross-expired", "root", "vault.test",
		"CA certificate \"CN=New Root\" expired on 2021-01-01T00:00:00Z, and it is now 2027-01-01T00:00:00Z");
	refuses("leaf-root-expired", "root-expired", "vault.test",
		"trusted CA \"CN=Expired Root\" expired on 2021-01-01T00:00:00Z, and it is now 2027-01-01T00:00:00Z");
	refuses("leaf-root-early", "root-early", "vault.test",
		"trusted CA \"CN=Early Root\" is not valid before 2040-01-01T00:00:00Z, and it is now 2027-01-01T00:00:00Z");
	/* The bounds themselves are inside; 1970 and what is before it is not. */
	r.now_s = 1735689600;
	is_int(look(&r), 0, "in the first second");
	r.now_s--;
	ok(look(&r) && x.err.cause == CAUSE_CLOCK, "one before");
	r.now_s = 2366841600;
	is_int(look(&r), 0, "in the last second");
	r.now_s++;
	ok(look(&r) && x.err.cause == CAUSE_CLOCK, "one after");
	r.now_s = 0;
	ok(look(&r) && x.err.cause == CAUSE_CLOCK, "in 1970");
	is_line(&x.err, "certificate is not valid before 2025-01-01T00:00:00Z, and it is now 1970-01-01T00:00:00Z", "its sentence");
	r.now_s = INT64_MIN;
	ok(look(&r) != 0, "before all time");
	r.now_s = INT64_MAX;
	ok(look(&r) != 0, "after all time");
}

static void
test_skip(void)
{
	static const char *const any[] = { "leaf", "cn", "client", "expired", "early", "self", "unknown", "hostile", "leaf-int-nc" };
	struct run r;

	for (size_t i = 0; i < sizeof any / sizeof *any; i++) {
		r = run_of(any[i], "other", "else.test");
		r.skip_verify = true;
		is_int(look(&r), 0, "%s is taken without verification", any[i]);
	}
	r = run_of("ed25519", "other", "else.test");
	r.skip_verify = true;
	ok(look(&r), "but its key must be one that can be used");
}

static void
test_limits(void)
{
	struct run r = run_of("leaf", "root", "vault.test");
	static char big[40000];
	struct certs_source trust;

	r.sent_n = 0;
	ok(look(&r), "no certificate");
	is_line(&x.err, "server sent no certificate", "its sentence");
	r.sent[0] = S("");
	r.sent_n = 1;
	ok(look(&r) != 0, "an empty certificate");
	is_line(&x.err, "certificate 1 of 1 from the server cannot be decoded", "its sentence");
	r.sent[0] = certs_der("leaf");
	r.sent[1] = r.sent[2] = (struct str){ big, sizeof big };
	r.sent_n = 3;
	ok(look(&r), "80,000 bytes");
	is_line(&x.err, "server sent more than 16 certificates or 65536 bytes of them", "its sentence");
	r.sent_n = 2;
	ok(look(&r) != 0, "one that cannot be decoded");
	is_line(&x.err, "certificate 2 of 2 from the server cannot be decoded", "its sentence");

	r = run_of("leaf-int int", "root", "vault.test");
	r.signatures = X509_SIGNATURES - 2;
	ok(look(&r) == 0 && x.signatures == X509_SIGNATURES, "two signatures, when two are left");
	r.signatures++;
	ok(look(&r) != 0 && x.signatures == X509_SIGNATURES, "not when one is");
	is_line(&x.err, "server's certificates are not trusted after 20 signatures, the limit", "its sentence");

	r = run_of("leaf", "root", "vault.test");
	r.trusted = S("-----BEGIN CERTIFICATE-----\nno?\n");
	ok(look(&r) != 0, "a broken CA file");
	is_line(&x.err, "ca.pem: line 2 is not base64", "its sentence");
	is_int(x.err.cause, CAUSE_FILE, "its cause");

	r = run_of("leaf", "root", "vault.test");
	ok(look(&r) == 0 && arena.len <= X509_ARENA, "the arena is used as far as the header says (%zu bytes)", arena.len);
	for (size_t room = 0; room < 24000; room += 500) {
		struct arena small = { .at = memory, .cap = room };
		struct x509_config config = { .trust = certs_trust(&trust, r.trusted, 0), .arena = &small, .now_s = CERTS_NOW };

		arena_wipe(&arena);
		arena.len = sizeof memory;
		arena_wipe(&arena);
		if (host_parse(&config.host, S("vault.test"), &(struct err){ 0 }) < 0)
			exit(1);
		x.config = config;
		x509_init(&x);
		if (feed(&r) == 0 || x.err.cause != CAUSE_MEMORY) {
			ok(room > TRUST_OBJECT + TRUST_PIECE, "an arena of %zu bytes", room);
			break;
		}
	}
}

struct mutant {
	struct run run;
	unsigned which;		/* of sent[] is mutated */
	size_t taken;
};

/* No changed certificate may be trusted: every bit of it counts. */
static bool
refused(struct str in, void *arg)
{
	struct mutant *m = arg;
	struct str whole = m->run.sent[m->which];
	bool same = str_eq(in, whole), trusted;

	m->run.sent[m->which] = in;
	trusted = look(&m->run) == 0;
	if (trusted && stock_verdict(&x))
		printf("#   stock BearSSL refuses it\n");
	m->run.sent[m->which] = whole;
	m->taken += trusted;
	return trusted == same && (trusted ? stock_verdict(&x) == 0 : *x.err.line);
}

/* One bit of each byte: each run of a long chain costs milliseconds. */
static size_t
flip_some(struct str whole, mutate_fn *f, void *arg)
{
	static char copy[4096];
	size_t wrong = 0;

	memcpy(copy, whole.at, whole.len);
	for (size_t i = 0; i < whole.len; i++) {
		copy[i] ^= (char)(1u << i % 8);
		wrong += !f((struct str){ copy, whole.len }, arg);
		copy[i] = whole.at[i];
	}
	return wrong;
}

static void
mutate(const char *sent, const char *trusted, unsigned which)
{
	struct mutant m = { .run = run_of(sent, trusted, "vault.test"), .which = which };
	struct str whole = m.run.sent[which];
	bool all = getenv("MUTATE_ALL") || m.run.sent_n + (whole.len > 500) == 1;

	is_int(mutate_cut(whole, refused, &m), 0, "every cut of certificate %u of %s", which, sent);
	is_int((all ? mutate_flip : flip_some)(whole, refused, &m), 0, "%s flip of it", all ? "every" : "every eighth");
	ok(m.taken > 0, "and it was taken as it is");
}

/* A changed bundle: the chain is trusted, or a sentence is there; never both or neither, and nothing is read beyond the end. */
static bool
decided(struct str in, void *arg)
{
	struct mutant *m = arg;
	int code;

	m->run.trusted = in;
	x.err.line[0] = 0;
	code = look(&m->run);
	m->taken += !code;
	return !code == !*x.err.line;
}

static void
test_mutations(void)
{
	struct mutant m = { .run = run_of("leaf", "root", "vault.test") };

	mutate("leaf", "root", 0);
	mutate("leaf-int int", "root", 1);
	mutate("leaf-root-rsa2048", "root-rsa2048", 0);
	is_int(mutate_cut(m.run.trusted, decided, &m), 0, "every cut of a bundle");
	is_int(m.taken, 2, "without its last line end it is whole");
	is_int(mutate_flip(certs_pem("root"), decided, &m), 0, "every flip of a bundle");
}

int
main(void)
{
	certs_make();
	test_names();
	test_purpose();
	test_keys();
	test_paths();
	test_dates();
	test_skip();
	test_limits();
	test_mutations();
	return tap_end();
}
