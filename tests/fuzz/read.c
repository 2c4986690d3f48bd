/* tests/fuzz/read.c: fuzzes the answers that a secret is read by, and what is made of it: fields, a table, variables; or one printable line without the token. */
/* SPDX-License-Identifier: MIT */
#include "vault/value.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static char memory[1 << 21], shown[1 << 19];
static struct arena arena = { .at = memory, .cap = sizeof memory };

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* All that a verb can make of it. */
static void
check_secret(const struct read *m)
{
	struct buf table = BUF(shown), env = BUF(shown);
	const struct value_pair *pair;
	struct json v, key;
	struct str text, name;
	size_t n, at = 0;
	struct err e;

	if (value_table(&table, m, &arena, &e) == 0)
		for (size_t i = 0; i < table.len; i++)	/* the terminal is safe */
			must((unsigned char)shown[i] >= ' ' || shown[i] == '\n');
	if (value_pairs(&pair, &n, m->data, S("P_"), &arena, &e) == 0) {
		must(n <= VALUE_PAIRS);
		for (size_t i = 0; i < n; i++)
			must(value_is_name(pair[i].name) && str_begins(pair[i].name, "P_") && pair[i].value.at[pair[i].value.len] == 0 &&
			    str_find_c(pair[i].value, 0) == SIZE_MAX);
	} else {
		must(str_is_printable(str_of(e.line)));
	}
	if (value_env(&env, m->data, &arena, &e) == 0)
		must(!env.len || shown[env.len - 1] == '\n');
	while (json_each(m->data, &at, &key, &v))
		if (json_string(key, &arena, &name, &e) == 0 && str_find_c(name, 0) == SIZE_MAX) {
			if (value_find(&v, m->data, name, &arena, &e) == 0)
				must(value_text(&text, v, &arena, &e) == 0 || e.code == ERR_PEER || e.cause == CAUSE_MEMORY);
			else
				must(str_is_printable(str_of(e.line)));
		}
}

/* The first byte chooses kind and whether it is a write, the second both statuses; what follows is the answers, parted by a byte of zero: that to the mount,
   where one is asked for, and that to the secret. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const short statuses[] = { 200, 204, 400, 403, 404, 429, 503, 307 };
	static const struct vault vault = { .address = { .tls = true, .host = { .name = S("vault") }, .path = S("/") } };
	struct str rest = { (const char *)data + 2, len - 2 };
	struct senv env = { .arena = &arena };
	struct read m = { .vault = &vault, .token = S("hvs.0123456789abcdef"), .path = S("secret/app") };
	struct answer in = { .how = ANSWER_OK };
	struct ask ask;
	struct err e;
	enum step r;

	if (len < 2 || len > 16384)
		return 0;
	arena_wipe(&arena);
	m.kv = (enum read_kv)(data[0] % 5);
	m.is_write = m.kv == READ_PLAIN && data[0] & 8;
	r = read_step(&m, NULL, &ask, &env, &e);
	for (unsigned i = 0; r == STEP_ASK; i++) {
		must(i < 2 && ask.kind == ASK_HTTP && ask.http.once == (m.state == READ_SECRET));
		in.status = statuses[data[1] >> (m.state == READ_SECRET ? 3 : 0) & 7];
		in.body = m.state == READ_MOUNT ? str_cut(&rest, 0) : rest;
		r = read_step(&m, &in, &ask, &env, &e);
	}
	if (r == STEP_DONE) {
		must(in.status == 200 || in.status == 204);
		must(json_type(m.data) <= JSON_NULL || str_begins(m.where, "secret"));
		if (json_type(m.data) == JSON_OBJECT)
			check_secret(&m);
		return 0;
	}
	must(str_begins(str_of(e.line), "vault https://vault: ") && str_is_printable(str_of(e.line)));
	must(str_find(str_of(e.line), m.token) == SIZE_MAX && str_find(str_of(e.hint), m.token) == SIZE_MAX);
	must(!e.wait_s || in.status == 429 || in.status == 503);
	return 0;
}
