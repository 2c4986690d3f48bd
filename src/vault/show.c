/* vault/show.c: a login's answer as people and scripts read it: table, JSON, one field. */
/* SPDX-License-Identifier: MIT */
#include "vault/show.h"

#include "data/date.h"
#include "data/jsonw.h"

#include <string.h>

#define ROWS 64	/* metadata of an aws login has about 12 keys */
#define META "token_meta_"

struct row {
	struct str key;		/* without META for metadata */
	struct str value;	/* for people */
	bool is_meta;
};

struct rows {
	struct row row[ROWS];
	size_t n;
	bool full;
};

static void
add_row(struct rows *r, struct row row)
{
	size_t at = r->n;

	if (r->n == ROWS) {
		r->full = true;
		return;
	}
	for (; row.is_meta && at > 0 && r->row[at - 1].is_meta && str_cmp(r->row[at - 1].key, row.key) > 0; at--)
		r->row[at] = r->row[at - 1];	/* metadata by name */
	r->row[at] = row;
	r->n++;
}

static void
add(struct rows *r, const char *key, struct str value)
{
	add_row(r, (struct row){ str_of(key), value, false });
}

static struct str
human(int64_t seconds, struct arena *a)
{
	struct buf b = arena_buf(a, 40);

	date_format_duration(&b, seconds);
	arena_trim(a, &b);
	return buf_str(&b);
}

/* ["a" "b"]: a list as Go prints it with %q. */
static int
list(struct str *out, struct json object, const char *key, struct arena *a, struct err *e)
{
	struct json v, none, item;
	struct buf b;
	size_t at = 0;

	if (json_get(object, key, &v, e) < 0)
		return -1;
	b = arena_buf(a, v.text.len + 2);	/* no longer than the JSON that it was */
	buf_add_c(&b, '[');
	while (json_each(v, &at, &none, &item))
		buf_fmt(&b, "%s%.*s", b.len > 1 ? " " : "", STR(item.text));
	buf_add_c(&b, ']');
	*out = buf_str(&b);
	return b.full ? arena_err(e) : 0;
}

static int
add_meta(struct rows *r, const struct vault_secret *s, struct arena *a, struct err *e)
{
	struct json meta, key, value;
	size_t at = 0;

	if (json_get(s->auth, "metadata", &meta, e) < 0)
		return -1;
	while (json_each(meta, &at, &key, &value)) {
		struct row row = { .value = value.text, .is_meta = true };

		if (json_string(key, a, &row.key, e) < 0 ||
		    (json_type(value) == JSON_STRING && json_string(value, a, &row.value, e) < 0))
			return -1;
		add_row(r, row);
	}
	return 0;
}

static int
collect(struct rows *r, const struct vault_secret *s, struct arena *a, struct err *e)
{
	struct str policies, token_policies, identity_policies;

	if (s->has_auth) {
		if (list(&token_policies, s->auth, "token_policies", a, e) < 0 ||
		    list(&identity_policies, s->auth, "identity_policies", a, e) < 0 ||
		    list(&policies, s->auth, "policies", a, e) < 0)
			return -1;
		add(r, "token", s->token.client_token);
		add(r, "token_accessor", s->token.accessor);
		add(r, "token_duration", s->token.lease_duration_s ? human(s->token.lease_duration_s, a) : S("\xe2\x88\x9e"));
		add(r, "token_renewable", s->token.renewable ? S("true") : S("false"));
		add(r, "token_policies", token_policies);
		add(r, "identity_policies", identity_policies);
		add(r, "policies", policies);
		if (add_meta(r, s, a, e) < 0)
			return -1;
	}
	if (s->has_wrap) {	/* with a colon each, as Vault's CLI prints these keys and no others */
		add(r, "wrapping_token:", s->wrap.token);
		add(r, "wrapping_accessor:", s->wrap.accessor);
		add(r, "wrapping_token_ttl:", human(s->wrap.ttl_s, a));
		add(r, "wrapping_token_creation_time:", s->wrap.creation_time);
		add(r, "wrapping_token_creation_path:", s->wrap.creation_path);
		if (s->wrap.wrapped_accessor.len)
			add(r, "wrapped_accessor:", s->wrap.wrapped_accessor);
	}
	return r->full ? err_set(e, ERR_LIMIT, CAUSE_LIMIT, "the answer has more than %d values to show", ROWS) : 0;
}

static void
add_cell(struct buf *out, struct str key, bool is_meta, size_t width)
{
	size_t start = out->len, end;

	if (is_meta)
		buf_add_str(out, S(META));
	buf_add_escaped(out, key);	/* may be wider than the column: then it moves its value */
	end = out->len - start < width ? start + width : out->len;
	while (!out->full && out->len < end + 4)	/* four blanks between the columns */
		buf_add_c(out, ' ');
}

int
show_table(struct buf *out, const struct vault_secret *s, struct arena *a, struct err *e)
{
	struct rows *r = arena_get(a, sizeof *r);
	size_t width = 3;

	if (!r)
		return arena_err(e);
	if (collect(r, s, a, e) < 0)
		return -1;
	for (size_t i = 0; i < r->n; i++) {
		size_t len = r->row[i].key.len + (r->row[i].is_meta ? sizeof META - 1 : 0);

		width = len > width ? len : width;
	}
	add_cell(out, S("Key"), false, width);
	buf_fmt(out, "Value\n");
	add_cell(out, S("---"), false, width);
	buf_fmt(out, "-----\n");
	for (size_t i = 0; i < r->n; i++) {
		add_cell(out, r->row[i].key, r->row[i].is_meta, width);
		if (str_eq(r->row[i].value, S("\xe2\x88\x9e")))	/* ours, not the server's: the sign for "never" */
			buf_add_str(out, r->row[i].value);
		else
			buf_add_escaped(out, r->row[i].value);
		buf_add_c(out, '\n');
	}
	return out->full ? arena_err(e) : 0;
}

static const char *
next(const char *list)
{
	return list + strlen(list) + 1;
}

/* One key as the answer has it; Go's zero value when it is absent or null. */
static int
put(struct jsonw *w, struct json object, const char *key, struct str zero, struct err *e)
{
	struct json v = { S("") };

	if (json_type(object) == JSON_OBJECT && json_get(object, key, &v, e) < 0)
		return err_in(e, "answer");
	jsonw_key(w, key);
	jsonw_value(w, json_type(v) == JSON_NONE || json_type(v) == JSON_NULL ? (struct json){ zero } : v);
	return 0;
}

/* Keys and their zero values in turn: C strings one behind the other, an empty one at the end. */
static const char top[] = "request_id\0\"\"\0" "lease_id\0\"\"\0" "lease_duration\0" "0\0" "renewable\0false\0" "data\0null\0"
	"warnings\0null\0";
static const char auth[] = "client_token\0\"\"\0" "accessor\0\"\"\0" "policies\0null\0" "token_policies\0null\0"
	"identity_policies\0null\0" "metadata\0null\0" "orphan\0false\0" "entity_id\0\"\"\0" "lease_duration\0" "0\0"
	"renewable\0false\0" "mfa_requirement\0null\0";
static const char wrap[] = "token\0\"\"\0" "accessor\0\"\"\0" "ttl\0" "0\0" "creation_time\0\"\"\0" "creation_path\0\"\"\0"
	"wrapped_accessor\0\"\"\0";

static int
put_all(struct jsonw *w, struct json object, const char *members, struct err *e)
{
	while (*members) {
		const char *zero = next(members);

		if (put(w, object, members, str_of(zero), e) < 0)
			return -1;
		members = next(zero);
	}
	return 0;
}

int
show_json(struct buf *out, const struct vault_secret *s, struct err *e)
{
	struct jsonw w = { .out = out, .pretty = true };
	struct json info;

	jsonw_open(&w, '{');
	if (put_all(&w, s->root, top, e) < 0)
		return -1;
	if (s->has_auth) {
		jsonw_key(&w, "auth");
		jsonw_open(&w, '{');
		if (put_all(&w, s->auth, auth, e) < 0)
			return -1;
		jsonw_close(&w, '}');
	}
	if (s->has_wrap) {
		if (json_get(s->root, "wrap_info", &info, e) < 0)
			return err_in(e, "answer");
		jsonw_key(&w, "wrap_info");
		jsonw_open(&w, '{');
		if (put_all(&w, info, wrap, e) < 0)
			return -1;
		jsonw_close(&w, '}');
	}
	jsonw_close(&w, '}');
	buf_add_c(out, '\n');
	return out->full ? err_set(e, ERR_LIMIT, CAUSE_LIMIT, "the answer is too large to show") : 0;
}

/* Names of Vault's CLI, each with the key that it is: of the answer itself (r), of its auth (a) or of its wrap_info (w). */
static const char fields[] = "request_id\0rrequest_id\0" "lease_id\0rlease_id\0" "lease_duration\0rlease_duration\0"
	"renewable\0rrenewable\0" "data\0rdata\0" "token\0aclient_token\0" "token_accessor\0aaccessor\0"
	"token_duration\0alease_duration\0" "token_renewable\0arenewable\0" "token_policies\0atoken_policies\0"
	"identity_policies\0aidentity_policies\0" "policies\0apolicies\0" "wrapping_token\0wtoken\0"
	"wrapping_accessor\0waccessor\0" "wrapping_token_ttl\0wttl\0" "wrapping_token_creation_time\0wcreation_time\0"
	"wrapping_token_creation_path\0wcreation_path\0" "wrapped_accessor\0wwrapped_accessor\0";

static int
find_field(struct json *out, const struct vault_secret *s, struct str field, struct arena *a, struct err *e)
{
	struct json none = { S("") }, info = none, meta;
	struct str member;

	*out = none;
	if (s->has_wrap && json_get(s->root, "wrap_info", &info, e) < 0)
		return -1;
	for (const char *name = fields, *key; *name; name = next(key)) {
		key = next(name);
		if (str_is(field, name))
			return json_get(*key == 'r' ? s->root : *key == 'w' ? info : s->has_auth ? s->auth : none, key + 1, out, e);
	}
	if (!s->has_auth || !str_has_prefix(field, S(META)))
		return 0;
	if (json_get(s->auth, "metadata", &meta, e) < 0 ||
	    arena_keep(a, str_part(field, sizeof META - 1, field.len), &member, e) < 0)	/* with a NUL behind it */
		return -1;
	return json_get(meta, member.at, out, e);
}

int
show_field(struct buf *out, const struct vault_secret *s, struct str field, struct arena *a, struct err *e)
{
	struct json v;
	struct str text;

	if (find_field(&v, s, field, a, e) < 0)
		return err_in(e, "answer");
	if (json_type(v) == JSON_NONE || json_type(v) == JSON_NULL) {
		err_set(e, ERR_ABSENT, CAUSE_FIELD, "field \"%.*s\" is not in the answer", STR(field));
		return s->has_wrap ? err_hint(e, "the answer is wrapped: wrapping_token is the field to ask for") : -1;
	}
	text = v.text;
	if (json_type(v) == JSON_STRING && json_string(v, a, &text, e) < 0)
		return -1;
	buf_add_str(out, text);
	return out->full ? arena_err(e) : 0;
}

struct str
show_token(const struct vault_secret *s)
{
	return s->has_wrap ? s->wrap.token : s->token.client_token;
}
