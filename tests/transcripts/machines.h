/* tests/transcripts/machines.h: the machines that tests/transcripts/aws.c plays: how each is set up from a file's "config" lines, and what its result is. Plays nothing. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_TRANSCRIPTS_MACHINES_H
#define TESTS_TRANSCRIPTS_MACHINES_H

#include "aws/chain.h"
#include "vault/ec2.h"
#include "vault/health.h"
#include "vault/read.h"
#include "vault/self.h"
#include "vault/wrap.h"

#include <string.h>

static struct cred_env vars;
static union {
	struct container container;
	struct iot iot;
	struct imds imds;
	struct ec2 ec2;
	struct health health;
	struct self self;
	struct read read;
	struct wrap wrap;
	struct sts sts;
	struct web web;
	struct profile profile;
	struct chain chain;
} machine;
static bool pkcs7;
static struct vault vault;
static struct ec2 told;		/* what a file says of a login of type ec2 */

/* The machines' own words in "config". */
static struct {
	struct str host, home, role, external_id, duration;
} own;
static struct cred signer;	/* the variables', for STS */
static struct chain_config sources;
static struct str iot[IOT_KEYS];	/* the block */
static struct str wrap_token;
static struct read wanted;	/* what a file says of a secret */

/* Before a file is read. */
static void
forget(void)
{
	memset(&machine, 0, sizeof machine);
	memset(&own, 0, sizeof own);
	vars = (struct cred_env){ 0 };
	pkcs7 = false;
	wrap_token = S("hvs.0123456789abcdef");
	wanted = (struct read){ .vault = &vault, .token = wrap_token };
	vault = (struct vault){ .address = { .tls = true, .host = { .name = S("vault") }, .port = 8200, .has_port = true, .path = S("/") } };
	told = (struct ec2){ .config = { .mount = S("aws"), .role = S("web") }, .proof = S("QUJDRA==") };
	memset(iot, 0, sizeof iot);
	sources = (struct chain_config){ .iot = iot, .env = &vars, .fixed.expires_s = CRED_FOREVER };
}

static void
container_init(void)
{
	machine.container = (struct container){ .env = &vars };
}

static const struct cred *
container_cred(void)
{
	return &machine.container.cred;
}

static void
iot_init(void)
{
	machine.iot = (struct iot){ .config = iot };
}

static const struct cred *
iot_cred(void)
{
	return &machine.iot.cred;
}

/* The keys of an iot block: what they hold must pass. */
static bool
iot_set(struct str key, struct str value)
{
	static const char names[] = "endpoint\0role_alias\0cert\0key\0ca\0thing_name";
	const char *name = names;
	struct err e;

	for (enum iot_key i = 0; i < IOT_KEYS; i++, name = str_next(name))
		if (str_is(key, name)) {
			iot[i] = value;
			return iot_check(i, value, &e) == 0;
		}
	return false;
}

static void
imds_init(void)
{
	machine.imds = (struct imds){ .env = &vars, .pkcs7 = pkcs7 };
}

static const struct cred *
imds_cred(void)
{
	return &machine.imds.cred;
}

static bool
imds_set(struct str key, struct str value)
{
	pkcs7 = str_is(value, "true");
	return str_is(key, "pkcs7");
}

static void
region_describe(struct buf *b)
{
	buf_fmt(b, "= region %.*s\n", STR(machine.imds.region));
}

/* "= document" is its length and first line; "= proof", "= instance". */
static void
identity_describe(struct buf *b)
{
	const struct imds *m = &machine.imds;

	buf_fmt(b, "= document %zu %.*s\n", m->document.len, STR(str_part(m->document, 0, str_find_c(m->document, '\n'))));
	buf_fmt(b, "= proof %.*s\n= instance %.*s\n", STR(m->proof), STR(m->instance_id));
}

static void
ec2_init(void)
{
	machine.ec2 = told;
	machine.ec2.config.vault = &vault;
}

/* A role, mount, document, proof or nonce; or how long the answer is wrapped. */
static bool
ec2_set(struct str key, struct str value)
{
	uint64_t n;

	if (str_is(key, "role"))
		told.config.role = value;
	else if (str_is(key, "mount"))
		told.config.mount = value;
	else if (str_is(key, "document"))
		told.document = value;
	else if (str_is(key, "proof"))
		told.proof = value;
	else if (str_is(key, "nonce"))
		told.nonce = value;
	else if (str_is(key, "wrap_ttl") && str_to_u64(value, &n))
		vault.wrap_ttl_s = (uint32_t)n;
	else
		return false;
	return true;
}

static void
ec2_describe(struct buf *b)
{
	const struct vault_secret *s = &machine.ec2.login.secret;

	if (s->wrapping_token.len)
		buf_fmt(b, "= wrapped %.*s\n", STR(s->wrapping_token));
	else
		buf_fmt(b, "= token %.*s\n", STR(s->token));
	if (machine.ec2.nonce.len)
		buf_fmt(b, "= nonce %.*s\n", STR(machine.ec2.nonce));
}

/* Signed where the variables have a key. */
static void
sts_init(void)
{
	struct err e;

	machine.sts = (struct sts){ .env = &vars, .host = own.host, .param = { own.role, S(""), own.external_id, own.duration } };
	machine.sts.cred = cred_from_env(&signer, &vars, &e) == 0 ? &signer : NULL;
	machine.sts.param[STS_TOKEN] = machine.sts.cred ? S("") : S("eyJhbGciOiJSUzI1canary");
}

static const struct cred *
sts_cred(void)
{
	return &machine.sts.got;
}

static void
who_init(void)
{
	sts_init();
	machine.sts.who = true;
}

static void
who_describe(struct buf *b)
{
	buf_fmt(b, "= arn %.*s\n", STR(machine.sts.arn));
}

static void
health_init(void)
{
	machine.health = (struct health){ .vault = &vault };
}

static void
health_describe(struct buf *b)
{
	buf_fmt(b, "= node %s\n", machine.health.node);
}

static void
self_init(enum self_what what)
{
	machine.self = (struct self){ .vault = &vault, .token = S("hvs.0123456789abcdef"), .what = what };
}

static void
renew_init(void)
{
	self_init(SELF_RENEW);
}

static void
lookup_init(void)
{
	self_init(SELF_LOOKUP);
}

static void
revoke_init(void)
{
	self_init(SELF_REVOKE);
}

static void
revoke_describe(struct buf *b)
{
	buf_fmt(b, "= revoked\n");
}

/* A lookup's "= path" is one of the things that it shows. */
static void
self_describe(struct buf *b)
{
	const struct token_grant *g = &machine.self.grant;
	struct json path;
	struct err e;

	buf_fmt(b, "= lease %lld%s", (long long)g->lease_s, g->renewable ? " renewable" : "");
	if (g->uses)
		buf_fmt(b, " uses %lld", (long long)g->uses);
	buf_add_c(b, '\n');
	if (json_get(machine.self.data, "path", &path, &e) == 0 && json_type(path) == JSON_STRING)
		buf_fmt(b, "= path %.*s\n", STR(path.text));
}

/* A namespace, or how long answers are wrapped. */
static bool
vault_set(struct str key, struct str value)
{
	if (str_is(key, "namespace"))
		vault.namespace = value;
	else
		return str_is(key, "wrap_ttl") && ec2_set(key, value);
	return true;
}

static void
wrap_init(void)
{
	machine.wrap = (struct wrap){ .vault = &vault, .token = wrap_token, .ask_ttl_s = 300 };
}

/* A namespace, another token, or how long a login's answers are wrapped. */
static bool
wrap_set(struct str key, struct str value)
{
	if (!str_is(key, "token"))
		return vault_set(key, value);
	wrap_token = value;
	return true;
}

/* The line is in it, without its line end. */
static void
wrap_describe(struct buf *b)
{
	struct str line = machine.wrap.line;

	if (line.len && line.at[line.len - 1] == '\n' && str_find_c(line, '\n') == line.len - 1)
		buf_fmt(b, "= %lld s %.*s\n", (long long)machine.wrap.ttl_s, STR(str_cut_eol(line)));
}

static void
read_init(void)
{
	machine.read = wanted;
}

/* The fields of struct read by their names; kv as any, find, 1, 2; and vault_set's. */
static bool
read_set(struct str key, struct str value)
{
	if (str_is(key, "path"))
		wanted.path = value;
	else if (str_is(key, "mount"))
		wanted.mount = value;
	else if (str_is(key, "query"))
		wanted.query = value;
	else if (str_is(key, "body"))
		wanted.body = value;
	else if (str_is(key, "write"))
		wanted.is_write = str_is(value, "true");
	else if (str_is(key, "version"))
		return str_to_u64(value, &wanted.version);
	else if (str_is(key, "kv"))
		wanted.kv = str_is(value, "find") ? READ_KV : str_is(value, "any") ? READ_ANY : str_is(value, "1") ? READ_KV_1 : READ_KV_2;
	else
		return vault_set(key, value);
	return true;
}

/* Where it was read and what it is made of; a wrapping token in its place. */
static void
read_describe(struct buf *b)
{
	const struct read *m = &machine.read;

	buf_fmt(b, "= %s %.*s\n", m->is_v2 ? "v2" : "at", STR(m->where));
	if (m->secret.wrapping_token.len)
		buf_fmt(b, "= wrapped %.*s\n", STR(m->secret.wrapping_token));
	else
		buf_fmt(b, "= data %.*s\n", STR(m->data.text));
}

static void
web_init(void)
{
	machine.web = (struct web){ .sts = { .env = &vars, .host = own.host } };
}

static const struct cred *
web_cred(void)
{
	return &machine.web.sts.got;
}

static void
profile_init(void)
{
	machine.profile = (struct profile){ .env = &vars, .home = own.home, .host = own.host };
}

static const struct cred *
profile_cred(void)
{
	return &machine.profile.cred;
}

static void
profile_describe(struct buf *b)
{
	if (machine.profile.settings.var[CRED_REGION].len)
		buf_fmt(b, "= region %.*s\n", STR(machine.profile.settings.var[CRED_REGION]));
}

static bool
set_word(struct str key, struct str value)
{
	static const char names[] = "host\0home\0role\0external_id\0duration";
	struct str *const word[] = { &own.host, &own.home, &own.role, &own.external_id, &own.duration };
	const char *name = names;

	for (size_t i = 0; i < sizeof word / sizeof *word; i++, name += strlen(name) + 1)
		if (str_is(key, name)) {
			*word[i] = value;
			return true;
		}
	return false;
}

static void
chain_init(void)
{
	sources.home = own.home;
	sources.host = own.host;
	machine.chain = (struct chain){ .config = &sources };
}

static const struct cred *
chain_cred(void)
{
	return &machine.chain.cred;
}

/* The only source, the configuration's own credentials, and the words of the others. */
static bool
chain_set(struct str key, struct str value)
{
	if (str_is(key, "pin"))
		sources.pin = chain_find(value);
	else if (str_is(key, "id"))
		sources.fixed.id = value;
	else if (str_is(key, "secret"))
		sources.fixed.secret = value;
	else if (str_is(key, "token"))
		sources.fixed.token = value;
	else
		return iot_set(key, value) || set_word(key, value);
	return sources.pin != CHAIN_SOURCES;
}

static void
chain_describe(struct buf *b)
{
	buf_fmt(b, "= source %s\n", chain_name(machine.chain.source));
}

/* A folder is a machine's. */
static const struct kind {
	const char *folder;
	const char *begins;	/* how its errors begin: one of these words, the last one empty */
	void (*init)(void);
	step_fn *step;
	const struct cred *(*cred)(void);	/* may be NULL */
	bool (*set)(struct str key, struct str value);	/* its own words of "config"; may be NULL */
	void (*describe)(struct buf *b);	/* more lines of the outcome; may be NULL */
	bool is_text;	/* a result comes from an answer that is not JSON: nothing but http can see that it was cut */
} kinds[] = {
	{ "container", "container credentials: \0", container_init, container_step, container_cred, NULL, NULL, false },
	{ "iot", "iot credentials: \0", iot_init, iot_step, iot_cred, iot_set, NULL, false },
	{ "imds", "instance metadata\0", imds_init, imds_step, imds_cred, NULL, NULL, false },
	{ "imds-region", "instance metadata\0", imds_init, imds_region_step, NULL, NULL, region_describe, true },
	{ "imds-identity", "instance metadata\0", imds_init, imds_identity_step, NULL, imds_set, identity_describe, true },
	{ "ec2", "vault https://vault:8200: \0", ec2_init, ec2_step, NULL, ec2_set, ec2_describe, false },
	{ "health", "vault https://vault:8200: \0", health_init, health_step, NULL, vault_set, health_describe, false },
	{ "self-renew", "vault https://vault:8200: \0", renew_init, self_step, NULL, vault_set, self_describe, false },
	{ "self-lookup", "vault https://vault:8200: \0", lookup_init, self_step, NULL, vault_set, self_describe, false },
	{ "read", "vault https://vault:8200: \0", read_init, read_step, NULL, read_set, read_describe, false },
	{ "self-revoke", "vault https://vault:8200: \0", revoke_init, self_step, NULL, vault_set, revoke_describe, false },
	{ "wrap", "vault https://vault:8200: \0", wrap_init, wrap_step, NULL, wrap_set, wrap_describe, false },
	{ "sts-who", "sts: \0", who_init, sts_step, NULL, set_word, who_describe, false },
	{ "sts", "sts: \0", sts_init, sts_step, sts_cred, set_word, NULL, false },
	{ "web", "web identity: \0", web_init, web_step, web_cred, set_word, NULL, false },
	{ "profile", "profile \0", profile_init, profile_step, profile_cred, set_word, profile_describe, false },
	{ "chain", "no aws credentials: \0iot credentials: \0half a pair of aws credentials: \0AWS_\0profile \0web identity: \0container credentials: \0instance metadata\0"
	  "none in the configuration\0no container endpoint\0", chain_init, chain_step, chain_cred, chain_set, chain_describe, false },
};

#endif
