/* tests/unit/agent/answer.c: every request of the process goes past its limiter: resent and redirected ones too. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "agent/answer.h"

#include "sys/clock.h"
#include "sys/log.h"
#include "tests/memory.h"
#include "tests/tap.h"

#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static struct loop loop;
static struct limit limit;
static struct config config;
static struct flow flow = { .loop = &loop, .limit = &limit, .config = &config };
static struct answering a;
static struct err err;
static tick asked_at;

/* A socket that listens on loopback, and its port. */
static int
listen_at(unsigned *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, len) < 0 || listen(fd, 16) < 0 || getsockname(fd, (struct sockaddr *)&at, &len) < 0)
		abort();
	*port = ntohs(at.sin_port);
	return fd;
}

/* Answers everything with `text`, until it is killed. */
static pid_t
serve(int fd, const char *text)
{
	pid_t pid = fork();
	char in[4096];

	if (pid)
		return pid;
	for (;;) {
		int c = accept(fd, NULL, NULL);

		if (c < 0 || read(c, in, sizeof in) < 0 || write(c, text, strlen(text)) < 0)
			_exit(1);
		close(c);
	}
}

/* One request of a process that may send n a minute, of which it has just sent `before`; how long it took. */
static int64_t
ask(unsigned port, unsigned n, unsigned before, bool once, int64_t within_ms)
{
	char url[64];
	struct buf b = BUF(url);
	struct ask q = { .kind = ASK_HTTP, .http = { .method = S("GET"), .body_max = 100, .once = once, .follow = true, .share = LIMIT_TOKEN } };
	tick from = clock_now();

	asked_at = from;
	buf_fmt(&b, "http://127.0.0.1:%u/", port);
	q.http.url = buf_str(&b);
	limit_init(&limit, n);
	for (unsigned i = 0; i < before; i++)
		limit_note(&limit, from);
	flow.deadline = tick_after(from, within_ms);
	if (answer_ask(&a, &flow, &q, &err) < 0)
		abort();
	return clock_now() - from;
}

int
main(void)
{
	unsigned port, closed;
	int fd = listen_at(&port), other = listen_at(&closed);
	pid_t pid;

	signal(SIGPIPE, SIG_IGN);
	log_set_level(LOG_ERROR);
	flow.arena = memory_arena(8 << 20);
	close(other);
	if (loop_open(&loop, &err) < 0)
		abort();

	ok(ask(closed, 60, 19, true, 60000) < 500, "a request that may go goes at once");
	is_int(a.out.how, ANSWER_UNREACHABLE, "to nobody");
	ok(limit.used == 20 && limit.delayed == 0, "and counts: %u", limit.used);
	ok(limit.at[limit.last] > asked_at, "from the tick after its end, though that was in the same one");
	ok(ask(closed, 60, 20, true, 60000) >= LIMIT_BURST_MS, "one that may not waits");
	ok(limit.used == 21 && limit.delayed == 1, "and that is counted: %u", limit.delayed);
	ok(ask(closed, 60, 60, true, 5000) < 500, "one that would wait for longer than there is time is not sent");
	is_int(a.out.how, ANSWER_SILENT, "which is no answer");
	is_line(a.out.err, "not asked: this process may send 60 requests a minute", "and said");
	is_int(limit.used, 60, "and not counted");
	ok(ask(closed, 1, 0, true, 60000) < 500 && limit.used == 1, "of one a minute the first goes at once");
	ask(closed, 60, 0, false, 60000);
	is_int(limit.used, 1 + ANSWER_RESENDS, "every resending counts");
	ok(ask(closed, 60, 19, false, 60000) >= LIMIT_BURST_MS, "and waits");
	ok(limit.delayed == 1 && limit.told, "once: the next ones find room");

	pid = serve(fd, "HTTP/1.1 307 Moved\r\nLocation: /there\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
	ask(port, 60, 0, true, 60000);
	is_int(limit.used, 2, "a redirect is a request");
	ok(ask(port, 60, 19, true, 60000) >= LIMIT_BURST_MS && limit.delayed == 1, "and waits like one");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	loop_close(&loop);
	memory_free(&flow.arena);
	return tap_end();
}
