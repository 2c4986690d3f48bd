/* crypto/trust.c: finds the few trust anchors that a chain needs in a source of any size. */
/* SPDX-License-Identifier: MIT */
#include "crypto/trust.h"

#include "data/pem.h"

struct scan {
	struct trust *out;
	const struct trust_source *source;
	const struct str *wanted;
	size_t wanted_n;
	int64_t now_s;
	struct arena *arena;
	struct err *e;
	struct pem pem;
};

/* Put before the line what is being read. Returns -1. */
static int
in_source(const struct scan *s)
{
	const char *name = s->source->name ? *s->source->name : NULL;

	return err_in(s->e, "%s", name ? name : "CA certificates");
}

static bool
is_wanted(const struct scan *s, struct str subject)
{
	for (size_t i = 0; i < s->wanted_n; i++)
		if (str_eq(s->wanted[i], subject))
			return true;
	return false;
}

/* Why this certificate could not be used; the key's own kind goes into *a. */
static enum trust_use
judge(const struct scan *s, const struct cert *c, bool is_ca, struct trust_anchor *a)
{
	br_x509_pkey ignored;

	a->key_kind = cert_get_key(c, &ignored, &a->key_bits);
	if (is_ca && c->has_constraints)
		return TRUST_CONSTRAINED;
	if (c->has_critical_unknown)
		return TRUST_CRITICAL;
	if (!c->may_be_server)
		return TRUST_PURPOSE;
	if (a->key_kind != CERT_KEY_OK)
		return TRUST_KEY;
	if (s->now_s < c->from_s)
		return TRUST_EARLY;
	return s->now_s > c->until_s ? TRUST_EXPIRED : TRUST_USABLE;
}

static bool
is_kept(const struct trust *t, const struct trust_anchor *a, struct str subject, struct str spki)
{
	for (unsigned i = 0; i < t->anchor_n; i++) {
		const struct trust_anchor *b = &t->anchor[i];

		if (a->use == b->use && a->anchor.flags == b->anchor.flags && a->path_max == b->path_max &&
		    str_eq(b->subject, subject) && str_eq(b->spki, spki))
			return true;
	}
	return false;
}

static int
take_certificate(struct scan *s, struct str der)
{
	struct trust *t = s->out;
	struct trust_anchor a = { .use = TRUST_USABLE };
	struct cert c;
	bool is_ca;

	if (!cert_parse(&c, der)) {
		if (!t->skipped_n++)
			t->skipped_line = s->pem.first_line;
		return 0;
	}
	if (!is_wanted(s, c.subject))
		return 0;
	is_ca = c.is_v1 || (c.is_ca && c.may_sign_certs);
	a.use = judge(s, &c, is_ca, &a);
	a.from_s = c.from_s;
	a.until_s = c.until_s;
	a.path_max = c.path_max;
	a.anchor.flags = is_ca ? BR_X509_TA_CA : 0;
	if (is_kept(t, &a, c.subject, c.spki))
		return 0;
	if (t->anchor_n == TRUST_ANCHORS)
		return err_set(s->e, ERR_LIMIT, CAUSE_LIMIT, "over %d CA certificates have the names that this server's chain asks for",
			TRUST_ANCHORS);
	if (arena_keep(s->arena, c.subject, &a.subject, s->e) < 0 || arena_keep(s->arena, c.spki, &a.spki, s->e) < 0)
		return -1;
	c.spki = a.spki;	/* so that the key points to what stays */
	cert_get_key(&c, &a.anchor.pkey, &a.key_bits);
	a.anchor.dn.data = (unsigned char *)a.subject.at;	/* BearSSL's pointer is not const, and it does not write */
	a.anchor.dn.len = a.subject.len;
	t->anchor[t->anchor_n++] = a;
	return 0;
}

static int
take_event(struct scan *s, enum pem_event event)
{
	const struct pem *p = &s->pem;
	struct str der = { (const char *)p->at, p->len };

	if (event == PEM_BAD) {
		err_set(s->e, ERR_INPUT, CAUSE_FILE, "line %u %s", p->line, p->why);
		return in_source(s);
	}
	if (event == PEM_MORE || !str_eq(p->label, S("CERTIFICATE")))
		return 0;
	s->out->seen_n++;
	if (event == PEM_TOO_BIG || p->has_head)	/* as little a certificate as one that cannot be decoded */
		der.len = 0;
	return take_certificate(s, der);
}

static int
take_piece(struct scan *s, struct str piece)
{
	while (piece.len) {
		size_t used;
		enum pem_event event = pem_feed(&s->pem, piece, &used);

		if (take_event(s, event) < 0)
			return -1;
		piece = str_part(piece, used, piece.len);
	}
	return 0;
}

static int
scan(struct scan *s, uint8_t *object, char *piece)
{
	const struct trust_source *from = s->source;
	size_t n = 0;
	bool begins = false;

	if (from->rewind(from->ctx, s->e) < 0)
		return -1;
	pem_init(&s->pem, object, TRUST_OBJECT);
	do {
		if (from->more(from->ctx, piece, TRUST_PIECE, &n, &begins, s->e) < 0)
			return -1;
		if (begins || !n) {	/* the file before ends here */
			if (take_event(s, pem_end(&s->pem)) < 0)
				return -1;
			pem_init(&s->pem, object, TRUST_OBJECT);
		}
		if (take_piece(s, (struct str){ piece, n }) < 0)
			return -1;
	} while (n);
	return 0;
}

int
trust_find(struct trust *out, const struct trust_source *source, const struct str *wanted, size_t wanted_n, int64_t now_s,
	struct arena *a, struct err *e)
{
	struct scan s = { .out = out, .source = source, .wanted = wanted, .wanted_n = wanted_n, .now_s = now_s, .arena = a, .e = e };
	uint8_t *object = arena_get(a, TRUST_OBJECT);
	char *piece = arena_get(a, TRUST_PIECE);

	out->anchor_n = out->seen_n = out->skipped_n = 0;
	out->skipped_line = 0;
	if (!object || !piece)
		return arena_err(e);
	if (scan(&s, object, piece) < 0)
		return -1;
	if (out->skipped_n < out->seen_n)
		return 0;
	if (out->seen_n)
		err_set(e, ERR_INPUT, CAUSE_FILE, "the certificate in line %u cannot be decoded", out->skipped_line);
	else
		err_set(e, ERR_INPUT, CAUSE_FILE, "holds no certificate");
	return in_source(&s);
}
