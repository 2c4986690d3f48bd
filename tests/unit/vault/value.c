/* tests/unit/vault/value.c: a secret's fields, its table, its variables; and secrets that have no place in them. */
/* SPDX-License-Identifier: MIT */
#include "vault/value.h"

#include "tests/memory.h"
#include "tests/mutate.h"
#include "tests/tap.h"

static struct arena arena;
static struct err err;
static char text[64 * 1024];

static const char secret[] = "{\"request_id\":\"r\",\"lease_id\":\"\",\"renewable\":false,\"lease_duration\":2764800,\"data\":{\"password\":\"p\\\"q\",\"a\":{\"b\":{\"c\":\"deep\"},"
	"\"b.c\":\"dotted\",\"n\":12345678901234567890},\"a.b.x\":1.50,\"none\":null,\"list\":[\"x\",1],\"yes\":true,\"empty\":\"\"},\"wrap_info\":null,"
	"\"warnings\":null,\"auth\":null}";

static struct json
parse(const char *json)
{
	struct json v;

	arena_wipe(&arena);
	if (json_parse(&v, str_of(json), &err) < 0)
		ok(false, "%s", err.line);
	return v;
}

static struct json
data_of(struct json root)
{
	struct json v;

	return json_get(root, "data", &v, &err) == 0 ? v : (struct json){ { 0 } };
}

static void
is_field(const char *field, const char *want)
{
	struct json v;
	struct str s = S("");

	if (ok(value_find(&v, data_of(parse(secret)), str_of(field), &arena, &err) == 0 && value_text(&s, v, &arena, &err) == 0, "field \"%s\"", field))
		is_str(s, str_of(want), "its text");
}

static void
no_field(const char *field, const char *line)
{
	struct json v;

	ok(value_find(&v, data_of(parse(secret)), str_of(field), &arena, &err) < 0 && err.code == ERR_ABSENT && err.cause == CAUSE_FIELD, "no field \"%s\"", field);
	is_line(&err, line, "its line");
}

static void
run_fields(void)
{
	is_field("password", "p\"q");
	is_field("empty", "");
	is_field("yes", "true");
	is_field("list", "[\"x\",1]");
	is_field("a.n", "12345678901234567890");
	is_field("a.b", "{\"c\":\"deep\"}");
	is_field("a.b.c", "dotted");
	is_field("a.b.x", "1.50");
	no_field("none", "no field \"none\" in the secret");
	no_field("a.b.d", "no field \"a.b.d\" in the secret");
	no_field("", "no field \"\" in the secret");
	no_field(".", "no field \".\" in the secret");
	no_field("password.x", "no field \"password.x\" in the secret");
	no_field("x\x1b", "no field \"x\\x1b\" in the secret");
	is_str(str_of(err.hint), S("it has \"password\", \"a\", \"a.b.x\", \"none\", \"list\", \"yes\", \"empty\""), "its hint");
	ok(value_find(&(struct json){ { 0 } }, parse("{\"a\":1,\"a\":2}"), S("a"), &arena, &err) < 0 && err.code == ERR_PEER, "a field that stands twice");
	ok(value_find(&(struct json){ { 0 } }, parse("{}"), S("a"), &arena, &err) < 0 && !err.hint[0], "a secret without fields");
}

static void
is_env(const char *json, const char *want, const char *name)
{
	struct buf b = BUF(text);

	if (ok(value_env(&b, parse(json), &arena, &err) == 0, "variables: %s", name))
		is_str(buf_str(&b), str_of(want), "their lines");
}

static void
no_env(const char *json, enum err_code code, const char *line)
{
	struct buf b = BUF(text);

	ok(value_env(&b, parse(json), &arena, &err) < 0 && err.code == code, "no variables: %s", line);
	is_line(&err, line, "its line");
}

static void
run_env(void)
{
	static char many[16 * 1024];
	struct buf b = BUF(many);

	is_env("{}", "", "none");
	is_env("{\"db-password\":\"x\",\"_a.B9\":\"\"}", "DB_PASSWORD='x'\n_A_B9=''\n", "names");
	is_env("{\"a\":\"it's\",\"b\":\"'\",\"c\":\"a\\nb $x `y` \\\\ \\\"\"}", "A='it'\\''s'\nB=''\\'''\nC='a\nb $x `y` \\ \"'\n", "what a shell heeds");
	is_env("{\"a\":1,\"b\":true,\"c\":{\"d\":[1]},\"e\":null}", "A='1'\nB='true'\nC='{\"d\":[1]}'\nE='null'\n", "what is no text");
	is_env("{\"\xc3\xa9\":\"\xc3\xa9\"}", "__='\xc3\xa9'\n", "a name beyond ASCII");
	no_env("{\"1a\":\"\"}", ERR_INPUT, "field \"1a\": no variable can have the name \"1A\"");
	no_env("{\"\":\"\"}", ERR_INPUT, "field \"\": no variable can have the name \"\"");
	no_env("{\"a-b\":\"\",\"A_B\":\"\"}", ERR_INPUT, "two fields would both be A_B");
	no_env("{\"a\":\"x\\u0000y\"}", ERR_INPUT, "field \"a\": a byte of zero, which no variable can hold");
	buf_add_c(&b, '{');
	for (int i = 0; i <= VALUE_PAIRS; i++)
		buf_fmt(&b, "%s\"k%d\":\"\"", i ? "," : "", i);
	buf_fmt(&b, "}");
	buf_add_c(&b, 0);
	no_env(many, ERR_LIMIT, "a secret of more than 256 fields");
	ok(value_is_name(S("A_9")) && value_is_name(S("_")) && !value_is_name(S("")) && !value_is_name(S("9A")) && !value_is_name(S("a")) &&
	    !value_is_name(S("A-B")), "which names may be");
}

static void
is_table(const char *body, bool is_v2, const char *want, const char *name)
{
	struct read r = { .is_v2 = is_v2, .where = S("secret/data/a\x1b"), .secret.root = parse(body) };
	struct buf b = BUF(text);

	r.data = data_of(r.secret.root);
	if (is_v2)
		r.data = data_of(r.data);
	ok(value_table(&b, &r, &arena, &err) == 0, "table: %s", name);
	is_str(buf_str(&b), str_of(want), "its text");
}

static void
run_tables(void)
{
	is_table("{\"lease_id\":\"database/creds/app/x\",\"lease_duration\":3600,\"renewable\":true,\"data\":{\"username\":\"u\",\"password\":\"p\"}}", false,
	    "Key                Value\n---                -----\nlease_id           database/creds/app/x\nlease_duration     1h\nlease_renewable    true\n"
	    "username           u\npassword           p\n", "a lease");
	is_table("{\"lease_duration\":2764800,\"data\":{\"a\\u001b\":\"\\n\",\"o\":{\"k\": 1}}}", false,
	    "Key                 Value\n---                 -----\nrefresh_interval    768h\na\\x1b               \\x0a\no                   {\"k\": 1}\n", "what is no lease");
	is_table("{\"data\":{}}", false, "Key    Value\n---    -----\n", "nothing");
	is_table("{\"data\":{\"data\":{\"password\":\"p\"},\"metadata\":{\"version\":3,\"deletion_time\":\"\"}}}", true,
	    "== Secret Path ==\nsecret/data/a\\x1b\n\n== Metadata ==\nKey              Value\n---              -----\nversion          3\ndeletion_time    \n"
	    "\n== Data ==\nKey         Value\n---         -----\npassword    p\n", "KV version 2");
}

/* Whatever is made of it ends, in printable lines. */
static bool
try_all(struct str input, void *arg)
{
	struct read r = { .where = S("w"), .is_v2 = false };
	struct buf b = BUF(text);
	struct json v;

	(void)arg;
	arena_wipe(&arena);
	if (vault_parse_secret(&r.secret, input, &arena, &err) < 0 || json_get(r.secret.root, "data", &r.data, &err) < 0)
		return true;
	if (value_table(&b, &r, &arena, &err) == 0)
		for (struct str rest = buf_str(&b); rest.len;)
			if (!str_is_printable(str_cut(&rest, '\n')))
				return false;
	b.len = 0;
	if (value_env(&b, r.data, &arena, &err) < 0 && !str_is_printable(str_of(err.line)))
		return false;
	return value_find(&v, r.data, S("a.b.c"), &arena, &err) == 0 || str_is_printable(str_of(err.hint));
}

int
main(void)
{
	arena = memory_arena(1 << 20);
	run_fields();
	run_env();
	run_tables();
	ok(mutate_cut(str_of(secret), try_all, NULL) == 0, "cut at every byte");
	ok(mutate_flip(str_of(secret), try_all, NULL) == 0, "every bit flipped");
	return tap_end();
}
