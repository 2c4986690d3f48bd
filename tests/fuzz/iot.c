/* tests/fuzz/iot.c: fuzzes the IoT source: its block, both files and the answer end in credentials or in one printable line. */
/* SPDX-License-Identifier: MIT */
#include "aws/iot.h"

#include "data/uri.h"

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

static void
check_ask(const struct ask *ask, const struct str *config)
{
	struct uri uri;
	struct err e;

	if (ask->kind == ASK_FILE)
		return;
	must(ask->kind == ASK_HTTP && str_is_visible(ask->http.url) && uri_parse(&uri, ask->http.url, &e) == 0 && uri.tls);
	must(uri.host.kind == HOST_DNS && str_find_c(uri.path, '?') == SIZE_MAX && str_begins(uri.path, "/role-aliases/"));
	must(str_has_suffix(uri.path, S("/credentials")) && uri.path.len == config[IOT_ROLE_ALIAS].len + 26);
	must(ask->http.head_n == (config[IOT_THING_NAME].len > 0) && (!ask->http.head_n || str_is_visible(ask->http.head[0].value)));
	must(ask->http.peer == PEER_AWS && !ask->http.follow && ask->http.body_max && ask->http.within_ms && ask->http.identity);
}

/* The first byte is the status; then lines: endpoint, alias, thing, the answer's kind; the rest is three texts with a NUL between:
   certificate, key and answer. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const short statuses[] = { 200, 200, 204, 302, 400, 401, 403, 404, 405, 429, 500, 502, 503, 504, 599, 100 };
	static const enum iot_key keys[] = { IOT_ENDPOINT, IOT_ROLE_ALIAS, IOT_THING_NAME };
	struct senv senv = { .arena = &arena };
	struct str config[IOT_KEYS] = { [IOT_CERT] = S("/c"), [IOT_KEY] = S("/k") };
	struct iot m = { .config = config };
	struct http_field head = { S("X-Amzn-ErrorType"), S("") };
	struct answer in = { .how = ANSWER_OK, .head = &head, .head_n = 1 };
	struct str rest = { (const char *)data + 1, len - 1 };
	const struct answer *answer = NULL;
	struct ask ask;
	enum step s;
	struct err e;

	if (!len || len > 8192)
		return 0;
	arena_wipe(&arena);
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		struct str value = str_cut(&rest, '\n');

		if (keys[i] == IOT_THING_NAME && !value.len)
			continue;
		if (iot_check(keys[i], value, &e) < 0) {
			must(e.code == ERR_INPUT && e.cause == CAUSE_USE && e.line[0]);
			return 0;
		}
		config[keys[i]] = value;
	}
	head.value = str_cut(&rest, '\n');
	while ((s = iot_step(&m, answer, &ask, &senv, &e)) == STEP_ASK) {
		check_ask(&ask, config);
		in.status = ask.kind == ASK_HTTP ? statuses[data[0] & 15] : 0;
		in.body = ask.kind == ASK_HTTP ? rest : str_cut(&rest, 0);
		answer = &in;
	}
	if (s == STEP_DONE) {
		must(in.status == 200 && str_is_visible(m.cred.id) && str_is_visible(m.cred.secret));
		must(!m.cred.token.len || str_is_visible(m.cred.token));
		return 0;
	}
	must(e.code != ERR_NONE && e.code != ERR_ABSENT && e.code <= ERR_STOP && e.cause == CAUSE_CREDENTIALS);
	must(str_begins(str_of(e.line), "iot credentials: ") && str_is_printable(str_of(e.line)));
	return 0;
}
