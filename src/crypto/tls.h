/* crypto/tls.h: one TLS client connection as a pure machine: bytes in, bytes out. No socket, no clock, no source of randomness;
   TLS 1.2 with ECDHE and AEAD only, no resumption, no renegotiation, no client certificates yet. */
/* SPDX-License-Identifier: MIT */
#ifndef CRYPTO_TLS_H
#define CRYPTO_TLS_H

#include "crypto/x509.h"

#include <bearssl_ssl.h>

#define TLS_RANDOM 48		/* bytes that one connection needs */
#define TLS_IN 16709		/* the largest record with its overhead: servers in Go ignore a smaller wish */
#define TLS_OUT 2133		/* records of 2 KiB out */
/* What a connection takes of the arena at most. Most of it is never touched. */
#define TLS_ARENA (TLS_IN + TLS_OUT + 64 + X509_ARENA)

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
	bool skip_verify;
};

/* Must not move. Holds secrets: wipe it and its arena when it is no longer needed. */
struct tls {
	struct x509 x509;
	enum tls_phase phase;
	bool cert_wanted;	/* the server asked for a client certificate */
	bool closing;		/* tls_close was called */
	uint8_t first[5];	/* the first bytes that came, to tell who speaks there; the engine takes no more when it is not TLS */
	unsigned first_n;
	br_ssl_client_context client;
	const br_ssl_client_certificate_class *client_cert;	/* hears that one is asked for; has none */
};

/* The six functions. start: 0, or -1 with CAUSE_MEMORY or CAUSE_RANDOM (no random bytes were given: all are zero). */
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
