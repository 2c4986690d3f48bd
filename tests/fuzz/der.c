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

/* Bytes that a head for `len` takes in DER. */
static size_t
head_len(size_t len)
{
	return len < 0x80 ? 2 : len < 0x100 ? 3 : len < 0x10000 ? 4 : 5;
}

static void
walk(struct str in)
{
	while (in.len) {
		struct str a = in, b = in, c = in, value, whole, number;
		unsigned tag, unused;
		uint32_t small;
		int64_t at;
		bool is, got = der_get(&a, &tag, &value);

		must(der_take_whole(&b, (unsigned char)in.at[0], &whole) == got);
		if (!got) {
			must(a.at == in.at && a.len == in.len && b.len == in.len);
			must(!der_take_bool(&c, &is) && !der_take_uint(&c, &number) && !der_take_small(&c, &small) &&
			    !der_take_bits(&c, &number, &unused) && !der_take_time(&c, &at));
			return;
		}
		must(whole.at == in.at && whole.len == head_len(value.len) + value.len && b.at == a.at && b.len == a.len);
		if (der_take_bool(&c, &is))
			must(tag == DER_BOOLEAN && value.len == 1);
		c = in;
		if (der_take_uint(&c, &number))
			must(tag == DER_INTEGER && (!number.len || number.at[0]) && number.len + 1 >= value.len);
		c = in;
		if (der_take_small(&c, &small))
			must(small < 0x80000000u && value.len <= 4);
		c = in;
		if (der_take_bits(&c, &number, &unused))
			must(tag == DER_BIT_STRING && unused < 8 && number.len + 1 == value.len);
		c = in;
		if (der_take_time(&c, &at))
			must(c.at == a.at);
		if (tag & 0x20)
			walk(value);
		in = a;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	if (len < 1 << 16)	/* as deep as it is long / 2 */
		walk((struct str){ (const char *)data, len });
	return 0;
}
