/* crypto/cert.c: what an X.509 certificate says (RFC 5280), decoded, and who has signed it. */
/* SPDX-License-Identifier: MIT */
#include "crypto/cert.h"

#include "crypto/sig.h"
#include "data/date.h"
#include "data/der.h"

#include <string.h>

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
/* Those that may be critical: x509 looks at them, or they bind nobody here (5280 section 4.2). */
#define EXTS_KNOWN (BIT(EXT_DIRECTORY_ATTRIBUTES) | BIT(EXT_SUBJECT_KEY) | BIT(EXT_KEY_USAGE) | BIT(EXT_SAN) | \
	BIT(EXT_ISSUER_ALT_NAME) | BIT(EXT_BASIC) | BIT(EXT_CRL_POINTS) | BIT(EXT_POLICIES) | BIT(EXT_AUTHORITY_KEY) | \
	BIT(EXT_FRESHEST_CRL) | BIT(EXT_NAME_CONSTRAINTS) | BIT(EXT_EXTENDED_USAGE))

/* The byte after `base`, where that is the whole of the identifier; else 0. */
static unsigned
last_byte(struct str oid, const char *base)
{
	return oid.len == strlen(base) + 1 && str_begins(oid, base) ? (unsigned char)oid.at[oid.len - 1] : 0;
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

/* --- Forms. */

static const struct der_step certificate[] = {
	{ DER_SEQUENCE, DER_ENTER },
		{ DER_SEQUENCE, DER_ENTER },	/* tbsCertificate */
			{ DER_CONTEXT_CONSTRUCTED(0), DER_MAYBE | DER_KEEP },
			{ DER_INTEGER, DER_PASS },	/* serial number */
			{ DER_SEQUENCE, DER_WHOLE },
			{ DER_SEQUENCE, DER_WHOLE },
			{ DER_SEQUENCE, DER_KEEP },
			{ DER_SEQUENCE, DER_WHOLE },
			{ DER_SEQUENCE, DER_WHOLE },
			{ DER_CONTEXT(1), DER_MAYBE | DER_PASS },	/* unique identifiers of the 1990s */
			{ DER_CONTEXT(2), DER_MAYBE | DER_PASS },
			{ DER_CONTEXT_CONSTRUCTED(3), DER_MAYBE | DER_KEEP },
		{ 0, DER_LEAVE },
		{ DER_SEQUENCE, DER_WHOLE },
		{ DER_BIT_STRING, DER_KEEP },
	{ 0, DER_LEAVE },
	{ 0, DER_LEAVE },
};
enum { VERSION, INNER_ALGORITHM, ISSUER, VALIDITY, SUBJECT, SPKI, EXTENSIONS, ALGORITHM, SIGNATURE, PARTS };

static const struct der_step extension_form[] = {
	{ DER_OID, DER_KEEP }, { DER_BOOLEAN, DER_MAYBE | DER_KEEP }, { DER_OCTET_STRING, DER_KEEP }, { 0, DER_LEAVE },
};
static const struct der_step basic_form[] = {
	{ DER_SEQUENCE, DER_ENTER }, { DER_BOOLEAN, DER_MAYBE | DER_KEEP }, { DER_INTEGER, DER_MAYBE | DER_KEEP }, { 0, DER_LEAVE },
	{ 0, DER_LEAVE },
};
static const struct der_step one_list[] = { { DER_SEQUENCE, DER_KEEP }, { 0, DER_LEAVE } };
static const struct der_step one_bits[] = { { DER_BIT_STRING, DER_KEEP }, { 0, DER_LEAVE } };
static const struct der_step spki_form[] = {
	{ DER_SEQUENCE, DER_ENTER }, { DER_SEQUENCE, DER_KEEP }, { DER_BIT_STRING, DER_KEEP }, { 0, DER_LEAVE }, { 0, DER_LEAVE },
};
static const struct der_step rsa_form[] = {
	{ DER_SEQUENCE, DER_ENTER }, { DER_INTEGER, DER_KEEP }, { DER_INTEGER, DER_KEEP }, { 0, DER_LEAVE }, { 0, DER_LEAVE },
};

/* --- The certificate. */

static bool
read_san(struct cert *c, struct str in)
{
	enum cert_name kind;
	struct str rest, value;

	if (!der_read(in, one_list, &c->san))
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
	struct str part[2], n;

	if (!der_read(in, basic_form, part) || (part[0].at && !der_is_bool(part[0], &c->is_ca)))
		return false;
	if (!part[1].at)
		return true;
	if (!der_is_uint(part[1], &n))
		return false;
	c->path_max = !n.len ? 0 : n.len == 1 ? (unsigned char)n.at[0] : UINT32_MAX;	/* over 255 binds nobody */
	return true;
}

static bool
read_extended_usage(struct cert *c, struct str in)
{
	struct str list, oid;

	if (!der_read(in, one_list, &list))
		return false;
	c->may_be_server = false;
	while (list.len) {
		if (!der_take(&list, DER_OID, &oid))
			return false;
		if (str_is(oid, "\x2b\x06\x01\x05\x05\x07\x03\x01") || str_eq(oid, S("\x55\x1d\x25\x00")))
			c->may_be_server = true;
	}
	return true;
}

/* One extension. `seen` has the bits of those of 2.5.29 that came before. */
static bool
read_extension(struct cert *c, struct str in, uint64_t *seen)
{
	struct str part[3], rest, bits;	/* part: OID, critical, value */
	bool critical = false;
	unsigned ext, other, unused;

	if (!der_read(in, extension_form, part) || (part[1].at && !der_is_bool(part[1], &critical)))
		return false;
	ext = last_byte(part[0], OID_CE);
	other = last_byte(part[0], OID_PE);
	if (ext >= 64)
		ext = 0;
	rest = part[2];
	if ((ext && *seen & BIT(ext)) || ((ext || other) && (!der_get(&rest, &unused, &bits) || rest.len)))
		return false;	/* there before, or not one value */
	*seen |= BIT(ext);
	if (critical && !(EXTS_KNOWN & BIT(ext)) && other != 1 && other != 11)	/* information access */
		c->has_critical_unknown = true;
	switch (ext) {
	case EXT_SAN:
		return read_san(c, part[2]);
	case EXT_BASIC:
		return read_basic(c, part[2]);
	case EXT_KEY_USAGE:
		if (!der_read(part[2], one_bits, &bits) || !der_is_bits(bits, &bits, &unused))
			return false;
		c->may_sign = bits.len && bits.at[0] & 0x80;	/* bits 0 and 5, counted from the top */
		c->may_sign_certs = bits.len && bits.at[0] & 0x04;
		return true;
	case EXT_EXTENDED_USAGE:
		return read_extended_usage(c, part[2]);
	case EXT_NAME_CONSTRAINTS:
		c->has_constraints = true;
		return true;
	default:
		return true;
	}
}

/* RFC 5280 section 4.1.2.5. */
static bool
read_time(struct str *in, int64_t *out_s)
{
	struct str v;
	unsigned tag;

	return der_get(in, &tag, &v) && (tag == DER_UTC_TIME || tag == DER_GENERALIZED_TIME) &&
	       date_parse_asn1(v, tag == DER_GENERALIZED_TIME, out_s);
}

bool
cert_parse(struct cert *c, struct str der)
{
	struct str part[PARTS], list, v;
	uint64_t seen = 0;
	unsigned unused;

	*c = (struct cert){ .whole = der, .path_max = UINT32_MAX, .may_sign = true, .may_sign_certs = true,
		.may_be_server = true };
	if (!der_read(der, certificate, part) || !str_eq(part[ALGORITHM], part[INNER_ALGORITHM]) ||
	    !der_is_bits(part[SIGNATURE], &c->signature, &unused) || unused || !der_take(&der, DER_SEQUENCE, &v))
		return false;
	c->signed_part = (struct str){ v.at, (size_t)(part[ALGORITHM].at - v.at) };	/* the first of three; that is the second */
	if (!read_time(&part[VALIDITY], &c->from_s) || !read_time(&part[VALIDITY], &c->until_s) || part[VALIDITY].len)
		return false;
	c->issuer = part[ISSUER];
	c->subject = part[SUBJECT];
	c->spki = part[SPKI];
	c->is_self_issued = str_eq(c->issuer, c->subject);
	if (!der_take(&part[ALGORITHM], DER_SEQUENCE, &v) || !der_take(&v, DER_OID, &c->signature_oid))
		return false;
	c->is_v1 = !part[VERSION].at;
	if (c->is_v1)
		return !part[EXTENSIONS].at;
	if (!str_is(part[VERSION], "\x02\x01\x02"))
		return false;
	if (!part[EXTENSIONS].at)
		return true;
	if (!der_read(part[EXTENSIONS], one_list, &list))
		return false;
	while (list.len)
		if (!der_take(&list, DER_SEQUENCE, &v) || !read_extension(c, v, &seen))
			return false;
	return true;
}

static enum cert_key
get_rsa(struct str key, br_x509_pkey *out, unsigned *bits)
{
	struct str part[2], n, e;

	if (!der_read(key, rsa_form, part) || !der_is_uint(part[0], &n) || !der_is_uint(part[1], &e) ||
	    !n.len || !(n.at[n.len - 1] & 1) || !e.len || e.len > 4 || !(e.at[e.len - 1] & 1) || str_is(e, "\x01"))
		return CERT_KEY_BROKEN;	/* a long exponent is a long verification, for whoever sends it */
	*bits = (unsigned)n.len * 8;	/* below 2^27: a DER length has three bytes */
	if (n.len < CERT_RSA_MIN || n.len > CERT_RSA_MAX)
		return CERT_KEY_LENGTH;
	out->key_type = BR_KEYTYPE_RSA;
	out->key.rsa = (br_rsa_public_key){	/* BearSSL's pointers are not const, and it writes to neither */
		.n = (unsigned char *)n.at, .nlen = n.len, .e = (unsigned char *)e.at, .elen = e.len,
	};
	return CERT_KEY_OK;
}

int
cert_get_curve(struct str name, size_t *len)
{
	if (str_is(name, "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"))
		return *len = 32, BR_EC_secp256r1;
	if (str_eq(name, S("\x06\x05\x2b\x81\x04\x00\x22")))
		return *len = 48, BR_EC_secp384r1;
	if (str_eq(name, S("\x06\x05\x2b\x81\x04\x00\x23")))
		return *len = 66, BR_EC_secp521r1;
	return 0;
}

static enum cert_key
get_ec(struct str curve, struct str point, br_x509_pkey *out)
{
	size_t len;
	int id = cert_get_curve(curve, &len);

	if (!id)
		return CERT_KEY_CURVE;
	if (point.len != 1 + 2 * len || point.at[0] != 4)	/* uncompressed: the only form that PKIX demands (RFC 5480 2.2) */
		return CERT_KEY_BROKEN;
	out->key_type = BR_KEYTYPE_EC;
	out->key.ec = (br_ec_public_key){ .curve = id, .q = (unsigned char *)point.at, .qlen = point.len };
	return CERT_KEY_OK;
}

enum cert_key
cert_get_key(const struct cert *c, br_x509_pkey *out, unsigned *bits)
{
	struct str part[2], oid, key;	/* part: algorithm, key */
	unsigned unused;

	*bits = 0;
	if (!der_read(c->spki, spki_form, part) || !der_is_bits(part[1], &key, &unused) || unused ||
	    !der_take(&part[0], DER_OID, &oid))
		return CERT_KEY_BROKEN;
	switch (last_byte(oid, OID_PKCS1)) {
	case 0x01:
		return get_rsa(key, out, bits);
	case 0x0a:
		return CERT_KEY_PSS;
	}
	if (str_is(oid, OID_EC))
		return get_ec(part[0], key, out);
	if (str_is_in(oid, OIDS_EDWARDS))
		return CERT_KEY_ED25519;
	return CERT_KEY_KIND;
}

/* What it is signed with, as crypto/sig.h numbers it; 0: nothing that can be verified. */
static unsigned
scheme_of(const struct cert *c)
{
	unsigned rsa = last_byte(c->signature_oid, OID_PKCS1), ecdsa = last_byte(c->signature_oid, OID_ECDSA "\x03");

	if (rsa >= 0x0b && rsa <= 0x0d)
		return SIG(rsa - 0x0b + SIG_HASH_MIN, SIG_RSA);
	return ecdsa >= 0x02 && ecdsa <= 0x04 ? SIG(ecdsa - 0x02 + SIG_HASH_MIN, SIG_ECDSA) : 0;
}

const char *
cert_unverifiable(const struct cert *c)
{
	unsigned rsa = last_byte(c->signature_oid, OID_PKCS1);

	if (scheme_of(c))
		return NULL;
	if (rsa == 0x0a)
		return "RSA-PSS";
	if (rsa == 0x05 || last_byte(c->signature_oid, OID_ECDSA) == 0x01)
		return "SHA-1";
	return str_is(c->signature_oid, OIDS_EDWARDS) ? "Ed25519" : "an unknown algorithm";
}

bool
cert_is_signed_by(const struct cert *c, const br_x509_pkey *key)
{
	return sig_fits(scheme_of(c), key) && sig_verify(scheme_of(c), key, c->signed_part, S(""), c->signature);
}

void
cert_format_dn(struct buf *out, struct str dn)
{
	struct str list, in, oid, text = S("(no name)");
	const char *label = "";
	unsigned tag;

	/* A sequence of sets of sequences of a type and a value; of a set, the first is enough. */
	if (der_get(&dn, &tag, &list))
		while (!*label && der_get(&list, &tag, &in) && der_get(&in, &tag, &in) && der_get(&in, &tag, &oid) &&
		    der_get(&in, &tag, &text))
			if (last_byte(oid, "\x55\x04") == 3)
				label = "CN=";
	text = str_part(text, 0, 100);
	buf_fmt(out, "%s%.*s", label, STR(text));
}
