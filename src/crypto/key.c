/* crypto/key.c: who a client is in TLS: its private key, and the certificates that go with it. */
/* SPDX-License-Identifier: MIT */
#include "crypto/key.h"

#include "crypto/cert.h"
#include "crypto/curve.h"
#include "data/der.h"
#include "data/pem.h"

#include <string.h>

/* Why a key is refused; the sentence goes on from "client key in line 2". */
enum fault {
	FAULT_NONE,
	FAULT_ENCRYPTED,
	FAULT_EXPLICIT,
	FAULT_CERT,
	FAULT_EDWARDS,	/* the first of those whose hint is what can be used */
	FAULT_CURVE,
	FAULT_LENGTH,
	FAULT_KIND,
	FAULT_BROKEN,	/* the first of those without a hint */
	FAULT_DAMAGED,
	FAULT_SECOND,
};
static const char sentences[] = "\0" "is encrypted\0" "spells out its curve\0" "is not that of the first certificate\0"
	"is an Ed25519 or Ed448 key\0" "is on another curve\0" "is an RSA key of another length\0"
	"is neither an EC nor an RSA key\0" "cannot be decoded\0"
	"is damaged: its numbers do not match\0" "is the second one";
static const char hints[] = "\0" "openssl pkey -in KEY -out NEW decrypts it\0"
	"openssl pkey -in KEY -ec_param_enc named_curve -out NEW names it\0" "the client's own certificate comes first\0"
	"use EC on P-256, P-384 or P-521, or RSA of 2048 to 4096 bits";

static const struct der_step pkcs8_form[] = {
	{ DER_SEQUENCE, DER_ENTER },
		{ DER_INTEGER, DER_PASS },	/* version: 0, or 1 when the public key is there */
		{ DER_SEQUENCE, DER_KEEP },
		{ DER_OCTET_STRING, DER_KEEP },
		{ DER_CONTEXT_CONSTRUCTED(0), DER_MAYBE | DER_PASS },	/* attributes */
		{ DER_CONTEXT(1), DER_MAYBE | DER_PASS },	/* the public key: the certificate's counts */
	{ 0, DER_LEAVE },
	{ 0, DER_LEAVE },
};
static const struct der_step rsa_form[] = {
	{ DER_SEQUENCE, DER_ENTER },
		{ DER_INTEGER, DER_KEEP }, { DER_INTEGER, DER_KEEP }, { DER_INTEGER, DER_KEEP },
		{ DER_INTEGER, DER_PASS },	/* d: the five numbers that follow do its work */
		{ DER_INTEGER, DER_KEEP }, { DER_INTEGER, DER_KEEP }, { DER_INTEGER, DER_KEEP }, { DER_INTEGER, DER_KEEP },
		{ DER_INTEGER, DER_KEEP },
	{ 0, DER_LEAVE },
	{ 0, DER_LEAVE },
};
enum { VERSION, N, E, P, Q, DP, DQ, IQ, RSA_PARTS };

static const struct der_step ec_form[] = {
	{ DER_SEQUENCE, DER_ENTER },
		{ DER_INTEGER, DER_KEEP },
		{ DER_OCTET_STRING, DER_KEEP },
		{ DER_CONTEXT_CONSTRUCTED(0), DER_MAYBE | DER_KEEP },	/* the curve */
		{ DER_CONTEXT_CONSTRUCTED(1), DER_MAYBE | DER_PASS },	/* the public key */
	{ 0, DER_LEAVE },
	{ 0, DER_LEAVE },
};

/* A key as it was read, and its public half where that stands in it (RSA). */
struct parts {
	struct str whole;	/* the object */
	uint32_t line;
	struct str n, e;
};

static unsigned char *
bytes(struct str s)
{
	return (unsigned char *)s.at;	/* BearSSL's pointers are not const, and it writes to none of them */
}

/* How many bytes a number has says its form already, and with that its highest bit. BearSSL's buffers take numbers of 260
   bytes as primes; even ones it computes with, and says that it cannot. */
static enum fault
read_rsa(struct key *out, struct parts *parts, struct str in)
{
	struct str part[RSA_PARTS];
	br_rsa_private_key *k = &out->rsa;

	if (!der_read(in, rsa_form, part) || !str_eq(part[VERSION], S("\0")))	/* 1: more than two primes */
		return FAULT_BROKEN;
	for (int i = N; i < RSA_PARTS; i++)
		if (!der_is_uint(part[i], &part[i]) || !part[i].len)
			return FAULT_BROKEN;
	parts->n = part[N];
	parts->e = part[E];
	if (part[N].len < CERT_RSA_MIN || part[N].len > CERT_RSA_MAX)	/* in whole bytes */
		return FAULT_LENGTH;
	for (int i = P; i < RSA_PARTS; i++)
		if (part[i].len > CERT_RSA_MAX / 2)
			return FAULT_BROKEN;
	out->type = BR_KEYTYPE_RSA;
	*k = (br_rsa_private_key){
		.n_bitlen = (uint32_t)part[N].len * 8,	/* in whole bytes, as it is used */
		.p = bytes(part[P]), .plen = part[P].len, .q = bytes(part[Q]), .qlen = part[Q].len,
		.dp = bytes(part[DP]), .dplen = part[DP].len, .dq = bytes(part[DQ]), .dqlen = part[DQ].len,
		.iq = bytes(part[IQ]), .iqlen = part[IQ].len,
	};
	return FAULT_NONE;
}

/* Whether 0 < x < order, both big-endian and n bytes long: no branch before the answer. */
static bool
is_below(const unsigned char *x, const unsigned char *order, size_t n)
{
	unsigned borrow = 0, any = 0;

	while (n-- > 0) {
		borrow = ((unsigned)x[n] - order[n] - borrow) >> 8 & 1;
		any |= x[n];
	}
	return borrow & (0 - any) >> 8;
}

/* `curve` is what PKCS#8 says; empty: the key itself does. */
static enum fault
read_ec(struct key *out, struct str in, struct str curve)
{
	struct str part[3];	/* version, x, curve */
	size_t len;
	int id;

	if (!der_read(in, ec_form, part) || !str_is(part[0], "\1") || (curve.len && part[2].at && !str_eq(curve, part[2])))
		return FAULT_BROKEN;
	if (!curve.len)
		curve = part[2];
	if (str_begins(curve, "\x30"))
		return FAULT_EXPLICIT;
	id = cert_get_curve(curve, &len);
	if (!id)
		return FAULT_CURVE;
	if (part[1].len != len || !is_below(bytes(part[1]), CURVE_P->order(id, &len), len))
		return FAULT_BROKEN;
	out->type = BR_KEYTYPE_EC;
	out->ec = (br_ec_private_key){ .curve = id, .x = bytes(part[1]), .xlen = len };
	return FAULT_NONE;
}

static enum fault
read_pkcs8(struct key *out, struct parts *parts)
{
	struct str part[2], oid;	/* algorithm, key */

	if (!der_read(parts->whole, pkcs8_form, part) || !der_take(&part[0], DER_OID, &oid))
		return FAULT_BROKEN;
	if (str_is(oid, "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"))
		return read_rsa(out, parts, part[1]);
	if (str_is(oid, OID_EC))
		return read_ec(out, part[1], part[0]);
	return str_is_in(oid, OIDS_EDWARDS) ? FAULT_EDWARDS : FAULT_KIND;
}

static enum fault
read_object(struct key *out, struct parts *parts, const struct pem *p)
{
	if (p->has_head || str_is(p->label, "ENCRYPTED PRIVATE KEY"))
		return FAULT_ENCRYPTED;
	if (str_is(p->label, "PRIVATE KEY"))
		return read_pkcs8(out, parts);
	if (str_is(p->label, "RSA PRIVATE KEY"))
		return read_rsa(out, parts, parts->whole);
	if (str_is(p->label, "EC PRIVATE KEY"))
		return read_ec(out, parts->whole, S(""));
	return FAULT_KIND;
}

/* Returns -1. */
static int
refuse(struct err *e, uint32_t line, enum fault fault)
{
	unsigned hint = fault >= FAULT_BROKEN ? 0 : fault > FAULT_EDWARDS ? FAULT_EDWARDS : fault;

	err_set(e, ERR_INPUT, CAUSE_FILE, "client key in line %u %s", line, str_nth(sentences, fault));
	return err_hint(e, "%s", str_nth(hints, hint));
}

/* --- The texts. */

/* The next object: 1; 0 at the end; -1: not PEM. */
static int
next_object(struct pem *p, struct str *text, const char *what, struct err *e)
{
	enum pem_event event = PEM_MORE;

	if (text->len) {
		size_t used;

		event = pem_feed(p, *text, &used);
		*text = str_part(*text, used, text->len);
	}
	if (event == PEM_MORE)
		event = pem_end(p);
	if (event == PEM_BAD)
		return err_set(e, ERR_INPUT, CAUSE_FILE, "%s: line %u %s", what, p->line, p->why);
	return event != PEM_MORE;	/* nothing is too big: there is room for the whole text */
}

static int
no_object(const char *what, struct err *e)
{
	return err_set(e, ERR_INPUT, CAUSE_FILE, "%s: there is none in its text", what);
}

static int
read_certs(struct identity *out, struct cert *own, struct str text, struct arena *a, struct err *e)
{
	struct str *cert = arena_get(a, IDENTITY_CERTS * sizeof *cert);
	uint8_t *room = arena_get(a, text.len + 1);
	struct cert other;
	struct pem p;
	int more;

	if (!cert || !room)
		return arena_err(e);
	out->cert = cert;
	out->cert_n = 0;
	pem_init(&p, room, text.len + 1);
	while ((more = next_object(&p, &text, "client certificate", e)) > 0) {
		if (!str_is(p.label, "CERTIFICATE"))
			continue;
		if (out->cert_n == IDENTITY_CERTS)
			return err_set(e, ERR_LIMIT, CAUSE_FILE, "client certificate: more than %d of them", IDENTITY_CERTS);
		cert[out->cert_n] = (struct str){ (const char *)p.at, p.len };
		if (p.has_head || !cert_parse(out->cert_n ? &other : own, cert[out->cert_n]))
			return err_set(e, ERR_INPUT, CAUSE_FILE, "client certificate in line %u cannot be decoded", p.first_line);
		out->cert_n++;
		p.at += p.len;
		p.cap -= p.len;
	}
	if (more == 0 && !out->cert_n)
		return no_object("client certificate", e);
	return more;
}

static int
read_key(struct key *out, struct parts *parts, struct str text, struct arena *a, struct err *e)
{
	uint8_t *room = arena_get(a, text.len + 1);
	enum fault fault;
	struct pem p;
	int more;

	if (!room)
		return arena_err(e);
	pem_init(&p, room, text.len + 1);
	while ((more = next_object(&p, &text, "client key", e)) > 0) {
		if (!str_has_suffix(p.label, S("PRIVATE KEY")))
			continue;
		if (parts->line)
			return refuse(e, p.first_line, FAULT_SECOND);
		parts->line = p.first_line;
		parts->whole = (struct str){ (const char *)p.at, p.len };
		fault = read_object(out, parts, &p);
		if (fault)
			return refuse(e, parts->line, fault);
		p.at += p.len;
		p.cap -= p.len;
	}
	if (more == 0 && !parts->line)
		return no_object("client key", e);
	return more;
}

/* --- Whether they belong together. */

static bool
belongs(const struct key *k, const struct parts *parts, const br_x509_pkey *pub)
{
	const br_rsa_public_key *rsa = &pub->key.rsa;
	unsigned char point[BR_EC_KBUF_PUB_MAX_SIZE];
	size_t len;

	if (pub->key_type != k->type)
		return false;
	if (k->type == BR_KEYTYPE_RSA)
		return str_eq(parts->n, (struct str){ (const char *)rsa->n, rsa->nlen }) &&
		       str_eq(parts->e, (struct str){ (const char *)rsa->e, rsa->elen });
	len = CURVE_P->mulgen(point, k->ec.x, k->ec.xlen, k->ec.curve);
	/* Public, both of them; and no two of the curves have points of one length. */
	return len == pub->key.ec.qlen && !memcmp(point, pub->key.ec.q, len);
}

/* Whether the public half undoes what the private half does. */
static bool
is_whole(const br_rsa_private_key *k, const br_rsa_public_key *pub)
{
	unsigned char x[CERT_RSA_MAX], y[CERT_RSA_MAX];

	memset(x, 0x5a, sizeof x);
	x[0] = 0;	/* below the modulus */
	memcpy(y, x, sizeof y);
	return br_rsa_i31_private(y, k) && br_rsa_i31_public(y, pub->nlen, pub) && !memcmp(x, y, pub->nlen);
}

int
identity_read(struct identity *out, struct str cert_pem, struct str key_pem, struct arena *a, struct err *e)
{
	struct parts parts = { 0 };
	struct cert own;
	br_x509_pkey pub;
	unsigned bits;

	if (read_certs(out, &own, cert_pem, a, e) < 0 || read_key(&out->key, &parts, key_pem, a, e) < 0)
		return -1;
	if (cert_get_key(&own, &pub, &bits) != CERT_KEY_OK || !belongs(&out->key, &parts, &pub))
		return refuse(e, parts.line, FAULT_CERT);
	if (out->key.type == BR_KEYTYPE_RSA && !is_whole(&out->key.rsa, &pub.key.rsa))
		return refuse(e, parts.line, FAULT_DAMAGED);
	return 0;
}
