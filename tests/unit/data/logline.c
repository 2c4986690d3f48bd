/* tests/unit/data/logline.c: events against go-hclog's own lines (tests/vectors/logline.tsv), bytes from outside, and what is cut. */
/* SPDX-License-Identifier: MIT */
#include "data/logline.h"

#include "data/code.h"
#include "data/json.h"
#include "tests/mutate.h"
#include "tests/slurp.h"
#include "tests/tap.h"

static char memory[1 << 16];

static struct str
printed(enum log_shape shape, const struct logline *l, size_t cap)
{
	struct buf b = { .at = memory, .cap = cap };

	logline_format(&b, shape, l);
	ok(!b.full && b.cap == cap && b.len <= cap && b.at[b.len - 1] == '\n', "a line in its bounds");
	return buf_str(&b);
}

/* Decoded into *to, which moves on. */
static struct str
unhex(char **to, struct str hex)
{
	struct str out = { *to, hex.len / 2 };

	for (size_t i = 0; i < out.len; i++)
		*(*to)++ = (char)(code_hex_value(hex.at[2 * i]) * 16 + code_hex_value(hex.at[2 * i + 1]));
	*(*to)++ = 0;
	return out;
}

static void
vectors(void)
{
	struct str rest = slurp("tests/vectors/logline.tsv");
	int n = 0;

	for (; rest.len; n++) {
		static char own[1 << 14];
		struct str line = str_cut(&rest, '\n'), at = str_cut(&line, '\t'), level = str_cut(&line, '\t'), pairs;
		struct log_pair pair[8] = { 0 };
		struct logline l = { .pairs = n % 2 ? pair : NULL };	/* an empty list is none, too */
		char *to = own, name[64], keys[8][16];
		uint64_t us = 0;

		ok(str_to_u64(at, &us), "event %d", n);
		l.at_ns = us * 1000 + 999;
		l.level = str_is(level, "error") ? LOG_ERROR : str_is(level, "warn") ? LOG_WARN : str_is(level, "info") ? LOG_INFO : LOG_DEBUG;
		at = str_cut(&line, '\t');
		snprintf(name, sizeof name, "%.*s", STR(at));
		l.name = name;
		l.message = str_cut(&line, '\t');
		pairs = str_cut(&line, '\t');
		for (int i = 0; pairs.len; i++) {
			struct str value = str_cut(&pairs, ' '), key = str_cut(&value, '=');

			snprintf(keys[i], sizeof keys[i], "%.*s", STR(key));
			pair[i].key = keys[i];
			pair[i].value = unhex(&to, value);
			l.pairs = pair;
		}
		is_str(printed(LOG_STANDARD, &l, sizeof memory), unhex(&to, str_cut(&line, '\t')), "event %d, standard", n);
		is_str(printed(LOG_JSON, &l, sizeof memory), unhex(&to, line), "event %d, json", n);
	}
	ok(n > 150, "all vectors were there");
}

static bool
is_whole(struct str line)
{
	struct json v;
	struct err e;

	return json_parse(&v, str_cut_eol(line), &e) == 0;
}

/* Any value: plain lines hold what is printable alone, JSON is JSON, at any room. */
static bool
any_value(struct str value, void *arg)
{
	struct logline l = { .level = LOG_INFO, .name = "n", .message = S("m"), .pairs = (struct log_pair[]){ { "k", value }, { 0 } } };
	struct buf b = { .at = memory, .cap = LOGLINE_ROOM };
	struct str rest;

	(void)arg;
	logline_format(&b, LOG_STANDARD, &l);
	for (rest = buf_str(&b); rest.len;)
		if (!str_is_printable(str_cut(&rest, '\n')))
			return false;
	b = (struct buf){ .at = memory, .cap = LOGLINE_ROOM };
	logline_format(&b, LOG_JSON, &l);
	return !b.full && is_whole(buf_str(&b)) && str_find(buf_str(&b), S("\"k\":\"")) != SIZE_MAX;
}

static void
test_cut(void)
{
	static char many[3000];
	struct log_pair pair[] = { { "a", { many, sizeof many } }, { "b", S("short") }, { "c", { many, sizeof many } }, { 0 } };
	struct logline l = { .level = LOG_WARN, .name = "agent.auth.handler", .message = S("m"), .pairs = pair };
	struct str got;

	memset(many, '<', sizeof many);
	got = printed(LOG_STANDARD, &l, 1000);
	ok(got.len == 1000 && str_has_suffix(got, S("<...\n")), "a long line is cut, and says so");
	for (size_t cap = LOGLINE_ROOM; cap < 1200; cap += 7) {
		got = printed(LOG_JSON, &l, cap);
		ok(is_whole(got) && str_find(got, S("...\"")) != SIZE_MAX, "json of %zu bytes is whole", cap);
	}
	l.message = (struct str){ many, sizeof many };
	l.pairs = NULL;
	got = printed(LOG_JSON, &l, 1000);
	ok(is_whole(got) && str_find(got, S("<")) == SIZE_MAX && str_find(got, S("\"@module\":\"agent.auth.handler\",\"@timestamp\":\"1970-")) != SIZE_MAX,
		"a long message is cut; what stands behind it is there");
	got = printed(LOG_PEOPLE, &l, 1000);
	ok(got.len == 1000 && str_begins(got, "pantler: <<<") && str_has_suffix(got, S("<...\n")), "and of people's");
	for (size_t n = 950; n < 1010; n++) {
		l.message.len = n;
		got = printed(LOG_PEOPLE, &l, 1000);
		if (got.len != n + 10 && !str_has_suffix(got, S("<...\n")))
			ok(false, "%zu bytes", n);
	}
}

int
main(void)
{
	struct logline l = { .at_ns = 86400000000000, .level = LOG_INFO, .name = "n", .message = S("m"), .pairs = (struct log_pair[]){ { "k", S("a b") }, { "l", S("c") }, { 0 } } };
	struct str all = S("\0\x01\x7f\x80\xff\xc3\xa4 \xe2\x80\xa8\"\\\n\r\n\x1b[2J<&>");

	vectors();
	is_str(printed(LOG_PEOPLE, &l, sizeof memory), S("pantler: m: k=\"a b\" l=c\n"), "people's");
	l.pairs = (struct log_pair[]){ { "k", S("\x7f\xc3\xa4\xff") }, { 0 } };
	is_str(printed(LOG_STANDARD, &l, sizeof memory), S("1970-01-02T00:00:00.000Z [INFO]  n: m: k=\"\\x7f\\xc3\\xa4\\xff\"\n"), "bytes that are not ascii");
	is_int(mutate_cut(all, any_value, NULL), 0, "every beginning of a value");
	is_int(mutate_flip(all, any_value, NULL), 0, "every flip");
	test_cut();
	return tap_end();
}
