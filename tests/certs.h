/* tests/certs.h: the certificates of tests/vectors/x509, and a trust source of them. Tests only; verifies nothing. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_CERTS_H
#define TESTS_CERTS_H

#include "crypto/trust.h"
#include "data/pem.h"
#include "tests/slurp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CERTS_DIR "build/test/x509"
#define CERTS_NOW 1798761600	/* 2027-01-01T00:00:00Z: within the years of most of them */

/* What is kept for ever is no leak to tell of. */
const char *__asan_default_options(void);
const char *
__asan_default_options(void)
{
	return "detect_leaks=0";
}

/* Have them made. Ends the program when that fails. Run from the top of the tree, as all tests are. */
static inline void
certs_make(void)
{
	if (system("tests/vectors/x509/make " CERTS_DIR) != 0) {
		printf("Bail out! tests/vectors/x509/make failed\n");
		exit(1);
	}
}

/* The text of one of them. Kept for ever. */
static inline struct str
certs_pem(const char *name)
{
	static struct {
		char name[40];
		struct str text;
	} known[200];
	struct str text;
	char path[120];
	size_t i;

	for (i = 0; *known[i].name; i++)
		if (!strcmp(known[i].name, name))
			return known[i].text;
	snprintf(path, sizeof path, CERTS_DIR "/%s.pem", name);
	text = slurp(path);
	if (!text.at || i + 2 > sizeof known / sizeof *known) {
		printf("Bail out! no %s\n", path);
		exit(1);
	}
	known[i].text = (struct str){ memcpy(malloc(text.len + 1), text.at, text.len), text.len };
	snprintf(known[i].name, sizeof known[i].name, "%s", name);
	return known[i].text;
}

/* The certificates of a text, decoded: at most `cap`; how many. Kept for ever. */
static inline unsigned
certs_decode(struct str text, struct str *out, unsigned cap)
{
	uint8_t *object = malloc(65536);
	struct pem p;
	unsigned n = 0;
	enum pem_event event;

	pem_init(&p, object, 65536);
	for (size_t used; text.len && n < cap; text = str_part(text, used, text.len)) {
		event = pem_feed(&p, text, &used);
		if (event == PEM_OBJECT) {
			char *copy = malloc(p.len + 1);

			memcpy(copy, p.at, p.len);
			out[n++] = (struct str){ copy, p.len };
		}
	}
	free(object);
	return n;
}

/* The first certificate under this name. */
static inline struct str
certs_der(const char *name)
{
	struct str der = { 0 };

	certs_decode(certs_pem(name), &der, 1);
	return der;
}

/* Several files ("leaf int root"), one after the other. Kept for ever. */
static inline struct str
certs_cat(const char *names)
{
	struct str rest = str_of(names);
	char *text = malloc(1 << 18);
	size_t len = 0;

	while (rest.len) {
		char name[40];
		struct str word = str_cut(&rest, ' '), pem;

		snprintf(name, sizeof name, "%.*s", STR(word));
		pem = certs_pem(name);
		memcpy(text + len, pem.at, pem.len);
		len += pem.len;
	}
	return (struct str){ text, len };
}

/* A trust source over memory: files separated by a NUL, in pieces of `step` bytes. */
struct certs_source {
	struct str text;
	size_t step;		/* 0: as much as is asked for */
	struct trust_source source;	/* filled by certs_trust */
	size_t at;
	bool begins;
	unsigned rewinds;
	const char *name;
};

static inline int
certs_rewind(void *ctx, struct err *e)
{
	struct certs_source *s = ctx;

	(void)e;
	s->at = 0;
	s->begins = true;
	s->rewinds++;
	return 0;
}

static inline int
certs_more(void *ctx, char *at, size_t cap, size_t *n, bool *begins, struct err *e)
{
	struct certs_source *s = ctx;
	struct str rest = str_part(s->text, s->at, s->text.len);
	size_t end = str_find_c(rest, 0);

	(void)e;
	*begins = s->begins;
	s->begins = false;
	if (!end) {	/* the next file */
		s->at++;
		*begins = true;
		rest = str_part(rest, 1, rest.len);
		end = str_find_c(rest, 0);
	}
	*n = end < rest.len ? end : rest.len;
	if (*n > cap)
		*n = cap;
	if (s->step && *n > s->step)
		*n = s->step;
	if (*n)
		memcpy(at, rest.at, *n);
	s->at += *n;
	return 0;
}

static inline const struct trust_source *
certs_trust(struct certs_source *s, struct str text, size_t step)
{
	*s = (struct certs_source){ .text = text, .step = step, .name = "ca.pem" };
	s->source = (struct trust_source){ .rewind = certs_rewind, .more = certs_more, .name = &s->name, .setting = "-ca-cert", .ctx = s };
	return &s->source;
}

#endif
