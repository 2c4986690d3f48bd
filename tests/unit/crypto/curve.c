/* tests/unit/crypto/curve.c: X25519 and sums on P-256 by both arithmetics of curve.h: RFC 7748's own vectors, and each against the other where numbers are odd. */
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

/* --- x * Q + y * G on P-256, as signatures are verified. Numbers are 32 bytes. */

struct number {
	unsigned char at[POINT];
};

static struct number
small(unsigned n)
{
	return (struct number){ .at[POINT - 1] = (unsigned char)n };
}

/* The order less n, which is less than 0x51. */
static struct number
order_less(unsigned n)
{
	struct number r;
	size_t len;

	memcpy(r.at, br_ec_prime_i31.order(BR_EC_secp256r1, &len), POINT);
	r.at[POINT - 1] = (unsigned char)(r.at[POINT - 1] - n);
	return r;
}

/* Below the order, and as good as any. */
static struct number
any(unsigned seed)
{
	struct number r;

	for (size_t i = 0; i < POINT; i++) {
		seed = seed * 1103515245 + 12345;
		r.at[i] = (unsigned char)(seed >> 16);
	}
	r.at[0] &= 0x7f;
	return r;
}

/* Whether q * G is taken times x, plus y * G, to the same end by both: a point, or its lack. */
static bool
sums_agree(struct number q, struct number x, struct number y)
{
	unsigned char a[65], b[65];
	uint32_t is_point, is_too;

	if (br_ec_prime_i31.mulgen(a, q.at, POINT, BR_EC_secp256r1) != sizeof a)
		return false;
	memcpy(b, a, sizeof b);
	is_point = br_ec_all_m31.muladd(a, NULL, sizeof a, x.at, POINT, y.at, POINT, BR_EC_secp256r1);
	is_too = br_ec_prime_i31.muladd(b, NULL, sizeof b, x.at, POINT, y.at, POINT, BR_EC_secp256r1);
	return is_point == is_too && (!is_point || memcmp(a, b, sizeof a) == 0);
}

static void
sums(void)
{
	static const unsigned few[] = { 1, 2, 3, 4, 5, 16 };
	enum { FEW = sizeof few / sizeof *few };
	unsigned char a[65], b[65];
	struct number zero = small(0), y = any(7);
	size_t n = 0;

	for (unsigned i = 0; i < 20; i++)
		n += sums_agree(any(i), any(100 + i), any(200 + i));
	is_int(n, 20, "sums of any numbers");
	n = 0;
	for (unsigned i = 0; i < FEW * FEW; i++)
		n += sums_agree(small(1 + i % 2), small(few[i % FEW]), small(few[i / FEW]));
	is_int(n, FEW * FEW, "of small ones, where points meet");
	n = 0;
	for (unsigned i = 0; i < FEW; i++)
		n += sums_agree(small(1), small(few[i]), order_less(few[i])) + sums_agree(order_less(1), small(few[i]), small(few[i])) +
		    sums_agree(order_less(1), small(few[i] + 1), small(few[i])) + sums_agree(order_less(2), any(i), small(few[i]));
	is_int(n, 4 * FEW, "of opposite ones: no point, or the one that is left");
	br_ec_prime_i31.mulgen(a, y.at, POINT, BR_EC_secp256r1);
	memcpy(b, a, sizeof b);
	ok(br_ec_all_m31.muladd(b, NULL, sizeof b, zero.at, POINT, small(1).at, POINT, BR_EC_secp256r1) &&
	    memcmp(b, br_ec_prime_i31.generator(BR_EC_secp256r1, &n), sizeof b) == 0, "nothing of the one");
	memcpy(b, a, sizeof b);
	ok(br_ec_all_m31.muladd(b, NULL, sizeof b, small(1).at, POINT, zero.at, POINT, BR_EC_secp256r1) && memcmp(a, b, sizeof a) == 0, "of the other");
	memcpy(b, a, sizeof b);
	ok(!br_ec_all_m31.muladd(b, NULL, sizeof b, zero.at, POINT, zero.at, POINT, BR_EC_secp256r1), "of both: no point");
	memcpy(b, a, sizeof b);
	ok(br_ec_all_m31.muladd(b, NULL, sizeof b, small(1).at + POINT - 1, 1, zero.at, POINT, BR_EC_secp256r1) && memcmp(a, b, sizeof a) == 0,
	    "a shorter number");
	memcpy(b, a, sizeof b);
	ok(br_ec_all_m31.muladd(b, a, sizeof b, small(1).at, POINT, small(1).at, POINT, BR_EC_secp256r1) &&
	    br_ec_prime_i31.mul(a, sizeof a, small(2).at, POINT, BR_EC_secp256r1) && memcmp(a, b, sizeof a) == 0, "a point, and another one that is not the generator");
	b[64] ^= 1;
	ok(!br_ec_all_m31.muladd(b, NULL, sizeof b, small(1).at, POINT, small(1).at, POINT, BR_EC_secp256r1), "what is no point");
	ok(!br_ec_all_m31.muladd(a, b, sizeof a, small(1).at, POINT, small(1).at, POINT, BR_EC_secp256r1), "nor is the other");
	ok(!br_ec_all_m31.muladd(a, NULL, sizeof a - 1, small(1).at, POINT, small(1).at, POINT, BR_EC_secp256r1), "a point of another length");
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
	sums();
	return tap_end();
}
