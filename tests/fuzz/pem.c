/* tests/fuzz/pem.c: fuzzes the PEM reader: in pieces it says what it says at once, and what it read can be written again. */
/* SPDX-License-Identifier: MIT */
#include "base/buf.h"
#include "data/code.h"
#include "data/pem.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* What a text said, in a form that can be compared. */
struct said {
	char at[1 << 16];
	struct buf b;
};

/* An object that is written and read again is the same. */
static void
again(const struct pem *p)
{
	static char text[4096];
	static uint8_t bytes[1024];
	struct buf b = BUF(text);
	struct pem q;
	size_t used;

	buf_fmt(&b, "-----BEGIN %.*s-----\n", STR(p->label));
	code_add_base64(&b, (struct str){ (const char *)p->at, p->len });
	buf_fmt(&b, "\n-----END %.*s-----\n", STR(p->label));
	must(!b.full);
	pem_init(&q, bytes, sizeof bytes);
	must(pem_feed(&q, buf_str(&b), &used) == PEM_OBJECT && used == b.len);
	must(q.len == p->len && !memcmp(q.at, p->at, q.len) && str_eq(q.label, p->label) && q.first_line == 1 && !q.has_head);
	must(pem_end(&q) == PEM_MORE);
}

static void
say(struct said *s, const struct pem *p, enum pem_event event)
{
	if (event == PEM_OBJECT)
		again(p);
	if (event == PEM_OBJECT || event == PEM_TOO_BIG)
		buf_fmt(&s->b, "%d %.*s %d %u %zu\n", (int)event, STR(p->label), p->has_head, p->first_line, p->len);
	if (event == PEM_BAD)
		buf_fmt(&s->b, "%u %s\n", p->line, p->why);
}

static void
read_all(struct said *s, struct str text, size_t step)
{
	uint8_t object[300];
	struct pem p;
	enum pem_event event = PEM_MORE;

	s->b = BUF(s->at);
	pem_init(&p, object, sizeof object);
	while (text.len && event != PEM_BAD) {
		struct str piece = str_part(text, 0, step);
		size_t used = 0;

		event = pem_feed(&p, piece, &used);
		must(used <= piece.len && (event != PEM_MORE || used == piece.len) && p.len <= p.cap);
		say(s, &p, event);
		text = str_part(text, used, text.len);
	}
	if (event == PEM_BAD)
		return;
	while ((event = pem_end(&p)) != PEM_MORE) {
		say(s, &p, event);
		if (event == PEM_BAD)
			return;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct said a, b;
	size_t step = len ? data[0] % 67 + 1 : 1;

	read_all(&a, (struct str){ (const char *)data, len }, len + 1);
	read_all(&b, (struct str){ (const char *)data, len }, step);
	must(str_eq(buf_str(&a.b), buf_str(&b.b)));
	return 0;
}
