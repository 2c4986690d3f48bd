/* tests/unit/conf/file.c: what a configuration file says of a login: every shape, what wins, every refusal's whole line, every mutation. */
/* SPDX-License-Identifier: MIT */
#include "conf/conf.h"

#include "tests/mutate.h"
#include "tests/tap.h"

static struct config c;
static struct err err;
static _Alignas(16) char memory[1 << 16];
static struct arena arena = { .at = memory, .cap = sizeof memory };

#define LIST(...) (char *[]){ __VA_ARGS__, NULL }

static int
read_with(char *const *env, char *const *argv, struct str text)
{
	int argc = 0, rest;

	c = (struct config){ 0 };
	arena_wipe(&arena);
	while (argv && argv[argc])
		argc++;
	if (conf_read_env(&c, env, &err) < 0 || conf_read_flags(&c, VERB_LOGIN, argc, argv, &rest, &err) < 0)
		return -2;
	return conf_read_files(&c, VERB_LOGIN, &(struct conf_file){ "F", text }, 1, &arena, &err);
}

static int
read_text(const char *text)
{
	return read_with(NULL, NULL, mutate_guard(0, str_of(text)));
}

static void
said(enum conf_key key, const char *value, const char *prefix, const char *name)
{
	const struct setting *s = &c.set[key];

	is_str(s->value, str_of(value), "%s", name);
	ok(s->from == (*prefix == '-' ? FROM_DEFAULT : FROM_FILE), "%s: from where", name);
	is_str(str_of(s->prefix), str_of(prefix), "%s: and exactly where", name);
	is_str(str_of(s->name), str_of(name), "%s: by its name", name);
	is_int(s->value.at[s->value.len], 0, "%s: a C string", name);
}

#define ALL \
	"vault {\n" \
	"  address = \"https://v:8200\"\n" \
	"  Namespace = \"far\"\n" \
	"  ca_cert = \"/ca.pem\"\n" \
	"  ca_path = \"/ca\"\n" \
	"  tls_server_name = \"v.example\"\n" \
	"  tls_skip_verify = \"1\"\n" \
	"  retry { num_retries = 5 }\n" \
	"}\n" \
	"auto_auth {\n" \
	"  method \"AWS\" {\n" \
	"    MOUNT_PATH = \"auth/a\"\n" \
	"    namespace = \"near\"\n" \
	"    wrap_ttl = 90\n" \
	"    min_backoff = \"1s\", max_backoff = 300, exit_on_err = true\n" \
	"    config = {\n" \
	"      type = \"iam\", role = \"web\", header_value = \"id\", region = \"\"\n" \
	"      access_key = \"AKIA1\", secret_key = \"CANARY/1\", session_token = \"CANARY/2\"\n" \
	"      credentials = \"static\", credential_poll_interval = 60, nonce = \"CANARY\", nonce_file = \"/n\", ec2_proof = \"pkcs7\"\n" \
	"    }\n" \
	"  }\n" \
	"  sink \"file\" { config { path = \"/t\" } }\n" \
	"}\n" \
	"exit_after_auth = true, pid_file = \"/p\", log_level = \"trace\", template { source = \"a\" }, template { source = \"b\" }\n" \
	"listener \"tcp\" {}, cache {}, api_proxy {}, telemetry {}, exec {}, env_template \"A\" {}, env_template \"B\" {}\n"

static void
everything(void)
{
	is_int(read_text(ALL), 0, "a file with everything");
	if (err.line[0])
		printf("#   %s\n", err.line);
	said(CONF_ADDRESS, "https://v:8200", "F:2:13: ", "address");
	said(CONF_NAMESPACE, "near", "F:13:17: ", "namespace");
	said(CONF_CA_CERT, "/ca.pem", "F:4:13: ", "ca_cert");
	said(CONF_CA_PATH, "/ca", "F:5:13: ", "ca_path");
	said(CONF_TLS_SERVER_NAME, "v.example", "F:6:21: ", "tls_server_name");
	said(CONF_TLS_SKIP_VERIFY, "1", "F:7:21: ", "tls_skip_verify");
	said(CONF_MOUNT, "auth/a", "F:12:18: ", "mount_path");
	said(CONF_WRAP_TTL, "90000ms", "F:14:16: ", "wrap_ttl");
	said(CONF_TYPE, "iam", "F:17:14: ", "type");
	said(CONF_ROLE, "web", "F:17:28: ", "role");
	said(CONF_HEADER_VALUE, "id", "F:17:50: ", "header_value");
	said(CONF_REGION, "", "F:17:65: ", "region");
	said(CONF_TIMEOUT, "60s", "-", "timeout");
	is_str(c.cred.id, S("AKIA1"), "an access key id");
	is_str(c.cred.secret, S("CANARY/1"), "its secret");
	is_str(c.cred.token, S("CANARY/2"), "its token");
	is_int(c.cred.expires_s, CRED_FOREVER, "for ever");
	is_int(c.source, CHAIN_STATIC, "the source");
	is_str(c.nonce, S("CANARY"), "the nonce");
	said(CONF_NONCE_FILE, "/n", "F:19:93: ", "nonce_file");
	ok(c.pkcs7, "and what proves the identity");
	is_int(c.unknown_n, 0, "nothing unknown");
	for (enum conf_key key = 0; key < CONF_KEYS; key++)
		ok(str_find(c.set[key].value, S("CANARY")) == SIZE_MAX, "no secret in a setting");
	is_int(conf_check(&c, VERB_LOGIN, &err), 0, "and it makes sense");
	is_str(c.region, S(""), "the region, still to be found");
	ok(c.on[CONF_TLS_SKIP_VERIFY] && c.vault.wrap_ttl_s == 90, "values");
}

/* Files that say the same: role r, type iam at a. */
static void
shapes(void)
{
	static const char *const same[] = {
		"auto_auth { method \"aws\" { mount_path = \"a\" config { type = \"iam\" role = \"r\" } } }",
		"auto_auth { method aws { mount_path = \"a\" config = { type = \"iam\" role = \"r\" } } }",
		"auto_auth { method { type = \"aws\" mount_path = \"a\" config { type = \"iam\" role = \"r\" } } }",
		"auto_auth = { method = { type = \"aws\", mount_path = \"a\", config = { type = \"iam\", role = \"r\" } } }",
		"auto_auth { method \"x\" { type = \"aws\" mount_path = \"a\" config { type = \"iam\" role = \"r\" } } sinks { sink { } } }",
		"AUTO_AUTH { Method \"Aws\" { Mount_Path = \"a\" Config { type = \"iam\" role = \"r\" } } sink \"file\" {} sink \"file\" {} }",
		"{\"auto_auth\":{\"method\":{\"type\":\"aws\",\"mount_path\":\"a\",\"config\":{\"type\":\"iam\",\"role\":\"r\"}},"
		"\"sink\":[{\"type\":\"file\",\"config\":{\"path\":\"/t\"}}]}}",
		"{\"auto_auth\":{\"method\":[{\"type\":\"aws\",\"mount_path\":\"a\",\"config\":{\"type\":\"iam\",\"role\":\"r\"}}],"
		"\"sinks\":[{\"sink\":{\"type\":\"file\"}}]}}",
		"{\"auto_auth\":{\"method\":{\"type\":\"aws\",\"mount_path\":\"a\",\"config\":{\"type\":\"iam\",\"role\":\"r\"}},\"sink\":{}}}",
		"{\"auto_auth\":{\"method\":{\"type\":\"aws\",\"mount_path\":\"a\",\"config\":{\"type\":\"iam\",\"role\":\"r\"}}}}",
		"{\"auto_auth\":{\"method\":{\"type\":\"aws\",\"mount_path\":\"a\",\"config\":{\"type\":\"iam\",\"role\":\"r\"}},"
		"\"sinks\":[{\"type\":\"file\"}]}}",
		"{\"auto_auth\":[{\"method\":[{\"aws\":[{\"mount_path\":\"a\",\"config\":[{\"type\":\"iam\",\"role\":\"r\"}]}]}]}]}",
		"{\"auto_auth\":{\"method\":{\"aws\":{\"mount_path\":\"a\",\"namespace\":null,\"config\":{\"type\":\"iam\",\"role\":\"r\"}}}},"
		"\"template\":[{}],\"listener\":[{\"tcp\":{}}],\"vault\":{\"address\":\"\"},\"cache\":null}",
	};

	for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
		err.line[0] = 0;
		ok(read_text(same[i]) == 0 && str_is(c.set[CONF_ROLE].value, "r") && str_is(c.set[CONF_TYPE].value, "iam") &&
		    str_is(c.set[CONF_MOUNT].value, "a") && c.set[CONF_ADDRESS].from == FROM_DEFAULT && !c.unknown_n && !c.cred.id.len,
		    "%.70s", same[i]);
		if (err.line[0])
			printf("#   %s\n", err.line);
	}
	for (const char *const *text = (const char *const[]){ "", "{}", "vault {}", "pid_file = \"x\"", NULL }; *text; text++)
		is_int(read_text(*text), 0, "no login in it: %s", *text);
}

static bool
is_value(enum conf_key key, const char *value, enum conf_from from)
{
	return str_is(c.set[key].value, value) && c.set[key].from == from;
}

static void
precedence(void)
{
	struct str all = S(ALL), pem = S("vault { ca_cert_pem = <<X\nP\nX\n ca_path = \"/p\"\n}");

	ok(read_with(LIST("VAULT_ADDR=env", "PANTLER_ROLE=", "VAULT_CACERT_BYTES=pem"), LIST("-mount=flag", "-region=eu-west-1"), all) == 0, "read");
	ok(is_value(CONF_ADDRESS, "env", FROM_ENV), "a variable goes before the file");
	ok(is_value(CONF_ROLE, "web", FROM_FILE), "but not an empty one");
	ok(is_value(CONF_MOUNT, "flag", FROM_FLAG) && is_value(CONF_REGION, "eu-west-1", FROM_FLAG), "flags do");
	ok(is_value(CONF_CA_CERT, "", FROM_DEFAULT) && is_value(CONF_CA_PATH, "", FROM_DEFAULT) && str_is(c.ca_pem, "pem"),
	   "who is trusted is one question: a variable answers it");
	ok(read_with(NULL, LIST("-ca-path=flag"), all) == 0 && is_value(CONF_CA_CERT, "", FROM_DEFAULT) && is_value(CONF_CA_PATH, "flag", FROM_FLAG),
	   "or a flag");
	ok(read_with(NULL, NULL, pem) == 0 && str_is(c.ca_pem, "P\n") && is_value(CONF_CA_PATH, "/p", FROM_FILE), "pem text");
	ok(read_with(LIST("VAULT_CACERT=env"), NULL, pem) == 0 && !c.ca_pem.len && is_value(CONF_CA_PATH, "", FROM_DEFAULT), "and that one, too");
	ok(read_with(LIST("VAULT_NAMESPACE=env"), NULL, all) == 0 && is_value(CONF_NAMESPACE, "env", FROM_ENV), "a namespace of the environment");
	ok(read_text("auto_auth { method \"aws\" { namespace = \"near\" } }\nvault { namespace = \"far\" }") == 0 &&
	   is_value(CONF_NAMESPACE, "near", FROM_FILE), "the method's namespace, whatever comes first");
	ok(read_text("auto_auth { method \"aws\" { namespace = \"\" } }\nvault { namespace = \"far\" }") == 0 &&
	   is_value(CONF_NAMESPACE, "far", FROM_FILE), "the server's, where that is empty");
	for (const char *const *off = (const char *const[]){ "0", "\"0s\"", "\"\"", NULL }; *off; off++) {
		char text[100];

		snprintf(text, sizeof text, "auto_auth { method \"aws\" { wrap_ttl = %s } }", *off);
		ok(read_text(text) == 0 && is_value(CONF_WRAP_TTL, "", FROM_DEFAULT), "wrap_ttl = %s is none", *off);
	}
}

/* Inside config {} of a method, which stands at 1:1. */
#define CONFIG(text) "auto_auth { method aws { config {\n" text "\n} } }"
#define IOT(text) CONFIG("iot {\n" text "\n}")
#define BLOCK " endpoint = \"h.iot:8443\", role_alias = \"A-z_0=9,@:\", cert = \"/c\", key = \"/k\" "
#define A32 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define A128 A32 A32 A32 A32

static const struct {
	const char *text, *line;
} refusals[] = {
	{ "vault {", "F:1:7: never closed" },
	{ "{\"vault\":}", "F:1:10: json: bad value at byte 9" },
	{ "vault = 5", "F:1:9: vault must be a block" },
	{ "vault \"x\" {}", "F:1:7: vault has a label too many" },
	{ "vault {}\nvault {}", "F:2:1: vault was set before" },
	{ "vault {}\nvault = {}", "F:2:1: vault was set before" },
	{ "auto_auth {} \n auto_auth {}", "F:1:11: auto_auth has no \"method\" block" },
	{ "{\"vault\":[]}", "F:1:10: vault must be a block" },
	{ "{\"vault\":[{},\n{}]}", "F:2:1: vault was set before" },
	{ "{\"vault\":[[{}]]}", "F:1:11: vault must be a block" },
	{ "auto_auth {\n sink {} }", "F:1:11: auto_auth has no \"method\" block" },
	{ "auto_auth { method aws {}\n method aws {} }", "F:2:2: method was set before" },
	{ "{\"auto_auth\":{\"method\":[{\"type\":\"aws\"},{\"type\":\"aws\"}]}}", "F:1:40: method was set before" },
	{ "{\"auto_auth\":{\"method\":[]}}", "F:1:24: method must be a block" },
	{ "auto_auth { method { } }", "F:1:20: method type must be specified" },
	{ "auto_auth { method \"\" { } }", "F:1:23: method type must be specified" },
	{ "auto_auth {\n method \"kubernetes\" { } }", "F:2:22: method has another type than aws, and pantler has no other" },
	{ "auto_auth {\n method \"aws\" { type = \"AWS\" } }", "F:2:15: method has another type than aws, and pantler has no other" },
	{ "auto_auth { method \"aws\" \"x\" { } }", "F:1:26: method has a label too many" },
	{ "auto_auth { method aws { config = 5 } }", "F:1:35: config must be a block" },
	{ "auto_auth { method aws { config {} config {} } }", "F:1:36: config was set before" },
	{ "auto_auth { method aws { mount_path = [\"CANARY\"] } }", "F:1:39: mount_path must be a string" },
	{ "auto_auth { method aws { mount_path = \"a\", Mount_Path = \"CANARY\" } }", "F:1:44: mount_path was set before" },
	{ "auto_auth { method aws { mount_path = \"a\", mount_path = \"CANARY\" } }", "F:1:44: key \"mount_path\" was set before, at 1:26" },
	{ "auto_auth { method aws { wrap_ttl = \"CANARY\" } }", "F:1:37: wrap_ttl is not a duration like 90, 1m30s or 500ms" },
	{ "auto_auth { method aws { wrap_ttl = 1e3 } }", "F:1:37: wrap_ttl is not a duration like 90, 1m30s or 500ms" },
	{ "auto_auth { method aws { wrap_ttl = 9223372037 } }", "F:1:37: wrap_ttl is not a duration like 90, 1m30s or 500ms" },
	{ "vault { client_cert = \"CANARY\" }", "F:1:23: client_cert is set: not in this build yet" },
	{ "vault { client_key = \"CANARY\" }", "F:1:22: client_key is set: not in this build yet" },
	{ "vault { tls_pin = \"CANARY\" }", "F:1:19: tls_pin is set: not in this build yet" },
	{ CONFIG("role = 5"), "F:2:8: role must be a quoted string" },
	{ CONFIG("role = true"), "F:2:8: role must be a quoted string" },
	{ CONFIG("role = \"\""), "F:2:8: role is empty" },
	{ CONFIG("role = [\"CANARY\"]"), "F:2:8: role must be a quoted string" },
	{ CONFIG("type = 1"), "F:2:8: type must be a quoted string" },
	{ CONFIG("region = 1"), "F:2:10: region must be a quoted string" },
	{ CONFIG("header_value = 1"), "F:2:16: header_value must be a quoted string" },
	{ CONFIG("nonce = 1"), "F:2:9: nonce must be a quoted string" },
	{ CONFIG("nonce_file = 1"), "F:2:14: nonce_file must be a quoted string" },
	{ CONFIG("ec2_proof = true"), "F:2:13: ec2_proof must be a quoted string" },
	{ CONFIG("access_key = 1"), "F:2:14: access_key must be a quoted string" },
	{ CONFIG("secret_key = {}"), "F:2:14: secret_key must be a quoted string" },
	{ CONFIG("session_token = 1"), "F:2:17: session_token must be a quoted string" },
	{ CONFIG("secret_key = \"CANARY \""), "F:2:14: secret_key holds a byte that is not visible ascii" },
	{ CONFIG("access_key = \"AKIA\\n\""), "F:2:14: access_key holds a byte that is not visible ascii" },
	{ CONFIG("credential_poll_interval = \"60\""), "F:2:28: credential_poll_interval must be a number of seconds, without quotes" },
	{ CONFIG("credential_poll_interval = \"60s\""), "F:2:28: credential_poll_interval must be a number of seconds, without quotes" },
	{ CONFIG("credential_poll_interval = 0"), "F:2:28: credential_poll_interval must be a number of seconds, without quotes" },
	{ CONFIG("credential_poll_interval = -1"), "F:2:28: credential_poll_interval must be a number of seconds, without quotes" },
	{ CONFIG("credential_poll_interval = 60.0"), "F:2:28: credential_poll_interval must be a number of seconds, without quotes" },
	{ CONFIG("credentials = \"node\""), "F:2:15: credentials must be static, iot, env, file, web-identity, container or imds" },
	{ CONFIG("ec2_proof = \"rsa\""), "F:2:13: ec2_proof must be identity or pkcs7" },
	{ CONFIG("nonce = \"CANARY \""), "F:2:9: nonce holds a byte that is not visible ascii" },
	{ CONFIG("credentials = env"), "F:2:15: no value: strings need double quotes" },
	{ CONFIG("iot = 1"), "F:2:7: iot must be a block" },
	{ CONFIG("iot \"x\" {}"), "F:2:5: iot has a label too many" },
	{ CONFIG("iot {" BLOCK "}\n iot {}"), "F:3:2: iot was set before" },
	{ CONFIG("iot {}"), "F:2:5: iot has no \"endpoint\"" },
	{ CONFIG("iot {\n endpoint = \"h.iot\" }"), "F:2:5: iot has no \"role_alias\"" },
	{ CONFIG("iot {\n endpoint = \"h.iot\"\n role_alias = \"a\"\n key = \"/k\" }"), "F:2:5: iot has no \"cert\"" },
	{ CONFIG("iot {\n endpoint = \"h.iot\"\n role_alias = \"a\"\n cert = \"/c\" }"), "F:2:5: iot has no \"key\"" },
	{ CONFIG("credentials = \"iot\""), "F:1:33: credentials is iot, and there is no \"iot\" block" },
	{ IOT("endpoint = 5"), "F:3:12: endpoint must be a quoted string" },
	{ IOT("endpoint = \"\""), "F:3:12: endpoint: is empty" },
	{ IOT("endpoint = \"10.0.0.7\""), "F:3:12: endpoint: is not the name of a host" },
	{ IOT("endpoint = \"[::1]:443\""), "F:3:12: endpoint: is not the name of a host" },
	{ IOT("endpoint = \"h.iot/x\""), "F:3:12: endpoint: is not the name of a host" },
	{ IOT("endpoint = \"h.iot?x\""), "F:3:12: endpoint: has a query without a path before it" },
	{ IOT("endpoint = \"u@h.iot\""), "F:3:12: endpoint: holds a user or password: they do not belong there" },
	{ IOT("endpoint = \"https://h.iot\""), "F:3:12: endpoint: port is no number from 1 to 65535" },
	{ IOT("endpoint = \"h.iot\\r\\nX: y\""), "F:3:12: endpoint: holds a byte that is not visible ascii" },
	{ IOT("endpoint = \"h.iot:0\""), "F:3:12: endpoint: port is no number from 1 to 65535" },
	{ IOT("endpoint = \"a1-ats.iot.eu-west-1.amazonaws.com\""), "F:3:12: endpoint: is another endpoint of AWS's, which gives no credentials" },
	{ IOT("endpoint = \"a1.iot.cn-north-1.amazonaws.com.cn:443\""), "F:3:12: endpoint: is another endpoint of AWS's, which gives no credentials" },
	{ IOT("endpoint = \"data.iot-fips.us-east-1.amazonaws.com\""), "F:3:12: endpoint: is another endpoint of AWS's, which gives no credentials" },
	{ IOT("role_alias = \"\""), "F:3:14: role_alias: is empty" },
	{ IOT("role_alias = \"a/b\""), "F:3:14: role_alias: is not 1 to 128 of a-z, A-Z, 0-9 and _ - = , @ :" },
	{ IOT("role_alias = \"..\""), "F:3:14: role_alias: is not 1 to 128 of a-z, A-Z, 0-9 and _ - = , @ :" },
	{ IOT("role_alias = \"a?b\""), "F:3:14: role_alias: is not 1 to 128 of a-z, A-Z, 0-9 and _ - = , @ :" },
	{ IOT("role_alias = \"a%2fb\""), "F:3:14: role_alias: is not 1 to 128 of a-z, A-Z, 0-9 and _ - = , @ :" },
	{ IOT("role_alias = \"a\\r\\nb\""), "F:3:14: role_alias: is not 1 to 128 of a-z, A-Z, 0-9 and _ - = , @ :" },
	{ IOT("role_alias = \"" A128 "a\""), "F:3:14: role_alias: is not 1 to 128 of a-z, A-Z, 0-9 and _ - = , @ :" },
	{ IOT("thing_name = \"a\\r\\nX: y\""), "F:3:14: thing_name: is not 1 to 128 of a-z, A-Z, 0-9 and _ - = , @ :" },
	{ IOT("thing_name = \"a b\""), "F:3:14: thing_name: is not 1 to 128 of a-z, A-Z, 0-9 and _ - = , @ :" },
	{ IOT("key = \"/k\\x00\""), "F:3:7: key: holds a zero byte" },
	{ IOT("cert = []"), "F:3:8: cert must be a quoted string" },
	{ IOT("ca = \"\""), "F:3:6: ca: is empty" },
	{ IOT("cert = \"/c\"\n cert = \"/c\""), "F:4:2: key \"cert\" was set before, at 3:1" },
};

/* Half a pair, and its like: no credentials, as in the environment. */
static const char *const halves[][2] = {
	{ CONFIG("access_key = \"AKIA\""), "F:1:33: half a pair of aws credentials: secret_key is not set" },
	{ CONFIG("access_key = \"AKIA\", secret_key = \"\""), "F:1:33: half a pair of aws credentials: secret_key is not set" },
	{ CONFIG("secret_key = \"CANARY\""), "F:1:33: half a pair of aws credentials: access_key is not set" },
	{ CONFIG("session_token = \"CANARY\""), "F:1:33: half a pair of aws credentials: access_key is not set" },
	{ CONFIG("credentials = \"static\""), "F:1:33: half a pair of aws credentials: access_key is not set" },
};

static void
errors(void)
{
	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
		ok(read_text(refusals[i].text) == -1 && err.code == ERR_INPUT && err.cause == CAUSE_USE, "refused: %.60s", refusals[i].text);
		is_line(&err, refusals[i].line, "its line");
	}
	for (size_t i = 0; i < sizeof halves / sizeof *halves; i++) {
		ok(read_text(halves[i][0]) == -1 && err.code == ERR_INPUT && err.cause == CAUSE_CREDENTIALS, "no credentials: %.60s", halves[i][0]);
		is_line(&err, halves[i][1], "its line");
	}
	/* What can be read and makes no sense is refused as a flag would be, with its place. */
	ok(read_text(CONFIG("type = \"ec2\"")) == 0 && conf_check(&c, VERB_SIGN, &err) < 0, "ec2, to be signed");
	is_line(&err, "F:2:8: type must be iam to be signed", "its line");
	ok(read_text(CONFIG("type = \"ec2\", nonce_file = \"/n\"")) == 0 && conf_check(&c, VERB_LOGIN, &err) == 0 && !c.pkcs7, "a nonce_file");
	ok(read_text(CONFIG("type = \"ec2\", nonce = \"CANARY\", ec2_proof = \"identity\"")) == 0 && conf_check(&c, VERB_LOGIN, &err) == 0 && !c.pkcs7,
	   "a nonce");
	ok(read_text(CONFIG("type = \"\"")) == 0 && conf_check(&c, VERB_LOGIN, &err) < 0, "an empty type");
	is_line(&err, "F:2:8: type must be iam or ec2", "its line");
	ok(read_text("vault {\n address = 8200 }") == 0 && conf_check(&c, VERB_LOGIN, &err) < 0, "an address");
	is_line(&err, "F:2:12: address: has no scheme: it must begin with https:// or http://", "its line");
	ok(read_text("vault { tls_skip_verify = \"perhaps\" }") == 0 && conf_check(&c, VERB_LOGIN, &err) < 0, "a boolean");
	is_line(&err, "F:1:27: tls_skip_verify is neither true nor false", "its line");
	ok(read_text(CONFIG("header_value = \"a\\nb\"")) == 0 && conf_check(&c, VERB_LOGIN, &err) < 0, "a control byte");
	is_line(&err, "F:2:16: header_value holds a control byte", "its line");
	ok(read_text("vault { ca_cert = \"/a\\u0000b\" }") == 0 && conf_check(&c, VERB_LOGIN, &err) < 0, "a zero byte in a path");
	is_line(&err, "F:1:19: ca_cert holds a control byte", "its line");
	ok(read_text("auto_auth { method aws { wrap_ttl = \"-5s\" } }") == 0 && conf_check(&c, VERB_LOGIN, &err) < 0, "less than nothing");
	is_line(&err, "F:1:37: wrap_ttl must be more than 0", "its line");
}

static void
unknown(void)
{
	static const char text[] =
	    "\nunknown_at_all {}\nvualt {}\nvault { adress = \"x\" }\nauto_auth { metod aws {}, method aws {\n mount = \"x\" \"exit_on_er\\u0072or\" = true config { Role = \"x\" rolle = \"CANARY\" } } }\n";
	static const struct {
		const char *key, *nearest, *prefix;
	} want[] = {
		{ "unknown_at_all", NULL, "F:2:1: " }, { "vualt", "vault", "F:3:1: " }, { "adress", "address", "F:4:9: " }, { "metod", "method", "F:5:13: " },
		{ "mount", NULL, "F:6:2: " }, { "exit_on_error", "exit_on_err", "F:6:14: " }, { "Role", "role", "F:6:51: " }, { "rolle", "role", "F:6:62: " },
	};
	struct buf many = BUF((char[2000]){ 0 });

	is_int(read_text(text), 0, "unknown keys are no error");
	is_int(c.unknown_n, sizeof want / sizeof *want, "but noted");
	for (size_t i = 0; i < c.unknown_n && i < sizeof want / sizeof *want; i++) {
		const struct conf_unknown *u = &c.unknown[i];

		is_str(u->key, str_of(want[i].key), "the key");
		is_str(str_of(u->nearest), str_of(want[i].nearest), "one like it");
		ok(!strcmp(u->prefix, want[i].prefix), "its place: %s", u->prefix);
	}
	for (int i = 0; i < CONF_UNKNOWN + 3; i++)
		buf_fmt(&many, "unknown%d = 1\n", i);
	ok(read_with(NULL, NULL, buf_str(&many)) == 0 && c.unknown_n == CONF_UNKNOWN, "as many as fit");
	is_int(read_text("{\"a-key-of-many-many-bytes-that-goes-on-and-on-and-on\":1}"), 0, "a long one");
	is_str(c.unknown[0].key, S("a-key-of-many-many-bytes-that-goes-on-an"), "is cut");
}

/* Each source that credentials may be pinned to; none is the chain. */
static void
sources(void)
{
	char text[200];

	for (enum chain_source s = CHAIN_ENV; s < CHAIN_SOURCES; s++) {
		snprintf(text, sizeof text, CONFIG("credentials = \"%s\""), chain_name(s));
		ok(read_text(text) == 0 && c.source == s, "credentials = \"%s\"", chain_name(s));
	}
	ok(read_text(CONFIG("credentials = \"\"")) < 0 && err.cause == CAUSE_USE, "an empty one is none of them");
	ok(read_text(CONFIG("role = \"r\"")) == 0 && c.source == CHAIN_AUTO, "none");
}

static void
memory_is_small(void)
{
	struct arena small = { .at = memory };

	for (small.cap = 0; small.cap < 2700; small.cap += 50) {
		int r;

		c = (struct config){ 0 };
		small.len = 0;
		if (conf_read_env(&c, NULL, &err) < 0)
			break;
		r = conf_read_files(&c, VERB_LOGIN, &(struct conf_file){ "F", S(ALL) }, 1, &small, &err);
		if (r == 0 || err.cause != CAUSE_MEMORY) {
			ok(false, "an arena of %zu bytes: %s", small.cap, r ? err.line : "enough");
			return;
		}
	}
	ok(true, "an arena that is too small");
}

static bool
read_mutated(struct str text, void *arg)
{
	(void)arg;
	if (read_with(NULL, NULL, text) < 0)
		return str_begins(str_of(err.line), "F:") && str_is_printable(str_of(err.line)) && !strstr(err.line, "CANARY");
	return conf_check(&c, VERB_LOGIN, &err) == 0 || !strstr(err.line, "CANARY");
}

/* An iot block: what is in it, and that a part of it is nothing. */
static void
iot_block(void)
{
	static const struct str endpoints[] = { S("a1.credentials.iot.eu-west-1.amazonaws.com"), S("a1-ats.iot.corp"),
		S("a1.credentials.iot-fips.us-gov-west-1.amazonaws.com"), S("vpce-1.iot.credentials.eu-west-1.vpce.amazonaws.com") };

	ok(read_text(CONFIG("iot {" BLOCK "}")) == 0 && str_is(c.iot[IOT_ENDPOINT], "h.iot:8443") && str_is(c.iot[IOT_ROLE_ALIAS], "A-z_0=9,@:") &&
	    str_is(c.iot[IOT_CERT], "/c") && str_is(c.iot[IOT_KEY], "/k") && !c.iot[IOT_CA].len && !c.iot[IOT_THING_NAME].len && !c.unknown_n,
	    "an iot block of what it must have");
	ok(read_text(CONFIG("iot { thing_name = \"t\", ca = \"/ca\"," BLOCK "}, credentials = \"iot\"")) == 0 && str_is(c.iot[IOT_CA], "/ca") &&
	    str_is(c.iot[IOT_THING_NAME], "t") && c.source == CHAIN_IOT, "and of all it can have, pinned");
	is_int(c.iot[IOT_CA].at[3], 0, "a path is a C string");
	ok(read_text("{\"auto_auth\":{\"method\":{\"aws\":{\"config\":{\"iot\":[{\"endpoint\":\"h.iot\",\"role_alias\":\"" A128 "\",\"cert\":\"/c\","
	    "\"key\":\"/k\"}]}}}}}") == 0 && c.iot[IOT_ROLE_ALIAS].len == IOT_NAME_MAX, "in JSON, in a list of one, with the longest alias");
	ok(read_text(CONFIG("iot {" BLOCK "Cert = \"/d\" }")) == 0 && str_is(c.iot[IOT_CERT], "/c") && c.unknown_n == 1, "keys are lower case");
	for (size_t i = 0; i < sizeof endpoints / sizeof *endpoints; i++)
		is_int(iot_check(IOT_ENDPOINT, endpoints[i], &err), 0, "%.*s", STR(endpoints[i]));
	is_int(read_text(IOT("endpoint = \"a1-ats.iot.eu-west-1.amazonaws.com\"")), -1, "the data endpoint");
	is_str(str_of(err.hint), S("aws iot describe-endpoint --endpoint-type iot:CredentialProvider tells it"), "is answered with a hint");
}

int
main(void)
{
	iot_block();
	everything();
	shapes();
	precedence();
	errors();
	unknown();
	sources();
	memory_is_small();
	is_int(mutate_cut(S(ALL), read_mutated, NULL), 0, "every truncation");
	is_int(mutate_flip(S(ALL), read_mutated, NULL), 0, "every flipped bit");
	is_int(mutate_flip(S("{\"auto_auth\":{\"method\":[{\"aws\":{\"config\":{\"secret_key\":\"CANARY\"}}}]}}"), read_mutated, NULL), 0, "in json, too");
	return tap_end();
}
