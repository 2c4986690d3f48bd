/* tests/unit/conf/agent.c: what configuration files say of the agent: every key and shape, how files merge, every refusal's whole line. */
/* SPDX-License-Identifier: MIT */
#include "conf/conf.h"

#include "tests/mutate.h"
#include "tests/tap.h"

static struct config c;
static struct err err;
static _Alignas(16) char memory[1 << 17];
static struct arena arena = { .at = memory, .cap = sizeof memory };

#define LIST(...) (char *[]){ __VA_ARGS__, NULL }

/* Everything that `pantler agent` reads: up to two files, F and G. */
static int
read_with(char *const *env, char *const *argv, struct str f, struct str g)
{
	struct conf_file file[] = { { "F", f }, { "G", g } };
	int argc = 0, rest;

	c = (struct config){ 0 };
	arena_wipe(&arena);
	while (argv && argv[argc])
		argc++;
	if (conf_read_env(&c, env, &err) < 0 || conf_read_flags(&c, VERB_AGENT, argc, argv, &rest, &err) < 0 ||
	    conf_check(&c, VERB_AGENT, &err) < 0 || conf_read_files(&c, VERB_AGENT, file, g.at ? 2 : 1, &arena, &err) < 0)
		return -1;
	return conf_check(&c, VERB_AGENT, &err) < 0 ? -1 : conf_check_agent(&c, &err);
}

static int
read_text(const char *text)
{
	return read_with(NULL, NULL, mutate_guard(0, str_of(text)), (struct str){ 0 });
}

static bool
reads(char *const *env, char *const *argv, const char *f, const char *g)
{
	int r = read_with(env, argv, str_of(f), g ? str_of(g) : (struct str){ 0 });

	if (r < 0)
		printf("#   %s\n", err.line);
	return r == 0;
}

#define METHOD "method \"aws\" { config { type = \"iam\" role = \"r\" } }\n"
#define AUTH(text) "auto_auth { " METHOD text "\n}\n"
#define TOKEN "sink \"file\" { config { path = \"/t\" } }\n"
#define SINK(text) AUTH("sink \"file\" { config { path = \"/t\" }\n" text "}")
#define IN_SINK(text) AUTH("sink \"file\" { config {\n" text "} }")

#define ALL \
	"vault { address = \"http://v\", namespace = \"n\", retry { num_retries = -1 } }\n" \
	"auto_auth {\n" \
	"  enable_reauth_on_new_credentials = true\n" \
	"  method \"aws\" {\n" \
	"    min_backoff = \"500ms\", max_backoff = 1.5, exit_on_err = true\n" \
	"    config { type = \"iam\", role = \"r\", credential_poll_interval = 30 }\n" \
	"  }\n" \
	"  sink \"File\" { config = { path = \"/a\" } }\n" \
	"  sink { type = \"file\", wrap_ttl = \"5m\", dh_type = \"curve25519\", dh_path = \"/dh\", derive_key = true, aad = \"a\\u0000b\"\n" \
	"    config { path = \"/b\", mode = 0600, owner = 0, group = 12 } }\n" \
	"  sinks { sink \"file\" { wrap_ttl = 0x10, aad_env_var = \"AAD\", dh_type = \"curve25519\", dh_path = \"/dh\"\n" \
	"    config { path = \"/c\", mode = \"440\", uid = -1, gid = 4294967294 } } }\n" \
	"}\n" \
	"exit_after_auth = false, pid_file = \"/pid\", ready_file = \"/ready\", reuse_token = false, revoke_on_exit = true\n" \
	"max_requests_per_minute = 30, log_level = \"notice\", log_format = \"json\", log_file = \"/log/\", log_rotate_bytes = 1000\n" \
	"log_rotate_duration = \"7d\", log_rotate_max_files = -1, disable_idle_connections = [\"auto-auth\", \"caching\"]\n" \
	"disable_keep_alives = [\"proxying\", \"templating\"]\n"

static bool
is_sink(size_t i, const char *path, unsigned mode, int64_t uid, int64_t gid, int64_t wrap_s)
{
	const struct conf_sink *s = &c.sink[i];

	return i < c.sink_n && str_is(s->path, path) && s->mode == mode && s->uid == uid && s->gid == gid && s->wrap_ttl_s == wrap_s;
}

static void
everything(void)
{
	ok(reads(LIST("AAD=from afar"), NULL, ALL, NULL), "a file with everything");
	ok(str_is(c.set[CONF_ADDRESS].value, "http://v") && str_is(c.vault.namespace, "n"), "vault {}");
	ok(c.min_backoff_ms == 500 && c.max_backoff_ms == 1500 && c.exit_on_err && c.reauth_on_new_credentials && c.credential_poll_s == 30, "method {}");
	is_int((int64_t)c.sink_n, 3, "three sinks");
	ok(is_sink(0, "/a", 0640, -1, -1, 0) && !c.sink[0].encrypt, "the first, with what is given to none");
	ok(is_sink(1, "/b", 0600, 0, 12, 300) && c.sink[1].encrypt && c.sink[1].derive_key, "the second");
	is_str(c.sink[1].dh_path, S("/dh"), "its dh_path");
	is_str(c.sink[1].aad, S("a\0b"), "its aad, of any bytes");
	ok(is_sink(2, "/c", 0440, -1, 4294967294, 16) && c.sink[2].encrypt && !c.sink[2].derive_key, "the third");
	is_str(c.sink[2].aad, S("from afar"), "its aad, by a variable");
	ok(!c.once && str_is(c.pid_file, "/pid") && str_is(c.ready_file, "/ready") && !c.reuse_token && c.revoke_on_exit, "top level");
	ok(c.requests_per_minute == 30 && str_is(c.set[CONF_LOG_LEVEL].value, "notice") && str_is(c.log_format, "json") && str_is(c.log_file, "/log/") &&
	   c.log_rotate_bytes == 1000 && c.log_rotate_duration_ms == 7 * 86400000 && c.log_rotate_max_files == -1, "and the log");
	is_int((int64_t)c.unknown_n, 0, "nothing unknown");
	ok(reads(NULL, NULL, AUTH(TOKEN), NULL), "a file with little");
	ok(c.min_backoff_ms == 1000 && c.max_backoff_ms == 300000 && !c.exit_on_err && !c.reauth_on_new_credentials && !c.credential_poll_s && !c.once &&
	   !c.pid_file.len && !c.ready_file.len && c.reuse_token && !c.revoke_on_exit && c.requests_per_minute == 60 && !c.log_file.len &&
	   str_is(c.set[CONF_LOG_LEVEL].value, "info") && str_is(c.log_format, "standard") && !c.log_rotate_bytes &&
	   c.log_rotate_duration_ms == 86400000 && !c.log_rotate_max_files && c.sink_n == 1, "and what is true then");
	ok(reads(NULL, NULL, SINK("dh_type = \"curve25519\", dh_path = \"/d\", aad = \"a\", aad_env_var = \"UNSET\""), NULL) && !c.sink[0].aad.len,
	   "a variable that is not set is an empty aad, as for Vault");
	for (const char *const *off = (const char *const[]){ "0", "\"0s\"", "\"\"", "0.0", NULL }; *off; off++) {
		char text[200];

		snprintf(text, sizeof text, "auto_auth { method aws { min_backoff = %s } " TOKEN " }", *off);
		ok(reads(NULL, NULL, text, NULL) && c.min_backoff_ms == 1000, "min_backoff = %s is none", *off);
	}
	ok(reads(NULL, NULL, "auto_auth { method aws { config { type = \"ec2\", nonce = \"x\", credential_poll_interval = \"60s\" } } " TOKEN " }", NULL) &&
	   !c.credential_poll_s, "type ec2 looks at no interval");
	ok(reads(LIST("PANTLER_TYPE=ec2", "PANTLER_NONCE_FILE=/n"), NULL, "auto_auth { method aws { config { credential_poll_interval = 0 } } " TOKEN " }", NULL),
	   "whoever says that it is that type");
}

/* Files with the sinks /a, wrapped for 60 s, and /b. */
static void
shapes(void)
{
#define A "wrap_ttl = 60, config { path = \"/a\" }"
#define B "config = { path = \"/b\" }"
#define JA "\"wrap_ttl\":\"60s\",\"config\":{\"path\":\"/a\"}"
#define JB "\"config\":[{\"path\":\"/b\"}]"
#define JSON(text) "{\"auto_auth\":{\"method\":{\"type\":\"aws\"}," text "}}"
	static const char *const same[] = {
		AUTH("sink \"file\" { " A " }, sink \"file\" { " B " }"),
		AUTH("sink file { " A " }\nsink = { type = \"file\" " B " }"),
		AUTH("Sink FILE { " A " } SINKS { Sink { type = \"file\", " B " } }"),
		AUTH("sinks { sink \"file\" { " A " } sink { type = \"file\" " B " } }"),
		AUTH("sinks { sink \"file\" { " A " } }\nsinks { sink \"file\" { " B " } }"),
		AUTH("sink \"x\" { type = \"file\", " A " } sink { \"file\" { " B " } }"),
		AUTH("sink = [{ type = \"file\", " A " }, { file = { " B " } }]"),
		JSON("\"sink\":[{\"type\":\"file\"," JA "},{\"type\":\"file\"," JB "}]"),
		JSON("\"sink\":[{\"file\":{" JA "}},{\"file\":[{" JB "}]}]"),
		JSON("\"sink\":{\"file\":[{" JA "},{" JB "}]}"),
		JSON("\"sinks\":[{\"sink\":{\"type\":\"file\"," JA "}},{\"sink\":{\"type\":\"file\"," JB "}}]"),
		JSON("\"sinks\":[{\"type\":\"file\"," JA "},{\"type\":\"file\"," JB "}]"),
		JSON("\"sinks\":{\"sink\":[{\"type\":\"file\"," JA "},{\"file\":{" JB "}}]}"),
		JSON("\"sink\":{\"type\":\"file\"," JA "},\"sinks\":{\"sink\":{\"file\":{" JB "}}}"),
		JSON("\"sink\":[],\"sinks\":[{\"sink\":[{\"type\":\"file\"," JA ",\"dh_type\":null}]},{\"sink\":{\"config\":{\"path\":\"/b\"},\"type\":\"file\"}}]"),
	};

	for (size_t i = 0; i < sizeof same / sizeof *same; i++)
		ok(reads(NULL, NULL, same[i], NULL) && c.sink_n == 2 && is_sink(0, "/a", 0640, -1, -1, 60) && is_sink(1, "/b", 0640, -1, -1, 0) && !c.unknown_n,
		   "%.90s", same[i] + 15);
	for (const char *const *mode = (const char *const[]){ "0600", "384", "0x180", "\"0600\"", "\"600\"", NULL }; *mode; mode++) {
		char text[200];

		snprintf(text, sizeof text, IN_SINK("path = \"/t\", mode = %s"), *mode);
		ok(reads(NULL, NULL, text, NULL) && c.sink[0].mode == 0600, "mode = %s", *mode);
	}
	ok(reads(NULL, NULL, JSON("\"sink\":[{\"type\":\"file\",\"config\":{\"path\":\"/t\",\"mode\":416}}]"), NULL) && c.sink[0].mode == 0640, "a mode in JSON");
}

static void
merging(void)
{
	ok(reads(NULL, NULL, "vault { address = \"http://f\", namespace = \"f\" }\n" AUTH(TOKEN TOKEN), "vault { address = \"http://g\" }"), "two files");
	ok(str_is(c.set[CONF_ADDRESS].value, "http://g") && !c.vault.namespace.len && c.sink_n == 2, "vault {} is the last one's, whole");
	is_str(str_of(c.set[CONF_ADDRESS].prefix), S("G:1:19: "), "and so is its place");
	ok(reads(NULL, NULL, "vault { namespace = \"v\" }\nauto_auth { method aws { namespace = \"m\" min_backoff = 5, exit_on_err = true, "
	   "config { role = \"f\", access_key = \"A\", secret_key = \"CANARY\", credentials = \"static\" } } sink \"file\" { config { path = \"/f\" } } }",
	   AUTH(TOKEN)) && str_is(c.vault.namespace, "v") && c.min_backoff_ms == 1000 && !c.exit_on_err && !c.cred.id.len && c.source == CHAIN_AUTO &&
	   c.sink_n == 1 && is_sink(0, "/t", 0640, -1, -1, 0), "auto_auth {} is, too");
	ok(reads(NULL, NULL, "pid_file = \"/f\", log_file = \"/f\", exit_after_auth = false, revoke_on_exit = true, log_rotate_bytes = 5\n" AUTH(TOKEN),
	   "pid_file = \"\", log_file = \"/g\", log_rotate_bytes = 6, max_requests_per_minute = 7") &&
	   str_is(c.pid_file, "/f") && str_is(c.log_file, "/g") && !c.once && c.revoke_on_exit && c.log_rotate_bytes == 6 && c.requests_per_minute == 7,
	   "texts and numbers that are not empty override, booleans add up");
	ok(reads(NULL, NULL, "reuse_token = false\n" AUTH(TOKEN), "reuse_token = true") && c.reuse_token, "the other way round");
	ok(reads(NULL, NULL, "vualt {}", AUTH(TOKEN) "templte {}") && c.unknown_n == 2 && !strcmp(c.unknown[0].prefix, "F:1:1: ") && !strncmp(c.unknown[1].prefix, "G:", 2),
	   "unknown keys of both");
	ok(read_with(NULL, NULL, S("auto_auth {}"), S(AUTH(TOKEN))) < 0, "each must be right by itself");
	is_line(&err, "F:1:11: auto_auth has no \"method\" block", "its line");
	ok(read_with(NULL, NULL, S(AUTH(TOKEN)), S("auto_auth { method aws {} }")) < 0, "and all together");
	is_line(&err, "G:1:11: auto_auth has no \"sink\" block", "its line");
}

static void
flags(void)
{
	ok(reads(NULL, LIST("-role=r", "-output=/o"), "", NULL) && c.sink_n == 1 && is_sink(0, "/o", 0640, -1, -1, 0), "no file at all");
	ok(reads(NULL, LIST("-output=/o", "-mode=600"), AUTH(TOKEN), NULL) && c.sink_n == 2 && is_sink(1, "/o", 0600, -1, -1, 0), "-output is one more sink");
	ok(reads(NULL, LIST("-output=/o"), "auto_auth { method aws {} }", NULL) && c.sink_n == 1, "or the only one");
	ok(reads(NULL, LIST("-once"), AUTH(TOKEN), NULL) && c.once, "-once");
	ok(reads(NULL, LIST("-exit-after-auth"), AUTH(TOKEN), NULL) && c.once, "-exit-after-auth");
	ok(reads(NULL, LIST("-once=false"), "exit_after_auth = true\n" AUTH(TOKEN), NULL) && !c.once, "and the file undone");
	ok(reads(LIST("VAULT_LOG_FORMAT=json", "BAO_LOG_LEVEL=debug"), LIST("-ready-file=/r"), "log_format = \"standard\", log_level = \"warn\", ready_file = \"/f\"\n"
	   AUTH(TOKEN), NULL) && str_is(c.log_format, "json") && str_is(c.set[CONF_LOG_LEVEL].value, "debug") && str_is(c.ready_file, "/r"),
	   "flags and variables go before the file");
	ok(reads(LIST("VAULT_LOG_FORMAT="), NULL, "log_format = \"json\"\n" AUTH(TOKEN), NULL) && str_is(c.log_format, "json"), "but not an empty one");
	ok(reads(NULL, LIST("-log-file=/l", "-log-rotate-bytes=0x400", "-log-rotate-duration=90", "-log-rotate-max-files=3"), AUTH(TOKEN), NULL) &&
	   str_is(c.log_file, "/l") && c.log_rotate_bytes == 1024 && c.log_rotate_duration_ms == 90000 && c.log_rotate_max_files == 3, "the log's flags");
	ok(reads(LIST("VAULT_WRAP_TTL=60"), NULL, AUTH(TOKEN), NULL) && !c.vault.wrap_ttl_s, "VAULT_WRAP_TTL wraps no agent's login");
	ok(reads(LIST("VAULT_WRAP_TTL=60"), LIST("-wrap-ttl=50"), AUTH(TOKEN), NULL) && c.vault.wrap_ttl_s == 50, "a flag does");
	ok(reads(LIST("VAULT_WRAP_TTL=60"), NULL, "auto_auth { method aws { wrap_ttl = \"40s\" } " TOKEN " }", NULL) && c.vault.wrap_ttl_s == 40, "and the file");
	ok(reads(LIST("VAULT_FORMAT=yaml"), NULL, AUTH(TOKEN), NULL), "VAULT_FORMAT does not speak to the agent");
	ok(reads(NULL, LIST("-ignore-unsupported"), "listener \"tcp\" {}, listener \"unix\" {}\ncache {}, template { source = \"x\" }\n" AUTH(TOKEN), NULL), "-ignore-unsupported");
	ok(c.unknown_n == 4 && c.unknown[0].is_lacking && str_is(c.unknown[0].key, "listener") && !strcmp(c.unknown[1].prefix, "F:1:20: ") &&
	   str_is(c.unknown[3].key, "template") && !strcmp(c.unknown[3].prefix, "F:2:11: "), "tells what it passes over");
}

#define NONE "has derive_key or aad, which mean nothing without dh_type"
#define OVER " is set: pantler has none"
#define LATER " is set: not in this build yet"

static const struct {
	const char *text, *line;
} refusals[] = {
	{ "", "there is nowhere to put a token" },
	{ "pid_file = \"x\"", "there is nowhere to put a token" },
	{ "auto_auth {\n" METHOD "}", "F:1:11: auto_auth has no \"sink\" block" },
	{ "{\"auto_auth\":{\"method\":{\"type\":\"aws\"},\n\"sink\":[]}}", "F:1:14: auto_auth has no \"sink\" block" },
	{ "api_proxy {}", "F:1:1: api_proxy" OVER }, { "\ncache {}", "F:2:1: cache" OVER },
	{ AUTH(TOKEN) " listener \"tcp\" {}", "F:5:2: listener" OVER }, { "{\"listener\":[{\"tcp\":{}}]}", "F:1:2: listener" OVER },
	{ "telemetry {}", "F:1:1: telemetry" OVER }, { "template {}", "F:1:1: template" LATER }, { "template_config {}", "F:1:1: template_config" LATER },
	{ "env_template \"A\" {}", "F:1:1: env_template" LATER }, { "exec {}", "F:1:1: exec" LATER }, { "secret {}", "F:1:1: secret" LATER },
	{ "vault { retry {}\n retry {} }", "F:2:2: retry was set before" },
	{ "vault { retry = 5 }", "F:1:17: retry must be a block" },
	{ "vault { retry { num_retries = \"some\" } }", "F:1:31: num_retries must be a number" },
	{ "exit_after_auth = \"true\"", "F:1:19: exit_after_auth must be true or false, without quotes" },
	{ "exit_after_auth = 1", "F:1:19: exit_after_auth must be true or false, without quotes" },
	{ "reuse_token = []", "F:1:15: reuse_token must be a string" },
	{ "max_requests_per_minute = 0", "F:1:27: max_requests_per_minute must be a number from 1 to 300" },
	{ "max_requests_per_minute = 301", "F:1:27: max_requests_per_minute must be a number from 1 to 300" },
	{ "max_requests_per_minute = 1.5", "F:1:27: max_requests_per_minute must be a number from 1 to 300" },
	{ "max_requests_per_minute = \"many\"", "F:1:27: max_requests_per_minute must be a number from 1 to 300" },
	{ "pid_file = \"a\\nb\"", "F:1:12: pid_file holds a control byte" },
	{ "pid_file = \"a\"\npid_file = \"b\"", "F:2:1: key \"pid_file\" was set before, at 1:1" },
	{ "pid_file = \"a\"\nPid_File = \"b\"", "F:2:1: pid_file was set before" },
	{ "log_format = \"xml\"\n" AUTH(TOKEN), "F:1:14: log_format must be standard or json" },
	{ "log_file = \"/a*\"\n" AUTH(TOKEN), "F:1:12: log_file holds one of * ? [" },
	{ "log_file = \"/a[\"\n" AUTH(TOKEN), "F:1:12: log_file holds one of * ? [" },
	{ "log_rotate_bytes = \"1k\"\n" AUTH(TOKEN), "F:1:20: log_rotate_bytes must be a number, 0 or more" },
	{ "log_rotate_bytes = -1\n" AUTH(TOKEN), "F:1:20: log_rotate_bytes must be a number, 0 or more" },
	{ "log_rotate_max_files = 1.5\n" AUTH(TOKEN), "F:1:24: log_rotate_max_files must be a number" },
	{ "log_rotate_duration = \"soon\"\n" AUTH(TOKEN), "F:1:23: log_rotate_duration is not a duration like 90, 1m30s or 500ms" },
	{ "log_rotate_duration = 0\n" AUTH(TOKEN), "F:1:23: log_rotate_duration must be more than 0" },
	{ "auto_auth { enable_reauth_on_new_credentials = \"\\u0001\" " METHOD "}",
	  "F:1:48: enable_reauth_on_new_credentials must be true or false, without quotes" },
	{ "auto_auth { method aws { exit_on_err = 5 } }", "F:1:40: exit_on_err must be true or false, without quotes" },
	{ "auto_auth { method aws { min_backoff = \"soon\" } }", "F:1:40: min_backoff is not a duration like 90, 1m30s or 500ms" },
	{ "auto_auth { method aws { min_backoff = \"-1s\" } }", "F:1:40: min_backoff must not be less than 0" },
	{ "auto_auth { method aws { max_backoff = -1 } }", "F:1:40: max_backoff must not be less than 0" },
	{ "auto_auth { method aws { min_backoff = \"10s\", max_backoff = \"9s\" } " TOKEN "}", "F:1:24: min_backoff must not be more than max_backoff" },
	{ "auto_auth { method aws { min_backoff = \"10m\" } " TOKEN "}", "F:1:24: min_backoff must not be more than max_backoff" },
	{ "auto_auth { method aws { config { credential_poll_interval = \"60\" } } " TOKEN "}",
	  "F:1:62: credential_poll_interval must be a number of seconds, without quotes" },
	{ "auto_auth { method aws { wrap_ttl = 60 } " TOKEN TOKEN "}", "F:1:37: wrap_ttl needs one sink alone" },
	{ "auto_auth { method aws { wrap_ttl = 60 } sink file { wrap_ttl = 60, config { path = \"/t\" } } }",
	  "F:1:37: wrap_ttl together with the wrap_ttl of a sink would wrap twice: give one of them" },
	{ AUTH("sink = 5"), "F:2:8: sink must be a block" }, { AUTH("sink = [5]"), "F:2:9: sink must be a block" },
	{ AUTH("sink \"file\" \"x\" {}"), "F:2:13: sink has a label too many" },
	{ AUTH("sink {}"), "F:2:6: sink type must be specified" }, { AUTH("sink { type = \"\" }"), "F:2:6: sink type must be specified" },
	{ AUTH("sink {} config {}"), "F:2:6: sink type must be specified" },
	{ AUTH("sink \"vault\" { config { path = \"/t\" } }"), "F:2:14: sink has another type than file, and pantler has no other" },
	{ AUTH("sink \"file\" { type = \"File\", config { path = \"/t\" } }"), "F:2:13: sink has another type than file, and pantler has no other" },
	{ AUTH("sink file {}"), "F:2:11: sink has no \"path\" in its \"config\"" },
	{ AUTH("sink file { path = \"/t\" }"), "F:2:11: sink has no \"path\" in its \"config\"" },
	{ AUTH("sink file { config {} }"), "F:2:11: sink has no \"path\" in its \"config\"" },
	{ AUTH("sink file { config {} config {} }"), "F:2:23: config was set before" },
	{ AUTH("sinks { sink file { config { path = \"/t\" } } sink file {} }"), "F:2:56: sink has no \"path\" in its \"config\"" },
	{ IN_SINK("path = 5"), "F:3:8: path must be a quoted string" }, { IN_SINK("path = \"\""), "F:3:8: path is empty" },
	{ IN_SINK("path = \"/t\\u0000\""), "F:3:8: path holds a control byte" }, { IN_SINK("path = [\"/t\"]"), "F:3:8: path must be a quoted string" },
	{ IN_SINK("mode = 640"), "F:3:8: mode must be an octal mode like 0640" }, { IN_SINK("mode = 01777"), "F:3:8: mode must be an octal mode like 0640" },
	{ IN_SINK("mode = -1"), "F:3:8: mode must be an octal mode like 0640" }, { IN_SINK("mode = \"0689\""), "F:3:8: mode must be an octal mode like 0640" },
	{ IN_SINK("mode = \"u=rw\""), "F:3:8: mode must be an octal mode like 0640" }, { IN_SINK("mode = true"), "F:3:8: mode must be an octal mode like 0640" },
	{ IN_SINK("mode = 6.0"), "F:3:8: mode must be an octal mode like 0640" }, { IN_SINK("mode = \"\""), "F:3:8: mode must be an octal mode like 0640" },
	{ IN_SINK("owner = \"root\""), "F:3:9: owner must be the number of a user or group" },
	{ IN_SINK("group = \"0\""), "F:3:9: group must be the number of a user or group" },
	{ IN_SINK("uid = -2"), "F:3:7: uid must be the number of a user or group" },
	{ IN_SINK("gid = 4294967295"), "F:3:7: gid must be the number of a user or group" },
	{ IN_SINK("path = \"/t\"\nowner = 1\nuid = 1"), "F:5:7: uid stands under both of its names" },
	{ IN_SINK("path = \"/t\"\ngid = 1\ngroup = 0"), "F:4:7: gid stands under both of its names" },
	{ SINK("wrap_ttl = \"soon\""), "F:3:12: wrap_ttl is not a duration like 90, 1m30s or 500ms" },
	{ SINK("wrap_ttl = \"-5m\""), "F:3:12: wrap_ttl must not be less than 0" },
	{ SINK("wrap_ttl = 1.5"), "F:3:12: wrap_ttl must be whole seconds, below 2^32" },
	{ SINK("wrap_ttl = 4294967296"), "F:3:12: wrap_ttl must be whole seconds, below 2^32" },
	{ SINK("dh_type = \"curve25519\""), "F:2:13: sink needs dh_type and dh_path together" },
	{ SINK("dh_path = \"/d\""), "F:2:13: sink needs dh_type and dh_path together" },
	{ SINK("dh_type = \"x448\", dh_path = \"/d\""), "F:2:13: sink dh_type must be curve25519" },
	{ SINK("derive_key = true"), "F:2:13: sink " NONE },
	{ SINK("derive_key = \"true\""), "F:3:14: derive_key must be true or false, without quotes" },
	{ SINK("aad = \"CANARY\""), "F:2:13: sink " NONE },
	{ SINK("aad_env_var = \"CANARY\""), "F:2:13: sink " NONE },
	{ SINK("dh_path = \"/d\\n\""), "F:3:11: dh_path holds a control byte" },
	{ AUTH(TOKEN "sink file { config { path = \"/t\", path = \"/u\" } }"), "F:3:35: key \"path\" was set before, at 3:22" },
};

static void
errors(void)
{
	char many[4096];
	struct buf b = BUF(many);

	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
		ok(read_text(refusals[i].text) == -1 && err.code == ERR_INPUT && err.cause == CAUSE_USE, "refused: %.80s", refusals[i].text);
		is_line(&err, refusals[i].line, "its line");
	}
	ok(read_text("cache {}") < 0, "what pantler lacks");
	is_str(str_of(err.hint), S("programs can ask vault with the token of a sink, and ready_file and the log tell how the agent is; -ignore-unsupported passes it over"), "is told what to do");
	ok(read_text("template {}") < 0 && !strcmp(err.hint, "keep vault agent for it until then; -ignore-unsupported passes it over"), "templates");
	ok(read_text("") < 0 && !strcmp(err.hint, "give -output, or a file with a sink"), "nowhere");
	buf_fmt(&b, "auto_auth { " METHOD);
	for (int i = 0; i < CONF_SINKS; i++)
		buf_fmt(&b, TOKEN);
	buf_fmt(&b, "%c", 0);
	b.len--;
	ok(read_with(NULL, LIST("-output=/o"), S("auto_auth { method aws {} }"), (struct str){ 0 }) == 0, "one sink");
	buf_fmt(&b, "}");
	ok(read_with(NULL, NULL, buf_str(&b), (struct str){ 0 }) == 0 && c.sink_n == CONF_SINKS, "as many as there is room for");
	ok(read_with(NULL, LIST("-output=/o"), buf_str(&b), (struct str){ 0 }) == 0 && c.sink_n == CONF_SINKS + 1, "and -output");
	b.len--;
	buf_fmt(&b, TOKEN "}");
	ok(read_with(NULL, NULL, buf_str(&b), (struct str){ 0 }) < 0 && err.code == ERR_LIMIT && err.cause == CAUSE_USE, "one more");
	is_line(&err, "F:18:13: more than 16 sinks", "its line");
	ok(read_with(NULL, LIST("-log-format=xml", "-output=/o"), S(""), (struct str){ 0 }) < 0, "a flag");
	is_line(&err, "-log-format must be standard or json", "its line");
	ok(read_with(LIST("BAO_LOG_FORMAT=xml"), LIST("-output=/o"), S(""), (struct str){ 0 }) < 0, "a variable");
	is_line(&err, "BAO_LOG_FORMAT must be standard or json", "its line");
	ok(read_with(NULL, LIST("-wrap-ttl=5"), S(AUTH(TOKEN TOKEN)), (struct str){ 0 }) < 0, "a flag");
	is_line(&err, "-wrap-ttl needs one sink alone", "its line");
}

static void
numbers(void)
{
	static const struct {
		const char *text;
		unsigned base;
		int64_t want;	/* -1000: none */
	} t[] = {
		{ "0", 0, 0 }, { "-0", 0, 0 }, { "10", 0, 10 }, { "-10", 0, -10 }, { "010", 0, 8 }, { "0x1F", 0, 31 }, { "-0x1f", 0, -31 }, { "0X10", 0, 16 },
		{ "9007199254740991", 0, 9007199254740991 }, { "9007199254740992", 0, -1000 }, { "99999999999999999999999999", 0, -1000 },
		{ "", 0, -1000 }, { "-", 0, -1000 }, { "0x", 0, -1000 }, { "08", 0, -1000 }, { "1.0", 0, -1000 }, { "1e3", 0, -1000 }, { "--1", 0, -1000 },
		{ "+1", 0, -1000 }, { " 1", 0, -1000 }, { "1_0", 0, -1000 }, { "0600", 8, 0600 }, { "600", 8, 0600 }, { "-600", 8, -1000 }, { "8", 8, -1000 },
		{ "0x6", 8, -1000 }, { "", 8, -1000 },
	};
	int64_t n;

	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		n = -1000;
		ok(conf_number(mutate_guard(0, str_of(t[i].text)), t[i].base, &n) == (t[i].want != -1000), "\"%s\"", t[i].text);
		is_int(n, t[i].want, "and its value");
	}
}

static void
memory_is_small(void)
{
	struct conf_file file = { "F", S(ALL) };
	struct arena small = { .at = memory };

	for (small.cap = 0; small.cap < 3000; small.cap += 50) {
		int r;

		c = (struct config){ 0 };
		small.len = 0;
		r = conf_read_env(&c, NULL, &err) < 0 ? 0 : conf_read_files(&c, VERB_AGENT, &file, 1, &small, &err);
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
	if (read_with(NULL, arg, text, (struct str){ 0 }) == 0)
		return c.sink_n > 0;
	return str_is_printable(str_of(err.line)) && !strstr(err.line, "CANARY") &&
	    (str_begins(str_of(err.line), "F:") || !strcmp(err.line, "there is nowhere to put a token"));
}

int
main(void)
{
	everything();
	shapes();
	merging();
	flags();
	errors();
	numbers();
	memory_is_small();
	is_int(mutate_cut(S(ALL), read_mutated, NULL), 0, "every truncation");
	is_int(mutate_flip(S(ALL), read_mutated, NULL), 0, "every flipped bit");
	is_int(mutate_flip(S(JSON("\"sinks\":[{\"sink\":{\"file\":{" JA "}}},{\"type\":\"file\"," JB "}],\"sink\":[[]]")), read_mutated, LIST("-ignore-unsupported")), 0,
	       "in json, too");
	return tap_end();
}
