/* tests/unit/crypto/hash.c: SHA-256 (FIPS 180-4's examples) and HMAC (RFC 4231), whole and in pieces. */
/* SPDX-License-Identifier: MIT */
#include "crypto/hash.h"
#include "data/code.h"
#include "tests/tap.h"

static char text[2 * HASH_LEN];

static struct str
hex(const uint8_t out[HASH_LEN])
{
	struct buf b = BUF(text);

	code_add_hex(&b, (struct str){ (const char *)out, HASH_LEN });
	return buf_str(&b);
}

static void
hashes(struct str bytes, const char *want)
{
	uint8_t out[HASH_LEN];
	struct hash h;

	hash_sha256(bytes, out);
	is_str(hex(out), str_of(want), "sha-256 of %zu bytes", bytes.len);
	for (size_t i = 0; i <= bytes.len; i++) {
		hash_init(&h);
		hash_add(&h, str_part(bytes, 0, i));
		hash_out(&h, out);
		hash_add(&h, str_part(bytes, i, bytes.len));
		hash_out(&h, out);
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
	return tap_end();
}
