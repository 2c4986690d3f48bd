/* tests/unit/net/resolve.c: names, against scripted name servers on loopback that live in the same loop. Long because they do. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "net/resolve.h"

#include "data/dns.h"
#include "data/uri.h"
#include "sys/clock.h"
#include "sys/mem.h"
#include "tap.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static struct loop loop;
static struct arena arena;
static struct err err;
static char conf[150], hosts[150];
static uint16_t port;
static struct resolve_from places = { conf, hosts, 0 };

/* --- Name servers at 127.0.0.1, .2 and .3, on one port */

enum act {
	GIVE,		/* the addresses */
	NODATA,
	NXDOMAIN,
	SERVFAIL,
	DROP,
	TRUNCATE,	/* by UDP; by TCP as GIVE */
	LIES,		/* wrong id, wrong name, wrong type, no answer; then the addresses */
	FLOOD,		/* 30 wrong ids, then the addresses */
	GARBAGE,
	HANG_UP,	/* by UDP truncated; by TCP the end after half of it */
	TOO_LONG,	/* by UDP truncated; by TCP more than anybody reads */
	DRIP,		/* by UDP truncated; by TCP byte for byte */
	MUTE,		/* by UDP truncated; by TCP nothing */
};

struct rule {
	const char *name;	/* as asked, lower case */
	int type;		/* DNS_A, DNS_AAAA, 0: both */
	int server;		/* 1 to 3, 0: any */
	enum act act;
	const char *addresses;	/* blanks between; for one type those that fit are taken */
};
static const struct rule *rules;

static struct server {
	int number;
	struct watch udp, listening, tcp;
	unsigned char out[70000];
	size_t out_len, out_at;
	bool drip, hang_up;
} servers[3];

/* What was asked: "1 A name" each, by TCP "1 A name tcp". */
static char asked_text[4000];
static struct buf asked = { .at = asked_text, .cap = sizeof asked_text };

static size_t
put16(unsigned char *at, unsigned n)
{
	at[0] = (unsigned char)(n >> 8);
	at[1] = (unsigned char)n;
	return 2;
}

/* A whole answer to the question in q (header and one question of n bytes); its length. */
static size_t
build(unsigned char *out, const unsigned char *q, size_t n, int type, enum act act, const char *addresses, int id_off)
{
	char text[4000];
	size_t len = n, count = 0;

	memcpy(out, q, n);
	put16(out, (((unsigned)q[0] << 8) | q[1]) + (unsigned)id_off);
	out[2] = 0x81 | (act == TRUNCATE ? 2 : 0);
	out[3] = 0x80 | (act == NXDOMAIN ? 3 : act == SERVFAIL ? 2 : 0);
	memset(out + 6, 0, 6);
	if (act == GIVE) {
		snprintf(text, sizeof text, "%s", addresses);
		for (char *word = strtok(text, " "); word; word = strtok(NULL, " ")) {
			unsigned char ip[16];

			if (inet_pton(type == DNS_A ? AF_INET : AF_INET6, word, ip) != 1)
				continue;
			len += put16(out + len, 0xc00c);
			len += put16(out + len, (unsigned)type);
			len += put16(out + len, 1);
			len += put16(out + len, 0);
			len += put16(out + len, 60);
			len += put16(out + len, type == DNS_A ? 4 : 16);
			memcpy(out + len, ip, type == DNS_A ? 4 : 16);
			len += type == DNS_A ? 4 : 16;
			count++;
		}
		put16(out + 6, (unsigned)count);
	}
	return len;
}

/* Read the question; its length with the header, 0 when it is none. */
static size_t
question(const unsigned char *q, size_t n, char *name, int *type)
{
	size_t at = 12, len = 0;

	if (n < 17)
		return 0;
	while (at < n && q[at]) {
		for (unsigned i = 0; i < q[at]; i++)
			name[len++] = (char)(q[at + 1 + i] | 0x20);
		name[len++] = '.';
		at += 1u + q[at];
	}
	name[len ? len - 1 : 0] = 0;
	*type = q[at + 1] << 8 | q[at + 2];
	return at + 5;
}

static const struct rule *
rule_for(const char *name, int type, int server)
{
	static const struct rule none = { .act = NXDOMAIN };

	for (const struct rule *r = rules; r->name; r++)
		if (!strcmp(r->name, name) && (!r->type || r->type == type) && (!r->server || r->server == server))
			return r;
	return &none;
}

static void
note(const struct server *s, const char *name, int type, bool tcp)
{
	buf_fmt(&asked, "%s%d %s %s%s", asked.len ? ", " : "", s->number, type == DNS_A ? "A" : "AAAA", name, tcp ? " tcp" : "");
}

static void
on_udp(struct watch *w, short revents)
{
	struct server *s = w->ctx;
	unsigned char q[600], out[4000];
	char name[300];
	struct sockaddr_in from;
	socklen_t from_len = sizeof from;
	ssize_t n = recvfrom(w->fd, q, sizeof q, 0, (void *)&from, &from_len);
	const struct rule *r;
	size_t q_len;
	int type;

	(void)revents;
	if (n < 0 || !(q_len = question(q, (size_t)n, name, &type)))
		return;
	note(s, name, type, false);
	r = rule_for(name, type, s->number);
#define SEND(act, id_off) sendto(w->fd, out, build(out, q, q_len, type, act, r->addresses, id_off), 0, (void *)&from, from_len)
	switch (r->act) {
	case DROP:
		return;
	case LIES:
		SEND(GIVE, 1);
		q[13] ^= 1;
		SEND(NXDOMAIN, 0);
		q[13] ^= 1;
		q[q_len - 3] ^= 2;
		SEND(NXDOMAIN, 0);
		q[q_len - 3] ^= 2;
		sendto(w->fd, q, q_len, 0, (void *)&from, from_len);	/* a question is no answer */
		sendto(w->fd, q, 0, 0, (void *)&from, from_len);
		SEND(GIVE, 0);
		return;
	case FLOOD:
		for (int i = 1; i <= 30; i++)
			SEND(NXDOMAIN, i);
		SEND(GIVE, 0);
		return;
	case GARBAGE:
		memset(out, 0xff, sizeof out);
		build(out, q, q_len, type, GIVE, "", 0);
		put16(out + 6, 9);
		sendto(w->fd, out, q_len + 3, 0, (void *)&from, from_len);
		return;
	case HANG_UP:
	case TOO_LONG:
	case DRIP:
	case MUTE:
		SEND(TRUNCATE, 0);
		return;
	case GIVE:
	case NODATA:
	case NXDOMAIN:
	case SERVFAIL:
	case TRUNCATE:
		SEND(r->act, 0);
		return;
	}
}

static void
on_tcp(struct watch *w, short revents)
{
	struct server *s = w->ctx;
	unsigned char q[600];
	char name[300];
	const struct rule *r;
	ssize_t n;
	size_t q_len, len;
	int type;

	(void)revents;
	if (w->events == POLLOUT) {
		size_t part = s->drip ? 1 : s->out_len - s->out_at;

		n = send(w->fd, s->out + s->out_at, part, MSG_NOSIGNAL);
		s->out_at += n > 0 ? (size_t)n : 0;
		if (n > 0 && s->out_at < s->out_len)
			return;
		if (!s->hang_up && n > 0) {
			w->events = POLLIN;
			return;
		}
		n = 0;
	} else {
		n = recv(w->fd, q, sizeof q, 0);
	}
	if (n <= 2) {
		loop_remove(&loop, w);
		close(w->fd);
		w->fd = -1;
		return;
	}
	q_len = question(q + 2, (size_t)n - 2, name, &type);
	note(s, name, type, true);
	r = rule_for(name, type, s->number);
	if (r->act == MUTE)
		return;
	len = build(s->out + 2, q + 2, q_len, type, GIVE, r->addresses, 0);
	if (r->act == TOO_LONG)
		len = 20000;
	put16(s->out, (unsigned)len);
	s->out_at = 0;
	s->out_len = len + 2;
	s->drip = r->act == DRIP;
	s->hang_up = r->act == HANG_UP;
	if (s->hang_up)
		s->out_len /= 2;
	w->events = POLLOUT;
}

static void
on_listening(struct watch *w, short revents)
{
	struct server *s = w->ctx;

	(void)revents;
	loop_remove(&loop, &s->tcp);	/* one at a time is what the tests need */
	if (s->tcp.fd > 0)
		close(s->tcp.fd);
	s->tcp = (struct watch){ .fd = accept4(w->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), .events = POLLIN,
		.deadline = TICK_NEVER, .ready = on_tcp, .ctx = s };
	if (loop_add(&loop, &s->tcp, &err) < 0)
		exit(1);
}

static int
bound(int type, int number, uint16_t at)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(at), .sin_addr.s_addr = htonl(0x7f000000u + (unsigned)number) };
	int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (bind(fd, (void *)&a, sizeof a) < 0 || (type == SOCK_STREAM && listen(fd, 5) < 0)) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool
open_servers(void)
{
	for (int i = 0; i < 3; i++) {
		struct server *s = &servers[i];
		struct watch w = { .events = POLLIN, .deadline = TICK_NEVER, .ctx = s };

		s->number = i + 1;
		s->udp = s->listening = w;
		s->udp.ready = on_udp;
		s->listening.ready = on_listening;
		s->udp.fd = bound(SOCK_DGRAM, i + 1, port);
		s->listening.fd = bound(SOCK_STREAM, i + 1, port);
		if (s->udp.fd < 0 || s->listening.fd < 0)
			return false;
		if (loop_add(&loop, &s->udp, &err) < 0 || loop_add(&loop, &s->listening, &err) < 0)
			return false;
	}
	return true;
}

static void
close_server(struct server *s)
{
	loop_remove(&loop, &s->udp);
	loop_remove(&loop, &s->listening);
	close(s->udp.fd);
	close(s->listening.fd);
	if (s->tcp.fd > 0) {
		loop_remove(&loop, &s->tcp);
		close(s->tcp.fd);
	}
}

/* --- Looking up */

static void
put(const char *path, const char *text, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, text, n) != (ssize_t)n)
		exit(1);
	close(fd);
}

static struct resolve r;
static bool done;
static tick took;

static void
on_done(struct resolve *which)
{
	ok(which == &r && !done, "done is called once");
	done = true;
}

static int
descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n;
}

/* The addresses, or the whole line. */
static struct str
look(const char *name, int within_ms)
{
	static char text[2000];
	struct buf b = BUF(text);
	struct host h;
	tick before = clock_now();

	asked.len = 0;
	done = false;
	arena_wipe(&arena);
	r = (struct resolve){ .arena = &arena, .from = &places };
	if (host_parse(&h, str_of(name), &err) < 0)
		return str_of(err.line);
	resolve_start(&r, &loop, &h, 8200, within_ms ? tick_after(before, within_ms) : TICK_NEVER, on_done);
	while (!done)
		if (loop_turn(&loop, &err) < 0) {
			resolve_cancel(&r);
			return str_of(err.line);
		}
	took = clock_now() - before;
	if (!r.addr_n)
		return str_of(r.err.line);
	for (unsigned i = 0; i < r.addr_n; i++) {
		buf_fmt(&b, i ? " " : "");
		if (r.addr[i].port != 8200)
			return S("wrong port");
		r.addr[i].port = 0;
		sock_format(&b, &r.addr[i]);
	}
	return buf_str(&b);
}

static void
is_found(const char *name, const char *want, const char *what)
{
	is_str(look(name, 20000), str_of(want), "%s", what);
}

static void
is_asked(const char *want)
{
	is_str(buf_str(&asked), str_of(want), "what was asked");
}

static void
use(const char *text)
{
	put(conf, text, strlen(text));
}

static void
test_nobody_asked(void)
{
	char long_hosts[9000], want[400];
	size_t n;

	use("nameserver 127.0.0.1\n");
	put(hosts, "", 0);
	is_found("10.0.0.7", "10.0.0.7", "a literal");
	is_found("[2001:db8::7]", "2001:db8::7", "an IPv6 literal");
	is_found("fe80::1%lo", "fe80::1%1", "with its scope");
	is_found("fe80::1%nosuch", "no network interface \"nosuch\"", "with one that is not here");
	is_found("localhost", "::1 127.0.0.1", "localhost");
	is_found("LocalHost.", "::1 127.0.0.1", "in any way of writing");
	is_found("a.b.localhost", "::1 127.0.0.1", "and names under it");
	is_asked("");
	rules = (struct rule[]){ { "notlocalhost", 0, 0, GIVE, "10.0.0.1" }, { 0 } };
	is_found("notlocalhost", "10.0.0.1", "but not a name that ends alike");

	put(hosts, "", 0);
	snprintf(long_hosts, sizeof long_hosts, "# comment\n10.0.0.1 vault # vault2\n  2001:db8::1\tVAULT.corp\tvault \r\n"
		"10.0.0.2 other vault\n10.0.0 vault\nhost vault\n#10.0.0.9 vault\n10.0.0.3 %04000d vault\n10.0.0.4 x vault", 0);
	put(hosts, long_hosts, strlen(long_hosts));
	is_found("vault", "2001:db8::1 10.0.0.1 10.0.0.2 10.0.0.4", "the hosts file, families by turns; a line too long is passed over");
	is_found("Vault.Corp", "2001:db8::1", "without case");
	is_asked("");
	is_found("vault2", "name \"vault2\" does not exist", "not in a comment");
	for (n = 0; n < sizeof long_hosts - 30; n += 15)
		memcpy(long_hosts + n, "10.0.0.1 crowd\n", 15);
	put(hosts, long_hosts, n);
	look("crowd", 1000);
	is_int(r.addr_n, RESOLVE_ADDRS, "no more addresses than there is room for");
	for (size_t cut = 0; cut < 30; cut++) {	/* line ends at every place of the reading buffer */
		memset(long_hosts, '\n', 1024);
		memcpy(long_hosts + 1000 + cut, "10.1.2.3 edge\n", 14);
		put(hosts, long_hosts, 1000 + cut + 14 - (cut & 1));
		if (!str_eq(look("edge", 1000), S("10.1.2.3")))
			break;
		if (cut == 29)
			ok(true, "lines at every place");
	}
	unlink(hosts);
	is_found("localhost", "::1 127.0.0.1", "localhost without a hosts file");
	put(hosts, "10.0.0.1 vault\n", 15);

	unlink(conf);
	is_found("vault", "10.0.0.1", "a hosts file without resolv.conf");
	snprintf(want, sizeof want, "name \"vault.corp\": there is no %s to say whom to ask", conf);
	is_found("vault.corp", want, "no resolv.conf");
	ok(r.err.cause == CAUSE_UNREACHABLE && r.err.hint[0], "cause and hint");
	use("# nothing\nsearch corp\nnameserver vault.corp\nnameserver\n");
	snprintf(want, sizeof want, "name \"vault.corp\": %s names no server", conf);
	is_found("vault.corp", want, "a resolv.conf without a server: 127.0.0.1 is not assumed");
	unlink(conf);
	mkfifo(conf, 0600);
	snprintf(want, sizeof want, "name \"vault.corp\": %s: not a regular file", conf);
	is_found("vault.corp", want, "a resolv.conf that is no file");
	is_int(r.err.cause, CAUSE_FILE, "its cause");
	unlink(conf);
	n = (size_t)snprintf(long_hosts, sizeof long_hosts, "nameserver 127.0.0.1\nsearch");
	for (int i = 0; i < 40; i++)
		n += (size_t)snprintf(long_hosts + n, sizeof long_hosts - n, " domain%d.corp", i);
	put(conf, long_hosts, n);
	snprintf(want, sizeof want, "name \"vault.corp\": %s: over 512 bytes of search domains", conf);
	is_found("vault.corp", want, "more search domains than there is room for");
	is_asked("");
}

static void
test_families(void)
{
	char many[1200] = "";

	use("nameserver 127.0.0.1\n");
	for (int i = 0; i < 20; i++)
		snprintf(many + strlen(many), sizeof many - strlen(many), "10.0.0.%d 2001:db8::%x ", i + 1, i + 1);
	rules = (struct rule[]){
		{ "both.corp", 0, 0, GIVE, "10.0.0.1 2001:db8::1 10.0.0.2 10.0.0.3" },
		{ "many.corp", 0, 0, GIVE, many },
		{ "four.corp", DNS_A, 0, GIVE, "10.0.0.1" }, { "four.corp", DNS_AAAA, 0, NODATA, "" },
		{ "six.corp", DNS_AAAA, 0, GIVE, "2001:db8::1" }, { "six.corp", DNS_A, 0, NODATA, "" },
		{ "lost6.corp", DNS_A, 0, GIVE, "10.0.0.1" }, { "lost6.corp", DNS_AAAA, 0, DROP, "" },
		{ "lost4.corp", DNS_AAAA, 0, GIVE, "2001:db8::1" }, { "lost4.corp", DNS_A, 0, DROP, "" },
		{ "fail6.corp", DNS_A, 0, GIVE, "10.0.0.1" }, { "fail6.corp", DNS_AAAA, 0, SERVFAIL, "" },
		{ "deny6.corp", DNS_A, 0, GIVE, "10.0.0.1" }, { "deny6.corp", DNS_AAAA, 0, NXDOMAIN, "" },
		{ "none.corp", 0, 0, NODATA, "" },
		{ "half.corp", DNS_A, 0, NODATA, "" }, { "half.corp", DNS_AAAA, 0, DROP, "" },
		{ "lies.corp", 0, 0, LIES, "10.0.0.1 2001:db8::1" },
		{ "flood.corp", 0, 0, FLOOD, "10.0.0.1 2001:db8::1" },
		{ "garbage.corp", 0, 0, GARBAGE, "" },
		{ 0 } };
	is_found("both.corp", "2001:db8::1 10.0.0.1 10.0.0.2 10.0.0.3", "both families, by turns");
	is_asked("1 A both.corp, 1 AAAA both.corp");
	is_found("BOTH.corp", "2001:db8::1 10.0.0.1 10.0.0.2 10.0.0.3", "without case");
	is_found("many.corp", "2001:db8::1 10.0.0.1 2001:db8::2 10.0.0.2 2001:db8::3 10.0.0.3 2001:db8::4 10.0.0.4 "
		"2001:db8::5 10.0.0.5 2001:db8::6 10.0.0.6 2001:db8::7 10.0.0.7 2001:db8::8 10.0.0.8", "sixteen of many");
	is_found("four.corp", "10.0.0.1", "IPv4 alone");
	is_found("six.corp", "2001:db8::1", "IPv6 alone");
	is_found("lost6.corp", "10.0.0.1", "a lost AAAA");
	ok(took >= RESOLVE_GRACE_MS && took < 4000, "costs the grace, not 5 s (%lld ms)", (long long)took);
	is_found("lost4.corp", "2001:db8::1", "a lost A");
	ok(took >= RESOLVE_GRACE_MS && took < 4000, "costs the grace as well (%lld ms)", (long long)took);
	is_found("fail6.corp", "10.0.0.1", "a refused AAAA");
	is_found("deny6.corp", "10.0.0.1", "an AAAA that is denied by mistake (RFC 4074)");
	is_found("none.corp", "name \"none.corp\" has no address", "neither");
	ok(r.err.cause == CAUSE_UNREACHABLE && r.err.code == ERR_ABSENT, "cause and code");
	is_found("nothing.corp", "name \"nothing.corp\" does not exist", "no such name");
	ok(r.err.cause == CAUSE_UNREACHABLE && r.err.code == ERR_ABSENT, "cause and code");
	is_str(look("half.corp", 600), S("no nameserver answered for \"half.corp\" (127.0.0.1)"), "no IPv4, and silence on IPv6");
	is_found("lies.corp", "2001:db8::1 10.0.0.1", "answers to other questions are passed over");
	is_found("flood.corp", "2001:db8::1 10.0.0.1", "even thirty of them");
	is_found("garbage.corp", "name \"garbage.corp\": nameserver 127.0.0.1: dns: answer cannot be read", "what nobody can read");
}

static void
test_servers(void)
{
	use("nameserver 127.0.0.1\nnameserver 127.0.0.2\nnameserver 127.0.0.3\nnameserver 127.0.0.4\noptions timeout:1 attempts:2\n");
	rules = (struct rule[]){
		{ "fail.corp", 0, 1, SERVFAIL, "" }, { "fail.corp", 0, 2, GARBAGE, "" }, { "fail.corp", 0, 3, GIVE, "10.0.0.1 ::2" },
		{ "silent.corp", 0, 1, DROP, "" }, { "silent.corp", 0, 0, GIVE, "10.0.0.1 ::2" },
		{ "fails.corp", 0, 0, SERVFAIL, "" },
		{ "nobody.corp", 0, 0, DROP, "" },
		{ "first.corp", 0, 1, NXDOMAIN, "" }, { "first.corp", 0, 0, GIVE, "10.0.0.1" },
		{ 0 } };
	is_found("fail.corp", "::2 10.0.0.1", "a server that cannot say: the next one");
	is_asked("1 A fail.corp, 1 AAAA fail.corp, 2 A fail.corp, 2 AAAA fail.corp, 3 A fail.corp, 3 AAAA fail.corp");
	is_found("silent.corp", "::2 10.0.0.1", "a silent server: the next one");
	ok(took >= 1000 && took < 10000, "after its time (%lld ms)", (long long)took);
	is_str(look("silent.corp", 1200), S("::2 10.0.0.1"), "each server has a part of a short deadline");
	is_found("fails.corp", "name \"fails.corp\": nameserver 127.0.0.3: dns: server failed (2)", "none can say");
	ok(r.err.cause == CAUSE_UNREACHABLE && r.err.code == ERR_RETRY, "cause and code");
	is_str(look("nobody.corp", 300), S("no nameserver answered for \"nobody.corp\" (127.0.0.1, 127.0.0.2, 127.0.0.3)"), "all silent");
	ok(took >= 300 && took < 5000, "until the deadline (%lld ms)", (long long)took);
	ok(r.err.cause == CAUSE_UNREACHABLE && r.err.code == ERR_RETRY, "cause and code");
	is_found("first.corp", "name \"first.corp\" does not exist", "the first that answers is believed");
	is_asked("1 A first.corp, 1 AAAA first.corp");
	use("nameserver 127.0.0.9\nnameserver 127.0.0.2\n");
	is_found("first.corp", "10.0.0.1", "a server where nobody listens: the next one at once");
	ok(took < 4000, "without waiting (%lld ms)", (long long)took);
	use("nameserver fe80::1%nosuch\nnameserver fe80::2\nnameserver 127.0.0.2\n");
	is_found("silent.corp", "::2 10.0.0.1", "servers that cannot be reached: the next one");
}

static void
test_search(void)
{
	char name[260];

	rules = (struct rule[]){
		{ "vault.b.corp", 0, 0, GIVE, "10.0.0.2" }, { "vault", 0, 0, GIVE, "10.0.0.1" },
		{ "bare", 0, 0, GIVE, "10.0.0.1" },
		{ "db.prod.a.corp", 0, 0, GIVE, "10.0.0.3" }, { "db.prod", 0, 0, GIVE, "10.0.0.4" },
		{ "inner.sub.a.corp", 0, 0, GIVE, "10.0.0.5" },
		{ "half.a.corp", 0, 0, SERVFAIL, "" }, { "half.b.corp", 0, 0, GIVE, "10.0.0.6" },
		{ "empty.a.corp", 0, 0, NODATA, "" },
		{ "quiet.a.corp", 0, 1, DROP, "" },
		{ "c.c", 0, 0, GIVE, "10.0.0.7" },
		{ 0 } };
	put(hosts, "", 0);
	use("nameserver 127.0.0.1\ndomain x.corp\nsearch a.corp. b.corp # c.corp\n");
	is_found("vault", "10.0.0.2", "a name without a dot is asked in the domains first, in their order");
	is_asked("1 A vault.a.corp, 1 AAAA vault.a.corp, 1 A vault.b.corp, 1 AAAA vault.b.corp");
	is_found("vault.", "10.0.0.1", "with a dot at its end as it is");
	is_asked("1 A vault, 1 AAAA vault");
	is_found("bare", "10.0.0.1", "as it is in the end");
	is_asked("1 A bare.a.corp, 1 AAAA bare.a.corp, 1 A bare.b.corp, 1 AAAA bare.b.corp, 1 A bare, 1 AAAA bare");
	is_found("db.prod", "10.0.0.4", "with a dot in it as it is, first");
	is_found("inner.sub", "10.0.0.5", "and then in the domains");
	is_asked("1 A inner.sub, 1 AAAA inner.sub, 1 A inner.sub.a.corp, 1 AAAA inner.sub.a.corp");
	is_found("nowhere.x", "name \"nowhere.x\" does not exist", "nowhere");
	is_found("empty", "name \"empty\" has no address", "once without an address");
	is_found("half", "name \"half\": nameserver 127.0.0.1: dns: server failed (2)", "no further after a failure: that could be another host");
	is_asked("1 A half.a.corp, 1 AAAA half.a.corp, 1 A half.a.corp, 1 AAAA half.a.corp");
	use("search a.corp b.corp\nnameserver 127.0.0.1\noptions rotate ndots:2 edns0\n");
	is_found("db.prod", "10.0.0.3", "ndots:2");
	use("search a.corp b.corp\nnameserver 127.0.0.1\noptions ndots:0\n");
	is_found("vault", "10.0.0.1", "ndots:0");
	use("search a.corp\nsearch .\nnameserver 127.0.0.1\n");
	is_found("vault", "10.0.0.1", "\"search .\" is none, and the last line counts");
	is_asked("1 A vault, 1 AAAA vault");
	use("nameserver 127.0.0.1\nnameserver 127.0.0.2\nsearch a.corp b.corp\noptions timeout:1\n");
	is_found("quiet", "name \"quiet\" does not exist", "a silent first server");
	is_asked("1 A quiet.a.corp, 1 AAAA quiet.a.corp, 2 A quiet.a.corp, 2 AAAA quiet.a.corp, "
		"2 A quiet.b.corp, 2 AAAA quiet.b.corp, 2 A quiet, 2 AAAA quiet");
	use("nameserver 127.0.0.1\nsearch c\noptions ndots:9\n");
	for (size_t i = 0; i < 252; i++)
		name[i] = i % 50 == 49 ? '.' : 'n';
	name[252] = 0;
	look(name, 5000);
	ok(r.err.code == ERR_ABSENT, "a name too long for a domain");
	ok(str_find(buf_str(&asked), S(".c,")) == SIZE_MAX, "is not asked in it");
}

static void
test_tcp(void)
{
	char many[4000] = "";

	use("nameserver 127.0.0.1\nnameserver 127.0.0.2\noptions timeout:1\n");
	for (int i = 0; i < 250; i++)
		snprintf(many + strlen(many), sizeof many - strlen(many), "10.0.1.%d ", i + 1);
	rules = (struct rule[]){
		{ "cut.corp", DNS_A, 0, TRUNCATE, "10.0.0.1" }, { "cut.corp", 0, 0, NODATA, "" },
		{ "big.corp", DNS_A, 0, TRUNCATE, many }, { "big.corp", 0, 0, NODATA, "" },
		{ "drip.corp", DNS_A, 0, DRIP, many }, { "drip.corp", 0, 0, NODATA, "" },
		{ "hang.corp", DNS_A, 1, HANG_UP, "10.0.0.1" }, { "hang.corp", DNS_A, 2, GIVE, "10.0.0.2" }, { "hang.corp", 0, 0, NODATA, "" },
		{ "long.corp", DNS_A, 1, TOO_LONG, "10.0.0.1" }, { "long.corp", DNS_A, 2, GIVE, "10.0.0.2" }, { "long.corp", 0, 0, NODATA, "" },
		{ "mute.corp", DNS_A, 1, MUTE, "10.0.0.1" }, { "mute.corp", DNS_A, 2, GIVE, "10.0.0.2" }, { "mute.corp", 0, 0, NODATA, "" },
		{ "mutes.corp", DNS_A, 0, MUTE, "10.0.0.1" }, { "mutes.corp", 0, 0, NODATA, "" },
		{ 0 } };
	is_found("cut.corp", "10.0.0.1", "a truncated answer is asked for by TCP");
	is_asked("1 A cut.corp, 1 AAAA cut.corp, 1 A cut.corp tcp");
	look("big.corp", 20000);
	is_int(r.addr_n, 16, "a long answer");
	look("drip.corp", 20000);
	is_int(r.addr_n, 16, "byte for byte");
	is_found("hang.corp", "10.0.0.2", "cut off by TCP: the next server");
	is_found("long.corp", "10.0.0.2", "too long by TCP: the next server");
	is_found("mute.corp", "10.0.0.2", "silent by TCP: the next server");
	is_str(look("mutes.corp", 400), S("no nameserver answered for \"mutes.corp\" (127.0.0.1, 127.0.0.2)"), "silence by TCP");
	loop_remove(&loop, &servers[0].listening);
	close(servers[0].listening.fd);
	servers[0].listening.fd = -1;
	is_str(look("cut.corp", 20000), S("10.0.0.1"), "no TCP at the first: the next server");
	is_asked("1 A cut.corp, 1 AAAA cut.corp, 2 A cut.corp, 2 A cut.corp tcp");
	r.arena = NULL;
}

static void
test_leaving(void)
{
	struct host h;
	int before;

	for (int i = 0; i < 3; i++) {	/* conversations of earlier tests */
		loop_remove(&loop, &servers[i].tcp);
		if (servers[i].tcp.fd > 0)
			close(servers[i].tcp.fd);
		servers[i].tcp.fd = -1;
	}
	before = descriptors();
	use("nameserver 127.0.0.1\n");
	rules = (struct rule[]){ { "silent.corp", 0, 0, DROP, "" }, { 0 } };
	if (host_parse(&h, S("silent.corp"), &err) < 0)
		exit(1);
	memset(&r, 0, sizeof r);
	resolve_cancel(&r);
	r = (struct resolve){ .arena = &arena, .from = &places };
	asked.len = 0;
	done = false;
	resolve_start(&r, &loop, &h, 1, TICK_NEVER, on_done);
	while (asked.len < sizeof "1 A silent.corp, 1 AAAA silent.corp" - 1 && loop_turn(&loop, &err) == 0)
		;
	is_int(descriptors(), before + 2, "two sockets while it waits");
	resolve_cancel(&r);
	resolve_cancel(&r);
	is_int(descriptors(), before, "none after it was cancelled");
	ok(!done, "and done is not called");
	kill(getpid(), SIGTERM);
	is_str(look("silent.corp", 0), S("ended by SIGTERM"), "a signal ends the wait");
	is_int(descriptors(), before, "and nothing is left open");
}

int
main(void)
{
	char home[100];
	int before;

	snprintf(home, sizeof home, "%s/pantler-resolve-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	if (!mkdtemp(home) || mem_arena(&arena, 1 << 20, &err) < 0 || loop_open(&loop, &err) < 0)
		return 1;
	snprintf(conf, sizeof conf, "%s/resolv.conf", home);
	snprintf(hosts, sizeof hosts, "%s/hosts", home);
	srand((unsigned)getpid());
	for (int tries = 0; tries < 50 && !port; tries++) {	/* one port that is free for all of them */
		port = (uint16_t)(20000 + rand() % 10000);
		if (!open_servers()) {
			for (int i = 0; i < 3; i++)
				close_server(&servers[i]);
			port = 0;
		}
	}
	places.port = port;
	ok(port != 0, "three name servers");
	before = descriptors();
	test_nobody_asked();
	test_families();
	test_servers();
	test_search();
	is_int(descriptors(), before, "no descriptor is left open");
	test_tcp();
	test_leaving();
	for (int i = 0; i < 3; i++)
		close_server(&servers[i]);
	loop_close(&loop);
	mem_release(&arena);
	unlink(conf);
	unlink(hosts);
	rmdir(home);
	return tap_end();
}
