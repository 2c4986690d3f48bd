/* tests/unit/crypto/hash.c: SHA-2 (FIPS 180-4's examples) and HMAC (RFC 4231), whole and in two pieces. */
/* SPDX-License-Identifier: MIT */
#include "crypto/hash.h"
#include "data/code.h"
#include "tests/tap.h"

static char text[2 * HASH_MAX];

static struct str
hex_of(const uint8_t *out, size_t n)
{
	struct buf b = BUF(text);

	code_add_hex(&b, (struct str){ (const char *)out, n });
	return buf_str(&b);
}

static struct str
hex(const uint8_t out[HASH_LEN])
{
	return hex_of(out, HASH_LEN);
}

static void
hashes(struct str bytes, const char *want)
{
	uint8_t out[HASH_LEN];

	hash_sha256(bytes, out);
	is_str(hex(out), str_of(want), "sha-256 of %zu bytes", bytes.len);
	for (size_t i = 0; i <= bytes.len; i++) {
		hash_two(&br_sha256_vtable, str_part(bytes, 0, i), str_part(bytes, i, bytes.len), out);
		if (!str_eq(hex(out), str_of(want)))
			break;
		if (i == bytes.len)
			ok(true, "and in any two pieces");
	}
}

static void
macs(struct str key, struct str data, const char *want)
{
	uint8_t out[HASH_LEN];

	hash_hmac_sha256(key, data, out);
	is_str(hex(out), str_of(want), "hmac with a key of %zu bytes", key.len);
}

/* The longer ones: of "abc", and RFC 4231's second case. */
static void
longer(const br_hash_class *kind, const char *want, const char *want_mac)
{
	uint8_t out[HASH_MAX];

	hash_two(kind, S("a"), S("bc"), out);
	is_str(hex_of(out, hash_len(kind)), str_of(want), "sha-%zu", 8 * hash_len(kind));
	hash_hmac(kind, S("Jefe"), S("what do ya want for nothing?"), out);
	is_str(hex_of(out, hash_len(kind)), str_of(want_mac), "hmac with it");
}

int
main(void)
{
	char key[131];
	uint8_t chain[HASH_LEN] = "key";

	hashes(S(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	hashes((struct str){ 0 }, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	hashes(S("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	hashes(S("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
		"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	memset(key, 0x0b, 20);
	macs((struct str){ key, 20 }, S("Hi There"), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	macs(S("Jefe"), S("what do ya want for nothing?"), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, sizeof key);
	macs((struct str){ key, 131 }, S("Test Using Larger Than Block-Size Key - Hash Key First"),
		"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
	macs((struct str){ 0 }, (struct str){ 0 }, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
	hash_hmac_sha256((struct str){ (char *)chain, 3 }, S("data"), chain);
	is_str(hex(chain), S("5031fe3d989c6d1537a013fa6e739da23463fdaec3b70137d828e36ace221bd0"), "into its own key, as SigV4 does");
	is_int(hash_len(&br_sha256_vtable), HASH_LEN, "32 bytes");
	longer(&br_sha384_vtable, "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
		"af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649");
	longer(&br_sha512_vtable, "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
		"2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
		"164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
	return tap_end();
}
