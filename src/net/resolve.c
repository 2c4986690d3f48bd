/* net/resolve.c: a host's addresses, by our own stub resolver on the loop. */
/* SPDX-License-Identifier: MIT */
#include "net/resolve.h"

#include "base/divide.h"
#include "data/dns.h"
#include "data/uri.h"
#include "sys/clock.h"
#include "sys/rand.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#define TCP_BYTES 16384		/* an answer by TCP: 500 addresses */
#define DATAGRAMS 8		/* looked at in one turn: a flood of them must not hold up the loop */
#define LEAST_MS 100		/* a try has at least this, however little time is left for all of them */
#define NAME_BYTES 253		/* RFC 1035: 255 on the wire */

static void
keep_address(void *ctx, const struct sock_addr *a)
{
	struct resolve *r = ctx;
	struct resolve_query *q = &r->query[a->v6];

	if (q->addr_n < RESOLVE_ADDRS)
		memcpy(q->addr[q->addr_n++], a->ip, sizeof a->ip);
}

/* --- The end */

static void
finish(struct resolve *r)
{
	void (*done)(struct resolve *) = r->done;

	resolve_cancel(r);
	done(r);	/* r may be gone afterwards */
}

/* Set out the addresses of both families by turns, so that a family that leads nowhere costs one try before the other. */
static void
finish_found(struct resolve *r)
{
	for (unsigned i = 0; i < RESOLVE_ADDRS; i++)
		for (unsigned v6 = 2; v6-- > 0;) {
			const struct resolve_query *q = &r->query[v6];
			struct sock_addr *a = &r->addr[r->addr_n];

			if (i >= q->addr_n || r->addr_n == RESOLVE_ADDRS)
				continue;
			*a = (struct sock_addr){ .v6 = v6, .port = r->port };
			memcpy(a->ip, q->addr[i], sizeof a->ip);
			r->addr_n++;
		}
	finish(r);
}

/* By what err says, of this name. */
static void
finish_named(struct resolve *r)
{
	err_in(&r->err, "name \"%.*s\"", STR(r->name));
	finish(r);
}

static void
finish_silent(struct resolve *r)
{
	char text[NAMECONF_SERVERS * (SOCK_TEXT + 2)];
	struct buf b = BUF(text);

	for (unsigned i = 0; i < r->conf.server_n; i++) {
		r->conf.server[i].port = 0;	/* not to be shown */
		buf_fmt(&b, i ? ", " : "");
		sock_format(&b, &r->conf.server[i]);
	}
	err_set(&r->err, ERR_RETRY, CAUSE_UNREACHABLE, "no nameserver answered for \"%.*s\" (%.*s)", STR(r->name), STR(buf_str(&b)));
	finish(r);
}

/* --- Questions */

static void ask_candidate(struct resolve *r);
static void try_next(struct resolve *r, struct resolve_query *q);

static struct str
asked(const struct resolve *r)
{
	return (struct str){ r->asked, r->asked_len };
}

/* Which server this try asks. */
static unsigned
server_at(const struct resolve *r, const struct resolve_query *q)
{
	unsigned at = q->first + q->tries - 1;

	while (at >= r->conf.server_n)	/* a few turns: attempts and servers are few */
		at -= r->conf.server_n;
	return at;
}

static const struct sock_addr *
server_of(const struct resolve *r, const struct resolve_query *q)
{
	return &r->conf.server[server_at(r, q)];
}

static void
query_close(struct resolve *r, struct resolve_query *q)
{
	loop_remove(r->loop, &q->watch);
	sock_close(&q->watch.fd);
}

static unsigned
tries_in_all(const struct resolve *r)
{
	return r->conf.server_n * r->conf.option[NAMECONF_ATTEMPTS];
}

static tick
last_moment(const struct resolve *r)
{
	return tick_earlier(r->deadline, r->grace);
}

/* Wait for the query's socket, for this try's part of the time. */
static int
await(struct resolve *r, struct resolve_query *q, enum resolve_state state, short events)
{
	tick now = clock_now();
	uint64_t share = r->deadline > now ? (uint64_t)(r->deadline - now) : 0;
	int64_t ms = (int64_t)r->conf.option[NAMECONF_TIMEOUT] * 1000;

	divide(&share, tries_in_all(r) - q->tries + 1);
	if (share < (uint64_t)ms)
		ms = (int64_t)share;
	q->state = state;
	q->watch.events = events;
	q->watch.deadline = tick_earlier(tick_after(now, ms < LEAST_MS ? LEAST_MS : ms), last_moment(r));
	return loop_add(r->loop, &q->watch, &r->err);
}

static int
format_query(struct resolve *r, const struct resolve_query *q, struct buf *out)
{
	return dns_format_query(out, q->id, asked(r), q == &r->query[1] ? DNS_AAAA : DNS_A, &r->err);
}

/* One try: a fresh id to a fresh socket. -1: this one failed at once. */
static int
ask(struct resolve *r, struct resolve_query *q)
{
	char bytes[DNS_QUERY_BYTES];
	struct buf b = BUF(bytes);
	struct err e;
	int sys;

	if (rand_bytes(&q->id, sizeof q->id, &r->err) < 0 || format_query(r, q, &b) < 0) {
		q->tries = tries_in_all(r);	/* the next try would not do better */
		q->result = RESOLVE_FAILED;
		return -1;
	}
	if (sock_udp(&q->watch.fd, server_of(r, q), &e) < 0)
		return -1;
	if (sock_send(q->watch.fd, b.at, b.len, &sys) < 0)
		return -1;
	return await(r, q, RESOLVE_UDP, POLLIN);
}

/* Both families are answered. */
static void
judge(struct resolve *r)
{
	enum resolve_result a = r->query[0].result, b = r->query[1].result;

	if (a == RESOLVE_FOUND || b == RESOLVE_FOUND) {
		finish_found(r);
	} else if (a == RESOLVE_NO_NAME || b == RESOLVE_NO_NAME || (a == RESOLVE_EMPTY && b == RESOLVE_EMPTY)) {
		r->exists |= a == b && a == RESOLVE_EMPTY;
		ask_candidate(r);
	} else if (a == RESOLVE_FAILED || b == RESOLVE_FAILED) {	/* err is filled */
		finish_named(r);
	} else {
		finish_silent(r);
	}
}

static void
answered(struct resolve *r, struct resolve_query *q, enum resolve_result result)
{
	struct resolve_query *other = &r->query[q == &r->query[0]];

	query_close(r, q);
	q->state = RESOLVE_ANSWERED;
	q->result = result;
	if (other->state == RESOLVE_ANSWERED) {
		judge(r);
	} else if (result == RESOLVE_FOUND || result == RESOLVE_NO_NAME) {	/* there are servers that deny a name of which they
										   only lack this family (RFC 4074 4.2) */
		r->grace = clock_after(RESOLVE_GRACE_MS);
		other->watch.deadline = tick_earlier(other->watch.deadline, r->grace);
	}
}

static void
try_next(struct resolve *r, struct resolve_query *q)
{
	query_close(r, q);
	while (q->tries < tries_in_all(r) && !tick_is_past(last_moment(r), clock_now())) {
		q->tries++;
		if (ask(r, q) == 0)
			return;
		query_close(r, q);
	}
	answered(r, q, q->result);
}

/* The same question to the same server by TCP. */
static void
start_tcp(struct resolve *r, struct resolve_query *q)
{
	struct buf b = { .cap = DNS_QUERY_BYTES };
	struct err e;

	query_close(r, q);
	if (!q->tcp)
		q->tcp = arena_get(r->arena, 2 + TCP_BYTES);
	b.at = q->tcp + 2;
	if (!q->tcp || format_query(r, q, &b) < 0 || sock_connect(&q->watch.fd, server_of(r, q), &e) < 0 ||
		await(r, q, RESOLVE_TCP_SEND, POLLOUT) < 0) {
		try_next(r, q);
		return;
	}
	q->tcp[0] = (char)(b.len >> 8);
	q->tcp[1] = (char)b.len;
	q->tcp_end = 2 + b.len;
	q->tcp_len = 0;
}

/* Take one message. False: it answers nothing; wait on. */
static bool
take_message(struct resolve *r, struct resolve_query *q, struct str msg)
{
	bool v6 = q == &r->query[1];
	char text[SOCK_TEXT];
	struct dns_result got;
	struct sock_addr a = { .v6 = v6 };
	enum dns_answer answer = dns_parse(msg, q->id, asked(r), v6 ? DNS_AAAA : DNS_A, &got, &r->err);

	switch (answer) {
	case DNS_IGNORE:
		return false;
	case DNS_TRUNCATED:
		if (q->state == RESOLVE_UDP)
			start_tcp(r, q);
		else
			try_next(r, q);
		return true;
	case DNS_FAILED:
		a = *server_of(r, q);
		a.port = 0;
		err_in(&r->err, "nameserver %.*s", STR(sock_text(&a, &text)));
		q->result = RESOLVE_FAILED;
		try_next(r, q);
		return true;
	case DNS_FOUND:
	case DNS_NODATA:
	case DNS_NXDOMAIN:
		break;
	}
	r->server_good = server_at(r, q);
	for (size_t i = 0; answer == DNS_FOUND && i < got.n; i++) {
		memcpy(a.ip, got.ip[i], sizeof a.ip);
		keep_address(r, &a);
	}
	answered(r, q, answer == DNS_FOUND ? RESOLVE_FOUND : answer == DNS_NODATA ? RESOLVE_EMPTY : RESOLVE_NO_NAME);
	return true;
}

static void
take_datagrams(struct resolve *r, struct resolve_query *q)
{
	char msg[DNS_UDP_BYTES + 1];	/* a longer one is seen to be longer */

	for (int i = 0; i < DATAGRAMS; i++) {
		int sys;
		ptrdiff_t n = sock_recv(q->watch.fd, msg, sizeof msg, &sys);

		if (n < 0 && sys == EAGAIN)
			return;
		if (n < 0) {	/* nobody listens there */
			try_next(r, q);
			return;
		}
		if (n == sizeof msg)	/* more than we asked for, and cut: as good as truncated */
			msg[2] |= 2;
		if (take_message(r, q, (struct str){ msg, (size_t)n }))
			return;
	}
}

/* Go on with the conversation by TCP: 1 when there is nothing to do until the socket is ready, 0 to go on, -1 when it failed. */
static int
move_tcp(struct resolve *r, struct resolve_query *q)
{
	ptrdiff_t n;
	int sys;

	if (q->state == RESOLVE_TCP_SEND) {	/* had it not connected, this would say so */
		n = sock_send(q->watch.fd, q->tcp + q->tcp_len, q->tcp_end - q->tcp_len, &sys);
	} else {
		q->tcp_end = 2;
		if (q->tcp_len >= 2)
			q->tcp_end += (size_t)(unsigned char)q->tcp[0] << 8 | (unsigned char)q->tcp[1];
		if (q->tcp_end > 2 + TCP_BYTES)
			return -1;
		if (q->tcp_len > 2 && q->tcp_len == q->tcp_end)
			return take_message(r, q, (struct str){ q->tcp + 2, q->tcp_len - 2 }) ? 1 : -1;
		n = sock_recv(q->watch.fd, q->tcp + q->tcp_len, q->tcp_end - q->tcp_len, &sys);
	}
	if (n <= 0)
		return n < 0 && sys == EAGAIN ? 1 : -1;
	q->tcp_len += (size_t)n;
	if (q->state == RESOLVE_TCP_SEND && q->tcp_len == q->tcp_end) {
		q->tcp_len = 0;
		q->state = RESOLVE_TCP_RECV;
		q->watch.events = POLLIN;
	}
	return 0;
}

static void
on_ready(struct watch *w, short revents)
{
	struct resolve *r = w->ctx;
	struct resolve_query *q = &r->query[w == &r->query[1].watch];
	int moved = 0;

	if (!revents) {
		try_next(r, q);
		return;
	}
	if (q->state == RESOLVE_UDP) {
		take_datagrams(r, q);
		return;
	}
	while (moved == 0)
		moved = move_tcp(r, q);
	if (moved < 0)
		try_next(r, q);
}

/* --- Candidates: the name as it is, and in each search domain */

/* Set asked[] to the next one. */
static bool
next_candidate(struct resolve *r)
{
	for (;;) {
		struct str domains = { r->conf.search, r->conf.search_len }, domain = S("");
		struct buf b = BUF(r->asked);
		unsigned at = r->candidate++, n = 0;

		buf_add_str(&b, r->name);
		while (domains.len) {
			struct str one = str_cut(&domains, ' ');

			if (n++ + r->bare_first == at)
				domain = one;
		}
		if (at > n)
			return false;
		if (domain.len) {
			buf_add_c(&b, '.');
			buf_add_str(&b, domain);
		}
		r->asked_len = b.len;
		if (!b.full && b.len <= NAME_BYTES)
			return true;
	}
}

static void
ask_candidate(struct resolve *r)
{
	if (!next_candidate(r)) {
		err_set(&r->err, ERR_ABSENT, CAUSE_UNREACHABLE, "name \"%.*s\" %s", STR(r->name),
			r->exists ? "has no address" : "does not exist");
		finish(r);
		return;
	}
	r->grace = TICK_NEVER;
	for (int i = 0; i < 2; i++) {
		struct resolve_query *q = &r->query[i];

		q->state = RESOLVE_IDLE;
		q->result = RESOLVE_SILENT;
		q->tries = 0;
		q->first = r->server_good;
	}
	try_next(r, &r->query[0]);	/* cannot end it: the other one is not answered */
	try_next(r, &r->query[1]);
}

static bool
is_localhost(struct str name)
{
	size_t at = name.len < 9 ? 0 : name.len - 9;

	return str_eq_nocase(str_part(name, at, name.len), S("localhost")) && (at == 0 || name.at[at - 1] == '.');
}

static void
start_name(struct resolve *r, const struct host *host)
{
	unsigned dots = 0;

	r->name = host->name;
	if (is_localhost(r->name)) {
		r->query[1].addr[0][15] = 1;
		memcpy(r->query[0].addr[0], "\x7f\0\0\1", 4);
		r->query[0].addr_n = r->query[1].addr_n = 1;
		finish_found(r);
		return;
	}
	nameconf_hosts(r->from->hosts, r->name, keep_address, r);
	if (r->query[0].addr_n || r->query[1].addr_n) {
		finish_found(r);
		return;
	}
	if (nameconf_read(&r->conf, r->from->conf, r->from->port, &r->err) < 0) {
		finish_named(r);
		return;
	}
	for (size_t i = 0; i < r->name.len; i++)
		dots += r->name.at[i] == '.';
	r->bare_first = host->rooted || dots >= r->conf.option[NAMECONF_NDOTS];
	if (host->rooted)
		r->conf.search_len = 0;
	ask_candidate(r);
}

void
resolve_start(struct resolve *r, struct loop *l, const struct host *host, uint16_t port, tick deadline,
	void (*done)(struct resolve *r))
{
	static const struct resolve_from usual = { "/etc/resolv.conf", "/etc/hosts", 53 };

	*r = (struct resolve){
		.arena = r->arena, .from = r->from ? r->from : &usual, .ctx = r->ctx,
		.loop = l, .done = done, .deadline = deadline, .grace = TICK_NEVER, .port = port,
	};
	for (int i = 0; i < 2; i++)
		r->query[i].watch = (struct watch){ .fd = -1, .deadline = TICK_NEVER, .ready = on_ready, .ctx = r };
	if (host->kind == HOST_DNS) {
		start_name(r, host);
		return;
	}
	r->addr[0] = (struct sock_addr){ .v6 = host->kind == HOST_IP6, .port = port };
	memcpy(r->addr[0].ip, host->ip, sizeof r->addr[0].ip);
	r->addr_n = 1;
	if (host->scope.len && !(r->addr[0].scope = sock_scope(host->scope))) {
		r->addr_n = 0;
		err_set(&r->err, ERR_INPUT, CAUSE_UNREACHABLE, "no network interface \"%.*s\"", STR(host->scope));
	}
	finish(r);
}

void
resolve_cancel(struct resolve *r)
{
	for (int i = 0; r->loop && i < 2; i++)
		query_close(r, &r->query[i]);
	r->loop = NULL;
}
