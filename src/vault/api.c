/* vault/api.c: how one request to Vault or OpenBao is asked and how its answer is read. */
/* SPDX-License-Identifier: MIT */
#include "vault/api.h"

#include "data/code.h"

#include <string.h>

/* Lists are C strings one behind the other, an empty one at the end: pointers to them would cost a relocation each. */
static const char *
next(const char *list)
{
	return list + strlen(list) + 1;
}

static void
add_field(struct ask_http *h, struct str name, struct str value)
{
	h->head[h->head_n++] = (struct http_field){ name, value };	/* at most four, of HTTP_HEAD_MAX */
}

/* As Vault's clients: no slash in front, one behind; "root" is no namespace. */
static void
add_namespace(struct buf *out, struct str ns)
{
	while (ns.len && ns.at[0] == '/')
		ns = str_part(ns, 1, ns.len);
	while (ns.len && ns.at[ns.len - 1] == '/')
		ns.len--;
	if (ns.len && !str_eq(ns, S("root")))
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
	buf_fmt(&ttl, "%u", (unsigned)v->wrap_ttl_s);
	if (url.full || ns.full || ttl.full)
		return arena_err(e);
	*out = (struct ask){ .kind = ASK_HTTP, .http = {
		.peer = PEER_VAULT,
		.method = method,
		.url = buf_str(&url),
		.body = body,
		.body_max = VAULT_BODY_MAX,
		.once = true,
		.follow = !v->no_redirects,
	} };
	add_field(&out->http, S("X-Vault-Request"), S("true"));
	if (ns.len)
		add_field(&out->http, S("X-Vault-Namespace"), buf_str(&ns));
	if (v->token.len)
		add_field(&out->http, S("X-Vault-Token"), v->token);
	if (v->wrap_ttl_s)
		add_field(&out->http, S("X-Vault-Wrap-TTL"), buf_str(&ttl));
	return 0;
}

/* In the words of an error, in the order of enum json_type. */
static const char *
type_name(enum json_type type)
{
	const char *name = "nothing\0null\0a boolean\0a number\0a string\0an array\0an object";

	while (type-- > 0)
		name = next(name);
	return name;
}

/* One key of an object: of the wanted type, or null, or absent (both are left to the caller). `of` names the object with its
   dot. */
static int
get(struct json *out, struct json object, const char *of, const char *key, enum json_type want, struct err *e)
{
	enum json_type is;

	if (json_get(object, key, out, e) < 0)
		return err_in(e, "answer");
	is = json_type(*out);
	if (is == JSON_NULL)
		*out = (struct json){ S("") };
	if (is == JSON_NONE || is == JSON_NULL || is == want)
		return 0;
	return err_set(e, ERR_PEER, CAUSE_ANSWER, "answer: %s%s is %s, not %s", of, key, type_name(is), type_name(want));
}

static int
get_string(struct str *out, struct json object, const char *of, const char *key, struct arena *a, struct err *e)
{
	struct json v;

	*out = S("");
	if (get(&v, object, of, key, JSON_STRING, e) < 0)
		return -1;
	if (json_type(v) == JSON_NONE)
		return 0;
	return json_string(v, a, out, e) < 0 ? err_in(e, "answer: %s%s", of, key) : 0;
}

/* A count of seconds; 0 when there is none. */
static int
get_seconds(int64_t *out, struct json object, const char *of, const char *key, struct err *e)
{
	struct json v;

	*out = 0;
	if (get(&v, object, of, key, JSON_NUMBER, e) < 0)
		return -1;
	if (json_type(v) == JSON_NONE)
		return 0;
	return json_i64(v, out, e) < 0 ? err_in(e, "answer: %s%s", of, key) : 0;
}

/* An array whose items are all strings, or nothing. */
static int
check_strings(struct json object, const char *of, const char *key, struct json *out, struct err *e)
{
	struct json none, item;
	size_t at = 0;

	if (get(out, object, of, key, JSON_ARRAY, e) < 0)
		return -1;
	while (json_each(*out, &at, &none, &item))
		if (json_type(item) != JSON_STRING)
			return err_set(e, ERR_PEER, CAUSE_ANSWER, "answer: an item of %s%s is %s, not a string", of, key,
			    type_name(json_type(item)));
	return 0;
}

static int
check_token(struct str token, const char *key, struct err *e)
{
	if (token.len && !str_is_visible(token))
		return err_set(e, ERR_PEER, CAUSE_ANSWER, "answer: %s holds a byte that is not visible ascii", key);
	return 0;
}

/* Keys of which only the type is looked at here; what shows them reads them from the text. Before each stands the byte that a
   value of its type begins with. */
static const char root_keys[] = "\"request_id\0" "\"lease_id\0" "trenewable\0";
static const char auth_keys[] = "{metadata\0" "trenewable\0" "torphan\0" "\"entity_id\0" "\"token_type\0" "0num_uses\0"
	"{mfa_requirement\0";

static int
check_types(struct json object, const char *of, const char *keys, struct err *e)
{
	struct json v;

	for (; *keys; keys = next(keys))
		if (get(&v, object, of, keys + 1, json_type((struct json){ { keys, 1 } }), e) < 0)
			return -1;
	return 0;
}

static int
parse_auth(struct vault_secret *s, struct arena *a, struct err *e)
{
	struct vault_auth *t = &s->token;
	struct json v;

	if (check_types(s->auth, "auth.", auth_keys, e) < 0 ||
	    get_string(&t->client_token, s->auth, "auth.", "client_token", a, e) < 0 ||
	    get_string(&t->accessor, s->auth, "auth.", "accessor", a, e) < 0 ||
	    get_seconds(&t->lease_duration_s, s->auth, "auth.", "lease_duration", e) < 0 ||
	    check_strings(s->auth, "auth.", "policies", &v, e) < 0 ||
	    check_strings(s->auth, "auth.", "token_policies", &v, e) < 0 ||
	    check_strings(s->auth, "auth.", "identity_policies", &v, e) < 0 ||
	    check_token(t->client_token, "auth.client_token", e) < 0 ||
	    get(&v, s->auth, "auth.", "renewable", JSON_BOOL, e) < 0)
		return -1;
	t->renewable = str_eq(v.text, S("true"));
	if (get(&v, s->auth, "auth.", "mfa_requirement", JSON_OBJECT, e) < 0)
		return -1;
	s->has_mfa = json_type(v) == JSON_OBJECT;
	return 0;
}

static int
parse_wrap(struct vault_secret *s, struct json wrap, struct arena *a, struct err *e)
{
	struct vault_wrap *w = &s->wrap;

	if (get_string(&w->token, wrap, "wrap_info.", "token", a, e) < 0 ||
	    get_string(&w->accessor, wrap, "wrap_info.", "accessor", a, e) < 0 ||
	    get_seconds(&w->ttl_s, wrap, "wrap_info.", "ttl", e) < 0 ||
	    get_string(&w->creation_time, wrap, "wrap_info.", "creation_time", a, e) < 0 ||
	    get_string(&w->creation_path, wrap, "wrap_info.", "creation_path", a, e) < 0 ||
	    get_string(&w->wrapped_accessor, wrap, "wrap_info.", "wrapped_accessor", a, e) < 0)
		return -1;
	return check_token(w->token, "wrap_info.token", e);
}

int
vault_parse_secret(struct vault_secret *out, struct str body, struct arena *a, struct err *e)
{
	struct json wrap;
	int64_t lease_s;	/* of the answer, not of the token: a login's is 0 */

	*out = (struct vault_secret){ 0 };
	if (!body.len)
		return err_set(e, ERR_PEER, CAUSE_ANSWER, "answer: the body is empty");
	if (json_parse(&out->root, body, e) < 0)
		return err_in(e, "answer");
	if (json_type(out->root) != JSON_OBJECT)
		return err_set(e, ERR_PEER, CAUSE_ANSWER, "answer: the body is %s, not an object", type_name(json_type(out->root)));
	if (check_types(out->root, "", root_keys, e) < 0 ||
	    get_seconds(&lease_s, out->root, "", "lease_duration", e) < 0 ||
	    get(&out->data, out->root, "", "data", JSON_OBJECT, e) < 0 ||
	    check_strings(out->root, "", "warnings", &out->warnings, e) < 0 ||
	    get(&out->auth, out->root, "", "auth", JSON_OBJECT, e) < 0 ||
	    get(&wrap, out->root, "", "wrap_info", JSON_OBJECT, e) < 0)
		return -1;
	out->has_auth = json_type(out->auth) == JSON_OBJECT;
	out->has_wrap = json_type(wrap) == JSON_OBJECT;
	if (out->has_auth && parse_auth(out, a, e) < 0)
		return -1;
	return out->has_wrap ? parse_wrap(out, wrap, a, e) : 0;
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
	return str_has_prefix(rest, S("* ")) ? str_part(rest, 2, rest.len) : text;
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
	static const char ends[] = "\n\0" "\r\0" "AWS4-\0" "Canonical String\0" "canonical string\0" "String-to-Sign\0" "X-Amz-Sec\0"
		"x-amz-sec\0";

	for (const char *end = ends; *end; end = next(end))
		text = str_part(text, 0, str_find(text, str_of(end)));
	for (; hide && hide->len; hide++)
		if (hide->len >= VAULT_HIDE_MIN)	/* by its beginning, so that one that was cut is found too */
			text = str_part(text, 0, str_find(text, str_part(*hide, 0, 2 * VAULT_HIDE_MIN)));
	text = str_part(text, 0, find_run(text));
	return str_trim(str_part(text, 0, VAULT_TEXT_MAX));
}

/* The statuses that mean something of their own; 0 ends the table and stands for any other. */
static const struct status {
	short status;
	unsigned char code;	/* enum err_code */
	unsigned char cause;	/* enum err_cause */
	char what[44];
} statuses[] = {
	{ 403, ERR_DENIED, CAUSE_DENIED, "denied" },
	{ 404, ERR_ABSENT, CAUSE_ANSWER, "not found" },
	{ 405, ERR_INPUT, CAUSE_ANSWER, "method not allowed" },
	{ 412, ERR_RETRY, CAUSE_UNREACHABLE, "the node is behind the others" },
	{ 429, ERR_RETRY, CAUSE_UNREACHABLE, "too many requests" },
	{ 472, ERR_PEER, CAUSE_ANSWER, "the node is a disaster recovery secondary" },
	{ 473, ERR_PEER, CAUSE_ANSWER, "the node is a performance standby" },
	{ 501, ERR_RETRY, CAUSE_SEALED, "vault is not initialised" },
	{ 0, ERR_PEER, CAUSE_ANSWER, "" },
};

/* Words of a TLS server that was spoken to without TLS: Go's, as Vault has them, and nginx's. */
static bool
wants_https(struct str body)
{
	return str_find(body, S("HTTP request to an HTTPS server")) != SIZE_MAX ||
	    str_find(body, S("plain HTTP request was sent to HTTPS port")) != SIZE_MAX;
}

static bool
is_html(struct str body)
{
	while (body.len && (unsigned char)body.at[0] <= ' ')
		body = str_part(body, 1, body.len);
	return body.len && body.at[0] == '<';
}

int
vault_check(const struct answer *in, const struct str *hide, struct arena *a, struct err *e)
{
	const struct status *s = statuses;
	struct str text, words;

	if (in->how != ANSWER_OK) {
		*e = *in->err;
		return -1;
	}
	if (in->status == 200 || in->status == 204)
		return 0;
	text = vault_error_text(in->body, a);
	words = vault_show(text, hide);
	while (s->status && s->status != in->status)
		s++;
	if (in->status / 100 == 3)
		return err_set(e, ERR_PEER, CAUSE_ANSWER, "answer %d: a redirect that is not followed", in->status);
	if (!text.at && in->status == 400 && wants_https(in->body)) {
		err_set(e, ERR_INPUT, CAUSE_ANSWER, "answer 400: the server speaks https here, not http");
		return err_hint(e, "the address must begin with https://");
	}
	if (!text.at && in->status != 429 && (is_html(in->body) || (in->status >= 500 && !s->status)))
		return err_set(e, ERR_RETRY, CAUSE_UNREACHABLE, "answer %d that is not vault's", in->status);
	if (in->status == 503 && (str_has_suffix(words, S("is sealed")) || str_has_suffix(words, S("not initialized"))))
		return err_set(e, ERR_RETRY, CAUSE_SEALED, "answer 503: %.*s", STR(words));
	if (!words.len)
		words = str_of(s->what);
	err_set(e, s->code, s->cause, "answer %d%s%.*s", in->status, words.len ? ": " : "", STR(words));
	if (in->status >= 500 && !s->status) {
		e->code = ERR_RETRY;
		e->cause = CAUSE_UNREACHABLE;
	}
	return -1;
}
