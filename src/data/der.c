/* data/der.c: reads DER. */
/* SPDX-License-Identifier: MIT */
#include "data/der.h"

bool
der_get(struct str *in, unsigned *tag, struct str *value)
{
	const unsigned char *at = (const unsigned char *)in->at;
	struct str v;
	size_t head = 2, len;

	/* X.690 8.1 and 10.1. */
	if (in->len < 2 || (at[0] & 0x1f) == 0x1f)
		return false;
	len = at[1];
	if (len >= 0x80) {
		head += len & 0x7f;
		if (head < 3 || head > 5 || in->len < head || !at[2])
			return false;
		len = 0;
		for (size_t i = 2; i < head; i++)
			len = len << 8 | at[i];	/* below 2^24 */
		if (len < 0x80)
			return false;
	}
	if (in->len - head < len)
		return false;
	*tag = at[0];
	v = (struct str){ in->at + head, len };
	in->at += head + len;
	in->len -= head + len;
	*value = v;
	return true;
}

bool
der_take(struct str *in, unsigned tag, struct str *value)
{
	struct str rest = *in, v;
	unsigned got;

	if (!der_get(&rest, &got, &v) || got != tag)
		return false;
	*in = rest;
	*value = v;
	return true;
}

bool
der_take_whole(struct str *in, struct str *whole)
{
	struct str rest = *in, v;
	unsigned tag;

	if (!der_get(&rest, &tag, &v))
		return false;
	*whole = str_part(*in, 0, in->len - rest.len);
	*in = rest;
	return true;
}

bool
der_read(struct str in, const struct der_step *form, struct str *out)
{
	struct str outer[DER_DEPTH];
	unsigned depth = 0;

	for (;; form++) {
		struct str value = { 0 }, whole = in;
		unsigned how = form->how & ~(unsigned)DER_MAYBE;

		if (how == DER_LEAVE) {
			if (in.len || !depth)
				return !in.len;
			in = outer[--depth];
			continue;
		}
		if (!der_take(&in, form->tag, &value)) {
			if (!(form->how & DER_MAYBE))
				return false;
			whole.at = NULL;	/* a broken value is not lost here: it is left over at the end */
		}
		whole.len -= in.len;
		if (how == DER_ENTER) {
			outer[depth++] = in;
			in = value;
		} else if (how != DER_PASS) {
			*out++ = how == DER_KEEP ? value : whole;
		}
	}
}

bool
der_is_bool(struct str content, bool *out)
{
	*out = content.len && content.at[0];
	return content.len == 1 && (!content.at[0] || (unsigned char)content.at[0] == 0xff);
}

bool
der_is_uint(struct str content, struct str *magnitude)
{
	bool zero = content.len && !content.at[0];

	*magnitude = str_part(content, zero, content.len);
	/* A zero in front is there when the next bit is set, or when it is all there is. */
	return content.len && (!magnitude->len || !(magnitude->at[0] & 0x80) == !zero);
}

bool
der_is_bits(struct str content, struct str *bytes, unsigned *unused)
{
	unsigned n = content.len ? (unsigned char)content.at[0] : 8;

	*bytes = str_part(content, 1, content.len);
	*unused = n;
	if (!bytes->len)
		return !n;
	return n < 8 && !((unsigned char)bytes->at[bytes->len - 1] & ((1u << n) - 1));
}
