/* crypto/trust.c: finds the few trust anchors that a chain needs in a source of any size. */
/* SPDX-License-Identifier: MIT */
#include "crypto/trust.h"

#include "data/der.h"
#include "data/pem.h"

struct scan {
	struct trust *out;
	const struct trust_source *source;
	const struct str *wanted;
	size_t wanted_n;
	struct arena *arena;
	struct err *e;
	struct pem pem;
};

/* Put before the line what is being read. Returns -1. */
static int
in_source(const struct scan *s)
{
	const char *name = s->source->name ? *s->source->name : NULL, *path = s->source->path ? *s->source->path : name;

	err_in(s->e, "%s", name ? name : "CA certificates");
	return path == name ? -1 : err_in(s->e, "%s", path);
}

static bool
is_wanted(const struct scan *s, struct str subject)
{
	for (size_t i = 0; i < s->wanted_n; i++)
		if (str_eq(s->wanted[i], subject))
			return true;
	return false;
}

static int
take_certificate(struct scan *s, struct str der)
{
	struct trust *t = s->out;
	struct cert *c = &t->anchor[t->anchor_n];	/* there is one more than may be kept */

	t->seen_n++;
	if (!cert_parse(c, der)) {
		if (!t->skipped_n++)
			t->skipped_line = s->pem.first_line;
		return 0;
	}
	if (!is_wanted(s, c->subject))
		return 0;
	for (unsigned i = 0; i < t->anchor_n; i++)
		if (str_eq(t->anchor[i].whole, der))
			return 0;
	if (t->anchor_n == TRUST_ANCHORS)
		return err_set(s->e, ERR_PEER, CAUSE_TLS, "server's certificates name more than %d trusted CAs", TRUST_ANCHORS);
	if (arena_keep(s->arena, der, &der, s->e) < 0)
		return -1;
	t->anchor_n += cert_parse(c, der);	/* again, for slices of what stays */
	return 0;
}

static int
take_roots(struct scan *s)
{
	struct str rest = s->source->roots, der;

	while (der_take_whole(&rest, &der))
		if (take_certificate(s, der) < 0)
			return -1;
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
	if (event == PEM_MORE || !str_is(p->label, "CERTIFICATE"))
		return 0;
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
scan(struct scan *s)
{
	const struct trust_source *from = s->source;
	uint8_t *object = arena_get(s->arena, TRUST_OBJECT);
	char *piece = arena_get(s->arena, TRUST_PIECE);
	size_t n = 0, total = 0;
	bool begins = false;

	if (!object || !piece)
		return arena_err(s->e);
	if (from->rewind(from->ctx, s->e) < 0)
		return -1;
	pem_init(&s->pem, object, TRUST_OBJECT);
	do {
		if (from->more(from->ctx, piece, TRUST_PIECE, &n, &begins, s->e) < 0)
			return -1;
		total += n;
		if (total > TRUST_BYTES)
			return err_set(s->e, ERR_LIMIT, CAUSE_FILE, "more than %d MiB of CA certificates", TRUST_BYTES >> 20), in_source(s);
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
trust_find(struct trust *out, const struct trust_source *source, const struct str *wanted, size_t wanted_n, struct arena *a,
	struct err *e)
{
	struct scan s = { .out = out, .source = source, .wanted = wanted, .wanted_n = wanted_n, .arena = a, .e = e };

	out->anchor_n = out->seen_n = out->skipped_n = 0;
	out->skipped_line = 0;
	if (take_roots(&s) < 0 || (source->rewind && scan(&s) < 0))
		return -1;
	if (out->skipped_n < out->seen_n)
		return 0;
	if (out->seen_n)
		err_set(e, ERR_INPUT, CAUSE_FILE, "certificate in line %u cannot be decoded", out->skipped_line);
	else
		err_set(e, ERR_INPUT, CAUSE_FILE, "holds no certificate");
	return in_source(&s);
}
