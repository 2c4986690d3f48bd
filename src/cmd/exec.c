/* cmd/exec.c: fetch secrets, put them into variables and files, and become the program that they are for. Stays beside nobody. */
/* SPDX-License-Identifier: MIT */
#include "agent/session.h"
#include "cmd/cmd.h"
#include "conf/binding.h"
#include "sys/become.h"
#include "sys/file.h"
#include "sys/log.h"
#include "vault/value.h"

extern char **environ;

#define VARIABLES 4096	/* of the program's environment */

struct exec {
	struct cmd *cmd;
	struct session session;
	struct binding binding[CONF_BINDINGS];
	struct read read[CONF_BINDINGS];	/* each path once: read[i].path is empty where an earlier one has it */
	const char *env[VARIABLES + 1];
	size_t env_n;
	size_t own_n;		/* the first of these are secrets */
};

/* Whether one of them has this name. */
static bool
is_set(const char *const *env, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++) {
		struct str rest = str_of(env[i]);

		if (str_eq(str_cut(&rest, '='), name))
			return true;
	}
	return false;
}

static size_t
count(char *const *list)
{
	size_t n = 0;

	while (list && list[n])
		n++;
	return n;
}

/* One more variable of ours. */
static int
add(struct exec *x, struct str name, struct str value, struct err *e)
{
	struct buf b = arena_buf(&x->cmd->flow.arena, name.len + value.len + 2);

	if (is_set(x->env, x->own_n, name))
		return err_set(e, ERR_INPUT, CAUSE_USE, "%.*s stands twice", STR(name));
	/* What is not handed on is not replaced. */
	if (!x->cmd->config.on[CONF_OVERRIDE] && !binding_is_ours(name) && is_set((const char *const *)environ, count(environ), name)) {
		err_set(e, ERR_INPUT, CAUSE_USE, "%.*s is set already", STR(name));
		return err_hint(e, "-override replaces it");
	}
	if (x->own_n == VARIABLES)
		return err_set(e, ERR_LIMIT, CAUSE_LIMIT, "more than %d variables", VARIABLES);
	if (str_find_c(value, 0) != SIZE_MAX)
		return err_set(e, ERR_INPUT, CAUSE_ANSWER, "a byte of zero, which no variable can hold");
	buf_fmt(&b, "%.*s=%.*s%c", STR(name), STR(value), 0);
	x->env[x->own_n++] = b.at;
	return b.full ? arena_err(e) : 0;
}

/* All words, before anything is asked. */
static int
take_words(struct exec *x, struct err *e)
{
	const struct config *c = &x->cmd->config;

	for (size_t i = 0; i < c->binding_n; i++) {
		struct binding *b = &x->binding[i];
		struct str text = str_of(c->binding[i].text);

		if (binding_parse(b, text, c->binding[i].key == CONF_ENV_ALL, e) < 0)
			return err_in(e, "-%s=%.*s", conf_text(c->binding[i].key, CONF_TEXT_NAME), STR(str_part(text, 0, 100)));
		x->read[i].path = b->path;
		for (size_t j = 0; j < i; j++)
			if (str_eq(x->binding[j].path, b->path))
				x->read[i].path = S("");
	}
	return c->set[CONF_FILE_DIR].value.len ? become_check_folder(c->set[CONF_FILE_DIR].value.at, e) : 0;
}

static int
fetch(struct exec *x, struct err *e)
{
	struct flow *f = &x->cmd->flow;
	const struct config *c = &x->cmd->config;

	for (size_t i = 0; i < c->binding_n; i++) {
		struct read *m = &x->read[i];

		if (!m->path.len)
			continue;
		m->vault = &c->vault;
		m->token = x->session.token;
		m->kv = c->kv;
		if (flow_run(f, read_step, m, e) < 0)
			return err_in(e, "-%s=%.*s", conf_text(c->binding[i].key, CONF_TEXT_NAME), STR(str_part(str_of(c->binding[i].text), 0, 100)));
		session_note(&x->session, &m->secret);
	}
	return 0;
}

/* A file of one value: in memory; or, without /proc, in the folder that is. */
static int
add_file(struct exec *x, struct str var, struct str value, struct err *e)
{
	struct str folder = x->cmd->config.set[CONF_FILE_DIR].value;
	struct buf path = arena_buf(&x->cmd->flow.arena, folder.len + var.len + 40);

	if (become_memory_file(&path, value, e) == 0)
		return add(x, var, buf_str(&path), e);
	if (!folder.len)
		return err_hint(e, "name a folder of a tmpfs by -file-dir");
	path.len = 0;
	buf_fmt(&path, "%.*s/%.*s%c", STR(folder), STR(var), 0);
	if (path.full)
		return arena_err(e);
	path.len--;
	return file_replace(buf_str(&path), value, 0400, e) < 0 ? -1 : add(x, var, buf_str(&path), e);
}

/* What one binding gives. */
static int
bind(struct exec *x, size_t i, struct err *e)
{
	struct arena *a = &x->cmd->flow.arena;
	const struct binding *b = &x->binding[i];
	const struct value_pair *pair;
	size_t first = 0, n;
	struct json v;
	struct str value;

	while (!str_eq(x->binding[first].path, b->path))
		first++;
	if (x->read[first].secret.wrapping_token.len || json_type(x->read[first].data) != JSON_OBJECT)
		return err_set(e, ERR_PEER, CAUSE_ANSWER, "the answer holds no secret");
	if (!b->field.len) {
		if (value_pairs(&pair, &n, x->read[first].data, b->var, a, e) < 0)
			return -1;
		for (size_t k = 0; k < n; k++)
			if (binding_check_name(pair[k].name, e) < 0 || add(x, pair[k].name, pair[k].value, e) < 0)
				return -1;
		return 0;
	}
	if (value_find(&v, x->read[first].data, b->field, a, e) < 0)
		return -1;
	if (json_type(v) == JSON_OBJECT || json_type(v) == JSON_ARRAY)
		return err_set(e, ERR_INPUT, CAUSE_FIELD, "field \"%.*s\" is no text but an object or a list", STR(str_part(b->field, 0, 100)));
	if (value_text(&value, v, a, e) < 0)
		return -1;
	return x->cmd->config.binding[i].key == CONF_FILE ? add_file(x, b->var, value, e) : add(x, b->var, value, e);
}

/* Secrets first, then what is left of what we were given. */
static int
make_environment(struct exec *x, struct err *e)
{
	const struct config *c = &x->cmd->config;

	for (size_t i = 0; i < c->binding_n; i++)
		if (bind(x, i, e) < 0)
			return err_in(e, "-%s=%.*s", conf_text(c->binding[i].key, CONF_TEXT_NAME), STR(str_part(str_of(c->binding[i].text), 0, 100)));
	if (c->on[CONF_TOKEN_ENV] && add(x, S("VAULT_TOKEN"), x->session.token, e) < 0)
		return -1;
	x->env_n = x->own_n;
	for (size_t i = 0; environ[i]; i++) {
		struct str variable = str_of(environ[i]), rest = variable;

		if (binding_is_ours(variable) || (c->on[CONF_PRISTINE] && !binding_is_plain(variable)) || is_set(x->env, x->own_n, str_cut(&rest, '=')))
			continue;
		if (x->env_n == VARIABLES)
			return err_set(e, ERR_LIMIT, CAUSE_LIMIT, "more than %d variables", VARIABLES);
		x->env[x->env_n++] = environ[i];
	}
	x->env[x->env_n] = NULL;
	return become_check_size(x->cmd->argv, (char *const *)x->env, e);
}

/* 0; or -1, and what was logged in for is gone again. */
static int
prepare(struct exec *x, struct err *e)
{
	struct flow *f = &x->cmd->flow;
	const struct config *c = &x->cmd->config;
	int r = session_begin(&x->session, f, e);

	if (r < 0)
		return -1;
	x->session.is_kept = c->on[CONF_KEEP_TOKEN] || c->on[CONF_TOKEN_ENV];
	r = fetch(x, e);
	if (r == 0)
		r = make_environment(x, e);
	if (r < 0)
		x->session.is_kept = false;	/* nobody is to have what hangs on it */
	session_end(&x->session, f);
	return r;
}

int
cmd_exec(struct cmd *cmd, struct err *e)
{
	struct flow *f = &cmd->flow;
	struct exec *x = arena_get(&f->arena, sizeof *x);
	const char *program;
	int r;

	if (!x)
		return arena_err(e);
	x->cmd = cmd;
	if (!cmd->argc)
		return err_set(e, ERR_INPUT, CAUSE_USE, "no program: pantler exec [flags] -- CMD [ARG...]");
	r = become_find(&program, cmd->argv[0], proc_env("PATH", false), &f->arena, e);
	if (r) {
		cmd->exit_code = r;
		return -1;
	}
	become_alone();
	cmd->config.vault.wrap_ttl_s = 0;
	if (take_words(x, e) < 0 || prepare(x, e) < 0)
		return -1;
	loop_close(&cmd->loop);
	cmd->exit_code = become_program(program, cmd->argv, (char *const *)x->env, f->proc, e);
	return -1;
}
