/* tests/fuzz/secret.c: fuzzes the reader of Vault's answers and what is shown of them: JSON that says the same, tables of printable lines. */
/* SPDX-License-Identifier: MIT */
#include "vault/show.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static char memory[1 << 20], text[1 << 18], again[1 << 18];
static struct arena arena = { .at = memory, .cap = sizeof memory };

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static bool
is_object(struct json v)
{
	return json_type(v) == JSON_OBJECT;
}

/* Lines of printable ASCII, but for the one sign of ours. */
static void
check_table(struct str table)
{
	must(str_begins(table, "Key"));
	while (table.len) {
		struct str line = str_cut(&table, '\n');
		size_t sign = str_find(line, S("\xe2\x88\x9e"));

		must(str_is_printable(str_part(line, 0, sign)));
		must(sign == SIZE_MAX || str_is_printable(str_part(line, sign + 3, line.len)));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char fields[] = "token\0" "policies\0" "data\0" "wrapping_token\0" "token_meta_account_id\0" "token_meta_\0";
	struct str body = { (const char *)data, len };
	struct buf b = BUF(text), c = BUF(again);
	struct vault_secret s, t;
	struct err e;

	if (len > 2048)		/* its indentation must fit text[] */
		return 0;
	arena_wipe(&arena);
	if (vault_parse_secret(&s, body, &arena, &e) < 0) {
		must(str_begins(str_of(e.line), "answer: ") && str_is_printable(str_of(e.line)) && e.cause != CAUSE_MEMORY);
		return 0;
	}
	must(!s.token.len || str_is_visible(s.token));
	must(!s.wrapping_token.len || str_is_visible(s.wrapping_token));
	if (show_table(&b, &s, &arena, &e) == 0)
		check_table(buf_str(&b));
	else
		must(e.cause == CAUSE_LIMIT);
	b.len = 0;
	must(show_json(&b, &s, &e) == 0);
	must(vault_parse_secret(&t, buf_str(&b), &arena, &e) == 0);
	must(is_object(s.auth) == is_object(t.auth) && is_object(s.wrap_info) == is_object(t.wrap_info));
	must(str_eq(s.token, t.token) && str_eq(s.wrapping_token, t.wrapping_token));
	must(show_json(&c, &t, &e) == 0 && str_eq(buf_str(&b), buf_str(&c)));
	for (const char *f = fields; *f; f += str_of(f).len + 1) {
		b.len = 0;
		must(show_field(&b, &s, str_of(f), &arena, &e) == 0 || e.cause == CAUSE_FIELD || e.cause == CAUSE_ANSWER);
	}
	return 0;
}
