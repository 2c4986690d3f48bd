/* cmd/sign.c: show the signed login request instead of sending it. Opens no connection. */
/* SPDX-License-Identifier: MIT */
#include "agent/flow.h"
#include "cmd/cmd.h"
#include "data/date.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "sys/mem.h"

/* A word for a POSIX shell: in single quotes, each single quote of its own as '\''. */
static void
add_quoted(struct buf *b, struct str s)
{
	buf_add_c(b, '\'');
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] == '\'')
			buf_fmt(b, "'\\''");
		else
			buf_add_c(b, s.at[i]);
	buf_add_c(b, '\'');
}

static void
add_option(struct buf *b, const char *option, struct str value)
{
	if (!value.len)
		return;
	buf_fmt(b, " %s ", option);
	add_quoted(b, value);
}

/* A curl command that reads the body from a here-document: nothing secret stands in its arguments, where every user of the
   machine could read it. */
static int
add_curl(struct buf *b, const struct config *c, const struct ask_http *ask, struct arena *a, struct err *e)
{
	buf_fmt(b, "curl --silent --show-error --request %.*s", STR(ask->method));
	add_option(b, "--cacert", c->set[CONF_CA_CERT].value);
	add_option(b, "--capath", c->set[CONF_CA_PATH].value);
	for (size_t i = 0; i < ask->head_n; i++) {
		struct buf line = arena_buf(a, ask->head[i].name.len + ask->head[i].value.len + 2);

		buf_fmt(&line, "%.*s: %.*s", STR(ask->head[i].name), STR(ask->head[i].value));
		if (line.full)
			return arena_err(e);
		add_option(b, "--header", buf_str(&line));
	}
	buf_fmt(b, " --data-binary @- ");
	add_quoted(b, ask->url);
	buf_fmt(b, " <<'PANTLER'\n%.*s\nPANTLER\n", STR(ask->body));
	return 0;
}

/* For whom and how long the command is good: for people. */
static void
explain(const struct config *c, int64_t at_s)
{
	char until[32];
	struct buf b = BUF(until);
	struct str id = c->set[CONF_HEADER_VALUE].value;

	date_format_rfc3339(&b, at_s + LOGIN_VALID_S);
	if (id.len)
		log_text(LOG_ERROR, "good until %.*s, for a vault whose iam_server_id_header_value is \"%.*s\", or that demands none",
		    STR(buf_str(&b)), STR(id));
	else
		log_text(LOG_ERROR, "good until %.*s, for every vault that demands no server id and trusts this identity",
		    STR(buf_str(&b)));
	log_text(LOG_ERROR, "whoever has this text can log in as this machine until then");
}

static int
sign(const struct config *c, struct arena *a, struct buf *out, struct err *e)
{
	int64_t at_s = c->set[CONF_AT].from == FROM_DEFAULT ? clock_wall_s() : c->at_s;
	bool is_curl = c->set[CONF_FORMAT].from == FROM_FLAG && str_eq(c->set[CONF_FORMAT].value, S("curl"));
	struct senv env = { .wall_s = at_s, .arena = a };
	struct login_config plan;
	struct cred cred;
	struct login m = { .config = &plan };
	struct ask ask;

	if (flow_plan_login(&plan, &cred, c, e) < 0 || login_step(&m, NULL, &ask, &env, e) != STEP_ASK)
		return -1;
	*out = arena_buf(a, 16 * 1024 + 4 * ask.http.body.len + 4 * ask.http.url.len);	/* four bytes for a quoted quote */
	if (is_curl && add_curl(out, c, &ask.http, a, e) < 0)
		return -1;
	if (!is_curl)
		buf_fmt(out, "%.*s%.*s", STR(ask.http.body), STR(cmd_value_end()));
	if (out->full)
		return arena_err(e);
	if (is_curl)
		explain(c, at_s);
	return 0;
}

int
cmd_sign(struct cmd *c, struct err *e)
{
	struct arena a;
	struct loop loop;
	struct buf out;
	int r;

	if (mem_arena(&a, FLOW_BYTES, e) < 0)
		return -1;
	if (loop_open(&loop, e) < 0) {
		mem_release(&a);
		return -1;
	}
	r = sign(&c->config, &a, &out, e);
	if (r == 0)
		r = cmd_print(&loop, buf_str(&out), TICK_NEVER, e);
	mem_release(&a);
	loop_close(&loop);
	return r;
}
