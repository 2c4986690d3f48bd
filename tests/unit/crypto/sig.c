/* tests/unit/crypto/sig.c: signatures by Go, right and wrong (tests/vectors/sig.tsv), and each right one changed. */
/* SPDX-License-Identifier: MIT */
#include "crypto/sig.h"
#include "base/buf.h"
#include "data/code.h"
#include "tests/slurp.h"
#include "tests/tap.h"

static const struct str message = { "What a pantler signs for, he has.", 33 };

/* Kept until the slot is used again. */
static struct str
unhex(unsigned slot, struct str hex)
{
	static char room[2][1024];

	for (size_t i = 0; i < hex.len / 2; i++)
		room[slot][i] = (char)(code_hex_value(hex.at[2 * i]) << 4 | code_hex_value(hex.at[2 * i + 1]));
	return (struct str){ room[slot], hex.len / 2 };
}

static bool
verify(unsigned scheme, const br_x509_pkey *key, struct str signature)
{
	return sig_fits(scheme, key) && sig_verify(scheme, key, str_part(message, 0, 7), str_part(message, 7, message.len), signature);
}

/* A right signature, each byte of it changed, and of another length. Each bit takes too long. */
static size_t
count_wrong(unsigned scheme, const br_x509_pkey *key, struct str signature)
{
	static char copy[1024];
	size_t taken = 0;

	memcpy(copy, signature.at, signature.len);
	copy[signature.len] = 0;
	for (size_t i = 0; i < signature.len; i++) {
		copy[i] ^= (char)(1u << i % 8);
		taken += verify(scheme, key, (struct str){ copy, signature.len });
		copy[i] = signature.at[i];
	}
	for (size_t i = 0; i <= signature.len + 1; i++)
		taken += i != signature.len && verify(scheme, key, (struct str){ copy, i });
	return taken + sig_verify(scheme, key, message, S("."), signature) + sig_verify(scheme, key, str_part(message, 1, 33), S(""), signature);
}

/* RFC 6979 A.2.5, P-256 with SHA-256 over "sample": in ASN.1. RSA's is looked at by BearSSL in tlsclient.c. */
static void
test_sign(void)
{
	struct str x = unhex(0, S("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721"));
	struct str want = unhex(1, S("3046022100EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
		"022100F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"));
	struct key key = { .type = BR_KEYTYPE_EC, .ec = { 23, (unsigned char *)x.at, x.len } };
	uint8_t out[SIG_MAX];
	struct str got = { (char *)out, sig_sign(0x0403, &key, S("sample"), out) };

	is_str(got, want, "RFC 6979's signature");
}

int
main(void)
{
	struct str text = slurp("tests/vectors/sig.tsv"), rest = text;
	unsigned char e[] = { 1, 0, 1 };
	br_x509_pkey ec = { .key_type = BR_KEYTYPE_EC }, rsa = { .key_type = BR_KEYTYPE_RSA };
	unsigned right = 0, fit = 0, last = 0;

	test_sign();
	while (rest.len) {
		struct str in = str_cut(&rest, '\n'), word[6], sig;
		br_x509_pkey key = { 0 };
		unsigned scheme = 0;

		if (str_begins(in, "#"))
			continue;
		for (int i = 0; i < 6; i++)
			word[i] = str_cut(&in, '\t');
		for (int i = 0; i < 4; i++)
			scheme = scheme << 4 | (unsigned)code_hex_value(word[0].at[i]);
		word[2] = unhex(0, word[2]);
		sig = unhex(1, word[3]);
		if (str_is(word[1], "rsa")) {
			key.key_type = BR_KEYTYPE_RSA;
			key.key.rsa = (br_rsa_public_key){ (unsigned char *)word[2].at, word[2].len, e, sizeof e };
		} else {
			key.key_type = BR_KEYTYPE_EC;
			key.key.ec = (br_ec_public_key){ 20 + word[1].at[2] - '0', (unsigned char *)word[2].at, word[2].len };
		}
		is_int(verify(scheme, &key, sig), str_is(word[4], "yes"), "%04x %.*s", scheme, STR(word[5]));
		if (!str_is(word[4], "yes"))
			continue;
		right++;
		if (scheme == last)	/* one of a kind takes long enough */
			continue;
		last = scheme;
		if (word[2].len == 65 || word[2].len == 257)
			is_int(count_wrong(scheme, &key, sig), 0, "and changed it is not taken");
	}
	ok(right > 50, "%u right ones", right);
	/* Which schemes go with which key: all that there could be. */
	for (unsigned s = 0; s < 65536; s++) {
		bool is_ec = s == 0x0403 || s == 0x0503 || s == 0x0603;
		bool is_rsa = s == 0x0401 || s == 0x0501 || s == 0x0601 || s == 0x0804 || s == 0x0805 || s == 0x0806;

		fit += sig_fits(s, &ec) == is_ec && sig_fits(s, &rsa) == is_rsa;
	}
	is_int(fit, 65536, "nine schemes, and no other");
	return tap_end();
}
