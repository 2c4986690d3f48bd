/* tests/unit/crypto/tls.c: handshakes with openssl's server on loopback, and what each way of failing is told as. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE	/* memmem */
#include "crypto/tls.h"
#include "tests/certs.h"
#include "tests/tap.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEADLINE_MS 10000	/* for one wait; nothing here takes a tenth of it */

static char memory[1 << 20];
static struct arena arena = { .at = memory, .cap = sizeof memory };
static struct tls t;
static struct err e;
static struct certs_source trust;
static char recorded[1 << 18];	/* what the server sent */
static size_t recorded_n;
static char sent[1 << 16];	/* and we */
static size_t sent_n;
static char app[1 << 18];	/* the program's bytes that came */
static size_t app_n;

/* The same random bytes each time, so that a recorded server can be played again. */
static int
start(const char *host, const char *trusted, int64_t now_s, bool skip_verify)
{
	uint8_t bytes[TLS_RANDOM];
	struct tls_config config = { .random = bytes, .now_s = now_s, .arena = &arena, .skip_verify = skip_verify,
		.trust = certs_trust(&trust, certs_cat(trusted), 0) };

	arena_wipe(&arena);
	memset(bytes, 7, sizeof bytes);
	sent_n = app_n = 0;
	if (host_parse(&config.host, str_of(host), &e) < 0)
		return -1;
	return tls_start(&t, &config, &e);
}

/* --- A server. */

struct server {
	pid_t pid;
	int port;
};

/* openssl s_server with these arguments more, split at blanks. It says when it listens, and where. */
static struct server
serve(const char *args)
{
	static char text[400];
	char *argv[40] = { "openssl", "s_server", "-accept", "127.0.0.1:0" }, line[200];
	int n = 4, ends[2];
	struct server s = { 0 };
	FILE *out;

	snprintf(text, sizeof text, "%s", args);
	for (char *word = strtok(text, " "); word && n < 39; word = strtok(NULL, " "))
		argv[n++] = word;
	if (pipe(ends) < 0 || (s.pid = fork()) < 0)
		exit(1);
	if (!s.pid) {
		int silent[2];

		if (pipe(silent) < 0)	/* its standard input: open, and nothing to read */
			_exit(1);
		dup2(silent[0], 0);
		dup2(ends[1], 1);
		close(2);
		dup2(1, 2);
		close(ends[0]);
		execvp("openssl", argv);
		_exit(127);
	}
	close(ends[1]);
	out = fdopen(ends[0], "r");
	while (!s.port && fgets(line, sizeof line, out))
		if (!strncmp(line, "ACCEPT", 6) && strrchr(line, ':'))
			s.port = atoi(strrchr(line, ':') + 1);
	if (!s.port) {
		printf("Bail out! openssl s_server %s does not listen\n", args);
		exit(1);
	}
	return s;	/* `out` stays open: the server must be able to write */
}

static void
stop(struct server *s)
{
	kill(s->pid, SIGTERM);
	waitpid(s->pid, NULL, 0);
}

static int
dial(const struct server *s)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)s->port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof at) < 0) {
		printf("Bail out! cannot connect: %s\n", strerror(errno));
		exit(1);
	}
	return fd;
}

/* --- Moving bytes. */

/* What the program does: send its request once it may, take what comes. */
static void
do_app(struct str *request)
{
	size_t n;
	void *at;

	while ((at = tls_buf(&t, TLS_APP_IN, &n))) {
		if (n > sizeof app - app_n)
			exit(1);
		memcpy(app + app_n, at, n);
		app_n += n;
		tls_ack(&t, TLS_APP_IN, n);
	}
	if (request->len && (at = tls_buf(&t, TLS_APP_OUT, &n))) {
		if (n > request->len)
			n = request->len;
		memcpy(at, request->at, n);
		tls_ack(&t, TLS_APP_OUT, n);
		*request = str_part(*request, n, request->len);
		if (!request->len)
			tls_flush(&t);
	}
}

static void
note(char *to, size_t *n, size_t cap, const void *bytes, size_t more)
{
	if (more > cap - *n)
		exit(1);
	memcpy(to + *n, bytes, more);
	*n += more;
}

/* Talk over a socket, at most `step` bytes at a time, until the connection is over, or app holds `enough` bytes. The errno,
   0 for an end of stream or when nothing more is wanted. */
static int
talk(int fd, struct str request, size_t enough, size_t step)
{
	recorded_n = 0;
	while (!(tls_state(&t) & TLS_CLOSED) && (!enough || app_n < enough || request.len)) {
		unsigned state = tls_state(&t);
		struct pollfd p = { .fd = fd, .events = (short)((state & TLS_WIRE_IN ? POLLIN : 0) | (state & TLS_WIRE_OUT ? POLLOUT : 0)) };
		size_t n;
		ssize_t got;
		void *at;

		do_app(&request);
		if (enough && app_n >= enough && !request.len && !(tls_state(&t) & TLS_WIRE_OUT))
			break;
		if (poll(&p, 1, DEADLINE_MS) <= 0)
			return ETIMEDOUT;
		if (p.revents & POLLOUT && (at = tls_buf(&t, TLS_WIRE_OUT, &n))) {
			got = send(fd, at, n < step ? n : step, MSG_NOSIGNAL);
			if (got < 0)
				return errno;
			note(sent, &sent_n, sizeof sent, at, (size_t)got);
			tls_ack(&t, TLS_WIRE_OUT, (size_t)got);
		}
		if (p.revents & (POLLIN | POLLHUP | POLLERR) && (at = tls_buf(&t, TLS_WIRE_IN, &n))) {
			got = recv(fd, at, n < step ? n : step, 0);
			if (got <= 0)
				return got < 0 ? errno : 0;
			note(recorded, &recorded_n, sizeof recorded, at, (size_t)got);
			tls_ack(&t, TLS_WIRE_IN, (size_t)got);
		}
		do_app(&request);
	}
	return 0;
}

/* Play a server that says this, whatever we say; everything of ours is taken at once. */
static void
play(struct str server, struct str request)
{
	size_t n;
	void *at;

	for (;;) {
		do_app(&request);
		if (tls_state(&t) & TLS_CLOSED)
			return;
		if ((at = tls_buf(&t, TLS_WIRE_OUT, &n))) {
			note(sent, &sent_n, sizeof sent, at, n);
			tls_ack(&t, TLS_WIRE_OUT, n);
		} else if (server.len && (at = tls_buf(&t, TLS_WIRE_IN, &n))) {
			n = n < server.len ? n : server.len;
			memcpy(at, server.at, n);
			server = str_part(server, n, server.len);
			tls_ack(&t, TLS_WIRE_IN, n);
		} else {
			return;
		}
	}
}

/* Say goodbye, and send it. */
static void
leave(int fd)
{
	size_t n;
	void *at;

	tls_close(&t);
	while ((at = tls_buf(&t, TLS_WIRE_OUT, &n))) {
		if (send(fd, at, n, MSG_NOSIGNAL) != (ssize_t)n)
			break;
		tls_ack(&t, TLS_WIRE_OUT, n);
	}
	close(fd);
}

/* --- Tests. */

/* One connection in which a line comes back reversed. */
static void
echoes(const char *args, const char *host, const char *trusted, size_t step)
{
	struct server s = serve(args);
	int fd = dial(&s), sys;

	is_int(start(host, trusted, CERTS_NOW, false), 0, "start: %s", args);
	sys = talk(fd, S("abc\n"), 4, step);
	is_str(((struct str){ app, app_n }), S("cba\n"), "an answer");
	if (app_n != 4) {
		tls_error(&t, sys, &e);
		printf("#   %s\n", e.line);
	}
	ok(tls_is_verified(&t), "from whom it should be");
	leave(fd);
	is_int(tls_state(&t), TLS_CLOSED, "nothing is left to do");
	stop(&s);
}

#define CERT(name) "-cert " CERTS_DIR "/" name ".pem -key " CERTS_DIR "/" name ".key "
#define LEAF CERT("leaf") "-tls1_2 -rev "

static void
test_good(void)
{
	static const char *const ciphers[] = {
		"ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
		"ECDHE-RSA-CHACHA20-POLY1305", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384",
	};
	static const char *const keys[] = { "rsa2048", "rsa3072", "rsa4096", "p384", "p521" };
	static const char *const algorithms[] = { "RSA-PSS+SHA256", "RSA-PSS+SHA384", "RSA-PSS+SHA512", "RSA+SHA256", "RSA+SHA384", "RSA+SHA512" };
	static const char *const groups[] = { "X25519", "P-256", "P-384", "P-521" };
	char args[300];

	for (size_t i = 0; i < sizeof ciphers / sizeof *ciphers; i++) {
		snprintf(args, sizeof args, "%s -cipher %s -tls1_2 -rev", strstr(ciphers[i], "RSA-C") || strstr(ciphers[i], "E-RSA") ?
			CERT("rsa2048") : CERT("leaf"), ciphers[i]);
		echoes(args, "vault.test", "root", 99999);
	}
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		snprintf(args, sizeof args, "-cert " CERTS_DIR "/%s.pem -key " CERTS_DIR "/%s.key -tls1_2 -rev", keys[i], keys[i]);
		echoes(args, "vault.test", "root", 99999);
	}
	for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
		snprintf(args, sizeof args, LEAF "-named_curve %s", groups[i]);
		echoes(args, "vault.test", "root", 99999);
	}
	for (size_t i = 0; i < sizeof algorithms / sizeof *algorithms; i++) {
		snprintf(args, sizeof args, CERT("rsa2048") "-tls1_2 -rev -sigalgs %s -serverpref", algorithms[i]);
		echoes(args, "vault.test", "root", 99999);
	}
	ok(t.has_ems, "with the extended master secret");
	echoes(LEAF "-max_send_frag 512", "vault.test", "root", 99999);
	echoes(CERT("rsa4096") "-tls1_2 -rev -max_send_frag 512", "vault.test", "root", 7);
	echoes(CERT("both") "-rev", "127.0.0.1", "root", 99999);	/* a server that could do TLS 1.3 too */
	ok(!memmem(sent, sent_n, "127.0.0.1", 9), "an address is not sent as a server name (RFC 6066 section 3)");
	echoes(LEAF, "vault.test.", "root", 1);
	ok(memmem(sent, sent_n, "\0\0\0\017\0\r\0\0\nvault.test", 19), "a name is, without a dot at its end");
	echoes(CERT("leaf-int") "-cert_chain " CERTS_DIR "/int.pem -tls1_2 -rev", "vault.test", "root", 5);
	echoes(LEAF "-verify 1", "vault.test", "root", 99999);	/* asks for a client certificate, needs none */
}

static void
test_goodbye(void)
{
	struct server s = serve(CERT("leaf") "-tls1_2 -www");
	int fd = dial(&s);

	is_int(start("vault.test", "root", CERTS_NOW, false), 0, "start");
	is_int(talk(fd, S("GET / HTTP/1.0\r\n\r\n"), 0, 99999), 0, "a whole conversation");
	ok(str_has_prefix((struct str){ app, app_n }, S("HTTP/1.0 200 ok")) && app_n > 1000, "with a long answer");
	ok(tls_is_clean_end(&t), "that ended in order");
	close(fd);

	/* The same again, broken off by us in the middle of the answer. */
	fd = dial(&s);
	is_int(start("vault.test", "root", CERTS_NOW, false), 0, "start");
	is_int(talk(fd, S("GET / HTTP/1.0\r\n\r\n"), 1, 100), 0, "some of an answer");
	ok(!tls_is_clean_end(&t), "that has not ended");
	tls_error(&t, 0, &e);
	is_line(&e, "server closed the connection without a TLS goodbye", "a cut is no end");
	is_int(e.cause, CAUSE_UNREACHABLE, "its cause");
	is_int(e.code, ERR_RETRY, "its next move");
	tls_error(&t, ECONNRESET, &e);
	is_line(&e, "connection broke without a TLS goodbye: connection reset", "nor is a reset");
	is_int(e.code, ERR_RETRY, "its next move");
	leave(fd);
	is_int(tls_state(&t), TLS_CLOSED, "closing does not wait for bytes that nobody reads");
	tls_close(&t);
	is_int(tls_state(&t), TLS_CLOSED, "nor twice");
	stop(&s);
}

/* A server's refusal, or ours of it: the whole line. */
static void
fails(const char *args, const char *host, const char *trusted, const char *line, enum err_cause cause)
{
	struct server s = serve(args);
	int fd = dial(&s), sys;

	is_int(start(host, trusted, CERTS_NOW, false), 0, "start: %s", args);
	sys = talk(fd, S("abc\n"), 4, 99999);
	is_int(app_n, 0, "nothing comes");
	tls_error(&t, sys, &e);
	is_line(&e, line, "its sentence");
	is_int(e.cause, cause, "its cause");
	ok(!tls_is_verified(&t) && !tls_is_clean_end(&t), "not verified, not in order");
	close(fd);
	stop(&s);
}

static void
test_refused(void)
{
	fails(CERT("leaf") "-tls1_3 -rev", "vault.test", "root", "server accepts only TLS 1.3, this version only 1.2", CAUSE_TLS);
	is_str(str_of(e.hint), S("allow TLS 1.2 there (Vault: tls_min_version = \"tls12\" in its listener)"), "its hint");
	fails(CERT("leaf") "-tls1_1 -cipher DEFAULT@SECLEVEL=0 -rev", "vault.test", "root",
		"server shares no TLS 1.2 cipher, curve or kind of certificate with us", CAUSE_TLS);
	fails(CERT("rsa2048") "-tls1_2 -cipher AES128-SHA -rev", "vault.test", "root",
		"server shares no TLS 1.2 cipher, curve or kind of certificate with us", CAUSE_TLS);
	is_str(str_of(e.hint), S("it needs ECDHE with AES-GCM or ChaCha20, and a P-256, P-384, P-521 or RSA certificate"), "its hint");
	fails(CERT("rsa2048") "-tls1_2 -cipher DHE-RSA-AES128-GCM-SHA256 -rev", "vault.test", "root",
		"server shares no TLS 1.2 cipher, curve or kind of certificate with us", CAUSE_TLS);
	fails(CERT("rsa2048") "-tls1_2 -rev -sigalgs RSA+SHA1", "vault.test", "root",
		"server shares no TLS 1.2 cipher, curve or kind of certificate with us", CAUSE_TLS);
	fails(CERT("ed25519") "-tls1_2 -rev", "vault.test", "root",
		"server shares no TLS 1.2 cipher, curve or kind of certificate with us", CAUSE_TLS);
	fails(LEAF "-Verify 1", "vault.test", "root", "server demands a client certificate, and this version has none", CAUSE_TLS);
	fails(CERT("rsa2048") "-tls1_2 -rev -servername else.test -servername_fatal -cert2 " CERTS_DIR "/leaf.pem -key2 " CERTS_DIR "/leaf.key",
		"vault.test", "root", "server does not know the name \"vault.test\"", CAUSE_TLS);
	fails(CERT("old") "-tls1_2 -rev", "vault.corp", "root", "certificate is for \"old.corp\", not \"vault.corp\"", CAUSE_TLS);
	is_str(str_of(e.hint), S("the server's names are old.corp, 10.0.0.7; use one of them, or -tls-server-name"), "its hint");
	fails(CERT("expired") "-tls1_2 -rev", "vault.test", "root",
		"certificate expired on 2026-01-02T03:04:05Z, and it is now 2027-01-01T00:00:00Z", CAUSE_CLOCK);
	fails(CERT("leaf") "-tls1_2 -rev", "vault.test", "other", "issuer \"CN=Root\" is neither sent nor trusted", CAUSE_TLS);
	fails(CERT("self") "-tls1_2 -rev", "vault.test", "root", "certificate is self-signed and not trusted", CAUSE_TLS);
}

static void
test_skip(void)
{
	struct server s = serve(CERT("expired") "-tls1_2 -rev");
	int fd = dial(&s);

	is_int(start("else.test", "other", CERTS_NOW, true), 0, "start without verification");
	is_int(talk(fd, S("abc\n"), 4, 99999), 0, "talk");
	is_str(((struct str){ app, app_n }), S("cba\n"), "an answer");
	ok(!tls_is_verified(&t), "from anybody");
	leave(fd);
	stop(&s);
}

/* A server that sends these bytes and closes. */
static void
hears(struct str bytes, const char *line, enum err_cause cause)
{
	is_int(start("vault.test", "root", CERTS_NOW, false), 0, "start");
	play(bytes, S("abc\n"));
	tls_error(&t, 0, &e);
	is_line(&e, line, "its sentence");
	is_int(e.cause, cause, "its cause");
}

static void
test_strangers(void)
{
	static const char only_13[] = "server accepts only TLS 1.3, this version only 1.2";
	static const char nothing_common[] = "server shares no TLS 1.2 cipher, curve or kind of certificate with us";

	hears(S("\x15\x03\x03\0\2\2\x46"), only_13, CAUSE_TLS);	/* OpenSSL */
	hears(S("\x15\x03\x01\0\2\2\x46"), only_13, CAUSE_TLS);	/* Go */
	hears(S("\x15\x03\x02\0\2\2\x28"), nothing_common, CAUSE_TLS);	/* GnuTLS */
	hears(S("\x15\x03\x03\0\2\2\x47"), nothing_common, CAUSE_TLS);
	hears(S("\x15\x03\x03\0\2\2\x70"), "server does not know the name \"vault.test\"", CAUSE_TLS);
	hears(S("\x15\x03\x03\0\2\2\x50"), "server ended the handshake with TLS alert 80 (internal error)", CAUSE_TLS);
	hears(S("\x15\x03\x03\0\2\2\x63"), "server ended the handshake with TLS alert 99", CAUSE_TLS);
	hears(S("HTTP/1.1 400 Bad Request\r\n"), "server speaks plain HTTP on this port", CAUSE_TLS);
	is_str(str_of(e.hint), S("use http:// if that is meant: unprotected"), "its hint");
	hears(S("SSH-2.0-OpenSSH_9.2\r\n"), "server does not speak TLS: its first bytes are \"SSH-2\"", CAUSE_TLS);
	hears(S("\x00\xff\x1b[1"), "server does not speak TLS: its first bytes are \"\\x00\\xff\\x1b[1\"", CAUSE_TLS);
	hears(S("SSH"), "server closed the connection during its TLS hello", CAUSE_UNREACHABLE);
	hears(S(""), "server closed the connection before it answered at all", CAUSE_UNREACHABLE);
	hears(S("\x16\x03\x03\0\x2a\2\0\0\x26\x03\x03" "12345678901234567890123456789012" "\0\x00\x2f\0"),
		"server chose a cipher not offered", CAUSE_TLS);
	hears(S("\x16\x03\x02\0\x2a\2\0\0\x26\x03\x02" "12345678901234567890123456789012" "\0\xc0\x2b\0"),
		"server answered with TLS other than 1.2", CAUSE_TLS);
	hears(S("\x16\x03\x03\0\x2a\2\0\0\x26\x03\x03" "12345678901234567890123456789012" "\0\xc0\x2b\0"),
		"server closed the connection during the TLS handshake", CAUSE_UNREACHABLE);
	hears(S("\x17\x03\x03\0\1x"), "server broke the TLS protocol: TLS alert 10 (unexpected message)", CAUSE_TLS);
	hears(S("\x16\x03\x03\xff\xff"), "server broke the TLS protocol: TLS alert 22 (record overflow)", CAUSE_TLS);
	tls_error(&t, ECONNRESET, &e);
	is_line(&e, "server broke the TLS protocol: TLS alert 22 (record overflow)", "what the engine says counts more than what the socket says");
	is_int(start("vault.test", "root", CERTS_NOW, false), 0, "start");
	tls_error(&t, ECONNRESET, &e);
	is_line(&e, "connection broke before it answered at all: connection reset", "reset");
}

static void
test_start(void)
{
	uint8_t none[TLS_RANDOM] = { 0 }, some[TLS_RANDOM] = { 1 };
	struct arena small = { .at = memory, .cap = 1000 };
	struct tls_config config = { .random = none, .now_s = CERTS_NOW, .arena = &arena, .host = { .name = S("vault.test") } };

	arena_wipe(&arena);
	is_int(tls_start(&t, &config, &e), -1, "no random bytes");
	is_int(e.cause, CAUSE_RANDOM, "its cause");
	ok(!tls_buf(&t, TLS_WIRE_OUT, &(size_t){ 0 }), "and nothing is sent");
	config.random = some;
	config.arena = &small;
	is_int(tls_start(&t, &config, &e), -1, "a small arena");
	is_int(e.cause, CAUSE_MEMORY, "its cause");
	ok(!tls_buf(&t, TLS_WIRE_OUT, &(size_t){ 0 }), "and nothing is sent");
	ok(sizeof t < 16384, "struct tls has %zu bytes", sizeof t);
}

static bool
is_one_of(const char *line, const char *const *lines)
{
	for (; *lines; lines++)
		if (!strcmp(line, *lines))
			return true;
	printf("#   %s\n", line);
	return false;
}

/* A recorded connection, cut at each byte, and with each byte changed. */
static void
test_cut(const char *args)
{
	static const char *const cuts[] = {
		"server closed the connection before it answered at all", "server closed the connection during its TLS hello",
		"server closed the connection during the TLS handshake", "server closed the connection at the end of the TLS handshake",
		"server closed the connection without a TLS goodbye",
		"server demands a client certificate, and this version has none", NULL,	/* as servers in Go say so */
	};
	static char whole[1 << 14], copy[1 << 14];
	struct server s = serve(args);
	int fd = dial(&s);
	size_t n, wrong = 0, opened = 0;
	enum tls_phase last = TLS_HELLO;

	is_int(start("vault.test", "root", CERTS_NOW, false), 0, "start: %s", args);
	talk(fd, S("abc\n"), 4, 99999);
	n = recorded_n < sizeof whole ? recorded_n : sizeof whole;
	memcpy(whole, recorded, n);
	leave(fd);
	stop(&s);

	for (size_t i = 0; i <= n; i++) {
		if (start("vault.test", "root", CERTS_NOW, false) < 0)
			exit(1);
		play((struct str){ whole, i }, S("abc\n"));
		tls_error(&t, 0, &e);
		wrong += !is_one_of(e.line, cuts) || t.phase < last || tls_is_clean_end(&t);
		last = t.phase;
		opened += t.phase == TLS_OPEN;
	}
	is_int(wrong, 0, "every cut in %zu bytes is told as one", n);
	is_str(((struct str){ app, app_n }), S("cba\n"), "uncut, it plays again");
	wrong = 0;
	memcpy(copy, whole, n);
	for (size_t i = 0; i < n - opened; i++) {	/* up to the server's last byte of the handshake */
		copy[i] ^= (char)(1u << i % 8);
		if (start("vault.test", "root", CERTS_NOW, false) < 0)
			exit(1);
		play((struct str){ copy, n }, S("abc\n"));
		tls_error(&t, 0, &e);
		wrong += t.phase == TLS_OPEN || app_n || !*e.line;
		copy[i] = whole[i];
	}
	is_int(wrong, 0, "every changed byte ends the handshake");
	for (size_t i = n - opened + 1; i < n; i++) {	/* the server's answer */
		copy[i] ^= 1;
		if (start("vault.test", "root", CERTS_NOW, false) < 0)
			exit(1);
		play((struct str){ copy, n }, S("abc\n"));
		wrong += app_n != 0;
		copy[i] = whole[i];
	}
	is_int(wrong, 0, "or lets none of the program's bytes through");
}

int
main(void)
{
	alarm(120);
	certs_make();
	test_start();
	test_good();
	test_goodbye();
	test_refused();
	test_skip();
	test_strangers();
	test_cut(CERT("leaf") "-tls1_2 -rev -named_curve X25519");
	test_cut(CERT("rsa2048") "-tls1_2 -rev -cipher AES256 -named_curve X25519 -verify 1");
	return tap_end();
}
