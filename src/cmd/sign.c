/* cmd/sign.c: show the signed login request instead of sending it. Opens no connection. */
/* SPDX-License-Identifier: MIT */
#include "cmd/cmd.h"
#include "data/date.h"
#include "sys/clock.h"
#include "sys/log.h"

/* A word for a POSIX shell: in single quotes, each single quote of its own as '\''. */
static void
add_quoted(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] == '\'')
			buf_fmt(b, "'\\''");
		else
			buf_add_c(b, s.at[i]);
}

static void
add_option(struct buf *b, const char *option, struct str value)
{
	if (!value.len)
		return;
	buf_fmt(b, " %s '", option);
	add_quoted(b, value);
	buf_add_c(b, '\'');
}

/* A curl command that reads the body from a here-document: nothing secret stands in its arguments, where every user of the
   machine could read it. */
static void
add_curl(struct buf *b, const struct config *c, const struct ask_http *ask)
{
	buf_fmt(b, "curl -sS --fail-with-body -X %.*s", STR(ask->method));
	add_option(b, "--cacert", c->set[CONF_CA_CERT].value);
	for (size_t i = 0; i < ask->head_n; i++) {
		buf_fmt(b, " -H '%.*s: ", STR(ask->head[i].name));
		add_quoted(b, ask->head[i].value);
		buf_add_c(b, '\'');
	}
	add_option(b, "--data-binary @-", ask->url);
	buf_fmt(b, " <<'PANTLER'\n%.*s\nPANTLER\n", STR(ask->body));
}

/* For whom and how long the command is good: for people. */
static void
explain(const struct config *c, int64_t at_s)
{
	char until[32];
	struct buf b = BUF(until);
	struct str id = c->set[CONF_HEADER_VALUE].value;

	date_format_rfc3339(&b, at_s + LOGIN_VALID_S);
	log_text(LOG_ERROR, "until %.*s whoever has this text can log in as this machine", STR(buf_str(&b)));
	log_text(LOG_ERROR, "it is good for a vault that demands no server id%s%.*s%s", id.len ? ", or \"" : "", STR(id), id.len ? "\"" : "");
}

int
cmd_sign(struct cmd *cmd, struct err *e)
{
	const struct config *c = &cmd->config;
	struct arena *a = &cmd->flow.arena;
	bool is_curl = c->set[CONF_FORMAT].from == FROM_FLAG && str_is(c->set[CONF_FORMAT].value, "curl");
	struct senv env = { .wall_s = c->set[CONF_AT].from == FROM_DEFAULT ? clock_wall_s() : c->at_s, .arena = a };
	struct auth auth;
	struct login m = { .config = &auth.plan };
	struct ask ask;
	struct buf out;

	if (is_curl && (c->set[CONF_CA_PATH].value.len || c->ca_pem.len))
		return err_set(e, ERR_INPUT, CAUSE_USE, "curl needs -ca-cert, not VAULT_CACERT_BYTES or -ca-path");
	if (is_curl && c->set[CONF_TLS_SERVER_NAME].value.len)
		return conf_refuse(&c->set[CONF_TLS_SERVER_NAME], e, "is set: curl cannot be told another name");
	if (auth_plan(&auth, &cmd->flow, e) < 0 || login_step(&m, NULL, &ask, &env, e) != STEP_ASK)
		return -1;
	out = arena_buf(a, 16 * 1024 + 4 * (ask.http.body.len + ask.http.url.len));	/* four bytes for a quoted quote */
	if (is_curl) {
		add_curl(&out, c, &ask.http);
		explain(c, env.wall_s);
	} else {
		buf_add_str(&out, ask.http.body);
		cmd_end_value(&out);
	}
	return cmd_print(cmd, &out, e);
}
