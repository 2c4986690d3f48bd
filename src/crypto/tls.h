/* crypto/tls.h: one TLS client connection as a pure machine: bytes in, bytes out. No socket, no clock, no source of randomness.
   TLS 1.2 (RFC 5246) with ECDHE and AEAD only, and the extended master secret (RFC 7627) where the server has it; client
   certificates; no resumption, no renegotiation. */
/* SPDX-License-Identifier: MIT */
#ifndef CRYPTO_TLS_H
#define CRYPTO_TLS_H

#include "crypto/key.h"
#include "crypto/x509.h"

#include <bearssl_hash.h>

#define TLS_RANDOM 98		/* bytes that one connection needs: 32 for the hello, 66 for a secret scalar on the longest curve */
#define TLS_PLAIN 16384		/* bytes in a record at most (RFC 5246 section 6.2.1) */
#define TLS_IN (5 + TLS_PLAIN + 256)	/* the largest record with what protects it */
#define TLS_APP 2048		/* bytes in a record of ours: larger ones save little */
#define TLS_OUT (5 + 8 + TLS_APP + 16 + 5 + 8 + 2 + 16)	/* such a record, and an alert behind it; our half of a handshake without certificates */
#define TLS_CHAIN 15000	/* bytes of certificates of ours, 3 for the length of each: with what follows them, one record */
#define TLS_TALK (X509_BYTES + 16384)	/* bytes of a whole handshake, both sides: the chain, and what else there is */
/* What a connection takes of the arena at most. Most of it is never touched. */
#define TLS_ARENA (TLS_IN + TLS_OUT + TLS_PLAIN + TLS_TALK + 64 + X509_ARENA)

/* The four ports, and bits of tls_state. */
enum tls_port {
	TLS_WIRE_OUT = 1,	/* bytes for the server stand ready */
	TLS_WIRE_IN = 2,	/* bytes from the server can be taken */
	TLS_APP_OUT = 4,	/* the program's bytes can be taken (the handshake is over, so the server is who it should be) */
	TLS_APP_IN = 8,		/* bytes for the program stand ready */
	TLS_CLOSED = 16,	/* it is over, in order or by an error: tls_error, tls_is_clean_end. Nothing else is set then */
};

/* How far it came; for messages. */
enum tls_phase {
	TLS_HELLO,	/* nothing came from the server */
	TLS_ANSWERED,	/* bytes came, but no ServerHello that we can accept */
	TLS_AGREED,	/* version and cipher are agreed on */
	TLS_KEYED,	/* our half is done, and sent at least in part */
	TLS_OPEN,	/* the handshake is over */
};

struct tls_config {
	const uint8_t *random;	/* TLS_RANDOM bytes, fresh for this connection; the caller wipes them after tls_start */
	int64_t now_s;		/* wall clock, unix seconds */
	struct host host;	/* whom the certificate must name; a DNS name is also sent (SNI). Must outlive the connection */
	const struct trust_source *trust;
	struct arena *arena;	/* TLS_ARENA bytes free; must outlive the connection */
	/* What we show of ourselves when the server asks for it, or NULL; must outlive the connection. Then the server must have the
	   extended master secret: without it, who pretends to be one server could hand our proof on to another (RFC 7627 section 1). */
	const struct identity *identity;
	bool fixed_name;	/* as struct x509_config's */
	bool skip_verify;
};

/* What the server has to say next. Where one may be left out, that is said. */
enum tls_wait {
	TLS_WAIT_HELLO,
	TLS_WAIT_CERTIFICATE,
	TLS_WAIT_EXCHANGE,	/* ServerKeyExchange */
	TLS_WAIT_REQUEST,	/* CertificateRequest; may be left out */
	TLS_WAIT_DONE,
	TLS_WAIT_CIPHER,	/* ChangeCipherSpec */
	TLS_WAIT_FINISHED,
	TLS_WAIT_NOTHING,	/* the handshake is over */
};

/* Why we gave up: the alert that was sent (RFC 5246 section 7.2), and for some of one number more which it was. */
enum tls_fault {
	TLS_FAULT_NONE,
	TLS_FAULT_UNEXPECTED = 10,
	TLS_FAULT_MAC = 20,
	TLS_FAULT_OVERFLOW = 22,
	TLS_FAULT_HANDSHAKE = 40,
	TLS_FAULT_SECRET = 40 | 256,	/* we have a certificate to show, and the server not the extended master secret */
	TLS_FAULT_SCHEME = 40 | 512,	/* and takes no signature of its key */
	TLS_FAULT_CERTIFICATE = 42,	/* x509.err says why */
	TLS_FAULT_PARAMETER = 47,
	TLS_FAULT_CIPHER = 47 | 256,	/* not offered */
	TLS_FAULT_DECODE = 50,
	TLS_FAULT_LENGTH = 50 | 256,	/* over TLS_TALK */
	TLS_FAULT_DECRYPT = 51,		/* a signature, or Finished */
	TLS_FAULT_VERSION = 70,
	TLS_FAULT_EXTENSION = 110,
};

/* One direction's protection. */
struct tls_key {
	uint8_t seq[8];		/* records so far, big-endian */
	uint8_t secret[32];
	uint8_t iv[12];
	bool on;
};

/* Must not move. Holds secrets: wipe it and its arena when it is no longer needed. What callers may look at comes first. */
struct tls {
	enum tls_phase phase;
	bool cert_wanted;	/* the server asked for a client certificate */

	/* Of the files crypto/tls*.c. */
	bool over;		/* what stands in out is the last to be sent, and nothing more is heard */
	bool goodbye;		/* close_notify came */
	bool has_ems;		/* extended master secret */
	uint8_t heard;		/* the fatal alert that came, or 0 */
	uint8_t idle;		/* records that led nowhere, in a row */
	uint8_t suite;		/* place in the list that was offered */
	uint8_t group;		/* the server's, as TLS and BearSSL number curves */
	uint16_t scheme;	/* of our signature; 0: we have shown no certificate */
	enum tls_wait wait;
	enum tls_fault fault;
	uint8_t *in;		/* TLS_IN bytes: the record that comes in */
	size_t in_n;		/* of it so far */
	uint8_t *out;		/* TLS_OUT bytes, with certificates of ours TLS_PLAIN more: records from out_at to out_n wait to be sent */
	size_t out_at;
	size_t out_n;
	size_t staged;		/* bytes of the program where a record's would be, at out + tls_head(t); none when records wait */
	uint8_t *app;		/* bytes for the program, within in */
	size_t app_n;
	struct buf talk;	/* the handshake's messages of both sides, one behind the other: what all hashes are over */
	size_t talk_at;		/* where the message begins that is not whole yet */
	struct str point;	/* the server's, within talk */
	const struct identity *identity;
	struct tls_key key[2];	/* TLS_OUT_KEY, TLS_IN_KEY */
	uint8_t random[96];	/* the client's, the server's and the client's again: each order that is needed is in there */
	uint8_t scalar[66];	/* secret; wiped when used */
	uint8_t own[32];	/* our point on Curve25519 */
	uint8_t master[48];	/* secret; wiped when the handshake is over */
	struct x509 x509;
};

/* The six functions. start: 0, or -1 with CAUSE_MEMORY, CAUSE_RANDOM (no random bytes were given: all are zero), or ERR_LIMIT and
   CAUSE_FILE for more than TLS_CHAIN of certificates of ours. */
int tls_start(struct tls *t, const struct tls_config *config, struct err *e) __attribute__((warn_unused_result));

/* What can be done now: bits of enum tls_port. Several at once; 0 never. */
unsigned tls_state(const struct tls *t);

/* The memory of one port and its length, valid until the next call that is not tls_state: for *_OUT of the wire and *_IN of the
   program, bytes to take; for the others, room to fill. NULL and 0 when tls_state lacks its bit. */
void *tls_buf(struct tls *t, enum tls_port port, size_t *n);

/* n bytes, at most those of tls_buf, were taken or filled. n is not 0. */
void tls_ack(struct tls *t, enum tls_port port, size_t n);

/* Make a record of what was put into TLS_APP_OUT, rather than wait until one is full. */
void tls_flush(struct tls *t);

/* Say goodbye (close_notify), after what was flushed. Then take TLS_WIRE_OUT until it is empty and close the socket: the server's
   goodbye need not be waited for. Bytes from the server are no longer given out. */
void tls_close(struct tls *t);

/* Whether the server ended in order (close_notify after the handshake): without it, an end of stream is a cut. */
bool tls_is_clean_end(const struct tls *t);

/* Whether the server has proved who it is: the handshake is over, and the certificate was verified. */
bool tls_is_verified(const struct tls *t);

/* crypto/tlserr.c: why the connection failed, as a sentence and mostly a hint. For when TLS_CLOSED is set, or when the stream
   ended or broke before its time: then `sys` is the errno, or 0 for an end of stream. CAUSE_TLS for what the server does
   or refuses, CAUSE_CLOCK for dates, CAUSE_UNREACHABLE with ERR_RETRY for cuts, and what the trust source said. */
void tls_error(const struct tls *t, int sys, struct err *e);

#endif
