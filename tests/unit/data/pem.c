/* tests/unit/data/pem.c: the PEM reader: what it takes and refuses, with its line, and every mutation and split. */
/* SPDX-License-Identifier: MIT */
#include "base/buf.h"
#include "data/pem.h"
#include "tests/mutate.h"
#include "tests/tap.h"

/* All that a text says, as text: "CERTIFICATE@1=68656a " for an object, "big@1 ", "line 3 is not base64". */
struct told {
	char at[2048];
	struct buf b;
	struct pem pem;
	uint8_t object[48];
};

static void
tell(struct told *t, enum pem_event event)
{
	const struct pem *p = &t->pem;

	if (event == PEM_OBJECT) {
		buf_fmt(&t->b, "%.*s%s@%u=", STR(p->label), p->has_head ? "*" : "", p->first_line);
		for (size_t i = 0; i < p->len; i++)
			buf_fmt(&t->b, "%x%x", p->at[i] >> 4, p->at[i] & 15);
		buf_add_c(&t->b, ' ');
	} else if (event == PEM_TOO_BIG) {
		buf_fmt(&t->b, "big@%u ", p->first_line);
	} else if (event == PEM_BAD) {
		buf_fmt(&t->b, "line %u %s", p->line, p->why);
	}
}

static enum pem_event
feed(struct told *t, struct str piece)
{
	enum pem_event event;

	do {
		size_t used;

		event = pem_feed(&t->pem, piece, &used);
		if (event != PEM_BAD)
			tell(t, event);
		piece = str_part(piece, used, piece.len);
	} while (event != PEM_BAD && piece.len);
	return event;
}

static struct str
read_pieces(struct told *t, struct str a, struct str b)
{
	t->b = BUF(t->at);
	pem_init(&t->pem, t->object, sizeof t->object);
	feed(t, a);
	feed(t, b);
	tell(t, pem_end(&t->pem));
	return buf_str(&t->b);
}

static void
reads(const char *text, const char *want, const char *name)
{
	static struct told t;

	is_str(read_pieces(&t, str_of(text), S("")), str_of(want), "%s", name);
}

#define BEGIN "-----BEGIN A B-----\n"
#define END "-----END A B-----\n"

static void
test_taken(void)
{
	reads("", "", "nothing");
	reads("just\ntext: with - and ----- and =\n", "", "text alone");
	reads(BEGIN "aGVq\n" END, "A B@1=68656a ", "an object");
	reads(BEGIN "aGVq\n-----END A B-----", "A B@1=68656a ", "a last line without its end");
	reads("-----BEGIN A B-----\r\naGVq\r\n-----END A B-----\r\n", "A B@1=68656a ", "CR LF");
	reads("-----BEGIN A B-----  \naG Vq\t\n  -----END", "line 3 is not base64", "a boundary must begin its line");
	reads("-----BEGIN A B----- \t\n aG Vq\t\n-----END A B-----  \n", "A B@1=68656a ", "blanks");
	reads(BEGIN "aG\nV\nq\n\n" END, "A B@1=68656a ", "lines of any length, empty ones too");
	reads(BEGIN END, "A B@1= ", "an empty object");
	reads(BEGIN "aGU=\n" END, "A B@1=6865 ", "one pad");
	reads(BEGIN "aA==\n" END, "A B@1=68 ", "two pads");
	reads(BEGIN "aA=\n=\n" END, "A B@1=68 ", "pads on two lines");
	reads("one\n" BEGIN "aGVq\n" END "two\n" BEGIN "aGVqIQ==\n" END "three", "A B@2=68656a A B@6=68656a21 ", "text between objects");
	reads(BEGIN "aGVq\n" END BEGIN "aGVq\n" END, "A B@1=68656a A B@4=68656a ", "no text between objects");
	reads(BEGIN "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,0123\n\naGVq\n" END, "A B*@1=68656a ", "header fields");
	reads(BEGIN "Long: first\n second\n\taGVq\n\naGVq\n" END, "A B*@1=68656a ", "a header field of several lines");
	reads(BEGIN "aGVqaGVqaGVqaGVqaGVqaGVqaGVqaGVqaGVqaGVqaGVqaGVqaGVqaGVqaGVqaGVq\n" END,
		"A B@1=68656a68656a68656a68656a68656a68656a68656a68656a68656a68656a68656a68656a68656a68656a68656a68656a ",
		"as many bytes as there is room for");
	reads(BEGIN "aGVqaGVqaGVqaGVqaGVqaGVqaGVqaGVqaGVqaGVqaGVqaGVqaGVqaGVqaGVqaGVqaA==\n" END BEGIN "aGVq\n" END, "big@1 A B@4=68656a ",
		"one byte more, and the next object");
}

static void
test_refused(void)
{
	reads(BEGIN "aGVq\n", "line 1 begins an object that does not end", "no end");
	reads(BEGIN "aGVq", "line 1 begins an object that does not end", "no end, within a line");
	reads("-----BEGIN A B-----", "line 1 begins an object that does not end", "nothing but a beginning");
	reads(BEGIN "aGVq\n-----END A", "line 3 is a broken boundary", "half an end");
	reads(BEGIN "aG?q\n" END, "line 2 is not base64", "a strange byte");
	reads(BEGIN "aGVq\naG:q\n" END, "line 3 is not base64", "a header field after data");
	reads(BEGIN "a\n" END, "line 3 ends an object whose base64 is cut", "a lone character");
	reads(BEGIN "aA\n" END, "line 3 ends an object whose base64 is cut", "padding that is missing");
	reads(BEGIN "aA=\n" END, "line 3 ends an object whose base64 is cut", "half of it");
	reads(BEGIN "aB==\n" END, "line 3 ends an object whose base64 is cut", "bits that are not used and not zero");
	reads(BEGIN "a===\n" END, "line 2 is not base64", "three pads");
	reads(BEGIN "aGVq=\n" END, "line 2 is not base64", "a pad where none is due");
	reads(BEGIN "aA==aGVq\n" END, "line 2 is not base64", "data after padding");
	reads(BEGIN "aGVq\n-----END A-----\n", "line 3 does not end the object that began", "another label at the end");
	reads(BEGIN "aGVq\n" BEGIN "aGVq\n" END, "line 3 begins an object inside another", "a lost end");
	reads("aGVq\n" END, "line 2 ends an object that did not begin", "a lost beginning");
	reads("-----BEGIN A B----\naGVq\n" END, "line 1 is a broken boundary", "four hyphens");
	reads("-----BEGIN -----\n", "line 1 is a broken boundary", "no label");
	reads("-----BEGIN A B------\n", "line 1 is a broken boundary", "six hyphens");
	reads("-----BEGIN XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX-----\n", "line 1 is a broken boundary",
		"a label that is too long");
	reads("-----BEGIN XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX-----\n", "line 1 begins an object that does not end", "one that is as long as may be");
	reads(BEGIN "aGVq\n-\n" END, "line 3 is a broken boundary", "a hyphen");
}

static void
test_sticky(void)
{
	struct pem p;
	uint8_t object[4];
	size_t used;

	pem_init(&p, object, sizeof object);
	is_int(pem_feed(&p, S("x\n-----END A-----\n"), &used), PEM_BAD, "bad");
	is_int(pem_feed(&p, S("fine\n"), &used), PEM_BAD, "bad for ever");
	is_int(p.line, 2, "with its line");
	is_int(pem_end(&p), PEM_BAD, "to the end");
}

#define TEXT "# two\r\n" BEGIN "Proc-Type: 4\n\naGVqaGVq\naGU=\n" END "-----BEGIN C-----\r\naGVq\r\n-----END C-----"
#define TOLD "A B*@2=68656a68656a6865 C@8=68656a "

static bool
split(struct str a, struct str b, void *arg)
{
	static struct told t;

	(void)arg;
	return str_eq(read_pieces(&t, a, b), S(TOLD));
}

/* Half a text never passes for a whole one: it says less, or that it is broken. */
static bool
cut(struct str in, void *arg)
{
	static struct told t;
	struct str got = read_pieces(&t, in, S(""));

	(void)arg;
	return str_has_prefix(S(TOLD), got) || str_find(got, S("line ")) != SIZE_MAX;
}

/* Any answer will do, as long as it comes. */
static bool
flip(struct str in, void *arg)
{
	static struct told t;

	(void)arg;
	return read_pieces(&t, in, S("")).len < sizeof t.at;
}

int
main(void)
{
	test_taken();
	test_refused();
	test_sticky();
	is_int(mutate_split(S(TEXT), split, NULL), 0, "every split says the same");
	is_int(mutate_cut(S(TEXT), cut, NULL), 0, "every cut");
	is_int(mutate_flip(S(TEXT), flip, NULL), 0, "every flip");
	return tap_end();
}
