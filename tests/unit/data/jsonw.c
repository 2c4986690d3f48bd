/* tests/unit/data/jsonw.c: the JSON writer against Go's encoder (tests/vectors/jsonw.txt), and what it does without room. */
/* SPDX-License-Identifier: MIT */
#include "data/jsonw.h"
#include "tests/mutate.h"
#include "tests/slurp.h"
#include "tests/tap.h"

static char memory[4096];

static struct str
printed(struct str text, bool pretty)
{
	struct buf b = BUF(memory);
	struct jsonw w = { .out = &b, .pretty = pretty };
	struct json v;
	struct err e;

	if (json_parse(&v, mutate_guard(0, text), &e) < 0)
		return str_of(e.line);
	jsonw_value(&w, v);
	return buf_str(&b);
}

static void
vectors(void)
{
	struct str rest = slurp("tests/vectors/jsonw.txt"), input = S("");
	int n = 0;

	while (rest.len) {
		struct str line = str_cut(&rest, '\n'), text = str_part(line, 2, line.len), whole = text;

		if (line.at[0] == '>') {
			input = text;
			n++;
		} else if (line.at[0] == '=') {
			is_str(printed(input, false), text, "value %d without blanks", n);
		} else {
			char want[4096];
			struct buf b = BUF(want);

			buf_add_str(&b, whole);
			while (rest.len && rest.at[0] == '<') {
				line = str_cut(&rest, '\n');
				buf_add_c(&b, '\n');
				buf_add_str(&b, str_part(line, 2, line.len));
			}
			is_str(printed(input, true), buf_str(&b), "value %d on lines", n);
		}
	}
	ok(n > 60, "all vectors were there");
}

static void
build(struct jsonw *w)
{
	jsonw_open(w, '{');
	jsonw_key(w, "a\"<");
	jsonw_str(w, S("b\0c\x7f\xff\xc3(\xe2\x80\xa8\xf0\x9f\x98\x80"));
	jsonw_key(w, "n");
	jsonw_open(w, '[');
	jsonw_value(w, (struct json){ S("-9223372036854775808") });
	jsonw_value(w, (struct json){ S("0") });
	jsonw_value(w, (struct json){ S("true") });
	jsonw_value(w, (struct json){ S("false") });
	jsonw_value(w, (struct json){ S("null") });
	jsonw_value(w, (struct json){ 0 });
	jsonw_value(w, (struct json){ S("{\"x\" : [1.50]}") });
	jsonw_open(w, '{');
	jsonw_close(w, '}');
	jsonw_close(w, ']');
	jsonw_key(w, "z");
	jsonw_open(w, '[');
	jsonw_close(w, ']');
	jsonw_close(w, '}');
}

static const char dense[] = "{\"a\\\"\\u003c\":\"b\\u0000c\x7f\\ufffd\\ufffd(\\u2028\xf0\x9f\x98\x80\",\"n\":[-9223372036854775808,0,true,false,null,null,"
    "{\"x\":[1.50]},{}],\"z\":[]}";

static void
calls(void)
{
	struct buf b = BUF(memory);
	struct jsonw w = { .out = &b };

	build(&w);
	is_str(buf_str(&b), str_of(dense), "call by call, without blanks");
	b.len = 0;
	w = (struct jsonw){ .out = &b, .pretty = true };
	jsonw_open(&w, '[');
	jsonw_open(&w, '{');
	jsonw_key(&w, "a");
	jsonw_value(&w, (struct json){ S("[1,{}]") });
	jsonw_key(&w, "b");
	jsonw_str(&w, S(""));
	jsonw_close(&w, '}');
	jsonw_open(&w, '[');
	jsonw_close(&w, ']');
	jsonw_close(&w, ']');
	is_str(buf_str(&b), S("[\n  {\n    \"a\": [\n      1,\n      {}\n    ],\n    \"b\": \"\"\n  },\n  []\n]"), "a value inside is indented on");
}

/* Whatever the room, nothing is written behind it and `full` says that something is missing. */
static void
no_room(void)
{
	size_t len = sizeof dense - 1, wrong = 0;

	for (size_t cap = 0; cap <= len; cap++) {
		struct buf b = { .at = (char *)mutate_guard(0, (struct str){ memory, cap }).at, .cap = cap };
		struct jsonw w = { .out = &b };

		build(&w);
		if (b.full != (cap < len) || b.len > cap || memcmp(b.at, dense, b.len))
			wrong++;
	}
	is_int(wrong, 0, "every smaller room is full, and none is overrun");
}

int
main(void)
{
	vectors();
	calls();
	no_room();
	return tap_end();
}
