/* tests/unit/aws/imds.c: one session over several runs of the machine, its end by the clock, and room that runs out. */
/* SPDX-License-Identifier: MIT */
#include "aws/imds.h"

#include "tests/memory.h"
#include "tests/tap.h"

#define CRED "{\"Code\":\"Success\",\"AccessKeyId\":\"ASIA1\",\"SecretAccessKey\":\"s\",\"Token\":\"t\"}"
#define DOCUMENT "{\"region\":\"eu-west-1\",\"instanceId\":\"i-1\"}"

static struct arena arena;
static struct cred_env env;
static struct err err;
static const char *ttl;
static int puts_n;	/* sessions asked for */

/* A service that knows everything but the region by itself. */
static struct answer
serve(const struct ask *ask)
{
	static struct http_field head;
	struct answer in = { .status = 404 };
	struct str url = ask->http.url;

	if (str_is(ask->http.method, "PUT")) {
		puts_n++;
		head = (struct http_field){ S("x-aws-ec2-metadata-token-ttl-seconds"), str_of(ttl) };
		in.head = &head;
		in.head_n = 1;
		in.body = S("AQAA==");
	} else if (str_has_suffix(url, S("/security-credentials/"))) {
		in.body = S("web\n");
	} else if (str_has_suffix(url, S("/security-credentials/web"))) {
		in.body = S(CRED);
	} else if (str_has_suffix(url, S("/document"))) {
		in.body = S(DOCUMENT);
	} else if (str_has_suffix(url, S("/signature"))) {
		in.body = S("QUJD\nQUJD\n");
	}
	in.status = in.body.len ? 200 : 404;
	return in;
}

static enum step
run(struct imds *m, step_fn *step, struct arena *a, int64_t now_s)
{
	char text[200];
	struct buf notes = BUF(text);
	struct senv senv = { .wall_s = now_s, .arena = a, .notes = &notes };
	struct answer in;
	struct ask ask;
	enum step s = step(m, NULL, &ask, &senv, &err);

	while (s == STEP_ASK) {
		in = serve(&ask);
		s = step(m, &in, &ask, &senv, &err);
	}
	return s;
}

static void
run_sessions(void)
{
	static const struct {
		const char *ttl;
		int64_t after_s;	/* second run, after the first */
		int puts_n;		/* of both */
	} rows[] = {
		{ "21600", 0, 1 }, { "21600", 21539, 1 }, { "21600", 21540, 2 }, { "300", 239, 1 }, { "300", 240, 2 }, { "61", 0, 1 },
		{ "60", 0, 6 }, { "1", 0, 6 }, { "0", 21539, 1 }, { "21601", 21539, 1 }, { "", 21539, 1 }, { "x", 21540, 2 },
		{ "21600", -1000, 1 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct imds m = { .env = &env };

		arena_wipe(&arena);
		puts_n = 0;
		ttl = rows[i].ttl;
		ok(run(&m, imds_step, &arena, 1440938160) == STEP_DONE && str_is(m.cred.id, "ASIA1"), "credentials, ttl \"%s\"", ttl);
		ok(run(&m, imds_region_step, &arena, 1440938160 + rows[i].after_s) == STEP_DONE && str_is(m.region, "eu-west-1"), "region");
		ok(run(&m, imds_identity_step, &arena, 1440938160 + rows[i].after_s) == STEP_DONE && str_is(m.proof, "QUJDQUJD") &&
		    str_is(m.document, DOCUMENT) && str_is(m.instance_id, "i-1"), "identity");
		ok(str_is(m.cred.id, "ASIA1"), "the credentials are still there");
		is_int(puts_n, rows[i].puts_n, "ttl \"%s\", %lld s later: sessions", ttl, (long long)rows[i].after_s);
	}
}

/* Whatever the arena's size: a result, or an error that says there is no room. */
static void
run_room(void)
{
	static step_fn *const steps[] = { imds_step, imds_region_step, imds_identity_step };
	int wrong = 0, done = 0, failed = 0;

	ttl = "21600";
	for (size_t i = 0; i < 3; i++)
		for (size_t cap = 0; cap < 2048; cap++) {
			struct arena a = memory_arena(cap);
			struct imds m = { .env = &env };

			if (run(&m, steps[i], &a, 1440938160) == STEP_DONE)
				done++;
			else
				failed++, wrong += err.cause != CAUSE_MEMORY;
			memory_free(&a);
		}
	is_int(wrong, 0, "no arena is too small for an error");
	ok(done > 0 && failed > 0, "some are too small for a result");
}

int
main(void)
{
	arena = memory_arena(1 << 20);
	run_sessions();
	run_room();
	memory_free(&arena);
	return tap_end();
}
