/* agent/reuse.c: the token that an earlier run left in a sink, and whether it may be believed. */
/* SPDX-License-Identifier: MIT */
#include "agent/reuse.h"

#include "sys/file.h"

#define TOKEN_FILE_MAX 16384	/* bytes of it: Vault takes headers of 8 KiB */

/* What the lookup says is what our login would give. *has_role: the role is, too. */
static bool
is_ours(const struct config *c, const struct self *m, struct arena *a, bool *has_role)
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
	*has_role = json_type(meta) == JSON_OBJECT && cred_get_string(&role, meta, "role", a, &ignored) == 0 && role.len;
	if (*has_role && !str_eq(role, c->set[CONF_ROLE].value))
		return false;
	return !m->grant.uses && (!m->grant.lease_s || (json_get(m->data, "creation_ttl", &created, &ignored) == 0 &&
	    json_i64(created, &ttl_s, &ignored) == 0 && 3 * m->grant.lease_s > ttl_s));
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
	unsigned others;
	bool has_role;

	for (size_t i = c->sink_n; i-- > 0;)
		if (!c->sink[i].encrypt && !c->sink[i].wrap_ttl_s)
			s = &c->sink[i];
	if (!s || !c->reuse_token || c->vault.wrap_ttl_s)
		return err_set(e, ERR_ABSENT, CAUSE_FILE, "no sink may hold one");
	*sink = s;
	*m = (struct self){ .vault = &c->vault, .what = SELF_LOOKUP };
	if (file_read(s->path.at, TOKEN_FILE_MAX, &f->arena, &m->token, &others, e) < 0)
		return -1;
	if (others & (022 | FILE_FOREIGN))
		return refuse(s, "is not ours alone to write", e);
	if (!str_is_visible(m->token))
		return refuse(s, "holds no token", e);
	if (flow_run(f, self_step, m, e) < 0)
		return -1;
	if (!is_ours(c, m, &f->arena, &has_role) || (!has_role && (c->set[CONF_ROLE].from != FROM_FILE || configured_s >= file_changed_s(s->path.at))))
		return refuse(s, "holds a token of another login, or one at its end", e);
	return 0;
}
