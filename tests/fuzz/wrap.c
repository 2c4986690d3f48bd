/* tests/fuzz/wrap.c: fuzzes an answer that holds a wrapping token: one line that reads back as the same, or one printable error. */
/* SPDX-License-Identifier: MIT */
#include "vault/wrap.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static char memory[1 << 20];
static struct arena arena = { .at = memory, .cap = sizeof memory };

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* What was written, as the wrap_info of an answer, is written again as it stands. */
static void
check_line(struct str line, int64_t ttl_s)
{
	char room[WRAP_LINE_MAX + 32], again[WRAP_LINE_MAX];
	struct buf answer = BUF(room), b = BUF(again);
	struct vault_secret s;
	int64_t again_s;
	struct err e;

	must(line.len && str_find_c(line, '\n') == line.len - 1 && ttl_s > 0 && ttl_s <= UINT32_MAX);
	buf_fmt(&answer, "{\"wrap_info\":%.*s}", STR(line));
	must(vault_parse_secret(&s, buf_str(&answer), &arena, &e) == 0 && str_is_visible(s.wrapping_token));
	must(wrap_add_line(&b, &s, &again_s, &e) == 0 && again_s == ttl_s && str_eq(buf_str(&b), line));
}

/* The first byte chooses the status; what follows is the body. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const short statuses[] = { 200, 200, 204, 400, 403, 429, 503, 307 };
	static const struct vault vault = { .address = { .tls = true, .host = { .name = S("vault") }, .path = S("/") } };
	struct senv env = { .arena = &arena };
	struct wrap m = { .vault = &vault, .token = S("hvs.0123456789"), .ask_ttl_s = 60 };
	struct answer in = { .how = ANSWER_OK };
	struct ask ask;
	struct err e;

	if (!len || len > WRAP_BODY_MAX)
		return 0;
	arena_wipe(&arena);
	in.status = statuses[data[0] & 7];
	in.body = (struct str){ (const char *)data + 1, len - 1 };
	must(wrap_step(&m, NULL, &ask, &env, &e) == STEP_ASK && ask.kind == ASK_HTTP && ask.http.once);
	if (wrap_step(&m, &in, &ask, &env, &e) == STEP_DONE) {
		must(in.status == 200 || in.status == 204);	/* http gives a 204 no body */
		check_line(m.line, m.ttl_s);
		return 0;
	}
	must(str_begins(str_of(e.line), "vault https://vault: ") && str_is_printable(str_of(e.line)) && e.cause != CAUSE_MEMORY);
	return 0;
}
