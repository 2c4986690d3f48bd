/* conf/file.c: what Vault Agent's configuration files say: each read by itself, key by key, then all of them together. Sinks: conf/sink.c. */
/* SPDX-License-Identifier: MIT */
#include "conf/file.h"
#include "data/date.h"

#include <stddef.h>
#include <string.h>

enum kind {
	NOT_YET,	/* a login without it would be another */
	LACK,		/* a block, or many: pantler has none, or (1) this build has not */
	BLOCK,		/* -> block */
	SINKS,		/* blocks */
	PASS,		/* known, and means nothing here */
	/* Of any type that has a text: */
	TIME,		/* -> setting; a duration, 0 is unset */
	MS,		/* -> an int64_t; the same */
	TTL,		/* -> an int64_t; a duration of whole seconds, the same */
	TEXT,		/* -> setting; empty is unset */
	TYPE,		/* -> of the method or sink that it stands in; empty is unset */
	STRING,		/* -> a struct str */
	RAW,		/* -> a struct str; any bytes */
	BOOL,		/* -> a bool */
	COUNT,		/* -> an int64_t; 1 to CONF_REQUESTS_MAX */
	RETRIES,	/* a whole number; nothing is done with it */
	MODE,		/* -> an unsigned; a quoted one is octal */
	/* Numbers only: */
	SECONDS,	/* -> an int64_t, more than 0, unless the type is ec2 */
	ID,		/* -> an int64_t: a user or group */
	/* Strings only, as in all of config {}: */
	QUOTED,		/* -> setting; empty is a value */
	FILLED,		/* -> setting; not empty */
	PATH,		/* -> a struct str; not empty */
	SECRET,		/* -> a struct str */
	SOURCE,		/* -> config->source */
	PROOF,		/* -> a bool */
	IOT,		/* -> a struct str of config->iot, by iot_check */
	AGENT = 64,	/* beside one of the above: other verbs pass it over */
};

/* Where a value goes. */
#define C(member) offsetof(struct config, member)
#define K(member) offsetof(struct file_sink, member)

/* KEY(block, name, kind, target). A setting's later row wins: the method's namespace goes before that of vault {}. */
#define KEYS(KEY) \
	KEY(IN_FILE, "vault", BLOCK, IN_VAULT) KEY(IN_FILE, "auto_auth", BLOCK, IN_AUTO_AUTH) \
	KEY(IN_FILE, "api_proxy", AGENT | LACK, 0) KEY(IN_FILE, "cache", AGENT | LACK, 0) KEY(IN_FILE, "listener", AGENT | LACK, 0) \
	KEY(IN_FILE, "telemetry", AGENT | LACK, 0) KEY(IN_FILE, "template", AGENT | LACK, 1) \
	KEY(IN_FILE, "template_config", AGENT | LACK, 1) KEY(IN_FILE, "env_template", AGENT | LACK, 1) \
	KEY(IN_FILE, "exec", AGENT | LACK, 1) KEY(IN_FILE, "secret", AGENT | LACK, 1) \
	KEY(IN_FILE, "disable_idle_connections", PASS, 0) KEY(IN_FILE, "disable_keep_alives", PASS, 0) \
	KEY(IN_FILE, "exit_after_auth", AGENT | BOOL, C(once)) KEY(IN_FILE, "log_file", AGENT | TEXT, CONF_LOG_FILE) \
	KEY(IN_FILE, "log_format", AGENT | TEXT, CONF_LOG_FORMAT) KEY(IN_FILE, "log_level", AGENT | TEXT, CONF_LOG_LEVEL) \
	KEY(IN_FILE, "log_rotate_bytes", AGENT | TEXT, CONF_LOG_ROTATE_BYTES) \
	KEY(IN_FILE, "log_rotate_duration", AGENT | TEXT, CONF_LOG_ROTATE_DURATION) \
	KEY(IN_FILE, "log_rotate_max_files", AGENT | TEXT, CONF_LOG_ROTATE_MAX_FILES) \
	KEY(IN_FILE, "max_requests_per_minute", AGENT | COUNT, C(requests_per_minute)) \
	KEY(IN_FILE, "pid_file", AGENT | STRING, C(pid_file)) KEY(IN_FILE, "ready_file", AGENT | TEXT, CONF_READY_FILE) \
	KEY(IN_FILE, "reuse_token", AGENT | BOOL, C(reuse_token)) KEY(IN_FILE, "revoke_on_exit", AGENT | BOOL, C(revoke_on_exit)) \
	KEY(IN_VAULT, "address", TEXT, CONF_ADDRESS) KEY(IN_VAULT, "namespace", TEXT, CONF_NAMESPACE) \
	KEY(IN_VAULT, "ca_cert", TEXT, CONF_CA_CERT) KEY(IN_VAULT, "ca_path", TEXT, CONF_CA_PATH) \
	KEY(IN_VAULT, "ca_cert_pem", RAW, C(ca_pem)) KEY(IN_VAULT, "tls_server_name", TEXT, CONF_TLS_SERVER_NAME) \
	KEY(IN_VAULT, "tls_skip_verify", TEXT, CONF_TLS_SKIP_VERIFY) KEY(IN_VAULT, "client_cert", NOT_YET, 0) \
	KEY(IN_VAULT, "client_key", NOT_YET, 0) KEY(IN_VAULT, "tls_pin", NOT_YET, 0) \
	KEY(IN_VAULT, "retry", AGENT | BLOCK, IN_RETRY) KEY(IN_RETRY, "num_retries", RETRIES, 0) \
	KEY(IN_AUTO_AUTH, "method", BLOCK, IN_METHOD) KEY(IN_AUTO_AUTH, "sink", AGENT | SINKS, 0) \
	KEY(IN_AUTO_AUTH, "sinks", AGENT | SINKS, 0) \
	KEY(IN_AUTO_AUTH, "enable_reauth_on_new_credentials", AGENT | BOOL, C(reauth_on_new_credentials)) \
	KEY(IN_METHOD, "config", BLOCK, IN_CONFIG) KEY(IN_METHOD, "mount_path", TEXT, CONF_MOUNT) \
	KEY(IN_METHOD, "namespace", TEXT, CONF_NAMESPACE) KEY(IN_METHOD, "wrap_ttl", TIME, CONF_WRAP_TTL) \
	KEY(IN_METHOD, "type", TYPE, 0) KEY(IN_METHOD, "min_backoff", AGENT | MS, C(min_backoff_ms)) \
	KEY(IN_METHOD, "max_backoff", AGENT | MS, C(max_backoff_ms)) KEY(IN_METHOD, "exit_on_err", AGENT | BOOL, C(exit_on_err)) \
	KEY(IN_SINK, "type", TYPE, 0) KEY(IN_SINK, "config", BLOCK, IN_SINK_CONFIG) KEY(IN_SINK, "wrap_ttl", TTL, K(sink.wrap_ttl_s)) \
	KEY(IN_SINK, "dh_type", STRING, K(dh_type)) KEY(IN_SINK, "dh_path", STRING, K(sink.dh_path)) \
	KEY(IN_SINK, "derive_key", BOOL, K(sink.derive_key)) KEY(IN_SINK, "aad", RAW, K(sink.aad)) \
	KEY(IN_SINK, "aad_env_var", STRING, K(aad_env_var)) \
	KEY(IN_SINK_CONFIG, "path", PATH, K(sink.path)) KEY(IN_SINK_CONFIG, "mode", MODE, K(sink.mode)) \
	KEY(IN_SINK_CONFIG, "owner", ID, K(sink.uid)) KEY(IN_SINK_CONFIG, "group", ID, K(sink.gid)) \
	KEY(IN_SINK_CONFIG, "uid", ID, K(sink.uid)) KEY(IN_SINK_CONFIG, "gid", ID, K(sink.gid)) \
	KEY(IN_CONFIG, "type", QUOTED, CONF_TYPE) KEY(IN_CONFIG, "role", FILLED, CONF_ROLE) \
	KEY(IN_CONFIG, "header_value", QUOTED, CONF_HEADER_VALUE) KEY(IN_CONFIG, "region", QUOTED, CONF_REGION) \
	KEY(IN_CONFIG, "access_key", SECRET, C(cred.id)) KEY(IN_CONFIG, "secret_key", SECRET, C(cred.secret)) \
	KEY(IN_CONFIG, "session_token", SECRET, C(cred.token)) \
	KEY(IN_CONFIG, "credentials", SOURCE, C(source)) KEY(IN_CONFIG, "credential_poll_interval", SECONDS, C(credential_poll_s)) \
	KEY(IN_CONFIG, "nonce", SECRET, C(nonce)) KEY(IN_CONFIG, "nonce_file", QUOTED, CONF_NONCE_FILE) \
	KEY(IN_CONFIG, "ec2_proof", PROOF, C(pkcs7)) \
	KEY(IN_CONFIG, "iot", BLOCK, IN_IOT) \
	KEY(IN_IOT, "endpoint", IOT, C(iot[IOT_ENDPOINT])) KEY(IN_IOT, "role_alias", IOT, C(iot[IOT_ROLE_ALIAS])) \
	KEY(IN_IOT, "cert", IOT, C(iot[IOT_CERT])) KEY(IN_IOT, "key", IOT, C(iot[IOT_KEY])) KEY(IN_IOT, "ca", IOT, C(iot[IOT_CA])) \
	KEY(IN_IOT, "thing_name", IOT, C(iot[IOT_THING_NAME]))

static const char names[] =
#define NAME_OF(block, name, kind, target) name "\0"
	KEYS(NAME_OF);

static const struct row {
	unsigned char block, kind;
	unsigned short target;
} rows[] = {
#define ROW_OF(block, name, kind, target) { block, kind, target },
	KEYS(ROW_OF)
};

_Static_assert(sizeof rows / sizeof *rows == FILE_ROWS, "a place for what each key says");
_Static_assert(sizeof(struct config) < 65536, "targets are short");

static const char twice[] = "was set before";
static const char not_yet[] = "is set: not in this build yet";

/* "FILE:3:5: role is empty" */
int
file_refuse(struct file *f, const struct hcl *at, const char *name, const char *what)
{
	err_set(f->e, ERR_INPUT, CAUSE_USE, "%s %s", name, what);
	return hcl_in(f->e, f->name, at);
}

int
file_check_block(struct file *f, const struct hcl *v, const char *name)
{
	enum hcl_type type = hcl_type(v);

	return type == HCL_OBJECT ? 0 : file_refuse(f, v, name, type == HCL_LABELLED ? "has a label too many" : "must be a block");
}

void
file_set_type(struct file *f, struct str label, const char *known)
{
	f->type = str_eq_nocase(label, str_of(known)) ? str_of(known) : label;
}

int
file_check_type(struct file *f, const struct hcl *at, const char *name, const char *known)
{
	if (str_is(f->type, known))
		return 0;
	err_set(f->e, ERR_INPUT, CAUSE_USE, f->type.len ? "%s has another type than %s, and pantler has no other" : "%s type must be specified", name,
	    known);
	return hcl_in(f->e, f->name, at);
}

static bool
is_key(struct str key, const char *name, enum block in)
{
	return in >= IN_CONFIG && in != IN_SINK ? str_is(key, name) : str_eq_nocase(key, str_of(name));
}

/* The row of a key of a block, FILE_ROWS when there is none, and its name; or that of the most similar, or NULL. */
static size_t
find_row(struct str key, enum block in, const char **name)
{
	unsigned best = 3;
	const char *at = names;

	*name = NULL;
	for (size_t i = 0; i < FILE_ROWS; i++, at = str_next(at)) {
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
	return FILE_ROWS;
}

/* "FILE:3:5: ", or NULL and the arena's error. */
static const char *
place(struct file *f, const struct hcl *at)
{
	struct buf prefix = arena_buf(f->arena, strlen(f->name) + 32);
	unsigned line, column;

	hcl_place(at, &line, &column);
	buf_fmt(&prefix, "%s:%u:%u: %c", f->name, line, column, 0);
	if (prefix.full)
		return arena_err(f->e), NULL;
	arena_trim(f->arena, &prefix);
	return prefix.at;
}

static int
note(struct file *f, const struct hcl *at, struct str key, const char *nearest, bool is_lacking)
{
	struct config *c = f->config;
	struct conf_unknown *u = &c->unknown[c->unknown_n];

	if (c->unknown_n == CONF_UNKNOWN)
		return 0;
	c->unknown_n++;
	*u = (struct conf_unknown){ str_part(key, 0, 40), nearest, place(f, at), is_lacking };
	return u->prefix ? 0 : -1;
}

/* What stands in these blocks, and where they stand, is not said any more. */
void
file_forget(struct file *f, enum block first, enum block last)
{
	for (size_t i = 0; i < FILE_ROWS; i++)
		if (rows[i].block >= first && rows[i].block <= last) {
			f->said[i].prefix = NULL;
			f->is_seen[i] = false;
		}
	for (enum block in = first; in <= last; in++)
		f->block_at[in] = NULL;
}

/* A number is seconds, a text what Vault reads everywhere. */
static bool
parse_duration(enum hcl_type type, struct str text, int64_t *ms)
{
	char seconds[32];
	struct buf b = BUF(seconds);

	if (type == HCL_NUMBER && conf_number(text, 0, ms)) {
		bool fits = *ms <= INT64_MAX / 1000000000;	/* what Go can hold, as with a unit */

		*ms *= 1000;	/* of less than 2^53 */
		return fits;
	}
	if (type == HCL_NUMBER) {
		buf_fmt(&b, "%.*ss", STR(text));
		text = buf_str(&b);
	}
	return !b.full && date_parse_duration(text, ms);
}

/* What is wrong with a value, or NULL; and its number. Not inlined: 170 bytes less. */
static __attribute__((noinline)) const char *
judge(int kind, enum hcl_type type, struct str text, int64_t *n)
{
	bool is_number = conf_number(text, kind == MODE && type == HCL_STRING ? 8 : 0, n);

	if (kind >= QUOTED && type != HCL_STRING)
		return "must be a quoted string";
	if ((kind == STRING || kind == PATH) && !conf_is_clean(text))
		return "holds a control byte";
	if (kind >= SECONDS && type != HCL_NUMBER)
		is_number = false;
	switch (kind) {
	case TIME:
	case MS:
	case TTL:
		if (!parse_duration(type, text, n))
			return "is not a duration like 90, 1m30s or 500ms";
		if (kind == TIME)
			break;
		if (*n < 0)
			return "must not be less than 0";
		if (kind == MS)
			break;
		return conf_seconds(n);
	case BOOL:
		*n = str_is(text, "true");
		if (type != HCL_BOOL)
			return "must be true or false, without quotes";
		break;
	case COUNT:
		if (!is_number || (uint64_t)*n - 1 >= CONF_REQUESTS_MAX)
			return "must be a number from 1 to 300";
		break;
	case RETRIES:
		if (!is_number)
			return "must be a number";
		break;
	case MODE:
		if (!is_number || *n >> 9)
			return "must be an octal mode like 0640";
		break;
	case SECONDS:
		if (!is_number || *n >> 32)
			*n = 0;		/* for of type ec2 nobody looks at it */
		break;
	case ID:
		if (!is_number || (uint64_t)*n + 1 > UINT32_MAX)	/* -1 is nobody */
			return "must be the number of a user or group";
		break;
	case FILLED:
	case PATH:
		if (!text.len)
			return "is empty";
		break;
	case SOURCE:
		*n = chain_find(text);
		if (*n == CHAIN_SOURCES)
			return "must be static, iot, env, file, web-identity, container or imds";
		break;
	case PROOF:
		*n = str_is(text, "pkcs7");
		if (!str_is_in(text, "identity\0pkcs7\0"))
			return "must be identity or pkcs7";
		break;
	case SECRET:
		if (text.len && !str_is_visible(text))
			return "holds a byte that is not visible ascii";
		break;
	}
	return NULL;
}

/* What a key that is no block says. */
static int
read_value(struct file *f, const struct row *row, const char *name, const struct hcl *v, struct said *s)
{
	enum kind kind = row->kind & ~AGENT;
	enum hcl_type type = hcl_type(v);
	struct str text;
	const char *bad;
	int64_t n = 1;

	if (kind == NOT_YET)
		return file_refuse(f, v, name, not_yet);
	if (type >= HCL_LIST)
		return file_refuse(f, v, name, kind >= QUOTED ? "must be a quoted string" : "must be a string");
	if (hcl_text(v, f->arena, &text, f->e) < 0)
		return -1;
	if (kind == IOT && type == HCL_STRING && iot_check((row->target - C(iot)) / sizeof(struct str), text, f->e) < 0) {
		err_in(f->e, "%s", name);
		return hcl_in(f->e, f->name, v);
	}
	bad = judge(kind, type, text, &n);
	if (bad)
		return file_refuse(f, v, name, bad);
	if (kind == TYPE && text.len)
		f->type = text;
	if (kind == TIME && type == HCL_NUMBER) {	/* in words that a setting can have */
		struct buf b = arena_buf(f->arena, 24);

		buf_fmt(&b, "%lldms%c", (long long)n, 0);
		if (b.full)
			return arena_err(f->e);
		text = (struct str){ b.at, b.len - 1 };
	}
	if (kind < QUOTED && (!text.len || (kind <= TTL && !n)))
		return 0;
	if (kind == BOOL && s->prefix)	/* of another file: true when any says so */
		n |= s->n;
	*s = (struct said){ text, n, place(f, v) };
	return s->prefix ? 0 : -1;
}

static int
lack(struct file *f, const struct row *row, const char *name, const struct hcl *key, struct str text)
{
	if (f->config->on[CONF_IGNORE_UNSUPPORTED])
		return note(f, key, text, NULL, true);
	file_refuse(f, key, name, row->target ? not_yet : "is set: pantler has none");
	return err_hint(f->e, "%s; -ignore-unsupported passes it over", row->target ? "keep vault agent for it until then" :
	    "programs can ask vault with the token of a sink, and ready_file and the log tell how the agent is");
}

/* Whether an object is but a label around others: its first key is none of the block's, and something stands in it. */
bool
file_is_label(struct file *f, const struct hcl *v, enum block in)
{
	struct hcl key, inner;
	struct str text;
	const char *nearest;
	size_t cursor = 0;

	return hcl_each(v, &cursor, &key, &inner) && hcl_type(&inner) >= HCL_LIST &&
	    (hcl_text(&key, f->arena, &text, f->e) < 0 || find_row(text, in, &nearest) == FILE_ROWS);	/* no room: the caller comes upon it, too */
}

/* A block: an object, in JSON perhaps in a list of one. A method's may be in another, whose key is its label then. */
static int
enter(struct file *f, enum block in, const char *name, const struct hcl *v)
{
	const struct hcl *start = v;
	struct hcl key, only, inner;
	struct str label;
	size_t cursor = 0;

	if (hcl_type(v) == HCL_LIST && hcl_each(start, &cursor, &key, &only)) {
		if (hcl_each(start, &cursor, &key, &inner))
			return file_refuse(f, &inner, name, twice);
		v = &only;
	}
	cursor = 0;
	if (in == IN_METHOD && !f->type.at && file_is_label(f, v, in) && hcl_each(v, &cursor, &key, &inner)) {
		if (hcl_text(&key, f->arena, &label, f->e) < 0)
			return -1;
		file_set_type(f, label, "aws");
		return enter(f, in, name, &inner);
	}
	if (file_check_block(f, v, name) < 0)
		return -1;
	if (in == IN_VAULT)
		file_forget(f, IN_VAULT, IN_RETRY);
	if (in == IN_AUTO_AUTH) {
		file_forget(f, IN_AUTO_AUTH, BLOCKS - 1);
		f->config->sink_n = 0;
		f->type = (struct str){ 0 };
	}
	f->block_at[in] = place(f, start);
	if (!f->block_at[in] || file_read_block(f, v, in) < 0)
		return -1;
	if (in == IN_AUTO_AUTH && !f->block_at[IN_METHOD])
		return file_refuse(f, start, name, "has no \"method\" block");
	return in == IN_METHOD ? file_check_type(f, start, name, "aws") : 0;
}

int
file_read_block(struct file *f, const struct hcl *body, enum block in)
{
	struct hcl key, v;
	struct str text;
	const char *name;
	size_t cursor = 0;
	int result = 0;

	while (result == 0 && hcl_each(body, &cursor, &key, &v)) {
		const struct row *row;
		enum kind kind;
		size_t i;

		if (hcl_text(&key, f->arena, &text, f->e) < 0)
			return -1;
		i = find_row(text, in, &name);
		if (i == FILE_ROWS) {
			result = note(f, &key, text, name, false);
			continue;
		}
		row = &rows[i];
		kind = row->kind;
		if (kind == PASS || hcl_type(&v) == HCL_NULL || ((kind & AGENT) && f->verb != VERB_AGENT))
			continue;
		kind &= ~AGENT;
		if (f->is_seen[i] && kind != LACK && kind != SINKS)
			return file_refuse(f, &key, name, twice);
		f->is_seen[i] = true;
		result = kind == BLOCK ? enter(f, row->target, name, &v) : kind == SINKS ? file_read_sinks(f, &v, S("")) :
		    kind == LACK ? lack(f, row, name, &key, text) : read_value(f, row, name, &v, &f->said[i]);
	}
	return result;
}

/* A setting, where neither flag nor variable says another. */
static void
set(struct file *f, enum conf_key key, const struct said *s, const char *name)
{
	struct setting *to = &f->config->set[key];

	if (to->from <= FROM_FILE && !(f->has_ca && (key == CONF_CA_CERT || key == CONF_CA_PATH)))
		*to = (struct setting){ s->text, FROM_FILE, s->prefix, name };
}

int
file_apply(struct file *f, enum block first, enum block last, void *base)
{
	const char *name = names;

	for (size_t i = 0; i < FILE_ROWS; i++, name = str_next(name)) {
		const struct row *row = &rows[i];
		const struct said *s = &f->said[i];
		struct setting as = { .prefix = s->prefix, .name = name };
		void *at = (char *)base + row->target;

		if (!s->prefix || row->block < first || row->block > last)
			continue;
		switch (row->kind & ~AGENT) {
		case TEXT:
		case TIME:
		case QUOTED:
		case FILLED:
			set(f, row->target, s, name);
			break;
		case STRING:
		case RAW:
		case PATH:
		case SECRET:
		case IOT:
			if (!f->has_ca || at != (void *)&f->config->ca_pem)
				*(struct str *)at = s->text;
			break;
		case BOOL:
		case PROOF:
			*(bool *)at = s->n;
			break;
		case SECONDS:
			if (s->n <= 0 && !str_is(f->config->set[CONF_TYPE].value, "ec2"))
				return conf_refuse(&as, f->e, "must be a number of seconds, without quotes");
			*(int64_t *)at = s->n;
			break;
		case ID:
			if (*(int64_t *)at >= 0)
				return conf_refuse(&as, f->e, "stands under both of its names");
			*(int64_t *)at = s->n;
			break;
		case MODE:
			*(unsigned *)at = (unsigned)s->n;
			break;
		case MS:
		case TTL:
		case COUNT:
			*(int64_t *)at = s->n;
			break;
		case SOURCE:
			f->config->source = (enum chain_source)s->n;
			break;
		}
	}
	return 0;
}

/* All files have been read. */
static int
finish(struct file *f)
{
	struct config *c = f->config;
	struct setting block = { .prefix = f->block_at[IN_AUTO_AUTH], .name = "auto_auth" };
	const char *missing = "endpoint\0role_alias\0cert\0key";

	if (file_apply(f, IN_FILE, IN_IOT, c) < 0)
		return -1;
	c->cred.expires_s = CRED_FOREVER;
	if (c->cred.id.len ? !c->cred.secret.len : c->cred.secret.len || c->cred.token.len || c->source == CHAIN_STATIC)
		return err_set(f->e, ERR_INPUT, CAUSE_CREDENTIALS, "%shalf a pair of aws credentials: %s is not set", f->block_at[IN_CONFIG],
		    c->cred.id.len ? "secret_key" : "access_key");
	if (f->block_at[IN_IOT])
		for (enum iot_key i = IOT_ENDPOINT; i <= IOT_KEY; i++, missing = str_next(missing))
			if (!c->iot[i].len)
				return err_set(f->e, ERR_INPUT, CAUSE_USE, "%siot has no \"%s\"", f->block_at[IN_IOT], missing);
	if (c->source == CHAIN_IOT && !c->iot[IOT_ENDPOINT].len)
		return err_set(f->e, ERR_INPUT, CAUSE_USE, "%scredentials is iot, and there is no \"iot\" block", f->block_at[IN_CONFIG]);
	if (f->verb != VERB_AGENT || !block.prefix)
		return 0;
	if (!c->sink_n && !c->set[CONF_OUTPUT].value.len)
		return conf_refuse(&block, f->e, "has no \"sink\" block");
	block.prefix = f->block_at[IN_METHOD];
	block.name = "min_backoff";
	return c->min_backoff_ms <= c->max_backoff_ms ? 0 : conf_refuse(&block, f->e, "must not be more than max_backoff");
}

int
conf_read_files(struct config *c, enum conf_verb verb, const struct conf_file *file, size_t n, struct arena *a, struct err *e)
{
	struct file f = { .config = c, .verb = verb, .arena = a, .e = e };
	struct hcl root;

	c->unknown = arena_get(a, CONF_UNKNOWN * sizeof *c->unknown);
	c->sink = arena_get(a, (CONF_SINKS + 1) * sizeof *c->sink);
	if (!c->unknown || !c->sink)
		return arena_err(e);
	f.has_ca = c->ca_pem.len || c->set[CONF_CA_CERT].from > FROM_FILE || c->set[CONF_CA_PATH].from > FROM_FILE;
	for (size_t i = 0; i < n; i++) {
		f.name = file[i].name;
		memset(f.is_seen, 0, sizeof f.is_seen);
		if (hcl_parse(&root, file[i].text, e) < 0)
			return hcl_in(e, f.name, &root);
		if (file_read_block(&f, &root, IN_FILE) < 0)
			return -1;
	}
	return finish(&f);
}
