/* tests/unit/conf/conf.c: what wins among flag, environment and default for each setting; the flags' syntax; every refusal's whole line. */
/* SPDX-License-Identifier: MIT */
#include "conf/conf.h"

#include "tests/tap.h"

static struct config c;
static struct err err;
static int rest;

/* Lists that end in NULL; none: NULL. */
static int
read_all(enum conf_verb verb, char *const *env, char *const *argv)
{
	int argc = 0;

	c = (struct config){ .verb = "login" };
	while (argv && argv[argc])
		argc++;
	if (conf_read_env(&c, env, &err) < 0)
		return -1;
	return conf_read_flags(&c, verb, argc, argv, &rest, &err);
}

#define LIST(...) (char *[]){ __VA_ARGS__, NULL }

static bool
is_said(enum conf_key key, const char *value, enum conf_from from, const char *prefix, const char *name)
{
	const struct setting *s = &c.set[key];

	return str_eq(s->value, str_of(value)) && s->from == from && !strcmp(s->prefix, prefix) && !strcmp(s->name, name);
}

static bool
is_ignored(unsigned i, const char *prefix, const char *name)
{
	return c.ignored[i].name && !strcmp(c.ignored[i].prefix, prefix) && !strcmp(c.ignored[i].name, name);
}

/* The first verb that takes a flag. */
static enum conf_verb
verb_of(enum conf_key key)
{
	enum conf_verb verb = VERB_LOGIN;

	while (!(conf_bits[key] & verb))
		verb *= 2;
	return verb;
}

/* Flag, BAO_, VAULT_ or PANTLER_, default: in this order, and what is empty in the environment is not set. */
static void
run_precedence(enum conf_key key)
{
	const char *name = conf_text(key, CONF_TEXT_NAME), *variable = conf_text(key, CONF_TEXT_VARIABLE);
	const char *fallback = conf_text(key, CONF_TEXT_DEFAULT);
	enum conf_verb verb = verb_of(key);
	bool is_pantler = !strncmp(variable, "PANTLER_", 8);
	char flag[80], empty_flag[80], bao[80], vault[80], empty_bao[80], empty_vault[80];

	snprintf(flag, sizeof flag, "-%s=by-flag", name);
	snprintf(empty_flag, sizeof empty_flag, "-%s=", name);
	snprintf(bao, sizeof bao, "%s%s=by-bao", is_pantler ? "" : "BAO_", variable);
	snprintf(vault, sizeof vault, "%s%s=by-vault", is_pantler ? "" : "VAULT_", variable);
	snprintf(empty_bao, sizeof empty_bao, "%s%s=", is_pantler ? "" : "BAO_", variable);
	snprintf(empty_vault, sizeof empty_vault, "%s%s=", is_pantler ? "" : "VAULT_", variable);
	ok(read_all(verb, NULL, NULL) == 0 && is_said(key, fallback, FROM_DEFAULT, "-", name), "-%s: default", name);
	ok(read_all(verb, NULL, LIST(flag)) == 0 && is_said(key, "by-flag", FROM_FLAG, "-", name), "-%s: flag", name);
	ok(read_all(verb, NULL, LIST(empty_flag)) == 0 && is_said(key, "", FROM_FLAG, "-", name), "-%s: an empty flag is one", name);
	ok((read_all(verb, NULL, LIST(empty_flag, flag)) == 0 && is_said(key, "by-flag", FROM_FLAG, "-", name)), "-%s: the last one", name);
	if (!*variable) {
		snprintf(vault, sizeof vault, "VAULT_%s=by-vault", name);
		ok(read_all(verb, LIST(vault), NULL) == 0 && is_said(key, fallback, FROM_DEFAULT, "-", name), "-%s: no variable", name);
		return;
	}
	ok(read_all(verb, LIST(vault, bao), LIST(flag)) == 0 && is_said(key, "by-flag", FROM_FLAG, "-", name), "-%s: over variables", name);
	ok(read_all(verb, LIST(empty_bao, empty_vault), NULL) == 0 && is_said(key, fallback, FROM_DEFAULT, "-", name),
	   "-%s: empty variables are none", name);
	if (is_pantler) {
		ok(read_all(verb, LIST(vault), NULL) == 0 && is_said(key, "by-vault", FROM_ENV, "", variable), "%s", variable);
		return;
	}
	ok(read_all(verb, LIST(vault), NULL) == 0 && is_said(key, "by-vault", FROM_ENV, "VAULT_", variable), "VAULT_%s", variable);
	ok(read_all(verb, LIST(vault, bao), NULL) == 0 && is_said(key, "by-bao", FROM_ENV, "BAO_", variable), "BAO_%s before it", variable);
	ok(read_all(verb, LIST(empty_bao, vault), NULL) == 0 && is_said(key, "by-vault", FROM_ENV, "VAULT_", variable),
	   "BAO_%s empty", variable);
}

static void
run_variables(void)
{
	ok(read_all(VERB_LOGIN, LIST("XVAULT_ADDR=a", "VAULT_ADDRX=b", "VAULT_ADDR", "vault_addr=c", "=VAULT_ADDR", "BAO_VAULT_ADDR=d"),
	    NULL) == 0 && is_said(CONF_ADDRESS, "https://127.0.0.1:8200", FROM_DEFAULT, "-", "address"), "names that are only nearly one");
	ok(read_all(VERB_LOGIN, LIST("VAULT_ADDR=first", "VAULT_ADDR=second"), NULL) == 0 &&
	   is_said(CONF_ADDRESS, "first", FROM_ENV, "VAULT_", "ADDR"), "of two, the first, as getenv has it");
	ok(read_all(VERB_LOGIN, LIST("VAULT_NAMESPACE=a=b"), NULL) == 0 && is_said(CONF_NAMESPACE, "a=b", FROM_ENV, "VAULT_", "NAMESPACE"),
	   "an equals sign in a value");
	ok(read_all(VERB_LOGIN, LIST("VAULT_CACERT_BYTES=v", "BAO_CACERT_BYTES=b", "HOME=/h"), NULL) == 0 && str_eq(c.ca_pem, S("b")) &&
	   str_eq(c.home, S("/h")), "CACERT_BYTES and HOME");
	ok(read_all(VERB_LOGIN, NULL, NULL) == 0 && !c.ignored[0].name && !c.ca_pem.len && !c.aws.var[CRED_ID].len, "without an environment");
	ok(read_all(VERB_LOGIN, LIST("VAULT_AGENT_ADDR=x", "BAO_SRV_LOOKUP=1", "RATE_LIMIT=1", "VAULT_HTTPS_PROXY=x", "https_proxy=p"), NULL) == 0 &&
	   is_ignored(0, "VAULT_", "AGENT_ADDR") && is_ignored(1, "BAO_", "SRV_LOOKUP") && is_ignored(2, "", "https_proxy") && !c.ignored[3].name,
	   "what is ignored is told");
	ok(read_all(VERB_LOGIN, LIST("VAULT_AGENT_ADDR=x", "VAULT_SRV_LOOKUP=x", "VAULT_RATE_LIMIT=x", "VAULT_MAX_RETRIES=x", "VAULT_LOG_FORMAT=x",
	    "HTTPS_PROXY=x", "https_proxy=x"), NULL) == 0 && is_ignored(6, "", "https_proxy") && !c.ignored[7].name, "all of it");
	ok(read_all(VERB_LOGIN, LIST("VAULT_AGENT_ADDR=", "VAULT_TOKEN=t", "NO_PROXY=x"), NULL) == 0 && !c.ignored[0].name,
	   "what does not matter is not");
}

static void
run_aws(void)
{
	ok(read_all(VERB_LOGIN, LIST("AWS_ACCESS_KEY=a2", "AWS_SECRET_KEY=s2", "AWS_SECURITY_TOKEN=t2", "AWS_DEFAULT_REGION=r2"), NULL) == 0 &&
	   str_eq(c.aws.var[CRED_ID], S("a2")) && str_eq(c.aws.var[CRED_SECRET], S("s2")) && str_eq(c.aws.var[CRED_TOKEN], S("t2")) &&
	   str_eq(c.aws.var[CRED_REGION], S("r2")), "second names");
	ok(read_all(VERB_LOGIN, LIST("AWS_ACCESS_KEY=a2", "AWS_SECRET_KEY=s2", "AWS_SECURITY_TOKEN=t2", "AWS_DEFAULT_REGION=r2",
	    "AWS_ACCESS_KEY_ID=a1", "AWS_SECRET_ACCESS_KEY=s1", "AWS_SESSION_TOKEN=t1", "AWS_REGION=r1"), NULL) == 0 &&
	   str_eq(c.aws.var[CRED_ID], S("a1")) && str_eq(c.aws.var[CRED_SECRET], S("s1")) && str_eq(c.aws.var[CRED_TOKEN], S("t1")) &&
	   str_eq(c.aws.var[CRED_REGION], S("r1")), "first names win");
	ok(read_all(VERB_LOGIN, LIST("AWS_ACCESS_KEY_ID=", "AWS_ACCESS_KEY=a2", "AWS_REGION=", "AWS_DEFAULT_REGION=r2"), NULL) == 0 &&
	   str_eq(c.aws.var[CRED_ID], S("a2")) && str_eq(c.aws.var[CRED_REGION], S("r2")), "empty ones are not set");
}

static void
run_syntax(void)
{
	char *forms[][3] = {
		{ "-role=web" }, { "--role=web" }, { "-role", "web" }, { "--role", "web" }, { "-role=x", "-role=web" },
	};
	char *many[CONF_FILES + 2] = { NULL };
	int wrong = 0;

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		ok(read_all(VERB_LOGIN, NULL, forms[i]) == 0 && is_said(CONF_ROLE, "web", FROM_FLAG, "-", "role"), "%s: form %zu", forms[i][0], i);
	ok(read_all(VERB_LOGIN, NULL, LIST("-role", "-region")) == 0 && is_said(CONF_ROLE, "-region", FROM_FLAG, "-", "role"),
	   "the next word is the value, whatever it looks like");
	ok(read_all(VERB_LOGIN, NULL, LIST("-role", "--")) == 0 && is_said(CONF_ROLE, "--", FROM_FLAG, "-", "role"), "even --");
	ok(read_all(VERB_LOGIN, NULL, LIST("-role=a=b")) == 0 && is_said(CONF_ROLE, "a=b", FROM_FLAG, "-", "role"), "an equals sign in a value");
	ok(read_all(VERB_LOGIN, NULL, LIST("-role", "")) == 0 && is_said(CONF_ROLE, "", FROM_FLAG, "-", "role"), "an empty value");
	ok(read_all(VERB_LOGIN, NULL, LIST("-store", "x")) == 0 && is_said(CONF_STORE, "true", FROM_FLAG, "-", "store") && rest == 1,
	   "a boolean takes no word");
	ok(read_all(VERB_LOGIN, NULL, LIST("-store=false")) == 0 && is_said(CONF_STORE, "false", FROM_FLAG, "-", "store"), "but =false");
	ok(read_all(VERB_LOGIN, NULL, LIST("-ns=n", "-path", "p")) == 0 && is_said(CONF_NAMESPACE, "n", FROM_FLAG, "-", "namespace") &&
	   is_said(CONF_MOUNT, "p", FROM_FLAG, "-", "mount"), "aliases");
	ok(read_all(VERB_LOGIN, NULL, LIST("-role=a", "--", "-role=b")) == 0 && rest == 2 && is_said(CONF_ROLE, "a", FROM_FLAG, "-", "role"),
	   "-- ends the flags");
	ok(read_all(VERB_LOGIN, NULL, LIST("-role=a", "x", "-role=b")) == 0 && rest == 1 && is_said(CONF_ROLE, "a", FROM_FLAG, "-", "role"),
	   "so does an argument");
	ok(read_all(VERB_LOGIN, NULL, LIST("-", "-role=b")) == 0 && rest == 0, "and a hyphen alone");
	ok(read_all(VERB_LOGIN, NULL, LIST("")) == 0 && rest == 0, "and an empty word");
	ok(read_all(VERB_LOGIN, NULL, NULL) == 0 && rest == 0, "no words at all");
	for (enum conf_key key = 0; key < CONF_KEYS; key++)
		for (enum conf_verb verb = VERB_LOGIN; verb <= VERB_VERSION; verb *= 2) {
			char flag[80];
			unsigned takers = 0;

			snprintf(flag, sizeof flag, "-%s=x", conf_text(key, CONF_TEXT_NAME));
			for (enum conf_key i = 0; i < CONF_KEYS; i++)	/* -mount is two settings */
				if (!strcmp(conf_text(i, CONF_TEXT_NAME), conf_text(key, CONF_TEXT_NAME)))
					takers |= conf_bits[i];
			wrong += (read_all(verb, NULL, LIST(flag)) == 0) != !!(takers & verb);
		}
	is_int(wrong, 0, "each verb takes its flags and no other");
	ok(read_all(VERB_SIGN, LIST("PANTLER_CONFIG=a"), LIST("-config=b")) == 0 && is_said(CONF_CONFIG, "b", FROM_FLAG, "-", "config"),
	   "a file by flag goes before one by variable");
	ok(read_all(VERB_SIGN, NULL, LIST("-config=a", "-config=", "-config=b")) == 0 && c.path_n == 2 && !strcmp(c.path[0], "a") && !strcmp(c.path[1], "b"),
	   "-config again and again; an empty one is none");
	ok(read_all(VERB_SIGN, LIST("PANTLER_CONFIG=a"), NULL) == 0 && !c.path_n, "the variable is none of them");
	for (int i = 0; i <= CONF_FILES; i++)
		many[i] = "-config=a";
	ok(read_all(VERB_SIGN, NULL, many + 1) == 0 && c.path_n == CONF_FILES, "as many as there is room for");
	ok(read_all(VERB_SIGN, NULL, many) < 0 && err.code == ERR_LIMIT && err.cause == CAUSE_USE, "and no more");
	is_line(&err, "-config stands more than 32 times", "its line");
}

/* Arguments that cannot be read at all: (flag, line, hint). */
static const char *const unread[][3] = {
	{ "-rol=x", "unknown flag -rol", "did you mean -role?" },
	{ "--adress=x", "unknown flag -adress", "did you mean -address?" },
	{ "-regoin=x", "unknown flag -regoin", "did you mean -region?" },
	{ "-ca_cert=x", "unknown flag -ca_cert", "did you mean -ca-cert?" },
	{ "-at=x", "unknown flag -at", "pantler help login shows the flags" },
	{ "-colourful", "unknown flag -colourful", "pantler help login shows the flags" },
	{ "-x", "unknown flag -x", "pantler help login shows the flags" },
	{ "-=x", "unknown flag -", "pantler help login shows the flags" },
	{ "---role=x", "unknown flag --role", "did you mean -role?" },
	{ "-ROLE=x", "unknown flag -ROLE", "pantler help login shows the flags" },
	{ "-role\x1b=x", "unknown flag -role\\x1b", "did you mean -role?" },
	{ "-a-flag-of-many-many-bytes-that-goes-on-and-on-and-on=x", "unknown flag -a-flag-of-many-many-bytes-that-goes-on-a", "pantler help login shows the flags" },
	{ "-role", "-role needs a value", "" },
	{ "-ns", "-namespace needs a value", "" },
	{ "-client-cert=x", "-client-cert: not in this build yet", "" },
	{ "-client-key", "-client-key: not in this build yet", "" },
	{ "-tls-pin=x", "-tls-pin: not in this build yet", "" },
	{ "-tls-pin-only", "-tls-pin-only: not in this build yet", "" },
	{ "-tls-min-version=tls12", "-tls-min-version: not in this build yet", "" },
	{ "-header=x", "-header: not in this build yet", "" },
	{ "-owner=x", "-owner: not in this build yet", "" },
	{ "-decode=x", "unknown flag -decode", "pantler help login shows the flags" },
	{ "-supervise", "-supervise: not in this build yet", "" },
	{ "-on-change=restart", "-on-change: not in this build yet", "" },
	{ "-log-format=x", "unknown flag -log-format", "pantler help login shows the flags" },
	{ "-once", "unknown flag -once", "pantler help login shows the flags" },
	{ "-clock=floor", "-clock: not in this build yet", "" },
	{ "-ignore-unsupported", "unknown flag -ignore-unsupported", "pantler help login shows the flags" },
};

static const char *const refused_variables[][2] = {
	{ "VAULT_CLIENT_CERT=CANARY", "VAULT_CLIENT_CERT is set: not in this build yet" },
	{ "BAO_CLIENT_CERT=CANARY", "BAO_CLIENT_CERT is set: not in this build yet" },
	{ "VAULT_CLIENT_KEY=CANARY", "VAULT_CLIENT_KEY is set: not in this build yet" },
	{ "VAULT_CLIENT_CERT_BYTES=CANARY", "VAULT_CLIENT_CERT_BYTES is set: not in this build yet" },
	{ "BAO_CLIENT_KEY_BYTES=CANARY", "BAO_CLIENT_KEY_BYTES is set: not in this build yet" },
	{ "VAULT_HTTP_PROXY=CANARY", "VAULT_HTTP_PROXY is set: not in this build yet" },
	{ "VAULT_PROXY_ADDR=CANARY", "VAULT_PROXY_ADDR is set: not in this build yet" },
	{ "VAULT_HEADERS=CANARY", "VAULT_HEADERS is set: not in this build yet" },
};

static void
run_unread(void)
{
	for (size_t i = 0; i < sizeof unread / sizeof *unread; i++) {
		ok(read_all(VERB_LOGIN, NULL, LIST((char *)unread[i][0])) < 0 && err.code == ERR_INPUT && err.cause == CAUSE_USE,
		   "refused: %.40s", unread[i][0]);
		is_line(&err, unread[i][1], "its line");
		is_str(str_of(err.hint), str_of(unread[i][2]), "its hint");
	}
	for (size_t i = 0; i < sizeof refused_variables / sizeof *refused_variables; i++) {
		ok(read_all(VERB_LOGIN, LIST((char *)refused_variables[i][0]), NULL) < 0 && err.code == ERR_INPUT && err.cause == CAUSE_USE,
		   "refused: %s", refused_variables[i][0]);
		is_line(&err, refused_variables[i][1], "its line");
	}
}

static void
run_pairs(void)
{
	static const char *const bad[][3] = {
		{ "aws_access_key_id=CANARY", "aws_access_key_id: the command line takes no secrets",
		  "use variables; pantler help names them" },
		{ "aws_secret_access_key=CANARY", "aws_secret_access_key: the command line takes no secrets",
		  "use variables; pantler help names them" },
		{ "aws_security_token=CANARY", "aws_security_token: the command line takes no secrets",
		  "use variables; pantler help names them" },
		{ "log_level=CANARY", "unknown argument \"log_level\"",
		  "arguments are role= mount= region= header_value=; flags stand before them" },
		{ "web", "unknown argument \"web\"", "arguments are role= mount= region= header_value=; flags stand before them" },
		{ "-role=web", "unknown argument \"-role\"", "arguments are role= mount= region= header_value=; flags stand before them" },
		{ "", "unknown argument \"\"", "arguments are role= mount= region= header_value=; flags stand before them" },
		{ "=x", "unknown argument \"\"", "arguments are role= mount= region= header_value=; flags stand before them" },
		{ "header-value=x", "unknown argument \"header-value\"",
		  "arguments are role= mount= region= header_value=; flags stand before them" },
		{ "role", "role= needs a value", "" },
		{ "mount", "mount= needs a value", "" },
		{ "header_value", "header_value= needs a value", "" },
	};

	ok(read_all(VERB_LOGIN, LIST("PANTLER_ROLE=env"), LIST("-role=flag")) == 0 && conf_read_pair(&c, S("role=pair"), &err) == 0 &&
	   is_said(CONF_ROLE, "pair", FROM_FLAG, "-", "role"), "role= comes after the flag, and wins");
	ok(conf_read_pair(&c, S("mount=a/b"), &err) == 0 && is_said(CONF_MOUNT, "a/b", FROM_FLAG, "-", "mount"), "mount=");
	ok(conf_read_pair(&c, S("region=eu-west-1"), &err) == 0 && is_said(CONF_REGION, "eu-west-1", FROM_FLAG, "-", "region"), "region=");
	ok(conf_read_pair(&c, S("header_value=a=b c"), &err) == 0 && is_said(CONF_HEADER_VALUE, "a=b c", FROM_FLAG, "-", "header-value"),
	   "header_value=");
	ok(conf_read_pair(&c, S("role="), &err) == 0 && is_said(CONF_ROLE, "", FROM_FLAG, "-", "role"), "role= with nothing: Vault infers it");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		ok(conf_read_pair(&c, str_of(bad[i][0]), &err) < 0 && err.code == ERR_INPUT && err.cause == CAUSE_USE, "refused: %s", bad[i][0]);
		is_line(&err, bad[i][1], "its line");
		is_str(str_of(err.hint), str_of(bad[i][2]), "its hint");
	}
}

#define SCHEME "has no scheme: it must begin with https:// or http://"

/* What can be read and makes no sense. At most one variable and one flag; NULL: none. */
static const struct {
	enum conf_verb verb;
	const char *variable, *flag, *line;
} unchecked[] = {
	{ VERB_LOGIN, NULL, "-address=vault:8200", "-address: " SCHEME },
	{ VERB_LOGIN, "VAULT_ADDR=vault:8200", NULL, "VAULT_ADDR: " SCHEME },
	{ VERB_LOGIN, "BAO_ADDR=vault:8200", NULL, "BAO_ADDR: " SCHEME },
	{ VERB_LOGIN, NULL, "-address=", "-address: " SCHEME },
	{ VERB_LOGIN, NULL, "-address=unix:///run/vault.sock", "-address: scheme is neither https nor http" },
	{ VERB_LOGIN, NULL, "-address=https://user:CANARY@vault", "-address: holds a user or password: they do not belong there" },
	{ VERB_LOGIN, NULL, "-address=https://vault/?token=CANARY", "-address holds a query" },
	{ VERB_LOGIN, NULL, "-address=https://vault/#CANARY", "-address: holds a fragment (#)" },
	{ VERB_LOGIN, NULL, "-address=https://vault\r\nX:CANARY", "-address holds a control byte" },
	{ VERB_LOGIN, "VAULT_NAMESPACE=a\xc3\xa9", NULL, "VAULT_NAMESPACE holds a byte that is not printable ascii" },
	{ VERB_LOGIN, NULL, "-ns=a\nb", "-namespace holds a control byte" },
	{ VERB_LOGIN, NULL, "-tls-server-name=a b", "-tls-server-name: name holds a byte that no host name has" },
	{ VERB_LOGIN, "BAO_TLS_SERVER_NAME=a..b", NULL, "BAO_TLS_SERVER_NAME: name has an empty label" },
	{ VERB_LOGIN, NULL, "-wrap-ttl=soon", "-wrap-ttl is not a duration like 90, 1m30s or 500ms" },
	{ VERB_LOGIN, "VAULT_WRAP_TTL=0", NULL, "VAULT_WRAP_TTL must be more than 0" },
	{ VERB_LOGIN, NULL, "-wrap-ttl=-5s", "-wrap-ttl must be more than 0" },
	{ VERB_LOGIN, NULL, "-wrap-ttl=1.5s", "-wrap-ttl must be whole seconds, below 2^32" },
	{ VERB_LOGIN, NULL, "-wrap-ttl=4294967296", "-wrap-ttl must be whole seconds, below 2^32" },
	{ VERB_LOGIN, NULL, "-timeout=", "-timeout must be more than 0" },
	{ VERB_LOGIN, "VAULT_CLIENT_TIMEOUT=0s", NULL, "VAULT_CLIENT_TIMEOUT must be more than 0" },
	{ VERB_LOGIN, "BAO_CLIENT_TIMEOUT=1 m", NULL, "BAO_CLIENT_TIMEOUT is not a duration like 90, 1m30s or 500ms" },
	{ VERB_LOGIN, NULL, "-region=us/east", "-region is not a region: a-z, 0-9 and hyphens" },
	{ VERB_LOGIN, "PANTLER_REGION=us.east", NULL, "PANTLER_REGION is not a region: a-z, 0-9 and hyphens" },
	{ VERB_LOGIN, "AWS_REGION=us/east", "-region=auto", "AWS_REGION or AWS_DEFAULT_REGION is not a region: a-z, 0-9 and hyphens" },
	{ VERB_LOGIN, "AWS_REGION=us/east", "-region=", "AWS_REGION or AWS_DEFAULT_REGION is not a region: a-z, 0-9 and hyphens" },
	{ VERB_LOGIN, "AWS_DEFAULT_REGION=us/east", "-region=auto", "AWS_REGION or AWS_DEFAULT_REGION is not a region: a-z, 0-9 and hyphens" },
	{ VERB_LOGIN, NULL, "-method=userpass", "-method must be aws: there is no other" },
	{ VERB_LOGIN, NULL, "-type=IAM", "-type must be iam or ec2" },
	{ VERB_LOGIN, NULL, "-type=", "-type must be iam or ec2" },
	{ VERB_SIGN, NULL, "-type=ec2", "-type must be iam to be signed" },
	{ VERB_SIGN, "PANTLER_TYPE=ec2", NULL, "PANTLER_TYPE must be iam to be signed" },
	{ VERB_LOGIN, "VAULT_FORMAT=yaml", NULL, "VAULT_FORMAT must be table or json" },
	{ VERB_LOGIN, NULL, "-format=curl", "-format must be table or json" },
	{ VERB_SIGN, NULL, "-format=table", "-format must be json or curl" },
	{ VERB_VERSION, NULL, "-format=curl", "-format must be table or json" },
	{ VERB_LOGIN, "VAULT_SKIP_VERIFY=yes", NULL, "VAULT_SKIP_VERIFY is neither true nor false" },
	{ VERB_LOGIN, NULL, "-tls-skip-verify=", "-tls-skip-verify is neither true nor false" },
	{ VERB_LOGIN, "VAULT_DISABLE_REDIRECTS=2", NULL, "VAULT_DISABLE_REDIRECTS is neither true nor false" },
	{ VERB_LOGIN, NULL, "-token-only=no", "-token-only is neither true nor false" },
	{ VERB_LOGIN, NULL, "-store=on", "-store is neither true nor false" },
	{ VERB_LOGIN, NULL, "-no-store=01", "-no-store is neither true nor false" },
	{ VERB_LOGIN, NULL, "-mode=", "-mode needs a value" },
	{ VERB_LOGIN, NULL, "-output=", "-output needs a value" },
	{ VERB_LOGIN, NULL, "-field=", "-field needs a value" },
	{ VERB_LOGIN, NULL, "-mode=0608", "-mode must be an octal mode like 0640" },
	{ VERB_LOGIN, NULL, "-mode=1777", "-mode must be an octal mode like 0640" },
	{ VERB_LOGIN, NULL, "-mode=u=rw", "-mode must be an octal mode like 0640" },
	{ VERB_LOGIN, NULL, "-mode=77777777777777777777777", "-mode must be an octal mode like 0640" },
	{ VERB_LOGIN, NULL, "-store", "-store needs an absolute path in HOME" },
	{ VERB_LOGIN, "HOME=home", "-store", "-store needs an absolute path in HOME" },
	{ VERB_SIGN, NULL, "-at=now", "-at is not a time like 2026-01-02T03:04:05Z" },
	{ VERB_SIGN, NULL, "-at=", "-at is not a time like 2026-01-02T03:04:05Z" },
	{ VERB_SIGN, NULL, "-at=2026-02-29T00:00:00Z", "-at is not a time like 2026-01-02T03:04:05Z" },
};

static void
run_unchecked(void)
{
	char text[100];

	for (size_t i = 0; i < sizeof unchecked / sizeof *unchecked; i++) {
		const char *variable = unchecked[i].variable, *flag = unchecked[i].flag;
		int r = read_all(unchecked[i].verb, variable ? LIST((char *)variable) : NULL, flag ? LIST((char *)flag) : NULL);

		ok(r == 0 && conf_check(&c, unchecked[i].verb, &err) < 0 && err.code == ERR_INPUT && err.cause == CAUSE_USE, "refused: row %zu", i);
		is_line(&err, unchecked[i].line, "its line");
		ok(!strstr(err.line, "CANARY") && !strstr(err.hint, "CANARY"), "no value in it");
	}
	for (enum conf_key key = 0; key < CONF_KEYS; key++) {
		const char *name = conf_text(key, CONF_TEXT_NAME);
		enum conf_verb verb = verb_of(key);
		char want[100];

		snprintf(text, sizeof text, "-%s=CANARY\x7f", name);
		snprintf(want, sizeof want, "-%s holds a control byte", name);
		ok(read_all(verb, NULL, LIST(text)) == 0 && conf_check(&c, verb, &err) < 0, "a control byte in -%s", name);
		is_line(&err, want, "its line");
	}
}

static bool
checked(enum conf_verb verb, char *const *env, char *const *argv)
{
	return read_all(verb, env, argv) == 0 && conf_check(&c, verb, &err) == 0;
}

static void
run_meaning(void)
{
	ok(checked(VERB_LOGIN, NULL, NULL), "the defaults make sense");
	ok(c.vault.address.tls && c.vault.address.port == 8200 && c.vault.address.host.kind == HOST_IP4 && !c.vault.namespace.len &&
	   !c.vault.wrap_ttl_s && !c.vault.no_redirects && !c.on[CONF_TLS_SKIP_VERIFY] && !c.on[CONF_STORE] &&
	   c.mode == 0600 && c.timeout_ms == 60000 && str_eq(c.region, S("us-east-1")), "and are what they should be");
	ok(checked(VERB_SIGN, NULL, NULL) && checked(VERB_VERSION, NULL, NULL) && checked(VERB_HELP, NULL, NULL), "for every verb");
	ok(checked(VERB_LOGIN, LIST("VAULT_WRAP_TTL=90"), LIST("-timeout=500ms")) && c.vault.wrap_ttl_s == 90 && c.timeout_ms == 500, "durations");
	ok(checked(VERB_LOGIN, NULL, LIST("-wrap-ttl=4294967295", "-timeout=1h30m")) && c.vault.wrap_ttl_s == 4294967295u &&
	   c.timeout_ms == 5400000, "long ones");
	ok(checked(VERB_LOGIN, LIST("VAULT_WRAP_TTL=90"), LIST("-wrap-ttl=")) && !c.vault.wrap_ttl_s, "an empty -wrap-ttl undoes the variable");
	ok(checked(VERB_LOGIN, NULL, LIST("-mode=640")) && c.mode == 0640, "a mode without its zero");
	ok(checked(VERB_LOGIN, NULL, LIST("-mode=0")) && c.mode == 0, "no mode at all");
	ok(checked(VERB_LOGIN, NULL, LIST("-mode=00777")) && c.mode == 0777, "all of it");
	ok(checked(VERB_LOGIN, LIST("VAULT_SKIP_VERIFY=T"), LIST("-disable-redirects")) && c.on[CONF_TLS_SKIP_VERIFY] && c.vault.no_redirects, "booleans");
	ok(checked(VERB_LOGIN, LIST("VAULT_SKIP_VERIFY=1"), LIST("-tls-skip-verify=F")) && !c.on[CONF_TLS_SKIP_VERIFY], "undone");
	ok(checked(VERB_LOGIN, NULL, LIST("-tls-server-name=vault.corp")),
	   "a name of its own for TLS");
	ok(checked(VERB_LOGIN, LIST("HOME=/root"), LIST("-store")) && c.on[CONF_STORE], "-store");
	ok(checked(VERB_LOGIN, LIST("HOME=/root"), LIST("-store", "-no-store")) && !c.on[CONF_STORE], "-no-store wins");
	ok(checked(VERB_LOGIN, LIST("HOME=/root"), LIST("-store", "-no-store=false")) && c.on[CONF_STORE], "not when it is false");
	ok(checked(VERB_LOGIN, LIST("HOME=/root"), LIST("-store", "-token-only")) && !c.on[CONF_STORE] &&
	   str_eq(c.set[CONF_FIELD].value, S("token")), "-token-only is -field=token -no-store");
	ok(checked(VERB_LOGIN, NULL, LIST("-token-only=false", "-field=policies")) && str_eq(c.set[CONF_FIELD].value, S("policies")),
	   "not when it is false");
	ok(checked(VERB_LOGIN, NULL, LIST("-type=ec2", "-nonce-file=/n")) && str_is(c.set[CONF_NONCE_FILE].value, "/n"), "type ec2 with a nonce file");
	ok(checked(VERB_LOGIN, LIST("PANTLER_TYPE=ec2", "PANTLER_NONCE_FILE=/n"), NULL) && str_is(c.set[CONF_NONCE_FILE].value, "/n"), "by variables");
	ok(checked(VERB_LOGIN, LIST("PANTLER_NONCE_FILE=/n"), NULL), "a nonce file that type iam has no use for");
	ok(checked(VERB_SIGN, LIST("VAULT_FORMAT=table"), NULL), "VAULT_FORMAT does not speak to sign");
	ok(checked(VERB_SIGN, NULL, LIST("-at=2015-08-30T14:36:00+02:00")) && c.at_s == 1440938160, "-at");
	ok(checked(VERB_LOGIN, NULL, LIST("-role=\xc3\xa9t\xc3\xa9")), "beyond ascii is for those to judge who use it");
}

static void
run_region(void)
{
	ok(checked(VERB_LOGIN, LIST("AWS_REGION=eu-west-1"), NULL) && str_eq(c.region, S("us-east-1")), "AWS_REGION alone changes nothing");
	ok(checked(VERB_LOGIN, LIST("AWS_REGION=eu-west-1"), LIST("-region=auto")) && str_eq(c.region, S("eu-west-1")), "auto takes it");
	ok(checked(VERB_LOGIN, LIST("AWS_REGION=eu-west-1"), LIST("-region=")) && str_eq(c.region, S("eu-west-1")), "so does an empty -region");
	ok(checked(VERB_LOGIN, LIST("AWS_REGION=eu-west-1", "PANTLER_REGION=auto"), NULL) && str_eq(c.region, S("eu-west-1")), "or PANTLER_REGION=auto");
	ok(checked(VERB_LOGIN, LIST("AWS_REGION=eu-west-1", "PANTLER_REGION="), NULL) && str_eq(c.region, S("us-east-1")),
	   "an empty PANTLER_REGION is not set");
	ok(checked(VERB_LOGIN, NULL, LIST("-region=auto")) && !c.region.len, "auto without a region around: still to be found");
	ok(checked(VERB_LOGIN, NULL, LIST("-region=")) && !c.region.len, "so does an empty -region");
	ok(checked(VERB_LOGIN, LIST("AWS_REGION=us/east"), LIST("-region=eu-west-1")) && str_eq(c.region, S("eu-west-1")),
	   "a bad AWS_REGION that nobody asks for");
}

int
main(void)
{
	for (enum conf_key key = 0; key < CONF_KEYS; key++)
		run_precedence(key);
	run_variables();
	run_aws();
	run_syntax();
	run_unread();
	run_pairs();
	run_unchecked();
	run_meaning();
	run_region();
	return tap_end();
}
