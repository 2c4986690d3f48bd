/* tests/unit/data/json.c: the JSON reader: the public suite, every value's way out, and every mutation of an answer of Vault's. */
/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE	/* scandir */
#include "data/json.h"
#include "tests/mutate.h"
#include "tests/tap.h"

#include <dirent.h>

static char memory[1 << 16];
static struct arena arena = { .at = memory, .cap = sizeof memory };

#define ANSWER \
	"{\"request_id\":\"8ed1c9d4\",\"lease_id\":\"\",\"renewable\":false,\"lease_duration\":0,\"data\":null," \
	"\"wrap_info\":null,\"warnings\":[\"one\",\"tw\\u00f6\"],\r\n\t\"auth\": {\"client_token\":\"hvs.\\\"x\\\\\\ud83d\\ude00\"," \
	"\"policies\":[ ],\"metadata\":{ },\"n\":[1,-2.5e+10,[true]] , \"lease_duration\" : 2764800 }}\n"

static struct json
parsed(struct str text)
{
	struct json v;
	struct err e;

	ok(json_parse(&v, text, &e) == 0, "a value is read");
	return v;
}

/* The text of a key's value; empty when there is none. */
static struct str
got(struct json obj, const char *key)
{
	struct json v;
	struct err e;

	is_int(json_get(obj, key, &v, &e), 0, "key \"%s\"", key);
	return v.text;
}

/* What the suite leaves open (i_), decided: numbers of any size are text and fine; bytes that are not UTF-8, lone
   surrogates, a byte order mark, UTF-16 and 500 levels are refused. */
static const char *const taken[] = {
	"i_number_double_huge_neg_exp.json",
	"i_number_huge_exp.json",
	"i_number_neg_int_huge_exp.json",
	"i_number_pos_double_huge_exp.json",
	"i_number_real_neg_overflow.json",
	"i_number_real_pos_overflow.json",
	"i_number_real_underflow.json",
	"i_number_too_big_neg_int.json",
	"i_number_too_big_pos_int.json",
	"i_number_very_big_negative_int.json",
};
static const char *const refused[] = {
	"i_object_key_lone_2nd_surrogate.json",
	"i_string_1st_surrogate_but_2nd_missing.json",
	"i_string_1st_valid_surrogate_2nd_invalid.json",
	"i_string_UTF-16LE_with_BOM.json",
	"i_string_UTF-8_invalid_sequence.json",
	"i_string_UTF8_surrogate_U+D800.json",
	"i_string_incomplete_surrogate_and_escape_valid.json",
	"i_string_incomplete_surrogate_pair.json",
	"i_string_incomplete_surrogates_escape_valid.json",
	"i_string_invalid_lonely_surrogate.json",
	"i_string_invalid_surrogate.json",
	"i_string_invalid_utf-8.json",
	"i_string_inverted_surrogates_U+1D11E.json",
	"i_string_iso_latin_1.json",
	"i_string_lone_second_surrogate.json",
	"i_string_lone_utf8_continuation_byte.json",
	"i_string_not_in_unicode_range.json",
	"i_string_overlong_sequence_2_bytes.json",
	"i_string_overlong_sequence_6_bytes.json",
	"i_string_overlong_sequence_6_bytes_null.json",
	"i_string_truncated-utf-8.json",
	"i_string_utf16BE_no_BOM.json",
	"i_string_utf16LE_no_BOM.json",
	"i_structure_500_nested_arrays.json",
	"i_structure_UTF-8_BOM_empty_object.json",
};

static bool
is_listed(const char *const *list, size_t n, const char *name)
{
	while (n)
		if (!strcmp(list[--n], name))
			return true;
	return false;
}

static void
suite_file(const char *folder, const char *name)
{
	static char bytes[1 << 20];
	char path[4400];
	struct json v;
	struct err e;
	size_t len;
	FILE *f;
	bool want;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	f = fopen(path, "rb");
	if (!ok(f != NULL, "%s is there", name))
		return;
	len = fread(bytes, 1, sizeof bytes, f);
	fclose(f);
	if (name[0] == 'i') {
		want = is_listed(taken, sizeof taken / sizeof *taken, name);
		if (!want && !is_listed(refused, sizeof refused / sizeof *refused, name)) {
			ok(false, "%s is decided", name);
			return;
		}
	} else {
		want = name[0] == 'y';
	}
	ok((json_parse(&v, mutate_guard(0, (struct str){ bytes, len }), &e) == 0) == want, "%s is %s", name,
	    want ? "accepted" : "refused");
}

static void
suite(void)
{
	const char *data = getenv("PANTLER_DATA");
	char folder[4000];
	struct dirent **names;
	int n;

	if (!data || !*data) {
		printf("ok %d - JSONTestSuite # SKIP PANTLER_DATA is not set\n", ++tap_n);
		return;
	}
	snprintf(folder, sizeof folder, "%s/json", data);
	n = scandir(folder, &names, NULL, alphasort);
	ok(n > 300, "JSONTestSuite is in $PANTLER_DATA");
	for (int i = 0; i < n; i++) {
		if (strchr("yni", names[i]->d_name[0]) && names[i]->d_name[1] == '_')
			suite_file(folder, names[i]->d_name);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
}

static void
refusal(const char *text, const char *line)
{
	struct json v = { S("x") };
	struct err e = { 0 };

	struct str guarded = mutate_guard(0, str_of(text));
	const char *number = line + strlen(line);

	ok(json_parse(&v, guarded, &e) < 0 && json_type(v) == JSON_NONE, "refused, and nothing given");
	is_line(&e, line, "%s", line);
	while (number[-1] != ' ')
		number--;
	is_int(v.text.at - guarded.at, atoi(number), "and where");
}

static void
errors(void)
{
	char deep[2 * JSON_DEPTH + 3];
	struct json v;
	struct err e;

	refusal("", "json: bad value at byte 0");
	refusal("[1,]", "json: bad value at byte 3");
	refusal("{\"a\":1,}", "json: no string at byte 7");
	refusal("{\"a\" 1}", "json: no colon at byte 5");
	refusal("[1 2]", "json: no comma and no end at byte 3");
	refusal("[1}", "json: no comma and no end at byte 2");
	refusal("\"a", "json: bad string at byte 2");
	refusal("\"s3cr3t\\x\"", "json: bad string at byte 7");
	refusal("\"a\nb\"", "json: bad string at byte 2");
	refusal("01", "json: more than one value at byte 1");
	refusal("-", "json: bad value at byte 1");
	refusal("1.e1", "json: bad value at byte 2");
	refusal("null null", "json: more than one value at byte 5");
	is_int(json_parse(&v, S("]"), &e), -1, "what is malformed");
	is_int(e.code, ERR_PEER, "is the peer's doing");
	is_int(e.cause, CAUSE_ANSWER, "and its answer's");

	memset(deep, '[', JSON_DEPTH);
	memset(deep + JSON_DEPTH, ']', JSON_DEPTH);
	is_int(json_parse(&v, (struct str){ deep, 2 * JSON_DEPTH }, &e), 0, "as deep as it may be");
	memset(deep, '[', JSON_DEPTH + 1);
	memset(deep + JSON_DEPTH + 1, ']', JSON_DEPTH + 1);
	is_int(json_parse(&v, (struct str){ deep, 2 * JSON_DEPTH + 2 }, &e), -1, "one level deeper");
	is_int(e.code, ERR_LIMIT, "is our bound");
	is_int(e.cause, CAUSE_LIMIT, "and says so");
	is_line(&e, "json: too deep at byte 31", "in a sentence");
}

static void
types(void)
{
	static const struct {
		const char *text;
		enum json_type type;
	} cases[] = {
		{ " null\n", JSON_NULL }, { "true", JSON_BOOL }, { "false", JSON_BOOL }, { "-0", JSON_NUMBER }, { "1e9", JSON_NUMBER },
		{ "\"\"", JSON_STRING }, { "[]", JSON_ARRAY }, { "\t{ }\r\n", JSON_OBJECT },
	};
	struct json v = { 0 };
	struct err e;

	is_int(json_type(v), JSON_NONE, "no value has no type");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		is_int(json_parse(&v, mutate_guard(0, str_of(cases[i].text)), &e), 0, "value %zu is read", i);
		is_int(json_type(v), cases[i].type, "and has its type");
		ok(v.text.len && v.text.at[0] > ' ' && v.text.at[v.text.len - 1] > ' ', "and no blanks around it");
	}
}

static void
numbers(void)
{
	static const struct {
		const char *text;
		bool good;
		int64_t n;
	} cases[] = {
		{ "0", true, 0 }, { "-0", false, 0 }, { "-1", false, 0 }, { "2764800", true, 2764800 },
		{ "9223372036854775807", true, INT64_MAX }, { "9223372036854775808", false, 0 }, { "18446744073709551615", false, 0 },
		{ "18446744073709551617", false, 0 }, { "1e3", false, 0 }, { "1.0", false, 0 }, { "\"1\"", false, 0 }, { "null", false, 0 },
		{ "[]", false, 0 }, { "true", false, 0 },
	};
	struct json v;
	struct err e;
	int64_t n;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		n = 77;
		is_int(json_parse(&v, str_of(cases[i].text), &e), 0, "value %zu is read", i);
		is_int(json_i64(v, &n, &e), cases[i].good ? 0 : -1, "and is %s integer of ours", cases[i].good ? "an" : "no");
		is_int(n, cases[i].good ? cases[i].n : 77, "of this value");
	}
	is_int(json_i64((struct json){ 0 }, &n, &e), -1, "nothing is no integer");
	is_line(&e, "json: not a whole number, 0 or more", "in a sentence");
}

static void
strings(void)
{
	static const struct {
		const char *text;
		struct str want;
	} cases[] = {
		{ "\"\"", S("") },
		{ "\"plain\"", S("plain") },
		{ "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", S("\"\\/\b\f\n\r\t") },
		{ "\"a\\u0000b\"", S("a\0b") },
		{ "\"\\u007f\\u0080\\u07ff\\u0800\\uffff\\uD7ff\\ue000\"", S("\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xed\x9f\xbf\xee\x80\x80") },
		{ "\"\\ud800\\udc00\\uDBFF\\uDFFF\"", S("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf") },
		{ "\"\xc2\x80\xdf\xbf\xe0\xa0\x80\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"", S("\xc2\x80\xdf\xbf\xe0\xa0\x80\xf0\x90\x80\x80\xf4\x8f\xbf\xbf") },
	};
	struct arena small = { .at = memory, .cap = 16 };
	struct json v;
	struct str text;
	struct err e;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		if (!ok(json_parse(&v, mutate_guard(0, str_of(cases[i].text)), &e) == 0 && json_string(v, &arena, &text, &e) == 0, "a string"))
			continue;
		is_str(text, cases[i].want, "string %zu without its escapes", i);
	}
	arena_wipe(&arena);
	is_int(json_parse(&v, S("\"seventeen bytes..\""), &e), 0, "a string");
	is_int(json_string(v, &small, &text, &e), -1, "that the arena has no room for");
	is_int(e.cause, CAUSE_MEMORY, "says so");
	is_int(json_string(parsed(S("12")), &arena, &text, &e), -1, "a number is no string");
	is_line(&e, "json: not a string", "in a sentence");
}

static void
members(void)
{
	struct json root = parsed(S(ANSWER)), v, key;
	struct str text = { 0 };
	struct err e = { 0 };
	size_t cursor = 0;
	int n = 0;

	is_int(json_get(root, "auth", &v, &e), 0, "an object inside");
	is_str(got(v, "lease_duration"), S("2764800"), "its own value, not its parent's");
	is_str(got(v, "metadata"), S("{ }"), "an empty object");
	is_str(got(v, "policies"), S("[ ]"), "an empty array");
	is_str(got(v, "n"), S("[1,-2.5e+10,[true]]"), "an array of many");
	is_str(got(root, "autH"), S(""), "an absent key is no error, but nothing");
	is_str(got((struct json){ 0 }, "x"), S(""), "nor is a key of nothing");
	is_str(got((struct json){ S("[1]") }, "x"), S(""), "nor one of an array");
	is_int(json_get(root, "warnings", &root, &e), 0, "an array");
	for (; json_each(root, &cursor, &key, &v); n++) {
		is_int(json_type(key), JSON_NONE, "an item has no key");
		if (json_string(v, &arena, &text, &e) < 0)
			text = S("?");
		is_str(text, n ? S("tw\xc3\xb6") : S("one"), "item %d", n);
	}
	is_int(n, 2, "all items");
	ok(!json_each(root, &cursor, &key, &v), "and no more");
	root = parsed(S(ANSWER));
	for (n = 0, cursor = 0; json_each(root, &cursor, &key, &v); n++)
		is_int(json_type(key), JSON_STRING, "member %d has a key", n);
	is_int(n, 8, "all members");
	cursor = 0;
	ok(!json_each(parsed(S("\"[1]\"")), &cursor, &key, &v), "a string holds no items");
	ok(!json_each(parsed(S("{ \n}")), &cursor, &key, &v), "an empty object has no members");
	ok(!json_each((struct json){ 0 }, &cursor, &key, &v), "nor has nothing");
	arena_wipe(&arena);
}

static void
keys(void)
{
	struct json v, root = parsed(S("{\"a\":1,\"b\":{\"a\":3},\"\\u0061\":2,\"\":4,\"a\\u0000\":5,\"aa\":6,\"\\u00e4\":7}"));
	struct err e = { 0 };

	is_int(json_get(root, "a", &v, &e), -1, "a key that stands twice, once escaped");
	is_line(&e, "json: key \"a\" stands twice", "is named");
	is_int(e.code, ERR_PEER, "as the peer's doing");
	is_int(json_type(v), JSON_NONE, "and has no value");
	is_str(got(root, "b"), S("{\"a\":3}"), "another key is not touched by that");
	is_str(got(root, ""), S("4"), "an empty key is a key");
	is_str(got(root, "aa"), S("6"), "and a longer one");
	is_str(got(root, "\xc3\xa4"), S("7"), "and one that is not ascii");
	is_str(got(root, "\xc3"), S(""), "but not half of it");
	is_str(got(parsed(S("{\"b\\u0000\":1}")), "b"), S(""), "nor what stands before a zero byte");
}

/* Everything that can be asked of a value, so that a sanitizer or the guard page sees each step. */
static bool
walk(struct json v)
{
	struct json key, value;
	struct str text;
	struct err e;
	size_t cursor = 0;
	int64_t n;

	arena.len = 0;
	if (json_type(v) == JSON_STRING && json_string(v, &arena, &text, &e) < 0)
		return false;
	(void)!json_i64(v, &n, &e);
	(void)!json_get(v, "auth", &value, &e);
	while (json_each(v, &cursor, &key, &value)) {
		if (json_type(value) == JSON_NONE || (json_type(v) == JSON_OBJECT) != (json_type(key) == JSON_STRING) || !walk(value))
			return false;
	}
	return true;
}

static bool
read_and_walk(struct str text, void *arg)
{
	struct json v = { S("x") };
	struct err e = { 0 };
	bool *may_pass = arg;

	if (json_parse(&v, text, &e) < 0)
		return json_type(v) == JSON_NONE && e.code && str_has_prefix(str_of(e.line), S("json: "));
	return *may_pass && walk(v);
}

int
main(void)
{
	struct str whole = S(ANSWER);
	bool may_pass = true;

	suite();
	errors();
	types();
	numbers();
	strings();
	members();
	keys();
	is_int(mutate_flip(whole, read_and_walk, &may_pass), 0, "every flipped bit is read or refused cleanly");
	ok(read_and_walk(mutate_guard(0, whole), &may_pass), "as a whole it is good");
	may_pass = false;
	whole.len -= 2;	/* its last bracket and line end */
	is_int(mutate_cut(whole, read_and_walk, &may_pass), 0, "every truncation is refused cleanly");
	return tap_end();
}
