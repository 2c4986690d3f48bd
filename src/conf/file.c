/* conf/file.c: what a Vault Agent configuration file says of a login. */
/* SPDX-License-Identifier: MIT */
#include "conf/conf.h"
#include "data/date.h"
#include "data/hcl.h"

#include <string.h>

enum block { IN_FILE, IN_VAULT, IN_AUTO_AUTH, IN_METHOD, IN_CONFIG, IN_IOT };

enum kind {
	PASS,		/* known, and nothing that is done once needs it */
	NOT_YET,	/* a login without it would be another */
	BLOCK,		/* -> block */
	SECONDS,	/* a number, 1 or more; the agent's */
	/* Of any type that has a text: */
	TEXT,		/* -> setting; empty is unset */
	TIME,		/* -> setting; a duration, 0 is unset */
	KEPT,		/* -> kept */
	/* Strings only, as in all of config {}: */
	QUOTED,		/* -> setting; empty is a value */
	FILLED,		/* -> setting; not empty */
	SECRET,		/* -> kept */
	SOURCE,		/* -> kept */
	PROOF,		/* -> kept */
	IOT,		/* -> config->iot, by iot_check */
};

/* Values that become no settings. */
enum kept { KEPT_ID, KEPT_SECRET, KEPT_TOKEN, KEPT_SOURCE, KEPT_PEM, KEPT_TYPE, KEPT_LABEL, KEPT_NONCE, KEPT_PROOF, KEPT_ALL };

/* KEY(block, name, kind, target). */
#define KEYS(KEY) \
	KEY(IN_FILE, "vault", BLOCK, IN_VAULT) KEY(IN_FILE, "auto_auth", BLOCK, IN_AUTO_AUTH) \
	KEY(IN_FILE, "api_proxy", PASS, 0) KEY(IN_FILE, "cache", PASS, 0) KEY(IN_FILE, "disable_idle_connections", PASS, 0) \
	KEY(IN_FILE, "disable_keep_alives", PASS, 0) KEY(IN_FILE, "env_template", PASS, 0) KEY(IN_FILE, "exec", PASS, 0) \
	KEY(IN_FILE, "exit_after_auth", PASS, 0) KEY(IN_FILE, "listener", PASS, 0) KEY(IN_FILE, "log_file", PASS, 0) \
	KEY(IN_FILE, "log_format", PASS, 0) KEY(IN_FILE, "log_level", PASS, 0) KEY(IN_FILE, "log_rotate_bytes", PASS, 0) \
	KEY(IN_FILE, "log_rotate_duration", PASS, 0) KEY(IN_FILE, "log_rotate_max_files", PASS, 0) \
	KEY(IN_FILE, "max_requests_per_minute", PASS, 0) KEY(IN_FILE, "pid_file", PASS, 0) KEY(IN_FILE, "ready_file", PASS, 0) \
	KEY(IN_FILE, "reuse_token", PASS, 0) KEY(IN_FILE, "revoke_on_exit", PASS, 0) KEY(IN_FILE, "secret", PASS, 0) \
	KEY(IN_FILE, "telemetry", PASS, 0) KEY(IN_FILE, "template", PASS, 0) KEY(IN_FILE, "template_config", PASS, 0) \
	KEY(IN_VAULT, "address", TEXT, CONF_ADDRESS) KEY(IN_VAULT, "namespace", TEXT, CONF_NAMESPACE) \
	KEY(IN_VAULT, "ca_cert", TEXT, CONF_CA_CERT) KEY(IN_VAULT, "ca_path", TEXT, CONF_CA_PATH) \
	KEY(IN_VAULT, "ca_cert_pem", KEPT, KEPT_PEM) KEY(IN_VAULT, "tls_server_name", TEXT, CONF_TLS_SERVER_NAME) \
	KEY(IN_VAULT, "tls_skip_verify", TEXT, CONF_TLS_SKIP_VERIFY) KEY(IN_VAULT, "client_cert", NOT_YET, 0) \
	KEY(IN_VAULT, "client_key", NOT_YET, 0) KEY(IN_VAULT, "tls_pin", NOT_YET, 0) KEY(IN_VAULT, "retry", PASS, 0) \
	KEY(IN_AUTO_AUTH, "method", BLOCK, IN_METHOD) KEY(IN_AUTO_AUTH, "sink", PASS, 0) KEY(IN_AUTO_AUTH, "sinks", PASS, 0) \
	KEY(IN_AUTO_AUTH, "enable_reauth_on_new_credentials", PASS, 0) \
	KEY(IN_METHOD, "config", BLOCK, IN_CONFIG) KEY(IN_METHOD, "mount_path", TEXT, CONF_MOUNT) \
	KEY(IN_METHOD, "namespace", TEXT, CONF_NAMESPACE) KEY(IN_METHOD, "wrap_ttl", TIME, CONF_WRAP_TTL) \
	KEY(IN_METHOD, "type", KEPT, KEPT_TYPE) KEY(IN_METHOD, "min_backoff", PASS, 0) KEY(IN_METHOD, "max_backoff", PASS, 0) \
	KEY(IN_METHOD, "exit_on_err", PASS, 0) \
	KEY(IN_CONFIG, "type", QUOTED, CONF_TYPE) KEY(IN_CONFIG, "role", FILLED, CONF_ROLE) \
	KEY(IN_CONFIG, "header_value", QUOTED, CONF_HEADER_VALUE) KEY(IN_CONFIG, "region", QUOTED, CONF_REGION) \
	KEY(IN_CONFIG, "access_key", SECRET, KEPT_ID) KEY(IN_CONFIG, "secret_key", SECRET, KEPT_SECRET) \
	KEY(IN_CONFIG, "session_token", SECRET, KEPT_TOKEN) \
	KEY(IN_CONFIG, "credentials", SOURCE, KEPT_SOURCE) KEY(IN_CONFIG, "credential_poll_interval", SECONDS, 0) \
	KEY(IN_CONFIG, "nonce", SECRET, KEPT_NONCE) KEY(IN_CONFIG, "nonce_file", QUOTED, CONF_NONCE_FILE) \
	KEY(IN_CONFIG, "ec2_proof", PROOF, KEPT_PROOF) \
	KEY(IN_CONFIG, "iot", BLOCK, IN_IOT) \
	KEY(IN_IOT, "endpoint", IOT, IOT_ENDPOINT) KEY(IN_IOT, "role_alias", IOT, IOT_ROLE_ALIAS) KEY(IN_IOT, "cert", IOT, IOT_CERT) \
	KEY(IN_IOT, "key", IOT, IOT_KEY) KEY(IN_IOT, "ca", IOT, IOT_CA) KEY(IN_IOT, "thing_name", IOT, IOT_THING_NAME)

static const char names[] =
#define NAME_OF(block, name, kind, target) name "\0"
	KEYS(NAME_OF);

static const struct {
	unsigned char block, kind, target;
} rows[] = {
#define ROW_OF(block, name, kind, target) { block, kind, target },
	KEYS(ROW_OF)
};

#define ROWS (sizeof rows / sizeof *rows)

/* The file that is being read. */
struct file {
	struct config *config;
	const char *name;
	struct arena *arena;
	struct err *e;
	bool has_ca;			/* a flag or a variable says whom to trust: nothing here does, then */
	bool is_seen[ROWS];		/* keys that stand once; so do the blocks that they stand in */
	struct str kept[KEPT_ALL];
};

/* "FILE:3:5: role is empty" */
static int
refuse(struct file *f, struct hcl at, const char *name, const char *what)
{
	err_set(f->e, ERR_INPUT, CAUSE_USE, "%s %s", name, what);
	return hcl_in(f->e, f->name, at);
}

static int
only_one(struct file *f, struct hcl at, const char *name)
{
	err_set(f->e, ERR_INPUT, CAUSE_USE, "at most one \"%s\" block is allowed", name);
	return hcl_in(f->e, f->name, at);
}

static bool
is_key(struct str key, const char *name, enum block in)
{
	return in >= IN_CONFIG ? str_is(key, name) : str_eq_nocase(key, str_of(name));
}

/* The row of a key of a block, ROWS when there is none, and its name; or that of the most similar, or NULL. */
static size_t
find_row(struct str key, enum block in, const char **name)
{
	unsigned best = 3;
	const char *at = names;

	*name = NULL;
	for (size_t i = 0; i < ROWS; i++, at = str_next(at)) {
		unsigned d;

		if (rows[i].block != in)
			continue;
		if (is_key(key, at, in)) {
			*name = at;
			return i;
		}
		d = conf_distance(key, str_of(at));
		if (d < best) {
			best = d;
			*name = at;
		}
	}
	return ROWS;
}

static void
note_unknown(struct file *f, struct hcl at, struct str key, const char *nearest)
{
	struct config *c = f->config;
	struct conf_unknown *u = &c->unknown[c->unknown_n];

	if (c->unknown_n == CONF_UNKNOWN)
		return;
	*u = (struct conf_unknown){ .key = str_part(key, 0, 40), .nearest = nearest };
	hcl_place(at, &u->line, &u->column);
	c->unknown_n++;
}

/* A setting, where neither flag nor variable says another. The namespace of the method goes before that of the server. */
static int
set(struct file *f, size_t row, const char *name, struct hcl at, struct str value)
{
	enum conf_key key = rows[row].target;
	struct setting *s = &f->config->set[key];
	struct buf prefix;
	unsigned line, column;

	if (s->from > FROM_FILE || (s->from == FROM_FILE && rows[row].block == IN_VAULT) ||
	    (f->has_ca && (key == CONF_CA_CERT || key == CONF_CA_PATH)))
		return 0;
	hcl_place(at, &line, &column);
	prefix = arena_buf(f->arena, strlen(f->name) + 32);
	buf_fmt(&prefix, "%s:%u:%u: %c", f->name, line, column, 0);
	if (prefix.full)
		return arena_err(f->e);
	*s = (struct setting){ value, FROM_FILE, prefix.at, name };
	return 0;
}

/* What a key that is no block says. */
static int
read_value(struct file *f, size_t row, const char *name, struct hcl v)
{
	enum kind kind = rows[row].kind;
	enum hcl_type type = hcl_type(v);
	const char *bad = NULL;
	struct str text = v.text;
	uint64_t seconds;
	int64_t ms = 1;

	if (kind == NOT_YET)
		bad = "is set: not in this build yet";
	else if (kind == SECONDS)
		bad = type == HCL_NUMBER && str_to_u64(text, &seconds) && seconds ? NULL : "must be a number of seconds, without quotes";
	else if (kind >= QUOTED && type != HCL_STRING)
		bad = "must be a quoted string";
	else if (type >= HCL_LIST)
		bad = "must be a string";
	else if (hcl_text(v, f->arena, &text, f->e) < 0)
		return -1;
	else if (kind == TIME && !date_parse_duration(text, &ms))
		bad = "is not a duration like 90, 1m30s or 500ms";
	else if (kind == FILLED && !text.len)
		bad = "is empty";
	else if (kind == SOURCE && chain_find(text) == CHAIN_SOURCES)
		bad = "must be static, iot, env, file, web-identity, container or imds";
	else if (kind == PROOF && !str_is_in(text, "identity\0pkcs7\0"))
		bad = "must be identity or pkcs7";
	else if (kind == SECRET && text.len && !str_is_visible(text))
		bad = "holds a byte that is not visible ascii";
	if (bad)
		return refuse(f, v, name, bad);
	if (kind == IOT && iot_check(rows[row].target, text, f->e) < 0) {
		err_in(f->e, "%s", name);
		return hcl_in(f->e, f->name, v);
	}
	if (kind == IOT)
		f->config->iot[rows[row].target] = text;
	if (kind == KEPT || kind == SECRET || kind == SOURCE || kind == PROOF)
		f->kept[rows[row].target] = text;
	else if (kind == QUOTED || kind == FILLED || ((kind == TIME || kind == TEXT) && text.len && ms))
		return set(f, row, name, v, text);
	return 0;
}

/* What is known of a block when all of it has been read. */
static int
end_block(struct file *f, enum block in, const char *name, struct hcl at)
{
	struct str *kept = f->kept;
	struct config *c = f->config;
	struct str type = kept[kept[KEPT_TYPE].len ? KEPT_TYPE : KEPT_LABEL];

	if (in == IN_AUTO_AUTH && !type.at)
		return refuse(f, at, name, "has no \"method\" block");
	if (in == IN_METHOD && !type.len)
		return refuse(f, at, name, "type must be specified");
	if (in == IN_METHOD && !str_is(type, "aws"))
		return refuse(f, at, name, "has another type than aws, and pantler has no other");
	if (in == IN_IOT) {
		const char *missing = "endpoint\0role_alias\0cert\0key";

		for (enum iot_key i = IOT_ENDPOINT; i <= IOT_KEY; i++, missing = str_next(missing))
			if (!c->iot[i].len) {
				err_set(f->e, ERR_INPUT, CAUSE_USE, "%s has no \"%s\"", name, missing);
				return hcl_in(f->e, f->name, at);
			}
	}
	if (in != IN_CONFIG)
		return 0;
	c->source = kept[KEPT_SOURCE].len ? chain_find(kept[KEPT_SOURCE]) : CHAIN_AUTO;
	if (c->source == CHAIN_IOT && !c->iot[IOT_ENDPOINT].len)
		return refuse(f, at, "credentials", "is iot, and there is no \"iot\" block");
	c->nonce = kept[KEPT_NONCE];
	c->pkcs7 = str_is(kept[KEPT_PROOF], "pkcs7");
	c->cred = (struct cred){ kept[KEPT_ID], kept[KEPT_SECRET], kept[KEPT_TOKEN], CRED_FOREVER };
	if (c->cred.id.len ? c->cred.secret.len : !c->cred.secret.len && !c->cred.token.len && c->source != CHAIN_STATIC)
		return 0;
	err_set(f->e, ERR_INPUT, CAUSE_CREDENTIALS, "half a pair of aws credentials: %s is not set", c->cred.id.len ? "secret_key" : "access_key");
	return hcl_in(f->e, f->name, at);
}

static int read_block(struct file *f, struct hcl body, enum block in);

/* A block: an object, in JSON perhaps in a list of one. A method's may be in another, whose key is its label then. */
static int
enter(struct file *f, enum block in, const char *name, struct hcl v)
{
	struct hcl start = v, key, inner;
	struct str text;
	const char *nearest;
	size_t cursor = 0;

	if (hcl_type(v) == HCL_LIST && hcl_each(start, &cursor, &key, &v) && hcl_each(start, &cursor, &key, &inner))
		return only_one(f, inner, name);
	cursor = 0;
	if (in == IN_METHOD && !f->kept[KEPT_LABEL].at && hcl_each(v, &cursor, &key, &inner) && hcl_type(inner) >= HCL_LIST) {
		if (hcl_text(key, f->arena, &text, f->e) < 0)
			return -1;
		if (find_row(text, in, &nearest) == ROWS) {
			f->kept[KEPT_LABEL] = str_eq_nocase(text, S("aws")) ? S("aws") : text;
			return enter(f, in, name, inner);
		}
	}
	if (hcl_type(v) != HCL_OBJECT)
		return refuse(f, v, name, hcl_type(v) == HCL_LABELLED ? "has a label too many" : "must be a block");
	return read_block(f, v, in) < 0 ? -1 : end_block(f, in, name, start);
}

static int
read_block(struct file *f, struct hcl body, enum block in)
{
	struct hcl key, v;
	struct str text;
	const char *name;
	size_t cursor = 0;
	int result = 0;

	while (result == 0 && hcl_each(body, &cursor, &key, &v)) {
		size_t row;

		if (hcl_text(key, f->arena, &text, f->e) < 0)
			return -1;
		row = find_row(text, in, &name);
		if (row == ROWS)
			note_unknown(f, key, text, name);
		if (row == ROWS || rows[row].kind == PASS || hcl_type(v) == HCL_NULL)
			continue;
		if (f->is_seen[row])
			return rows[row].kind == BLOCK ? only_one(f, key, name) : refuse(f, key, name, "was set before");
		f->is_seen[row] = true;
		result = rows[row].kind == BLOCK ? enter(f, rows[row].target, name, v) : read_value(f, row, name, v);
	}
	return result;
}

int
conf_read_file(struct config *c, const char *name, struct str text, struct arena *a, struct err *e)
{
	struct file f = { .config = c, .name = name, .arena = a, .e = e };
	struct hcl root;

	f.has_ca = c->ca_pem.len || c->set[CONF_CA_CERT].from > FROM_FILE || c->set[CONF_CA_PATH].from > FROM_FILE;
	if (hcl_parse(&root, text, e) < 0)
		return hcl_in(e, name, root);
	if (read_block(&f, root, IN_FILE) < 0)
		return -1;
	if (!f.has_ca)
		c->ca_pem = f.kept[KEPT_PEM];
	return 0;
}
