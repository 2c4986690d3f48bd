/* crypto/cert.c: what an X.509 certificate says (RFC 5280), decoded. */
/* SPDX-License-Identifier: MIT */
#include "crypto/cert.h"

#include "data/der.h"

/* Object identifiers, encoded. */
#define OID_CE "\x55\x1d"				/* 2.5.29: the standard's own extensions, one more byte */
#define OID_PE "\x2b\x06\x01\x05\x05\x07\x01"		/* 1.3.6.1.5.5.7.1: PKIX's, one more byte */
#define OID_PKCS1 "\x2a\x86\x48\x86\xf7\x0d\x01\x01"	/* 1.2.840.113549.1.1, one more byte */
#define OID_ECDSA "\x2a\x86\x48\xce\x3d\x04"		/* 1.2.840.10045.4, one or two more bytes */

/* The last byte of 2.5.29.x. */
enum extension {
	EXT_DIRECTORY_ATTRIBUTES = 9,
	EXT_SUBJECT_KEY = 14,
	EXT_KEY_USAGE = 15,
	EXT_SAN = 17,
	EXT_ISSUER_ALT_NAME = 18,
	EXT_BASIC = 19,
	EXT_NAME_CONSTRAINTS = 30,
	EXT_CRL_POINTS = 31,
	EXT_POLICIES = 32,
	EXT_AUTHORITY_KEY = 35,
	EXT_EXTENDED_USAGE = 37,
	EXT_FRESHEST_CRL = 46,
};

#define BIT(n) ((uint64_t)1 << (n))
/* Those that BearSSL's validator takes, though critical: it checks them, or they bind nobody (5280 section 4.2). */
#define EXTS_KNOWN (BIT(EXT_DIRECTORY_ATTRIBUTES) | BIT(EXT_SUBJECT_KEY) | BIT(EXT_KEY_USAGE) | BIT(EXT_SAN) | \
	BIT(EXT_ISSUER_ALT_NAME) | BIT(EXT_BASIC) | BIT(EXT_CRL_POINTS) | BIT(EXT_POLICIES) | BIT(EXT_AUTHORITY_KEY) | \
	BIT(EXT_FRESHEST_CRL) | BIT(EXT_NAME_CONSTRAINTS) | BIT(EXT_EXTENDED_USAGE))

/* The byte after `base`, where that is the whole of the identifier; else 0. */
static unsigned
last_byte(struct str oid, struct str base)
{
	return oid.len == base.len + 1 && str_has_prefix(oid, base) ? (unsigned char)oid.at[base.len] : 0;
}

/* GeneralName (5280 section 4.2.1.6): a name of one kind. */
static bool
take_name(struct str *in, enum cert_name *kind, struct str *value)
{
	unsigned tag;

	if (!der_get(in, &tag, value))
		return false;
	*kind = CERT_NAME_OTHER;
	if (tag == DER_CONTEXT(2)) {
		*kind = CERT_NAME_DNS;
		for (size_t i = 0; i < value->len; i++)	/* IA5String */
			if (value->at[i] & 0x80)
				return false;
	} else if (tag == DER_CONTEXT(7)) {
		*kind = CERT_NAME_IP;
		return value->len == 4 || value->len == 16;
	}
	return true;
}

bool
cert_next_name(struct str *san, enum cert_name *kind, struct str *value)
{
	return take_name(san, kind, value);
}

static bool
read_san(struct cert *c, struct str in)
{
	enum cert_name kind;
	struct str rest, value;

	if (!der_take(&in, DER_SEQUENCE, &c->san) || in.len)
		return false;
	c->has_san = true;
	for (rest = c->san; rest.len;)
		if (!take_name(&rest, &kind, &value))
			return false;
	return true;
}

static bool
read_basic(struct cert *c, struct str in)
{
	struct str v;

	if (!der_take(&in, DER_SEQUENCE, &v) || in.len)
		return false;
	if (der_is_next(v, DER_BOOLEAN) && !der_take_bool(&v, &c->is_ca))
		return false;
	if (der_is_next(v, DER_INTEGER) && !der_take_small(&v, &c->path_max))
		return false;
	return !v.len;
}

static bool
read_key_usage(struct cert *c, struct str in)
{
	struct str bits;
	unsigned unused;

	if (!der_take_bits(&in, &bits, &unused) || in.len)
		return false;
	c->may_sign_certs = bits.len && bits.at[0] & 0x04;	/* bit 5, counted from the top */
	return true;
}

static bool
read_extended_usage(struct cert *c, struct str in)
{
	struct str list, oid;

	if (!der_take(&in, DER_SEQUENCE, &list) || in.len)
		return false;
	c->may_be_server = false;
	while (list.len) {
		if (!der_take(&list, DER_OID, &oid))
			return false;
		if (str_eq(oid, S("\x2b\x06\x01\x05\x05\x07\x03\x01")) || str_eq(oid, S("\x55\x1d\x25\x00")))
			c->may_be_server = true;
	}
	return true;
}

/* One extension. `seen` has the bits of those of 2.5.29 that came before. */
static bool
read_extension(struct cert *c, struct str in, uint64_t *seen)
{
	struct str oid, value;
	bool critical = false;
	unsigned ext, private_ext;

	if (!der_take(&in, DER_OID, &oid) ||
	    (der_is_next(in, DER_BOOLEAN) && !der_take_bool(&in, &critical)) ||
	    !der_take(&in, DER_OCTET_STRING, &value) || in.len)
		return false;
	private_ext = last_byte(oid, S(OID_PE));
	ext = last_byte(oid, S(OID_CE));
	if (ext >= 64)
		ext = 0;
	if (ext && *seen & BIT(ext))
		return false;
	*seen |= BIT(ext);
	if (critical && !(EXTS_KNOWN & BIT(ext)) && private_ext != 1 && private_ext != 11)	/* information access */
		c->has_critical_unknown = true;
	switch (ext) {
	case EXT_SAN:
		return read_san(c, value);
	case EXT_BASIC:
		return read_basic(c, value);
	case EXT_KEY_USAGE:
		return read_key_usage(c, value);
	case EXT_EXTENDED_USAGE:
		c->has_critical_usage = critical;
		return read_extended_usage(c, value);
	case EXT_NAME_CONSTRAINTS:
		c->has_constraints = true;
		c->has_critical_constraints = critical;
		return true;
	default:
		return true;
	}
}

/* What may stand at the end of the signed part: two old unique identifiers, and the extensions. */
static bool
read_tail(struct cert *c, struct str tbs, uint32_t version)
{
	struct str v, list;
	uint64_t seen = 0;

	for (unsigned n = 1; n <= 2; n++)
		if (der_is_next(tbs, DER_CONTEXT(n)) && (version < 1 || !der_take(&tbs, DER_CONTEXT(n), &v)))
			return false;
	if (!tbs.len)
		return true;
	if (version < 2 || !der_take(&tbs, DER_CONTEXT_CONSTRUCTED(3), &v) || tbs.len ||
	    !der_take(&v, DER_SEQUENCE, &list) || v.len)
		return false;
	while (list.len)
		if (!der_take(&list, DER_SEQUENCE, &v) || !read_extension(c, v, &seen))
			return false;
	return true;
}

bool
cert_parse(struct cert *out, struct str der)
{
	struct str in = der, tbs, algorithm, inner, v, bits;
	struct cert c = { .whole = der, .path_max = UINT32_MAX, .may_sign_certs = true, .may_be_server = true };
	uint32_t version = 0;
	unsigned unused;

	if (!der_take(&in, DER_SEQUENCE, &v) || in.len ||
	    !der_take(&v, DER_SEQUENCE, &tbs) ||
	    !der_take_whole(&v, DER_SEQUENCE, &algorithm) ||
	    !der_take_bits(&v, &bits, &unused) || unused || v.len)
		return false;
	if (der_is_next(tbs, DER_CONTEXT_CONSTRUCTED(0)) &&
	    (!der_take(&tbs, DER_CONTEXT_CONSTRUCTED(0), &v) || !der_take_small(&v, &version) || v.len || version > 2))
		return false;
	c.is_v1 = version < 2;
	if (!der_take(&tbs, DER_INTEGER, &v) ||
	    !der_take_whole(&tbs, DER_SEQUENCE, &inner) || !str_eq(inner, algorithm) ||
	    !der_take_whole(&tbs, DER_SEQUENCE, &c.issuer) ||
	    !der_take(&tbs, DER_SEQUENCE, &v) || !der_take_time(&v, &c.from_s) || !der_take_time(&v, &c.until_s) || v.len ||
	    !der_take_whole(&tbs, DER_SEQUENCE, &c.subject) ||
	    !der_take_whole(&tbs, DER_SEQUENCE, &c.spki) ||
	    !read_tail(&c, tbs, version))
		return false;
	if (!der_take(&algorithm, DER_SEQUENCE, &v) || !der_take(&v, DER_OID, &c.signature_oid))
		return false;
	c.is_self_issued = str_eq(c.issuer, c.subject);
	*out = c;
	return true;
}

/* The bits of a big-endian number without leading zero bytes. */
static unsigned
bits_of(struct str n)
{
	unsigned bits = (unsigned)(n.len * 8);	/* below 2^27: a DER length has three bytes */

	for (unsigned mask = 0x80; n.len && !((unsigned char)n.at[0] & mask); mask >>= 1)
		bits--;
	return bits;
}

static enum cert_key
get_rsa(struct str key, br_x509_pkey *out, unsigned *bits)
{
	struct str v, n, e;

	if (!der_take(&key, DER_SEQUENCE, &v) || key.len || !der_take_uint(&v, &n) || !der_take_uint(&v, &e) || v.len ||
	    !n.len || !e.len || !(n.at[n.len - 1] & 1) || !(e.at[e.len - 1] & 1))
		return CERT_KEY_BROKEN;
	*bits = bits_of(n);
	if (*bits < 2048)
		return CERT_KEY_SHORT;
	if (*bits > 4096)
		return CERT_KEY_LONG;
	out->key_type = BR_KEYTYPE_RSA;
	out->key.rsa = (br_rsa_public_key){	/* BearSSL's pointers are not const, and it writes to neither */
		.n = (unsigned char *)n.at, .nlen = n.len, .e = (unsigned char *)e.at, .elen = e.len,
	};
	return CERT_KEY_OK;
}

static enum cert_key
get_ec(struct str algorithm, struct str point, br_x509_pkey *out)
{
	struct str curve;
	size_t len;
	int id;

	if (!der_take(&algorithm, DER_OID, &curve) || algorithm.len)
		return CERT_KEY_CURVE;
	if (str_eq(curve, S("\x2a\x86\x48\xce\x3d\x03\x01\x07")))
		id = BR_EC_secp256r1, len = 1 + 2 * 32;
	else if (str_eq(curve, S("\x2b\x81\x04\x00\x22")))
		id = BR_EC_secp384r1, len = 1 + 2 * 48;
	else if (str_eq(curve, S("\x2b\x81\x04\x00\x23")))
		id = BR_EC_secp521r1, len = 1 + 2 * 66;
	else
		return CERT_KEY_CURVE;
	if (point.len != len || point.at[0] != 4)	/* uncompressed: the only form that PKIX demands (RFC 5480 2.2) */
		return CERT_KEY_BROKEN;
	out->key_type = BR_KEYTYPE_EC;
	out->key.ec = (br_ec_public_key){ .curve = id, .q = (unsigned char *)point.at, .qlen = point.len };
	return CERT_KEY_OK;
}

enum cert_key
cert_get_key(const struct cert *c, br_x509_pkey *out, unsigned *bits)
{
	struct str in = c->spki, v, algorithm, oid, key;
	unsigned unused;

	*bits = 0;
	if (!der_take(&in, DER_SEQUENCE, &v) || in.len || !der_take(&v, DER_SEQUENCE, &algorithm) ||
	    !der_take_bits(&v, &key, &unused) || unused || v.len || !der_take(&algorithm, DER_OID, &oid))
		return CERT_KEY_BROKEN;
	switch (last_byte(oid, S(OID_PKCS1))) {
	case 0x01:
		return get_rsa(key, out, bits);
	case 0x0a:
		return CERT_KEY_PSS;
	}
	if (str_eq(oid, S("\x2a\x86\x48\xce\x3d\x02\x01")))
		return get_ec(algorithm, key, out);
	if (str_eq(oid, S("\x2b\x65\x70")) || str_eq(oid, S("\x2b\x65\x71")))
		return CERT_KEY_ED25519;
	return CERT_KEY_KIND;
}

const char *
cert_unverifiable(const struct cert *c)
{
	struct str oid = c->signature_oid;

	switch (last_byte(oid, S(OID_PKCS1))) {
	case 0x05:
		return "SHA-1";
	case 0x0a:
		return "RSA-PSS";
	case 0x0b:
	case 0x0c:
	case 0x0d:
		return NULL;
	}
	switch (last_byte(oid, S(OID_ECDSA "\x03"))) {
	case 0x02:
	case 0x03:
	case 0x04:
		return NULL;
	}
	if (last_byte(oid, S(OID_ECDSA)) == 0x01)
		return "SHA-1";
	if (str_eq(oid, S("\x2b\x65\x70")))
		return "Ed25519";
	return "an unknown algorithm";
}

void
cert_format_dn(struct buf *out, struct str dn)
{
	struct str in, set, part, oid, text = S("(no name)");
	const char *label = "";
	unsigned tag;

	if (der_take(&dn, DER_SEQUENCE, &in))
		while (der_take(&in, DER_SET, &set) && der_take(&set, DER_SEQUENCE, &part) && der_take(&part, DER_OID, &oid)) {
			unsigned kind = last_byte(oid, S("\x55\x04"));

			if (!der_get(&part, &tag, &text))
				break;
			label = kind == 3 ? "CN=" : kind == 10 ? "O=" : kind == 11 ? "OU=" : "";
			if (kind == 3)
				break;
		}
	buf_fmt(out, "%s%.*s%s", label, STR(str_part(text, 0, 100)), text.len > 100 ? "..." : "");
}
