/* crypto/tlserr.c: why a TLS connection failed, as a sentence. Decides nothing: tls.c and x509 did. */
/* SPDX-License-Identifier: MIT */
#include "crypto/tls.h"

#include <string.h>

/* The alerts that are seen most (RFC 5246 section 7.2); others are shown by number alone. */
static const struct {
	uint8_t number;
	char name[19];
} alerts[] = {
	{ 10, "unexpected message" },
	{ 22, "record overflow" },
	{ 40, "handshake failure" },
	{ 42, "bad certificate" },
	{ 44, "revoked" },
	{ 45, "expired" },
	{ 47, "illegal parameter" },
	{ 48, "unknown ca" },
	{ 50, "decode error" },
	{ 51, "decrypt error" },
	{ 80, "internal error" },
};

static void
say(struct err *e, const char *line)
{
	err_set(e, ERR_PEER, CAUSE_TLS, "%s", line);
}

/* `what` is a line but for the alert at its end. */
static void
say_number(struct err *e, const char *what, unsigned alert)
{
	const char *name = "";

	for (size_t i = 0; i < sizeof alerts / sizeof *alerts; i++)
		if (alerts[i].number == alert)
			name = alerts[i].name;
	err_set(e, ERR_PEER, CAUSE_TLS, "server %s TLS alert %u%s%s%s", what, alert, *name ? " (" : "", name, *name ? ")" : "");
}

static void
say_wants_cert(struct err *e)
{
	say(e, "server demands a client certificate, and this version has none to give");
}

/* The server gave up. */
static void
say_heard(const struct tls *t, struct err *e)
{
	unsigned alert = t->heard;
	bool early = t->phase < TLS_AGREED;

	if (early && alert == 70) {
		say(e, "server accepts only TLS 1.3, and this version speaks TLS 1.2");
		err_hint(e, "allow TLS 1.2 there (Vault: tls_min_version = \"tls12\" in its listener)");
	} else if (early && (alert == 40 || alert == 71)) {
		say(e, "server has no cipher, curve or kind of certificate in common with us for TLS 1.2");
		err_hint(e, "it needs ECDHE with AES-GCM or ChaCha20, and a P-256, P-384, P-521 or RSA certificate");
	} else if (early && alert == 112) {
		err_set(e, ERR_PEER, CAUSE_TLS, "server does not know the name \"%.*s\"", STR(t->x509.config.host.name));
		err_hint(e, "name one that it has a certificate for with -tls-server-name");
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

	if (early && str_has_prefix(first, S("HTTP/"))) {
		say(e, "server speaks plain HTTP on this port");
		err_hint(e, "use http:// if that is meant; nothing is protected then");
	} else if (early && t->in[1] != 3) {
		err_set(e, ERR_PEER, CAUSE_TLS, "server does not speak TLS: its first bytes are \"%.*s\"", STR(first));
	} else if (early && t->fault == TLS_FAULT_VERSION) {
		say(e, "server answered with a version of TLS other than 1.2");
	} else if (t->fault == TLS_FAULT_MAC) {
		say(e, "a record from the server was damaged on its way");
	} else if (t->fault == TLS_FAULT_CIPHER) {
		say(e, "server chose a cipher that was not offered");
	} else if (t->fault == TLS_FAULT_LENGTH) {
		err_set(e, ERR_PEER, CAUSE_TLS, "server's half of the handshake is longer than %d bytes", TLS_TALK);
	} else if (t->fault == TLS_FAULT_SECRET) {
		say(e, "server asks for the client certificate, and lacks the extended master secret without which it is not shown");
		err_hint(e, "RFC 7627: its TLS library is too old, or has it switched off");
	} else if (t->fault == TLS_FAULT_SCHEME) {
		err_set(e, ERR_PEER, CAUSE_TLS, "server takes no client certificate with %s key", t->identity->key.type == BR_KEYTYPE_EC ?
			"an EC" : "an RSA");
	} else if (t->fault == TLS_FAULT_DECRYPT && t->wait == TLS_WAIT_EXCHANGE) {
		say(e, "server has not the private key of its certificate: its signature is wrong");
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
	static const char when[][32] = {
		[TLS_HELLO] = "before it answered at all",
		[TLS_ANSWERED] = "during its TLS hello",
		[TLS_AGREED] = "during the TLS handshake",
		[TLS_KEYED] = "at the end of the TLS handshake",
		[TLS_OPEN] = "without a TLS goodbye",
	};

	if (t->cert_wanted && !t->scheme && t->phase == TLS_KEYED)	/* servers in Go say no like that */
		say_wants_cert(e);
	else if (sys)
		err_sys(e, CAUSE_UNREACHABLE, sys, "connection broke %s", when[t->phase]);
	else
		err_set(e, ERR_RETRY, CAUSE_UNREACHABLE, "server closed the connection %s", when[t->phase]);
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
