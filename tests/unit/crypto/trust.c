/* tests/unit/crypto/trust.c: the search for anchors: what is kept, passed over and refused, in pieces of every size. */
/* SPDX-License-Identifier: MIT */
#include "crypto/trust.h"
#include "data/code.h"
#include "tests/certs.h"
#include "tests/mutate.h"
#include "tests/tap.h"

static char memory[1 << 20];
static struct arena arena = { .at = memory, .cap = sizeof memory };
static struct trust found;
static struct certs_source source;
static struct err e;

/* Look for the subjects of these certificates ("root int"). */
static int
find(const char *names, struct str text, size_t step)
{
	struct str wanted[16], rest = str_of(names);
	size_t n = 0;

	while (rest.len) {
		struct str word = str_cut(&rest, ' ');
		struct cert c;
		char name[40];

		snprintf(name, sizeof name, "%.*s", STR(word));
		if (!cert_parse(&c, certs_der(name)))
			exit(1);
		wanted[n++] = c.subject;
	}
	arena_wipe(&arena);
	e.line[0] = 0;
	return trust_find(&found, certs_trust(&source, text, step), wanted, n, &arena, &e);
}

static void
keeps(const char *names, const char *files, unsigned n)
{
	is_int(find(names, certs_cat(files), 0), 0, "\"%s\" among \"%s\"", names, files);
	is_int(found.anchor_n, n, "anchors");
}

static void
test_found(void)
{
	keeps("root", "root", 1);
	is_str(found.anchor[0].whole, certs_der("root"), "all of it");
	ok(found.anchor[0].whole.at >= memory && found.anchor[0].whole.at < memory + arena.len, "in the arena");
	ok(found.anchor[0].spki.at > found.anchor[0].whole.at && found.anchor[0].spki.at < found.anchor[0].whole.at + found.anchor[0].whole.len,
		"and its parts within it");
	is_int(found.seen_n, 1, "one was seen");
	keeps("root", "leaf int other root root-v1 self", 1);
	is_int(found.seen_n, 6, "six were seen");
	keeps("root int", "leaf int other root root-v1 self", 2);
	keeps("int2", "leaf int other root", 0);
	keeps("twin-a", "twin-a root twin-b", 2);
	keeps("root", "root root root", 1);
	keeps("new", "new cross cross-expired", 3);
	keeps("leaf", "leaf", 1);
}

static void
refuses(struct str text, const char *line)
{
	is_int(find("root", text, 0), -1, "refused");
	is_line(&e, line, "its sentence");
	is_int(e.cause, CAUSE_FILE, "its cause");
}

#define BEGIN "-----BEGIN CERTIFICATE-----\n"
#define END "-----END CERTIFICATE-----\n"

/* This text, then what stands in a file, then that text. */
static struct str
join(struct str a, const char *names, struct str b)
{
	static char text[1 << 18];
	struct buf buf = BUF(text);

	buf_add_str(&buf, a);
	buf_add_str(&buf, certs_cat(names));
	buf_add_str(&buf, b);
	return buf_str(&buf);
}

static void
test_files(void)
{
	static char big[40000];
	struct buf b = BUF(big);
	struct str root = certs_cat("root");

	refuses(S(""), "ca.pem: holds no certificate");
	refuses(S("nothing here\n"), "ca.pem: holds no certificate");
	refuses(S("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"), "ca.pem: holds no certificate");
	refuses(S("\n\n" BEGIN "AAAA\n" END), "ca.pem: certificate in line 3 cannot be decoded");
	refuses(S(BEGIN "A?AA\n" END), "ca.pem: line 2 is not base64");
	refuses(join(S("# ours\n"), "root", S(BEGIN "AAAA\n")),
		"ca.pem: line 13 begins an object that does not end");
	is_int(find("root", join(S(BEGIN "AAAA\n" END), "root", S("")), 0), 0, "one that cannot be decoded, and a good one");
	is_int(found.skipped_n, 1, "one was passed over");
	is_int(found.skipped_line, 1, "its line");
	is_int(found.anchor_n, 1, "the other was found");

	buf_add_str(&b, S(BEGIN));
	for (int i = 0; i < 350; i++)
		buf_add_str(&b, S("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"));
	buf_add_str(&b, S(END));
	is_int(find("root", join(buf_str(&b), "root", S("")), 0), 0, "one that is too long, and a good one");
	is_int(found.skipped_n, 1, "one was passed over");
	is_int(found.anchor_n, 1, "the other was found");

	is_int(find("root", join(S("-----BEGIN CERTIFICATE-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n" END), "root", S("")), 0), 0, "header fields");
	is_int(found.skipped_n, 1, "one was passed over");

	/* Files are apart: a last line without its end, and lines count from 1 in each. */
	is_int(find("root int", join(str_part(certs_cat("int"), 0, certs_cat("int").len - 1), "", S("")), 0), 0, "no line end");
	is_int(found.anchor_n, 1, "found");
	b.len = 0;
	buf_add_str(&b, str_part(certs_cat("int"), 0, certs_cat("int").len - 1));
	buf_add_c(&b, 0);
	buf_add_str(&b, root);
	is_int(find("root int", buf_str(&b), 7), 0, "two files");
	is_int(found.anchor_n, 2, "an anchor of each");
	buf_add_c(&b, 0);
	buf_add_str(&b, S("\n" END));
	refuses(buf_str(&b), "ca.pem: line 2 ends an object that did not begin");
}

/* One name with many keys: more than there can be in good faith. */
static void
test_many(void)
{
	static char text[1 << 16], der[2000];
	struct buf b = BUF(text);
	struct str twin = certs_der("twin-a");
	struct cert c;

	memcpy(der, twin.at, twin.len);
	if (!cert_parse(&c, (struct str){ der, twin.len }))
		exit(1);
	for (int i = 0; i <= TRUST_ANCHORS; i++) {
		der[c.spki.at + c.spki.len - 1 - der] = (char)i;	/* the last byte of its point */
		buf_add_str(&b, S(BEGIN));
		code_add_base64(&b, (struct str){ der, twin.len });
		buf_add_str(&b, S("\n" END));
		if (i == TRUST_ANCHORS - 1) {
			is_int(find("twin-a", buf_str(&b), 0), 0, "%d keys of one name", TRUST_ANCHORS);
			is_int(found.anchor_n, TRUST_ANCHORS, "are kept");
		}
	}
	is_int(find("twin-a", buf_str(&b), 0), -1, "one more");
	is_line(&e, "server's certificates name more than 16 trusted CAs", "its sentence");
	is_int(e.cause, CAUSE_TLS, "its cause");
}

/* What the system trusts: all of it is understood, and each is found by its own name. */
static void
test_system(void)
{
	static char copy[1 << 20];
	struct str text = slurp("/etc/ssl/certs/ca-certificates.crt");
	static struct str der[400];
	unsigned n, kept = 0;

	if (!text.at) {
		printf("ok %d - the system's bundle # SKIP there is no /etc/ssl/certs/ca-certificates.crt\n", ++tap_n);
		return;
	}
	memcpy(copy, text.at, text.len);
	text.at = copy;
	n = certs_decode(text, der, 400);
	for (unsigned i = 0; i < n; i++) {
		struct cert c;

		if (!cert_parse(&c, der[i])) {
			ok(false, "certificate %u is read", i);
			continue;
		}
		arena_wipe(&arena);
		if (trust_find(&found, certs_trust(&source, text, 0), &c.subject, 1, &arena, &e) == 0 && found.seen_n == n &&
		    !found.skipped_n && found.anchor_n >= 1)
			kept++;
	}
	is_int(kept, n, "each of the system's certificates is found by its name");
	ok(n > 0, "%u certificates in %zu bytes", n, text.len);
}

/* A bundle that is read in pieces says the same. */
static void
test_pieces(void)
{
	struct str text = certs_cat("leaf int other root");
	size_t wrong = 0;

	for (size_t step = 1; step < 300; step++)
		wrong += find("root int", text, step) < 0 || found.anchor_n != 2 || found.seen_n != 4;
	is_int(wrong, 0, "pieces of 1 to 299 bytes");
	is_int(source.rewinds, 1, "one look at the source a search");
}

static bool
decided(struct str in, void *arg)
{
	(void)arg;
	return find("root int", in, 0) == 0 ? !*e.line && found.anchor_n <= 2 : *e.line && strchr(e.line, ':');
}

int
main(void)
{
	certs_make();
	test_found();
	test_files();
	test_many();
	test_system();
	test_pieces();
	is_int(mutate_cut(certs_cat("int root"), decided, NULL), 0, "every cut");
	is_int(mutate_flip(certs_cat("int"), decided, NULL), 0, "every flip");
	return tap_end();
}
