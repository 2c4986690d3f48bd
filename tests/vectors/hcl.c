/* tests/vectors/hcl.c: data/hcl against what Vault's own reader makes of the same files (tests/vectors/hcl/answers.txt). */
/* SPDX-License-Identifier: MIT */
#include "data/hcl.h"

#include "tests/memory.h"
#include "tests/mutate.h"
#include "tests/tap.h"

/* Run with names, it prints its own answers to these files in the oracle's form, for tests/peer/hcl.t. */

#define FOLDER "tests/vectors/hcl/"

static struct arena arena;
static struct buf out;

static void
say(struct hcl v, const char *what)
{
	unsigned line, column;

	hcl_place(&v, &line, &column);
	buf_fmt(&out, "%u:%u %s", line, column, what);
}

static void
say_text(struct hcl v, const char *what)
{
	struct str text;
	struct err e;

	say(v, what);
	if (hcl_text(&v, &arena, &text, &e) < 0) {
		buf_fmt(&out, " ?%s\n", e.line);
		return;
	}
	buf_fmt(&out, " \"");
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] == '"')
			buf_fmt(&out, "\\x22");
		else
			buf_add_escaped(&out, str_part(text, i, i + 1));
	buf_fmt(&out, "\"\n");
}

static void
walk(struct hcl v)
{
	static const char *const words[] = { "?", "null", "bool ", "number ", "string", "[", "{", "" };
	enum hcl_type type = hcl_type(&v);
	struct hcl key, value;
	size_t cursor = 0;

	if (type == HCL_STRING) {
		say_text(v, "string");
		return;
	}
	if (type != HCL_LABELLED) {
		say(v, words[type]);
		if (type < HCL_LIST && type != HCL_NULL)
			buf_add_str(&out, v.text);
		buf_add_c(&out, '\n');
	}
	while (hcl_each(&v, &cursor, &key, &value)) {
		if (type != HCL_LIST)
			say_text(key, "key");
		walk(value);
	}
	if (type == HCL_LIST || type == HCL_OBJECT)
		buf_fmt(&out, "%c\n", type == HCL_LIST ? ']' : '}');
}

/* Our answer; "refused" alone when there is none. */
static struct str
answer(struct str text, struct err *e)
{
	static char bytes[1 << 20];
	struct hcl root;

	out = (struct buf)BUF(bytes);
	arena_wipe(&arena);
	if (hcl_parse(&root, mutate_guard(0, text), e) < 0)
		buf_fmt(&out, "refused\n");
	else
		walk(root);
	return buf_str(&out);
}

/* The reason why we differ on purpose; empty: we do not. */
static struct str
reason(struct str list, struct str name)
{
	struct str line;

	while (str_split(&list, '\n', &line))
		if (str_eq(str_cut(&line, '\t'), name))
			return line;
	return S("");
}

static void
compare(struct str name, struct str want, struct str why)
{
	char path[200], name_c[100];
	struct str got, text;
	struct err e = { 0 };

	snprintf(name_c, sizeof name_c, "%.*s", STR(name));
	snprintf(path, sizeof path, FOLDER "%s", name_c);
	text = memory_file(path);
	if (!ok(text.at != NULL, "%s is there", name_c))
		return;
	got = answer(text, &e);
	if (why.len) {
		ok(str_is(got, "refused\n") != str_is(want, "refused\n"), "%s: otherwise, since %.*s", name_c, STR(why));
		return;
	}
	if (!is_str(got, want, "%s", name_c) && e.line[0])
		printf("#   %s\n", e.line);
}

int
main(int argc, char **argv)
{
	struct str answers = memory_file(FOLDER "answers.txt"), list = memory_file(FOLDER "differ.txt"), name, rest;
	int n = 0;

	arena = memory_arena(1 << 22);
	for (int i = 1; i < argc; i++) {
		struct err e;
		struct str text = answer(memory_file(argv[i]), &e);

		printf("> %s\n", argv[i]);
		fwrite(text.at, 1, text.len, stdout);
	}
	if (argc > 1)
		return 0;
	ok(answers.len && list.len, "the answers are there");
	while (str_take(&answers, '>')) {
		str_take(&answers, ' ');
		name = str_cut(&answers, '\n');
		rest = answers;
		while (answers.len && *answers.at != '>')
			(void)str_cut(&answers, '\n');
		compare(name, str_part(rest, 0, rest.len - answers.len), reason(list, name));
		n++;
	}
	ok(n >= 100, "%d files", n);
	memory_free(&arena);
	return tap_end();
}
