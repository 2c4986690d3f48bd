/* cmd/read.c: read and kv get: one secret to standard output or into a file. Keeps no lease alive. */
/* SPDX-License-Identifier: MIT */
#include "agent/session.h"
#include "cmd/cmd.h"
#include "data/code.h"
#include "sys/file.h"
#include "sys/log.h"
#include "sys/out.h"
#include "vault/show.h"
#include "vault/value.h"

#include <unistd.h>

/* k=v arguments: a read's are its query, a write's its body, in which k=- and k=@FILE are not files: what is secret comes by another way. */
static int
take_pairs(struct read *m, char *const *pair, int n, struct arena *a, struct err *e)
{
	size_t len = 2;
	struct buf query, body;
	struct jsonw w = { .out = &body };

	for (int i = 0; i < n; i++)
		len += 6 * str_of(pair[i]).len + 4;	/* 6: an escape in JSON; and quotes, colon, comma */
	query = arena_buf(a, len);
	body = arena_buf(a, len);
	jsonw_open(&w, '{');
	for (int i = 0; i < n; i++) {
		struct str value = str_of(pair[i]), key;

		if (!str_split(&value, '=', &key) || !key.len)
			return err_set(e, ERR_INPUT, CAUSE_USE, "\"%.*s\" is no argument like key=value", STR(str_part(str_of(pair[i]), 0, 40)));
		if (query.len)
			buf_add_c(&query, '&');
		uri_add_escaped(&query, key, false);
		buf_add_c(&query, '=');
		uri_add_escaped(&query, value, false);
		if (arena_keep(a, key, &key, e) < 0)
			return -1;
		jsonw_key(&w, key.at);
		jsonw_str(&w, value);
	}
	jsonw_close(&w, '}');
	if (query.full || body.full)
		return arena_err(e);
	if (m->is_write)
		m->body = buf_str(&body);
	else
		m->query = buf_str(&query);
	return 0;
}

/* The arguments, as a question. */
static int
take_arguments(struct cmd *cmd, struct read *m, struct err *e)
{
	const struct config *c = &cmd->config;

	m->kv = cmd->verb == VERB_READ ? READ_PLAIN : c->kv;
	m->mount = c->set[CONF_KV_MOUNT].value;
	m->version = c->kv_version;
	m->is_write = c->on[CONF_WRITE];
	if (!cmd->argc)
		return err_set(e, ERR_INPUT, CAUSE_USE, "no path");
	m->path = str_of(cmd->argv[0]);
	if (cmd->verb == VERB_KV && cmd->argc > 1)
		return err_set(e, ERR_INPUT, CAUSE_USE, "takes one path: flags stand before it");
	return take_pairs(m, cmd->argv + 1, cmd->argc - 1, &cmd->flow.arena, e);
}

/* -decode=base64: bytes that are no text, a disk's key. */
static int
decode(struct buf *out, struct str text, struct err *e)
{
	return code_base64_decode(out, str_trim(text)) && !out->full ? 0 :
	    err_set(e, ERR_PEER, CAUSE_ANSWER, "the value is not base64");
}

static int
render(struct buf *out, const struct config *c, const struct read *m, struct arena *a, struct err *e)
{
	struct str field = c->set[CONF_FIELD].value, format = c->set[CONF_FORMAT].value, text;
	struct json v;

	if (field.len) {
		if (m->secret.wrapping_token.len || m->secret.token.len)
			return show_field(out, &m->secret, field, a, e);
		if (value_find(&v, m->data, field, a, e) < 0 || value_text(&text, v, a, e) < 0)
			return -1;
		if (c->set[CONF_DECODE].value.len)
			return decode(out, text, e);
		buf_add_str(out, text);
		if (!c->set[CONF_OUTPUT].value.len)
			cmd_end_value(out);
		return 0;
	}
	if (str_is(format, "raw"))
		buf_add_str(out, m->text);
	else if (str_is(format, "json"))
		return m->text.len ? show_json(out, &m->secret, e) : 0;
	else if (str_is(format, "env") && m->secret.wrapping_token.len)
		return err_set(e, ERR_INPUT, CAUSE_ANSWER, "the answer is wrapped, and has no variables");
	else if (m->secret.wrapping_token.len || m->secret.token.len)
		return show_table(out, &m->secret, a, e);
	else if (str_is(format, "env"))
		return value_env(out, m->data, a, e);
	else if (json_type(m->data) == JSON_OBJECT)
		return value_table(out, m, a, e);
	return 0;
}

static int
deliver(struct cmd *cmd, const struct read *m, struct err *e)
{
	const struct config *c = &cmd->config;
	struct arena *a = &cmd->flow.arena;
	struct str output = c->set[CONF_OUTPUT].value;
	struct buf out = arena_buf(a, 64 * 1024 + 8 * m->text.len);	/* an escape may be six bytes; indentation, column padding */

	if (render(&out, c, m, a, e) < 0)
		return -1;
	return output.len ? file_replace(output, buf_str(&out), (mode_t)c->mode, e) : cmd_print(cmd, &out, e);
}

int
cmd_read(struct cmd *cmd, struct err *e)
{
	struct flow *f = &cmd->flow;
	struct str output = cmd->config.set[CONF_OUTPUT].value;
	struct vault vault = cmd->config.vault;
	struct session s = { 0 };
	struct read m = { .vault = &vault };
	int r;

	cmd->config.vault.wrap_ttl_s = 0;	/* it is the secret that is wrapped, not the login */
	if (take_arguments(cmd, &m, e) < 0 || (output.len ? file_check(output, e) : out_check(STDOUT_FILENO, e)) < 0 || session_begin(&s, f, e) < 0)
		return -1;
	m.token = s.token;
	s.is_kept = cmd->config.on[CONF_KEEP_TOKEN];
	r = flow_run(f, read_step, &m, e);
	if (r == 0) {
		session_note(&s, &m.secret);
		r = deliver(cmd, &m, e);
		cmd_show_warnings(&m.secret, &f->arena);
	}
	s.is_kept &= r == 0;	/* else nobody has got what hangs on it */
	session_end(&s, f);
	return r;
}
