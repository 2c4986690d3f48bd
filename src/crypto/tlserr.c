/* crypto/tlserr.c: why a TLS connection failed, as a sentence. Decides nothing: the engine and x509 did. */
/* SPDX-License-Identifier: MIT */
#include "crypto/tls.h"

#include <string.h>

/* The alerts that are seen most (RFC 5246 section 7.2); others are shown by number alone. */
static const struct {
	uint8_t number;
	char name[19];
} alerts[] = {
	{ 10, "unexpected message" },
	{ 40, "handshake failure" },
	{ 42, "bad certificate" },
	{ 47, "illegal parameter" },
	{ 50, "decode error" },
	{ 51, "decrypt error" },
	{ 80, "internal error" },
};

static void
say(struct err *e, const char *line)
{
	err_set(e, ERR_PEER, CAUSE_TLS, "%s", line);
}

static void
say_wants_cert(struct err *e)
{
	say(e, "server demands a client certificate, and this version has none to give");
}

static void
say_alert(const struct tls *t, unsigned alert, struct err *e)
{
	const char *name = "";

	if (alert == 70) {
		say(e, "server accepts only TLS 1.3, and this version speaks TLS 1.2");
		err_hint(e, "allow TLS 1.2 there (Vault: tls_min_version = \"tls12\" in its listener)");
		return;
	}
	if (t->phase < TLS_AGREED && (alert == 40 || alert == 71)) {
		say(e, "server has no cipher, curve or kind of certificate in common with us for TLS 1.2");
		err_hint(e, "it needs ECDHE with AES-GCM or ChaCha20, a P-256, P-384, P-521 or RSA certificate, and no FIPS mode "
			"that demands an extended master secret");
		return;
	}
	if (t->phase < TLS_AGREED && alert == 112) {
		err_set(e, ERR_PEER, CAUSE_TLS, "server does not know the name \"%s\"", t->x509.name);
		err_hint(e, "name one that it has a certificate for with -tls-server-name");
		return;
	}
	/* Before its certificates are asked for at all, nothing of ours can be wrong with them. */
	if (t->cert_wanted && (alert == 40 || alert == 42 || alert == 116)) {
		say_wants_cert(e);
		return;
	}
	for (size_t i = 0; i < sizeof alerts / sizeof *alerts; i++)
		if (alerts[i].number == alert)
			name = alerts[i].name;
	err_set(e, ERR_PEER, CAUSE_TLS, "server ended the %s with TLS alert %u%s%s%s", t->phase == TLS_OPEN ? "connection" : "handshake",
		alert, *name ? " (" : "", name, *name ? ")" : "");
}

/* What came first was not a record of a version of TLS that we speak. */
static void
say_foreign(const struct tls *t, struct err *e)
{
	struct str first = { (const char *)t->first, t->first_n };

	if (str_has_prefix(first, S("HTTP/"))) {
		say(e, "server speaks plain HTTP on this port");
		err_hint(e, "use http:// if that is meant; nothing is protected then");
	} else if (t->first[0] >= 20 && t->first[0] <= 23 && t->first[1] == 3) {
		say(e, "server answered with a version of TLS other than 1.2");
	} else {
		err_set(e, ERR_PEER, CAUSE_TLS, "server does not speak TLS: its first bytes are \"%.*s\"", STR(first));
	}
}

static void
say_engine(const struct tls *t, int code, struct err *e)
{
	switch (code) {
	case BR_ERR_UNSUPPORTED_VERSION:
	case BR_ERR_BAD_VERSION:
		if (t->phase < TLS_AGREED) {
			say_foreign(t, e);
			return;
		}
		break;
	case BR_ERR_BAD_MAC:
		say(e, "a record from the server was damaged on its way");
		return;
	case BR_ERR_BAD_CIPHER_SUITE:
		say(e, "server chose a cipher that was not offered");
		return;
	case BR_ERR_BAD_SIGNATURE:
		say(e, "server has not the private key of its certificate: its signature is wrong");
		return;
	case BR_ERR_BAD_FINISHED:
		say(e, "handshake was changed on its way");
		return;
	}
	err_set(e, ERR_PEER, CAUSE_TLS, "server broke the TLS protocol (code %d of the engine)", code);
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

	if (t->cert_wanted && t->phase == TLS_KEYED)	/* servers in Go say no like that */
		say_wants_cert(e);
	else if (sys)
		err_sys(e, CAUSE_UNREACHABLE, sys, "connection broke %s", when[t->phase]);
	else
		err_set(e, ERR_RETRY, CAUSE_UNREACHABLE, "server closed the connection %s", when[t->phase]);
	if (sys && e->cause == CAUSE_UNREACHABLE)
		e->code = ERR_RETRY;
}

void
tls_error(const struct tls *t, int sys, struct err *e)
{
	int code = br_ssl_engine_last_error(&t->client.eng);

	if (t->x509.done && t->x509.code)
		*e = t->x509.err;
	else if (code > BR_ERR_SEND_FATAL_ALERT)
		say_engine(t, code, e);
	else if (code > BR_ERR_RECV_FATAL_ALERT)
		say_alert(t, (unsigned)(code - BR_ERR_RECV_FATAL_ALERT), e);
	else if (code)
		say_engine(t, code, e);
	else
		say_cut(t, sys, e);
}
