/* tests/unit/crypto/cert.c: what is read from certificates that another program made, and what is refused before it is read. */
/* SPDX-License-Identifier: MIT */
#include "crypto/cert.h"
#include "tests/certs.h"
#include "tests/mutate.h"
#include "tests/tap.h"

static struct cert
read_cert(const char *name)
{
	struct cert c = { 0 };

	ok(cert_parse(&c, certs_der(name)), "%s is read", name);
	return c;
}

static void
shows(struct str dn, struct str want, const char *name)
{
	char text[200];
	struct buf b = BUF(text);

	cert_format_dn(&b, dn);
	is_str(buf_str(&b), want, "%s", name);
}

static void
test_fields(void)
{
	struct cert c = read_cert("leaf"), ca = read_cert("root"), v1 = read_cert("root-v1");

	ok(!c.is_v1 && !c.is_ca && c.has_san && c.may_be_server && c.may_sign_certs && !c.is_self_issued, "a server's");
	is_int(c.from_s, 1735689600, "valid from");
	is_int(c.until_s, 2366841600, "valid until");
	is_str(c.issuer, ca.subject, "its issuer is the authority");
	ok(ca.is_ca && ca.may_sign_certs && ca.is_self_issued && !ca.has_san && ca.path_max == UINT32_MAX, "an authority's");
	ok(v1.is_v1 && !v1.is_ca, "version 1");
	shows(ca.subject, S("CN=Root"), "the common name is shown");
	c = read_cert("root-0");
	is_int(c.path_max, 0, "a path length");
	c = read_cert("int-no-sign");
	ok(c.is_ca && !c.may_sign_certs, "key usage without signing");
	c = read_cert("client");
	ok(!c.may_be_server, "for clients only");
	c = read_cert("server-critical");
	ok(c.may_be_server && !c.has_critical_unknown, "critical extended key usage");
	c = read_cert("int-nc");
	ok(c.has_constraints, "name constraints");
	c = read_cert("int-nc-critical");
	ok(c.has_constraints && !c.has_critical_unknown, "critical ones");
	c = read_cert("unknown");
	ok(c.has_critical_unknown, "an unknown critical extension");
	c = read_cert("no-name");
	shows(c.subject, S("(no name)"), "an empty name");
	shows(S("\x30\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x0a\x0c\x01X"), S("X"), "an organization");
	shows(S("\x30\x18\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01Y\x31\x0a\x30\x08\x06\x03\x55\x04\x0a\x0c\x01X"), S("CN=Y"),
		"the common name before what follows");
	shows(S("\x30\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x06\x0c\x01X"), S("X"), "something else");
	shows(S("\x30\x03\x31\x0a\x30"), S("(no name)"), "a broken name");
}

static void
has_key(const char *name, enum cert_key kind, unsigned bits)
{
	struct cert c = read_cert(name);
	br_x509_pkey key;
	unsigned got;

	is_int(cert_get_key(&c, &key, &got), kind, "its key's kind");
	is_int(got, bits, "and length");
}

static void
test_keys(void)
{
	has_key("leaf", CERT_KEY_OK, 0);
	has_key("p384", CERT_KEY_OK, 0);
	has_key("p521", CERT_KEY_OK, 0);
	has_key("rsa1024", CERT_KEY_LENGTH, 1024);
	has_key("rsa2048", CERT_KEY_OK, 2048);
	has_key("rsa4096", CERT_KEY_OK, 4096);
	has_key("root-rsa8192", CERT_KEY_LENGTH, 8192);
	has_key("pss", CERT_KEY_PSS, 0);
	has_key("ed25519", CERT_KEY_ED25519, 0);
	has_key("secp256k1", CERT_KEY_CURVE, 0);
}

static void
is_signed(const char *name, const char *by)
{
	struct cert c = read_cert(name);

	is_str(str_of(cert_unverifiable(&c)), str_of(by), "signed with something that %s", by ? "cannot be verified" : "can");
}

static void
test_signatures(void)
{
	is_signed("leaf", NULL);
	is_signed("leaf-root-rsa2048", NULL);
	is_signed("pss-signed", "RSA-PSS");
	is_signed("sha1-signed", "SHA-1");
	is_signed("leaf-root-ed25519", "Ed25519");
}

static void
test_names(void)
{
	struct cert c = read_cert("both");
	struct str rest = c.san, value;
	enum cert_name kind;

	ok(cert_next_name(&rest, &kind, &value) && kind == CERT_NAME_DNS, "a DNS name");
	is_str(value, S("vault.test"), "as it stands");
	ok(cert_next_name(&rest, &kind, &value) && kind == CERT_NAME_IP && value.len == 4, "an address");
	ok(cert_next_name(&rest, &kind, &value) && kind == CERT_NAME_IP && value.len == 16, "another");
	ok(!cert_next_name(&rest, &kind, &value), "and no more");
	c = read_cert("mail");
	rest = c.san;
	ok(cert_next_name(&rest, &kind, &value) && kind == CERT_NAME_OTHER, "another kind");
}

/* A value around what was written since `from`, in the shortest form: at most 65535 bytes. */
static void
wrap(struct buf *b, size_t from, unsigned char tag)
{
	size_t len = b->len - from;
	unsigned char head[4] = { tag, (unsigned char)len };
	size_t n = 2;

	if (len > 255) {
		head[1] = 0x82, head[2] = (unsigned char)(len >> 8), head[3] = (unsigned char)len;
		n = 4;
	} else if (len > 127) {
		head[1] = 0x81, head[2] = (unsigned char)len;
		n = 3;
	}
	buf_add(b, head, n);
	memmove(b->at + from + n, b->at + from, len);
	memcpy(b->at + from, head, n);
}

/* A certificate with these extensions and little else: as openssl would not make it. */
static bool
takes(struct str extensions)
{
	/* Version 3, serial 1, ecdsa-with-SHA256, two empty names around 2025 to 2045, a key of no kind. */
	struct str algorithm = S("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02");
	char bytes[600];
	struct buf b = BUF(bytes);
	struct cert c;
	size_t from;

	buf_add_str(&b, S("\xa0\x03\x02\x01\x02\x02\x01\x01"));
	buf_add_str(&b, algorithm);
	buf_add_str(&b, S("\x30\x00\x30\x1e\x17\x0d" "250101000000Z" "\x17\x0d" "450101000000Z" "\x30\x00\x30\x00"));
	from = b.len;
	buf_add_str(&b, extensions);
	wrap(&b, from, 0x30);
	wrap(&b, from, 0xa3);
	wrap(&b, 0, 0x30);
	buf_add_str(&b, algorithm);
	buf_add_str(&b, S("\x03\x01\x00"));
	wrap(&b, 0, 0x30);
	return !b.full && cert_parse(&c, buf_str(&b));
}

#define SAN "\x06\x03\x55\x1d\x11\x04"

static void
test_extensions(void)
{
	ok(takes(S("")), "a certificate");
	ok(takes(S("\x30\x0c" SAN "\x05\x30\x03\x82\x01x")), "with a name");
	ok(!takes(S("\x30\x0c" SAN "\x05\x30\x03\x82\x01x" "\x30\x0c" SAN "\x05\x30\x03\x82\x01y")), "two subjectAltName");
	ok(!takes(S("\x30\x0c" SAN "\x05\x30\x03\x82\x01\xe4")), "a DNS name that is not ASCII");
	ok(!takes(S("\x30\x0e" SAN "\x07\x30\x05\x87\x03" "abc")), "an address of three bytes");
	ok(!takes(S("\x30\x0d" SAN "\x06\x30\x03\x82\x01x\x00")), "bytes after the names");
	ok(!takes(S("\x30\x0c" SAN "\x05\x30\x03\x82\x02x")), "a name that is longer than the list");
	ok(takes(S("\x30\x0c\x06\x03\x55\x1d\x13\x04\x05\x30\x03\x01\x01\xff")), "basicConstraints");
	ok(!takes(S("\x30\x0c\x06\x03\x55\x1d\x13\x04\x05\x30\x03\x01\x01\x01")), "a boolean that is neither");
	ok(!takes(S("\x30\x0c\x06\x03\x55\x1d\x13\x04\x05\x30\x03\x0c\x01x")), "something else in it");
	ok(!takes(S("\x30\x0b\x06\x03\x55\x1d\x0f\x04\x04\x03\x02\x05\x04")), "unused bits that are set");
	ok(takes(S("\x30\x0b\x06\x03\x55\x1d\x0f\x04\x04\x03\x02\x02\x04")), "key usage");
	ok(!takes(S("\x30\x0b\x06\x03\x55\x1d\x25\x04\x04\x30\x02\x05\x00")), "a purpose that is no identifier");
	ok(!takes(S("\x30\x05\x06\x03\x55\x1d\x11")), "an extension without a value");
	ok(takes(S("\x30\x07\x06\x01\x2a\x04\x02xy")), "an unknown one of any bytes");
	ok(!takes(S("\x30\x0e\x06\x08\x2b\x06\x01\x05\x05\x07\x01\x01\x04\x02xy")), "a known one of which we read nothing, broken");
	ok(takes(S("\x30\x0e\x06\x08\x2b\x06\x01\x05\x05\x07\x01\x01\x04\x02\x30\x00")), "or not");
}

struct had {
	const char *name;
	size_t read;
};

/* Whatever is read lies within the bytes: the unreadable page behind them says so. */
static bool
look(struct str in, void *arg)
{
	struct had *h = arg;
	struct cert c;
	br_x509_pkey key;
	enum cert_name kind;
	struct str rest, value;
	char text[200];
	struct buf b = BUF(text);
	unsigned bits;
	size_t n = 0;

	if (!cert_parse(&c, in))
		return true;
	h->read++;
	cert_format_dn(&b, c.subject);
	cert_format_dn(&b, c.issuer);
	cert_get_key(&c, &key, &bits);
	cert_unverifiable(&c);
	for (rest = c.san; cert_next_name(&rest, &kind, &value);)
		n += value.len;
	return n <= in.len && !rest.len;
}

static void
test_mutations(void)
{
	static const char *const names[] = { "both", "rsa2048", "int-nc", "root-0", "server", "mixed" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct had h = { .name = names[i] };

		is_int(mutate_cut(certs_der(names[i]), look, &h), 0, "every cut of %s", names[i]);
		is_int(h.read, 1, "only the whole is a certificate");
		is_int(mutate_flip(certs_der(names[i]), look, &h), 0, "every flip of it");
	}
}

int
main(void)
{
	certs_make();
	test_fields();
	test_keys();
	test_signatures();
	test_names();
	test_extensions();
	test_mutations();
	return tap_end();
}
