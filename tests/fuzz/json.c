/* tests/fuzz/json.c: fuzzes the JSON reader and writer: what is read, printed and read again is the same. */
/* SPDX-License-Identifier: MIT */
#include "data/jsonw.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static char memory[2][1 << 20];
static struct arena arena;

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
walk(struct json v)
{
	struct json key, value;
	struct str text;
	struct err e;
	size_t cursor = 0;
	int64_t n;

	arena = (struct arena){ .at = memory[0], .cap = sizeof memory[0] };
	must((json_string(v, &arena, &text, &e) == 0) == (json_type(v) == JSON_STRING));
	must(json_i64(v, &n, &e) < 0 || json_type(v) == JSON_NUMBER);
	while (json_each(v, &cursor, &key, &value)) {
		must(json_type(value) != JSON_NONE);
		must((json_type(key) == JSON_STRING) == (json_type(v) == JSON_OBJECT));
		walk(value);
	}
}

static struct str
print(struct json v, unsigned slot, bool pretty)
{
	struct buf b = BUF(memory[slot]);
	struct jsonw w = { .out = &b, .pretty = pretty };

	jsonw_value(&w, v);
	must(!b.full);
	return buf_str(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct str text = { (const char *)data, len }, dense, again;
	struct json v, w;
	struct err e;

	if (len > 4096)	/* its indentation must fit memory[] */
		return 0;
	if (json_parse(&v, text, &e) < 0)
		return 0;
	walk(v);
	dense = print(v, 1, false);
	must(json_parse(&w, dense, &e) == 0);
	again = print(w, 0, false);
	must(str_eq(dense, again));
	again = print(w, 0, true);	/* with lines and blanks, and back without them */
	must(json_parse(&w, again, &e) == 0);
	dense = print(v, 1, true);
	must(str_eq(dense, again));
	return 0;
}
