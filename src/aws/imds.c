/* aws/imds.c: what an EC2 instance knows of itself, as step machines. */
/* SPDX-License-Identifier: MIT */
#include "aws/imds.h"

#include "aws/region.h"
#include "data/code.h"
#include "data/http.h"
#include "data/json.h"

#define TTL_FIELD "X-aws-ec2-metadata-token-ttl-seconds"
#define ROLES "meta-data/iam/security-credentials/"
#define IDENTITY "dynamic/instance-identity/"

static int
find_base(struct imds *m, struct arena *a, struct err *e)
{
	struct str endpoint = m->env->var[CRED_IMDS_ENDPOINT], mode = m->env->var[CRED_IMDS_MODE];
	struct buf base = arena_buf(a, 512);	/* a host name has at most 253 bytes */
	struct uri uri;

	if (endpoint.len) {
		if (uri_parse(&uri, endpoint, e) < 0)
			return err_in(e, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
		if (!str_is(uri.path, "/"))
			return err_set(e, ERR_INPUT, CAUSE_USE, "AWS_EC2_METADATA_SERVICE_ENDPOINT has a path");
		uri_format_safe(&base, &uri);
	} else if (str_eq_nocase(mode, S("IPv6"))) {
		buf_fmt(&base, "http://[fd00:ec2::254]");
	} else if (!mode.len || str_eq_nocase(mode, S("IPv4"))) {
		buf_fmt(&base, "http://169.254.169.254");
	} else {
		return err_set(e, ERR_INPUT, CAUSE_USE, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE is neither IPv4 nor IPv6");
	}
	m->base = buf_str(&base);
	return base.full ? arena_err(e) : 0;
}

/* Ask for m->asked. Without a session a question has no header field. */
static enum step
ask(struct imds *m, enum imds_state state, struct ask *out)
{
	bool is_put = state == IMDS_TOKEN;

	*out = (struct ask){ .kind = ASK_HTTP, .http = {
		.peer = PEER_LOCAL,
		.method = is_put ? S("PUT") : S("GET"),
		.url = m->asked,
		.head = { { S("X-aws-ec2-metadata-token"), m->token } },
		.head_n = m->token.len ? 1 : 0,
		.body_max = state <= IMDS_REGION && state != IMDS_CRED ? IMDS_TEXT_MAX : IMDS_DATA_MAX,
		.connect_ms = IMDS_CONNECT_MS,
		.within_ms = is_put ? IMDS_TOKEN_MS : IMDS_WITHIN_MS,
	} };
	if (is_put) {
		out->http.head[0] = (struct http_field){ S(TTL_FIELD), S("21600") };	/* IMDS_TTL_S */
		out->http.head_n = 1;
	}
	m->state = state;
	return STEP_ASK;
}

static int
set_url(struct imds *m, const char *place, struct str name, struct arena *a, struct err *e)
{
	struct buf url = arena_buf(a, m->base.len + 64 + 3 * name.len);	/* 64: the longest place of ours has 43 bytes, before it 8 */

	buf_fmt(&url, "%.*s/latest/%s", STR(m->base), place);
	uri_add_escaped(&url, name, false);
	m->asked = buf_str(&url);
	return url.full ? arena_err(e) : 0;
}

static enum step
ask_token(struct imds *m, struct ask *out, struct arena *a, struct err *e)
{
	m->url = m->asked;
	return set_url(m, "api/token", S(""), a, e) < 0 ? STEP_FAIL : ask(m, IMDS_TOKEN, out);
}

/* Ask for a datum: with the session that there is, or after a new one. */
static enum step
get(struct imds *m, enum imds_state state, const char *place, struct str name, struct ask *out, struct senv *env, struct err *e)
{
	m->next = state;
	m->again = false;
	if (set_url(m, place, name, env->arena, e) < 0)
		return STEP_FAIL;
	return m->is_v1 || (m->token.len && env->wall_s < m->until_s) ? ask(m, state, out) : ask_token(m, out, env->arena, e);
}

/* The session's token, or that there are none. */
static enum step
take_token(struct imds *m, const struct answer *in, struct ask *out, struct senv *env, struct err *e)
{
	uint64_t ttl_s = IMDS_TTL_S;

	if (in->how == ANSWER_OK && (in->status == 403 || in->status == 404 || in->status == 405)) {
		if (m->no_v1) {
			err_set(e, ERR_DENIED, CAUSE_CREDENTIALS, "answer %d, and AWS_EC2_METADATA_V1_DISABLED forbids version 1", in->status);
			return STEP_FAIL;
		}
		if (!m->is_v1)
			buf_fmt(env->notes, "instance metadata refuses version 2 (answer %d): version 1 is used%c", in->status, 0);
		m->is_v1 = true;
		m->token = S("");
	} else {
		if (cred_check_answer(in, S(""), env->arena, e) < 0) {
			if (in->how == ANSWER_SILENT)
				err_hint(e, "its answer does not get into a container one hop behind the host: raise the instance's "
				    "http-put-response-hop-limit to 2, use the host's network, or a container credential source");
			return STEP_FAIL;
		}
		m->token = str_cut_eol(in->body);
		if (!str_is_visible(m->token)) {
			err_set(e, ERR_RETRY, CAUSE_CREDENTIALS, "answer 200 without a token");
			return STEP_FAIL;
		}
		if (!str_to_u64(http_field_get(in->head, in->head_n, TTL_FIELD, NULL), &ttl_s) || ttl_s - 1 >= IMDS_TTL_S)	/* 0 too */
			ttl_s = IMDS_TTL_S;
		m->until_s = env->wall_s + (int64_t)ttl_s - 60;
	}
	m->asked = m->url;
	return ask(m, m->next, out);
}

/* What may stand in a path, and in IAM's names: no slash, and no "..". */
static bool
is_role(struct str name)
{
	struct str rest = name;

	return str_span(&rest, "+=,@" STR_UNRESERVED) && !rest.len && !str_is_in(name, ".\0..\0");
}

static enum step
no_role(struct err *e)
{
	err_set(e, ERR_ABSENT, CAUSE_CREDENTIALS, "no iam role is attached to this instance");
	return STEP_FAIL;
}

static enum step
take_roles(struct imds *m, struct str list, struct ask *out, struct senv *env, struct err *e)
{
	struct str role = str_cut(&list, '\n');

	role = str_trim(str_cut(&role, '\r'));
	if (is_role(role))
		return get(m, IMDS_CRED, ROLES, role, out, env, e);
	if (!role.len && !list.len)
		return no_role(e);
	err_set(e, ERR_PEER, CAUSE_ANSWER, "its first line is no role's name");
	return STEP_FAIL;
}

static int
get_string(struct str *out, struct str body, const char *key, struct arena *a, struct err *e)
{
	struct json root, v;

	if (json_parse(&root, body, e) < 0 || json_get(root, key, &v, e) < 0)
		return -1;
	return json_string(v, a, out, e) < 0 ? err_in(e, "%s", key) : 0;
}

/* 200 alone does not mean success. */
static enum step
take_cred(struct imds *m, struct str body, struct arena *a, struct err *e)
{
	struct str code, words;

	if (get_string(&code, body, "Code", a, e) < 0)
		return STEP_FAIL;
	if (str_eq_nocase(code, S("Success")))
		return cred_parse_json(&m->cred, body, CRED_JSON_SERVICE, a, e) < 0 ? STEP_FAIL : STEP_DONE;
	code = cred_show(code, m->token);
	words = cred_words(body, m->token, a);
	err_set(e, ERR_PEER, CAUSE_ANSWER, "no credentials: %.*s%s%.*s", STR(code), words.len ? ": " : "", STR(words));
	return STEP_FAIL;
}

static enum step
take_region(struct imds *m, struct str region, struct err *e)
{
	m->region = str_trim(str_cut_eol(region));
	if (region_is_valid(m->region))
		return STEP_DONE;
	err_set(e, ERR_PEER, CAUSE_ANSWER, "it holds no region");
	return STEP_FAIL;
}

static enum step
take_document(struct imds *m, struct str document, struct ask *out, struct senv *env, struct err *e)
{
	struct str id;

	if (get_string(&id, document, "instanceId", env->arena, e) < 0)
		return STEP_FAIL;
	if (!str_is_visible(id) || id.len > IMDS_INSTANCE_MAX) {
		err_set(e, ERR_PEER, CAUSE_ANSWER, "its instanceId is none");
		return STEP_FAIL;
	}
	m->instance_id = id;
	m->document = document;
	return m->pkcs7 ? get(m, IMDS_RSA2048, IDENTITY, S("rsa2048"), out, env, e)
	    : get(m, IMDS_SIGNATURE, IDENTITY, S("signature"), out, env, e);
}

/* Base64 in lines. */
static enum step
take_proof(struct imds *m, struct str text, struct arena *a, struct err *e)
{
	struct buf proof = arena_buf(a, text.len + 1), decoded = arena_buf(a, text.len + 1);

	for (size_t i = 0; i < text.len; i++)
		if (!memchr(" \t\r\n", text.at[i], 4))
			buf_add_c(&proof, text.at[i]);
	m->proof = buf_str(&proof);
	if (proof.full || decoded.full)
		return arena_err(e), STEP_FAIL;
	if (proof.len && code_base64_decode(&decoded, m->proof))
		return STEP_DONE;
	err_set(e, ERR_PEER, CAUSE_ANSWER, "it is not base64");
	return STEP_FAIL;
}

static enum step
start(struct imds *m, enum imds_state first, struct ask *out, struct senv *env, struct err *e)
{
	struct str role = m->env->var[CRED_IMDS_PROFILE_NAME];
	bool is_disabled;

	m->asked = S("");
	if (cred_bool(m->env, CRED_IMDS_DISABLED, &is_disabled, e) < 0 ||
	    cred_bool(m->env, CRED_IMDS_V1_DISABLED, &m->no_v1, e) < 0 || find_base(m, env->arena, e) < 0)
		return STEP_FAIL;
	if (is_disabled)
		err_set(e, ERR_ABSENT, CAUSE_CREDENTIALS, "AWS_EC2_METADATA_DISABLED is true");
	else if (first == IMDS_REGION)
		return get(m, first, "meta-data/placement/", S("region"), out, env, e);
	else if (first == IMDS_DOCUMENT)
		return get(m, first, IDENTITY, S("document"), out, env, e);
	else if (!role.len)
		return get(m, first, ROLES, S(""), out, env, e);
	else if (is_role(role))
		return get(m, IMDS_CRED, ROLES, role, out, env, e);
	else
		err_set(e, ERR_INPUT, CAUSE_USE, "AWS_EC2_INSTANCE_PROFILE_NAME is no role's name");
	return STEP_FAIL;
}

static enum step
advance(struct imds *m, enum imds_state first, const struct answer *in, struct ask *out, struct senv *env, struct err *e)
{
	struct str region;

	if (m->state > IMDS_TOKEN) {
		int status = in->how == ANSWER_OK ? in->status : 0;

		if (status == 401 && !m->again) {	/* the session has ended, or the instance no longer takes version 1 */
			m->again = true;
			return ask_token(m, out, env->arena, e);
		}
		if (status == 404 && m->state == IMDS_ROLES)
			return no_role(e);
		if (status == 404 && m->state == IMDS_REGION)
			return get(m, IMDS_REGION_DOCUMENT, IDENTITY, S("document"), out, env, e);
		if (status == 404 && m->state == IMDS_RSA2048)
			return get(m, IMDS_PKCS7, IDENTITY, S("pkcs7"), out, env, e);
		if (cred_check_answer(in, m->token, env->arena, e) < 0)
			return STEP_FAIL;
	}
	switch (m->state) {
	case IMDS_START:
		return start(m, first, out, env, e);
	case IMDS_TOKEN:
		return take_token(m, in, out, env, e);
	case IMDS_ROLES:
		return take_roles(m, in->body, out, env, e);
	case IMDS_CRED:
		return take_cred(m, in->body, env->arena, e);
	case IMDS_REGION:
		return take_region(m, in->body, e);
	case IMDS_REGION_DOCUMENT:
		return get_string(&region, in->body, "region", env->arena, e) < 0 ? STEP_FAIL : take_region(m, region, e);
	case IMDS_DOCUMENT:
		return take_document(m, in->body, out, env, e);
	case IMDS_SIGNATURE:
	case IMDS_RSA2048:
	case IMDS_PKCS7:
		return take_proof(m, in->body, env->arena, e);
	}
	return STEP_FAIL;
}

static enum step
run(struct imds *m, enum imds_state first, const struct answer *in, struct ask *out, struct senv *env, struct err *e)
{
	enum step s = advance(m, first, in, out, env, e);

	if (s == STEP_DONE)
		m->state = IMDS_START;
	if (s != STEP_FAIL)
		return s;
	if (in && in->how == ANSWER_OK && (e->code == ERR_PEER || e->cause == CAUSE_LIMIT)) {	/* the answer cannot be read */
		e->code = ERR_RETRY;
		e->cause = CAUSE_CREDENTIALS;
	}
	err_in(e, "instance metadata%s%.*s", m->asked.len ? " " : "", STR(m->asked));
	return s;
}

enum step
imds_step(void *machine, const struct answer *in, struct ask *out, struct senv *env, struct err *e)
{
	return run(machine, IMDS_ROLES, in, out, env, e);
}

enum step
imds_region_step(void *machine, const struct answer *in, struct ask *out, struct senv *env, struct err *e)
{
	return run(machine, IMDS_REGION, in, out, env, e);
}

enum step
imds_identity_step(void *machine, const struct answer *in, struct ask *out, struct senv *env, struct err *e)
{
	return run(machine, IMDS_DOCUMENT, in, out, env, e);
}
