/* aws/sts.c: AssumeRole, AssumeRoleWithWebIdentity and GetCallerIdentity, as one step machine. */
/* SPDX-License-Identifier: MIT */
#include "aws/sts.h"

#include "aws/region.h"
#include "aws/sigv4.h"
#include "data/date.h"
#include "data/uri.h"
#include "data/xml.h"

#include <string.h>

static int
bad(struct err *e, const char *what)
{
	return err_set(e, ERR_INPUT, CAUSE_USE, "%s", what);
}

/* What was added to a buf since it had this length. */
static struct str
since(const struct buf *b, size_t start)
{
	return (struct str){ b->at + start, b->len - start };
}

/* The URL, and the region that its signature is for. */
static int
find_url(const struct sts *m, struct buf *b, struct str *url, struct str *region, struct err *e)
{
	const struct str *var = m->env->var;
	bool ignore, fips, dualstack;
	size_t start = b->len;

	*region = var[CRED_REGION].len ? var[CRED_REGION] : S("aws-global");
	if (!region_is_valid(*region))
		return bad(e, "the region is no region's name");
	if (cred_bool(m->env, CRED_IGNORE_ENDPOINTS, &ignore, e) < 0 || cred_bool(m->env, CRED_USE_FIPS, &fips, e) < 0 ||
	    cred_bool(m->env, CRED_USE_DUALSTACK, &dualstack, e) < 0)
		return -1;
	*url = var[CRED_STS_ENDPOINT];
	if (!url->len || ignore) {
		buf_fmt(b, "https://");
		region_add_own_sts_host(b, *region, fips, dualstack);
		*url = since(b, start);
	} else if (fips || dualstack) {
		return bad(e, "fips or dual-stack, and an endpoint url");
	}
	*region = region_scope(*region);
	return 0;
}

/* Append the session's name. */
static int
add_session(struct sts *m, struct buf *b, struct err *e)
{
	static const char set[] = "_+=,@" STR_WORD;
	struct str *name = &m->param[STS_SESSION], rest;
	size_t start = b->len;

	if (!name->len)
		*name = m->env->var[CRED_ROLE_SESSION_NAME];
	rest = *name;
	str_span(&rest, set);
	if (name->len && (rest.len || name->len < 2 || name->len > STS_SESSION_MAX))
		return bad(e, "the session name is not 2 to 64 letters, digits and _+=,.@-");
	if (name->len)
		return 0;
	buf_fmt(b, m->host.len ? "pantler-" : "pantler");
	for (size_t i = 0; i < m->host.len && b->len - start < STS_SESSION_MAX; i++)
		buf_add_c(b, memchr(set, m->host.at[i], sizeof set - 1) ? m->host.at[i] : '-');
	*name = since(b, start);
	return 0;
}

/* Append the form. */
static struct str
add_body(const struct sts *m, struct buf *b)
{
	const char *name = "RoleArn\0RoleSessionName\0ExternalId\0DurationSeconds\0WebIdentityToken";
	size_t start = b->len;

	buf_fmt(b, "Action=%s%s&Version=2011-06-15", m->who ? "GetCallerIdentity" : "AssumeRole", m->cred ? "" : "WithWebIdentity");
	for (unsigned i = 0; i < STS_PARAMS; i++, name = str_next(name))
		if (m->param[i].len) {
			buf_fmt(b, "&%s=", name);
			uri_add_escaped(b, m->param[i], false);
		}
	return since(b, start);
}

static struct http_field *
add_field(struct http_field *to, const char *name, struct str value)
{
	to->name = str_of(name);
	to->value = value;
	return to + 1;
}

static enum step
ask_sts(struct sts *m, struct ask *out, struct senv *env, struct err *e)
{
	size_t need = 2048 + 2 * m->env->var[CRED_STS_ENDPOINT].len + (m->cred ? m->cred->id.len : 0);	/* 2048: all that is short */
	struct ask_http *http = &out->http;
	struct sigv4 s = { .method = S("POST"), .service = S("sts"), .at_s = env->wall_s };
	struct http_field *head;
	struct uri uri;
	struct buf b;
	size_t start;

	for (unsigned i = 0; i < STS_PARAMS; i++)
		need += 3 * m->param[i].len;	/* a byte is at most %XX */
	b = arena_buf(env->arena, need);
	*out = (struct ask){ .kind = ASK_HTTP };
	if (b.full)
		return arena_err(e);
	if (find_url(m, &b, &http->url, &s.region, e) < 0 || (!m->who && add_session(m, &b, e) < 0))
		return STEP_FAIL;
	if (uri_parse(&uri, http->url, e) < 0 || (str_find_c(uri.path, '?') != SIZE_MAX && bad(e, "has a query")))
		return err_in(e, "endpoint url"), STEP_FAIL;
	start = b.len;
	buf_fmt(&b, uri.tls ? "https://" : "http://");
	host_format(&b, &uri.host);
	if (uri.has_port)
		buf_fmt(&b, ":%u", uri.port);
	m->place = since(&b, start);
	http->peer = PEER_AWS;
	http->method = s.method;
	http->body = s.body = add_body(m, &b);
	http->body_max = STS_BODY_MAX;
	http->connect_ms = STS_CONNECT_MS;
	http->within_ms = STS_WITHIN_MS;
	http->once = m->cred != NULL;
	head = add_field(http->head, "Content-Type", S("application/x-www-form-urlencoded; charset=utf-8"));
	if (m->cred) {
		start = b.len;
		date_format_amz(&b, env->wall_s);
		head = add_field(head, "X-Amz-Date", since(&b, start));
		if (m->cred->token.len)
			head = add_field(head, "X-Amz-Security-Token", m->cred->token);
		add_field(head, "Host", str_part(m->place, uri.tls ? 8 : 7, m->place.len));	/* signed; the shell sends it */
		s.path = uri.path;
		s.head = http->head;
		s.head_n = (size_t)(head + 1 - http->head);
		start = b.len;
		if (sigv4_sign(&b, &s, m->cred, env->arena, e) < 0)
			return STEP_FAIL;
		head = add_field(head, "Authorization", since(&b, start));
	}
	http->head_n = (size_t)(head - http->head);
	if (!uri.tls && env->notes)
		buf_fmt(env->notes, "sts is asked without tls, at %.*s%c", STR(m->place), 0);
	m->state = STS_ASKED;
	return b.full ? (arena_err(e), STEP_FAIL) : STEP_ASK;
}

/* The first sentence, fit to be shown: no line behind it, for there are canonical strings, and nothing of the token. */
static struct str
sentence_of(struct str text, struct str token)
{
	text = cred_show(str_part(text, 0, str_find(text, S(". "))), token);
	if (text.len && text.at[text.len - 1] == '.')
		text.len--;
	return text;
}

static __attribute__((noinline)) void
take_refusal(struct sts *m, const struct answer *in, struct arena *a, struct err *e)
{
	static const char again[] = "InvalidIdentityToken\0IDPCommunicationError\0ExpiredTokenException\0Throttling\0"
	    "ThrottlingException\0RequestLimitExceeded\0";
	static const char fatal[] = "ValidationError\0MalformedPolicyDocument\0PackedPolicyTooLarge\0";
	enum err_cause cause = m->who ? CAUSE_DENIED : CAUSE_CREDENTIALS;
	enum err_code next = ERR_DENIED;
	struct str said[2], words, rest, token = m->cred ? m->cred->token : m->param[STS_TOKEN];

	if (xml_read(in->body, "ErrorResponse\0Error\0", "Code\0Message\0", said, a, e) < 0)
		said[0].len = 0;
	rest = said[0];
	str_span(&rest, STR_WORD);
	if (rest.len || said[0].len > 64 || !cred_show(said[0], token).len)
		said[0].len = said[1].len = 0;
	words = sentence_of(said[1], token);
	if (in->status == 429 || in->status >= 500 || str_is_in(said[0], again))
		next = ERR_RETRY;
	else if (str_is_in(said[0], fatal))
		next = ERR_INPUT;
	if (str_begins(words, "Signature expired") || str_begins(words, "Signature not yet current"))
		cause = CAUSE_CLOCK;
	err_set(e, next, cause, "answer %d%s%.*s%s%.*s", in->status, said[0].len ? ": " : "", STR(said[0]), words.len ? ": " : "",
	    STR(words));
}

static enum step
take_answer(struct sts *m, const struct answer *in, struct arena *a, struct err *e)
{
	const char *key = m->who ? "Arn\0" : "AccessKeyId\0SecretAccessKey\0SessionToken\0Expiration\0", *path = "GetCallerIdentityResponse\0GetCallerIdentityResult\0";
	unsigned n = m->who ? 1 : 4;
	struct str value[4];

	if (in->how != ANSWER_OK) {
		return cred_no_answer(in, e);
	}
	if (in->status != 200) {
		take_refusal(m, in, a, e);
		return STEP_FAIL;
	}
	if (!m->who)
		path = m->cred ? "AssumeRoleResponse\0AssumeRoleResult\0Credentials\0" :
		    "AssumeRoleWithWebIdentityResponse\0AssumeRoleWithWebIdentityResult\0Credentials\0";
	if (xml_read(in->body, path, key, value, a, e) < 0) {
		if (e->cause != CAUSE_MEMORY)
			e->cause = CAUSE_CREDENTIALS;
		e->code = ERR_RETRY;
		return err_in(e, "answer");
	}
	for (unsigned i = 0; i < n; i++, key = str_next(key))
		if (!str_is_visible(value[i]) || (i == 3 && !date_parse_rfc3339(value[i], &m->got.expires_s))) {
			return err_set(e, ERR_RETRY, CAUSE_CREDENTIALS, "answer: %s is missing or malformed", key);
		}
	if (m->who) {
		m->arn = value[0];
		return STEP_DONE;
	}
	memcpy(&m->got, value, 3 * sizeof *value);	/* id, secret, token */
	return STEP_DONE;
}

enum step
sts_step(void *machine, const struct answer *in, struct ask *out, struct senv *env, struct err *e)
{
	struct sts *m = machine;
	enum step s = STEP_FAIL;

	switch (m->state) {
	case STS_START:
		s = ask_sts(m, out, env, e);
		break;
	case STS_ASKED:
		s = take_answer(m, in, env->arena, e);
		break;
	}
	if (s == STEP_FAIL)
		err_in(e, "sts%s%.*s", m->place.len ? ": " : "", STR(m->place));
	return s;
}
