/* vault/login.c: the login at auth method aws, type iam, as a step machine. */
/* SPDX-License-Identifier: MIT */
#include "vault/login.h"

#include "aws/region.h"
#include "aws/sigv4.h"
#include "data/code.h"
#include "data/date.h"
#include "data/jsonw.h"

#include <string.h>

/* The request that proves who we are. Vault reads exactly these two parameters, and posts them to STS as they are. */
#define STS_BODY "Action=GetCallerIdentity&Version=2011-06-15"
#define STS_BODY_LEN "43"
_Static_assert(sizeof STS_BODY - 1 == 43, "STS_BODY_LEN is signed");

#define SERVER_ID "X-Vault-Aws-Iam-Server-Id"	/* canonical case, as Vault's own client sends it */

/* What goes into a header must be as we say it is, wherever it came from. */
static int
check_values(const struct login_config *c, struct err *e)
{
	const struct {
		struct str value;
		const char *what;
	} values[] = {
		{ c->role, "the role" }, { c->header_value, "the server id header value" }, { c->cred->id, "the access key id" },
		{ c->cred->token, "the session token" },
	};

	for (size_t i = 0; i < sizeof values / sizeof *values; i++)
		if (!str_is_printable(values[i].value))
			return err_set(e, ERR_INPUT, CAUSE_USE, "%s holds a byte that is not printable ascii", values[i].what);
	return 0;
}

/* Whether a path has a segment that is empty, "." or "..": Vault's server would clean it away by a redirect. */
static bool
has_odd_segment(struct str path)
{
	while (path.len) {
		struct str segment = str_cut(&path, '/');

		if (!segment.len || str_eq(segment, S(".")) || str_eq(segment, S("..")))
			return true;
	}
	return false;
}

int
login_add_path(struct buf *out, struct str mount, struct err *e)
{
	while (mount.len && mount.at[mount.len - 1] == '/')
		mount.len--;
	if (str_has_prefix(mount, S("auth/")))
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
	size_t n = 0;
	struct buf date = arena_buf(a, 20);
	struct buf authorization = arena_buf(a, 512 + c->cred->id.len);
	struct jsonw w = { .out = out };
	struct sigv4 s = {
		.method = S("POST"), .path = S("/"), .head = head, .body = S(STS_BODY),
		.region = region_scope(c->region), .service = S("sts"), .at_s = at_s,
	};

	date_format_amz(&date, at_s);
	head[n++] = (struct http_field){ S("Content-Length"), S(STS_BODY_LEN) };
	head[n++] = (struct http_field){ S("Content-Type"), S("application/x-www-form-urlencoded; charset=utf-8") };
	head[n++] = (struct http_field){ S("X-Amz-Date"), buf_str(&date) };
	if (c->cred->token.len)
		head[n++] = (struct http_field){ S("X-Amz-Security-Token"), c->cred->token };
	if (c->header_value.len)
		head[n++] = (struct http_field){ S(SERVER_ID), c->header_value };
	head[n++] = (struct http_field){ S("Host"), host };	/* signed, never sent: Vault sets it from the url */
	s.head_n = n;
	if (sigv4_sign(&authorization, &s, c->cred, a, e) < 0)
		return -1;
	jsonw_open(&w, '{');
	add_head(&w, "Authorization", buf_str(&authorization));
	for (size_t i = 0; i < n - 1; i++)	/* their names are literals */
		add_head(&w, head[i].name.at, head[i].value);
	jsonw_close(&w, '}');
	return 0;
}

static void
add_base64(struct jsonw *w, const char *key, struct str bytes, struct arena *a)
{
	struct buf b = arena_buf(a, code_base64_len(bytes.len));

	code_add_base64(&b, bytes);
	w->out->full |= b.full;
	jsonw_key(w, key);
	jsonw_str(w, buf_str(&b));
}

int
login_add_body(struct buf *out, const struct login_config *c, int64_t at_s, struct arena *a, struct err *e)
{
	struct buf host = arena_buf(a, 64 + c->region.len);
	struct buf url = arena_buf(a, 80 + c->region.len);
	struct buf head = arena_buf(a, login_body_cap(c));
	struct jsonw w = { .out = out };

	if (check_values(c, e) < 0)
		return -1;
	region_add_sts_host(&host, c->region);
	buf_fmt(&url, "https://%.*s/", STR(buf_str(&host)));
	if (add_signed_head(&head, c, buf_str(&host), at_s, a, e) < 0)
		return -1;
	jsonw_open(&w, '{');
	jsonw_key(&w, "role");
	jsonw_str(&w, c->role);
	jsonw_key(&w, "iam_http_request_method");
	jsonw_str(&w, S("POST"));
	add_base64(&w, "iam_request_url", buf_str(&url), a);
	add_base64(&w, "iam_request_body", S(STS_BODY), a);
	add_base64(&w, "iam_request_headers", buf_str(&head), a);
	jsonw_close(&w, '}');
	return host.full || url.full || head.full || out->full ? arena_err(e) : 0;
}

#define NOT_MOUNTED "is the aws auth method mounted there? -mount=PATH names the place"

/* What Vault's words mean: REFUSAL(code, cause, needle, line, hint). The first needle that stands in them decides; an empty
   line stands for Vault's own words. "permission denied" comes from bound_cidrs too, but a wrong mount is more frequent. */
#define REFUSALS \
	REFUSAL(DENIED, CLOCK, "Signature expired", "", "this machine's clock is more than 15 minutes behind; set it") \
	REFUSAL(DENIED, CLOCK, "Signature not yet current", "", "this machine's clock is more than 15 minutes ahead; set it") \
	REFUSAL(DENIED, DENIED, "should be scoped to a valid region", \
	    "", "the region must be the one of the server's sts_endpoint and sts_region (auth/<mount>/config/client); " \
	    "without these leave -region out") \
	REFUSAL(DENIED, DENIED, "SignatureDoesNotMatch", "", "the secret access key does not belong to the access key id") \
	REFUSAL(DENIED, DENIED, "InvalidClientTokenId", \
	    "", "the access key id is unknown to aws, or its session token is missing, wrong or of another partition") \
	REFUSAL(DENIED, DENIED, "ExpiredToken", "", "the session token has expired; get new credentials") \
	REFUSAL(INPUT, DENIED, "missing header", \
	    "the server wants a server id header, and none was sent", \
	    "give the server's iam_server_id_header_value as -header-value") \
	REFUSAL(INPUT, DENIED, "validating X-Vault-AWS-IAM-Server-ID", \
	    "the server id header is not the one that the server expects", \
	    "-header-value must equal the server's iam_server_id_header_value") \
	REFUSAL(INPUT, DENIED, "invalid request header", \
	    "", "the server's allowed_sts_header_values does not list this header") \
	REFUSAL(DENIED, DENIED, "does not belong to the role", "", "look at the role's bound_iam_principal_arn on the server") \
	REFUSAL(INPUT, DENIED, "auth method iam not allowed", "", "the role's auth_type on the server is not iam") \
	REFUSAL(RETRY, UNREACHABLE, "error reading from server: EOF", \
	    "", "the server's aws plugin died; write auth/<mount>/config/client once, even empty") \
	REFUSAL(RETRY, UNREACHABLE, "Throttling", "", "aws limits requests; try again later") \
	REFUSAL(DENIED, DENIED, "body of GetCallerIdentity is invalid", \
	    "sts refused the signed request, and vault does not say why", \
	    "check the key pair, the session token, the region and the clock") \
	REFUSAL(DENIED, DENIED, "error code 403 from STS", "", "") \
	REFUSAL(RETRY, DENIED, "error making upstream request", \
	    "", "vault could not have the request checked by sts; look at the server's sts_endpoint and its way out") \
	REFUSAL(INPUT, ANSWER, "no handler for route", "", NOT_MOUNTED) \
	REFUSAL(INPUT, DENIED, "missing client token", "", NOT_MOUNTED) \
	REFUSAL(DENIED, DENIED, "permission denied", "", NOT_MOUNTED) \
	REFUSAL(INPUT, ANSWER, "namespace not found", "", "-namespace must name one that exists")

struct refusal {
	enum err_code code;
	enum err_cause cause;
	const char *needle, *line, *hint;
};

/* The needles, lines and hints one behind the other: pointers to them would cost a relocation each. */
static const char texts[] =
#define REFUSAL(code, cause, needle, line, hint) needle "\0" line "\0" hint "\0"
	REFUSALS;
#undef REFUSAL

static const unsigned char moves[][2] = {
#define REFUSAL(code, cause, ...) { ERR_##code, CAUSE_##cause },
	REFUSALS
#undef REFUSAL
};

/* The refusal that these words mean; its needle is NULL when they are not known. */
static struct refusal
find_refusal(struct str words)
{
	struct refusal r = { .code = ERR_DENIED, .cause = CAUSE_DENIED, .line = "", .hint = "" };
	const char *text = texts;

	for (size_t i = 0; i < sizeof moves / sizeof *moves; i++) {
		const char *line = text + strlen(text) + 1, *hint = line + strlen(line) + 1;

		if (str_find(words, str_of(text)) != SIZE_MAX)
			return (struct refusal){ moves[i][0], moves[i][1], text, line, hint };
		text = hint + strlen(hint) + 1;
	}
	return r;
}

/* The text between <tag> and </tag>; empty when there is none. */
static struct str
xml_text(struct str xml, struct str open, struct str close)
{
	size_t from = str_find(xml, open);
	struct str rest = from == SIZE_MAX ? S("") : str_part(xml, from + open.len, xml.len);
	size_t to = str_find(rest, close);

	return to == SIZE_MAX ? S("") : str_part(rest, 0, to);
}

/* Up to and without the first full stop that ends a sentence. */
static struct str
first_sentence(struct str text)
{
	text = str_part(text, 0, str_find(text, S(". ")));
	return text.len && text.at[text.len - 1] == '.' ? str_part(text, 0, text.len - 1) : text;
}

static bool
is_no_role(struct str text)
{
	return str_has_prefix(text, S("entry for role ")) && str_has_suffix(text, S(" not found"));
}

/* Write the refusal's line: a sentence of ours, or the server's words held to what may be shown. */
static void
set_line(struct err *e, const struct refusal *r, struct str text, int status, const struct str *hide)
{
	struct str code = vault_show(xml_text(text, S("<Code>"), S("</Code>")), hide);
	struct str message = vault_show(first_sentence(xml_text(text, S("<Message>"), S("</Message>"))), hide);
	struct str words = vault_show(str_part(text, 0, str_find_c(text, '<')), hide);	/* of XML inside, only the two above */

	if (*r->line)
		err_set(e, r->code, r->cause, "%s", r->line);
	else if (code.len)
		err_set(e, r->code, r->cause, "sts refused the signed request: %.*s%s%.*s", STR(code), message.len ? ": " : "",
		    STR(message));
	else
		err_set(e, r->code, r->cause, "answer %d%s%.*s", status, words.len ? ": " : "", STR(words));
	if (*r->hint)
		err_hint(e, "%s", r->hint);
}

/* A refused login: 400, 403, 404 and 500 may carry words that we know; all else is vault_check's. */
static void
explain(const struct login_config *c, const struct answer *in, const struct str *hide, struct arena *a, struct err *e)
{
	struct str text = vault_error_text(in->body, a);
	struct refusal r = find_refusal(text);

	if (!text.at)	/* not Vault's words */
		return;
	if (in->status == 400 && is_no_role(text)) {
		if (c->role.len)
			err_set(e, ERR_INPUT, CAUSE_DENIED, "role \"%.*s\" does not exist on this mount", STR(c->role));
		else
			err_set(e, ERR_INPUT, CAUSE_DENIED, "%.*s", STR(vault_show(text, hide)));
		err_hint(e, "%s", c->role.len ? "vault list auth/<mount>/role shows those that do" :
		    "no -role was given, so vault looked for one named as the iam role or user");
	} else if (r.needle || in->status == 400) {
		set_line(e, &r, text, in->status, hide);
	}
}

static enum step
take_answer(struct login *m, const struct answer *in, struct senv *env, struct err *e)
{
	struct vault_secret *s = &m->secret;
	struct json mfa;
	const struct str hide[] = { m->config->cred->secret, m->config->cred->token, S("") };	/* the secret is never empty */

	if (vault_check(in, hide, env->arena, e) < 0) {
		if (in->how == ANSWER_OK && (in->status == 400 || in->status == 403 || in->status == 404 || in->status == 500))
			explain(m->config, in, hide, env->arena, e);
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
		err_set(e, ERR_INPUT, CAUSE_DENIED, "the login needs a second factor (mfa), which a machine does not have");
		err_hint(e, "exempt this role from the server's login mfa enforcement");
		return STEP_FAIL;
	}
	if (m->config->vault->wrap_ttl_s)
		return err_set(e, ERR_PEER, CAUSE_ANSWER, "answer: the token is not wrapped, though that was asked for"), STEP_FAIL;
	return STEP_DONE;
}

static enum step
ask_login(struct login *m, struct ask *out, struct senv *env, struct err *e)
{
	const struct login_config *c = m->config;
	struct vault anonymous = *c->vault;
	struct buf path = arena_buf(env->arena, 32 + 3 * c->mount.len);
	struct buf body = arena_buf(env->arena, login_body_cap(c));

	anonymous.token = S("");
	if (login_add_path(&path, c->mount, e) < 0 || login_add_body(&body, c, env->wall_s, env->arena, e) < 0 ||
	    vault_ask(out, &anonymous, S("PUT"), buf_str(&path), buf_str(&body), env->arena, e) < 0)
		return STEP_FAIL;
	m->state = LOGIN_ASKED;
	return STEP_ASK;
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
	if (s == STEP_FAIL) {
		char url[512];	/* a host name has at most 253 bytes */
		struct buf b = { .at = url, .cap = sizeof url };

		uri_format_safe(&b, &m->config->vault->address);
		err_in(e, "vault %.*s", STR(buf_str(&b)));
	}
	return s;
}
