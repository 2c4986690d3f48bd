/* tests/unit/net/xfer_tls.c: one exchange by TLS: with openssl s_server, through a relay that cuts, and with servers that speak none. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "net/xfer.h"

#include "sys/clock.h"
#include "sys/mem.h"
#include "tap.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static struct loop loop;
static struct arena arena;
static struct err err;
static char home[64];

static int
socket_on(uint16_t *port, bool listening)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(*port) };
	socklen_t len = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (bind(fd, (void *)&a, sizeof a) < 0 || (listening && listen(fd, 20) < 0) || getsockname(fd, (void *)&a, &len) < 0)
		exit(1);
	*port = ntohs(a.sin_port);
	return fd;
}

/* --- A relay to the real server, or a rude server itself */

static struct relay {
	struct watch listening, client, server;
	uint16_t port, to;
	size_t most;		/* bytes that are let through to the client */
	size_t passed;
	bool reset;		/* then a reset */
	const char *instead;	/* said to the client; nobody else is asked */
} relay;

static void
relay_end(bool cut)
{
	struct linger at_once = { 1, 0 };
	struct watch *w[] = { &relay.client, &relay.server };

	for (int i = 0; i < 2; i++) {
		loop_remove(&loop, w[i]);
		if (w[i]->fd < 0)
			continue;
		if (cut && relay.reset)
			setsockopt(w[i]->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
		close(w[i]->fd);
		w[i]->fd = -1;
	}
}

/* Write all: what is small goes into a socket's buffer at once, for the rest this waits. */
static bool
pass(int to, const char *bytes, size_t n)
{
	while (n) {
		ssize_t done = send(to, bytes, n, MSG_NOSIGNAL);

		if (done < 0 && errno != EAGAIN)
			return false;
		if (done < 0 && !loop_is_ready(to, POLLOUT, 5000))
			return false;
		bytes += done > 0 ? done : 0;
		n -= done > 0 ? (size_t)done : 0;
	}
	return true;
}

static void
on_relay(struct watch *w, short revents)
{
	static char bytes[16384];
	bool down = w == &relay.server;
	size_t room = down ? relay.most - relay.passed : sizeof bytes;
	ssize_t n = recv(w->fd, bytes, room < sizeof bytes ? room : sizeof bytes, 0);

	(void)revents;
	if (n < 0 && errno == EAGAIN)
		return;
	if (n > 0 && pass(down ? relay.client.fd : relay.server.fd, bytes, (size_t)n) && down)
		relay.passed += (size_t)n;
	if (n <= 0 || relay.passed >= relay.most)
		relay_end(n > 0);
}

static void
on_listening(struct watch *w, short revents)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(relay.to) };

	(void)revents;
	relay_end(false);
	relay.passed = 0;
	relay.client = relay.server = (struct watch){ .events = POLLIN, .deadline = TICK_NEVER, .ready = on_relay };
	relay.client.fd = accept4(w->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	relay.server.fd = -1;
	if (relay.instead) {
		pass(relay.client.fd, relay.instead, strlen(relay.instead));
		shutdown(relay.client.fd, SHUT_WR);
		relay.client.events = 0;
	} else if (relay.most) {
		relay.server.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (connect(relay.server.fd, (void *)&a, sizeof a) < 0)
			exit(1);
		fcntl(relay.server.fd, F_SETFL, O_NONBLOCK);
	}
	if (!relay.most && !relay.instead)
		relay_end(true);
	else if (loop_add(&loop, &relay.client, &err) < 0 || (relay.server.fd >= 0 && loop_add(&loop, &relay.server, &err) < 0))
		exit(1);
}

/* --- The real server */

static pid_t server_pid;

/* Run a program of openssl's to its end. */
static void
openssl(const char *line)
{
	char command[1000];

	snprintf(command, sizeof command, "cd '%s' && openssl %s >log 2>&1 || { cat '%s/log' >&2; exit 1; }", home, line, home);
	if (system(command) != 0)
		exit(1);
}

static void
put(const char *name, const char *text, size_t n)
{
	char path[200];
	int fd;

	snprintf(path, sizeof path, "%s/%s", home, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, text, n) != (ssize_t)n)
		exit(1);
	close(fd);
}

static void
start_server(void)
{
	char at[30], line[200];
	size_t n = 0;
	int out[2];
	int probe = socket_on(&relay.to, false);

	close(probe);
	snprintf(at, sizeof at, "127.0.0.1:%d", relay.to);
	if (pipe(out) < 0)
		exit(1);
	server_pid = fork();
	if (server_pid == 0) {
		dup2(out[1], 1);
		dup2(out[1], 2);
		close(out[0]);
		if (chdir(home) == 0)
			execlp("openssl", "openssl", "s_server", "-accept", at, "-cert", "cert.pem", "-key", "key.pem", "-cert_chain", "ca.pem",
				"-tls1_2", "-HTTP", (char *)NULL);
		_exit(127);
	}
	close(out[1]);
	while (n < sizeof line - 1 && read(out[0], line + n, 1) == 1) {
		line[++n] = 0;
		if (strstr(line, "ACCEPT"))
			break;
	}
	if (!strstr(line, "ACCEPT")) {
		fprintf(stderr, "# openssl s_server: %s\n", line);
		exit(1);
	}
	fcntl(out[0], F_SETFL, O_NONBLOCK);	/* kept open: it goes on talking, a little */
}

/* --- An exchange */

static struct ask_http ask;
static struct xfer_cfg cfg;
static struct xfer x;
static char url[200], ca[100];

static void
fresh(const char *path)
{
	relay.most = SIZE_MAX;
	relay.reset = false;
	relay.instead = NULL;
	snprintf(url, sizeof url, "https://127.0.0.1:%d/%s", relay.port, path);
	snprintf(ca, sizeof ca, "%s/ca.pem", home);
	ask = (struct ask_http){ .method = S("GET"), .url = str_of(url), .body_max = 400000 };
	cfg = (struct xfer_cfg){ .ask = &ask, .roots = { .file = ca }, .arena = &arena, .wall_s = clock_wall_s() };
}

static struct str
run(int within_ms)
{
	static char text[500000];
	struct buf b = BUF(text);

	arena_wipe(&arena);
	cfg.deadline = tick_after(clock_now(), within_ms);
	xfer_start(&x, &loop, &cfg);
	while (!x.done)
		if (loop_turn(&loop, &err) < 0)
			return str_of(err.line);
	if (x.out.how != ANSWER_OK)
		return str_of(x.out.err->line);
	buf_fmt(&b, "%d %.*s", x.out.status, STR(x.out.body));
	return buf_str(&b);
}

static void
is_run(const char *want, const char *name)
{
	is_str(run(30000), str_of(want), "%s", name);
}

static void
is_how(enum answer_how how, enum err_cause cause)
{
	ok(x.out.how == how && x.out.err && x.out.err->cause == cause, "how and cause (%d, %d)", x.out.how,
		x.out.err ? (int)x.out.err->cause : -1);
}

/* KiB of the arena that were touched. */
static int
touched(void)
{
	static unsigned char pages[8192];
	int n = 0;

	if (mincore(arena.at, arena.cap, pages) < 0)
		return -1;
	for (size_t i = 0; i < arena.cap / 4096; i++)
		n += pages[i] & 1;
	return n * 4;
}

static void
test_answers(void)
{
	char other[100];

	fresh("length");
	is_run("200 hello world", "an answer");
	ok(x.out.verified, "from a server that is verified");
	/* The file of certificates is one; a whole bundle adds a page or two. */
	ok(touched() > 0 && touched() <= 100, "KiB of memory touched: %d", touched());
	fresh("chunked");
	is_run("200 hello world", "chunks");
	fresh("close");
	is_run("200 hello world", "a body that ends with the connection, by close_notify");
	fresh("large");
	is_int(run(30000).len, 300004, "300 KB in large records");
	snprintf(url, sizeof url, "https://localhost:%d/length", relay.port);
	ask.url = str_of(url);
	is_run("200 hello world", "by its name, over the first address that takes the connection");
	ok(x.out.verified, "verified");

	fresh("length");
	cfg.tls_server_name = S("other.corp");
	run(30000);
	is_how(ANSWER_TLS, CAUSE_TLS);
	ok(x.err.line[0], "wrong name: %s", x.err.line);
	cfg.tls_server_name = S("localhost");
	is_run("200 hello world", "another name that it has");
	fresh("length");
	snprintf(other, sizeof other, "%s/other.pem", home);
	cfg.roots.file = other;
	run(30000);
	is_how(ANSWER_TLS, CAUSE_TLS);
	ok(x.err.line[0], "unknown CA: %s", x.err.line);
	cfg.skip_verify = true;
	cfg.roots.file = "/nonexistent";
	is_run("200 hello world", "whoever it is");
	ok(!x.out.verified, "is not verified");
	fresh("length");
	cfg.wall_s = 0;
	run(30000);
	is_how(ANSWER_TLS, CAUSE_CLOCK);
	ok(x.err.line[0], "in 1970: %s", x.err.line);
	fresh("length");
	snprintf(other, sizeof other, "%s/broken.pem", home);
	cfg.roots.file = other;
	run(30000);
	is_how(ANSWER_TLS, CAUSE_FILE);
	ok(x.err.line[0], "a broken bundle: %s", x.err.line);
}

static void
test_early(void)
{
	static char body[3 << 20];
	int lost = 0;

	memset(body, 'b', sizeof body);
	for (int i = 0; i < 20; i++) {
		fresh("length");
		ask.method = S("GET");	/* which s_server answers without reading a body */
		ask.body = (struct str){ body, sizeof body };
		lost += !str_eq(run(30000), S("200 hello world"));
		if (lost)
			tap_show("got", run(30000));
	}
	is_int(lost, 0, "an early answer is never lost, 20 times of 20");
}

/* All that the server says, cut at every byte: first the handshake, then the answer, last its goodbye. */
static void
test_cuts(void)
{
	size_t whole, answered = 0, wrong = 0;

	fresh("close");
	run(30000);
	whole = relay.passed;
	for (int reset = 0; reset < 2; reset++)
		for (size_t most = 0; most < whole; most++) {
			struct str got;

			if (reset && most % 16)	/* the same places, fewer of them */
				continue;
			fresh("close");
			relay.most = most;
			relay.reset = reset;
			got = run(30000);
			answered += x.out.how == ANSWER_OK;
			if (x.out.how != ANSWER_UNREACHABLE || x.err.cause != CAUSE_UNREACHABLE || x.err.code != ERR_RETRY) {
				wrong++;
				printf("# at %zu:\n", most);
				tap_show("got", got);
			}
		}
	is_int(answered, 0, "%zu bytes cut at each: never taken for whole", whole);
	is_int(wrong, 0, "and always called a cut");
	fresh("close");
	relay.most = 0;
	is_run("server closed the connection before it answered at all", "the line for the first");
	fresh("close");
	relay.most = whole - 1;
	is_run("the connection was cut in the middle of the answer", "and for the last");
}

static void
test_rude(void)
{
	fresh("");
	relay.instead = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
	is_run("server speaks plain HTTP on this port", "plain HTTP");
	is_how(ANSWER_TLS, CAUSE_TLS);
	ok(x.err.hint[0], "with a hint");
	fresh("");
	relay.instead = "SSH-2.0-OpenSSH_9.2p1\r\n";
	is_run("server does not speak TLS: its first bytes are \"SSH-2\"", "something else");
	is_how(ANSWER_TLS, CAUSE_TLS);
	fresh("");
	loop_remove(&loop, &relay.listening);	/* connected by the kernel, but nobody speaks */
	is_str(run(300), S("TLS handshake: no answer within 0.3s"), "silence");
	is_how(ANSWER_UNREACHABLE, CAUSE_UNREACHABLE);
	if (loop_add(&loop, &relay.listening, &err) < 0)
		exit(1);
	fresh("length");
	is_run("200 hello world", "and again");
}

int
main(void)
{
	static char large[300100];
	char remove[100];
	int n;

	snprintf(home, sizeof home, "%s", "/tmp/pantler-tls-XXXXXX");
	if (!mkdtemp(home) || mem_arena(&arena, 16 << 20, &err) < 0 || loop_open(&loop, &err) < 0)
		return 1;
	openssl("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 30 -subj '/CN=test CA'");
	openssl("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout other.key -out other.pem -days 30 -subj '/CN=other CA'");
	/* RSA for the server: its signatures are always of one length, and so is the conversation. */
	openssl("req -new -newkey rsa:2048 -nodes -keyout key.pem -out csr.pem -subj '/CN=server'");
	put("ext", "subjectAltName=IP:127.0.0.1,DNS:localhost\n", 42);
	openssl("x509 -req -in csr.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 20 -extfile ext -out cert.pem");
	put("broken.pem", "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n", 58);
	put("length", "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world", 50);
	put("chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n0\r\n\r\n", 68);
	put("close", "HTTP/1.0 200 OK\r\n\r\nhello world", 30);
	n = snprintf(large, sizeof large, "HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n%0300000d", 0);
	put("large", large, (size_t)n);
	start_server();
	relay.client.fd = relay.server.fd = -1;
	relay.listening = (struct watch){ .events = POLLIN, .deadline = TICK_NEVER, .ready = on_listening };
	relay.listening.fd = socket_on(&relay.port, true);
	if (loop_add(&loop, &relay.listening, &err) < 0)
		return 1;
	test_answers();
	test_early();
	test_cuts();
	test_rude();
	kill(server_pid, SIGKILL);
	waitpid(server_pid, NULL, 0);
	relay_end(false);
	loop_close(&loop);
	mem_release(&arena);
	snprintf(remove, sizeof remove, "rm -rf '%s'", home);
	return system(remove) != 0 ? 1 : tap_end();
}
