/* vault/api.c: how one request to Vault or OpenBao is asked and how its answer is read. */
/* SPDX-License-Identifier: MIT */
#include "vault/api.h"

#include "data/code.h"
#include "data/date.h"
#include "data/http.h"

#include <string.h>

/* A field without a value is left out. */
static void
add_field(struct ask_http *h, const char *name, struct str value)
{
	if (value.len)
		h->head[h->head_n++] = (struct http_field){ str_of(name), value };	/* at most three, of HTTP_HEAD_MAX */
}

/* A namespace without slashes at its ends; empty for "root", which is none. */
static struct str
bare(struct str ns)
{
	while (ns.len && ns.at[0] == '/')
		ns = str_part(ns, 1, ns.len);
	while (ns.len && ns.at[ns.len - 1] == '/')
		ns.len--;
	return str_is(ns, "root") ? S("") : ns;
}

bool
vault_is_namespace(const struct vault *v, struct str ns)
{
	return str_eq(bare(v->namespace), bare(ns));
}

/* As Vault's clients: no slash in front, one behind. */
static void
add_namespace(struct buf *out, struct str ns)
{
	ns = bare(ns);
	if (ns.len)
		buf_fmt(out, "%.*s/", STR(ns));
}

int
vault_ask(struct ask *out, const struct vault *v, struct str method, struct str path, struct str body, struct arena *a,
    struct err *e)
{
	struct str prefix = v->address.path;
	struct buf url = arena_buf(a, 512 + prefix.len + path.len);	/* 512: a host name has at most 253 bytes */
	struct buf ns = arena_buf(a, v->namespace.len + 1);
	struct buf ttl = arena_buf(a, 16);

	while (prefix.len && prefix.at[prefix.len - 1] == '/')
		prefix.len--;
	uri_format_safe(&url, &v->address);
	buf_fmt(&url, "%.*s/v1/%.*s", STR(prefix), STR(path));
	add_namespace(&ns, v->namespace);
	if (v->wrap_ttl_s)
		buf_add_u64(&ttl, v->wrap_ttl_s);
	if (url.full || ns.full || ttl.full)
		return arena_err(e);
	*out = (struct ask){ .kind = ASK_HTTP, .http = {
		.peer = PEER_VAULT,
		.share = LIMIT_SECRET,
		.method = method,
		.url = buf_str(&url),
		.body = body,
		.body_max = VAULT_BODY_MAX,
		.once = true,
		.follow = !v->no_redirects,
	} };
	add_field(&out->http, "X-Vault-Request", S("true"));
	add_field(&out->http, "X-Vault-Namespace", buf_str(&ns));
	add_field(&out->http, "X-Vault-Wrap-TTL", buf_str(&ttl));
	return 0;
}

#define FIELD(part, type, row, key, name) part type row key "\0" name "\0"
const char vault_fields[] =
	FIELD(".", "\"", "-", "request_id", "=")
	FIELD(".", "\"", "-", "lease_id", "=")
	FIELD(".", "0", "-", "lease_duration", "=")
	FIELD(".", "t", "-", "renewable", "=")
	FIELD(".", "{", "-", "data", "=")
	FIELD(".", "[", "-", "warnings", "")
	FIELD(".", "{", "a", "auth", "")
	FIELD("a", "\"", "1", "client_token", "token")
	FIELD("a", "\"", "2", "accessor", "token_accessor")
	FIELD("a", "[", "7", "policies", "=")
	FIELD("a", "[", "5", "token_policies", "=")
	FIELD("a", "[", "6", "identity_policies", "=")
	FIELD("a", "{", "-", "metadata", "")
	FIELD("a", "t", "-", "orphan", "")
	FIELD("a", "\"", "-", "entity_id", "")
	FIELD("a", "0", "3", "lease_duration", "token_duration")
	FIELD("a", "t", "4", "renewable", "token_renewable")
	FIELD("a", "{", "-", "mfa_requirement", "")
	FIELD(".", "{", "w", "wrap_info", "")
	FIELD("w", "\"", "A", "token", "wrapping_token")
	FIELD("w", "\"", "B", "accessor", "wrapping_accessor")
	FIELD("w", "0", "C", "ttl", "wrapping_token_ttl")
	FIELD("w", "\"", "D", "creation_time", "wrapping_token_creation_time")
	FIELD("w", "\"", "E", "creation_path", "wrapping_token_creation_path")
	FIELD("w", "\"", "F", "wrapped_accessor", "=");

int
vault_get(const struct vault_secret *s, const char *field, struct json *out, struct err *e)
{
	const struct json *part = &s->root;

	if (field[VAULT_PART] == VAULT_AUTH)
		part = &s->auth;
	else if (field[VAULT_PART] == VAULT_WRAP)
		part = &s->wrap_info;
	return json_get(*part, field + VAULT_KEY, out, e);
}

/* In the words of an error, in the order of enum json_type. */
static const char *
type_name(enum json_type type)
{
	return str_nth("nothing\0null\0a boolean\0a number\0a string\0an array\0an object", type);
}

static int
wrong_type(const char *what, struct json is, enum json_type want, struct err *e)
{
	return err_set(e, ERR_PEER, CAUSE_ANSWER, "%s is %s, not %s", what, type_name(json_type(is)), type_name(want));
}

/* One value, perhaps absent or null: of its type; a number is a count; the items of an array are all strings. */
static int
check_value(struct json v, const char *key, enum json_type want, struct err *e)
{
	struct json none, item;
	int64_t count;
	size_t at = 0;

	if (json_type(v) <= JSON_NULL)
		return 0;
	if (json_type(v) != want)
		return wrong_type(key, v, want, e);
	if (want == JSON_NUMBER && json_i64(v, &count, e) < 0)
		return err_in(e, "%s", key);
	while (want == JSON_ARRAY && json_each(v, &at, &none, &item)) {
		if (json_type(item) != JSON_STRING) {
			wrong_type("an item", item, JSON_STRING, e);
			return err_in(e, "%s", key);
		}
	}
	return 0;
}

/* All that is known of one part of the answer. */
static int
check_part(struct vault_secret *s, char part, struct err *e)
{
	struct json v;

	for (const char *f = vault_fields; *f; f = str_next(str_next(f))) {
		const char *key = f + VAULT_KEY;

		if (f[VAULT_PART] != part)
			continue;
		if (vault_get(s, f, &v, e) < 0 ||
		    check_value(v, key, json_type((struct json){ { f + VAULT_TYPE, 1 } }), e) < 0)
			return -1;
		if (f[VAULT_ROW] == VAULT_AUTH)
			s->auth = v;
		else if (f[VAULT_ROW] == VAULT_WRAP)
			s->wrap_info = v;
		else
			continue;
		if (check_part(s, f[VAULT_ROW], e) < 0)
			return err_in(e, "%s", key);
	}
	return 0;
}

/* A token; it was checked that it is a string, if it is there. */
static int
take_token(struct str *out, struct json object, const char *key, struct arena *a, struct err *e)
{
	struct json v;

	if (json_get(object, key, &v, e) < 0 || json_type(v) <= JSON_NULL)
		return 0;
	if (json_string(v, a, out, e) < 0)
		return -1;
	return !out->len || str_is_visible(*out) ? 0 :
	    err_set(e, ERR_PEER, CAUSE_ANSWER, "%s holds a byte that is not visible ascii", key);
}

int
vault_parse_secret(struct vault_secret *out, struct str body, struct arena *a, struct err *e)
{
	int r;

	*out = (struct vault_secret){ 0 };
	if (!body.len)
		r = err_set(e, ERR_PEER, CAUSE_ANSWER, "the body is empty");
	else if (json_parse(&out->root, body, e) < 0)
		r = -1;
	else if (json_type(out->root) != JSON_OBJECT)
		r = wrong_type("the body", out->root, JSON_OBJECT, e);
	else if (check_part(out, VAULT_ROOT, e) < 0 || take_token(&out->token, out->auth, "client_token", a, e) < 0)
		r = -1;
	else
		r = take_token(&out->wrapping_token, out->wrap_info, "token", a, e);
	return r < 0 ? err_in(e, "answer") : 0;
}

/* "1 error occurred:\n\t* permission denied\n\n": what Go's multierror makes of a cause. The cause itself. */
static struct str
first_cause(struct str text)
{
	struct str rest = text;
	struct str head = str_cut(&rest, '\n');

	if (!str_has_suffix(head, S(" occurred:")))
		return text;
	rest = str_trim(rest);
	return str_begins(rest, "* ") ? str_part(rest, 2, rest.len) : text;
}

struct str
vault_error_text(struct str body, struct arena *a)
{
	struct json root, errors, none, first;
	struct str text = S("");
	struct err ignored;	/* a body without readable errors has no words to show: that is all a caller asks */
	size_t at = 0;

	if (json_parse(&root, body, &ignored) < 0 || json_get(root, "errors", &errors, &ignored) < 0 ||
	    json_type(errors) == JSON_NONE)
		return (struct str){ NULL, 0 };
	if (json_type(errors) == JSON_ARRAY && json_each(errors, &at, &none, &first) && json_type(first) == JSON_STRING &&
	    json_string(first, a, &text, &ignored) < 0)
		return S("");
	return first_cause(text);
}

/* Where a run of letters and digits starts that is too long to be a word; SIZE_MAX when nowhere. */
static size_t
find_run(struct str text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++) {
		n = code_base64_value((unsigned char)text.at[i]) >= 0 || text.at[i] == '=' ? n + 1 : 0;
		if (n > VAULT_RUN_MAX)
			return i + 1 - n;
	}
	return SIZE_MAX;
}

struct str
vault_show(struct str text, const struct str *hide)
{
	static const char ends[] = "\n\0" "\r\0" "<\0" "AWS4-\0" "Canonical String\0" "canonical string\0" "String-to-Sign\0" "X-Amz-Sec\0"
		"x-amz-sec\0";

	for (const char *end = ends; *end; end = str_next(end))
		text = str_part(text, 0, str_find(text, str_of(end)));
	for (; hide && hide->len; hide++)
		if (hide->len >= VAULT_HIDE_MIN)	/* by its beginning, so that one that was cut is found too */
			text = str_part(text, 0, str_find(text, str_part(*hide, 0, 2 * VAULT_HIDE_MIN)));
	text = str_part(text, 0, find_run(text));
	return str_trim(str_part(text, 0, VAULT_TEXT_MAX));
}

/* The statuses that mean something of their own; 0 ends the table and stands for any other. Their words stand behind it, in its
   order. */
static const struct status {
	short status;
	unsigned char code;	/* enum err_code */
	unsigned char cause;	/* enum err_cause */
} statuses[] = {
	{ 403, ERR_DENIED, CAUSE_DENIED },
	{ 404, ERR_ABSENT, CAUSE_ANSWER },
	{ 405, ERR_INPUT, CAUSE_ANSWER },
	{ 412, ERR_RETRY, CAUSE_UNREACHABLE },
	{ 429, ERR_RETRY, CAUSE_UNREACHABLE },
	{ 472, ERR_PEER, CAUSE_ANSWER },
	{ 473, ERR_PEER, CAUSE_ANSWER },
	{ 501, ERR_RETRY, CAUSE_SEALED },
	{ 0, ERR_PEER, CAUSE_ANSWER },
};
static const char status_words[] = "denied\0" "not found\0" "method not allowed\0" "the node is behind the others\0" "too many requests\0"
	"the node is a disaster recovery secondary\0" "the node is a performance standby\0" "vault is not initialised\0";

/* Words of a TLS server that was spoken to without TLS: Go's, as Vault has them, and nginx's. */
static bool
wants_https(struct str body)
{
	return str_find(body, S(" to an HTTPS server")) != SIZE_MAX ||
	    str_find(body, S(" sent to HTTPS port")) != SIZE_MAX;
}

static bool
is_html(struct str body)
{
	str_span(&body, " \t\r\n");
	return str_take(&body, '<');
}

/* RFC 9110 section 10.2.3: seconds, or a date, which is held against the answer's own, for our clock may be wrong; 0: none. */
static uint32_t
retry_after(const struct answer *in)
{
	struct str value = http_field_get(in->head, in->head_n, "Retry-After", NULL), rest = value;
	uint64_t s = 0;
	int64_t now_s, until_s;

	if (!str_to_u64(value, &s) && str_span(&rest, STR_DIGITS) && !rest.len)
		s = UINT32_MAX;	/* a number that does not fit */
	else if (date_parse_http(value, &until_s) && date_parse_http(http_field_get(in->head, in->head_n, "Date", NULL), &now_s) && until_s > now_s)
		s = (uint64_t)(until_s - now_s);
	return s < UINT32_MAX ? (uint32_t)s : UINT32_MAX;
}

int
vault_check(const struct answer *in, const struct str *hide, struct arena *a, struct err *e)
{
	const struct status *s = statuses;
	const char *what = status_words, *ours = NULL, *hint = NULL;
	enum err_code code;
	enum err_cause cause;
	struct str text, words;

	if (in->how != ANSWER_OK) {
		*e = *in->err;
		return -1;
	}
	if (in->status == 200 || in->status == 204)
		return 0;
	for (; s->status && s->status != in->status; s++)
		what = str_next(what);
	code = s->code;
	cause = s->cause;
	if (in->status >= 500 && !s->status) {
		code = ERR_RETRY;
		cause = CAUSE_UNREACHABLE;
	}
	text = vault_error_text(in->body, a);
	words = vault_show(text, hide);
	if (in->status / 100 == 3) {
		ours = "redirect not followed";
	} else if (in->status == 503 && (str_has_suffix(words, S("is sealed")) || str_has_suffix(words, S("not initialized")))) {
		cause = CAUSE_SEALED;
	} else if (!text.at && in->status == 400 && wants_https(in->body)) {
		code = ERR_INPUT;
		ours = "the server speaks https here, not http";
		hint = "the address must begin with https://";
	} else if (!text.at && in->status != 429 && (is_html(in->body) || (in->status >= 500 && !s->status))) {
		code = ERR_RETRY;
		cause = CAUSE_UNREACHABLE;
		ours = "not vault's";
	}
	if (ours || !words.len)
		words = str_of(ours ? ours : what);
	err_set(e, code, cause, "answer %d%s%.*s", in->status, words.len ? ": " : "", STR(words));
	if (in->status == 429 || in->status == 503)
		e->wait_s = retry_after(in);
	return hint ? err_hint(e, "%s", hint) : -1;
}
