/* tests/unit/crypto/seal.c: encrypted sinks as Python's cryptography makes them (tests/vectors/seal.tsv), keys that are none, and files of keys mutilated. */
/* SPDX-License-Identifier: MIT */
#include "crypto/seal.h"

#include "data/code.h"
#include "tests/mutate.h"
#include "tests/slurp.h"
#include "tests/tap.h"

static char memory[1 << 16], room[8][4096];
static struct arena arena = { .at = memory, .cap = sizeof memory };
static struct err err;

static struct str
unhex(unsigned slot, struct str text)
{
	struct buf b = BUF(room[slot]);

	for (size_t i = 0; i + 1 < text.len; i += 2)
		buf_add_c(&b, (char)(code_hex_value(text.at[i]) << 4 | code_hex_value(text.at[i + 1])));
	return buf_str(&b);
}

static bool
is_zero(const void *at, size_t n)
{
	const char *c = at;

	while (n && !c[n - 1])
		n--;
	return !n;
}

static void
test_vectors(void)
{
	struct str rest = slurp("tests/vectors/seal.tsv");
	static char made[8192];
	unsigned n = 0;

	while (rest.len) {
		struct str in = str_cut(&rest, '\n'), word[8];
		struct buf out = { .at = made };
		uint8_t private[SEAL_KEY];
		struct seal s;

		for (unsigned i = 0; i < 8; i++) {
			word[i] = str_cut(&in, '\t');
			if (i > 0 && i < 7)
				word[i] = unhex(i, word[i]);
		}
		memcpy(private, word[1].at, SEAL_KEY);
		n++;
		ok(seal_agree(&s, private, (const uint8_t *)word[2].at, str_is(word[0], "1"), &err) == 0, "line %u: agreed", n);
		is_str(((struct str){ (char *)s.key, SEAL_KEY }), word[6], "the key");
		ok(is_zero(private, sizeof private), "the private key is wiped");
		out.cap = seal_len(word[5].len);
		seal_add(&out, &s, (const uint8_t *)word[3].at, word[4], word[5], &arena);
		ok(!out.full && out.len && made[out.len - 1] == '\n', "fits");
		is_str(str_cut_eol(buf_str(&out)), word[7], "the envelope");
		arena_wipe(&arena);
	}
	ok(n > 100, "%u lines", n);
}

/* Points whose product with any private key of X25519 is zero: all of small order, and the same written over the prime or with the top
   bit set. */
static void
test_small_order(void)
{
	static const char *const points[] = {
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
		"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	};

	for (size_t i = 0; i < 2 * sizeof points / sizeof *points; i++) {
		struct str point = unhex(0, str_of(points[i / 2]));
		uint8_t private[SEAL_KEY];
		struct seal s;

		room[0][SEAL_KEY - 1] = (char)(room[0][SEAL_KEY - 1] ^ (i % 2 ? 0x80 : 0));
		memset(private, 0x5a, sizeof private);
		ok(seal_agree(&s, private, (const uint8_t *)point.at, i / 2 % 2, &err) < 0, "refused: %s%s", points[i / 2], i % 2 ? ", top bit flipped" : "");
		ok(is_zero(private, sizeof private) && is_zero(&s, sizeof s), "and nothing is left");
	}
}

/* The peer's key is our own: refused whether or not it is derived, for a file that shows us ourselves is a mistake. */
static void
test_own(void)
{
	uint8_t private[SEAL_KEY];
	struct seal s, t;

	for (int derive = 0; derive < 2; derive++) {
		memset(private, 0x42, sizeof private);
		ok(seal_agree(&s, private, (const uint8_t *)"\x09-1234567890123456789012345678901", derive, &err) == 0, "some key");
		memset(private, 0x42, sizeof private);
		ok(seal_agree(&t, private, s.own, derive, &err) < 0 && is_zero(&t, sizeof t), "our own is refused");
		is_line(&err, "no secret comes of the key", "the line");
	}
}

/* --- The peer's file */

#define GOOD "3p7bfXt9wbTTW2HC7OQ1Nz+DQ8hbeGdNrfx+FG+IK08="

static void
is_refused(const char *text, const char *line)
{
	uint8_t key[SEAL_KEY];

	ok(seal_read_key(key, str_of(text), &arena, &err) < 0, "refused: %s", text);
	is_line(&err, line, "the line");
	ok(err.code == ERR_PEER && err.cause == CAUSE_ANSWER, "its code and cause");
}

static void
is_taken(const char *text)
{
	uint8_t key[SEAL_KEY];
	struct str want = unhex(0, S("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"));

	ok(seal_read_key(key, str_of(text), &arena, &err) == 0, "taken: %zu bytes", strlen(text));
	is_str(((struct str){ (char *)key, sizeof key }), want, "the key");
}

static void
test_file(void)
{
	static const char line[] = "no curve25519_public_key of 32 bytes in base64";

	is_taken("{\"curve25519_public_key\":\"" GOOD "\"}");
	is_taken(" {\n\t\"curve25519_public_key\" : \"" GOOD "\"\n}\n");
	is_taken("{\"nonce\":\"\",\"curve25519_public_key\":\"" GOOD "\",\"other\":[{}]}");
	is_taken("{\"curve25519\\u005fpublic_key\":\"\\u0033p7bfXt9wbTTW2HC7OQ1Nz+DQ8hbeGdNrfx+FG+IK08=\"}");
	is_refused("", "json: bad value at byte 0");
	is_refused("{\"curve25519_public_key\":\"" GOOD "\"} x", "json: more than one value at byte 73");
	is_refused("{\"curve25519_public_key\":\"" GOOD, "json: bad string at byte 70");
	is_refused("{\"curve25519_public_key\":\"" GOOD "\",\"curve25519_public_key\":\"" GOOD "\"}", "json: key \"curve25519_public_key\" stands twice");
	is_refused("{}", line);
	is_refused("[]", line);
	is_refused("null", line);
	is_refused("\"" GOOD "\"", line);
	is_refused("[\"curve25519_public_key\",\"" GOOD "\"]", line);
	is_refused("{\"Curve25519_public_key\":\"" GOOD "\"}", line);
	is_refused("{\"curve25519_public_key\":null}", line);
	is_refused("{\"curve25519_public_key\":[222,158]}", line);
	is_refused("{\"curve25519_public_key\":\"\"}", line);
	is_refused("{\"curve25519_public_key\":\"3p7bfXt9wbTTW2HC7OQ1Nz+DQ8hbeGdNrfx+FG+IK09=\"}", line);	/* its last bits are not zero */
	is_refused("{\"curve25519_public_key\":\"3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08=\"}", line);	/* URL-safe */
	is_refused("{\"curve25519_public_key\":\"3p7bfXt9wbTTW2HC7OQ1Nz+DQ8hbeGdNrfx+FG+IK08\"}", line);
	is_refused("{\"curve25519_public_key\":\"3p7bfXt9wbTTW2HC7OQ1Nz+DQ8hbeGdNrfx+FG+IK08=\\n\"}", line);
	is_refused("{\"curve25519_public_key\":\"3p7bfXt9wbTTW2HC7OQ1Nz+DQ8hbeGdNrfx+FG+IK0==\"}", line);	/* 31 bytes */
	is_refused("{\"curve25519_public_key\":\"3p7bfXt9wbTTW2HC7OQ1Nz+DQ8hbeGdNrfx+FG+IK08A\"}", line);	/* 33 */
	is_refused("{\"curve25519_public_key\":\"" GOOD GOOD "\"}", line);
}

/* A key, or one printable line that says what was wrong. */
static bool
reads(struct str text, void *arg)
{
	uint8_t key[SEAL_KEY];
	int r = seal_read_key(key, text, &arena, &err);

	arena_wipe(&arena);
	if (arg && text.len < *(const size_t *)arg)	/* cut: refused */
		return r < 0 && str_is_printable(str_of(err.line));
	return r == 0 || str_is_printable(str_of(err.line));
}

int
main(void)
{
	struct str file = S("{\"curve25519_public_key\":\"" GOOD "\"}");
	struct arena small = { .at = memory, .cap = 64 };
	struct buf out = { .at = room[0], .cap = sizeof room[0] };
	struct seal s = { { 1 }, { 2 } };

	test_vectors();
	test_small_order();
	test_own();
	test_file();
	is_int(mutate_cut(file, reads, &file.len), 0, "cut at every byte");
	is_int(mutate_flip(file, reads, NULL), 0, "every bit flipped");

	seal_add(&out, &s, (const uint8_t *)"0123456789ab", S(""), S("0123456789012345678901234567890123456789012345678"), &small);
	ok(out.full && !out.len, "no room in the arena: nothing is written");
	for (size_t cap = 0; cap < 200; cap++) {
		out = (struct buf){ .at = room[0], .cap = cap };
		arena_wipe(&arena);
		seal_add(&out, &s, (const uint8_t *)"0123456789ab", S("a"), S("text"), &arena);
		if (out.full != (cap < 156))
			break;
		if (cap == 199)
			ok(true, "nor anything longer than its room");
	}
	return tap_end();
}
