/* tests/unit/vault/nonce.c: the file of a nonce: there and back, every cut and flip, another instance's. */
/* SPDX-License-Identifier: MIT */
#include "vault/nonce.h"

#include "tests/mutate.h"
#include "tests/tap.h"

#define ID "i-0123456789abcdef0"
#define NONCE "5defbf9e-canary-3063-bdfc"
#define LONGEST "12345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678"
#define MALFORMED "it does not hold an instance id and a nonce, a line each"

static struct err err;

static bool
is_shut(struct str file, void *arg)
{
	struct str nonce = S("before");

	(void)arg;
	return nonce_parse(&nonce, file, S(ID), &err) < 0 && err.code == ERR_INPUT && err.cause == CAUSE_FILE &&
	    str_eq(nonce, S("before")) && str_is_printable(str_of(err.line)) && str_find(str_of(err.line), S("canary")) == SIZE_MAX;
}

/* Every cut but the whole is refused. */
static bool
is_cut_allowed(struct str file, void *arg)
{
	return file.len == sizeof ID NONCE "\n" || is_shut(file, arg);
}

static bool
is_flip_allowed(struct str file, void *arg)
{
	struct str nonce;

	return is_shut(file, arg) || (nonce_parse(&nonce, file, S(ID), &err) == 0 && nonce_is_valid(nonce));
}

static const struct {
	struct str file;
	const char *line;
} rows[] = {
	{ S(""), MALFORMED }, { S("\n\n"), MALFORMED }, { S(ID), MALFORMED }, { S(ID "\n"), MALFORMED }, { S(ID "\n\n"), MALFORMED },
	{ S(ID "\n" NONCE), MALFORMED }, { S("\n" NONCE "\n"), MALFORMED }, { S(ID "\n" NONCE "\n\n"), MALFORMED },
	{ S(ID "\n" NONCE "\nx"), MALFORMED }, { S(ID "\r\n" NONCE "\r\n"), MALFORMED }, { S(ID "\n" NONCE "\r\n"), MALFORMED },
	{ S(ID "\n" NONCE " \n"), MALFORMED }, { S(ID " \n" NONCE "\n"), MALFORMED }, { S(ID "\n" NONCE "\0\n"), MALFORMED },
	{ S(ID "\ncanary\x7f\n"), MALFORMED }, { S(ID "\ncanary\xc3\xa9\n"), MALFORMED }, { S(ID "\n" LONGEST "x\n"), MALFORMED },
	{ S("\xef\xbb\xbf" ID "\n" NONCE "\n"), MALFORMED }, { S(LONGEST "\n" NONCE "\n"), MALFORMED },
	{ S("i-1\n" NONCE "\n"), "its nonce is of instance i-1, and this is " ID },
	{ S(ID "0\n" NONCE "\n"), "its nonce is of instance " ID "0, and this is " ID },
};

int
main(void)
{
	struct str whole = S(ID "\n" NONCE "\n"), nonce;
	char text[NONCE_FILE_MAX];
	struct buf b = BUF(text);

	ok(nonce_parse(&nonce, whole, S(ID), &err) == 0, "a file");
	is_str(nonce, S(NONCE), "its nonce");
	nonce_format(&b, S(ID), nonce);
	is_str(buf_str(&b), whole, "and back");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ok(is_shut(rows[i].file, NULL), "row %zu is refused", i);
		is_line(&err, rows[i].line, "row %zu, its line", i);
		ok(!err.hint[0] == !strcmp(rows[i].line, MALFORMED), "row %zu, its hint", i);
	}
	is_int(mutate_cut(whole, is_cut_allowed, NULL), 0, "cut at every byte");
	is_int(mutate_flip(whole, is_flip_allowed, NULL), 0, "every bit flipped");
	ok(nonce_is_valid(S("x")) && nonce_is_valid(S(LONGEST)) && !nonce_is_valid(S("")) && !nonce_is_valid(S(LONGEST "x")) &&
	    !nonce_is_valid(S("a b")) && !nonce_is_valid(S("a\n")), "what is a nonce");
	b.len = 0;
	nonce_format(&b, str_part(S(LONGEST), 0, NONCE_INSTANCE_MAX), S(LONGEST));
	ok(!b.full && b.len == NONCE_FILE_MAX && nonce_parse(&nonce, buf_str(&b), str_part(S(LONGEST), 0, NONCE_INSTANCE_MAX), &err) == 0 &&
	    nonce.len == NONCE_MAX, "the longest");
	return tap_end();
}
