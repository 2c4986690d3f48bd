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

	ok(!der_take(&in, DER_SET, &v) && in.at == was.at && in.len == was.len, "another tag takes nothing");
	ok(der_is_next(in, DER_SEQUENCE) && !der_is_next(in, DER_SET), "the next tag");
	ok(der_take_whole(&in, DER_SEQUENCE, &v), "a whole value");
	is_str(v, S("\x30\x03\x02\x01\x05"), "with its head");
	is_str(in, S("\x05\x00"), "and what follows");
	ok(!der_take_whole(&in, DER_SEQUENCE, &v), "not another");
	ok(!der_is_next(S(""), 0), "nothing is next at the end");
	in = was;
	ok(der_take(&in, DER_SEQUENCE, &v), "its content");
	is_str(v, S("\x02\x01\x05"), "alone");
}

/* A BOOLEAN: 0, 1, or -1 where it is none. */
static int
got_bool(struct str in)
{
	bool b;

	return der_take_bool(&in, &b) ? b : -1;
}

/* A number as the reader has it, or -1. */
static long
got_small(struct str in)
{
	uint32_t n;

	return der_take_small(&in, &n) ? (long)n : -1;
}

static void
test_values(void)
{
	struct str in, v;
	unsigned unused;
	int64_t at;

	is_int(got_bool(S("\x01\x01\x00")), 0, "false");
	is_int(got_bool(S("\x01\x01\xff")), 1, "true");
	is_int(got_bool(S("\x01\x01\x01")), -1, "true is FF");
	is_int(got_bool(S("\x01\x00")), -1, "no boolean at all");
	is_int(got_bool(S("\x01\x02\xff\xff")), -1, "two booleans");

	is_int(got_small(S("\x02\x01\x00")), 0, "zero");
	is_int(got_small(S("\x02\x00")), -1, "an integer of no bytes");
	is_int(got_small(S("\x02\x01\x7f")), 127, "127");
	is_int(got_small(S("\x02\x01\x80")), -1, "negative");
	is_int(got_small(S("\x02\x02\x00\x80")), 128, "128");
	is_int(got_small(S("\x02\x02\x00\x7f")), -1, "a zero that is not needed");
	is_int(got_small(S("\x02\x04\x7f\xff\xff\xff")), 0x7fffffff, "2^31 - 1");
	is_int(got_small(S("\x02\x05\x00\x80\x00\x00\x00")), -1, "2^31");
	is_int(got_small(S("\x02\x05\x01\x00\x00\x00\x00")), -1, "2^32");
	in = S("\x02\x09\x00\xff\x01\x02\x03\x04\x05\x06\x07");
	ok(der_take_uint(&in, &v), "a large number");
	is_str(v, S("\xff\x01\x02\x03\x04\x05\x06\x07"), "without its zero");

	in = S("\x03\x02\x04\xf0");
	ok(der_take_bits(&in, &v, &unused) && unused == 4, "four bits");
	is_str(v, S("\xf0"), "in one byte");
	in = S("\x03\x01\x00");
	ok(der_take_bits(&in, &v, &unused) && unused == 0 && v.len == 0, "no bits");
	in = S("\x03\x01\x01");
	ok(!der_take_bits(&in, &v, &unused), "no bits, one of them unused");
	in = S("\x03\x02\x08\x00");
	ok(!der_take_bits(&in, &v, &unused), "eight unused bits");
	in = S("\x03\x02\x04\xf8");
	ok(!der_take_bits(&in, &v, &unused), "an unused bit that is set");
	in = S("\x03\x00");
	ok(!der_take_bits(&in, &v, &unused), "not even their count");

	in = S("\x17\x0d" "300101000000Z");
	ok(der_take_time(&in, &at) && at == 1893456000, "UTCTime");
	in = S("\x18\x0f" "20500101000000Z");
	ok(der_take_time(&in, &at) && at == 2524608000, "GeneralizedTime");
	in = S("\x17\x0b" "3001010000Z");
	ok(!der_take_time(&in, &at), "a time without seconds");
	in = S("\x18\x0d" "300101000000Z");
	ok(!der_take_time(&in, &at), "a short time under the long one's tag");
}

/* Walk all that is there, with every reader. Any answer will do that stays within the bytes. */
static bool
walk(struct str in, void *arg)
{
	while (in.len) {
		struct str copy[6] = { in, in, in, in, in, in }, value;
		unsigned tag, unused;
		uint32_t n;
		int64_t at;
		bool b, taken;

		taken = der_take_bool(&copy[0], &b);
		taken = der_take_uint(&copy[1], &value) || taken;
		taken = der_take_small(&copy[2], &n) || taken;
		taken = der_take_bits(&copy[3], &value, &unused) || taken;
		taken = der_take_time(&copy[4], &at) || taken;
		taken = der_take_whole(&copy[5], (unsigned char)in.at[0], &value) || taken;
		if (!der_get(&in, &tag, &value))
			return !taken;
		if (value.len > in.len + value.len || (tag & 0x20 && !walk(value, arg)))
			return false;
	}
	return true;
}

static void
test_mutations(void)
{
	struct str tree = S("\x30\x2e\x01\x01\xff\x02\x02\x00\x80\x03\x02\x04\xf0\x30\x12\x17\x0d" "300101000000Z" "\x06\x01\x2a"
		"\x04\x81\x00\xa0\x03\x05\x00\x05\x31\x02\x0c\x00\x18\x00\x00\x00");

	is_int(mutate_cut(tree, walk, NULL), 0, "every cut");
	is_int(mutate_flip(tree, walk, NULL), 0, "every flip");
}

int
main(void)
{
	test_lengths();
	test_take();
	test_values();
	test_mutations();
	return tap_end();
}
