/* tests/unit/data/hcl.c: the configuration text's reader: values, places, every refusal's whole line, bounds, every cut and flipped bit. */
/* SPDX-License-Identifier: MIT */
#include "data/hcl.h"

#include "tests/mutate.h"
#include "tests/tap.h"

/* What the two shapes of one agent say; the reader walks both alike. */
#define FILE_HCL \
	"# agent\n" \
	"vault { address = \"https://v\\u00e9:8200\" /* x */ }\n" \
	"auto_auth {\n" \
	"  method \"aws\" {\n" \
	"    config = { type = \"iam\", \"role\" = \"${a \"b\"}\", credential_poll_interval = -0x10 }\n" \
	"  }\n" \
	"  sink \"file\" { config { path = <<-EOF\n    /run\n      x\n    EOF\n  mode = 0640 } }\n" \
	"}\n" \
	"template = [{ a = true }, [], 1.5e3] // end\n"
#define FILE_JSON \
	" {\"vault\":{\"address\":\"https://v\\u00e9:8200\"},\n\"auto_auth\":{\"method\":[{\"aws\":{\"config\":{\"type\":\"iam\",\"n\":null}}}],\n" \
	"\"sink\":[true,-12,{}]}} "

static char memory[1 << 16];
static struct arena arena = { .at = memory, .cap = sizeof memory };

static struct hcl
parsed(const char *text)
{
	struct hcl v = { 0 };
	struct err e = { 0 };

	ok(hcl_parse(&v, str_of(text), &e) == 0, "%.60s", text);
	if (e.line[0])
		printf("#   %s\n", e.line);
	return v;
}

/* The value of a key, in the way that "a b c" names; keys compared as they read. */
static struct hcl
at(struct hcl v, const char *way)
{
	struct str rest = str_of(way);

	while (rest.len) {
		struct str name = str_cut(&rest, ' '), text;
		struct hcl key, value, found = { 0 };
		size_t cursor = 0;
		struct err e;

		while (hcl_each(&v, &cursor, &key, &value))
			if (hcl_text(&key, &arena, &text, &e) == 0 && str_eq(text, name))
				found = value;
		v = found;
	}
	return v;
}

static struct str
text_of(struct hcl v)
{
	struct str text = S("(none)");
	struct err e;

	return hcl_text(&v, &arena, &text, &e) == 0 ? text : S("(none)");
}

static void
values(void)
{
	struct hcl root = parsed(FILE_HCL), v, key, value;
	size_t cursor = 0;
	int n = 0;

	is_str(text_of(at(root, "vault address")), S("https://v\xc3\xa9:8200"), "a string");
	is_int(hcl_type((struct hcl[]){ at(root, "auto_auth method") }), HCL_LABELLED, "a label");
	is_int(hcl_type((struct hcl[]){ at(root, "auto_auth method aws") }), HCL_OBJECT, "and what it labels");
	is_str(text_of(at(root, "auto_auth method aws config role")), S("${a \"b\"}"), "what stands in ${} stays");
	is_str(text_of(at(root, "auto_auth sink file config path")), S("/run\n  x\n"), "a heredoc without its indent");
	is_str(text_of(at(root, "auto_auth sink file config mode")), S("0640"), "a number is its text");
	is_int(hcl_type((struct hcl[]){ at(root, "auto_auth sink file config mode") }), HCL_NUMBER, "of its type");
	is_int(hcl_type((struct hcl[]){ at(root, "nothing") }), HCL_NONE, "what is absent");
	v = at(root, "template");
	is_int(hcl_type(&v), HCL_LIST, "a list");
	while (hcl_each(&v, &cursor, &key, &value)) {
		is_int(hcl_type(&key), HCL_NONE, "an item has no key");
		is_int(hcl_type(&value), n == 0 ? HCL_OBJECT : n == 1 ? HCL_LIST : HCL_NUMBER, "item %d", n);
		n++;
	}
	is_int(n, 3, "all items");
	cursor = 0;
	ok(!hcl_each((struct hcl[]){ at(root, "vault address") }, &cursor, &key, &value), "a string holds no items");
	ok(!hcl_each(&(struct hcl){ 0 }, &cursor, &key, &value), "nor does nothing");
	root = parsed(FILE_JSON);
	is_str(text_of(at(root, "vault address")), S("https://v\xc3\xa9:8200"), "the same in json");
	is_int(hcl_type((struct hcl[]){ at(root, "auto_auth method") }), HCL_LIST, "a list in json");
	is_int(hcl_type((struct hcl[]){ at(root, "auto_auth sink") }), HCL_LIST, "another");
	cursor = 0;
	ok(hcl_each((struct hcl[]){ at(root, "auto_auth method") }, &cursor, &key, &value) && hcl_type(&value) == HCL_OBJECT, "its item");
	is_int(hcl_type((struct hcl[]){ at(value, "aws config n") }), HCL_NULL, "null");
	is_str(text_of(at(value, "aws config n")), S("(none)"), "has no text");
	is_str(text_of(at(value, "aws")), S("(none)"), "nor has an object");
	root = parsed("nil = true");
	is_int(hcl_type((struct hcl[]){ at(root, "nil") }), HCL_BOOL, "a key like null is a key");
	is_str(text_of(at(root, "nil")), S("true"), "a boolean is its text");
	for (const char *const *empty = (const char *const[]){ "", " \n", "# x", "{}", NULL }; *empty; empty++) {
		cursor = 0;
		root = parsed(*empty);
		is_int(hcl_type(&root), HCL_OBJECT, "an object");
		ok(!hcl_each(&root, &cursor, &key, &value), "without members");
	}
	arena_wipe(&arena);
}

static void
full(void)
{
	struct arena small = { .at = memory, .cap = 16 };
	struct str text;
	struct err e;

	is_int(hcl_text((struct hcl[]){ at(parsed("a = \"seventeen bytes..\""), "a") }, &small, &text, &e), -1, "an arena without room");
	is_int(e.cause, CAUSE_MEMORY, "says so");
	is_int(hcl_text(&(struct hcl){ 0 }, &arena, &text, &e), -1, "nothing is no text");
	is_line(&e, "not a string", "in a sentence");
	text = text_of(at(parsed("a = \"x\""), "a"));
	is_int(text.at[text.len], 0, "a NUL behind it");
	arena_wipe(&arena);
}

static void
places(void)
{
	struct hcl root = parsed("# \xc3\xa9\r\n/* \xe4\xb8\x96 */ a = \"\xc3\xa9\xf0\x9f\x98\x80\" b \"c\" {}\n\n\td = <<X\n1\n2\nX\n e = 5");
	struct hcl key, value;
	struct err e;
	size_t cursor = 0;
	unsigned line, column;

	for (const char *const *want = (const char *const[]){ "2:9 2:13", "2:18 2:20", "4:2 4:6", "8:2 8:6", NULL }; *want; want++) {
		char got[40];
		unsigned l, c;

		if (!ok(hcl_each(&root, &cursor, &key, &value), "a member"))
			return;
		hcl_place(&key, &line, &column);
		hcl_place(&value, &l, &c);
		snprintf(got, sizeof got, "%u:%u %u:%u", line, column, l, c);
		is_str(str_of(got), str_of(*want), "key and value");
	}
	err_set(&e, ERR_INPUT, CAUSE_USE, "what");
	is_int(hcl_in(&e, "f.hcl", &value), -1, "an error there");
	is_line(&e, "f.hcl:8:6: what", "says where");
}

/* What is refused: text, place, line. */
static const struct {
	const char *text, *line;
} refusals[] = {
	{ "a", "F:1:2: neither = nor { behind a key" },
	{ "a b", "F:1:4: neither = nor { behind a key" },
	{ "a = ", "F:1:5: no value" },
	{ "a = b", "F:1:5: no value: strings need double quotes" },
	{ "a = SECRET", "F:1:5: no value: strings need double quotes" },
	{ "a {\n b = }", "F:2:6: no value" },
	{ "a {\n b = 1\n", "F:1:3: never closed" },
	{ "a = [1, 2", "F:1:10: no comma and no end of the list" },
	{ "a = [1, ", "F:1:5: never closed" },
	{ "a = [1 2]", "F:1:8: no comma and no end of the list" },
	{ "a = [,]", "F:1:6: no value" },
	{ "}", "F:1:1: no key" },
	{ "= 1", "F:1:1: no key" },
	{ "5 = 1", "F:1:1: no key" },
	{ "true = 1", "F:1:1: no key" },
	{ "a = 1 ,, b = 2", "F:1:8: no key" },
	{ "a \"b\" = 1", "F:1:7: neither = nor { behind a key" },
	{ "a b c d e {}", "" },
	{ "a b c d e f {}", "F:1:11: too many words before {" },
	{ "a = \"SECRET", "F:1:5: string without its end" },
	{ "a = \"SECRET\nb = 1", "F:1:5: string without its end" },
	{ "a = \"${SECRET }", "F:1:5: string without its end" },
	{ "a = \"SECRET\\q\"", "F:1:12: unknown escape" },
	{ "a = \"\\u12\"", "F:1:6: unknown escape" },
	{ "a = \"\\udfff\"", "F:1:6: unknown escape" },
	{ "a = \"\\U00110000\"", "F:1:6: unknown escape" },
	{ "a = \"\\400\"", "F:1:6: unknown escape" },
	{ "a = 1\nb = 2 /* SECRET", "F:2:7: comment without its end" },
	{ "a = <<EOF\nSECRET\n", "F:1:5: heredoc without a line of its word alone" },
	{ "a = <<EOF\nSECRET\nEOF", "F:1:5: heredoc without a line of its word alone" },
	{ "a = 08", "F:1:5: no value: strings need double quotes" },
	{ "a = 1b", "F:1:5: no value: strings need double quotes" },
	{ "a = 'SECRET'", "F:1:5: no value: strings need double quotes" },
	{ "a = 1\nb = 2\n  a = 3", "F:3:3: key \"a\" was set before, at 1:1" },
	{ "x { a = 1, \"\\u0061\" = 3 }", "F:1:12: key \"a\" was set before, at 1:5" },
	{ "{\"a\":{\"b\":1},\"a\":2}", "F:1:14: key \"a\" was set before, at 1:2" },
	{ "\n{\"a\":\n }", "F:3:2: json: bad value at byte 8" },
	{ "a = \"\xff\"", "F:1:6: not utf-8" },
	{ "\xef\xbb\xbf", "F:1:1: no key" },
	{ "a = 1\n\xc3", "F:2:1: not utf-8" },
};

static void
errors(void)
{
	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
		struct hcl v = { 0 };
		struct err e = { 0 };
		int r = hcl_parse(&v, mutate_guard(0, str_of(refusals[i].text)), &e);

		if (!refusals[i].line[0]) {
			is_int(r, 0, "taken: %s", refusals[i].text);
			continue;
		}
		ok(r < 0 && hcl_type(&v) == HCL_NONE && e.code == ERR_INPUT && e.cause == CAUSE_USE, "refused, and nothing given");
		if (e.line[0])
			hcl_in(&e, "F", &v);
		is_line(&e, refusals[i].line, "%s", refusals[i].line);
	}
	for (int i = 0; i < 2; i++) {
		struct hcl v;
		struct err e = { 0 };

		is_int(hcl_parse(&v, i ? S("a = 1\0") : S("\0"), &e), -1, "a zero byte");
		hcl_in(&e, "F", &v);
		is_line(&e, i ? "F:1:6: a zero byte" : "F:1:1: a zero byte", "says so");
	}
}

static char large[HCL_MAX + 2];

static void
bound(struct str text, const char *line)
{
	struct hcl v;
	struct err e = { 0 };

	if (!line) {
		is_int(hcl_parse(&v, text, &e), 0, "as much as may be");
		return;
	}
	is_int(hcl_parse(&v, text, &e), -1, "one more");
	is_int(e.code, ERR_LIMIT, "is our bound");
	is_int(e.cause, CAUSE_USE, "and the user's doing");
	is_line(&e, line, "%s", line);
}

static void
bounds(void)
{
	struct buf b;

	for (int more = 0; more < 2; more++) {
		memset(large, ' ', sizeof large);
		bound((struct str){ large, HCL_MAX + (size_t)more }, more ? "longer than a configuration file may be" : NULL);
		b = (struct buf)BUF(large);
		buf_fmt(&b, "a = ");
		for (int i = 1; i < HCL_DEPTH + more; i++)
			buf_add_c(&b, '[');
		for (int i = 1; i < HCL_DEPTH + more; i++)
			buf_add_c(&b, ']');
		bound(buf_str(&b), more ? "nested too deep" : NULL);
		b.len = 0;
		for (int i = 0; i < HCL_DEPTH + more; i++)
			buf_fmt(&b, "{\"a\":");
		buf_fmt(&b, "1");
		for (int i = 0; i < HCL_DEPTH + more; i++)
			buf_add_c(&b, '}');
		bound(buf_str(&b), more ? "json: too deep at byte 155" : NULL);
		b.len = 0;
		buf_fmt(&b, "x = 1, y { ");
		for (int i = 1; i < HCL_KEYS + more; i++)
			buf_fmt(&b, "k%d = %d,", i, i);
		buf_fmt(&b, "}");
		for (int i = 1; i < HCL_KEYS; i++)	/* those of y are closed */
			buf_fmt(&b, "l%d = %d,", i, i);
		bound(buf_str(&b), more ? "too many keys" : NULL);
	}
}

/* Everything that can be asked of a value, so that a sanitizer or the guard page sees each step. */
static bool
walk(struct hcl v)
{
	struct hcl key, value;
	enum hcl_type type = hcl_type(&v);
	struct str text;
	struct err e;
	size_t cursor = 0;
	unsigned line, column;

	arena.len = 0;
	if ((hcl_text(&v, &arena, &text, &e) == 0) != (type == HCL_BOOL || type == HCL_NUMBER || type == HCL_STRING))
		return false;
	hcl_place(&v, &line, &column);
	while (hcl_each(&v, &cursor, &key, &value)) {
		if ((type == HCL_LIST) != (hcl_type(&key) == HCL_NONE) || hcl_type(&value) == HCL_NONE || !walk(value))
			return false;
		if (type != HCL_LIST && hcl_text(&key, &arena, &text, &e) < 0)
			return false;
	}
	return line && column;
}

static bool
read_and_walk(struct str text, void *arg)
{
	struct hcl v = { 0 };
	struct err e = { 0 };

	(void)arg;
	if (hcl_parse(&v, text, &e) == 0)
		return walk(v);
	hcl_in(&e, "F", &v);
	return hcl_type(&v) == HCL_NONE && e.code && e.cause == CAUSE_USE && str_begins(str_of(e.line), "F:");
}

static bool
read_cut(struct str text, void *arg)
{
	struct hcl v = { 0 };
	struct err e = { 0 };

	(void)arg;
	return hcl_parse(&v, text, &e) < 0 && e.code;
}

int
main(void)
{
	struct str hcl = S(FILE_HCL), json = S(FILE_JSON);

	values();
	full();
	places();
	errors();
	bounds();
	is_int(mutate_cut(hcl, read_and_walk, NULL), 0, "hcl: every truncation is read or refused cleanly");
	is_int(mutate_flip(hcl, read_and_walk, NULL), 0, "hcl: every flipped bit");
	is_int(mutate_flip(json, read_and_walk, NULL), 0, "json: every flipped bit");
	json.len -= 2;
	is_int(mutate_cut(json, read_cut, NULL), 2, "json: every truncation is refused, but those to nothing and to a blank");
	return tap_end();
}
