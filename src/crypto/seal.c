/* crypto/seal.c: encrypts one text to the holder of an X25519 key, as Vault Agent does for a sink with dh_type. */
/* SPDX-License-Identifier: MIT */
#include "crypto/seal.h"

#include "base/wipe.h"
#include "crypto/hash.h"
#include "data/code.h"
#include "data/json.h"

#include <bearssl_ec.h>

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

bool
seal_agree(struct seal *s, uint8_t private[SEAL_KEY], const uint8_t theirs[SEAL_KEY], bool derive)
{
	const br_ec_impl *ec = &br_ec_all_m31;
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
		return false;
	}
	if (derive)
		derive_key(s, theirs);
	return true;
}

int
seal_read_key(uint8_t theirs[SEAL_KEY], struct str text, struct arena *a, struct err *e)
{
	struct buf key = { .at = (char *)theirs, .cap = SEAL_KEY };
	struct json root, v;
	struct str base64 = S("");

	if (json_parse(&root, text, e) < 0 || json_get(root, "curve25519_public_key", &v, e) < 0 ||
	    (json_type(v) == JSON_STRING && json_string(v, a, &base64, e) < 0))
		return -1;
	if (!code_base64_decode(&key, base64) || key.full || key.len != SEAL_KEY)
		return err_set(e, ERR_PEER, CAUSE_ANSWER, "no curve25519_public_key of 32 bytes in base64");
	return 0;
}

size_t
seal_len(size_t n)
{
	return code_base64_len(n + GCM_TAG) + 160;	/* the keys' names and brackets are 67, the public key 44, the nonce 16 */
}

void
seal_add(struct buf *out, const struct seal *s, const uint8_t nonce[GCM_NONCE], struct str aad, struct str text, struct arena *a)
{
	struct buf b = arena_buf(a, text.len + GCM_TAG);
	uint8_t tag[GCM_TAG];

	buf_add_str(&b, text);
	if (b.full) {
		out->full = true;
		return;
	}
	gcm_run(bytes(s->key, SEAL_KEY), nonce, aad, (uint8_t *)b.at, b.len, true, tag);
	buf_add(&b, tag, sizeof tag);
	buf_fmt(out, "{\"curve25519_public_key\":\"");
	code_add_base64(out, bytes(s->own, SEAL_KEY));
	buf_fmt(out, "\",\"nonce\":\"");
	code_add_base64(out, bytes(nonce, GCM_NONCE));
	buf_fmt(out, "\",\"encrypted_payload\":\"");
	code_add_base64(out, buf_str(&b));
	buf_fmt(out, "\"}\n");
}
