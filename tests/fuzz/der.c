/* tests/fuzz/der.c: fuzzes the DER cursor: what is taken, put together again, is what was there. */
/* SPDX-License-Identifier: MIT */
#include "data/der.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* SEQUENCE { [0] OPTIONAL, INTEGER, SEQUENCE { OCTET STRING OPTIONAL } } and whatever its first byte is, alone. */
static const struct der_step form[] = {
	{ DER_SEQUENCE, DER_ENTER }, { DER_CONTEXT(0), DER_MAYBE | DER_KEEP }, { DER_INTEGER, DER_WHOLE }, { DER_SEQUENCE, DER_ENTER },
	{ DER_OCTET_STRING, DER_MAYBE | DER_PASS }, { 0, DER_LEAVE }, { 0, DER_LEAVE }, { 0, DER_LEAVE },
};

/* Bytes that a head for `len` takes in DER. */
static size_t
head_len(size_t len)
{
	return len < 0x80 ? 2 : len < 0x100 ? 3 : len < 0x10000 ? 4 : 5;
}

static void
walk(struct str in)
{
	struct str part[2];

	if (der_read(in, form, part))
		must(in.at[0] == 0x30 && part[1].len > 1 && part[1].at[0] == DER_INTEGER && (!part[0].at || part[0].at < part[1].at));
	while (in.len) {
		struct str rest = in, value, whole, number;
		struct der_step one[] = { { (uint8_t)in.at[0], DER_WHOLE }, { 0, DER_LEAVE } };
		unsigned tag, unused;
		bool is;

		if (!der_get(&rest, &tag, &value)) {
			must(rest.at == in.at && rest.len == in.len && !der_read(in, one, &whole));
			return;
		}
		must(tag == one->tag && value.at == in.at + head_len(value.len) && value.at + value.len == rest.at &&
		    rest.at + rest.len == in.at + in.len);
		must(der_read(in, one, &whole) == !rest.len && whole.at == in.at && whole.at + whole.len == rest.at);
		whole = in;
		must(der_take_whole(&whole, &number) && whole.at == rest.at && number.at == in.at && number.at + number.len == rest.at);
		if (der_is_bool(value, &is))
			must(value.len == 1);
		if (der_is_uint(value, &number))
			must((!number.len || number.at[0]) && number.len + 1 >= value.len);
		if (der_is_bits(value, &number, &unused))
			must(unused < 8 && number.len + 1 == value.len);
		if (tag & 0x20)
			walk(value);
		in = rest;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	if (len < 1 << 16)	/* as deep as it is long / 2 */
		walk((struct str){ (const char *)data, len });
	return 0;
}
