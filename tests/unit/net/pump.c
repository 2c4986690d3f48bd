/* tests/unit/net/pump.c: bytes through a socket, plainly, and how TLS ends in it; tests/unit/net/xfer_tls.c has the rest of TLS. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "net/pump.h"

#include "base/buf.h"
#include "tests/tlspeer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

static char got_bytes[1 << 20], big[1 << 20];
static struct buf got;
static size_t enough;
static int calls;

static bool
take(void *ctx, struct str bytes)
{
	(void)ctx;
	calls++;
	buf_add_str(&got, bytes);
	return enough && got.len >= enough;
}

static int other;	/* the peer's end */

static struct pump
fresh(struct str out)
{
	int p[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, p) < 0)
		exit(1);
	got = BUF(got_bytes);
	enough = 0;
	calls = 0;
	other = p[1];
	return (struct pump){ .fd = p[0], .out = out, .take = take };
}

static void
end(struct pump *p)
{
	close(p->fd);
	if (other >= 0)
		close(other);
}

static void
test_small(void)
{
	struct pump p = fresh(S("question"));
	char bytes[20];

	is_int(pump_run(&p), PUMP_WAIT, "a question");
	ok(p.sent_any && p.sent_all && !p.got_any && p.events == POLLIN, "is sent; the answer is waited for");
	ok(read(other, bytes, sizeof bytes) == 8 && !memcmp(bytes, "question", 8), "as it was");
	ok(write(other, "ans", 3) == 3, "part of an answer");
	is_int(pump_run(&p), PUMP_WAIT, "is taken");
	is_str(buf_str(&got), S("ans"), "its bytes");
	ok(write(other, "wer", 3) == 3 && shutdown(other, SHUT_WR) == 0, "the rest, and the end");
	is_int(pump_run(&p), PUMP_END, "in order");
	is_str(buf_str(&got), S("answer"), "its bytes");
	ok(p.got_any && p.sys == 0, "no error");
	pump_close(&p);
	end(&p);

	p = fresh(S(""));
	enough = 3;
	ok(write(other, "abcdef", 6) == 6, "more than is wanted");
	is_int(pump_run(&p), PUMP_ENOUGH, "is enough");
	end(&p);
}

static void
test_large(void)
{
	struct pump p = fresh((struct str){ big, sizeof big });
	static char bytes[5000], all[sizeof big];
	size_t n = 0;
	enum pump_end last;

	is_int(pump_run(&p), PUMP_WAIT, "more than the socket takes");
	ok(p.sent_any && !p.sent_all && p.events == (POLLIN | POLLOUT), "room is waited for, and an answer too");
	do {
		ssize_t some = read(other, bytes, sizeof bytes);

		if (some > 0) {
			memcpy(all + n, bytes, (size_t)some);
			n += (size_t)some;
		}
		last = pump_run(&p);
	} while (n < sizeof big && last == PUMP_WAIT);
	ok(n == sizeof big && !memcmp(all, big, n) && p.sent_all && p.events == POLLIN, "all of it arrives");
	end(&p);
}

/* A server that answers and goes before it has read the question. */
static void
test_early(void)
{
	struct pump p = fresh((struct str){ big, sizeof big });

	is_int(pump_run(&p), PUMP_WAIT, "half a question");
	ok(write(other, "too large", 9) == 9, "is answered");
	close(other);
	other = -1;
	is_int(pump_run(&p), PUMP_CUT, "and cut");
	is_str(buf_str(&got), S("too large"), "the answer is not lost");
	ok(p.sys == EPIPE || p.sys == ECONNRESET, "the reason is kept (%d)", p.sys);
	end(&p);

	p = fresh((struct str){ big, sizeof big });
	is_int(pump_run(&p), PUMP_WAIT, "half a question");
	enough = 9;
	ok(write(other, "too large", 9) == 9, "is answered");
	close(other);
	other = -1;
	is_int(pump_run(&p), PUMP_ENOUGH, "and that was all that was wanted");
	end(&p);
}

static void
test_bound(void)
{
	struct pump p = fresh(S(""));
	size_t sent = 0;
	int runs = 0;

	for (;;) {
		ssize_t n = write(other, big, 4096);

		if (n <= 0)
			break;
		sent += (size_t)n;
	}
	shutdown(other, SHUT_WR);
	while (pump_run(&p) == PUMP_WAIT && runs < 1000) {
		runs++;
		if (calls > 64 * runs)
			break;
	}
	ok(calls <= 64 * (runs + 1) && got.len == sent, "one run does bounded work (%d calls in %d runs)", calls, runs + 1);
	ok(!memcmp(got_bytes, big, 4096), "and loses nothing");
	end(&p);
}

/* What a server says at last, and closes at once, so that nothing more can be sent to it: the end of the run. */
static enum pump_end
ends(struct str (*last)(struct peer *), struct tls *t)
{
	static struct peer server;
	struct pump p = fresh(S(""));
	struct str bytes;
	enum pump_end result;

	p.tls = t;
	peer_start(&server, t, "vault.test");
	peer_go(&server, PEER_UNTIL_START, PEER_UNTIL_OPEN);
	bytes = last(&server);
	if (write(other, bytes.at, bytes.len) != (ssize_t)bytes.len)
		exit(1);
	close(other);
	other = -1;
	result = pump_run(&p);
	pump_close(&p);
	end(&p);
	return result;
}

static struct str
goodbye(struct peer *server)
{
	return peer_record(server, 21, S("\1\0"));
}

static struct str
garbage(struct peer *server)
{
	server->shadow.key[TLS_OUT_KEY].iv[0] ^= 1;
	return peer_record(server, 23, S("data"));
}

static struct str
nothing(struct peer *server)
{
	(void)server;
	return S("");
}

static void
test_tls_ends(void)
{
	static struct tls t;

	certs_make();
	is_int(ends(goodbye, &t), PUMP_END, "a goodbye is an end in order, though ours reaches nobody");
	is_int(ends(garbage, &t), PUMP_BROKEN, "a record that is wrong, though our alert reaches nobody");
	is_int(ends(nothing, &t), PUMP_CUT, "no goodbye is a cut");
}

int
main(void)
{
	signal(SIGPIPE, SIG_DFL);
	for (size_t i = 0; i < sizeof big; i++)
		big[i] = (char)(i % 4096 * 7 + 1);
	test_small();
	test_large();
	test_early();
	test_bound();
	test_tls_ends();
	return tap_end();
}
