/* tests/unit/net/xfer.c: one exchange, against scripted servers on loopback in the same loop, plainly; unit/net/xfer_tls.c has TLS. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "net/xfer.h"

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
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static struct loop loop;
static struct arena arena;
static struct err err;
static char hosts[120];
static struct resolve_from from = { "/nonexistent", hosts, 53 };

/* --- A server: reads until it has seen the end of a request, then says its piece */

static struct server {
	struct watch listening, peer;
	uint16_t port;
	/* What it does. */
	struct str answer;
	size_t say;		/* how many bytes of the answer at most */
	size_t each;		/* bytes at a time, one turn each; 0: all at once */
	bool deaf;		/* answers at once, and reads nothing */
	bool reset;		/* ends with a reset, not in order */
	bool stay;		/* does not end */
	/* What it saw. */
	char heard[20000];
	size_t heard_n;
	size_t said;
	int connections;
} server;

static void
hang_up(struct server *s)
{
	struct linger at_once = { 1, 0 };

	loop_remove(&loop, &s->peer);
	if (s->peer.fd < 0)
		return;
	if (s->reset)
		setsockopt(s->peer.fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	close(s->peer.fd);
	s->peer.fd = -1;
}

/* Whether the request in heard[] is whole. */
static bool
has_heard(const struct server *s)
{
	struct str all = { s->heard, s->heard_n };
	size_t head = str_find(all, S("\r\n\r\n")), at = str_find(all, S("Content-Length: "));
	uint64_t body = 0;

	if (head == SIZE_MAX)
		return false;
	if (at != SIZE_MAX) {
		struct str rest = str_part(all, at + 16, head + 1);

		rest = str_cut(&rest, '\r');
		if (!str_to_u64(rest, &body))
			exit(1);
	}
	return all.len >= head + 4 + body;
}

static void
on_peer(struct watch *w, short revents)
{
	struct server *s = w->ctx;
	size_t left = (s->say < s->answer.len ? s->say : s->answer.len) - s->said;
	ssize_t n;

	(void)revents;
	if (w->events == POLLIN) {
		n = recv(w->fd, s->heard + s->heard_n, sizeof s->heard - s->heard_n, 0);
		if (n <= 0) {
			hang_up(s);
			return;
		}
		s->heard_n += (size_t)n;
		if (has_heard(s))
			w->events = POLLOUT;
		return;
	}
	if (s->each && s->each < left)
		left = s->each;
	n = left ? send(w->fd, s->answer.at + s->said, left, MSG_NOSIGNAL) : 0;
	s->said += n > 0 ? (size_t)n : 0;
	if (s->said < s->answer.len && s->said < s->say)
		return;
	if (s->stay)
		w->events = POLLIN;	/* nothing comes but the end */
	else
		hang_up(s);
}

static void
on_listening(struct watch *w, short revents)
{
	struct server *s = w->ctx;

	(void)revents;
	hang_up(s);
	s->connections++;
	s->heard_n = s->said = 0;
	s->peer = (struct watch){ .fd = accept4(w->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), .deadline = TICK_NEVER,
		.events = s->deaf ? POLLOUT : POLLIN, .ready = on_peer, .ctx = s };
	if (loop_add(&loop, &s->peer, &err) < 0)
		exit(1);
}

static uint16_t
listen_on(int *fd, const char *ip, uint16_t at, int backlog)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(at) };
	socklen_t len = sizeof a;

	inet_pton(AF_INET, ip, &a.sin_addr);
	*fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (bind(*fd, (void *)&a, sizeof a) < 0 || listen(*fd, backlog) < 0 || getsockname(*fd, (void *)&a, &len) < 0)
		exit(1);
	return ntohs(a.sin_port);
}

/* --- An exchange with it */

static struct ask_http ask;
static struct xfer_cfg cfg;
static struct xfer x;
static char url[200];
static tick took;

/* A fresh question to a server with this answer. */
static void
fresh(struct str answer)
{
	server.answer = answer;
	server.say = SIZE_MAX;
	server.each = 0;
	server.deaf = server.reset = server.stay = false;
	server.connections = 0;
	snprintf(url, sizeof url, "http://127.0.0.1:%d/v1/auth/aws/login", server.port);
	ask = (struct ask_http){ .method = S("PUT"), .url = str_of(url), .head = { { S("X-Vault-Request"), S("true") } },
		.head_n = 1, .body = S("{\"role\":\"web\"}"), .body_max = 1000 };
	cfg = (struct xfer_cfg){ .ask = &ask, .arena = &arena, .wall_s = clock_wall_s(), .from = &from };
}

/* Run it; how it ended: "200 body", or the line. */
static struct str
run(int within_ms)
{
	static char text[70000];
	struct buf b = BUF(text);
	tick before = clock_now();

	arena_wipe(&arena);
	cfg.deadline = before + within_ms;
	xfer_start(&x, &loop, &cfg);
	while (!x.done)
		if (loop_turn(&loop, &err) < 0) {
			xfer_cancel(&x);
			return str_of(err.line);
		}
	took = clock_now() - before;
	if (x.out.how != ANSWER_OK)
		return x.out.err ? str_of(x.out.err->line) : S("no err");
	if (x.out.err)
		return S("ok with err");
	buf_fmt(&b, "%d %.*s", x.out.status, STR(x.out.body));
	return buf_str(&b);
}

static void
is_run(const char *want, const char *name)
{
	is_str(run(20000), str_of(want), "%s", name);
}

static void
is_how(enum answer_how how, enum err_cause cause)
{
	ok(x.out.how == how && x.out.err && x.out.err->cause == cause, "how and cause (%d, %d)", x.out.how,
		x.out.err ? (int)x.out.err->cause : -1);
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

static struct str
heard(void)
{
	return (struct str){ server.heard, server.heard_n };
}

#define OK_ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 11\r\nX-Y: z\r\n\r\nhello world"

static void
test_answers(void)
{
	char want[500];
	int64_t now;

	fresh(S(OK_ANSWER));
	now = clock_wall_s();
	is_run("200 hello world", "an answer");
	snprintf(want, sizeof want, "PUT /v1/auth/aws/login HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nX-Vault-Request: true\r\n"
		"Content-Length: 14\r\nConnection: close\r\n\r\n{\"role\":\"web\"}", server.port);
	is_str(heard(), str_of(want), "the request as the server saw it");
	ok(x.out.head_n == 2 && str_eq(x.out.head[1].value, S("z")), "its fields");
	ok(x.out.sent_at_s >= now && x.out.got_at_s >= x.out.sent_at_s, "when it went, and came");
	ok(!x.out.verified, "nobody was verified");
	server.each = 1;
	is_run("200 hello world", "byte for byte");
	server.each = 0;
	server.stay = true;
	is_run("200 hello world", "from a server that does not hang up");

	fresh(S("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nhello \r\n5;a=b\r\nworld\r\n0\r\nT: u\r\n\r\n"));
	is_run("200 hello world", "chunks");
	server.each = 1;
	is_run("200 hello world", "byte for byte");
	fresh(S("HTTP/1.0 200 OK\r\n\r\nhello world"));
	is_run("200 hello world", "a body that ends with the connection");
	server.reset = true;
	server.deaf = false;
	server.each = 1;
	ok(str_has_prefix(run(20000), S("the connection was cut in the middle of the answer: connection reset")), "but not with a reset");
	fresh(S("HTTP/1.1 204 No Content\r\n\r\n"));
	server.stay = true;
	is_run("204 ", "no body");
	fresh(S("HTTP/1.1 304 Not Modified\r\nContent-Length: 50\r\n\r\n"));
	server.stay = true;
	is_run("304 ", "none either");
	fresh(S("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
	is_run("200 ", "an empty one");
	fresh(S("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\n{}more than it said"));
	is_run("503 {}", "what follows the answer is not part of it");

	fresh(S("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 102 P\r\n\r\nHTTP/1.1 199 P\r\n\r\n" OK_ANSWER));
	is_run("200 hello world", "four interim answers are passed over");
	server.each = 1;
	is_run("200 hello world", "byte for byte");
	fresh(S("HTTP/1.1 100 A\r\n\r\nHTTP/1.1 100 B\r\n\r\nHTTP/1.1 100 C\r\n\r\nHTTP/1.1 100 D\r\n\r\nHTTP/1.1 100 E\r\n\r\n" OK_ANSWER));
	is_run("answer: status 100 was not asked for", "a fifth is not");
	is_how(ANSWER_BROKEN, CAUSE_ANSWER);
	fresh(S("HTTP/1.1 101 Switching Protocols\r\n\r\n" OK_ANSWER));
	is_run("answer: status 101 was not asked for", "nor another protocol");
	is_how(ANSWER_BROKEN, CAUSE_ANSWER);
}

static void
test_bad(void)
{
	static char long_head[120000], long_body[60000];

	fresh(S("SSH-2.0-OpenSSH_9.2\r\n"));
	server.stay = true;
	is_run("answer is not http", "another protocol, refused at its first bytes");
	is_how(ANSWER_BROKEN, CAUSE_ANSWER);
	fresh(S("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"));
	server.stay = true;
	ok(str_has_prefix(run(20000), S("answer: ")), "a broken chunk: %s", x.err.line);
	is_how(ANSWER_BROKEN, CAUSE_ANSWER);
	fresh(S("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx"));
	ok(str_has_prefix(run(20000), S("answer: ")), "two lengths: %s", x.err.line);
	is_how(ANSWER_BROKEN, CAUSE_ANSWER);

	strcpy(long_head, "HTTP/1.1 200 OK\r\nX: ");
	memset(long_head + 20, 'x', 100000);
	fresh((struct str){ long_head, 100000 });
	server.stay = true;
	is_run("answer: more than 16384 bytes of head", "a head of 100 KB");
	is_how(ANSWER_TOO_LARGE, CAUSE_LIMIT);
	server.each = 4096;
	is_run("answer: more than 16384 bytes of head", "in pieces");

	snprintf(long_body, sizeof long_body, "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n%01001d", 0);
	fresh(str_of(long_body));
	ok(str_has_prefix(run(20000), S("answer: more than 1000 bytes")), "a body over the limit: %s", x.err.line);
	is_how(ANSWER_TOO_LARGE, CAUSE_LIMIT);
	snprintf(long_body, sizeof long_body, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n%01000d", 0);
	fresh(str_of(long_body));
	ok(run(20000).len == 1004, "one of exactly as much");
	snprintf(long_body, sizeof long_body, "HTTP/1.1 200 OK\r\n\r\n%050000d", 0);
	fresh(str_of(long_body));
	ok(str_has_prefix(run(20000), S("answer: more than 1000 bytes")), "one without a length: %s", x.err.line);
	is_how(ANSWER_TOO_LARGE, CAUSE_LIMIT);
	fresh(S("HTTP/1.1 200 OK\r\nContent-Length: 10485760\r\n\r\n"));
	server.stay = true;
	ok(str_has_prefix(run(20000), S("answer: more than 1000 bytes")), "10 MB, known before they come");
}

/* Every answer cut at every byte: never taken for whole, always with a sentence that says where. */
static void
test_cuts(void)
{
	static const char *const answers[] = { OK_ANSWER, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n0\r\n\r\n" };

	for (int reset = 0; reset < 2; reset++)
		for (size_t i = 0; i < 2; i++) {
			size_t wrong = 0, n = strlen(answers[i]);

			for (size_t say = 0; say < n; say++) {
				struct str got;

				fresh(str_of(answers[i]));
				server.say = say;
				server.reset = reset;
				got = run(20000);
				if (reset && say && str_eq(got, S("the connection was cut before an answer came: connection reset")))
					continue;	/* the reset has overtaken the bytes */
				if (!str_has_prefix(got, say ? S("the connection was cut in the middle of the answer") :
					S("the connection was cut before an answer came")) ||
					x.out.how != ANSWER_UNREACHABLE || x.err.cause != CAUSE_UNREACHABLE || x.err.code != ERR_RETRY) {
					wrong++;
					tap_show("got", got);
				}
			}
			is_int(wrong, 0, "answer %zu cut at each of %zu bytes%s", i, n, reset ? " by a reset" : "");
		}
}

/* A server that refuses a large body answers, and closes before it has read it. */
static void
test_early(void)
{
	static char body[12 << 20];
	int lost = 0;

	memset(body, 'b', sizeof body);
	for (int i = 0; i < 20; i++) {
		fresh(S("HTTP/1.1 413 Content Too Large\r\nContent-Length: 4\r\n\r\ntoo!"));
		ask.body = (struct str){ body, sizeof body };
		server.deaf = true;
		lost += !str_eq(run(20000), S("413 too!"));
		if (lost)
			tap_show("got", run(20000));
	}
	is_int(lost, 0, "an early answer is never lost, 20 times of 20");
	fresh(S(""));
	ask.body = (struct str){ body, sizeof body };
	server.deaf = true;
	server.reset = true;
	ok(str_has_prefix(run(20000), S("the connection was cut while sending the request: ")), "none: %s", x.err.line);
	is_how(ANSWER_UNREACHABLE, CAUSE_UNREACHABLE);
}

static void
test_late(void)
{
	static char body[12 << 20];

	fresh(S(""));
	server.stay = true;
	is_str(run(300), S("no answer within 0.3s"), "a silent server");
	is_how(ANSWER_SILENT, CAUSE_UNREACHABLE);
	ok(took >= 300 && took < 5000, "in time (%lld ms)", (long long)took);
	ok(x.err.code == ERR_RETRY, "later perhaps");
	fresh(S(""));
	server.stay = true;
	ok(str_has_suffix(run(20), S("no answer within 20ms")), "a short one: %s", x.err.line);
	fresh(S(OK_ANSWER));
	ok(str_has_suffix(run(-5), S("no answer within 0ms")), "a deadline that has passed: %s", x.err.line);
	fresh(S("HTTP/1.1 200 OK\r\n"));
	server.stay = true;
	is_str(run(1000), S("the answer did not end within 1s"), "half a head");
	fresh(S("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell"));
	server.stay = true;
	is_str(run(300), S("the answer did not end within 0.3s"), "half a body");
	fresh(S("HTTP/1.1 200 OK\r\n\r\nhell"));
	server.stay = true;
	is_str(run(300), S("the answer did not end within 0.3s"), "a body that ends with the connection, which does not end");
	fresh(S(""));
	ask.body = (struct str){ body, sizeof body };
	server.deaf = true;
	server.stay = true;
	server.say = 0;
	loop_remove(&loop, &server.listening);	/* connected by the kernel, but nobody reads */
	is_str(run(300), S("the request was not taken within 0.3s"), "a server that does not read");
	if (loop_add(&loop, &server.listening, &err) < 0)
		exit(1);
	fresh(S(OK_ANSWER));
	is_str(run(20000), S("200 hello world"), "and again");
}

static void
put_hosts(const char *text)
{
	int fd = open(hosts, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		exit(1);
	close(fd);
}

static void
test_connect(void)
{
	char want[200];
	int full, fillers[20];
	uint16_t dead;
	size_t n = 0;

	fresh(S(OK_ANSWER));
	snprintf(url, sizeof url, "http://127.0.0.2:%d/", server.port);
	ask.url = str_of(url);
	snprintf(want, sizeof want, "connect to 127.0.0.2:%d: connection refused", server.port);
	is_run(want, "refused");
	is_how(ANSWER_UNREACHABLE, CAUSE_UNREACHABLE);
	put_hosts("127.0.0.2 vault\n127.0.0.3 vault\n127.0.0.1 vault\n127.0.0.2 dead\n127.0.0.3 dead\n192.0.2.1 x\n");
	snprintf(url, sizeof url, "http://vault:%d/", server.port);
	ask.url = str_of(url);
	is_run("200 hello world", "one address after the other");
	ok(str_find(heard(), S("Host: vault:")) != SIZE_MAX, "by its name");
	snprintf(url, sizeof url, "http://dead:%d/", server.port);
	ask.url = str_of(url);
	snprintf(want, sizeof want, "none of its 2 addresses takes a connection, the last: connect to 127.0.0.3:%d: connection refused", server.port);
	is_run(want, "all refused");

	/* A queue that is full drops what comes: like a firewall that drops. */
	dead = listen_on(&full, "127.0.0.4", 0, 0);
	for (; n < 20; n++) {
		struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(dead), .sin_addr.s_addr = htonl(0x7f000004) };

		fillers[n] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (connect(fillers[n], (void *)&a, sizeof a) < 0 && !loop_is_ready(fillers[n], POLLOUT, 200))
			break;
	}
	fresh(S(OK_ANSWER));
	snprintf(url, sizeof url, "http://127.0.0.4:%d/", dead);
	ask.url = str_of(url);
	snprintf(want, sizeof want, "connect to 127.0.0.4:%d: no answer within 0.4s", dead);
	is_str(run(400), str_of(want), "no answer to the connection");
	is_how(ANSWER_UNREACHABLE, CAUSE_UNREACHABLE);
	put_hosts("127.0.0.4 slow\n127.0.0.5 slow\n");
	snprintf(url, sizeof url, "http://slow:%d/", dead);
	ask.url = str_of(url);
	snprintf(want, sizeof want, "none of its 2 addresses takes a connection, the last: connect to 127.0.0.5:%d: connection refused", dead);
	is_str(run(2000), str_of(want), "an address that is silent leaves time for the next");
	ok(took >= 1000 && took < 1900, "half of it (%lld ms)", (long long)took);
	for (size_t i = 0; i <= n && i < 20; i++)
		close(fillers[i]);
	close(full);

	snprintf(url, sizeof url, "http://nosuch.corp:%d/", server.port);
	ask.url = str_of(url);
	is_run("name \"nosuch.corp\": there is no /nonexistent to say whom to ask", "no such name");
	is_how(ANSWER_UNREACHABLE, CAUSE_UNREACHABLE);
	ok(x.err.hint[0], "with the resolver's hint");
	ok(x.err.code != ERR_ABSENT, "and no source of credentials that is not there");
}

static void
test_question(void)
{
	fresh(S(OK_ANSWER));
	ask.url = S("vault:8200");
	ok(run(1000).len && x.out.how == ANSWER_UNREACHABLE && x.err.cause == CAUSE_USE, "an address without scheme: %s", x.err.line);
	fresh(S(OK_ANSWER));
	ask.head[0].value = S("a\r\nb: c");
	ok(run(1000).len && x.err.cause == CAUSE_USE, "a field with a line end: %s", x.err.line);
	is_int(server.connections, 0, "nobody was asked");
	fresh(S(OK_ANSWER));
	cfg.tls_server_name = S("-");
	ok(run(1000).len && x.err.cause == CAUSE_USE, "a bad server name: %s", x.err.line);
	fresh(S(OK_ANSWER));
	ask.url = S("https://127.0.0.1:1/");
	cfg.roots.file = "/nonexistent/ca.pem";
	is_run("/nonexistent/ca.pem: no such file or directory", "a CA file that is not there, before anything is sent");
	is_how(ANSWER_TLS, CAUSE_FILE);
	is_int(x.err.code, ERR_INPUT, "no source of credentials that is not there: the chain must not go on");
}

/* Less and less memory: a sentence each time, and never a half answer. */
static void
test_memory(void)
{
	struct arena small = arena;
	int wrong = 0, whole = 0;

	for (size_t cap = 0; cap < 120000; cap += 997) {
		fresh(S(OK_ANSWER));
		small.cap = cap;
		small.len = 0;
		cfg.arena = &small;
		if (str_eq(run(20000), S("200 hello world")))
			whole++;
		else if (x.out.how != ANSWER_TOO_LARGE || x.err.cause != CAUSE_MEMORY)
			wrong++;
	}
	ok(wrong == 0 && whole > 0, "small arenas: %d wrong, %d whole", wrong, whole);
}

static void
test_leaving(void)
{
	int before = descriptors();
	struct xfer zero = { 0 };

	xfer_cancel(&zero);
	fresh(S(""));
	server.stay = true;
	arena_wipe(&arena);
	cfg.deadline = TICK_NEVER;
	server.connections = 0;
	server.heard_n = 0;
	xfer_start(&x, &loop, &cfg);
	while (!server.connections && loop_turn(&loop, &err) == 0)
		;
	ok(!x.done, "under way");
	xfer_cancel(&x);
	xfer_cancel(&x);
	while (server.peer.fd >= 0 && loop_turn(&loop, &err) == 0)
		;
	is_int(descriptors(), before, "cancelled: the server sees the end, and nothing is open");
	fresh(S(""));
	server.stay = true;
	kill(getpid(), SIGINT);
	is_str(run(20000), S("ended by SIGINT"), "a signal ends the wait");
	ok(!x.done, "there is no answer");
	hang_up(&server);
	is_int(descriptors(), before, "and nothing is open");
}

int
main(void)
{
	char home[100];
	int before;

	snprintf(home, sizeof home, "%s", "/tmp/pantler-xfer-XXXXXX");
	if (!mkdtemp(home) || mem_arena(&arena, 32 << 20, &err) < 0 || loop_open(&loop, &err) < 0)
		return 1;
	snprintf(hosts, sizeof hosts, "%s/hosts", home);
	put_hosts("");
	server.peer.fd = -1;
	server.port = listen_on(&server.listening.fd, "127.0.0.1", 0, 20);
	server.listening.events = POLLIN;
	server.listening.deadline = TICK_NEVER;
	server.listening.ready = on_listening;
	server.listening.ctx = &server;
	if (loop_add(&loop, &server.listening, &err) < 0)
		return 1;
	before = descriptors();
	test_answers();
	test_bad();
	test_cuts();
	test_early();
	test_late();
	test_connect();
	test_question();
	test_memory();
	test_leaving();
	hang_up(&server);
	is_int(descriptors(), before, "no descriptor is left open");
	close(server.listening.fd);
	loop_close(&loop);
	mem_release(&arena);
	unlink(hosts);
	rmdir(home);
	return tap_end();
}
