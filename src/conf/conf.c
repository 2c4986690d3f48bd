/* conf/conf.c: flags, environment and defaults as one typed, checked configuration. */
/* SPDX-License-Identifier: MIT */
#include "conf/conf.h"

#include <string.h>

/* All texts of the table, one after the other: pointers to them would cost a relocation each. */
static const char texts[] =
#define CONF_TEXTS_OF(key, name, alias, bits, ...) name "\0" alias "\0" CONF_REST_OF(__VA_ARGS__)
#define CONF_REST_OF(variable, fallback, argument, help) variable "\0" fallback "\0" argument "\0" help "\0"
	CONF_FLAGS(CONF_TEXTS_OF);

const unsigned short conf_bits[CONF_KEYS] = {
#define CONF_BITS_OF(key, name, alias, bits, ...) bits,
	CONF_FLAGS(CONF_BITS_OF)
};

const char *
conf_text(enum conf_key key, enum conf_text which)
{
	return str_nth(texts, (unsigned)key * CONF_TEXTS + which);
}

static struct str
env_get(char *const *envp, const char *prefix, const char *name)
{
	size_t n = strlen(prefix), len = strlen(name);

	for (; envp && *envp; envp++) {
		struct str value = str_of(*envp);

		if (!str_begins(value, prefix))
			continue;
		value = str_part(value, n, value.len);
		if (str_begins(value, name) && value.at[len] == '=')
			return str_part(value, len + 1, value.len);
	}
	return S("");
}

struct str
conf_env(const struct config *c, const char *name)
{
	return env_get(c->env, "", name);
}

/* PANTLER_… and HTTPS_PROXY as they stand; else BAO_<name>, else VAULT_<name>. *prefix says what stood before the name. */
static struct str
env_vault(char *const *envp, const char *name, const char **prefix)
{
	struct str value;

	*prefix = "";
	if (str_is_in(str_part(str_of(name), 0, 6), "PANTLE\0" "HTTPS_\0" "https_\0"))
		return env_get(envp, "", name);
	value = env_get(envp, *prefix = "BAO_", name);
	return value.len ? value : env_get(envp, *prefix = "VAULT_", name);
}

/* Variables that would change what a login does, and that this build cannot honour: going on without would be a surprise. */
static const char refused[] = "CLIENT_CERT\0" "CLIENT_KEY\0" "CLIENT_CERT_BYTES\0" "CLIENT_KEY_BYTES\0" "HTTP_PROXY\0" "PROXY_ADDR\0"
	"HEADERS\0" ;

/* Variables that are ignored, though someone may have meant them. */
static const char ignored[] = "AGENT_ADDR\0" "SRV_LOOKUP\0" "RATE_LIMIT\0" "MAX_RETRIES\0" "LOG_FORMAT\0" "HTTPS_PROXY\0" "https_proxy\0";

static void
read_aws(struct config *c, char *const *envp)
{
	const char *name = cred_names;

	for (unsigned i = 0; i < 2 * CRED_VARS; i++, name = str_next(name)) {
		struct str *v = &c->aws.var[i / 2];

		if (!v->len && *name)
			*v = env_get(envp, "", name);
	}
}

int
conf_read_env(struct config *c, char *const *envp, struct err *e)
{
	const char *prefix, *name, *row = texts;
	size_t n = 0;

	c->env = envp;
	c->min_backoff_ms = 1000;	/* Vault Agent's own */
	c->max_backoff_ms = 300000;
	c->reuse_token = true;
	c->requests_per_minute = 60;
	for (enum conf_key i = 0; i < CONF_KEYS; i++, row = str_nth(row, CONF_TEXTS)) {
		struct setting *s = &c->set[i];
		struct str value;

		*s = (struct setting){ str_of(str_nth(row, CONF_TEXT_DEFAULT)), FROM_DEFAULT, "-", str_nth(row, CONF_TEXT_NAME) };
		name = str_nth(row, CONF_TEXT_VARIABLE);
		value = env_vault(envp, name, &prefix);
		if (*name && value.len)
			*s = (struct setting){ value, FROM_ENV, prefix, name };
	}
	c->ca_pem = env_vault(envp, "CACERT_BYTES", &prefix);
	c->home = env_get(envp, "", "HOME");
	read_aws(c, envp);
	for (name = ignored; *name; name = str_next(name))
		if (env_vault(envp, name, &prefix).len) {
			c->ignored[n].prefix = prefix;
			c->ignored[n++].name = name;
		}
	for (name = refused; *name; name = str_next(name))
		if (env_vault(envp, name, &prefix).len)
			return err_set(e, ERR_INPUT, CAUSE_USE, "%s%s is set: not in this build yet", prefix, name);
	return 0;
}

/* Flags that users of Vault or of later versions type, and that this build answers with a plain no. */
static const char not_yet[] = "client-cert\0" "client-key\0" "tls-pin\0" "tls-pin-only\0" "tls-min-version\0" "header\0"
	"owner\0" "clock\0" "supervise\0" "on-change\0";

/* Rows of the classic table; names are under 32 bytes. */
unsigned
conf_distance(struct str a, struct str b)
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
unknown_flag(const struct config *c, struct str name, enum conf_verb verb, struct err *e)
{
	const char *nearest = NULL;
	unsigned best = 3;

	name = str_part(name, 0, 40);
	if (str_is_in(name, not_yet))
		return err_set(e, ERR_INPUT, CAUSE_USE, "-%.*s: not in this build yet", STR(name));
	err_set(e, ERR_INPUT, CAUSE_USE, "unknown flag -%.*s", STR(name));
	for (enum conf_key i = 0; i < CONF_KEYS; i++) {
		const char *known = conf_text(i, CONF_TEXT_NAME);
		unsigned d = (conf_bits[i] & verb) ? conf_distance(name, str_of(known)) : 3;

		if (d < best) {
			best = d;
			nearest = known;
		}
	}
	if (nearest)
		return err_hint(e, "did you mean -%s?", nearest);
	return err_hint(e, "pantler help %s shows the flags", c->verb);
}

/* CONF_KEYS when there is none. */
static enum conf_key
find_flag(struct str name, enum conf_verb verb)
{
	enum conf_key i = 0;

	while (i < CONF_KEYS && !(name.len && (conf_bits[i] & verb) &&
	    (str_is(name, conf_text(i, CONF_TEXT_NAME)) || str_is(name, conf_text(i, CONF_TEXT_ALIAS)))))
		i++;
	return i;
}

/* Not inlined: 30 bytes less. */
static __attribute__((noinline)) void
set_flag(struct config *c, enum conf_key key, struct str value)
{
	c->set[key] = (struct setting){ value, FROM_FLAG, "-", conf_text(key, CONF_TEXT_NAME) };
}

int
conf_read_flags(struct config *c, enum conf_verb verb, int argc, char *const *argv, int *rest, struct err *e)
{
	int i = 0;

	/* Vault Agent's login is not wrapped by it. */
	if (verb == VERB_AGENT && c->set[CONF_WRAP_TTL].from == FROM_ENV)
		c->set[CONF_WRAP_TTL] = (struct setting){ S(""), FROM_DEFAULT, "-", "wrap-ttl" };
	for (; i < argc; i++) {
		struct str value = str_of(argv[i]), name;
		enum conf_key key;

		if (value.len < 2 || value.at[0] != '-')
			break;
		if (str_is(value, "--")) {
			i++;
			break;
		}
		value = str_part(value, value.at[1] == '-' ? 2 : 1, value.len);
		name = str_cut(&value, '=');
		key = find_flag(name, verb);
		if (key == CONF_KEYS)
			return unknown_flag(c, name, verb, e);
		if (name.at[name.len] != '=') {	/* argv's NUL */
			value = S("true");
			if (!(conf_bits[key] & CONF_BOOL) && ++i == argc)
				return err_set(e, ERR_INPUT, CAUSE_USE, "-%s needs a value", conf_text(key, CONF_TEXT_NAME));
			if (!(conf_bits[key] & CONF_BOOL))
				value = str_of(argv[i]);
		}
		if (key == CONF_CONFIG && value.len) {
			if (c->path_n == CONF_FILES)
				return err_set(e, ERR_LIMIT, CAUSE_USE, "-config stands more than %d times", CONF_FILES);
			c->path[c->path_n++] = value.at;
		}
		if (key == CONF_ENV || key == CONF_ENV_ALL || key == CONF_FILE) {
			if (c->binding_n == CONF_BINDINGS)
				return err_set(e, ERR_LIMIT, CAUSE_USE, "more than %d of -env, -env-all and -file", CONF_BINDINGS);
			c->binding[c->binding_n].key = key;
			c->binding[c->binding_n++].text = value.at;
		}
		set_flag(c, key, value);
	}
	*rest = i;
	return 0;
}

/* Arguments of login, in the order of CONF_ROLE and those behind it. */
static const char pairs[] = "role\0" "mount\0" "region\0" "header_value\0";
_Static_assert(CONF_HEADER_VALUE == CONF_ROLE + 3, "as many flags as pairs");

int
conf_read_pair(struct config *c, struct str pair, struct err *e)
{
	struct str value = pair;
	struct str name = str_cut(&value, '=');
	const char *known = pairs;
	enum conf_key key = CONF_ROLE;

	for (; *known && !str_is(name, known); known = str_next(known))
		key++;
	if (*known && name.len == pair.len)	/* "role" alone would quietly undo PANTLER_ROLE */
		return err_set(e, ERR_INPUT, CAUSE_USE, "%s= needs a value", known);
	if (*known) {
		set_flag(c, key, value);
		return 0;
	}
	name = str_part(name, 0, 40);
	if (str_begins(name, "aws_")) {
		err_set(e, ERR_INPUT, CAUSE_USE, "%.*s: the command line takes no secrets", STR(name));
		return err_hint(e, "use variables; pantler help names them");
	}
	err_set(e, ERR_INPUT, CAUSE_USE, "unknown argument \"%.*s\"", STR(name));
	return err_hint(e, "arguments are role= mount= region= header_value=; flags stand before them");
}
