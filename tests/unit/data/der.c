/* tests/unit/data/der.c: the DER cursor: each rule of X.690 that it keeps, and every mutation of a small tree. */
/* SPDX-License-Identifier: MIT */
#include "data/der.h"
#include "tests/mutate.h"
#include "tests/tap.h"

/* What der_get says of these bytes: the length of the value, or -1; the rest is looked at too. */
static long
got(struct str in)
{
	struct str rest = in, value;
	unsigned tag;

	if (!der_get(&rest, &tag, &value))
		return rest.at == in.at && rest.len == in.len ? -1 : -2;
	return value.at + value.len == rest.at && rest.at + rest.len == in.at + in.len ? (long)value.len : -3;
}

static void
test_lengths(void)
{
	static char big[70000];
	struct str in = { big, sizeof big };

	is_int(got(S("")), -1, "nothing");
	is_int(got(S("\x04")), -1, "a tag alone");
	is_int(got(S("\x04\x00")), 0, "an empty value");
	is_int(got(S("\x04\x01")), -1, "one byte short");
	is_int(got(S("\x04\x01x")), 1, "one byte");
	is_int(got(S("\x04\x01xy")), 1, "and a rest");
	is_int(got(S("\x30\x80\x00\x00")), -1, "an indefinite length");
	is_int(got(S("\x04\x81\x01x")), -1, "a length that is longer than need be");
	is_int(got(S("\x1f\x01x")), -1, "a tag over 30");
	is_int(got(S("\x04\x84\x00\x00\x00\x00")), -1, "four bytes of length");
	is_int(got(S("\x04\xff")), -1, "the reserved length");
	is_int(got(S("\x04\x81")), -1, "a length that is cut");
	is_int(got(S("\x04\x82\x01")), -1, "a length that is cut in its middle");
	memcpy(big, "\x04\x81\x7f", 3);
	is_int(got(in), -1, "127 in two bytes");
	memcpy(big, "\x04\x81\x80", 3);
	is_int(got(in), 128, "128 in two bytes");
	memcpy(big, "\x04\x82\x00\xff", 4);
	is_int(got(in), -1, "255 in three bytes");
	memcpy(big, "\x04\x82\x01\x00", 4);
	is_int(got(in), 256, "256 in three bytes");
	memcpy(big, "\x04\x83\x00\xff\xff", 5);
	is_int(got(in), -1, "65535 in four bytes");
	memcpy(big, "\x04\x83\x01\x00\x00", 5);
	is_int(got(in), 65536, "65536 in four bytes");
	memcpy(big, "\x04\x83\xff\xff\xff", 5);
	is_int(got(in), -1, "more than there is");
}

static void
test_take(void)
{
	struct str in = S("\x30\x03\x02\x01\x05\x05\x00"), was = in, v;
	unsigned tag;

	ok(der_take_whole(&in, &v), "a whole value");
	is_str(v, S("\x30\x03\x02\x01\x05"), "with its head");
	ok(der_take_whole(&in, &v) && str_eq(v, S("\x05\x00")) && !in.len, "and the next, at the end");
	ok(!der_take_whole(&in, &v), "and no more");
	in = str_part(was, 0, 4);
	ok(!der_take_whole(&in, &v) && in.len == 4, "a cut one is not taken");
	in = was;
	ok(!der_take(&in, DER_SET, &v) && in.at == was.at && in.len == was.len, "another tag takes nothing");
	ok(der_take(&in, DER_SEQUENCE, &v), "a value");
	is_str(v, S("\x02\x01\x05"), "its content");
	is_str(in, S("\x05\x00"), "and what follows");
	ok(der_get(&was, &tag, &was) && tag == DER_SEQUENCE, "into a value");
	is_str(was, S("\x02\x01\x05"), "its content");
}

/* SEQUENCE { INTEGER, [0] OPTIONAL, SEQUENCE { OCTET STRING OPTIONAL, NULL }, BIT STRING } */
static const struct der_step form[] = {
	{ DER_SEQUENCE, DER_ENTER },
		{ DER_INTEGER, DER_KEEP },
		{ DER_CONTEXT(0), DER_MAYBE | DER_KEEP },
		{ DER_SEQUENCE, DER_ENTER },
			{ DER_OCTET_STRING, DER_MAYBE | DER_WHOLE },
			{ DER_NULL, DER_PASS },
		{ 0, DER_LEAVE },
		{ DER_BIT_STRING, DER_WHOLE },
	{ 0, DER_LEAVE },
	{ 0, DER_LEAVE },
};

static void
test_read(void)
{
	struct str part[4];

	ok(der_read(S("\x30\x10\x02\x01\x05\x80\x01x\x30\x05\x04\x01y\x05\x00\x03\x01\x00"), form, part), "all of a form");
	is_str(part[0], S("\x05"), "a content");
	is_str(part[1], S("x"), "an optional one");
	is_str(part[2], S("\x04\x01y"), "a whole");
	is_str(part[3], S("\x03\x01\x00"), "another");
	ok(der_read(S("\x30\x0a\x02\x01\x05\x30\x02\x05\x00\x03\x01\x00"), form, part), "without what may be missing");
	ok(!part[1].at && !part[1].len && !part[2].at && !part[2].len, "which is empty then");
	ok(der_read(S("\x30\x0c\x02\x01\x05\x80\x00\x30\x02\x05\x00\x03\x01\x00"), form, part) && part[1].at && !part[1].len,
		"and told from one that is there and empty");
	ok(!der_read(S(""), form, part), "nothing");
	ok(!der_read(S("\x30\x0a\x02\x01\x05\x30\x02\x05\x00\x03\x01\x00\x05\x00"), form, part), "bytes behind it");
	ok(!der_read(S("\x30\x0c\x02\x01\x05\x30\x02\x05\x00\x03\x01\x00\x05\x00"), form, part), "bytes at its end");
	ok(!der_read(S("\x30\x0c\x02\x01\x05\x30\x04\x05\x00\x05\x00\x03\x01\x00"), form, part), "bytes at an inner end");
	ok(!der_read(S("\x30\x07\x30\x02\x05\x00\x03\x01\x00"), form, part), "a value that must be there");
	ok(!der_read(S("\x30\x0c\x02\x01\x05\x80\x02\x30\x02\x05\x00\x03\x01\x00"), form, part), "an optional one that swallows the next");
	ok(!der_read(S("\x30\x0d\x02\x01\x05\x80\x81\x00\x30\x02\x05\x00\x03\x01\x00"), form, part), "an optional one that is broken");
}

/* A number as the reader has it, or -1. */
static long
got_uint(struct str content)
{
	long n = 0;
	struct str v;

	if (!der_is_uint(content, &v) || (v.len && !v.at[0]))
		return -1;
	for (size_t i = 0; i < v.len; i++)
		n = n << 8 | (unsigned char)v.at[i];
	return n;
}

static void
test_values(void)
{
	struct str v;
	unsigned unused;
	bool is;

	ok(der_is_bool(S("\x00"), &is) && !is, "false");
	ok(der_is_bool(S("\xff"), &is) && is, "true");
	ok(!der_is_bool(S("\x01"), &is), "true is FF");
	ok(!der_is_bool(S(""), &is), "no boolean at all");
	ok(!der_is_bool(S("\xff\xff"), &is), "two booleans");

	is_int(got_uint(S("\x00")), 0, "zero");
	is_int(got_uint(S("")), -1, "an integer of no bytes");
	is_int(got_uint(S("\x7f")), 127, "127");
	is_int(got_uint(S("\x80")), -1, "negative");
	is_int(got_uint(S("\x00\x80")), 128, "128");
	is_int(got_uint(S("\x00\x7f")), -1, "a zero that is not needed");
	is_int(got_uint(S("\x00\x00\x80")), -1, "two of them");
	is_int(got_uint(S("\x01\x00\x00\x00\x00")), 1L << 32, "2^32");
	ok(der_is_uint(S("\x00\xff\x01\x02\x03\x04\x05\x06\x07\x08\x09"), &v), "a large number");
	is_str(v, S("\xff\x01\x02\x03\x04\x05\x06\x07\x08\x09"), "without its zero");

	ok(der_is_bits(S("\x04\xf0"), &v, &unused) && unused == 4, "four bits");
	is_str(v, S("\xf0"), "in one byte");
	ok(der_is_bits(S("\x00"), &v, &unused) && unused == 0 && v.len == 0, "no bits");
	ok(!der_is_bits(S("\x01"), &v, &unused), "no bits, one of them unused");
	ok(!der_is_bits(S("\x08\x00"), &v, &unused), "eight unused bits");
	ok(!der_is_bits(S("\xff\x00"), &v, &unused), "255 of them");
	ok(!der_is_bits(S("\x04\xf8"), &v, &unused), "an unused bit that is set");
	ok(!der_is_bits(S(""), &v, &unused), "not even their count");
}

/* Walk all that is there, with every reader. Any answer will do that stays within the bytes. */
static bool
walk(struct str in, void *arg)
{
	struct str part[4], value;
	unsigned tag, unused;
	bool is;

	if (der_read(in, form, part) && part[3].at + part[3].len != in.at + in.len)
		return false;
	while (der_get(&in, &tag, &value)) {
		if (der_is_bool(value, &is) + der_is_uint(value, &part[0]) + der_is_bits(value, &part[1], &unused) > 3)
			return false;
		if (tag & 0x20 && !walk(value, arg))
			return false;
	}
	return true;
}

static void
test_mutations(void)
{
	struct str tree = S("\x30\x1a\x02\x01\x05\x80\x01x\x30\x0f\x04\x0b\x30\x09\x01\x01\xff\x02\x02\x00\x80\x31\x00\x05\x00"
		"\x03\x01\x00");

	is_int(mutate_cut(tree, walk, NULL), 0, "every cut");
	is_int(mutate_flip(tree, walk, NULL), 0, "every flip");
}

int
main(void)
{
	test_lengths();
	test_take();
	test_read();
	test_values();
	test_mutations();
	return tap_end();
}
