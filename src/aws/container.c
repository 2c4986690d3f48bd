/* aws/container.c: credentials from ECS, EKS Pod Identity or Greengrass's token exchange, as a step machine. */
/* SPDX-License-Identifier: MIT */
#include "aws/container.h"

#include "data/uri.h"

#include <string.h>

bool
container_is_configured(const struct cred_env *env)
{
	return env->var[CRED_CONTAINER_RELATIVE_URI].len || env->var[CRED_CONTAINER_FULL_URI].len;
}

static bool
is_ip(const struct host *h, const char *bytes, size_t n)
{
	return h->kind == (n == 16 ? HOST_IP6 : HOST_IP4) && memcmp(h->ip, bytes, n) == 0;
}

static bool
is_loopback(const struct host *h)
{
	return (h->kind == HOST_IP4 && h->ip[0] == 127) || is_ip(h, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 16) ||
	    (h->kind == HOST_DNS && str_eq_nocase(h->name, S("localhost")));
}

static bool
is_allowed(const struct host *h)
{
	return is_loopback(h) || is_ip(h, "\xa9\xfe\xaa\x02", 4) || is_ip(h, "\xa9\xfe\xaa\x17", 4) ||
	    is_ip(h, "\xfd\0\x0e\xc2\0\0\0\0\0\0\0\0\0\0\0\x23", 16);
}

/* The url, from one variable or the other. */
static int
find_url(struct container *m, struct arena *a, struct err *e)
{
	struct str relative = m->env->var[CRED_CONTAINER_RELATIVE_URI], full = m->env->var[CRED_CONTAINER_FULL_URI];
	struct buf url = arena_buf(a, 32 + relative.len + full.len);
	struct uri uri;

	if (relative.len && (!str_begins(relative, "/") || str_begins(relative, "//")))
		return err_set(e, ERR_INPUT, CAUSE_CREDENTIALS, "%s is not a path", cred_name(CRED_CONTAINER_RELATIVE_URI));
	m->url = full;
	if (relative.len) {
		buf_fmt(&url, "http://169.254.170.2%.*s", STR(relative));
		m->url = buf_str(&url);
	}
	if (url.full)
		return arena_err(e);
	if (uri_parse(&uri, m->url, e) < 0) {
		e->cause = CAUSE_CREDENTIALS;
		return err_in(e, "%s", cred_name(relative.len ? CRED_CONTAINER_RELATIVE_URI : CRED_CONTAINER_FULL_URI));
	}
	m->local = is_loopback(&uri.host);
	if (!uri.tls && !is_allowed(&uri.host)) {
		err_set(e, ERR_INPUT, CAUSE_CREDENTIALS, "%s is plain http to a host that may not have the token",
		    cred_name(CRED_CONTAINER_FULL_URI));
		return err_hint(e, "http goes to this machine, 169.254.170.2, 169.254.170.23 and fd00:ec2::23 alone; use https");
	}
	if (m->local && uri.host.kind == HOST_DNS && !uri.tls) {	/* then url is still empty */
		buf_fmt(&url, "http://127.0.0.1:%u%.*s", uri.port, STR(uri.path));
		m->url = buf_str(&url);
	}
	return 0;
}

static enum step
ask_credentials(struct container *m, struct ask *out, struct err *e)
{
	if (m->token.len && !str_is_visible(m->token)) {
		return err_set(e, ERR_INPUT, CAUSE_CREDENTIALS, "%s holds a byte that is not visible ascii", "its token");
	}
	*out = (struct ask){ .kind = ASK_HTTP, .http = {
		.peer = PEER_LOCAL,
		.method = S("GET"),
		.url = m->url,
		.head = { { S("Accept"), S("application/json") }, { S("Authorization"), m->token } },	/* raw, no scheme */
		.head_n = m->token.len ? 2 : 1,
		.body_max = CONTAINER_BODY_MAX,
		.connect_ms = CONTAINER_CONNECT_MS,
		.within_ms = m->local ? CONTAINER_LOCAL_MS : CONTAINER_WITHIN_MS,
	} };
	m->state = CONTAINER_ASKED;
	return STEP_ASK;
}

static enum step
start(struct container *m, struct ask *out, struct arena *a, struct err *e)
{
	struct str file = m->env->var[CRED_CONTAINER_TOKEN_FILE];

	if (find_url(m, a, e) < 0)
		return STEP_FAIL;
	m->token = m->env->var[CRED_CONTAINER_TOKEN];
	if (!file.len)
		return ask_credentials(m, out, e);
	*out = (struct ask){ .kind = ASK_FILE, .file = { .path = file, .max = CONTAINER_TOKEN_MAX } };
	m->state = CONTAINER_TOKEN_READ;
	return STEP_ASK;
}

static enum step
take_token(struct container *m, const struct answer *in, struct ask *out, struct err *e)
{
	if (in->how != ANSWER_OK) {
		cred_no_answer(in, e);	/* a projected token may come late */
		return err_in(e, "its token file");
	}
	m->token = str_cut_eol(in->body);
	if (m->token.len)
		return ask_credentials(m, out, e);
	return err_set(e, ERR_RETRY, CAUSE_CREDENTIALS, "its token file is empty");
}

static enum step
take_answer(struct container *m, const struct answer *in, struct arena *a, struct err *e)
{
	if (cred_check_answer(in, m->token, a, e) < 0)
		return STEP_FAIL;
	if (cred_parse_json(&m->cred, in->body, CRED_JSON_SERVICE, a, e) == 0)
		return STEP_DONE;
	e->code = ERR_RETRY;
	return STEP_FAIL;
}

enum step
container_step(void *machine, const struct answer *in, struct ask *out, struct senv *env, struct err *e)
{
	struct container *m = machine;
	enum step s = STEP_FAIL;

	switch (m->state) {
	case CONTAINER_START:
		s = start(m, out, env->arena, e);
		break;
	case CONTAINER_TOKEN_READ:
		s = take_token(m, in, out, e);
		break;
	case CONTAINER_ASKED:
		s = take_answer(m, in, env->arena, e);
		break;
	}
	if (s == STEP_FAIL)
		err_in(e, "container credentials");
	return s;
}
