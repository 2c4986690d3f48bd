/* aws/imds.c: what an EC2 instance knows of itself, as step machines. */
/* SPDX-License-Identifier: MIT */
#include "aws/imds.h"

#include "aws/region.h"
#include "data/code.h"
#include "data/http.h"

#include <string.h>

#define TTL_FIELD "X-aws-ec2-metadata-token-ttl-seconds"

static enum step
want(struct imds *m, enum imds_state next)
{
	m->next = next;
	m->again = false;
	return STEP_ASK;
}

/* Where each state's answer lies, under /latest: C strings one behind the other, in the states' order from IMDS_TOKEN on. The
   credentials lie under the roles, the documents under IDENTITY. */
static const char places[] = "api/token\0" "meta-data/iam/security-credentials/\0" "meta-data/placement/region\0" "\0"
	"document\0" "signature\0" "rsa2048\0" "pkcs7\0" "document";
#define IDENTITY "dynamic/instance-identity/"

static int
find_url(struct imds *m, enum imds_state state, struct arena *a, struct err *e)
{
	struct buf url = arena_buf(a, m->base.len + 64 + 3 * m->role.len);	/* 64: the longest has 8 and 35 */
	const char *place = str_nth(places, (state == IMDS_CRED ? IMDS_ROLES : state) - IMDS_TOKEN);

	buf_fmt(&url, "%.*s/latest/%s%s", STR(m->base), state > IMDS_CRED ? IDENTITY : "", place);
	if (state == IMDS_CRED)
		uri_add_escaped(&url, m->role, false);
	m->url = buf_str(&url);
	return url.full ? arena_err(e) : 0;
}

/* Ask for m->next, or first for a session: when there is none that lasts, and where it has just been lost. */
static enum step
ask(struct imds *m, struct ask *out, struct senv *env, struct err *e)
{
	bool is_put = m->state != IMDS_TOKEN && (m->again || !(m->is_v1 || (m->token.len && env->wall_s < m->until_s)));
	struct http_field field = { S("X-aws-ec2-metadata-token"), m->token };

	m->state = m->next;
	if (is_put) {
		m->state = IMDS_TOKEN;
		field = (struct http_field){ S(TTL_FIELD), S("21600") };	/* IMDS_TTL_S */
	}
	if (find_url(m, m->state, env->arena, e) < 0)
		return STEP_FAIL;
	*out = (struct ask){ .kind = ASK_HTTP, .http = {
		.peer = PEER_LOCAL,
		.method = { is_put ? "PUT" : "GET", 3 },
		.url = m->url,
		.head = { field },
		.head_n = field.value.len ? 1 : 0,
		.body_max = m->state < IMDS_CRED ? IMDS_TEXT_MAX : IMDS_DATA_MAX,
		.connect_ms = IMDS_CONNECT_MS,
		.within_ms = is_put ? IMDS_TOKEN_MS : IMDS_WITHIN_MS,
	} };
	return STEP_ASK;
}

static int
find_base(struct imds *m, struct arena *a, struct err *e)
{
	struct str endpoint = m->env->var[CRED_IMDS_ENDPOINT], mode = m->env->var[CRED_IMDS_MODE];
	struct buf base = arena_buf(a, 512);	/* a host name has at most 253 bytes */
	struct uri uri;

	if (endpoint.len) {
		if (uri_parse(&uri, endpoint, e) < 0)
			return err_in(e, "%s", cred_name(CRED_IMDS_ENDPOINT));
		if (!str_is(uri.path, "/"))
			return err_set(e, ERR_INPUT, CAUSE_USE, "%s has a path", cred_name(CRED_IMDS_ENDPOINT));
		uri_format_safe(&base, &uri);
	} else {
		bool is_6 = str_eq_nocase(mode, S("IPv6"));

		if (mode.len && !is_6 && !str_eq_nocase(mode, S("IPv4")))
			return err_set(e, ERR_INPUT, CAUSE_USE, "%s is neither IPv4 nor IPv6", cred_name(CRED_IMDS_MODE));
		buf_fmt(&base, "http://%s", is_6 ? "[fd00:ec2::254]" : "169.254.169.254");
	}
	m->base = buf_str(&base);
	return base.full ? arena_err(e) : 0;
}

/* What may stand in a path, and in IAM's names: no slash, and no "..". */
static bool
is_role(struct str name)
{
	struct str rest = name;

	return str_span(&rest, "+=,@" STR_UNRESERVED) && !rest.len && !str_is_in(name, ".\0..\0");
}

static enum step
start(struct imds *m, enum imds_state first, struct arena *a, struct err *e)
{
	bool is_disabled;

	m->url = S("");
	m->role = m->env->var[CRED_IMDS_PROFILE_NAME];
	if (cred_bool(m->env, CRED_IMDS_DISABLED, &is_disabled, e) < 0 ||
	    cred_bool(m->env, CRED_IMDS_V1_DISABLED, &m->no_v1, e) < 0 || find_base(m, a, e) < 0)
		return STEP_FAIL;
	if (is_disabled)
		return err_set(e, ERR_ABSENT, CAUSE_CREDENTIALS, "%s is true", cred_name(CRED_IMDS_DISABLED));
	if (first != IMDS_ROLES || !m->role.len)
		return want(m, first);
	return is_role(m->role) ? want(m, IMDS_CRED) :
	    err_set(e, ERR_INPUT, CAUSE_USE, "%s is no role's name", cred_name(CRED_IMDS_PROFILE_NAME));
}

/* The session's token, or that there are none. */
static enum step
take_token(struct imds *m, const struct answer *in, struct senv *env, struct err *e)
{
	uint64_t ttl_s;

	if (in->how == ANSWER_OK && (in->status == 403 || in->status == 404 || in->status == 405)) {
		if (m->no_v1) {
			return err_set(e, ERR_DENIED, CAUSE_CREDENTIALS, "answer %d, and %s forbids version 1", in->status, cred_name(CRED_IMDS_V1_DISABLED));
		}
		if (!m->is_v1)
			buf_fmt(env->notes, "instance metadata refuses version 2 (answer %d): version 1 is used%c", in->status, 0);
		m->is_v1 = true;
		m->token = S("");
		return STEP_ASK;
	}
	if (cred_check_answer(in, S(""), env->arena, e) < 0) {
		if (in->how == ANSWER_SILENT)
			err_hint(e, "in a container: set http-put-response-hop-limit to 2, or use the host's network");
		return STEP_FAIL;
	}
	m->token = str_cut_eol(in->body);
	if (!str_is_visible(m->token)) {
		return err_set(e, ERR_PEER, CAUSE_ANSWER, "it is no token");
	}
	if (!str_to_u64(http_field_get(in->head, in->head_n, TTL_FIELD, NULL), &ttl_s) || ttl_s - 1 >= IMDS_TTL_S)	/* 0 too */
		ttl_s = IMDS_TTL_S;
	m->until_s = env->wall_s + (int64_t)ttl_s - 60;
	return STEP_ASK;
}

static enum step
no_role(struct err *e)
{
	return err_set(e, ERR_ABSENT, CAUSE_CREDENTIALS, "no iam role is attached to this instance");
}

static enum step
take_roles(struct imds *m, struct str list, struct err *e)
{
	m->role = str_cut(&list, '\n');
	m->role = str_trim(str_cut(&m->role, '\r'));
	if (is_role(m->role))
		return want(m, IMDS_CRED);
	if (!m->role.len && !list.len)
		return no_role(e);
	return err_set(e, ERR_PEER, CAUSE_ANSWER, "its first line is no role's name");
}

static int
get_string(struct str *out, struct str body, const char *key, struct arena *a, struct err *e)
{
	struct json root;

	return json_parse(&root, body, e) < 0 ? -1 : cred_get_string(out, root, key, a, e);
}

/* 200 alone does not mean success. */
static enum step
take_cred(struct imds *m, struct str body, struct arena *a, struct err *e)
{
	struct str code, words;

	if (get_string(&code, body, "Code", a, e) < 0)
		return STEP_FAIL;
	if (str_eq_nocase(code, S("Success")))
		return cred_parse_json(&m->cred, body, CRED_JSON_SERVICE, a, e);
	code = cred_show(code, m->token);
	words = cred_words(body, m->token, a);
	return err_set(e, ERR_PEER, CAUSE_ANSWER, "code \"%.*s\"%s%.*s", STR(code), words.len ? ": " : "", STR(words));
}

static enum step
take_region(struct imds *m, struct str region, struct err *e)
{
	m->region = str_trim(str_cut_eol(region));
	if (region_is_valid(m->region))
		return STEP_DONE;
	return err_set(e, ERR_PEER, CAUSE_ANSWER, "it holds no region");
}

static enum step
take_document(struct imds *m, struct str document, struct arena *a, struct err *e)
{
	m->document = document;
	if (get_string(&m->instance_id, document, "instanceId", a, e) < 0)
		return STEP_FAIL;
	if (str_is_visible(m->instance_id) && m->instance_id.len <= IMDS_INSTANCE_MAX)
		return want(m, m->pkcs7 ? IMDS_RSA2048 : IMDS_SIGNATURE);
	return err_set(e, ERR_PEER, CAUSE_ANSWER, "it holds no instance id");
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
		return arena_err(e);
	if (proof.len && code_base64_decode(&decoded, m->proof))
		return STEP_DONE;
	return err_set(e, ERR_PEER, CAUSE_ANSWER, "it is not base64");
}

/* The answer to a question within the session. */
static enum step
take_datum(struct imds *m, const struct answer *in, struct arena *a, struct err *e)
{
	int status = in->how == ANSWER_OK ? in->status : 0;
	struct str text;

	if (status == 401 && !m->again) {	/* the session has ended, or the instance no longer takes version 1 */
		m->again = true;
		return STEP_ASK;
	}
	if (status == 404 && m->state == IMDS_ROLES)
		return no_role(e);
	if (status == 404 && (m->state == IMDS_REGION || m->state == IMDS_RSA2048))
		return want(m, m->state == IMDS_REGION ? IMDS_REGION_DOCUMENT : IMDS_PKCS7);
	if (cred_check_answer(in, m->token, a, e) < 0)
		return STEP_FAIL;
	switch (m->state) {
	case IMDS_START:
	case IMDS_TOKEN:
		break;
	case IMDS_ROLES:
		return take_roles(m, in->body, e);
	case IMDS_REGION:
		return take_region(m, in->body, e);
	case IMDS_CRED:
		return take_cred(m, in->body, a, e);
	case IMDS_DOCUMENT:
		return take_document(m, in->body, a, e);
	case IMDS_SIGNATURE:
	case IMDS_RSA2048:
	case IMDS_PKCS7:
		return take_proof(m, in->body, a, e);
	case IMDS_REGION_DOCUMENT:
		return get_string(&text, in->body, "region", a, e) < 0 ? STEP_FAIL : take_region(m, text, e);
	}
	return STEP_FAIL;
}

static enum step
run(struct imds *m, enum imds_state first, const struct answer *in, struct ask *out, struct senv *env, struct err *e)
{
	enum step s;

	if (m->state == IMDS_START)
		s = start(m, first, env->arena, e);
	else if (m->state == IMDS_TOKEN)
		s = take_token(m, in, env, e);
	else
		s = take_datum(m, in, env->arena, e);
	if (s == STEP_ASK)
		s = ask(m, out, env, e);
	if (s == STEP_DONE)
		m->state = IMDS_START;
	if (s != STEP_FAIL)
		return s;
	if (in && in->how == ANSWER_OK && (e->code == ERR_PEER || e->cause == CAUSE_LIMIT)) {	/* the answer cannot be read */
		e->code = ERR_RETRY;
		e->cause = CAUSE_CREDENTIALS;
	}
	err_in(e, "instance metadata%s%.*s", m->url.len ? " " : "", STR(m->url));
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
