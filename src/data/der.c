/* data/der.c: a cursor over DER. */
/* SPDX-License-Identifier: MIT */
#include "data/der.h"

#include "data/date.h"

/* The value at the front: its identifier byte, where its content begins, and where it ends. X.690 8.1, 10.1. */
static bool
measure(struct str in, unsigned *tag, size_t *begin, size_t *end)
{
	const unsigned char *at = (const unsigned char *)in.at;
	size_t head = 2, len;

	if (in.len < 2 || (at[0] & 0x1f) == 0x1f)
		return false;
	len = at[1];
	if (len >= 0x80) {
		size_t n = len & 0x7f;

		if (n < 1 || n > 3 || in.len - 2 < n || !at[2])
			return false;
		len = 0;
		for (size_t i = 0; i < n; i++)
			len = len << 8 | at[2 + i];	/* below 2^24 */
		if (len < 0x80)
			return false;
		head += n;
	}
	if (in.len - head < len)
		return false;
	*tag = at[0];
	*begin = head;
	*end = head + len;
	return true;
}

bool
der_get(struct str *in, unsigned *tag, struct str *value)
{
	size_t begin, end;

	if (!measure(*in, tag, &begin, &end))
		return false;
	*value = str_part(*in, begin, end);
	*in = str_part(*in, end, in->len);
	return true;
}

bool
der_take(struct str *in, unsigned tag, struct str *value)
{
	unsigned got;

	return der_is_next(*in, tag) && der_get(in, &got, value);
}

bool
der_take_whole(struct str *in, unsigned tag, struct str *whole)
{
	size_t begin, end;
	unsigned got;

	if (!measure(*in, &got, &begin, &end) || got != tag)
		return false;
	*whole = str_part(*in, 0, end);
	*in = str_part(*in, end, in->len);
	return true;
}

bool
der_is_next(struct str in, unsigned tag)
{
	return in.len && (unsigned char)in.at[0] == tag;
}

bool
der_take_bool(struct str *in, bool *out)
{
	struct str rest = *in, v;

	if (!der_take(&rest, DER_BOOLEAN, &v) || v.len != 1 || (v.at[0] && (unsigned char)v.at[0] != 0xff))
		return false;
	*out = v.at[0];
	*in = rest;
	return true;
}

bool
der_take_uint(struct str *in, struct str *magnitude)
{
	struct str rest = *in, v;

	if (!der_take(&rest, DER_INTEGER, &v) || !v.len || v.at[0] & 0x80)
		return false;
	if (!v.at[0]) {
		v = str_part(v, 1, v.len);
		if (v.len && !(v.at[0] & 0x80))	/* the zero was not needed */
			return false;
	}
	*magnitude = v;
	*in = rest;
	return true;
}

bool
der_take_small(struct str *in, uint32_t *out)
{
	struct str rest = *in, v;
	uint32_t n = 0;

	if (!der_take_uint(&rest, &v) || v.len > 4 || (v.len == 4 && v.at[0] & 0x80))
		return false;
	for (size_t i = 0; i < v.len; i++)
		n = n << 8 | (unsigned char)v.at[i];
	*out = n;
	*in = rest;
	return true;
}

bool
der_take_bits(struct str *in, struct str *bytes, unsigned *unused)
{
	struct str rest = *in, v;
	unsigned n;

	if (!der_take(&rest, DER_BIT_STRING, &v) || !v.len)
		return false;
	n = (unsigned char)v.at[0];
	if (n > 7 || (v.len == 1 && n) || (unsigned char)v.at[v.len - 1] & (n ? (1u << n) - 1 : 0))
		return false;
	*bytes = str_part(v, 1, v.len);
	*unused = n;
	*in = rest;
	return true;
}

bool
der_take_time(struct str *in, int64_t *out_s)
{
	struct str rest = *in, v;
	unsigned tag;

	if (!der_get(&rest, &tag, &v) || (tag != DER_UTC_TIME && tag != DER_GENERALIZED_TIME) ||
	    !date_parse_asn1(v, tag == DER_GENERALIZED_TIME, out_s))
		return false;
	*in = rest;
	return true;
}
