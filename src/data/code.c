/* data/code.c: base64 and hex, branch-free in the bytes' values. */
/* SPDX-License-Identifier: MIT */
#include "data/code.h"

/* In this file, (a - b) >> 8 of unsigned a, b < 256 is 0 when a >= b, and has its low 24 bits set when a < b. */

size_t
code_base64_len(size_t n)
{
	return (n + 2) / 3 * 4;
}

static char
base64_digit(unsigned v)
{
	unsigned c = v + 'A';	/* each line: past this border, the step to the next range of ASCII */

	c += (25 - v) >> 8 & ('a' - 'A' - 26);
	c -= (51 - v) >> 8 & ('a' - '0' + 26);
	c -= (61 - v) >> 8 & ('0' - '+' + 10);
	c += (62 - v) >> 8 & ('/' - '+' - 1);
	return (char)c;
}

void
code_add_base64(struct buf *out, struct str bytes)
{
	for (size_t i = 0; i < bytes.len; i += 3) {
		size_t n = bytes.len - i < 3 ? bytes.len - i : 3;
		unsigned bits = 0;
		char four[4];

		for (size_t k = 0; k < 3; k++)
			bits = bits << 8 | (k < n ? (unsigned char)bytes.at[i + k] : 0);
		for (size_t k = 0; k < 4; k++)
			four[k] = k > n ? '=' : base64_digit(bits >> (18 - 6 * k) & 63);
		buf_add(out, four, sizeof four);
	}
}

/* v + 1 when low <= c <= high, else 0. */
static unsigned
in_range(unsigned c, unsigned low, unsigned high, unsigned v)
{
	return (v + 1) & ((((c - low) | (high - c)) >> 31) - 1);
}

int
code_base64_value(unsigned char c)
{
	return (int)(in_range(c, 'A', 'Z', c - 'A') | in_range(c, 'a', 'z', c - 'a' + 26u) |
	    in_range(c, '0', '9', c - '0' + 52u) | in_range(c, '+', '+', 62) | in_range(c, '/', '/', 63)) - 1;
}

bool
code_base64_decode(struct buf *out, struct str text)
{
	unsigned bits = 0, pad = 0;
	int all = 0;	/* negative once a value was */

	if (text.len % 4)
		return false;
	for (; pad < 2 && text.len && text.at[text.len - 1] == '='; pad++)
		text.len--;
	for (size_t i = 0; i < text.len; i++) {
		int v = code_base64_value((unsigned char)text.at[i]);

		all |= v;
		bits = bits << 6 | ((unsigned)v & 63);
		if (i % 4)
			buf_add_c(out, (char)(bits >> (6 - 2 * (i % 4))));
	}
	return all >= 0 && !(bits & ((1u << 2 * pad) - 1));
}

static char
hex_digit(unsigned v)
{
	return (char)(v + '0' + ((9 - v) >> 8 & ('a' - '9' - 1)));
}

void
code_add_hex(struct buf *out, struct str bytes)
{
	for (size_t i = 0; i < bytes.len; i++) {
		unsigned char c = (unsigned char)bytes.at[i];

		buf_add_c(out, hex_digit(c >> 4));
		buf_add_c(out, hex_digit(c & 15));
	}
}

int
code_hex_value(char c)
{
	unsigned digit = (unsigned)(unsigned char)c - '0', letter = ((unsigned)(unsigned char)c | 32) - 'a';

	return digit <= 9 ? (int)digit : letter <= 5 ? (int)letter + 10 : -1;
}
