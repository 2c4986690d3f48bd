/* net/pump.c: moves bytes between a connected socket and whoever speaks through it. */
/* SPDX-License-Identifier: MIT */
#include "net/pump.h"

#include "base/wipe.h"
#include "crypto/tls.h"
#include "sys/sock.h"

#include <errno.h>
#include <poll.h>

#define ROUNDS 64	/* of one run: a peer that always has one more byte must not keep signals and timers waiting */
#define PLAIN_BYTES 2048

/* What one direction did. */
enum moved {
	MOVED_NOTHING,
	MOVED,
	MOVED_ENOUGH,	/* take said so */
	MOVED_END,	/* the peer's FIN */
	MOVED_FAILED,	/* p->sys says why */
};

/* Receive into `at`. */
static enum moved
receive(struct pump *p, void *at, size_t n, size_t *got)
{
	int sys;
	ptrdiff_t done = sock_recv(p->fd, at, n, &sys);

	*got = done > 0 ? (size_t)done : 0;
	if (done < 0 && sys != EAGAIN) {
		p->sys = p->deaf ? p->sys : sys;	/* the first one tells more */
		return MOVED_FAILED;
	}
	return done > 0 ? MOVED : done < 0 ? MOVED_NOTHING : MOVED_END;
}

/* Send; a failure is remembered, and shows only when there is nothing to be read any more. */
static enum moved
transmit(struct pump *p, const void *at, size_t n, size_t *sent)
{
	int sys;
	ptrdiff_t done = sock_send(p->fd, at, n, &sys);

	*sent = done > 0 ? (size_t)done : 0;
	if (done < 0 && sys != EAGAIN) {
		p->sys = sys;
		p->deaf = true;
	}
	return done > 0 ? MOVED : MOVED_NOTHING;
}

static enum moved
hand_over(struct pump *p, struct str bytes)
{
	p->got_any = true;
	return p->take(p->ctx, bytes) ? MOVED_ENOUGH : MOVED;
}

static enum moved
read_plain(struct pump *p)
{
	char bytes[PLAIN_BYTES];
	size_t n;
	enum moved moved = receive(p, bytes, sizeof bytes, &n);

	if (moved == MOVED)
		moved = hand_over(p, (struct str){ bytes, n });
	wipe(bytes, n);
	return moved;
}

static enum moved
read_tls(struct pump *p)
{
	unsigned state = tls_state(p->tls);
	enum moved moved;
	size_t n;
	void *at;

	if (state & TLS_APP_IN) {
		at = tls_buf(p->tls, TLS_APP_IN, &n);
		moved = hand_over(p, (struct str){ at, n });
		tls_ack(p->tls, TLS_APP_IN, n);
		return moved;
	}
	if (!(state & TLS_WIRE_IN))
		return MOVED_NOTHING;
	at = tls_buf(p->tls, TLS_WIRE_IN, &n);
	moved = receive(p, at, n, &n);
	if (moved == MOVED)
		tls_ack(p->tls, TLS_WIRE_IN, n);
	return moved;
}

static enum moved
write_plain(struct pump *p)
{
	size_t n;
	enum moved moved;

	if (!p->out.len || p->deaf)
		return MOVED_NOTHING;
	moved = transmit(p, p->out.at, p->out.len, &n);
	p->out = str_part(p->out, n, p->out.len);
	p->sent_any |= moved == MOVED;
	return moved;
}

static enum moved
write_tls(struct pump *p)
{
	unsigned state = tls_state(p->tls);
	enum moved moved;
	size_t n;
	char *at;

	if (state & TLS_WIRE_OUT) {
		at = tls_buf(p->tls, TLS_WIRE_OUT, &n);
		moved = p->deaf ? MOVED : transmit(p, at, n, &n);
		if (n)	/* or it is lost, so that the rest can be heard, or the end seen */
			tls_ack(p->tls, TLS_WIRE_OUT, n);
		return p->deaf ? MOVED : moved;
	}
	if (!(state & TLS_APP_OUT) || !p->out.len || p->deaf)
		return MOVED_NOTHING;
	at = tls_buf(p->tls, TLS_APP_OUT, &n);
	if (n > p->out.len)
		n = p->out.len;
	for (size_t i = 0; i < n; i++)
		at[i] = p->out.at[i];
	tls_ack(p->tls, TLS_APP_OUT, n);
	p->out = str_part(p->out, n, p->out.len);
	p->sent_any = true;
	if (!p->out.len)
		tls_flush(p->tls);
	return MOVED;
}

/* What to poll for, which is what can be done then: anything else would spin. */
static short
wanted(const struct pump *p)
{
	unsigned state = p->tls ? tls_state(p->tls) : TLS_WIRE_IN | (p->out.len ? TLS_WIRE_OUT : 0);

	return (short)((state & TLS_WIRE_IN ? POLLIN : 0) | (state & TLS_WIRE_OUT && !p->deaf ? POLLOUT : 0));
}

/* Whether there is something to do without the socket. */
static bool
has_inside(const struct pump *p)
{
	return p->tls && tls_state(p->tls) & (TLS_CLOSED | TLS_APP_IN);
}

enum pump_end
pump_run(struct pump *p)
{
	/* Once over ROUNDS it still takes what stands in the engine: no readable socket would announce that. */
	for (int i = 0; i < ROUNDS || has_inside(p); i++) {
		enum moved in, out;

		if (p->tls && tls_state(p->tls) & TLS_CLOSED)
			return tls_is_clean_end(p->tls) ? PUMP_END : PUMP_BROKEN;
		in = p->tls ? read_tls(p) : read_plain(p);
		if (in == MOVED_ENOUGH)
			return PUMP_ENOUGH;
		if (in == MOVED_FAILED)
			return PUMP_CUT;
		if (in == MOVED_END)
			return p->tls || p->deaf ? PUMP_CUT : PUMP_END;
		if (in == MOVED)
			continue;
		out = p->tls ? write_tls(p) : write_plain(p);
		p->events = wanted(p);
		p->sent_all = !p->out.len && !(p->events & POLLOUT);
		if (out == MOVED_NOTHING && !has_inside(p))
			return p->events ? PUMP_WAIT : PUMP_CUT;	/* nothing can be sent, and nothing will be heard */
	}
	p->events = wanted(p);
	return PUMP_WAIT;
}

void
pump_close(struct pump *p)
{
	if (!p->tls || p->deaf || tls_state(p->tls) & TLS_CLOSED)
		return;
	p->out = S("");	/* an early answer may have left some */
	tls_close(p->tls);
	while (write_tls(p) == MOVED)
		;
}
