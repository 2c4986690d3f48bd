/* tests/fuzz/imds.c: fuzzes instance metadata: whatever the service answers ends in a well-formed result or in one printable line. */
/* SPDX-License-Identifier: MIT */
#include "aws/imds.h"
#include "aws/region.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define QUESTIONS_MAX 12	/* each of four: a session, the datum, a session, the datum */

static char memory[1 << 20];
static struct arena arena = { .at = memory, .cap = sizeof memory };

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
check_ask(const struct imds *m, const struct ask *ask)
{
	struct str url = ask->http.url;

	must(ask->kind == ASK_HTTP && str_begins(url, "http://169.254.169.254/latest/") && str_is_visible(url));
	must(str_find(str_part(url, 8, url.len), S("//")) == SIZE_MAX && !str_has_suffix(url, S("/..")));
	must(ask->http.peer == PEER_LOCAL && !ask->http.follow && ask->http.head_n <= 1 && !ask->http.body.len);
	must(ask->http.head_n || m->is_v1);
	must(!ask->http.head_n || str_is_visible(ask->http.head[0].value));
}

static void
check_result(const struct imds *m, unsigned kind)
{
	if (kind == 0)
		must(str_is_visible(m->cred.id) && str_is_visible(m->cred.secret) && (!m->cred.token.len || str_is_visible(m->cred.token)));
	else if (kind == 1)
		must(region_is_valid(m->region));
	else
		must(m->document.len && str_is_visible(m->proof) && m->proof.len % 4 == 0 && str_is_visible(m->instance_id) &&
		    m->instance_id.len <= IMDS_INSTANCE_MAX);
}

/* The first byte chooses the step and the variables; then an answer a turn: a byte for the status, a text up to the next 0xff. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static step_fn *const steps[] = { imds_step, imds_region_step, imds_identity_step, imds_identity_step };
	static const short statuses[] = { 200, 200, 200, 200, 401, 403, 404, 405, 400, 429, 500, 503, 302, 204, 404, 200 };
	char text[512];
	struct buf notes = BUF(text);
	struct senv senv = { .wall_s = 1440938160, .arena = &arena, .notes = &notes };
	struct cred_env env = { { S("") } };
	struct imds m = { .env = &env };
	struct http_field head = { S("X-aws-ec2-metadata-token-ttl-seconds"), S("") };
	struct answer in = { .how = ANSWER_OK, .head = &head };
	struct str rest = { (const char *)data + 1, len - 1 };
	const struct answer *answer = NULL;
	struct ask ask;
	enum step s;
	struct err e;

	if (!len || len > 16384)
		return 0;
	arena_wipe(&arena);
	m.pkcs7 = (data[0] & 3) == 3;
	if (data[0] & 4)
		env.var[CRED_IMDS_V1_DISABLED] = S("true");
	if (data[0] & 8)
		env.var[CRED_IMDS_PROFILE_NAME] = str_cut(&rest, (char)0xff);
	for (int n = 0; (s = steps[data[0] & 3](&m, answer, &ask, &senv, &e)) == STEP_ASK; n++) {
		must(n < QUESTIONS_MAX);
		check_ask(&m, &ask);
		in.body = str_cut(&rest, (char)0xff);
		in.status = in.body.len ? statuses[in.body.at[0] & 15] : 404;
		in.body = str_part(in.body, 1, in.body.len);
		head.value = in.body;
		in.head_n = data[0] >> 4 & 1;
		answer = &in;
	}
	must(str_is_printable(str_part(buf_str(&notes), 0, notes.len ? notes.len - 1 : 0)));
	if (s == STEP_DONE) {
		check_result(&m, data[0] & 3);
		return 0;
	}
	must(e.code != ERR_NONE && e.code != ERR_PEER && e.code <= ERR_STOP);
	must(e.cause == CAUSE_CREDENTIALS || (e.cause == CAUSE_USE && e.code == ERR_INPUT));
	must(str_begins(str_of(e.line), "instance metadata") && str_is_printable(str_of(e.line)) && str_is_printable(str_of(e.hint)));
	must(m.token.len < 64 || str_find(str_of(e.line), m.token) == SIZE_MAX);
	return 0;
}
