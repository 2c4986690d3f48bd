/* aws/sts.c: AssumeRole and AssumeRoleWithWebIdentity, as one step machine. */
/* SPDX-License-Identifier: MIT */
#include "aws/sts.h"

#include "aws/region.h"
#include "aws/sigv4.h"
#include "data/date.h"
#include "data/uri.h"
#include "data/xml.h"

#include <string.h>

#define SHOWN_MAX 200	/* bytes of what STS says */

/* The URL, and the region that its signature is for. */
static int
find_place(struct sts *m, struct uri *uri, struct str *region, struct senv *env, struct err *e)
{
	const struct str *var = m->env->var;
	struct str endpoint = var[CRED_STS_ENDPOINT];
	struct buf url = arena_buf(env->arena, 128 + endpoint.len);
	bool ignore, fips, dualstack;

	*region = var[CRED_REGION].len ? var[CRED_REGION] : S("aws-global");
	if (!region_is_valid(*region))
		return err_set(e, ERR_INPUT, CAUSE_USE, "AWS_REGION is not a region");
	if (cred_bool(m->env, CRED_IGNORE_ENDPOINTS, &ignore, e) < 0 || cred_bool(m->env, CRED_USE_FIPS, &fips, e) < 0 ||
	    cred_bool(m->env, CRED_USE_DUALSTACK, &dualstack, e) < 0)
		return -1;
	if (endpoint.len && !ignore) {
		if (fips || dualstack)
			return err_set(e, ERR_INPUT, CAUSE_USE, "fips and dual-stack endpoints exclude an endpoint url of one's own");
		buf_add_str(&url, endpoint);
	} else {
		buf_fmt(&url, "https://");
		region_add_own_sts_host(&url, *region, fips, dualstack);
	}
	*region = region_scope(*region);
	m->url = buf_str(&url);
	if (url.full)
		return arena_err(e);
	if (uri_parse(uri, m->url, e) < 0)
		return err_in(e, "endpoint url");
	if (str_find_c(uri->path, '?') != SIZE_MAX)
		return err_set(e, ERR_INPUT, CAUSE_USE, "endpoint url: has a query");
	if (!uri->tls && env->notes) {
		buf_fmt(env->notes, "sts is asked without tls, at ");
		uri_format_safe(env->notes, uri);
		buf_add_c(env->notes, 0);
	}
	return 0;
}

static void
add_param(struct buf *out, const char *name, struct str value)
{
	if (!value.len)
		return;
	buf_fmt(out, "&%s=", name);
	uri_add_escaped(out, value, false);
}

static enum step
ask_sts(struct sts *m, struct ask *out, struct senv *env, struct err *e)
{
	struct buf body = arena_buf(env->arena, 256 + 3 * (m->role_arn.len + m->session_name.len + m->external_id.len +
	    m->duration_s.len + m->token.len));	/* a byte is at most %XX */
	struct buf host = arena_buf(env->arena, 264);	/* a name of 253 bytes, a port */
	struct buf date = arena_buf(env->arena, 16);
	struct buf authorization = arena_buf(env->arena, m->cred ? 512 + m->cred->id.len : 1);
	struct sigv4 s = { .method = S("POST"), .service = S("sts"), .at_s = env->wall_s };
	struct http_field *head = out->http.head;
	struct uri uri;

	if (find_place(m, &uri, &s.region, env, e) < 0)
		return STEP_FAIL;
	buf_fmt(&body, "Action=AssumeRole%s&Version=2011-06-15", m->cred ? "" : "WithWebIdentity");
	add_param(&body, "RoleArn", m->role_arn);
	add_param(&body, "RoleSessionName", m->session_name);
	add_param(&body, "ExternalId", m->external_id);
	add_param(&body, "DurationSeconds", m->duration_s);
	add_param(&body, "WebIdentityToken", m->token);
	date_format_amz(&date, env->wall_s);
	host_format(&host, &uri.host);
	if (uri.has_port)
		buf_fmt(&host, ":%u", uri.port);
	if (body.full || host.full || date.full || authorization.full)
		return arena_err(e), STEP_FAIL;
	*out = (struct ask){ .kind = ASK_HTTP, .http = {
		.peer = PEER_AWS,
		.method = s.method,
		.url = m->url,
		.head = { { S("Content-Type"), S("application/x-www-form-urlencoded; charset=utf-8") } },
		.head_n = 1,
		.body = buf_str(&body),
		.body_max = STS_BODY_MAX,
		.connect_ms = STS_CONNECT_MS,
		.within_ms = STS_WITHIN_MS,
		.once = m->cred != NULL,
	} };
	m->state = STS_ASKED;
	if (!m->cred)
		return STEP_ASK;
	head[out->http.head_n++] = (struct http_field){ S("X-Amz-Date"), buf_str(&date) };
	if (m->cred->token.len)
		head[out->http.head_n++] = (struct http_field){ S("X-Amz-Security-Token"), m->cred->token };
	s.path = uri.path;
	s.head = head;
	s.head_n = out->http.head_n + 1;
	s.body = buf_str(&body);
	head[s.head_n - 1] = (struct http_field){ S("Host"), buf_str(&host) };	/* signed; the shell sends it */
	if (sigv4_sign(&authorization, &s, m->cred, env->arena, e) < 0)
		return STEP_FAIL;
	head[s.head_n - 1] = (struct http_field){ S("Authorization"), buf_str(&authorization) };
	out->http.head_n = s.head_n;
	return STEP_ASK;
}

/* One child's text; empty when it is not there. */
static int
get(struct str *out, struct str inside, const char *path, struct arena *a, struct err *e)
{
	struct str found;

	*out = S("");
	if (xml_get(inside, path, &found, e) < 0)
		return -1;
	return found.at ? xml_text(found, a, out, e) : 0;
}

/* The first sentence, fit to be shown: no line behind it, for there are canonical strings, and nothing of the token. */
static struct str
sentence_of(struct str text, struct str token)
{
	text = str_part(text, 0, str_find_c(text, '\n'));
	text = str_part(text, 0, str_find(text, S(". ")));
	text = str_part(text, 0, SHOWN_MAX);
	if (str_has_suffix(text, S(".")))
		text.len--;
	return token.len && str_find(text, str_part(token, 0, 16)) != SIZE_MAX ? S("") : text;
}

static enum step
take_refusal(struct sts *m, const struct answer *in, struct arena *a, struct err *e)
{
	static const char again[] = "InvalidIdentityToken\0IDPCommunicationError\0ExpiredTokenException\0Throttling\0"
	    "ThrottlingException\0RequestLimitExceeded\0";
	static const char fatal[] = "ValidationError\0MalformedPolicyDocument\0PackedPolicyTooLarge\0";
	struct str doc, words = S(""), code = S(""), rest;
	enum err_code next = ERR_DENIED;

	if (xml_parse(&doc, in->body, e) < 0 || get(&code, doc, "ErrorResponse\0Error\0Code\0", a, e) < 0 ||
	    get(&words, doc, "ErrorResponse\0Error\0Message\0", a, e) < 0)
		code = S("");
	rest = code;
	str_span(&rest, STR_WORD);
	if (!code.len || rest.len || code.len > 64)
		words = code = S("");
	words = sentence_of(words, m->cred ? m->cred->token : m->token);
	if (in->status == 429 || in->status >= 500 || str_is_in(code, again))
		next = ERR_RETRY;
	else if (str_is_in(code, fatal))
		next = ERR_INPUT;
	err_set(e, next, CAUSE_CREDENTIALS, "answer %d%s%.*s%s%.*s", in->status, code.len ? ": " : "", STR(code),
	    words.len ? ": " : "", STR(words));
	if (str_begins(words, "Signature expired") || str_begins(words, "Signature not yet current"))
		e->cause = CAUSE_CLOCK;
	return STEP_FAIL;
}

static enum step
take_answer(struct sts *m, const struct answer *in, struct arena *a, struct err *e)
{
	const char *key = "AccessKeyId\0\0SecretAccessKey\0\0SessionToken\0\0Expiration\0";
	struct str doc, value[4];

	if (in->how != ANSWER_OK) {
		*e = *in->err;
		e->cause = CAUSE_CREDENTIALS;
		return STEP_FAIL;
	}
	if (in->status != 200)
		return take_refusal(m, in, a, e);
	if (xml_parse(&doc, in->body, e) < 0 || xml_get(doc, m->cred ? "AssumeRoleResponse\0AssumeRoleResult\0Credentials\0" :
	    "AssumeRoleWithWebIdentityResponse\0AssumeRoleWithWebIdentityResult\0Credentials\0", &doc, e) < 0)
		goto fail;
	for (unsigned i = 0; i < 4; i++, key += strlen(key) + 2) {
		if (get(&value[i], doc, key, a, e) < 0)
			goto fail;
		if (!str_is_visible(value[i])) {
			err_set(e, ERR_RETRY, CAUSE_CREDENTIALS, "answer: %s %s", key, value[i].len ? "holds a byte that is not visible ascii" : "is missing");
			return STEP_FAIL;
		}
	}
	m->got = (struct cred){ value[0], value[1], value[2], 0 };
	if (date_parse_rfc3339(value[3], &m->got.expires_s))
		return STEP_DONE;
	err_set(e, ERR_RETRY, CAUSE_CREDENTIALS, "answer: its expiration is not a time");
	return STEP_FAIL;
fail:
	err_in(e, "answer");
	if (e->cause == CAUSE_MEMORY)
		return STEP_FAIL;
	e->code = ERR_RETRY;
	e->cause = CAUSE_CREDENTIALS;
	return STEP_FAIL;
}

enum step
sts_step(void *machine, const struct answer *in, struct ask *out, struct senv *env, struct err *e)
{
	struct sts *m = machine;
	enum step s = STEP_FAIL;
	struct err ignored;
	struct uri uri;

	switch (m->state) {
	case STS_START:
		s = ask_sts(m, out, env, e);
		break;
	case STS_ASKED:
		s = take_answer(m, in, env->arena, e);
		break;
	}
	if (s != STEP_FAIL)
		return s;
	if (m->state == STS_ASKED && uri_parse(&uri, m->url, &ignored) == 0) {
		char text[300];	/* a host name has at most 253 bytes */
		struct buf b = BUF(text);

		uri_format_safe(&b, &uri);
		err_in(e, "%.*s", STR(buf_str(&b)));
	}
	err_in(e, "sts");
	return s;
}

int
sts_session_name(struct str *out, struct str wanted, struct str host, struct arena *a, struct err *e)
{
	static const char set[] = "_+=,@" STR_WORD;
	struct buf name = arena_buf(a, STS_SESSION_MAX);
	struct str rest = wanted;

	if (name.full)
		return arena_err(e);
	str_span(&rest, set);
	if (wanted.len && (rest.len || wanted.len < 2 || wanted.len > STS_SESSION_MAX))
		return err_set(e, ERR_INPUT, CAUSE_USE, "the session name is not 2 to %d letters, digits and _+=,.@-", STS_SESSION_MAX);
	*out = wanted;
	if (wanted.len)
		return 0;
	buf_fmt(&name, "pantler");
	for (size_t i = 0; i < host.len; i++) {
		if (!i)
			buf_add_c(&name, '-');
		rest = str_part(host, i, i + 1);
		buf_add_c(&name, str_span(&rest, set) ? host.at[i] : '-');
	}
	*out = buf_str(&name);
	return 0;
}
