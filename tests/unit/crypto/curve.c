/* tests/unit/crypto/curve.c: X25519 by both arithmetics of curve.h: RFC 7748's own vectors, and each against the other where numbers are odd. */
/* SPDX-License-Identifier: MIT */
#include "crypto/curve.h"

#include "data/code.h"
#include "tests/tap.h"

#include <string.h>

#define POINT 32

/* Section 5.2 of RFC 7748: u and k are 9; then k is the product, u the old k, n times over. */
static bool
iterates_to(const br_ec_impl *ec, unsigned n, const char *hex)
{
	unsigned char k[POINT] = { 9 }, u[POINT] = { 9 }, r[POINT];
	bool same = true;

	while (n-- > 0) {
		memcpy(r, u, POINT);
		if (!ec->mul(r, POINT, k, POINT, BR_EC_curve25519))
			return false;
		memcpy(u, k, POINT);
		memcpy(k, r, POINT);
	}
	for (int i = 0; i < POINT; i++)
		same &= k[i] == (code_hex_value(hex[2 * i]) << 4 | code_hex_value(hex[2 * i + 1]));
	return same;
}

/* Points of no order, at and above p = 2^255 - 19, with the highest bit set: a first byte, what the others are, the last. */
static const unsigned char odd[][3] = {
	{ 0, 0, 0 }, { 1, 0, 0 }, { 2, 0, 0 }, { 9, 0, 0x80 }, { 0xec, 0xff, 0x7f }, { 0xed, 0xff, 0x7f }, { 0xee, 0xff, 0x7f },
	{ 0xff, 0xff, 0x7f }, { 0xff, 0xff, 0xff }, { 0xed, 0xff, 0xff }, { 0x13, 0, 0x40 }, { 0x5a, 0x5a, 0x5a },
};

static bool
agree_on(const unsigned char *seed, unsigned char fill)
{
	unsigned char k[POINT], a[POINT], b[POINT];

	memset(k, fill, POINT);
	memset(a, seed[1], POINT);
	a[0] = seed[0];
	a[POINT - 1] = seed[2];
	memcpy(b, a, POINT);
	return br_ec_all_m31.mul(a, POINT, k, POINT, BR_EC_curve25519) && br_ec_c25519_i31.mul(b, POINT, k, POINT, BR_EC_curve25519) &&
	    memcmp(a, b, POINT) == 0;
}

int
main(void)
{
	static const char once[] = "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079";
	static const char often[] = "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51";
	unsigned char k[POINT], a[POINT], b[POINT];

	ok(iterates_to(&br_ec_c25519_i31, 1, once), "31-bit words of any length: once");
	ok(iterates_to(&br_ec_c25519_i31, 1000, often), "31-bit words of any length: a thousand times");
	ok(iterates_to(&br_ec_all_m31, 1000, often), "words of its own: a thousand times");
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
		ok(agree_on(odd[i], 0) && agree_on(odd[i], 0xff) && agree_on(odd[i], 0xa5), "both agree on odd point %zu", i);
	memset(k, 0x77, sizeof k);
	ok(br_ec_all_m31.mulgen(a, k, POINT, BR_EC_curve25519) == POINT && br_ec_c25519_i31.mulgen(b, k, POINT, BR_EC_curve25519) == POINT &&
	    memcmp(a, b, POINT) == 0, "both agree on the generator's multiple");
	ok(!br_ec_c25519_i31.mul(b, POINT - 1, k, POINT, BR_EC_curve25519), "a point of another length is refused");
	return tap_end();
}
