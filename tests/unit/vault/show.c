/* tests/unit/vault/show.c: a login's answer as `vault login` shows it, byte for byte: table, JSON, fields; and hostile values. */
/* SPDX-License-Identifier: MIT */
#include "vault/show.h"

#include "tests/memory.h"
#include "tests/tap.h"

static struct arena arena;
static struct err err;
static char text[256 * 1024];

/* What a Vault server answers to a login of an EC2 machine. */
static const char login[] =
	"{\"request_id\":\"6a2b2b4d-0b4f-7c6e-9b0b-5d5e6f7a8b9c\",\"lease_id\":\"\",\"renewable\":false,\"lease_duration\":0,\"data\":null,"
	"\"wrap_info\":null,\"warnings\":null,\"auth\":{\"client_token\":\"hvs.CAESIJ\",\"accessor\":\"0e9e354a-520f-df04-6867-ee81cae3d42d\","
	"\"policies\":[\"default\",\"dev\",\"prod\"],\"token_policies\":[\"default\",\"dev\"],\"identity_policies\":[\"prod\"],"
	"\"metadata\":{\"role_id\":\"r\",\"account_id\":\"123456789012\",\"auth_type\":\"iam\",\"canonical_arn\":\"arn:aws:iam::123456789012:"
	"role/dev\",\"client_arn\":\"arn:aws:sts::123456789012:assumed-role/dev/i-0\"},\"lease_duration\":2764800,\"renewable\":true,"
	"\"entity_id\":\"e\",\"token_type\":\"service\",\"orphan\":true,\"mfa_requirement\":null,\"num_uses\":0},\"mount_type\":\"\"}";

static const char login_table[] =
	"Key                         Value\n"
	"---                         -----\n"
	"token                       hvs.CAESIJ\n"
	"token_accessor              0e9e354a-520f-df04-6867-ee81cae3d42d\n"
	"token_duration              768h\n"
	"token_renewable             true\n"
	"token_policies              [\"default\" \"dev\"]\n"
	"identity_policies           [\"prod\"]\n"
	"policies                    [\"default\" \"dev\" \"prod\"]\n"
	"token_meta_account_id       123456789012\n"
	"token_meta_auth_type        iam\n"
	"token_meta_canonical_arn    arn:aws:iam::123456789012:role/dev\n"
	"token_meta_client_arn       arn:aws:sts::123456789012:assumed-role/dev/i-0\n"
	"token_meta_role_id          r\n";

static const char login_json[] =
	"{\n"
	"  \"request_id\": \"6a2b2b4d-0b4f-7c6e-9b0b-5d5e6f7a8b9c\",\n"
	"  \"lease_id\": \"\",\n"
	"  \"lease_duration\": 0,\n"
	"  \"renewable\": false,\n"
	"  \"data\": null,\n"
	"  \"warnings\": null,\n"
	"  \"auth\": {\n"
	"    \"client_token\": \"hvs.CAESIJ\",\n"
	"    \"accessor\": \"0e9e354a-520f-df04-6867-ee81cae3d42d\",\n"
	"    \"policies\": [\n"
	"      \"default\",\n"
	"      \"dev\",\n"
	"      \"prod\"\n"
	"    ],\n"
	"    \"token_policies\": [\n"
	"      \"default\",\n"
	"      \"dev\"\n"
	"    ],\n"
	"    \"identity_policies\": [\n"
	"      \"prod\"\n"
	"    ],\n"
	"    \"metadata\": {\n"
	"      \"role_id\": \"r\",\n"
	"      \"account_id\": \"123456789012\",\n"
	"      \"auth_type\": \"iam\",\n"
	"      \"canonical_arn\": \"arn:aws:iam::123456789012:role/dev\",\n"
	"      \"client_arn\": \"arn:aws:sts::123456789012:assumed-role/dev/i-0\"\n"
	"    },\n"
	"    \"orphan\": true,\n"
	"    \"entity_id\": \"e\",\n"
	"    \"lease_duration\": 2764800,\n"
	"    \"renewable\": true,\n"
	"    \"mfa_requirement\": null\n"
	"  }\n"
	"}\n";

static const char wrapped[] =
	"{\"request_id\":\"\",\"lease_id\":\"\",\"renewable\":false,\"lease_duration\":0,\"data\":null,\"wrap_info\":{\"token\":\"hvs.w\","
	"\"accessor\":\"wa\",\"ttl\":300,\"creation_time\":\"2026-01-01T00:00:00.123456789Z\",\"creation_path\":\"auth/aws/login\","
	"\"wrapped_accessor\":\"a\"},\"warnings\":null,\"auth\":null}";

static const char wrapped_table[] =
	"Key                              Value\n"
	"---                              -----\n"
	"wrapping_token:                  hvs.w\n"
	"wrapping_accessor:               wa\n"
	"wrapping_token_ttl:              5m\n"
	"wrapping_token_creation_time:    2026-01-01T00:00:00.123456789Z\n"
	"wrapping_token_creation_path:    auth/aws/login\n"
	"wrapped_accessor:                a\n";

static const char wrapped_json[] =
	"{\n"
	"  \"request_id\": \"\",\n"
	"  \"lease_id\": \"\",\n"
	"  \"lease_duration\": 0,\n"
	"  \"renewable\": false,\n"
	"  \"data\": null,\n"
	"  \"warnings\": null,\n"
	"  \"wrap_info\": {\n"
	"    \"token\": \"hvs.w\",\n"
	"    \"accessor\": \"wa\",\n"
	"    \"ttl\": 300,\n"
	"    \"creation_time\": \"2026-01-01T00:00:00.123456789Z\",\n"
	"    \"creation_path\": \"auth/aws/login\",\n"
	"    \"wrapped_accessor\": \"a\"\n"
	"  }\n"
	"}\n";

static struct vault_secret
parse(const char *body)
{
	struct vault_secret s;

	arena_wipe(&arena);
	if (vault_parse_secret(&s, str_of(body), &arena, &err) < 0)
		ok(false, "%s", err.line);
	return s;
}

static void
is_table(const char *body, const char *want, const char *name)
{
	struct vault_secret s = parse(body);
	struct buf b = BUF(text);

	ok(show_table(&b, &s, &arena, &err) == 0, "table: %s", name);
	is_str(buf_str(&b), str_of(want), "its text");
}

static void
is_json(const char *body, const char *want, const char *name)
{
	struct vault_secret s = parse(body);
	struct buf b = BUF(text);

	ok(show_json(&b, &s, &err) == 0, "json: %s", name);
	is_str(buf_str(&b), str_of(want), "its text");
}

#define AUTH(token, rest) "{\"auth\":{\"client_token\":\"" token "\"" rest "}}"
#define ROWS(token, duration, renewable, tp, ip, p) \
	"Key                  Value\n---                  -----\ntoken                " token "\ntoken_accessor       \n" \
	"token_duration       " duration "\ntoken_renewable      " renewable "\ntoken_policies       " tp "\nidentity_policies    " ip \
	"\npolicies             " p "\n"

static void
run_tables(void)
{
	is_table(login, login_table, "a login");
	is_table(wrapped, wrapped_table, "a wrapped login");
	is_table(AUTH("t", ""), ROWS("t", "\xe2\x88\x9e", "false", "[]", "[]", "[]"), "the least there can be");
	is_table(AUTH("t", ",\"lease_duration\":3661,\"renewable\":true"), ROWS("t", "1h1m1s", "true", "[]", "[]", "[]"), "a duration of all units");
	is_table(AUTH("t", ",\"lease_duration\":3601"), ROWS("t", "1h1s", "false", "[]", "[]", "[]"), "a duration without minutes");
	is_table(AUTH("t", ",\"lease_duration\":9223372036854775807"), ROWS("t", "2562047788015215h30m7s", "false", "[]", "[]", "[]"),
	    "the longest duration");
	is_table(AUTH("t", ",\"policies\":[\"a b\",\"c\\\"d\"],\"token_policies\":null,\"identity_policies\":[]"),
	    ROWS("t", "\xe2\x88\x9e", "false", "[]", "[]", "[\"a b\" \"c\\x5c\"d\"]"), "odd policies");
	is_table(AUTH("t", ",\"metadata\":{\"b\":\"\\u001b[2Jx\",\"a\\n\":\"\\u00e9\\\\\",\"n\":5,\"o\":{\"k\": 1}}"),
	    "Key                  Value\n---                  -----\ntoken                t\ntoken_accessor       \n"
	    "token_duration       \xe2\x88\x9e\ntoken_renewable      false\ntoken_policies       []\nidentity_policies    []\n"
	    "policies             []\ntoken_meta_a\\x0a     \\xc3\\xa9\\x5c\ntoken_meta_b         \\x1b[2Jx\ntoken_meta_n         5\n"
	    "token_meta_o         {\"k\": 1}\n", "hostile metadata");
	is_table("{\"wrap_info\":{\"token\":\"w\"},\"auth\":null}",
	    "Key                              Value\n---                              -----\nwrapping_token:                  w\n"
	    "wrapping_accessor:               \nwrapping_token_ttl:              0s\nwrapping_token_creation_time:    \n"
	    "wrapping_token_creation_path:    \n", "the least that is wrapped");
}

static void
run_wide_key(void)
{
	struct vault_secret s = parse(AUTH("t", ",\"metadata\":{\"\\u0001\\u0001\\u0001\\u0001\\u0001\\u0001\\u0001\\u0001\\u0001\\u0001\":\"v\"}"));
	struct buf b = BUF(text);

	ok(show_table(&b, &s, &arena, &err) == 0, "a key that grows when it is escaped");
	ok(str_find(buf_str(&b), S("\\x01    v\n")) != SIZE_MAX, "is still apart from its value");
}

static void
run_rows(void)
{
	static char body[4096];

	for (int n = 56; n <= 60; n++) {	/* beside seven rows of the token */
		struct buf b = BUF(body), out = BUF(text);
		struct vault_secret s;

		buf_fmt(&b, "{\"auth\":{\"client_token\":\"t\",\"metadata\":{");
		for (int i = 0; i < n; i++)
			buf_fmt(&b, "%s\"k%d\":\"%d\"", i ? "," : "", i, i);
		buf_fmt(&b, "}}}");
		buf_add_c(&b, 0);
		s = parse(body);
		if (n <= 57)
			ok(show_table(&out, &s, &arena, &err) == 0, "%d keys of metadata", n);
		else
			ok(show_table(&out, &s, &arena, &err) < 0 && err.code == ERR_LIMIT && err.cause == CAUSE_LIMIT, "%d keys are too many", n);
	}
	is_line(&err, "the answer has more than 64 values to show", "its line");
}

static void
run_json(void)
{
	is_json(login, login_json, "a login");
	is_json(wrapped, wrapped_json, "a wrapped login");
	is_json("{\"auth\":{\"client_token\":\"t\"}}",
	    "{\n  \"request_id\": \"\",\n  \"lease_id\": \"\",\n  \"lease_duration\": 0,\n  \"renewable\": false,\n  \"data\": null,\n"
	    "  \"warnings\": null,\n  \"auth\": {\n    \"client_token\": \"t\",\n    \"accessor\": \"\",\n    \"policies\": null,\n"
	    "    \"token_policies\": null,\n    \"identity_policies\": null,\n    \"metadata\": null,\n    \"orphan\": false,\n"
	    "    \"entity_id\": \"\",\n    \"lease_duration\": 0,\n    \"renewable\": false,\n    \"mfa_requirement\": null\n  }\n}\n",
	    "the least there can be");
	is_json("{\"warnings\":[\"<a>\",\"\\u2028\\u00e9\"],\"data\":{\"n\":12345678901234567890,\"o\":{},\"l\":[]},\"request_id\":null}",
	    "{\n  \"request_id\": \"\",\n  \"lease_id\": \"\",\n  \"lease_duration\": 0,\n  \"renewable\": false,\n  \"data\": {\n"
	    "    \"n\": 12345678901234567890,\n    \"o\": {},\n    \"l\": []\n  },\n  \"warnings\": [\n    \"\\u003ca\\u003e\",\n"
	    "    \"\\u2028\xc3\xa9\"\n  ]\n}\n", "escapes, large numbers, empty containers");
}

static const struct {
	const char *body, *field, *value;	/* value NULL: not there */
} fields[] = {
	{ login, "token", "hvs.CAESIJ" },
	{ login, "token_accessor", "0e9e354a-520f-df04-6867-ee81cae3d42d" },
	{ login, "token_duration", "2764800" },
	{ login, "token_renewable", "true" },
	{ login, "token_policies", "[\"default\",\"dev\"]" },
	{ login, "identity_policies", "[\"prod\"]" },
	{ login, "policies", "[\"default\",\"dev\",\"prod\"]" },
	{ login, "token_meta_account_id", "123456789012" },
	{ login, "token_meta_client_arn", "arn:aws:sts::123456789012:assumed-role/dev/i-0" },
	{ login, "request_id", "6a2b2b4d-0b4f-7c6e-9b0b-5d5e6f7a8b9c" },
	{ login, "lease_id", "" },
	{ login, "lease_duration", "0" },
	{ login, "renewable", "false" },
	{ login, "data", NULL },
	{ login, "token_meta_none", NULL },
	{ login, "token_meta_", NULL },
	{ login, "client_token", NULL },
	{ login, "Token", NULL },
	{ login, "wrapping_token", NULL },
	{ login, "", NULL },
	{ wrapped, "wrapping_token", "hvs.w" },
	{ wrapped, "wrapping_accessor", "wa" },
	{ wrapped, "wrapping_token_ttl", "300" },
	{ wrapped, "wrapping_token_creation_time", "2026-01-01T00:00:00.123456789Z" },
	{ wrapped, "wrapping_token_creation_path", "auth/aws/login" },
	{ wrapped, "wrapped_accessor", "a" },
	{ wrapped, "token", NULL },
	{ wrapped, "token_meta_account_id", NULL },
	{ "{\"data\":{\"k\": \"v\"}}", "data", "{\"k\": \"v\"}" },
	{ "{\"auth\":{\"client_token\":\"t\",\"policies\":null}}", "policies", NULL },
};

static void
run_fields(void)
{
	struct vault_secret s;
	struct buf b;

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		char want[200];
		int r;

		s = parse(fields[i].body);
		b = (struct buf)BUF(text);
		r = show_field(&b, &s, str_of(fields[i].field), &arena, &err);
		if (fields[i].value) {
			ok(r == 0, "field %s", fields[i].field);
			is_str(buf_str(&b), str_of(fields[i].value), "its value");
			continue;
		}
		ok(r < 0 && err.code == ERR_ABSENT && err.cause == CAUSE_FIELD && !b.len, "field \"%s\" is not there", fields[i].field);
		snprintf(want, sizeof want, "field \"%s\" is not in the answer", fields[i].field);
		is_line(&err, want, "its line");
		is_str(str_of(err.hint), str_of(s.wrapping_token.len ? "vault wrapped the answer: unwrap its -field=wrapping_token" : ""), "its hint");
	}
	s = parse("{\"auth\":{\"client_token\":\"t\",\"metadata\":{\"m\":\"a\\u0000\\n\\u00e9\"}}}");
	b = (struct buf)BUF(text);
	ok(show_has_field(S("wrapped_accessor")) && show_has_field(S("policies")) && show_has_field(S("token_meta_m")), "names there are");
	ok(!show_has_field(S("")) && !show_has_field(S("metadata")) && !show_has_field(S("client_token")) && !show_has_field(S("tokens")),
	   "and names there are not");
	ok(show_field(&b, &s, S("token_meta_m"), &arena, &err) == 0, "a field is raw");
	is_str(buf_str(&b), S("a\0\n\xc3\xa9"), "every byte of it");
}

/* No buffer and no arena is too small for a text that is right. */
static void
run_room(void)
{
	int wrong = 0;

	for (size_t cap = 0; cap <= sizeof login_table; cap++) {
		struct vault_secret s = parse(login);
		char *out = malloc(cap ? cap : 1);
		struct buf b = { .at = out, .cap = cap };

		wrong += (show_table(&b, &s, &arena, &err) == 0) != (cap >= sizeof login_table - 1);
		free(out);
	}
	is_int(wrong, 0, "table: each buffer that is too small");
	for (size_t cap = 0; cap <= sizeof login_json; cap++) {
		struct vault_secret s = parse(login);
		char *out = malloc(cap ? cap : 1);
		struct buf b = { .at = out, .cap = cap };

		wrong += (show_json(&b, &s, &err) == 0) != (cap >= sizeof login_json - 1);
		free(out);
	}
	is_int(wrong, 0, "json: each buffer that is too small");
	for (size_t cap = 0; cap < 8192; cap++) {
		struct vault_secret s = parse(login);
		struct arena a = memory_arena(cap);
		struct buf b = BUF(text);
		bool good = show_table(&b, &s, &a, &err) == 0;

		wrong += good ? !str_eq(buf_str(&b), str_of(login_table)) : err.cause != CAUSE_MEMORY;
		b.len = 0;
		good = show_field(&b, &s, S("token_meta_client_arn"), &a, &err) == 0;
		wrong += good ? b.len != 46 : err.cause != CAUSE_MEMORY;
		memory_free(&a);
	}
	is_int(wrong, 0, "each arena that is too small");
}

int
main(void)
{
	arena = memory_arena(1 << 20);
	run_tables();
	run_wide_key();
	run_rows();
	run_json();
	run_fields();
	run_room();
	memory_free(&arena);
	return tap_end();
}
