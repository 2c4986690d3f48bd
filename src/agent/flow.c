/* agent/flow.c: drives step machines: asks the network what they ask, until they have their result. */
/* SPDX-License-Identifier: MIT */
#include "agent/flow.h"

#include "aws/region.h"
#include "data/http.h"
#include "net/xfer.h"
#include "sys/clock.h"
#include "sys/log.h"

/* Whom Vault's certificate is held against. */
static struct roots
vault_roots(const struct config *c)
{
	return (struct roots){ .file = c->set[CONF_CA_CERT].value.at, .bytes = c->ca_pem, .path = c->set[CONF_CA_PATH].value.at };
}

/* And AWS's, to which nothing of Vault's applies. */
static struct roots
aws_roots(const struct config *c, struct str url)
{
	struct roots r = { .whose = ROOTS_AWS, .file = c->aws.var[CRED_CA_BUNDLE].at };
	struct uri uri;
	struct err e;

	if (uri_parse(&uri, url, &e) == 0 && uri.host.kind == HOST_DNS && region_is_aws_host(uri.host.name))
		r.whose = ROOTS_AWS_OWN;
	return r;
}

/* One exchange, waited for. */
static int
exchange(struct flow *f, const struct ask_http *ask, struct xfer *x, struct err *e)
{
	const struct config *c = f->config;
	bool vault = ask->peer == PEER_VAULT;
	struct xfer_cfg cfg = {
		.ask = ask,
		.roots = vault ? vault_roots(c) : aws_roots(c, ask->url),
		.tls_server_name = vault ? c->set[CONF_TLS_SERVER_NAME].value : S(""),
		.skip_verify = vault && c->on[CONF_TLS_SKIP_VERIFY],
		.arena = &f->arena,
		.wall_s = clock_wall_s(),
		.deadline = f->deadline,
	};
	struct str shown = str_part(ask->url, 0, str_find_c(ask->url, '?'));	/* user and password uri_parse has refused */
	int r = 0;

	log_text(LOG_DEBUG, "%.*s %.*s", STR(ask->method), STR(shown));
	xfer_start(x, f->loop, &cfg);
	while (!x->done && r == 0)
		r = loop_turn(f->loop, e);
	xfer_cancel(x);
	if (r == 0 && x->out.how == ANSWER_OK)
		log_text(LOG_DEBUG, "answer %d, %zu bytes", x->out.status, x->out.body.len);
	return r;
}

/* Whether an answer is a redirect that is followed: the ask then has the new url, and `place` says where that is. 0: it is not
   a redirect. -1: one that is not followed, and *e says why. The query is not Vault's business here: logins have none. */
static int
redirect(struct flow *f, struct ask_http *ask, const struct answer *in, struct buf *place, struct err *e)
{
	const char *why = NULL;
	struct buf url;
	struct str to;
	struct uri uri;

	if (in->how != ANSWER_OK || (in->status != 301 && in->status != 302 && in->status != 307 && in->status != 308))
		return 0;
	to = http_field_get(in->head, in->head_n, "Location", NULL);
	url = arena_buf(&f->arena, to.len + 512);	/* a host name has at most 253 bytes */
	if (str_begins(to, "/") && !str_begins(to, "//") && uri_parse(&uri, ask->url, e) == 0)
		uri_format_safe(&url, &uri);	/* on the same server */
	buf_add_str(&url, to);
	if (!ask->follow)
		why = "-disable-redirects is set";
	else if (place->len)
		why = "it is the second";
	else if (url.full || uri_parse(&uri, buf_str(&url), e) < 0)
		why = "its place is no address";
	else if (!uri.tls && str_begins(ask->url, "https:"))
		why = "it leaves https";
	if (why)
		return err_set(e, ERR_PEER, CAUSE_ANSWER, "answer %d: redirect not followed: %s", in->status, why);
	uri_format_safe(place, &uri);
	log_text(LOG_INFO, "redirected to %.*s", STR(buf_str(place)));
	ask->url = buf_str(&url);
	return 1;
}

/* Answer one ask into x->out: the exchange, and the one redirect. *sentence holds an error of ours. */
static int
answer_http(struct flow *f, struct ask_http *ask, struct xfer *x, struct err *sentence, struct err *e)
{
	char text[512];
	struct buf place = BUF(text);
	int r;

	do {
		if (exchange(f, ask, x, e) < 0)
			return -1;
		r = redirect(f, ask, &x->out, &place, sentence);
	} while (r > 0);
	if (r == 0 && x->out.how == ANSWER_OK)
		return 0;
	if (r == 0)
		*sentence = *x->out.err;
	else
		x->out.how = ANSWER_BROKEN;
	if (place.len)
		err_in(sentence, "redirected to %.*s", STR(buf_str(&place)));
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
	struct roots roots = vault_roots(c);
	struct trust_source source;
	struct file_reader r;

	if (!c->vault.address.tls || c->on[CONF_TLS_SKIP_VERIFY])
		return 0;
	if (roots_open(&source, &r, &roots, e) < 0)
		return e->cause == CAUSE_FILE ? err_in(e, "ca certificates") : -1;
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
	if (flow_run(f, login_step, &m, e) < 0) {
		if (e->cause == CAUSE_UNREACHABLE && !e->hint[0] && f->config->set[CONF_ADDRESS].from == FROM_DEFAULT)
			err_hint(e, "the default: neither -address nor VAULT_ADDR is set");
		return -1;
	}
	*out = m.secret;
	return 0;
}
