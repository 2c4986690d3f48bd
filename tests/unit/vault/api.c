/* tests/unit/vault/api.c: requests to Vault as sent, answers as read, statuses as sentences; wrong types, bounds and quoted secrets. */
/* SPDX-License-Identifier: MIT */
#include "vault/api.h"

#include "tests/memory.h"
#include "tests/tap.h"

static struct arena arena;
static struct err err;

static struct str
field(const struct ask_http *h, struct str name)
{
	struct str value = { NULL, 0 };

	for (size_t i = 0; i < h->head_n; i++)
		if (str_eq(h->head[i].name, name))
			value = h->head[i].value;
	return value;
}

static void
set_address(struct vault *v, const char *text)
{
	if (uri_parse(&v->address, str_of(text), &err) < 0)
		ok(false, "%s: %s", text, err.line);
}

static void
run_ask(void)
{
	static const struct {
		const char *address, *path, *url;
	} urls[] = {
		{ "https://vault:8200", "auth/aws/login", "https://vault:8200/v1/auth/aws/login" },
		{ "https://vault:8200/", "auth/aws/login", "https://vault:8200/v1/auth/aws/login" },
		{ "http://127.0.0.1", "sys/health", "http://127.0.0.1/v1/sys/health" },
		{ "https://gw.corp/team/vault", "auth/aws/login", "https://gw.corp/team/vault/v1/auth/aws/login" },
		{ "https://gw.corp/team/vault///", "auth/aws/login", "https://gw.corp/team/vault/v1/auth/aws/login" },
		{ "https://[2001:db8::1]:8200", "x", "https://[2001:db8::1]:8200/v1/x" },
		{ "https://[fe80::1%25eth0]:8200", "x", "https://[fe80::1%25eth0]:8200/v1/x" },
		{ "https://vault.corp.:8200", "x", "https://vault.corp.:8200/v1/x" },
	};
	static const struct {
		const char *given, *sent;
	} namespaces[] = {
		{ "", NULL }, { "/", NULL }, { "///", NULL }, { "root", NULL }, { "/root/", NULL }, { "team", "team/" },
		{ "team/", "team/" }, { "/team", "team/" }, { "//team//", "team/" }, { "a/b/c", "a/b/c/" }, { "rooted", "rooted/" },
		{ "team/root", "team/root/" },
	};
	struct vault v = { 0 };
	struct ask ask;

	for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
		set_address(&v, urls[i].address);
		arena_wipe(&arena);
		ok(vault_ask(&ask, &v, S("GET"), str_of(urls[i].path), S(""), &arena, &err) == 0, "ask %s", urls[i].address);
		is_str(ask.http.url, str_of(urls[i].url), "url at %s", urls[i].address);
	}
	for (size_t i = 0; i < sizeof namespaces / sizeof *namespaces; i++) {
		v.namespace = str_of(namespaces[i].given);
		arena_wipe(&arena);
		ok(vault_ask(&ask, &v, S("PUT"), S("x"), S("{}"), &arena, &err) == 0, "namespace \"%s\"", namespaces[i].given);
		is_str(field(&ask.http, S("X-Vault-Namespace")), str_of(namespaces[i].sent), "as it is sent");
	}
	v = (struct vault){ .address = v.address, .namespace = S("ns"), .wrap_ttl_s = 4294967295u };
	ok(vault_ask(&ask, &v, S("PUT"), S("x"), S("{}"), &arena, &err) == 0, "everything");
	ok(ask.kind == ASK_HTTP && ask.http.peer == PEER_VAULT && ask.http.once && ask.http.follow, "once, one redirect, Vault's trust");
	is_int(ask.http.head_n, 3, "three fields");
	is_str(field(&ask.http, S("X-Vault-Request")), S("true"), "X-Vault-Request");
	is_str(field(&ask.http, S("X-Vault-Wrap-TTL")), S("4294967295"), "X-Vault-Wrap-TTL");
	is_str(ask.http.method, S("PUT"), "method");
	is_str(ask.http.body, S("{}"), "body");
	is_int(ask.http.body_max, VAULT_BODY_MAX, "bound of the answer");
	v = (struct vault){ .address = v.address, .no_redirects = true };
	ok(vault_ask(&ask, &v, S("GET"), S("x"), S(""), &arena, &err) == 0 && !ask.http.follow, "no redirect");
	is_int(ask.http.head_n, 1, "one field");
}

/* An arena without room is an error: a request without its namespace would go to another one. */
static void
run_ask_room(void)
{
	struct vault v = { .namespace = S("team/of/a/long/name"), .wrap_ttl_s = 60 };
	struct ask ask;
	int wrong = 0;
	size_t cap;

	set_address(&v, "https://vault:8200/a/path");
	for (cap = 0;; cap++) {
		struct arena a = memory_arena(cap);
		int r = vault_ask(&ask, &v, S("PUT"), S("auth/aws/login"), S(""), &a, &err);

		if (r == 0)
			wrong += ask.http.head_n != 3 || !str_eq(field(&ask.http, S("X-Vault-Namespace")), S("team/of/a/long/name/"));
		else
			wrong += err.cause != CAUSE_MEMORY;
		memory_free(&a);
		if (r == 0)
			break;
	}
	is_int(wrong, 0, "a namespace is never lost for want of room (arenas of 0 to %zu bytes)", cap);
}

#define AUTH(text) "{\"auth\":{\"client_token\":\"hvs.t\"," text "}}"
#define WRAP(text) "{\"wrap_info\":{\"token\":\"hvs.w\"," text "}}"

static const struct {
	const char *body, *line;
} bad_bodies[] = {
	{ "", "answer: the body is empty" },
	{ " ", "answer: json: bad value at byte 1" },
	{ "ok", "answer: json: bad value at byte 0" },
	{ "<html>", "answer: json: bad value at byte 0" },
	{ "[]", "answer: the body is an array, not an object" },
	{ "null", "answer: the body is null, not an object" },
	{ "\"s.x\"", "answer: the body is a string, not an object" },
	{ "17", "answer: the body is a number, not an object" },
	{ "true", "answer: the body is a boolean, not an object" },
	{ "{}{}", "answer: json: more than one value at byte 2" },
	{ "{\"auth\":{\"client_token\":\"hvs.t\"}", "answer: json: no comma and no end at byte 32" },
	{ "{\"auth\":{},\"auth\":{}}", "answer: json: key \"auth\" stands twice" },
	{ "{\"auth\":{},\"\\u0061uth\":{}}", "answer: json: key \"auth\" stands twice" },
	{ "{\"warnings\":[],\"warnings\":[]}", "answer: json: key \"warnings\" stands twice" },
	{ "{\"wrap_info\":null,\"wrap_info\":{}}", "answer: json: key \"wrap_info\" stands twice" },
	{ "{\"data\":1}", "answer: data is a number, not an object" },
	{ "{\"data\":[]}", "answer: data is an array, not an object" },
	{ "{\"auth\":\"hvs.t\"}", "answer: auth is a string, not an object" },
	{ "{\"auth\":[]}", "answer: auth is an array, not an object" },
	{ "{\"auth\":false}", "answer: auth is a boolean, not an object" },
	{ "{\"wrap_info\":\"hvs.w\"}", "answer: wrap_info is a string, not an object" },
	{ "{\"warnings\":\"w\"}", "answer: warnings is a string, not an array" },
	{ "{\"warnings\":{}}", "answer: warnings is an object, not an array" },
	{ "{\"warnings\":[\"a\",5]}", "answer: warnings: an item is a number, not a string" },
	{ "{\"warnings\":[null]}", "answer: warnings: an item is null, not a string" },
	{ "{\"request_id\":1}", "answer: request_id is a number, not a string" },
	{ "{\"lease_id\":{}}", "answer: lease_id is an object, not a string" },
	{ "{\"renewable\":\"true\"}", "answer: renewable is a string, not a boolean" },
	{ "{\"lease_duration\":\"3600\"}", "answer: lease_duration is a string, not a number" },
	{ "{\"lease_duration\":-1}", "answer: lease_duration: json: not a whole number, 0 or more" },
	{ "{\"lease_duration\":1e3}", "answer: lease_duration: json: not a whole number, 0 or more" },
	{ "{\"auth\":{\"client_token\":5}}", "answer: auth: client_token is a number, not a string" },
	{ "{\"auth\":{\"client_token\":[\"hvs.t\"]}}", "answer: auth: client_token is an array, not a string" },
	{ "{\"auth\":{\"client_token\":\"a\",\"client_token\":\"b\"}}", "answer: auth: json: key \"client_token\" stands twice" },
	{ "{\"auth\":{\"client_token\":\"hvs.\\u0000t\"}}", "answer: client_token holds a byte that is not visible ascii" },
	{ "{\"auth\":{\"client_token\":\"hvs.t\\n\"}}", "answer: client_token holds a byte that is not visible ascii" },
	{ "{\"auth\":{\"client_token\":\"hvs.t\\r\\nX: y\"}}", "answer: client_token holds a byte that is not visible ascii" },
	{ "{\"auth\":{\"client_token\":\"hvs t\"}}", "answer: client_token holds a byte that is not visible ascii" },
	{ "{\"auth\":{\"client_token\":\"hvs.\\u00e9\"}}", "answer: client_token holds a byte that is not visible ascii" },
	{ "{\"auth\":{\"client_token\":\"hvs.\\u007f\"}}", "answer: client_token holds a byte that is not visible ascii" },
	{ AUTH("\"accessor\":1"), "answer: auth: accessor is a number, not a string" },
	{ AUTH("\"lease_duration\":\"3600\""), "answer: auth: lease_duration is a string, not a number" },
	{ AUTH("\"lease_duration\":true"), "answer: auth: lease_duration is a boolean, not a number" },
	{ AUTH("\"lease_duration\":36.5"), "answer: auth: lease_duration: json: not a whole number, 0 or more" },
	{ AUTH("\"lease_duration\":-1"), "answer: auth: lease_duration: json: not a whole number, 0 or more" },
	{ AUTH("\"lease_duration\":9223372036854775808"), "answer: auth: lease_duration: json: not a whole number, 0 or more" },
	{ AUTH("\"lease_duration\":1,\"lease_duration\":2"), "answer: auth: json: key \"lease_duration\" stands twice" },
	{ AUTH("\"renewable\":\"true\""), "answer: auth: renewable is a string, not a boolean" },
	{ AUTH("\"renewable\":1"), "answer: auth: renewable is a number, not a boolean" },
	{ AUTH("\"policies\":\"root\""), "answer: auth: policies is a string, not an array" },
	{ AUTH("\"policies\":[[]]"), "answer: auth: policies: an item is an array, not a string" },
	{ AUTH("\"token_policies\":{}"), "answer: auth: token_policies is an object, not an array" },
	{ AUTH("\"token_policies\":[1]"), "answer: auth: token_policies: an item is a number, not a string" },
	{ AUTH("\"identity_policies\":true"), "answer: auth: identity_policies is a boolean, not an array" },
	{ AUTH("\"identity_policies\":[true]"), "answer: auth: identity_policies: an item is a boolean, not a string" },
	{ AUTH("\"metadata\":[]"), "answer: auth: metadata is an array, not an object" },
	{ AUTH("\"orphan\":\"\""), "answer: auth: orphan is a string, not a boolean" },
	{ AUTH("\"entity_id\":0"), "answer: auth: entity_id is a number, not a string" },
	{ AUTH("\"mfa_requirement\":\"x\""), "answer: auth: mfa_requirement is a string, not an object" },
	{ "{\"wrap_info\":{\"token\":5}}", "answer: wrap_info: token is a number, not a string" },
	{ "{\"wrap_info\":{\"token\":\"hvs.\\tw\"}}", "answer: token holds a byte that is not visible ascii" },
	{ WRAP("\"token\":\"hvs.v\""), "answer: wrap_info: json: key \"token\" stands twice" },
	{ WRAP("\"accessor\":5"), "answer: wrap_info: accessor is a number, not a string" },
	{ WRAP("\"ttl\":\"60\""), "answer: wrap_info: ttl is a string, not a number" },
	{ WRAP("\"ttl\":-60"), "answer: wrap_info: ttl: json: not a whole number, 0 or more" },
	{ WRAP("\"ttl\":6e1"), "answer: wrap_info: ttl: json: not a whole number, 0 or more" },
	{ WRAP("\"creation_time\":0"), "answer: wrap_info: creation_time is a number, not a string" },
	{ WRAP("\"creation_path\":[]"), "answer: wrap_info: creation_path is an array, not a string" },
	{ WRAP("\"wrapped_accessor\":{}"), "answer: wrap_info: wrapped_accessor is an object, not a string" },
};

static const char whole[] =
	"{\"request_id\":\"r\",\"lease_id\":\"\",\"renewable\":false,\"lease_duration\":0,\"data\":null,\"wrap_info\":null,"
	"\"warnings\":[\"one\",\"two\"],\"auth\":{\"client_token\":\"hvs.CAES\\u0041\",\"accessor\":\"acc\",\"policies\":[\"default\",\"web\"],"
	"\"token_policies\":[\"default\",\"web\"],\"metadata\":{\"account_id\":\"1\"},\"lease_duration\":2764800,\"renewable\":true,"
	"\"entity_id\":\"e\",\"token_type\":\"service\",\"orphan\":true,\"mfa_requirement\":null,\"num_uses\":0,\"new_key\":[{\"x\":1}]},"
	"\"mount_type\":\"\",\"unheard\":{\"of\":[]},\"unheard\":1}";

static void
run_parse(void)
{
	struct vault_secret s;
	struct str body;

	for (size_t i = 0; i < sizeof bad_bodies / sizeof *bad_bodies; i++) {
		arena_wipe(&arena);
		ok(vault_parse_secret(&s, str_of(bad_bodies[i].body), &arena, &err) < 0 && err.code == ERR_PEER &&
		   err.cause == CAUSE_ANSWER, "refused: %.100s", bad_bodies[i].body);
		is_line(&err, bad_bodies[i].line, "its line");
	}
	arena_wipe(&arena);
	ok(vault_parse_secret(&s, str_of(whole), &arena, &err) == 0, "a whole answer, unknown keys and all");
	is_str(s.token, S("hvs.CAESA"), "client token, unescaped");
	ok(json_type(s.auth) == JSON_OBJECT && json_type(s.wrap_info) == JSON_NULL && !s.wrapping_token.len, "its parts");
	body = S("{\"auth\":{\"client_token\":null,\"accessor\":null,\"lease_duration\":null,\"renewable\":null,\"policies\":null,"
	    "\"token_policies\":null,\"identity_policies\":null,\"metadata\":null,\"mfa_requirement\":null,\"orphan\":null,"
	    "\"entity_id\":null},\"wrap_info\":null,\"warnings\":null,\"data\":null,\"request_id\":null,\"lease_id\":null,"
	    "\"lease_duration\":null,\"renewable\":null}");
	ok(vault_parse_secret(&s, body, &arena, &err) == 0 && !s.token.len && !s.wrapping_token.len, "null everywhere counts as absent");
	ok(vault_parse_secret(&s, S("{}"), &arena, &err) == 0 && json_type(s.auth) == JSON_NONE && json_type(s.wrap_info) == JSON_NONE,
	   "an empty object has nothing");
	ok(vault_parse_secret(&s, S(WRAP("\"ttl\":9223372036854775807,\"creation_time\":\"2026\",\"wrapped_accessor\":\"wa\"")), &arena,
	    &err) == 0, "a wrapped answer, its ttl as large as can be");
	is_str(s.wrapping_token, S("hvs.w"), "wrapping token");
	ok(vault_parse_secret(&s, S("{\"auth\":{\"client_token\":\"\",\"mfa_requirement\":{\"mfa_request_id\":\"1\"}}}"), &arena, &err) == 0 &&
	   !s.token.len, "a second factor is asked for");
	ok(vault_parse_secret(&s, S("{\"auth\":{\"client_token\":\"s.VRdNAhCeqaHzfbRP3kVr0IRD.NFjEZ1\"}}"), &arena, &err) == 0,
	   "a token with a second dot");
}

static void
run_parse_deep(void)
{
	char text[2048];
	struct buf b = BUF(text);
	struct vault_secret s;

	buf_fmt(&b, "{\"auth\":");
	for (int i = 0; i < 500; i++)
		buf_add_c(&b, '[');
	for (int i = 0; i < 500; i++)
		buf_add_c(&b, ']');
	buf_add_c(&b, '}');
	ok(vault_parse_secret(&s, buf_str(&b), &arena, &err) < 0 && err.code == ERR_LIMIT && err.cause == CAUSE_LIMIT, "too deep");
	is_line(&err, "answer: json: too deep at byte 38", "its line");
}

static void
run_parse_room(void)
{
	int wrong = 0;
	size_t cap;

	for (cap = 0; cap < 4096; cap++) {
		struct arena a = memory_arena(cap);
		struct vault_secret s;
		int r = vault_parse_secret(&s, str_of(whole), &a, &err);

		if (r == 0)
			wrong += !str_eq(s.token, S("hvs.CAESA"));
		else
			wrong += err.cause != CAUSE_MEMORY;
		memory_free(&a);
		if (r == 0)
			break;
	}
	is_int(wrong, 0, "an arena without room is said to be one (%zu bytes are enough)", cap);
}

#define ERRORS(text) "{\"errors\":[\"" text "\"]}\n"

static const struct {
	int status;
	const char *body;
	enum err_code code;
	enum err_cause cause;
	const char *line;
} statuses[] = {
	{ 100, "", ERR_PEER, CAUSE_ANSWER, "answer 100" },
	{ 201, "", ERR_PEER, CAUSE_ANSWER, "answer 201" },
	{ 202, "{}", ERR_PEER, CAUSE_ANSWER, "answer 202" },
	{ 301, "", ERR_PEER, CAUSE_ANSWER, "answer 301: redirect not followed" },
	{ 307, "<html>", ERR_PEER, CAUSE_ANSWER, "answer 307: redirect not followed" },
	{ 400, ERRORS("missing client token"), ERR_PEER, CAUSE_ANSWER, "answer 400: missing client token" },
	{ 400, "{\"errors\":[]}", ERR_PEER, CAUSE_ANSWER, "answer 400" },
	{ 400, "{\"errors\":null,\"warnings\":[\"w\"]}", ERR_PEER, CAUSE_ANSWER, "answer 400" },
	{ 400, "{\"errors\":\"text\"}", ERR_PEER, CAUSE_ANSWER, "answer 400" },
	{ 400, "{\"errors\":[5]}", ERR_PEER, CAUSE_ANSWER, "answer 400" },
	{ 400, "{\"errors\":[\"a\"],\"errors\":[\"b\"]}", ERR_PEER, CAUSE_ANSWER, "answer 400" },
	{ 400, "", ERR_PEER, CAUSE_ANSWER, "answer 400" },
	{ 400, "not json", ERR_PEER, CAUSE_ANSWER, "answer 400" },
	{ 400, "Client sent an HTTP request to an HTTPS server.\n", ERR_INPUT, CAUSE_ANSWER,
	  "answer 400: the server speaks https here, not http" },
	{ 400, "<html>\r\n<head><title>400 The plain HTTP request was sent to HTTPS port</title></head>", ERR_INPUT, CAUSE_ANSWER,
	  "answer 400: the server speaks https here, not http" },
	{ 400, "\n <!doctype html>", ERR_RETRY, CAUSE_UNREACHABLE, "answer 400: not vault's" },
	{ 400, ERRORS("1 error occurred:\\n\\t* permission denied\\n\\n"), ERR_PEER, CAUSE_ANSWER, "answer 400: permission denied" },
	{ 400, ERRORS("2 errors occurred:\\n\\t* first\\n\\t* second\\n\\n"), ERR_PEER, CAUSE_ANSWER, "answer 400: first" },
	{ 400, ERRORS("it occurred:\\nhere"), ERR_PEER, CAUSE_ANSWER, "answer 400: it occurred:" },
	{ 400, ERRORS("bell \\u0007 escape \\u001b[2J back\\\\slash \\u00e9"), ERR_PEER, CAUSE_ANSWER,
	  "answer 400: bell \\x07 escape \\x1b[2J back\\x5cslash \\xc3\\xa9" },
	{ 400, ERRORS("first line\\nsecond line"), ERR_PEER, CAUSE_ANSWER, "answer 400: first line" },
	{ 400, ERRORS("first line\\r\\nsecond line"), ERR_PEER, CAUSE_ANSWER, "answer 400: first line" },
	{ 403, ERRORS("permission denied"), ERR_DENIED, CAUSE_DENIED, "answer 403: permission denied" },
	{ 403, "{\"errors\":[]}", ERR_DENIED, CAUSE_DENIED, "answer 403: denied" },
	{ 403, "no", ERR_DENIED, CAUSE_DENIED, "answer 403: denied" },
	{ 403, "<html>forbidden", ERR_RETRY, CAUSE_UNREACHABLE, "answer 403: not vault's" },
	{ 404, "{\"errors\":[]}", ERR_ABSENT, CAUSE_ANSWER, "answer 404: not found" },
	{ 404, ERRORS("no handler for route \\\"auth/x/login\\\". route entry not found."), ERR_ABSENT, CAUSE_ANSWER,
	  "answer 404: no handler for route \"auth/x/login\". route entry not found." },
	{ 404, "404 page not found\n", ERR_ABSENT, CAUSE_ANSWER, "answer 404: not found" },
	{ 405, "{\"errors\":[]}", ERR_INPUT, CAUSE_ANSWER, "answer 405: method not allowed" },
	{ 405, ERRORS("unsupported operation"), ERR_INPUT, CAUSE_ANSWER, "answer 405: unsupported operation" },
	{ 412, "{\"errors\":[]}", ERR_RETRY, CAUSE_UNREACHABLE, "answer 412: the node is behind the others" },
	{ 429, ERRORS("rate limit quota exceeded"), ERR_RETRY, CAUSE_UNREACHABLE, "answer 429: rate limit quota exceeded" },
	{ 429, "", ERR_RETRY, CAUSE_UNREACHABLE, "answer 429: too many requests" },
	{ 429, "<html>", ERR_RETRY, CAUSE_UNREACHABLE, "answer 429: too many requests" },
	{ 472, "{}", ERR_PEER, CAUSE_ANSWER, "answer 472: the node is a disaster recovery secondary" },
	{ 473, "{}", ERR_PEER, CAUSE_ANSWER, "answer 473: the node is a performance standby" },
	{ 418, ERRORS("teapot"), ERR_PEER, CAUSE_ANSWER, "answer 418: teapot" },
	{ 500, ERRORS("internal error"), ERR_RETRY, CAUSE_UNREACHABLE, "answer 500: internal error" },
	{ 500, "{\"errors\":[]}", ERR_RETRY, CAUSE_UNREACHABLE, "answer 500" },
	{ 500, "", ERR_RETRY, CAUSE_UNREACHABLE, "answer 500: not vault's" },
	{ 501, "{\"errors\":[]}", ERR_RETRY, CAUSE_SEALED, "answer 501: vault is not initialised" },
	{ 501, "<html>", ERR_RETRY, CAUSE_UNREACHABLE, "answer 501: not vault's" },
	{ 502, "<html><head><title>502 Bad Gateway</title></head></html>", ERR_RETRY, CAUSE_UNREACHABLE,
	  "answer 502: not vault's" },
	{ 503, ERRORS("Vault is sealed"), ERR_RETRY, CAUSE_SEALED, "answer 503: Vault is sealed" },
	{ 503, ERRORS("error performing token check: Vault is sealed"), ERR_RETRY, CAUSE_SEALED,
	  "answer 503: error performing token check: Vault is sealed" },
	{ 503, ERRORS("Vault is not initialized"), ERR_RETRY, CAUSE_SEALED, "answer 503: Vault is not initialized" },
	{ 503, ERRORS("server overloaded, try again later"), ERR_RETRY, CAUSE_UNREACHABLE,
	  "answer 503: server overloaded, try again later" },
	{ 503, "upstream connect error: is sealed", ERR_RETRY, CAUSE_UNREACHABLE, "answer 503: not vault's" },
	{ 504, "", ERR_RETRY, CAUSE_UNREACHABLE, "answer 504: not vault's" },
	{ 599, "", ERR_RETRY, CAUSE_UNREACHABLE, "answer 599: not vault's" },
};

static void
run_check(void)
{
	struct err own;
	struct answer a = { .how = ANSWER_OK };

	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
		a.status = statuses[i].status;
		a.body = str_of(statuses[i].body);
		arena_wipe(&arena);
		ok(vault_check(&a, NULL, &arena, &err) < 0 && err.code == statuses[i].code && err.cause == statuses[i].cause,
		   "status %d, row %zu", a.status, i);
		is_line(&err, statuses[i].line, "its line");
	}
	a.status = 400;
	a.body = S("Client sent an HTTP request to an HTTPS server.");
	ok(vault_check(&a, NULL, &arena, &err) < 0 && str_eq(str_of(err.hint), S("the address must begin with https://")), "and a hint");
	a.body = S("");
	for (a.status = 200; a.status <= 204; a.status += 4)
		ok(vault_check(&a, NULL, &arena, &err) == 0, "status %d is good", a.status);
	err_set(&own, ERR_RETRY, CAUSE_TLS, "connect: a sentence of the shell's");
	a = (struct answer){ .how = ANSWER_TLS, .err = &own };
	ok(vault_check(&a, NULL, &arena, &err) < 0 && err.cause == CAUSE_TLS, "no answer");
	is_line(&err, own.line, "the shell's sentence as it is");
}

#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define AFTER "x AWS4-HMAC-SHA256 Credential=A/20150830/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=" HEX64

static void
run_show(void)
{
	static const struct {
		const char *text, *shown;
	} rows[] = {
		{ "", "" },
		{ "plain words", "plain words" },
		{ "words <xml>behind</xml>", "words" },
		{ " \tblanks around\t ", "blanks around" },
		{ AFTER, "x" },
		{ "The Canonical String for this request should have been\n'POST", "The" },
		{ "a\nb", "a" },
		{ "a\rb", "a" },
		{ "header x-amz-security-token:abc", "header" },
		{ "header X-Amz-Security-Token: abc", "header" },
		{ "digest " HEX64 " behind", "digest" },
		{ "digest 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde.", "digest 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde." },
		{ "base64 QWN0aW9uPUdldENhbGxlcklkZW50aXR5JlZlcnNpb249MjAxMS0wNi0xNQ+/QWN0aW9uPUd=", "base64" },
		{ "IAM Principal \"arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_AdministratorAccess_0123456789abcdef/name.of"
		  ".someone@example.com\" does not belong to the role \"web\"",
		  "IAM Principal \"arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_AdministratorAccess_0123456789abcdef/name.of"
		  ".someone@example.com\" does not belong to the role \"web\"" },
		{ "the first-secret-of-ours, behind", "the" },
		{ "a part of it: first-secret-of-", "a part of it:" },
		{ "the second/secret/of/ours", "the" },
		{ "short is shown", "short is shown" },
	};
	static const struct str hide[] = { S("short"), S("first-secret-of-ours"), S("second/secret/of/ours"), S("") };
	char text[VAULT_TEXT_MAX + 10];

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		is_str(vault_show(str_of(rows[i].text), hide), str_of(rows[i].shown), "words, row %zu", i);
	is_str(vault_show(S("first-secret-of-ours"), NULL), S("first-secret-of-ours"), "nothing to hide");
	memset(text, '-', sizeof text);
	is_int(vault_show((struct str){ text, sizeof text }, hide).len, VAULT_TEXT_MAX, "no more than %d bytes", VAULT_TEXT_MAX);
	/* Not the last bytes that fit, either. */
	memcpy(text + VAULT_TEXT_MAX - 10, "second/secret/of/ours", 20);
	is_int(vault_show((struct str){ text, sizeof text }, hide).len, VAULT_TEXT_MAX - 10, "a secret that would be cut at the end");
}

int
main(void)
{
	arena = memory_arena(1 << 20);
	run_ask();
	run_ask_room();
	run_parse();
	run_parse_deep();
	run_parse_room();
	run_check();
	run_show();
	memory_free(&arena);
	return tap_end();
}
