/* agent/reuse.c: the token that an earlier run left in a sink, and whether it may be believed. */
/* SPDX-License-Identifier: MIT */
#include "agent/reuse.h"

#include "sys/file.h"

#define TOKEN_FILE_MAX 16384	/* bytes of it: Vault takes headers of 8 KiB */

/* What the lookup says is what our login would give. */
static bool
is_ours(const struct config *c, const struct self *m, struct arena *a)
{
	char text[256];
	struct buf path = BUF(text);
	struct json meta, created;
	struct str got, namespace, role;
	struct err ignored;
	int64_t ttl_s;

	if (login_add_path(&path, c->set[CONF_MOUNT].value, &ignored) < 0 || path.full ||
	    cred_get_string(&got, m->data, "path", a, &ignored) < 0 || !str_eq(got, buf_str(&path)) ||
	    cred_get_string(&namespace, m->data, "namespace_path", a, &ignored) < 0 || !vault_is_namespace(&c->vault, namespace) ||
	    json_get(m->data, "meta", &meta, &ignored) < 0)
		return false;
	/* Type ec2 has its name there; of type iam there is none. */
	if (json_type(meta) == JSON_OBJECT && cred_get_string(&role, meta, "role", a, &ignored) == 0 && role.len && !str_eq(role, c->set[CONF_ROLE].value))
		return false;
	return !m->grant.uses && (!m->grant.lease_s || (json_get(m->data, "creation_ttl", &created, &ignored) == 0 &&
	    json_i64(created, &ttl_s, &ignored) == 0 && (m->grant.lease_s > TOKEN_LEASE_MAX_S || 3 * m->grant.lease_s > ttl_s)));
}

/* Whether all that says where a token is from stands in files, which configured_s is the time of. */
static bool
is_of_files(const struct config *c)
{
	static const unsigned char keys[] = { CONF_ADDRESS, CONF_NAMESPACE, CONF_MOUNT, CONF_TYPE, CONF_ROLE };

	for (size_t i = 0; i < sizeof keys; i++)
		if (c->set[keys[i]].from > FROM_FILE)
			return false;
	return true;
}

static int
refuse(const struct conf_sink *s, const char *why, struct err *e)
{
	return err_set(e, ERR_ABSENT, CAUSE_FILE, "%.*s %s", STR(s->path), why);
}

int
reuse_find(struct self *m, const struct conf_sink **sink, struct flow *f, int64_t configured_s, struct err *e)
{
	const struct config *c = f->config;
	const struct conf_sink *s = NULL;
	int64_t changed_s;

	for (size_t i = c->sink_n; i-- > 0;)
		if (!c->sink[i].encrypt && !c->sink[i].wrap_ttl_s)
			s = &c->sink[i];
	if (!s || !c->reuse_token || c->vault.wrap_ttl_s || !is_of_files(c))
		return err_set(e, ERR_ABSENT, CAUSE_FILE, "no sink may hold one");
	*sink = s;
	*m = (struct self){ .vault = &c->vault, .what = SELF_LOOKUP };
	if (file_read_own(s->path.at, TOKEN_FILE_MAX, &f->arena, &m->token, &changed_s, e) < 0)
		return -1;
	if (configured_s >= changed_s)
		return refuse(s, "is not newer than the configuration", e);
	if (!str_is_visible(m->token))
		return refuse(s, "holds no token", e);
	if (flow_run(f, self_step, m, e) < 0)
		return -1;
	return is_ours(c, m, &f->arena) ? 0 : refuse(s, "holds a token of another login, or one at its end", e);
}
