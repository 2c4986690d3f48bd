/* crypto/tlserr.c: why a TLS connection failed, as a sentence. Decides nothing: tls.c and x509 did. */
/* SPDX-License-Identifier: MIT */
#include "crypto/tls.h"

#include <string.h>

/* The alerts that are seen most (RFC 5246 section 7.2), each behind its number; others are shown
   by number alone. */
static const char alerts[] = "\x0a" "unexpected message\0" "\x16" "record overflow\0" "\x28" "handshake failure\0" "\x2a" "bad certificate\0"
	"\x2c" "revoked\0" "\x2d" "expired\0" "\x2f" "illegal parameter\0" "\x30" "unknown ca\0" "\x32" "decode error\0" "\x33" "decrypt error\0"
	"\x50" "internal error\0";

static void
say(struct err *e, const char *line)
{
	err_set(e, ERR_PEER, CAUSE_TLS, "%s", line);
}

/* `what` is a line but for the alert at its end. */
static void
say_number(struct err *e, const char *what, unsigned alert)
{
	const char *name = alerts;

	while (*name && (unsigned char)*name != alert)
		name = str_next(name);
	err_set(e, ERR_PEER, CAUSE_TLS, *name ? "server %s TLS alert %u (%s)" : "server %s TLS alert %u", what, alert, name + !!*name);
}

static void
say_wants_cert(struct err *e)
{
	say(e, "server demands a client certificate, and this version has none");
}

/* The server gave up. */
static void
say_heard(const struct tls *t, struct err *e)
{
	unsigned alert = t->heard;
	bool early = t->phase < TLS_AGREED;

	if (early && alert == 70) {
		say(e, "server accepts only TLS 1.3, this version only 1.2");
		err_hint(e, "allow TLS 1.2 there (Vault: tls_min_version = \"tls12\" in its listener)");
	} else if (early && (alert == 40 || alert == 71)) {
		say(e, "server shares no TLS 1.2 cipher, curve or kind of certificate with us");
		err_hint(e, "it needs ECDHE with AES-GCM or ChaCha20, and a P-256, P-384, P-521 or RSA certificate");
	} else if (early && alert == 112) {
		err_set(e, ERR_PEER, CAUSE_TLS, "server does not know the name \"%.*s\"", STR(t->x509.config.host.name));
		if (!t->x509.config.fixed_name)
			err_hint(e, "name one that it has with -tls-server-name");
	} else if (t->scheme && t->phase == TLS_KEYED && alert != 80) {	/* Finished is right, if the rest of what we said was */
		say_number(e, "does not take the client certificate:", alert);
	} else if (t->cert_wanted && !t->scheme && (alert == 40 || alert == 42 || alert == 116)) {
		say_wants_cert(e);	/* before its certificates are asked for at all, nothing of ours can be wrong with them */
	} else {
		say_number(e, t->phase == TLS_OPEN ? "ended the connection with" : "ended the handshake with", alert);
	}
}

/* We did. */
static void
say_fault(const struct tls *t, struct err *e)
{
	struct str first = { (const char *)t->in, 5 };	/* of the record that is at fault */
	bool early = t->phase < TLS_AGREED;

	if (early && str_begins(first, "HTTP/")) {
		say(e, "server speaks plain HTTP on this port");
		err_hint(e, "use http:// if that is meant: unprotected");
	} else if (early && t->in[1] != 3) {
		err_set(e, ERR_PEER, CAUSE_TLS, "server does not speak TLS: its first bytes are \"%.*s\"", STR(first));
	} else if (early && t->fault == TLS_FAULT_VERSION) {
		say(e, "server answered with TLS other than 1.2");
	} else if (t->fault == TLS_FAULT_MAC) {
		say(e, "a record was damaged on its way");
	} else if (t->fault == TLS_FAULT_CIPHER) {
		say(e, "server chose a cipher not offered");
	} else if (t->fault == TLS_FAULT_LENGTH) {
		err_set(e, ERR_PEER, CAUSE_TLS, "server's handshake is over %d bytes", TLS_TALK);
	} else if (t->fault == TLS_FAULT_SECRET) {
		say(e, "server asks for the client certificate, but lacks the extended master secret");
		err_hint(e, "RFC 7627: update its TLS library, or switch it on there");
	} else if (t->fault == TLS_FAULT_SCHEME) {
		err_set(e, ERR_PEER, CAUSE_TLS, "server takes no client certificate with %s key", t->identity->key.type == BR_KEYTYPE_EC ?
			"an EC" : "an RSA");
	} else if (t->fault == TLS_FAULT_DECRYPT && t->wait == TLS_WAIT_EXCHANGE) {
		say(e, "server's signature is wrong: it lacks its certificate's private key");
	} else if (t->fault == TLS_FAULT_DECRYPT) {
		say(e, "handshake was changed on its way");
	} else {
		say_number(e, "broke the TLS protocol:", t->fault);
	}
}

/* The stream ended, or broke with errno `sys`, where it should have gone on. */
static void
say_cut(const struct tls *t, int sys, struct err *e)
{
	const char *when = str_nth("before it answered at all\0" "during its TLS hello\0" "during the TLS handshake\0"
		"at the end of the TLS handshake\0" "without a TLS goodbye", t->phase);

	if (t->cert_wanted && !t->scheme && t->phase == TLS_KEYED)	/* servers in Go say no like that */
		say_wants_cert(e);
	else if (sys)
		err_sys(e, CAUSE_UNREACHABLE, sys, "connection broke %s", when);
	else
		err_set(e, ERR_RETRY, CAUSE_UNREACHABLE, "server closed the connection %s", when);
	if (sys && e->cause == CAUSE_UNREACHABLE)
		e->code = ERR_RETRY;
	if (t->scheme && t->phase == TLS_KEYED)
		err_hint(e, "it may not take the client certificate");
}

void
tls_error(const struct tls *t, int sys, struct err *e)
{
	if (t->fault == TLS_FAULT_CERTIFICATE)
		*e = t->x509.err;
	else if (t->fault)
		say_fault(t, e);
	else if (t->heard)
		say_heard(t, e);
	else
		say_cut(t, sys, e);
}
