/* crypto/seal.c: encrypts one text to the holder of an X25519 key, as Vault Agent does for a sink with dh_type. */
/* SPDX-License-Identifier: MIT */
#include "crypto/seal.h"

#include "base/wipe.h"
#include "crypto/curve.h"
#include "crypto/hash.h"
#include "data/code.h"
#include "data/json.h"

static struct str
bytes(const void *at, size_t n)
{
	return (struct str){ at, n };
}

/* HKDF's extraction, and the first and only block of its expansion. */
static void
derive_key(struct seal *s, const uint8_t *theirs)
{
	struct str mine = bytes(s->own, SEAL_KEY), other = bytes(theirs, SEAL_KEY);
	bool first = str_cmp(mine, other) < 0;
	uint8_t info[SEAL_KEY + 1];

	memcpy(info, first ? theirs : s->own, SEAL_KEY);
	info[SEAL_KEY] = 1;
	hash_hmac_sha256(first ? mine : other, bytes(s->key, SEAL_KEY), s->key);
	hash_hmac_sha256(bytes(s->key, SEAL_KEY), bytes(info, sizeof info), s->key);
}

int
seal_agree(struct seal *s, uint8_t private[SEAL_KEY], const uint8_t theirs[SEAL_KEY], bool derive, struct err *e)
{
	const br_ec_impl *ec = CURVE_25519;
	uint8_t any = 0, differs = 0;

	ec->mulgen(s->own, private, SEAL_KEY, BR_EC_curve25519);
	memcpy(s->key, theirs, SEAL_KEY);
	ec->mul(s->key, SEAL_KEY, private, SEAL_KEY, BR_EC_curve25519);	/* every u is good for something: it cannot fail */
	wipe(private, SEAL_KEY);
	for (size_t i = 0; i < SEAL_KEY; i++) {
		any |= s->key[i];
		differs |= s->own[i] ^ theirs[i];
	}
	if (!any || !differs) {
		wipe(s, sizeof *s);
		return err_set(e, ERR_PEER, CAUSE_ANSWER, "no secret comes of the key");
	}
	if (derive)
		derive_key(s, theirs);
	return 0;
}

/* The envelope's keys; the peer's file has the first of them. */
static const char names[] = "curve25519_public_key\0" "nonce\0" "encrypted_payload";

int
seal_read_key(uint8_t theirs[SEAL_KEY], struct str text, struct arena *a, struct err *e)
{
	struct buf key = { .at = (char *)theirs, .cap = SEAL_KEY };
	struct json root, v;
	struct str base64 = S("");

	if (json_parse(&root, text, e) < 0 || json_get(root, names, &v, e) < 0 ||
	    (json_type(v) == JSON_STRING && json_string(v, a, &base64, e) < 0))
		return -1;
	if (!code_base64_decode(&key, base64) || key.full || key.len != SEAL_KEY)
		return err_set(e, ERR_PEER, CAUSE_ANSWER, "no %s of 32 bytes in base64", names);
	return 0;
}

size_t
seal_len(size_t n)
{
	return code_base64_len(n + GCM_TAG) + 160;	/* the names and what is around them have 67, the public key 44, the nonce 16 */
}

void
seal_add(struct buf *out, const struct seal *s, const uint8_t nonce[GCM_NONCE], struct str aad, struct str text, struct arena *a)
{
	struct buf b = arena_buf(a, text.len + GCM_TAG);
	struct str part[] = { bytes(s->own, SEAL_KEY), bytes(nonce, GCM_NONCE), bytes(b.at, text.len + GCM_TAG) };
	const char *name = names;

	buf_add_str(&b, text);
	if (b.full) {
		out->full = true;
		return;
	}
	gcm_run(bytes(s->key, SEAL_KEY), nonce, aad, (uint8_t *)b.at, text.len, true, (uint8_t *)b.at + text.len);
	for (unsigned i = 0; i < 3; i++, name = str_next(name)) {
		buf_fmt(out, "%c\"%s\":\"", i ? ',' : '{', name);
		code_add_base64(out, part[i]);
		buf_add_c(out, '"');
	}
	buf_add(out, "}\n", 2);
}
