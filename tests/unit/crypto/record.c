/* tests/unit/crypto/record.c: records, Poly1305 and digests against other arithmetic (tests/vectors/record.tsv), both ways, and each record changed. */
/* SPDX-License-Identifier: MIT */
#include "base/buf.h"
#include "crypto/hash.h"
#include "crypto/tlsparts.h"
#include "data/code.h"
#include "tests/slurp.h"
#include "tests/tap.h"

#include <bearssl_block.h>

static struct tls t;

static size_t
unhex(struct str hex, uint8_t *out)
{
	for (size_t i = 0; i < hex.len / 2; i++)
		out[i] = (uint8_t)(code_hex_value(hex.at[2 * i]) << 4 | code_hex_value(hex.at[2 * i + 1]));
	return hex.len / 2;
}

static unsigned
number(struct str s)
{
	unsigned n = 0;

	for (size_t i = 0; i < s.len; i++)
		n = 10 * n + (unsigned)(s.at[i] - '0');
	return n;
}

/* The record as its row has it into rec, content or ciphertext; bytes of content. Keys are as fresh as the row says. */
static size_t
set_up(const struct str word[7], unsigned which, struct str text, uint8_t *rec)
{
	struct tls_key *k = &t.key[which];
	uint8_t *at;

	memset(&t, 0, sizeof t);
	t.suite = (uint8_t)number(word[0]);
	k->on = true;
	unhex(word[1], k->secret);
	unhex(str_part(word[2], 0, tls_is_gcm(&t) ? 8 : 24), k->iv);
	unhex(word[3], k->seq);
	rec[0] = (uint8_t)number(word[4]);
	rec[1] = rec[2] = 3;
	at = rec + tls_head(&t, which);
	if (tls_is_gcm(&t))
		unhex(word[3], rec + 5);
	unhex(text, at);
	return word[5].len / 2;
}

static void
test_record(const struct str word[7])
{
	uint8_t rec[600], want[600], next[8];
	size_t n = set_up(word, TLS_OUT_KEY, word[5], rec), head = tls_head(&t, TLS_OUT_KEY), missed = 0;

	unhex(word[3], next);
	for (int i = 8; i-- && !++next[i];)
		;
	unhex(word[6], want);
	ok(tls_protect(&t, TLS_OUT_KEY, rec, n) && memcmp(rec + head, want, n + 16) == 0 && memcmp(t.key[TLS_OUT_KEY].seq, next, 8) == 0,
		"suite %u seals %zu bytes", t.suite, n);
	unhex(word[5], want);
	set_up(word, TLS_IN_KEY, word[6], rec);
	ok(tls_protect(&t, TLS_IN_KEY, rec, n) && memcmp(rec + head, want, n) == 0, "and opens them");
	for (size_t bit = 0; bit < 8 * (n + 16); bit += bit < 8 * n ? 5 : 1) {
		set_up(word, TLS_IN_KEY, word[6], rec);
		rec[head + bit / 8] ^= (uint8_t)(1 << bit % 8);
		missed += tls_protect(&t, TLS_IN_KEY, rec, n);
	}
	is_int(missed, 0, "and none with a bit changed");
}

/* In place of ChaCha20: r and s are the key itself. */
static uint32_t
plain(const void *key, const void *iv, uint32_t count, void *data, size_t n)
{
	(void)iv;
	if (!count)
		memcpy(data, key, n);
	return count;
}

static void
test_poly(const struct str word[7])
{
	uint8_t key[32], text[200], want[16], tag[16];
	size_t n = unhex(word[1], text);

	unhex(word[0], key);
	unhex(word[2], want);
	br_poly1305_ctmul32_run(key, NULL, text, n, "", 0, tag, plain, 1);
	ok(memcmp(tag, want, sizeof tag) == 0, "poly1305 of %zu bytes, r = %.*s", n, 32, word[0].at);
}

static void
test_digests(const struct str word[7])
{
	static uint8_t each[301 * HASH_MAX];
	unsigned bits = number(word[0]);
	const br_hash_class *kind = bits == 256 ? &br_sha256_vtable : bits == 384 ? &br_sha384_vtable : &br_sha512_vtable;
	uint8_t text[300], want[HASH_MAX], got[HASH_MAX];
	size_t len = hash_len(kind);

	for (unsigned i = 0; i < sizeof text; i++)
		text[i] = (uint8_t)i;
	for (size_t n = 0; n <= sizeof text; n++)
		hash_two(kind, (struct str){ (char *)text, n / 3 }, (struct str){ (char *)text + n / 3, n - n / 3 }, each + n * len);
	hash_two(kind, (struct str){ (char *)each, 301 * len }, S(""), got);
	unhex(word[1], want);
	ok(memcmp(got, want, len) == 0, "sha-%u of every length", bits);
}

int
main(void)
{
	struct str text = slurp("tests/vectors/record.tsv");
	unsigned records = 0, polys = 0, digests = 0;

	while (text.len) {
		struct str in = str_cut(&text, '\n'), kind = str_cut(&in, '\t'), word[7];

		for (int i = 0; i < 7; i++)
			word[i] = str_cut(&in, '\t');
		if (str_is(kind, "record")) {
			test_record(word);
			records++;
		} else if (str_is(kind, "poly")) {
			test_poly(word);
			polys++;
		} else if (str_is(kind, "sha")) {
			test_digests(word);
			digests++;
		}
	}
	is_int(records, 141, "records");
	is_int(polys, 115, "sums");
	is_int(digests, 3, "hashes");
	return tap_end();
}
