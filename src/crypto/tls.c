/* crypto/tls.c: one TLS client connection as a pure machine, for now over BearSSL's engine. */
/* SPDX-License-Identifier: MIT */
#include "crypto/tls.h"

#include <string.h>

/* ChaCha20 first: without AES instructions it is seven times as fast as constant-time AES. */
static const uint16_t suites[] = {
	BR_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
	BR_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
	BR_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
	BR_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	BR_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
	BR_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
};

/* --- The engine tells of a CertificateRequest in no other way than by asking for a client certificate. */

static void
hear_list(const br_ssl_client_certificate_class **ctx)
{
	struct tls *t = (struct tls *)(void *)((char *)ctx - offsetof(struct tls, client_cert));

	t->cert_wanted = true;
}

static void
pass(const br_ssl_client_certificate_class **ctx)
{
	(void)ctx;
}

static void
pass_name(const br_ssl_client_certificate_class **ctx, size_t len)
{
	(void)ctx;
	(void)len;
}

static void
pass_bytes(const br_ssl_client_certificate_class **ctx, const unsigned char *bytes, size_t n)
{
	(void)ctx;
	(void)bytes;
	(void)n;
}

/* None: an empty list is sent (RFC 5246 section 7.4.6), and the server may or may not accept it. */
static void
choose(const br_ssl_client_certificate_class **ctx, const br_ssl_client_context *client, uint32_t auth_types,
	br_ssl_client_certificate *out)
{
	(void)ctx;
	(void)client;
	(void)auth_types;
	memset(out, 0, sizeof *out);
}

static const br_ssl_client_certificate_class no_cert = {
	.context_size = sizeof(const br_ssl_client_certificate_class *),
	.start_name_list = hear_list,
	.start_name = pass_name,
	.append_name = pass_bytes,
	.end_name = pass,
	.end_name_list = pass,
	.choose = choose,
};

/* --- The six functions. */

/* What we speak; each algorithm that is named here is linked. */
static void
set_profile(br_ssl_client_context *client)
{
	br_ssl_engine_context *eng = &client->eng;

	memset(client, 0, sizeof *client);	/* as br_ssl_client_zero */
	br_ssl_engine_set_versions(eng, BR_TLS12, BR_TLS12);
	br_ssl_engine_add_flags(eng, BR_OPT_NO_RENEGOTIATION);
	br_ssl_engine_set_suites(eng, suites, sizeof suites / sizeof *suites);
	br_ssl_engine_set_hash(eng, br_sha256_ID, &br_sha256_vtable);
	br_ssl_engine_set_hash(eng, br_sha384_ID, &br_sha384_vtable);
	br_ssl_engine_set_hash(eng, br_sha512_ID, &br_sha512_vtable);
	br_ssl_engine_set_prf_sha256(eng, br_tls12_sha256_prf);
	br_ssl_engine_set_prf_sha384(eng, br_tls12_sha384_prf);
	br_ssl_engine_set_ec(eng, &br_ec_all_m31);
	br_ssl_engine_set_rsavrfy(eng, br_rsa_i31_pkcs1_vrfy);
	br_ssl_engine_set_ecdsa(eng, br_ecdsa_i31_vrfy_asn1);
	br_ssl_engine_set_gcm(eng, &br_sslrec_in_gcm_vtable, &br_sslrec_out_gcm_vtable);
	br_ssl_engine_set_aes_ctr(eng, &br_aes_ct_ctr_vtable);
	br_ssl_engine_set_ghash(eng, br_ghash_ctmul32);
	br_ssl_engine_set_chapol(eng, &br_sslrec_in_chapol_vtable, &br_sslrec_out_chapol_vtable);
	br_ssl_engine_set_chacha20(eng, br_chacha20_ct_run);
	br_ssl_engine_set_poly1305(eng, br_poly1305_ctmul32_run);
}

int
tls_start(struct tls *t, const struct tls_config *config, struct err *e)
{
	br_ssl_engine_context *eng = &t->client.eng;
	struct x509_config *peer = &t->x509.config;
	void *in = arena_get(config->arena, TLS_IN), *out = arena_get(config->arena, TLS_OUT);
	uint8_t any = 0;

	t->phase = TLS_HELLO;
	t->cert_wanted = t->closing = false;
	t->first_n = 0;
	t->client_cert = &no_cert;
	set_profile(&t->client);
	if (!in || !out)
		return arena_err(e);
	for (size_t i = 0; i < TLS_RANDOM; i++)
		any |= config->random[i];
	if (!any)
		return err_set(e, ERR_SYS, CAUSE_RANDOM, "no random bytes for TLS");
	peer->host = config->host;
	peer->now_s = config->now_s;
	peer->trust = config->trust;
	peer->arena = config->arena;
	peer->skip_verify = config->skip_verify;
	x509_init(&t->x509);
	br_ssl_engine_set_x509(eng, &t->x509.vtable);
	br_ssl_client_set_client_certificate(&t->client, &t->client_cert);
	br_ssl_engine_set_buffers_bidi(eng, in, TLS_IN, out, TLS_OUT);
	br_ssl_engine_inject_entropy(eng, config->random, TLS_RANDOM);
	if (!br_ssl_client_reset(&t->client, t->x509.name, 0))	/* an empty name is not sent */
		return err_set(e, ERR_SYS, CAUSE_TLS, "TLS engine does not start (code %d)", br_ssl_engine_last_error(eng));
	return 0;
}

unsigned
tls_state(const struct tls *t)
{
	unsigned s = br_ssl_engine_current_state(&t->client.eng);

	if (s & BR_SSL_CLOSED || (t->closing && !(s & BR_SSL_SENDREC)))
		return TLS_CLOSED;
	return (s & BR_SSL_SENDREC ? TLS_WIRE_OUT : 0) | (s & BR_SSL_RECVREC ? TLS_WIRE_IN : 0) |
	       (s & BR_SSL_SENDAPP ? TLS_APP_OUT : 0) | (s & BR_SSL_RECVAPP ? TLS_APP_IN : 0);
}

void *
tls_buf(struct tls *t, enum tls_port port, size_t *n)
{
	br_ssl_engine_context *eng = &t->client.eng;

	*n = 0;
	switch (port) {
	case TLS_WIRE_OUT:
		return br_ssl_engine_sendrec_buf(eng, n);
	case TLS_WIRE_IN:
		return br_ssl_engine_recvrec_buf(eng, n);
	case TLS_APP_OUT:
		return br_ssl_engine_sendapp_buf(eng, n);
	case TLS_APP_IN:
		return br_ssl_engine_recvapp_buf(eng, n);
	case TLS_CLOSED:
		break;
	}
	return NULL;
}

static void
update_phase(struct tls *t, enum tls_port port)
{
	const br_ssl_engine_context *eng = &t->client.eng;

	if (t->phase == TLS_HELLO && t->first_n)
		t->phase = TLS_ANSWERED;
	if (t->phase == TLS_ANSWERED && eng->session.cipher_suite)
		t->phase = TLS_AGREED;
	if (t->phase == TLS_AGREED && port == TLS_WIRE_OUT)
		t->phase = TLS_KEYED;
	if (t->phase == TLS_KEYED && eng->application_data == 1)
		t->phase = TLS_OPEN;
}

void
tls_ack(struct tls *t, enum tls_port port, size_t n)
{
	br_ssl_engine_context *eng = &t->client.eng;
	size_t room;
	const uint8_t *at = br_ssl_engine_recvrec_buf(eng, &room);

	switch (port) {
	case TLS_WIRE_OUT:
		br_ssl_engine_sendrec_ack(eng, n);
		break;
	case TLS_WIRE_IN:
		for (size_t i = 0; i < n && t->first_n < sizeof t->first; i++)
			t->first[t->first_n++] = at[i];
		br_ssl_engine_recvrec_ack(eng, n);
		break;
	case TLS_APP_OUT:
		br_ssl_engine_sendapp_ack(eng, n);
		break;
	case TLS_APP_IN:
		br_ssl_engine_recvapp_ack(eng, n);
		break;
	case TLS_CLOSED:
		break;
	}
	update_phase(t, port);
}

void
tls_flush(struct tls *t)
{
	br_ssl_engine_flush(&t->client.eng, 0);
}

void
tls_close(struct tls *t)
{
	br_ssl_engine_context *eng = &t->client.eng;
	size_t n;

	if (t->closing)
		return;
	while (br_ssl_engine_recvapp_buf(eng, &n))	/* unread bytes would hold up the engine for ever */
		br_ssl_engine_recvapp_ack(eng, n);
	br_ssl_engine_flush(eng, 0);
	br_ssl_engine_close(eng);
	t->closing = true;
}

bool
tls_is_clean_end(const struct tls *t)
{
	return t->phase == TLS_OPEN && t->client.eng.shutdown_recv;
}

bool
tls_is_verified(const struct tls *t)
{
	return t->phase == TLS_OPEN && !t->x509.config.skip_verify;
}
