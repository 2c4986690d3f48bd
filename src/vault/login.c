/* vault/login.c: the login at auth method aws, type iam, as a step machine. */
/* SPDX-License-Identifier: MIT */
#include "vault/login.h"

#include "aws/region.h"
#include "aws/sigv4.h"
#include "data/code.h"
#include "data/date.h"
#include "data/http.h"
#include "data/jsonw.h"

#include <string.h>

/* The request that proves who we are. Vault reads exactly these two parameters, and posts them to STS as they are. */
#define STS_BODY "Action=GetCallerIdentity&Version=2011-06-15"
#define STS_BODY_LEN "43"
_Static_assert(sizeof STS_BODY - 1 == 43, "STS_BODY_LEN is signed");

#define SERVER_ID "X-Vault-Aws-Iam-Server-Id"	/* canonical case, as Vault's own client sends it */

/* What goes into a header must be as we say it is, wherever it came from. */
static int
check_value(struct str value, const char *what, struct err *e)
{
	return str_is_printable(value) ? 0 : err_set(e, ERR_INPUT, CAUSE_USE, "%s holds a byte that is not printable ascii", what);
}

/* Whether a path has a segment that is empty, "." or "..": Vault's server would clean it away by a redirect. */
static bool
has_odd_segment(struct str path)
{
	while (path.len) {
		struct str segment = str_cut(&path, '/');

		if (!segment.len || str_is_in(segment, ".\0..\0"))
			return true;
	}
	return false;
}

int
login_add_path(struct buf *out, struct str mount, struct err *e)
{
	while (mount.len && mount.at[mount.len - 1] == '/')
		mount.len--;
	if (str_begins(mount, "auth/"))
		mount = str_part(mount, 5, mount.len);
	if (!str_is_visible(mount) || has_odd_segment(mount) || str_find_c(mount, '?') != SIZE_MAX ||
	    str_find_c(mount, '#') != SIZE_MAX)
		return err_set(e, ERR_INPUT, CAUSE_USE, "mount \"%.*s\" is not a mount path", STR(mount));
	buf_fmt(out, "auth/");
	uri_add_escaped(out, mount, true);
	buf_fmt(out, "/login");
	return 0;
}

size_t
login_body_cap(const struct login_config *c)
{
	/* JSON makes of a byte at most six, base64 of three four. 2048: names, dates, digests. */
	return 2048 + c->role.len * 6 + 8 * (c->cred->token.len + c->header_value.len + c->cred->id.len);
}

/* Sign a field too, if it has a value. */
static void
add_field(struct sigv4 *s, struct http_field *head, const char *name, struct str value)
{
	if (value.len)
		head[s->head_n++] = (struct http_field){ str_of(name), value };
}

static void
add_head(struct jsonw *w, const char *name, struct str value)
{
	jsonw_key(w, name);
	jsonw_open(w, '[');
	jsonw_str(w, value);
	jsonw_close(w, ']');
}

/* The signed header as a JSON object of arrays. */
static int
add_signed_head(struct buf *out, const struct login_config *c, struct str host, int64_t at_s, struct arena *a, struct err *e)
{
	struct http_field head[6];
	struct buf date = arena_buf(a, 20);
	struct buf authorization = arena_buf(a, 512 + c->cred->id.len);
	struct jsonw w = { .out = out };
	struct sigv4 s = {
		.method = S("POST"), .path = S("/"), .head = head, .body = S(STS_BODY),
		.region = region_scope(c->region), .service = S("sts"), .at_s = at_s,
	};

	date_format_amz(&date, at_s);
	add_field(&s, head, "Content-Length", S(STS_BODY_LEN));
	add_field(&s, head, "Content-Type", S("application/x-www-form-urlencoded; charset=utf-8"));
	add_field(&s, head, "X-Amz-Date", buf_str(&date));
	add_field(&s, head, "X-Amz-Security-Token", c->cred->token);
	add_field(&s, head, SERVER_ID, c->header_value);
	add_field(&s, head, "Host", host);	/* never sent: Vault sets it from the url */
	if (sigv4_sign(&authorization, &s, c->cred, a, e) < 0)
		return -1;
	jsonw_open(&w, '{');
	add_head(&w, "Authorization", buf_str(&authorization));
	for (size_t i = 0; i < s.head_n - 1; i++)	/* their names are C strings */
		add_head(&w, head[i].name.at, head[i].value);
	jsonw_close(&w, '}');
	return 0;
}

static void
add_member(struct jsonw *w, const char *key, struct str value)
{
	jsonw_key(w, key);
	jsonw_str(w, value);
}

static void
add_base64(struct jsonw *w, const char *key, struct str bytes, struct arena *a)
{
	struct buf b = arena_buf(a, code_base64_len(bytes.len));

	code_add_base64(&b, bytes);
	w->out->full |= b.full;
	add_member(w, key, buf_str(&b));
}

/* noinline: within its callers it makes both of them longer. */
__attribute__((noinline)) int
login_add_body(struct buf *out, const struct login_config *c, int64_t at_s, struct arena *a, struct err *e)
{
	struct buf host = arena_buf(a, 64 + c->region.len);
	struct buf url = arena_buf(a, 80 + c->region.len);
	struct buf head = arena_buf(a, login_body_cap(c));
	struct jsonw w = { .out = out };

	if (check_value(c->role, "the role", e) < 0 || check_value(c->header_value, "the server id header value", e) < 0 ||
	    check_value(c->cred->id, "the access key id", e) < 0 || check_value(c->cred->token, "the session token", e) < 0)
		return -1;
	region_add_sts_host(&host, c->region);
	buf_fmt(&url, "https://%.*s/", STR(buf_str(&host)));
	if (add_signed_head(&head, c, buf_str(&host), at_s, a, e) < 0)
		return -1;
	jsonw_open(&w, '{');
	add_member(&w, "role", c->role);
	add_member(&w, "iam_http_request_method", S("POST"));
	add_base64(&w, "iam_request_url", buf_str(&url), a);
	add_base64(&w, "iam_request_body", S(STS_BODY), a);
	add_base64(&w, "iam_request_headers", buf_str(&head), a);
	jsonw_close(&w, '}');
	return host.full || url.full || head.full || out->full ? arena_err(e) : 0;
}

#define NOT_MOUNTED "is the aws method mounted there? see -mount"

/* What Vault's words mean: REFUSAL(code, cause, needle, line, hint). The first needle that stands in them decides; an empty
   line stands for Vault's own words, and a hint "=" for the next one's. "permission denied" comes from bound_cidrs too, but a
   wrong mount is more frequent. */
#define REFUSALS \
	REFUSAL(DENIED, CLOCK, "Signature expired", "", "the clock here is over 15 minutes behind; set it") \
	REFUSAL(DENIED, CLOCK, "Signature not yet current", "", "the clock here is over 15 minutes ahead; set it") \
	REFUSAL(DENIED, DENIED, "scoped to a valid region", \
	    "", "-region must be the server's sts_region, or left out if it has none") \
	REFUSAL(DENIED, DENIED, "SignatureDoesNotMatch", "", "the secret access key is not the access key id's") \
	REFUSAL(DENIED, DENIED, "InvalidClientTokenId", \
	    "", "aws knows no such access key id with this session token; another partition?") \
	REFUSAL(DENIED, DENIED, "ExpiredToken", "", "the session token has expired; get new credentials") \
	REFUSAL(INPUT, DENIED, "missing header", "the server wants a server id header, none was sent", "=") \
	REFUSAL(INPUT, DENIED, "validating X-Vault-AWS", \
	    "the server expects another server id header", "-header-value must equal the server's iam_server_id_header_value") \
	REFUSAL(INPUT, DENIED, "invalid request header", "", "the server's allowed_sts_header_values does not list it") \
	REFUSAL(DENIED, DENIED, "does not belong to the role", "", "see the role's bound_iam_principal_arn on the server") \
	REFUSAL(INPUT, DENIED, " not allowed for role ", "", "the role's auth_type on the server is the other one") \
	REFUSAL(RETRY, UNREACHABLE, "error reading from server: EOF", \
	    "", "the aws plugin died; write auth/<mount>/config/client once, even empty") \
	REFUSAL(RETRY, UNREACHABLE, "Throttling", "", "aws limits requests; try again later") \
	REFUSAL(DENIED, DENIED, "GetCallerIdentity is invalid", \
	    "sts refused the signed request, and vault does not say why", \
	    "check key pair, session token, region and clock") \
	REFUSAL(DENIED, DENIED, "error code 403 from STS", "", "") \
	REFUSAL(RETRY, DENIED, "making upstream request", \
	    "", "vault could not ask sts; see the server's sts_endpoint and its way out") \
	REFUSAL(INPUT, ANSWER, "no handler for route", "", "=") \
	REFUSAL(INPUT, DENIED, "missing client token", "", "=") \
	REFUSAL(DENIED, DENIED, "permission denied", "", "is the aws method mounted there? see -mount") \
	REFUSAL(INPUT, ANSWER, "namespace not found", "", "-namespace must name one that exists") \
	REFUSAL(DENIED, DENIED, "", "", "")	/* all else */

/* Needle, line and hint of each. */
static const char texts[] =
#define REFUSAL(code, cause, needle, line, hint) needle "\0" line "\0" hint "\0"
	REFUSALS;
#undef REFUSAL

static const unsigned char moves[][2] = {	/* enum err_code, enum err_cause */
#define REFUSAL(code, cause, ...) { ERR_##code, CAUSE_##cause },
	REFUSALS
#undef REFUSAL
};

/* The needle of what these words mean; *move are its code and cause. */
static const char *
find_refusal(struct str words, const unsigned char **move)
{
	const char *needle = texts;

	for (*move = *moves; str_find(words, str_of(needle)) == SIZE_MAX; *move += sizeof *moves)
		needle = str_next(str_next(str_next(needle)));
	return needle;
}

/* The text behind <tag>, up to the next tag; empty when there is none. */
static struct str
xml_text(struct str xml, struct str tag)
{
	size_t from = str_find(xml, tag);
	struct str text;

	xml = from == SIZE_MAX ? S("") : str_part(xml, from + tag.len, xml.len);
	return str_split(&xml, '<', &text) ? text : S("");
}

/* Up to and without the first full stop that ends a sentence. */
static struct str
first_sentence(struct str text)
{
	text = str_part(text, 0, str_find(text, S(". ")));
	return str_has_suffix(text, S(".")) ? str_part(text, 0, text.len - 1) : text;
}

static bool
is_no_role(struct str text)
{
	return str_begins(text, "entry for role ") && str_has_suffix(text, S(" not found"));
}

/* What STS said: only its code and the first sentence of its message. False when it said nothing. */
static bool
explain_sts(struct err *e, const unsigned char *move, struct str text, const struct str *hide)
{
	struct str code = vault_show(xml_text(text, S("<Code>")), hide);
	struct str message = vault_show(first_sentence(xml_text(text, S("<Message>"))), hide);

	if (code.len)
		err_set(e, move[0], move[1], "sts refused the signed request: %.*s%s%.*s", STR(code), message.len ? ": " : "", STR(message));
	return code.len;
}

/* A refused login may carry words that we know. *e is vault_check's, and stays where that has said all. */
static void
explain(const struct login_config *c, const struct answer *in, const struct str *hide, struct arena *a, struct err *e)
{
	struct str text = vault_error_text(in->body, a);
	const unsigned char *move;
	const char *needle = find_refusal(text, &move);
	const char *line = str_next(needle), *hint = str_next(line);

	if (!text.at || (!*needle && in->status != 400))
		return;
	while (*hint == '=')
		hint = str_next(str_next(str_next(hint)));
	if (in->status == 400 && is_no_role(text)) {
		e->code = ERR_INPUT;
		e->cause = CAUSE_DENIED;
		hint = "without -role vault looks for one named as the iam role or user";
		if (c->role.len) {
			err_set(e, ERR_INPUT, CAUSE_DENIED, "role \"%.*s\" does not exist on this mount", STR(c->role));
			hint = "vault list auth/<mount>/role shows those that do";
		}
	} else if (*line) {
		err_set(e, move[0], move[1], "%s", line);
	} else if (!explain_sts(e, move, text, hide)) {
		e->code = move[0];
		e->cause = move[1];
	}
	if (*hint)
		err_hint(e, "%s", hint);
}

/* Whether a refusal may be the clock's fault, and how far that is off: the answer's Date against the middle of the exchange (as AWS's
   SDKs reckon; an Age header says that the answer is an old one). */
static void
look_at_clock(struct login *m, const struct answer *in, const struct err *e)
{
	struct str date = http_field_get(in->head, in->head_n, "Date", NULL);
	int64_t at_s, off_s;

	if (in->how != ANSWER_OK || !in->verified || in->got_at_s - in->sent_at_s > LOGIN_VALID_S ||
	    http_field_get(in->head, in->head_n, "Age", NULL).at || !date_parse_http(date, &at_s) ||
	    (e->cause != CAUSE_CLOCK && str_find(str_of(e->line), S("SignatureDoesNotMatch")) == SIZE_MAX))
		return;
	off_s = at_s - (in->sent_at_s + ((in->got_at_s - in->sent_at_s) >> 1));
	if ((off_s > LOGIN_SKEW_S || off_s < -LOGIN_SKEW_S) && off_s <= 86400 && off_s >= -86400)
		m->clock_off_s = off_s;
}

static enum step
take_answer(struct login *m, const struct answer *in, struct senv *env, struct err *e)
{
	struct vault_secret *s = &m->secret;
	const struct login_config *c = m->config;
	const struct str hide[] = {	/* the secret is never empty */
		c->body.len ? c->nonce : c->cred->secret, c->body.len ? S("") : c->cred->token, S(""),
	};
	struct json mfa;

	if (vault_check(in, hide, env->arena, e) < 0) {
		if (in->how == ANSWER_OK)
			explain(c, in, hide, env->arena, e);
		look_at_clock(m, in, e);
		return STEP_FAIL;
	}
	if (vault_parse_secret(s, in->body, env->arena, e) < 0)
		return STEP_FAIL;
	if (s->wrapping_token.len)
		return STEP_DONE;
	if (!s->token.len) {
		if (json_get(s->auth, "mfa_requirement", &mfa, e) < 0)
			return STEP_FAIL;
		if (json_type(mfa) != JSON_OBJECT)
			return err_set(e, ERR_PEER, CAUSE_ANSWER, "answer: there is no token in it"), STEP_FAIL;
		err_set(e, ERR_INPUT, CAUSE_DENIED, "the login needs a second factor (mfa)");
		err_hint(e, "exempt the role from the server's mfa enforcement");
		return STEP_FAIL;
	}
	if (c->vault->wrap_ttl_s)
		return err_set(e, ERR_PEER, CAUSE_ANSWER, "answer: the token is not wrapped"), STEP_FAIL;
	return STEP_DONE;
}

static enum step
ask_login(struct login *m, struct ask *out, struct senv *env, struct err *e)
{
	const struct login_config *c = m->config;
	struct buf path = arena_buf(env->arena, 32 + 3 * c->mount.len);
	struct str body = c->body;

	if (!body.len) {
		struct buf b = arena_buf(env->arena, login_body_cap(c));

		if (login_add_body(&b, c, env->wall_s, env->arena, e) < 0)
			return STEP_FAIL;
		body = buf_str(&b);
	}
	if (login_add_path(&path, c->mount, e) < 0 ||
	    vault_ask(out, c->vault, S("PUT"), buf_str(&path), body, env->arena, e) < 0)
		return STEP_FAIL;
	out->http.share = LIMIT_TOKEN;
	m->state = LOGIN_ASKED;
	return STEP_ASK;
}

int
login_err_in(const struct vault *v, struct err *e)
{
	char url[512];	/* a host name has at most 253 bytes */
	struct buf b = BUF(url);

	uri_format_safe(&b, &v->address);
	return err_in(e, "vault %.*s", STR(buf_str(&b)));
}

enum step
login_step(void *machine, const struct answer *in, struct ask *out, struct senv *env, struct err *e)
{
	struct login *m = machine;
	enum step s = STEP_FAIL;

	switch (m->state) {
	case LOGIN_START:
		return ask_login(m, out, env, e);
	case LOGIN_ASKED:
		s = take_answer(m, in, env, e);
		break;
	}
	if (s == STEP_FAIL)
		login_err_in(m->config->vault, e);
	return s;
}
