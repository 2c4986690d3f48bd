/* cmd/login.c: log in once and hand out the token. Keeps nothing alive: that is the agent's. */
/* SPDX-License-Identifier: MIT */
#include "cmd/cmd.h"
#include "sys/file.h"
#include "sys/log.h"
#include "sys/out.h"
#include "vault/show.h"

#include <unistd.h>

#define WARNINGS 10	/* of Vault's that are shown: standard error may be slow, and they may be many */

void
cmd_show_warnings(const struct vault_secret *s, struct arena *a)
{
	struct json all, none, item;
	struct str text;
	struct err ignored;	/* what cannot be unescaped is not worth failing a login for */
	size_t at = 0;
	unsigned n = 0;

	if (json_get(s->root, "warnings", &all, &ignored) < 0)
		return;
	while (json_each(all, &at, &none, &item))
		if (n++ < WARNINGS && json_string(item, a, &text, &ignored) == 0)
			log_text(LOG_WARN, "vault warns: %.*s", STR(str_part(text, 0, 400)));
	if (n > WARNINGS)
		log_text(LOG_WARN, "vault warns: and %u more", n - WARNINGS);
}

/* What is asked for: a field; or the format that was asked for; or a table for people, the token for a file. */
static int
render(struct buf *out, const struct config *c, const struct vault_secret *s, struct arena *a, struct err *e)
{
	const struct setting *set = c->set;
	struct str field = set[CONF_FIELD].value;
	bool to_file = set[CONF_OUTPUT].value.len > 0;

	if (!field.len && to_file && set[CONF_FORMAT].from != FROM_FLAG)	/* VAULT_FORMAT is about what people look at */
		field = c->vault.wrap_ttl_s ? S("wrapping_token") : S("token");
	if (!field.len)
		return str_is(set[CONF_FORMAT].value, "json") ? show_json(out, s, e) : show_table(out, s, a, e);
	if (show_field(out, s, field, a, e) < 0)
		return -1;
	if (!to_file)
		cmd_end_value(out);
	return 0;
}

/* Where Vault's own command looks for a token; -1 when the arena has no room. */
static int
kept_path(struct buf *path, const struct config *c, struct arena *a, struct err *e)
{
	*path = arena_buf(a, c->home.len + sizeof "/.vault-token");
	buf_fmt(path, "%.*s/.vault-token", STR(c->home));
	return path->full ? arena_err(e) : 0;
}

/* The token that this login gave; one that is wrapped is none. */
static int
store(const struct config *c, const struct vault_secret *s, struct arena *a, struct err *e)
{
	struct buf path;
	struct buf token = arena_buf(a, s->token.len);

	if (show_field(&token, s, S("token"), a, e) < 0)
		return err_in(e, "-store");
	return kept_path(&path, c, a, e) < 0 ? -1 : file_replace(buf_str(&path), buf_str(&token), 0600, e);
}

/* Before there is a token that nobody would get: whether the answer can be handed out as it was asked for. */
static int
check_delivery(const struct config *c, struct arena *a, struct err *e)
{
	struct str output = c->set[CONF_OUTPUT].value, field = c->set[CONF_FIELD].value;
	struct buf path;

	if (field.len && !show_has_field(field))
		return err_set(e, ERR_ABSENT, CAUSE_FIELD, "no answer has a field \"%.*s\"", STR(field));
	if (output.len ? file_check(output, e) < 0 : out_check(STDOUT_FILENO, e) < 0)
		return -1;
	if (!c->on[CONF_STORE])
		return 0;
	return kept_path(&path, c, a, e) < 0 ? -1 : file_check(buf_str(&path), e);
}

/* The answer to where it was asked for. */
static int
deliver(struct cmd *cmd, const struct vault_secret *s, struct err *e)
{
	const struct config *c = &cmd->config;
	struct arena *a = &cmd->flow.arena;
	struct str output = c->set[CONF_OUTPUT].value;
	struct buf out = arena_buf(a, 64 * 1024 + 4 * s->root.text.len);	/* indentation and column padding, several times over */

	if (render(&out, c, s, a, e) < 0 || (c->on[CONF_STORE] && store(c, s, a, e) < 0))
		return -1;
	return output.len ? file_replace(output, buf_str(&out), (mode_t)c->mode, e) : cmd_print(cmd, &out, e);
}

int
cmd_login(struct cmd *cmd, struct err *e)
{
	struct flow *f = &cmd->flow;
	const struct config *c = f->config;
	const struct setting *skip = &c->set[CONF_TLS_SKIP_VERIFY];
	struct auth auth = { 0 };
	int r;

	if (check_delivery(c, &f->arena, e) < 0)
		return -1;
	if (c->on[CONF_TLS_SKIP_VERIFY])
		log_text(LOG_WARN, "%s%s: whoever answers gets the login and hands out the token", skip->prefix, skip->name);
	if (auth_login(&auth, f, e) < 0)
		return -1;
	r = deliver(cmd, &auth.secret, e);
	cmd_show_warnings(&auth.secret, &f->arena);
	return r;
}
