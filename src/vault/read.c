/* vault/read.c: one path of Vault's read or written, KV's two versions told apart; a step machine. */
/* SPDX-License-Identifier: MIT */
#include "vault/read.h"

#include "vault/login.h"

static struct str
without_slashes(struct str path)
{
	str_span(&path, "/");
	while (path.len && path.at[path.len - 1] == '/')
		path.len--;
	return path;
}

static int
check_path(struct str path, struct err *e)
{
	struct str rest = path, part;
	bool more;

	do {
		more = str_split(&rest, '/', &part);
		if (!part.len || str_is_in(part, ".\0" "..\0"))
			return err_set(e, ERR_INPUT, CAUSE_USE, "an empty, \".\" or \"..\" part in the path");
	} while (more);
	for (size_t i = 0; i < path.len; i++)
		if ((unsigned char)path.at[i] < ' ' || path.at[i] == 0x7f)
			return err_set(e, ERR_INPUT, CAUSE_USE, "a control byte in the path");
	return 0;
}

static enum step
ask_path(struct read *m, struct str before, struct str path, struct str query, struct ask *out, struct arena *a, struct err *e)
{
	struct vault vault = *m->vault;
	bool is_secret = m->state == READ_SECRET;
	struct buf b = arena_buf(a, before.len + 3 * path.len + 1 + query.len);	/* 3: an escaped byte */

	if (!is_secret)
		vault.wrap_ttl_s = 0;
	buf_add_str(&b, before);
	uri_add_escaped(&b, path, true);
	if (query.len)
		buf_fmt(&b, "?%.*s", STR(query));
	if (b.full)
		return arena_err(e), STEP_FAIL;
	arena_trim(a, &b);
	if (vault_ask(out, &vault, m->is_write && is_secret ? S("PUT") : S("GET"), buf_str(&b), is_secret ? m->body : S(""), a, e) < 0)
		return STEP_FAIL;
	out->http.within_ms = READ_WITHIN_MS;
	out->http.once = is_secret;	/* it may make a lease */
	out->http.head[out->http.head_n++] = (struct http_field){ S("X-Vault-Token"), m->token };
	return STEP_ASK;
}

/* The secret itself, when it is known where that is: of KV version 2 behind "data/" in its mount. */
static enum step
ask_secret(struct read *m, struct str mount, struct str rest, struct ask *out, struct arena *a, struct err *e)
{
	struct buf where = arena_buf(a, mount.len + rest.len + 6), version = arena_buf(a, 32);
	const char *infix = m->is_v2 ? "data/" : "";

	if (m->is_v2 && !rest.len)
		return err_set(e, ERR_INPUT, CAUSE_USE, "that is a mount, and no secret in it"), STEP_FAIL;
	if (m->version && !m->is_v2)
		return err_set(e, ERR_INPUT, CAUSE_USE, "-version is for KV version 2, and this is not"), STEP_FAIL;
	buf_fmt(&where, "%.*s%s%s%.*s", STR(mount), mount.len && rest.len ? "/" : "", infix, STR(rest));
	if (m->version)
		buf_fmt(&version, "version=%llu", (unsigned long long)m->version);
	if (where.full || version.full)
		return arena_err(e), STEP_FAIL;
	m->where = buf_str(&where);
	m->state = READ_SECRET;
	return ask_path(m, S(""), m->where, m->version ? buf_str(&version) : m->query, out, a, e);
}

/* Where the mount ends that Vault names; the path goes on behind it. */
static int
take_mount(struct read *m, const struct answer *in, struct str *mount, struct str *rest, struct arena *a, struct err *e)
{
	const struct str hide[] = { m->token, S("") };
	struct vault_secret s;
	struct json data, path, type, options, version;
	struct str whole = *rest, at;

	*mount = S("");
	if (in->how == ANSWER_OK && in->status == 404)
		return 0;
	if (vault_check(in, hide, a, e) < 0) {
		err_in(e, "its mount");
		return e->code == ERR_DENIED ? err_hint(e, "say which version of KV it is, -kv=1 or -kv=2, and vault is not asked") : -1;
	}
	if (vault_parse_secret(&s, in->body, a, e) < 0 || json_get(s.root, "data", &data, e) < 0 || json_get(data, "path", &path, e) < 0 ||
	    json_get(data, "type", &type, e) < 0 || json_get(data, "options", &options, e) < 0 ||
	    json_get(options, "version", &version, e) < 0 || json_string(path, a, &at, e) < 0)
		return err_in(e, "its mount");
	at = without_slashes(at);
	if (!at.len || !str_has_prefix(whole, at) || (whole.len > at.len && whole.at[at.len] != '/'))
		return err_set(e, ERR_PEER, CAUSE_ANSWER, "its mount: vault names one that the path is not in");
	*mount = at;
	*rest = without_slashes(str_part(whole, at.len, whole.len));
	m->is_v2 = str_is(version.text, "\"2\"") &&
	    (m->kv == READ_KV || (str_is(type.text, "\"kv\"") && !str_begins(*rest, "data/")));
	return 0;
}

static enum step
begin(struct read *m, struct ask *out, struct arena *a, struct err *e)
{
	struct str path = m->path, mount = m->mount;
	bool is_asked = m->kv == READ_KV || m->kv == READ_ANY;

	if (check_path(path, e) < 0 || (mount.len && check_path(mount, e) < 0))
		return STEP_FAIL;
	m->is_v2 = m->kv == READ_KV_2;
	if (m->is_v2 && !mount.len)
		mount = str_cut(&path, '/');
	if (!is_asked)
		return ask_secret(m, mount, path, out, a, e);
	m->state = READ_MOUNT;
	return ask_path(m, S("sys/internal/ui/mounts/"), mount.len ? mount : path, S(""), out, a, e);
}

/* 404 to a version of KV 2 that is no more: the answer has its metadata. */
static int
say_absent(struct read *m, struct str body, struct arena *a, struct err *e)
{
	struct json root = { 0 }, data = { 0 }, metadata = { 0 }, deleted = { 0 }, destroyed = { 0 };
	struct str time = S("");
	struct err ignored;
	const char *how = "was deleted";

	if (!m->is_v2 || json_parse(&root, body, &ignored) < 0 || json_get(root, "data", &data, &ignored) < 0 ||
	    json_get(data, "metadata", &metadata, &ignored) < 0 || json_get(metadata, "deletion_time", &deleted, &ignored) < 0 ||
	    json_get(metadata, "destroyed", &destroyed, &ignored) < 0 || json_type(metadata) != JSON_OBJECT)
		return err_set(e, ERR_ABSENT, CAUSE_ANSWER, "no value there");
	if (str_is(destroyed.text, "true"))
		how = "is destroyed";
	else if (json_type(deleted) == JSON_STRING && json_string(deleted, a, &time, &ignored) < 0)
		time = S("");
	return err_set(e, ERR_ABSENT, CAUSE_ANSWER, "this version %s%s%.*s", how, time.len ? ", " : "", STR(str_part(time, 0, 40)));
}

static int
take_secret(struct read *m, const struct answer *in, struct arena *a, struct err *e)
{
	const struct str hide[] = { m->token, S("") };
	struct json within;

	if (in->how == ANSWER_OK && in->status == 404 && !vault_error_text(in->body, a).len)
		return say_absent(m, in->body, a, e);
	if (vault_check(in, hide, a, e) < 0)
		return -1;
	m->text = in->body;
	if (!in->body.len && in->status == 204)
		return m->is_write ? 0 : say_absent(m, in->body, a, e);
	if (vault_parse_secret(&m->secret, in->body, a, e) < 0 || json_get(m->secret.root, "data", &m->data, e) < 0)
		return -1;
	if (json_type(m->data) <= JSON_NULL) {
		m->data = (struct json){ { 0 } };
		return m->is_write || m->secret.wrapping_token.len || m->secret.token.len ? 0 : say_absent(m, in->body, a, e);
	}
	if (!m->is_v2)
		return 0;
	if (json_get(m->data, "data", &within, e) < 0)
		return err_in(e, "answer: data");
	if (json_type(within) == JSON_NULL)
		return say_absent(m, in->body, a, e);
	if (json_type(within) != JSON_OBJECT)
		return err_set(e, ERR_PEER, CAUSE_ANSWER, "answer: data has no data, as version 2 of KV has");
	m->data = within;
	return 0;
}

enum step
read_step(void *machine, const struct answer *in, struct ask *out, struct senv *env, struct err *e)
{
	struct read *m = machine;
	struct str mount, rest;
	enum step r = STEP_FAIL;

	switch (m->state) {
	case READ_START:
		m->path = m->where = without_slashes(m->path);
		m->mount = without_slashes(m->mount);
		r = begin(m, out, env->arena, e);
		break;
	case READ_MOUNT:
		rest = m->mount.len ? m->mount : m->path;
		if (take_mount(m, in, &mount, &rest, env->arena, e) < 0)
			break;
		if (m->mount.len) {
			if (rest.len && mount.len)
				err_set(e, ERR_INPUT, CAUSE_USE, "-mount goes beyond the mount \"%.*s\"", STR(mount));
			else
				r = ask_secret(m, m->mount, m->path, out, env->arena, e);
			break;
		}
		r = ask_secret(m, mount, rest, out, env->arena, e);
		break;
	case READ_SECRET:
		if (take_secret(m, in, env->arena, e) == 0)
			return STEP_DONE;
		break;
	}
	if (r == STEP_FAIL) {
		err_in(e, "%.*s", STR(m->where));
		login_err_in(m->vault, e);
	}
	return r;
}
