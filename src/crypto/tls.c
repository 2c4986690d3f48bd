/* crypto/tls.c: one TLS client connection as a pure machine: the six functions, records, and the order of messages. */
/* SPDX-License-Identifier: MIT */
#include "crypto/tlsparts.h"

#include "base/wipe.h"

#include <string.h>

#define IDLE_MAX 32	/* records in a row that lead nowhere: empty ones, warnings, wishes to renegotiate */

enum record {
	REC_CIPHER = 20,	/* ChangeCipherSpec */
	REC_ALERT,
	REC_HANDSHAKE,
	REC_APP,
};

enum message {
	MSG_HELLO_REQUEST = 0,
	MSG_HELLO = 2,		/* the server's */
	MSG_CERTIFICATE = 11,
	MSG_EXCHANGE,
	MSG_REQUEST,
	MSG_DONE,
	MSG_FINISHED = 20,
};

/* --- What we say. */

/* A record behind those that wait already; its content may stand where it belongs. */
static void
put_record(struct tls *t, enum record type, const void *content, size_t n)
{
	uint8_t *rec = t->out + t->out_n;
	size_t head = tls_head(t, TLS_OUT_KEY);

	memmove(rec + head, content, n);
	rec[0] = (uint8_t)type;
	rec[1] = 3;
	rec[2] = t->wait == TLS_WAIT_HELLO ? 1 : 3;	/* RFC 5246 appendix E.1 */
	if (t->key[TLS_OUT_KEY].on) {
		tls_protect(t, TLS_OUT_KEY, rec, n);
		n += head - 5 + 16;
	}
	rec[3] = (uint8_t)(n >> 8);
	rec[4] = (uint8_t)n;
	t->out_n += 5 + n;
}

/* The last that is said, behind what waits; what is only staged is lost. */
static void
put_alert(struct tls *t, unsigned level, unsigned number)
{
	uint8_t alert[] = { (uint8_t)level, (uint8_t)number };

	t->staged = 0;
	put_record(t, REC_ALERT, alert, sizeof alert);
	t->over = true;
}

/* Our half of the handshake, all at once (RFC 5246 section 7.3). */
static enum tls_fault
answer(struct tls *t)
{
	struct buf *talk = &t->talk;
	size_t from = talk->len;
	uint8_t finished[4 + 12] = { MSG_FINISHED, 0, 0, 12 };
	enum tls_fault fault;

	if (talk->cap - from < TLS_OURS + (t->scheme ? TLS_SHOWN : 0) + sizeof finished)
		return TLS_FAULT_LENGTH;
	fault = tls_add_exchange(t);
	if (fault)
		return fault;
	put_record(t, REC_HANDSHAKE, talk->at + from, talk->len - from);
	put_record(t, REC_CIPHER, "\1", 1);
	tls_expand_keys(t);
	t->key[TLS_OUT_KEY].on = true;
	tls_finish(t, "client finished", talk->len, finished + 4);
	buf_add(talk, finished, sizeof finished);
	put_record(t, REC_HANDSHAKE, finished, sizeof finished);
	t->talk_at = talk->len;
	t->phase = TLS_KEYED;
	return TLS_FAULT_NONE;
}

/* --- What the server says. */

/* RFC 5246 section 7.4.9. `body` is within talk. */
static enum tls_fault
take_finished(struct tls *t, struct str body)
{
	uint8_t want[12];

	if (body.len != sizeof want)
		return TLS_FAULT_DECODE;
	tls_finish(t, "server finished", (size_t)(body.at - t->talk.at) - 4, want);
	if (!str_eq_secret(body, (struct str){ (char *)want, sizeof want }))
		return TLS_FAULT_DECRYPT;
	wipe(t->master, sizeof t->master);
	t->talk.len = t->talk_at = 0;
	t->phase = TLS_OPEN;
	return TLS_FAULT_NONE;
}

/* One whole message, within talk. Each has its place; only CertificateRequest may be left out (RFC 5246 section 7.3). */
static enum tls_fault
take_message(struct tls *t, unsigned type, struct str body)
{
	static const uint8_t due[] = {
		[TLS_WAIT_HELLO] = MSG_HELLO,
		[TLS_WAIT_CERTIFICATE] = MSG_CERTIFICATE,
		[TLS_WAIT_EXCHANGE] = MSG_EXCHANGE,
		[TLS_WAIT_REQUEST] = MSG_REQUEST,
		[TLS_WAIT_DONE] = MSG_DONE,
		[TLS_WAIT_FINISHED] = MSG_FINISHED,
		[TLS_WAIT_NOTHING] = MSG_HELLO_REQUEST,	/* which does not come here */
	};
	enum tls_fault fault = TLS_FAULT_NONE;

	if (t->wait == TLS_WAIT_REQUEST && type == MSG_DONE)
		t->wait = TLS_WAIT_DONE;
	if (type != due[t->wait])
		return TLS_FAULT_UNEXPECTED;
	/* The server waits for us after these, or has changed keys for what follows: nothing may stand behind them. */
	if (t->wait >= TLS_WAIT_DONE && t->talk_at != t->talk.len)
		return TLS_FAULT_UNEXPECTED;
	switch (t->wait) {
	case TLS_WAIT_HELLO:
		fault = tls_take_hello(t, body);
		if (!fault)
			t->phase = TLS_AGREED;
		break;
	case TLS_WAIT_CERTIFICATE:
		fault = tls_take_certificate(t, body);
		break;
	case TLS_WAIT_EXCHANGE:
		fault = tls_take_exchange(t, body);
		break;
	case TLS_WAIT_REQUEST:
		fault = tls_take_request(t, body);
		break;
	case TLS_WAIT_DONE:
		fault = body.len ? TLS_FAULT_DECODE : answer(t);
		break;
	case TLS_WAIT_FINISHED:
		fault = take_finished(t, body);
		break;
	case TLS_WAIT_CIPHER:
	case TLS_WAIT_NOTHING:
		break;
	}
	if (!fault)
		t->wait++;
	return fault;
}

/* All messages that are whole by now. */
static enum tls_fault
take_messages(struct tls *t)
{
	struct buf *talk = &t->talk;

	for (;;) {
		struct str rest = str_part(buf_str(talk), t->talk_at, talk->len), body;
		unsigned type = tls_take_number(&rest, 1);
		size_t n = tls_take_number(&rest, 3);
		enum tls_fault fault;

		if (talk->full || n > talk->cap - t->talk_at)
			return TLS_FAULT_LENGTH;
		if (!rest.at || rest.len < n)
			return TLS_FAULT_NONE;
		body = str_part(rest, 0, n);
		if (type == MSG_HELLO_REQUEST) {	/* not followed, and in no hash (RFC 5246 section 7.4.1.1) */
			if (n)
				return TLS_FAULT_DECODE;
			if (++t->idle > IDLE_MAX)
				return TLS_FAULT_UNEXPECTED;
			talk->len -= 4;
			memmove(talk->at + t->talk_at, rest.at, rest.len);
			continue;
		}
		t->talk_at += 4 + n;
		fault = take_message(t, type, body);
		if (fault)
			return fault;
	}
}

/* RFC 5246 section 7.2: two bytes, which must not be torn apart here. */
static enum tls_fault
take_alert(struct tls *t, const uint8_t *at, size_t n)
{
	if (n != 2)
		return TLS_FAULT_DECODE;
	if (!at[1]) {	/* close_notify, answered in kind (section 7.2.1) */
		t->goodbye = true;
		put_alert(t, 1, 0);
	} else if (at[0] == 2) {
		t->heard = at[1];
		t->staged = 0;
		t->over = true;
	} else if (at[0] != 1) {
		return TLS_FAULT_PARAMETER;
	} else if (++t->idle > IDLE_MAX) {
		return TLS_FAULT_UNEXPECTED;
	}
	return TLS_FAULT_NONE;
}

/* What the header of the record that comes in says. */
static size_t
in_length(const struct tls *t)
{
	return t->in[3] * 256u + t->in[4];
}

/* A header stands in t->in. */
static enum tls_fault
take_header(const struct tls *t)
{
	/* Before a version is agreed on, alerts come in any (RFC 5246 appendix E.1). */
	if (t->in[1] != 3 || (t->in[2] != 3 && (t->in[0] != REC_ALERT || t->phase >= TLS_AGREED)))
		return TLS_FAULT_VERSION;
	return in_length(t) > TLS_IN - 5 ? TLS_FAULT_OVERFLOW : TLS_FAULT_NONE;
}

/* A whole record does. */
static enum tls_fault
take_record(struct tls *t)
{
	size_t n = in_length(t), head = tls_head(t, TLS_IN_KEY);
	uint8_t *at = t->in + head;

	t->in_n = 0;
	if (t->key[TLS_IN_KEY].on) {
		if (n < head - 5 + 16)
			return TLS_FAULT_MAC;
		n -= head - 5 + 16;
		if (!tls_protect(t, TLS_IN_KEY, t->in, n))
			return TLS_FAULT_MAC;
	}
	if (n > TLS_PLAIN)
		return TLS_FAULT_OVERFLOW;
	/* A message is torn apart (RFC 5246 section 6.2.1); but why the server gives up is worth hearing. */
	if (t->in[0] != REC_HANDSHAKE && t->talk_at != t->talk.len && !(t->in[0] == REC_ALERT && n == 2 && *at == 2))
		return TLS_FAULT_UNEXPECTED;
	switch (t->in[0]) {
	case REC_CIPHER:	/* RFC 5246 section 7.1: in its place, and nowhere else */
		if (t->wait != TLS_WAIT_CIPHER || n != 1 || *at != 1)
			return TLS_FAULT_UNEXPECTED;
		t->key[TLS_IN_KEY].on = true;
		t->wait = TLS_WAIT_FINISHED;
		return TLS_FAULT_NONE;
	case REC_ALERT:
		return take_alert(t, at, n);
	case REC_HANDSHAKE:
		if (!n)
			return TLS_FAULT_UNEXPECTED;
		buf_add(&t->talk, at, n);
		return take_messages(t);
	case REC_APP:
		if (t->phase != TLS_OPEN || (!n && ++t->idle > IDLE_MAX))
			return TLS_FAULT_UNEXPECTED;
		t->app = at;
		t->app_n = n;
		if (n)
			t->idle = 0;
		return TLS_FAULT_NONE;
	default:
		return TLS_FAULT_UNEXPECTED;
	}
}

/* --- The six functions. */

int
tls_start(struct tls *t, const struct tls_config *config, struct err *e)
{
	struct x509_config *peer = &t->x509.config;
	size_t chain = 0;
	uint8_t any = 0;

	memset(t, 0, offsetof(struct tls, x509));
	t->in = arena_get(config->arena, TLS_IN);
	t->out = arena_get(config->arena, TLS_OUT + (config->identity ? TLS_PLAIN : 0));
	t->talk = arena_buf(config->arena, TLS_TALK);
	t->over = true;	/* until all is well */
	if (!t->in || !t->out || t->talk.full)
		return arena_err(e);
	for (size_t i = 0; i < TLS_RANDOM; i++)
		any |= config->random[i];
	if (!any)
		return err_set(e, ERR_SYS, CAUSE_RANDOM, "no random bytes for TLS");
	t->identity = config->identity;
	for (unsigned i = 0; t->identity && i < t->identity->cert_n; i++)
		chain += 3 + t->identity->cert[i].len;
	if (chain > TLS_CHAIN)
		return err_set(e, ERR_LIMIT, CAUSE_FILE, "client certificate: more than %d bytes with its CAs", TLS_CHAIN);
	t->over = false;
	peer->host = config->host;
	peer->now_s = config->now_s;
	peer->trust = config->trust;
	peer->arena = config->arena;
	peer->fixed_name = config->fixed_name;
	peer->skip_verify = config->skip_verify;
	x509_init(&t->x509);
	tls_add_hello(t, config->random);
	memcpy(t->scalar, config->random + 32, sizeof t->scalar);
	put_record(t, REC_HANDSHAKE, t->talk.at, t->talk.len);
	t->talk_at = t->talk.len;
	return 0;
}

unsigned
tls_state(const struct tls *t)
{
	if (t->out_n)	/* once open, both directions are independent of each other */
		return TLS_WIRE_OUT | (t->over || t->phase != TLS_OPEN ? 0 : t->app_n ? TLS_APP_IN : TLS_WIRE_IN);
	if (t->over)
		return TLS_CLOSED;
	return (t->phase == TLS_OPEN ? TLS_APP_OUT : 0) | (t->app_n ? TLS_APP_IN : TLS_WIRE_IN);
}

void *
tls_buf(struct tls *t, enum tls_port port, size_t *n)
{
	*n = 0;
	switch (tls_state(t) & port) {
	case TLS_WIRE_OUT:
		*n = t->out_n - t->out_at;
		return t->out + t->out_at;
	case TLS_WIRE_IN:	/* the header, then the rest */
		*n = (t->in_n < 5 ? 5 : 5 + in_length(t)) - t->in_n;
		return t->in + t->in_n;
	case TLS_APP_OUT:
		*n = TLS_APP - t->staged;
		return t->out + tls_head(t, TLS_OUT_KEY) + t->staged;
	case TLS_APP_IN:
		*n = t->app_n;
		return t->app;
	}
	return NULL;
}

void
tls_ack(struct tls *t, enum tls_port port, size_t n)
{
	enum tls_fault fault = TLS_FAULT_NONE;

	switch (port) {
	case TLS_WIRE_OUT:
		t->out_at += n;
		if (t->out_at == t->out_n)
			t->out_at = t->out_n = 0;
		if (!t->out_n && t->phase == TLS_HELLO)
			tls_make_own(t);
		break;
	case TLS_WIRE_IN:
		t->in_n += n;
		if (t->phase == TLS_HELLO)
			t->phase = TLS_ANSWERED;
		if (t->in_n == 5)
			fault = take_header(t);
		if (!fault && t->in_n >= 5 && t->in_n == 5 + in_length(t))
			fault = take_record(t);
		if (fault) {
			t->fault = fault;
			put_alert(t, 2, fault);
		}
		break;
	case TLS_APP_OUT:
		t->staged += n;
		if (t->staged == TLS_APP)
			tls_flush(t);
		break;
	case TLS_APP_IN:
		t->app += n;
		t->app_n -= n;
		break;
	case TLS_CLOSED:
		break;
	}
}

void
tls_flush(struct tls *t)
{
	if (t->staged)
		put_record(t, REC_APP, t->out + tls_head(t, TLS_OUT_KEY), t->staged);
	t->staged = 0;
}

void
tls_close(struct tls *t)
{
	if (t->over)
		return;
	tls_flush(t);
	put_alert(t, 1, 0);
}

bool
tls_is_clean_end(const struct tls *t)
{
	return t->phase == TLS_OPEN && t->goodbye;
}

bool
tls_is_verified(const struct tls *t)
{
	return t->phase == TLS_OPEN && !t->x509.config.skip_verify;
}
