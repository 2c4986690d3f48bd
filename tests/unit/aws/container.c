/* tests/unit/aws/container.c: which addresses may have the token, and what each comes to; room that runs out. */
/* SPDX-License-Identifier: MIT */
#include "aws/container.h"

#include "tests/memory.h"
#include "tests/tap.h"

#define RELATIVE "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
#define FULL "AWS_CONTAINER_CREDENTIALS_FULL_URI"
#define PLAIN FULL " is plain http to a host that may not have the token"

static struct arena arena;

static const struct row {
	const char *name;
	struct str value;
	const char *url;	/* NULL: refused */
	const char *line;	/* then */
	unsigned within_ms;
} rows[] = {
	{ RELATIVE, S("/v2/credentials/0b69d5c0"), "http://169.254.170.2/v2/credentials/0b69d5c0", NULL, CONTAINER_WITHIN_MS },
	{ RELATIVE, S("/"), "http://169.254.170.2/", NULL, CONTAINER_WITHIN_MS },
	{ RELATIVE, S("/v2?id=1"), "http://169.254.170.2/v2?id=1", NULL, CONTAINER_WITHIN_MS },
	{ RELATIVE, S("/x@evil"), "http://169.254.170.2/x@evil", NULL, CONTAINER_WITHIN_MS },
	{ RELATIVE, S("//evil/x"), NULL, RELATIVE " is not a path", 0 },
	{ RELATIVE, S("//"), NULL, RELATIVE " is not a path", 0 },
	{ RELATIVE, S("v2/credentials"), NULL, RELATIVE " is not a path", 0 },
	{ RELATIVE, S("@evil/x"), NULL, RELATIVE " is not a path", 0 },
	{ RELATIVE, S(":80@evil/x"), NULL, RELATIVE " is not a path", 0 },
	{ RELATIVE, S("?x"), NULL, RELATIVE " is not a path", 0 },
	{ RELATIVE, S(".evil/x"), NULL, RELATIVE " is not a path", 0 },
	{ RELATIVE, S("0/x"), NULL, RELATIVE " is not a path", 0 },
	{ RELATIVE, S("http://169.254.170.2/v2"), NULL, RELATIVE " is not a path", 0 },
	{ RELATIVE, S("/a b"), NULL, RELATIVE ": holds a byte that is not visible ascii", 0 },
	{ RELATIVE, S("/a\r\nX: y"), NULL, RELATIVE ": holds a byte that is not visible ascii", 0 },
	{ RELATIVE, S("/a\0b"), NULL, RELATIVE ": holds a byte that is not visible ascii", 0 },
	{ RELATIVE, S("/a\x7f"), NULL, RELATIVE ": holds a byte that is not visible ascii", 0 },
	{ RELATIVE, S("/a#b"), NULL, RELATIVE ": holds a fragment (#)", 0 },
	{ FULL, S("http://127.0.0.1/"), "http://127.0.0.1/", NULL, CONTAINER_LOCAL_MS },
	{ FULL, S("http://127.255.255.254:8080/x/"), "http://127.255.255.254:8080/x/", NULL, CONTAINER_LOCAL_MS },
	{ FULL, S("http://[::1]:8080/x"), "http://[::1]:8080/x", NULL, CONTAINER_LOCAL_MS },
	{ FULL, S("http://[0:0:0:0:0:0:0:1]/"), "http://[0:0:0:0:0:0:0:1]/", NULL, CONTAINER_LOCAL_MS },
	{ FULL, S("http://localhost/x/"), "http://127.0.0.1:80/x/", NULL, CONTAINER_LOCAL_MS },
	{ FULL, S("http://LocalHost:39771"), "http://127.0.0.1:39771/", NULL, CONTAINER_LOCAL_MS },
	{ FULL, S("http://localhost.:1/"), "http://127.0.0.1:1/", NULL, CONTAINER_LOCAL_MS },
	{ FULL, S("HTTP://169.254.170.2/"), "HTTP://169.254.170.2/", NULL, CONTAINER_WITHIN_MS },
	{ FULL, S("http://169.254.170.23/v1/credentials"), "http://169.254.170.23/v1/credentials", NULL, CONTAINER_WITHIN_MS },
	{ FULL, S("http://[fd00:ec2::23]/v1/credentials"), "http://[fd00:ec2::23]/v1/credentials", NULL, CONTAINER_WITHIN_MS },
	{ FULL, S("http://[FD00:EC2:0::23]/"), "http://[FD00:EC2:0::23]/", NULL, CONTAINER_WITHIN_MS },
	{ FULL, S("https://credentials.example/x"), "https://credentials.example/x", NULL, CONTAINER_WITHIN_MS },
	{ FULL, S("https://10.0.0.1:8443/x"), "https://10.0.0.1:8443/x", NULL, CONTAINER_WITHIN_MS },
	{ FULL, S("https://localhost:8443/x"), "https://localhost:8443/x", NULL, CONTAINER_LOCAL_MS },
	{ FULL, S("http://128.0.0.1/"), NULL, PLAIN, 0 },
	{ FULL, S("http://169.254.170.3/"), NULL, PLAIN, 0 },
	{ FULL, S("http://169.254.169.254/"), NULL, PLAIN, 0 },
	{ FULL, S("http://0.0.0.0/"), NULL, PLAIN, 0 },
	{ FULL, S("http://[::]/"), NULL, PLAIN, 0 },
	{ FULL, S("http://[::2]/"), NULL, PLAIN, 0 },
	{ FULL, S("http://[::ffff:127.0.0.1]/"), NULL, PLAIN, 0 },
	{ FULL, S("http://[::127.0.0.1]/"), NULL, PLAIN, 0 },
	{ FULL, S("http://[fd00:ec2::24]/"), NULL, PLAIN, 0 },
	{ FULL, S("http://localhost.evil.example/"), NULL, PLAIN, 0 },
	{ FULL, S("http://127.0.0.1.evil.example/"), NULL, PLAIN, 0 },
	{ FULL, S("http://xlocalhost/"), NULL, PLAIN, 0 },
	{ FULL, S("http://evil.example/127.0.0.1"), NULL, PLAIN, 0 },
	{ FULL, S("http://evil.example?http://127.0.0.1/"), NULL, FULL ": has a query without a path before it", 0 },
	{ FULL, S("http://127.1/"), NULL, FULL ": name ends in a number, but is no ip address", 0 },
	{ FULL, S("http://2130706433/"), NULL, FULL ": name ends in a number, but is no ip address", 0 },
	{ FULL, S("http://0x7f000001/"), NULL, FULL ": name ends in a number, but is no ip address", 0 },
	{ FULL, S("http://0177.0.0.1/"), NULL, FULL ": name ends in a number, but is no ip address", 0 },
	{ FULL, S("http://127.0.0.1@evil.example/"), NULL, FULL ": holds a user or password: they do not belong there", 0 },
	{ FULL, S("http://evil.example\\@127.0.0.1/"), NULL, FULL ": holds a user or password: they do not belong there", 0 },
	{ FULL, S("http://127.0.0.1:80@evil.example/"), NULL, FULL ": holds a user or password: they do not belong there", 0 },
	{ FULL, S("http://127.0.0.1\\.evil.example/"), NULL, FULL ": name holds a byte that no host name has", 0 },
	{ FULL, S("http://evil.example#@127.0.0.1/"), NULL, FULL ": holds a fragment (#)", 0 },
	{ FULL, S("http://127.0.0.1\r\nX: y/"), NULL, FULL ": holds a byte that is not visible ascii", 0 },
	{ FULL, S("http://127.0.0.1/\r\nX: y"), NULL, FULL ": holds a byte that is not visible ascii", 0 },
	{ FULL, S("http://127.0.0.1:0/"), NULL, FULL ": port is no number from 1 to 65535", 0 },
	{ FULL, S("http://127.0.0.1:99999/"), NULL, FULL ": port is no number from 1 to 65535", 0 },
	{ FULL, S("ftp://127.0.0.1/"), NULL, FULL ": scheme is neither https nor http", 0 },
	{ FULL, S("file:///etc/passwd"), NULL, FULL ": scheme is neither https nor http", 0 },
	{ FULL, S("127.0.0.1/x"), NULL, FULL ": has no scheme: it must begin with https:// or http://", 0 },
	{ FULL, S("/v2/x"), NULL, FULL ": has no scheme: it must begin with https:// or http://", 0 },
};

static void
run_row(const struct row *r)
{
	struct cred_env env = { { S("") } };
	struct senv senv = { .arena = &arena };
	struct container m = { .env = &env };
	char line[ERR_LINE];
	struct buf want = BUF(line);
	struct ask ask;
	struct err e;

	arena_wipe(&arena);
	ok(!container_is_configured(&env), "nothing is configured");
	env.var[strcmp(r->name, FULL) == 0 ? CRED_CONTAINER_FULL_URI : CRED_CONTAINER_RELATIVE_URI] = r->value;
	env.var[CRED_CONTAINER_TOKEN] = S("canary");
	ok(container_is_configured(&env), "%.*s is configured", STR(r->value));
	if (r->url) {
		if (!ok(container_step(&m, NULL, &ask, &senv, &e) == STEP_ASK, "%.*s is asked", STR(r->value)))
			return;
		is_str(ask.http.url, str_of(r->url), "its url");
		is_int(ask.http.within_ms, r->within_ms, "its time");
		ok(ask.http.peer == PEER_LOCAL && !ask.http.follow, "no proxy, no redirect");
		return;
	}
	ok(container_step(&m, NULL, &ask, &senv, &e) == STEP_FAIL && e.code == ERR_INPUT && e.cause == CAUSE_CREDENTIALS,
	    "%.*s is refused", STR(r->value));
	buf_fmt(&want, "container credentials: %s", r->line);
	is_str(str_of(e.line), buf_str(&want), "its line");
	ok(!e.hint[0] == !!strcmp(r->line, PLAIN), "its hint");
}

/* Whatever the arena's size: a question and an answer as they should be, or an error that says there is no room. */
static void
run_room(void)
{
	static const char good[] = "{\"AccessKeyId\":\"ASIA1\",\"SecretAccessKey\":\"s\",\"Token\":\"t\"}";
	int wrong = 0, asked = 0, done = 0;

	for (size_t cap = 0; cap < 2048; cap++) {
		struct arena a = memory_arena(cap);
		struct cred_env env = { .var = { [CRED_CONTAINER_RELATIVE_URI] = S("/v2/x") } };
		struct senv senv = { .arena = &a };
		struct container m = { .env = &env };
		struct answer in = { .status = 200, .body = str_of(good) };
		struct ask ask;
		struct err e;

		if (container_step(&m, NULL, &ask, &senv, &e) != STEP_ASK) {
			wrong += e.cause != CAUSE_MEMORY;
		} else {
			asked++;
			wrong += !str_eq(ask.http.url, S("http://169.254.170.2/v2/x"));
			if (container_step(&m, &in, &ask, &senv, &e) == STEP_DONE)
				done++, wrong += !str_eq(m.cred.id, S("ASIA1")) || !str_eq(m.cred.token, S("t"));
			else
				wrong += e.cause != CAUSE_MEMORY;
		}
		memory_free(&a);
	}
	is_int(wrong, 0, "no arena is too small for an error");
	ok(done > 0 && done < asked, "some are too small for the answer");
}

int
main(void)
{
	arena = memory_arena(1 << 16);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		run_row(&rows[i]);
	run_room();
	memory_free(&arena);
	return tap_end();
}
