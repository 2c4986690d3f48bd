/* agent/flow.c: drives step machines: asks the network what they ask, until they have their result. */
/* SPDX-License-Identifier: MIT */
#include "agent/flow.h"

#include "data/http.h"
#include "net/xfer.h"
#include "sys/clock.h"
#include "sys/log.h"

/* One exchange, waited for. */
static int
exchange(struct flow *f, const struct ask_http *ask, struct xfer *x, struct err *e)
{
	const struct config *c = f->config;
	struct xfer_cfg cfg = {
		.ask = ask,
		.roots = { .file = c->set[CONF_CA_CERT].value.at, .bytes = c->ca_pem, .path = c->set[CONF_CA_PATH].value.at },
		.tls_server_name = c->set[CONF_TLS_SERVER_NAME].value,
		.skip_verify = c->tls_skip_verify,
		.arena = &f->arena,
		.wall_s = clock_wall_s(),
		.deadline = f->deadline,
	};
	int r = 0;

	log_text(LOG_DEBUG, "%.*s %.*s", STR(ask->method), STR(ask->url));
	xfer_start(x, f->loop, &cfg);
	while (!x->done && r == 0)
		r = loop_turn(f->loop, e);
	xfer_cancel(x);
	if (r == 0 && x->out.how == ANSWER_OK)
		log_text(LOG_DEBUG, "answer %d, %zu bytes", x->out.status, x->out.body.len);
	return r;
}

static bool
is_redirect(int status)
{
	return status == 301 || status == 302 || status == 307 || status == 308;
}

/* Where a redirect leads: an absolute URL, from https to https alone. The query is not Vault's business here: logins have
   none. -1: it is not to be followed, and *e says why. */
static int
redirect_url(struct flow *f, const struct ask_http *ask, const struct answer *in, struct str *url, struct err *e)
{
	struct str to = http_field_get(in->head, in->head_n, S("Location"), NULL);
	struct uri from, uri;
	char shown[512];
	struct buf b = { .at = shown, .cap = sizeof shown };

	if (!to.len)
		return err_set(e, ERR_PEER, CAUSE_ANSWER, "answer %d: a redirect without a place", in->status);
	if (uri_parse(&uri, to, e) < 0 || uri_parse(&from, ask->url, e) < 0) {
		e->code = ERR_PEER;
		e->cause = CAUSE_ANSWER;
		return err_in(e, "answer %d: redirect", in->status);
	}
	uri_format_safe(&b, &uri);
	if (from.tls && !uri.tls)
		return err_set(e, ERR_PEER, CAUSE_ANSWER, "answer %d: a redirect from https to %.*s is not followed", in->status,
		    STR(buf_str(&b)));
	log_text(LOG_INFO, "redirected to %.*s", STR(buf_str(&b)));
	return arena_keep(&f->arena, to, url, e);
}

/* Answer one ask into x->out: the exchange, and the one redirect. *sentence holds an error of ours. */
static int
answer_http(struct flow *f, const struct ask_http *ask, struct xfer *x, struct err *sentence, struct err *e)
{
	struct ask_http second = *ask;
	struct uri uri;
	char shown[512];
	struct buf b = { .at = shown, .cap = sizeof shown };

	if (exchange(f, ask, x, e) < 0)
		return -1;
	if (x->out.how != ANSWER_OK || !is_redirect(x->out.status))
		return 0;
	if (!ask->follow) {
		err_set(sentence, ERR_PEER, CAUSE_ANSWER, "answer %d: a redirect, and -disable-redirects is set", x->out.status);
	} else if (redirect_url(f, ask, &x->out, &second.url, sentence) == 0) {
		if (exchange(f, &second, x, e) < 0)
			return -1;
		if (uri_parse(&uri, second.url, e) == 0)
			uri_format_safe(&b, &uri);
		if (x->out.how != ANSWER_OK) {
			*sentence = *x->out.err;
			err_in(sentence, "redirected to %.*s", STR(buf_str(&b)));
			x->out.err = sentence;
			return 0;
		}
		if (!is_redirect(x->out.status))
			return 0;
		err_set(sentence, ERR_PEER, CAUSE_ANSWER, "answer %d: a second redirect is not followed", x->out.status);
	}
	x->out.how = ANSWER_BROKEN;
	x->out.err = sentence;
	return 0;
}

int
flow_run(struct flow *f, step_fn *machine_step, void *machine, struct err *e)
{
	const struct answer *in = NULL;
	struct err sentence;
	struct ask ask;
	struct xfer x = { 0 };

	for (;;) {
		struct senv env = { .wall_s = clock_wall_s(), .arena = &f->arena };

		switch (machine_step(machine, in, &ask, &env, e)) {
		case STEP_DONE:
			return 0;
		case STEP_FAIL:
			return -1;
		case STEP_ASK:
			break;
		}
		if (answer_http(f, &ask.http, &x, &sentence, e) < 0)
			return -1;
		in = &x.out;
	}
}

int
flow_plan_login(struct login_config *out, struct cred *cred, const struct config *c, struct err *e)
{
	if (cred_from_env(cred, &c->aws, e) < 0)
		return -1;
	log_text(LOG_DEBUG, "credentials from the environment, access key id %.*s", STR(cred->id));
	*out = (struct login_config){
		.vault = &c->vault,
		.cred = cred,
		.mount = c->set[CONF_MOUNT].value,
		.role = c->set[CONF_ROLE].value,
		.region = c->region,
		.header_value = c->set[CONF_HEADER_VALUE].value,
	};
	return 0;
}

/* A source of trust that cannot be read is better told before a byte goes out than in the middle of a handshake. */
static int
check_roots(const struct config *c, struct err *e)
{
	struct roots roots = { .file = c->set[CONF_CA_CERT].value.at, .bytes = c->ca_pem, .path = c->set[CONF_CA_PATH].value.at };
	struct file_reader r;

	if (!c->vault.address.tls || c->tls_skip_verify)
		return 0;
	if (roots_open(&r, &roots, e) < 0)
		return -1;
	file_reader_close(&r);
	return 0;
}

int
flow_login(struct flow *f, struct vault_secret *out, struct err *e)
{
	struct login_config plan;
	struct cred cred;
	struct login m = { .config = &plan };

	if (flow_plan_login(&plan, &cred, f->config, e) < 0 || check_roots(f->config, e) < 0)
		return -1;
	if (flow_run(f, login_step, &m, e) < 0)
		return -1;
	*out = m.secret;
	return 0;
}
