/* conf/check.c: what the settings mean. Every refusal names the flag or variable that was wrong. */
/* SPDX-License-Identifier: MIT */
#include "aws/region.h"
#include "base/divide.h"
#include "conf/conf.h"
#include "data/code.h"
#include "data/date.h"

/* Values are not shown: a namespace, a path or a word may have been pasted wrong. */
int
conf_refuse(const struct setting *s, struct err *e, const char *what)
{
	return err_set(e, ERR_INPUT, CAUSE_USE, "%s%s %s", s->prefix, s->name, what);
}

int
conf_duration(const struct setting *s, int64_t *ms, struct err *e)
{
	if (!date_parse_duration(s->value, ms))
		return conf_refuse(s, e, "is not a duration like 90, 1m30s or 500ms");
	return *ms > 0 ? 0 : conf_refuse(s, e, "must be more than 0");
}

const char *
conf_seconds(int64_t *n)
{
	uint64_t s = (uint64_t)*n;

	if (divide(&s, 1000) || s > UINT32_MAX)
		return "must be whole seconds, below 2^32";
	*n = (int64_t)s;
	return NULL;
}

bool
conf_number(struct str text, unsigned base, int64_t *out)
{
	bool minus = !base && str_take(&text, '-');
	int64_t n = 0;

	if (!base) {
		base = text.len && *text.at == '0' ? 8 : 10;
		if (str_begins(text, "0x") || str_begins(text, "0X")) {
			base = 16;
			text = str_part(text, 2, text.len);
		}
	}
	if (!text.len)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		int digit = code_hex_value(text.at[i]);

		if (digit < 0 || digit >= (int)base)
			return false;
		n = n * base + digit;
		if (n >> 53)
			return false;
	}
	*out = minus ? -n : n;
	return true;
}

bool
conf_is_clean(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.at[i] < 0x20 || text.at[i] == 0x7f)
			return false;
	return true;
}

/* Control bytes are wrong in every setting: they reach headers, terminals and files. Booleans are as Go's ParseBool has them,
   which Vault uses. */
static int
check_each(struct config *c, struct err *e)
{
	for (enum conf_key i = 0; i < CONF_KEYS; i++) {
		const struct setting *s = &c->set[i];

		if (!conf_is_clean(s->value))
			return conf_refuse(s, e, "holds a control byte");
		/* A shell variable that is not set must not send a token elsewhere. */
		if ((i == CONF_OUTPUT || i == CONF_FIELD || i == CONF_MODE) && s->from == FROM_FLAG && !s->value.len)
			return conf_refuse(s, e, "needs a value");
		if (!(conf_bits[i] & CONF_BOOL))
			continue;
		c->on[i] = str_is_in(s->value, "1\0t\0T\0true\0TRUE\0True\0");
		if (!c->on[i] && s->from != FROM_DEFAULT && !str_is_in(s->value, "0\0f\0F\0false\0FALSE\0False\0"))
			return conf_refuse(s, e, "is neither true nor false");
	}
	return 0;
}

/* "" and "auto" ask for the machine's own region; the environment says it, or nothing does. */
static int
check_region(struct config *c, struct err *e)
{
	struct setting s = c->set[CONF_REGION];

	c->region = s.value;
	if (!c->region.len || str_is(c->region, "auto")) {
		c->region = c->aws.var[CRED_REGION];
		s.prefix = "AWS_REGION or AWS_DEFAULT_";
		s.name = "REGION";
	}
	return !c->region.len || region_is_valid(c->region) ? 0 : conf_refuse(&s, e, "is not a region: a-z, 0-9 and hyphens");
}

static int
check_vault(struct config *c, struct err *e)
{
	const struct setting *s = c->set;
	struct host host;
	const char *bad;
	int64_t ttl;

	if (uri_parse(&c->vault.address, s[CONF_ADDRESS].value, e) < 0)
		return err_in(e, "%s%s", s[CONF_ADDRESS].prefix, s[CONF_ADDRESS].name);
	if (str_find_c(c->vault.address.path, '?') != SIZE_MAX)
		return conf_refuse(&s[CONF_ADDRESS], e, "holds a query");
	c->vault.namespace = s[CONF_NAMESPACE].value;
	if (!str_is_printable(c->vault.namespace))
		return conf_refuse(&s[CONF_NAMESPACE], e, "holds a byte that is not printable ascii");
	if (s[CONF_TLS_SERVER_NAME].value.len && host_parse(&host, s[CONF_TLS_SERVER_NAME].value, e) < 0)
		return err_in(e, "%s%s", s[CONF_TLS_SERVER_NAME].prefix, s[CONF_TLS_SERVER_NAME].name);
	if (s[CONF_WRAP_TTL].value.len) {
		if (conf_duration(&s[CONF_WRAP_TTL], &ttl, e) < 0)
			return -1;
		bad = conf_seconds(&ttl);
		if (bad)
			return conf_refuse(&s[CONF_WRAP_TTL], e, bad);
		c->vault.wrap_ttl_s = (uint32_t)ttl;
	}
	return 0;
}

/* One of a list's words, and no other. */
static int
check_word(const struct setting *s, const char *words, struct err *e, const char *what)
{
	return str_is_in(s->value, words) ? 0 : conf_refuse(s, e, what);
}

static int
check_words(const struct config *c, enum conf_verb verb, struct err *e)
{
	const struct setting *format = &c->set[CONF_FORMAT], *type = &c->set[CONF_TYPE];

	if (check_word(&c->set[CONF_METHOD], "aws\0", e, "must be aws: there is no other") < 0 ||
	    check_word(type, verb == VERB_SIGN ? "iam\0" : "iam\0" "ec2\0", e, verb == VERB_SIGN ? "must be iam to be signed" : "must be iam or ec2") < 0)
		return -1;
	if (!format->value.len || verb & (VERB_AGENT | VERB_EXEC) || (verb == VERB_SIGN && format->from == FROM_ENV))
		return 0;	/* VAULT_FORMAT speaks of tables and json */
	if (verb & VERBS_READ)
		return check_word(format, "table\0" "json\0" "raw\0" "env\0", e, "must be table, json, raw or env");
	return verb == VERB_SIGN ? check_word(format, "json\0" "curl\0", e, "must be json or curl") :
	    check_word(format, "table\0" "json\0", e, "must be table or json");
}

/* What is about secrets alone. */
static int
check_read(struct config *c, enum conf_verb verb, struct err *e)
{
	const struct setting *kv = &c->set[CONF_KV], *version = &c->set[CONF_VERSION], *decode = &c->set[CONF_DECODE];

	c->kv = !kv->value.len ? verb == VERB_EXEC ? READ_ANY : READ_KV : str_is(kv->value, "1") ? READ_KV_1 : READ_KV_2;
	if (kv->value.len && check_word(kv, "1\0" "2\0", e, "must be 1 or 2") < 0)
		return -1;
	if (version->value.len && (!str_to_u64(version->value, &c->kv_version) || c->kv_version > UINT32_MAX))
		return conf_refuse(version, e, "is not a version: a whole number, 0 for the newest");
	if (decode->value.len && !str_is(decode->value, "base64"))
		return conf_refuse(decode, e, "must be base64");
	return !decode->value.len || c->set[CONF_FIELD].value.len ? 0 : conf_refuse(decode, e, "needs -field");
}

int
conf_check(struct config *c, enum conf_verb verb, struct err *e)
{
	struct setting *s = c->set;
	int64_t mode;

	if (check_each(c, e) < 0 || check_vault(c, e) < 0 || check_region(c, e) < 0 || check_words(c, verb, e) < 0 ||
	    conf_duration(&s[CONF_TIMEOUT], &c->timeout_ms, e) < 0)
		return -1;
	if ((verb & VERBS_SECRET) && check_read(c, verb, e) < 0)
		return -1;
	if (!conf_number(s[CONF_MODE].value, 8, &mode) || mode > 0777)
		return conf_refuse(&s[CONF_MODE], e, "must be an octal mode like 0640");
	c->mode = (unsigned)mode;
	c->vault.no_redirects = c->on[CONF_DISABLE_REDIRECTS];
	if (c->on[CONF_TOKEN_ONLY])
		s[CONF_FIELD].value = S("token");
	if (c->on[CONF_TOKEN_ONLY] || (s[CONF_NO_STORE].from == FROM_FLAG && c->on[CONF_NO_STORE]))
		c->on[CONF_STORE] = false;
	if (c->on[CONF_STORE] && !str_begins(c->home, "/"))
		return err_set(e, ERR_INPUT, CAUSE_USE, "-store needs an absolute path in HOME");
	if (c->on[CONF_STORE] && c->vault.wrap_ttl_s)
		return err_set(e, ERR_INPUT, CAUSE_USE, "-store: a wrapped token cannot be stored");
	if (s[CONF_AT].from == FROM_FLAG && !date_parse_rfc3339(s[CONF_AT].value, &c->at_s))
		return conf_refuse(&s[CONF_AT], e, "is not a time like 2026-01-02T03:04:05Z");
	return 0;
}
