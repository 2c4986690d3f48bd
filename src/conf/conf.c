/* conf/conf.c: flags, environment and defaults as one typed, checked configuration. */
/* SPDX-License-Identifier: MIT */
#include "conf/conf.h"

#include "aws/region.h"
#include "data/date.h"

const struct conf_flag conf_flags[CONF_KEYS] = {
#define CONF_ROW(key, ...) [CONF_##key] = { __VA_ARGS__ },
	CONF_FLAGS(CONF_ROW)
#undef CONF_ROW
};

static struct str
env_get(char *const *envp, struct str prefix, struct str name)
{
	for (; envp && *envp; envp++) {
		struct str value = str_of(*envp);
		struct str key = str_cut(&value, '=');

		if (key.len == prefix.len + name.len && str_has_prefix(key, prefix) && str_has_suffix(key, name))
			return value;
	}
	return S("");
}

/* The value of BAO_<name>, else VAULT_<name>. */
static struct str
env_vault(char *const *envp, struct str name, bool *is_bao)
{
	struct str value = env_get(envp, S("BAO_"), name);

	*is_bao = value.len > 0;
	return value.len ? value : env_get(envp, S("VAULT_"), name);
}

/* Variables that would change what a login does, and that this build cannot honour: going on without would be a surprise. */
static const char *const refused[] = {
	"CLIENT_CERT", "CLIENT_KEY", "CLIENT_CERT_BYTES", "CLIENT_KEY_BYTES", "HTTP_PROXY", "PROXY_ADDR", "HEADERS",
};

/* Other sources of credentials, which this build does not read: named when there are none in the variables it reads. */
static const char *const other_sources[] = {
	"AWS_PROFILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE",
	"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
};

static struct str
first_of(char *const *envp, struct str a, struct str b)
{
	struct str value = env_get(envp, S(""), a);

	return value.len ? value : env_get(envp, S(""), b);
}

static void
read_aws(struct config *c, char *const *envp)
{
	c->aws.access_key_id = first_of(envp, S("AWS_ACCESS_KEY_ID"), S("AWS_ACCESS_KEY"));
	c->aws.secret_access_key = first_of(envp, S("AWS_SECRET_ACCESS_KEY"), S("AWS_SECRET_KEY"));
	c->aws.session_token = first_of(envp, S("AWS_SESSION_TOKEN"), S("AWS_SECURITY_TOKEN"));
	c->aws_region = first_of(envp, S("AWS_REGION"), S("AWS_DEFAULT_REGION"));
	for (size_t i = 0; i < sizeof other_sources / sizeof *other_sources; i++)
		if (env_get(envp, S(""), str_of(other_sources[i])).len)
			c->aws.has_other = true;
}

static void
warn(struct conf_warnings *w, const char *text)
{
	if (w->n < CONF_WARNINGS)
		w->text[w->n++] = text;
}

static void
read_ignored(char *const *envp, struct conf_warnings *w)
{
	bool is_bao;

	if (env_vault(envp, S("AGENT_ADDR"), &is_bao).len)
		warn(w, "VAULT_AGENT_ADDR is ignored: the address is VAULT_ADDR's");
	if (env_vault(envp, S("SRV_LOOKUP"), &is_bao).len)
		warn(w, "VAULT_SRV_LOOKUP is ignored: SRV records are not looked up");
	if (first_of(envp, S("HTTPS_PROXY"), S("https_proxy")).len)
		warn(w, "HTTPS_PROXY is ignored: this build connects directly");
}

int
conf_read_env(struct config *c, char *const *envp, struct conf_warnings *w, struct err *e)
{
	bool is_bao;

	for (size_t i = 0; i < CONF_KEYS; i++) {
		const struct conf_flag *f = &conf_flags[i];
		struct str value = S("");

		c->set[i] = (struct setting){ str_of(f->fallback), FROM_DEFAULT, "-", f->name };
		if (*f->variable)
			value = env_vault(envp, str_of(f->variable), &is_bao);
		if (value.len)
			c->set[i] = (struct setting){ value, FROM_ENV, is_bao ? "BAO_" : "VAULT_", f->variable };
		if (*f->pantler_variable)
			value = env_get(envp, S(""), str_of(f->pantler_variable));
		if (*f->pantler_variable && value.len)
			c->set[i] = (struct setting){ value, FROM_ENV, "", f->pantler_variable };
	}
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		if (env_vault(envp, str_of(refused[i]), &is_bao).len)
			return err_set(e, ERR_INPUT, CAUSE_USE, "%s%s is set, and this build does not have it yet",
			    is_bao ? "BAO_" : "VAULT_", refused[i]);
	if (env_get(envp, S(""), S("PANTLER_CONFIG")).len || env_get(envp, S(""), S("PANTLER_NONCE_FILE")).len)
		return err_set(e, ERR_INPUT, CAUSE_USE, "PANTLER_CONFIG or PANTLER_NONCE_FILE is set, and this build does not have it yet");
	c->ca_pem = env_vault(envp, S("CACERT_BYTES"), &is_bao);
	c->home = env_get(envp, S(""), S("HOME"));
	read_aws(c, envp);
	read_ignored(envp, w);
	return 0;
}

/* Flags that users of Vault or of later versions type, and that this build answers with a plain no. */
static const char *const not_yet[] = {
	"client-cert", "client-key", "tls-pin", "tls-pin-only", "tls-min-version", "header", "config", "nonce-file", "owner", "decode",
	"log-format", "log-file", "clock", "ignore-unsupported",
};

/* Edit distance, held to 3: enough to tell a slip from another word. Rows of the classic table; names are under 32 bytes. */
static unsigned
distance(struct str a, struct str b)
{
	unsigned row[33];

	if (a.len > 32 || b.len > 32)
		return 3;
	for (size_t j = 0; j <= b.len; j++)
		row[j] = (unsigned)j;
	for (size_t i = 0; i < a.len; i++) {
		unsigned diagonal = row[0];

		row[0] = (unsigned)i + 1;
		for (size_t j = 0; j < b.len; j++) {
			unsigned best = diagonal + (a.at[i] != b.at[j]);

			diagonal = row[j + 1];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (diagonal + 1 < best)
				best = diagonal + 1;
			row[j + 1] = best;
		}
	}
	return row[b.len] < 3 ? row[b.len] : 3;
}

static int
unknown_flag(struct str name, enum conf_verb verb, struct err *e)
{
	const char *nearest = NULL;
	unsigned best = 3;

	for (size_t i = 0; i < sizeof not_yet / sizeof *not_yet; i++)
		if (str_eq(name, str_of(not_yet[i])))
			return err_set(e, ERR_INPUT, CAUSE_USE, "-%.*s: this build does not have it yet", STR(name));
	err_set(e, ERR_INPUT, CAUSE_USE, "unknown flag -%.*s", STR(str_part(name, 0, 40)));
	for (size_t i = 0; i < CONF_KEYS; i++) {
		unsigned d = distance(name, str_of(conf_flags[i].name));

		if ((conf_flags[i].verbs & verb) && d < best) {
			best = d;
			nearest = conf_flags[i].name;
		}
	}
	return nearest ? err_hint(e, "did you mean -%s?", nearest) : -1;
}

static const struct conf_flag *
find_flag(struct str name, enum conf_verb verb)
{
	for (size_t i = 0; i < CONF_KEYS; i++) {
		const struct conf_flag *f = &conf_flags[i];

		if ((f->verbs & verb) && (str_eq(name, str_of(f->name)) || (*f->alias && str_eq(name, str_of(f->alias)))))
			return f;
	}
	return NULL;
}

int
conf_read_flags(struct config *c, enum conf_verb verb, int argc, char *const *argv, int *rest, struct err *e)
{
	int i = 0;

	for (; i < argc; i++) {
		struct str value = str_of(argv[i]), name;
		const struct conf_flag *f;
		bool has_value;

		if (value.len < 2 || value.at[0] != '-')
			break;
		if (str_eq(value, S("--"))) {
			i++;
			break;
		}
		value = str_part(value, value.at[1] == '-' ? 2 : 1, value.len);
		has_value = str_find_c(value, '=') != SIZE_MAX;
		name = str_cut(&value, '=');
		f = find_flag(name, verb);
		if (!f)
			return unknown_flag(name, verb, e);
		if (!has_value && f->kind == KIND_BOOL)
			value = S("true");
		else if (!has_value && i + 1 < argc)
			value = str_of(argv[++i]);
		else if (!has_value)
			return err_set(e, ERR_INPUT, CAUSE_USE, "-%s needs a value", f->name);
		c->set[f - conf_flags] = (struct setting){ value, FROM_FLAG, "-", f->name };
	}
	*rest = i;
	return 0;
}

int
conf_read_pair(struct config *c, struct str pair, struct err *e)
{
	static const struct {
		struct str name;
		enum conf_key key;
	} pairs[] = {
		{ S("role"), CONF_ROLE }, { S("mount"), CONF_MOUNT }, { S("region"), CONF_REGION },
		{ S("header_value"), CONF_HEADER_VALUE },
	};
	struct str value = pair;
	struct str name = str_cut(&value, '=');

	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		if (str_eq(name, pairs[i].name)) {
			c->set[pairs[i].key] = (struct setting){ value, FROM_FLAG, "-", conf_flags[pairs[i].key].name };
			return 0;
		}
	if (str_has_prefix(name, S("aws_"))) {
		err_set(e, ERR_INPUT, CAUSE_USE, "%.*s: secrets are not taken from the command line", STR(str_part(name, 0, 40)));
		return err_hint(e, "set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN");
	}
	err_set(e, ERR_INPUT, CAUSE_USE, "unknown argument \"%.*s\"", STR(str_part(name, 0, 40)));
	return err_hint(e, "arguments are role=, mount=, region= and header_value=; flags stand before them");
}
