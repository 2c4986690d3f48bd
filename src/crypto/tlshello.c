/* crypto/tlshello.c: the TLS engine's hellos: what we offer, and what the server makes of it. */
/* SPDX-License-Identifier: MIT */
#include "crypto/tlsparts.h"

#include <string.h>

enum extension {
	EXT_SERVER_NAME = 0,
	EXT_GROUPS = 10,
	EXT_POINT_FORMATS = 11,
	EXT_MASTER_SECRET = 23,
	EXT_RENEGOTIATION = 0xff01,
};

#define RANDOM_AT 6	/* in ClientHello */
/* What follows the random bytes: all but the server's name is the same each time. */
static const char offer[] =
	"\0"					/* no session to be resumed */
#define SUITES_AT 3
	/* ECDHE and AEAD, forward secret all. ChaCha20 first: without AES instructions it is seven times as fast as constant-time
	   AES. tls.suite counts in this list. */
	"\0\x0c\xcc\xa9\xcc\xa8\xc0\x2b\xc0\x2f\xc0\x2c\xc0\x30"
	"\1\0"					/* no compression */
#define EXTENSIONS_AT (SUITES_AT + 12 + 2)
	"\0\0"					/* length of the extensions */
	"\xff\x01\0\1\0"			/* renegotiation_info: this is a first handshake (RFC 5746 section 3.4) */
	"\0\x0a\0\x0a\0\x08\0\x1d\0\x17\0\x18\0\x19"	/* groups: X25519, which costs least, P-256, P-384, P-521 */
	"\0\x0b\0\2\1\0"			/* points: uncompressed */
	"\0\x17\0\0"				/* extended master secret (RFC 7627) */
	"\0\x0d\0\x14\0\x12\4\3\5\3\6\3\x08\4\x08\5\x08\6\4\1\5\1\6\1";	/* signatures: ECDSA, RSA PSS, RSA PKCS#1 */

uint32_t
tls_take_number(struct str *in, unsigned bytes)
{
	const uint8_t *at = tls_take(in, bytes);
	uint32_t n = 0;

	while (at && bytes--)
		n = n << 8 | *at++;
	return n;
}

struct str
tls_take_vector(struct str *in, unsigned bytes)
{
	size_t n = tls_take_number(in, bytes);
	const uint8_t *at = tls_take(in, n);

	return (struct str){ (const char *)at, at ? n : 0 };
}

/* Into the two bytes at `at`, how many follow them. */
static void
set_length(struct buf *b, size_t at)
{
	size_t n = b->len - at - 2;

	b->at[at] = (char)(n >> 8);
	b->at[at + 1] = (char)n;
}

void
tls_add_hello(struct tls *t, const uint8_t random[32])
{
	struct buf *b = &t->talk;
	const struct host *host = &t->x509.config.host;

	buf_add(b, "\1\0\0\0\3\3", RANDOM_AT);
	buf_add(b, random, 32);
	buf_add(b, offer, sizeof offer - 1);
	if (host->kind == HOST_DNS) {	/* an address is not sent (RFC 6066 section 3) */
		size_t at = b->len;

		buf_add(b, "\0\0\0\0\0\0\0\0\0", 9);
		buf_add_str(b, host->name);
		set_length(b, at + 2);
		set_length(b, at + 4);
		set_length(b, at + 7);
	}
	set_length(b, RANDOM_AT + 32 + EXTENSIONS_AT);
	set_length(b, 2);
	memcpy(t->random, random, 32);
	memcpy(t->random + 64, random, 32);
}

/* RFC 5246 section 7.4.1.4: none that we did not send, none twice. */
static enum tls_fault
take_extensions(struct tls *t, struct str list)
{
	uint32_t allowed = 1u << EXT_GROUPS |	/* which has no place here, and is sent all the same */
		1u << EXT_POINT_FORMATS | 1u << EXT_MASTER_SECRET | 1u << 24;	/* 24 for EXT_RENEGOTIATION */

	if (t->x509.config.host.kind == HOST_DNS)
		allowed |= 1u << EXT_SERVER_NAME;
	while (list.len) {
		unsigned type = tls_take_number(&list, 2), bit = type < 24 ? type : type == EXT_RENEGOTIATION ? 24 : 31;
		struct str body = tls_take_vector(&list, 2);

		if (!list.at)
			return TLS_FAULT_DECODE;
		if (!(allowed >> bit & 1))
			return TLS_FAULT_EXTENSION;
		allowed ^= 1u << bit;
		switch (type) {
		case EXT_MASTER_SECRET:	/* RFC 7627 section 5.1 */
			t->has_ems = true;
			/* fall through */
		case EXT_SERVER_NAME:	/* RFC 6066 section 3 */
			if (body.len)
				return TLS_FAULT_DECODE;
			break;
		case EXT_RENEGOTIATION:	/* RFC 5746 section 3.4 */
			if (!str_eq(body, S("\0")))
				return TLS_FAULT_HANDSHAKE;
			break;
		case EXT_POINT_FORMATS:	/* RFC 8422 section 5.1.2: with "uncompressed" among them */
			if (str_find_c(tls_take_vector(&body, 1), 0) == SIZE_MAX || body.len)
				return TLS_FAULT_PARAMETER;
			break;
		}
	}
	return TLS_FAULT_NONE;
}

/* RFC 5246 section 7.4.1.3. */
enum tls_fault
tls_take_hello(struct tls *t, struct str in)
{
	uint32_t version = tls_take_number(&in, 2);
	const uint8_t *random = tls_take(&in, 32);
	struct str session = tls_take_vector(&in, 1), list = { 0 }, offered = { offer + SUITES_AT, 12 };
	uint32_t suite = tls_take_number(&in, 2), compression = tls_take_number(&in, 1);

	if (in.len) {
		list = tls_take_vector(&in, 2);
		if (in.len)
			return TLS_FAULT_DECODE;
	}
	if (!in.at || session.len > 32)
		return TLS_FAULT_DECODE;
	if (version != 0x0303)
		return TLS_FAULT_VERSION;
	do
		if (!offered.len)
			return TLS_FAULT_CIPHER;
	while (tls_take_number(&offered, 2) != suite);
	t->suite = (uint8_t)(5 - offered.len / 2);
	if (compression)
		return TLS_FAULT_PARAMETER;
	memcpy(t->random + 32, random, 32);
	return take_extensions(t, list);
}
