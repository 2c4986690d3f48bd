/* vault/value.c: what a secret is made of, as people, scripts and programs take it. */
/* SPDX-License-Identifier: MIT */
#include "vault/value.h"

#include "data/date.h"
#include "vault/show.h"

/* As value_find, but *out is JSON_NONE for what is not there. The depth is the JSON's. */
static int
find(struct json *out, struct json data, struct str field, struct arena *a, struct err *e)
{
	struct str key;

	if (json_type(data) != JSON_OBJECT) {
		*out = (struct json){ { 0 } };
		return 0;
	}
	if (arena_keep(a, field, &key, e) < 0 || json_get(data, key.at, out, e) < 0)
		return -1;
	for (size_t i = 0; i < field.len && json_type(*out) == JSON_NONE; i++) {
		struct json within;

		if (field.at[i] != '.')
			continue;
		if (arena_keep(a, str_part(field, 0, i), &key, e) < 0 || json_get(data, key.at, &within, e) < 0 ||
		    find(out, within, str_part(field, i + 1, field.len), a, e) < 0)
			return -1;
	}
	return 0;
}

int
value_find(struct json *out, struct json data, struct str field, struct arena *a, struct err *e)
{
	char text[ERR_HINT];
	struct buf keys = BUF(text);
	struct json key, value;
	size_t at = 0;

	if (find(out, data, field, a, e) < 0)
		return -1;
	if (json_type(*out) > JSON_NULL)
		return 0;
	err_set(e, ERR_ABSENT, CAUSE_FIELD, "no field \"%.*s\" in the secret", STR(str_part(field, 0, 100)));
	while (json_each(data, &at, &key, &value))
		buf_fmt(&keys, "%s%.*s", keys.len ? ", " : "it has ", STR(key.text));
	return keys.len ? err_hint(e, "%.*s", STR(buf_str(&keys))) : -1;
}

int
value_text(struct str *out, struct json v, struct arena *a, struct err *e)
{
	*out = v.text;
	return json_type(v) == JSON_STRING ? json_string(v, a, out, e) : 0;
}

bool
value_is_name(struct str name)
{
	struct str rest = name;

	str_span(&rest, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_" STR_DIGITS);
	return name.len && !rest.len && !(name.at[0] >= '0' && name.at[0] <= '9');
}

/* "api-key.v2" as API_KEY_V2. */
static void
add_name(struct buf *out, struct str key)
{
	for (size_t i = 0; i < key.len; i++) {
		char c = key.at[i];

		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		buf_add_c(out, (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ? c : '_');
	}
}

/* One member's; -1 with what is wrong, for behind the key. */
static int
read_pair(struct value_pair *p, struct json key, struct json value, struct str prefix, struct arena *a, struct err *e)
{
	struct str text;
	struct buf name;

	if (json_string(key, a, &text, e) < 0 || value_text(&p->value, value, a, e) < 0 || arena_keep(a, p->value, &p->value, e) < 0)
		return -1;
	name = arena_buf(a, prefix.len + text.len + 1);
	buf_add_str(&name, prefix);
	add_name(&name, text);
	if (name.full)
		return arena_err(e);
	p->name = buf_str(&name);
	if (!value_is_name(p->name))
		return err_set(e, ERR_INPUT, CAUSE_ANSWER, "no variable can have the name \"%.*s\"", STR(str_part(p->name, 0, 100)));
	return str_find_c(p->value, 0) == SIZE_MAX ? 0 : err_set(e, ERR_INPUT, CAUSE_ANSWER, "a byte of zero, which no variable can hold");
}

int
value_pairs(const struct value_pair **out, size_t *n, struct json data, struct str prefix, struct arena *a, struct err *e)
{
	struct value_pair *pair = arena_get(a, VALUE_PAIRS * sizeof *pair);
	struct json key, value;
	size_t at = 0;

	*n = 0;
	*out = pair;
	if (!pair)
		return arena_err(e);
	while (json_each(data, &at, &key, &value)) {
		struct value_pair *p = &pair[*n];

		if (*n == VALUE_PAIRS)
			return err_set(e, ERR_LIMIT, CAUSE_LIMIT, "a secret of more than %d fields", VALUE_PAIRS);
		if (read_pair(p, key, value, prefix, a, e) < 0)
			return err_in(e, "field %.*s", STR(str_part(key.text, 0, 100)));
		for (size_t i = 0; i < *n; i++)
			if (str_eq(pair[i].name, p->name))
				return err_set(e, ERR_INPUT, CAUSE_ANSWER, "two fields would both be %.*s", STR(str_part(p->name, 0, 100)));
		++*n;
	}
	return 0;
}

int
value_env(struct buf *out, struct json data, struct arena *a, struct err *e)
{
	const struct value_pair *pair;
	size_t n;

	if (value_pairs(&pair, &n, data, S(""), a, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct str rest = pair[i].value, part;
		bool more;

		buf_fmt(out, "%.*s='", STR(pair[i].name));
		do {
			more = str_split(&rest, '\'', &part);
			buf_fmt(out, "%.*s%s", STR(part), more ? "'\\''" : "");
		} while (more);
		buf_fmt(out, "'\n");
	}
	return out->full ? arena_err(e) : 0;
}

/* A table is walked twice: at first for the width of its first column. */
struct table {
	struct buf *out;
	struct arena *a;
	size_t width;
	bool is_measured;
};

static void
row(struct table *t, struct str name, struct str value)
{
	if (t->is_measured)
		show_row(t->out, name, value, t->width);
	else if (name.len > t->width)
		t->width = name.len;
}

/* An object's members. A string is shown as it is, anything else as the JSON that it is. */
static int
add_members(struct table *t, struct json object, struct err *e)
{
	struct json key, value;
	struct str name, text;
	size_t at = 0;

	while (json_each(object, &at, &key, &value)) {
		if (json_string(key, t->a, &name, e) < 0 || value_text(&text, value, t->a, e) < 0)
			return -1;
		row(t, name, text);
	}
	return 0;
}

/* What Vault says of the lease, where there is one. */
static int
add_lease(struct table *t, const struct vault_secret *s, struct err *e)
{
	char text[40];
	struct buf time = BUF(text);
	struct json id, lease, renewable;
	struct str name = S("");
	int64_t lease_s = 0;

	if (json_get(s->root, "lease_id", &id, e) < 0 || json_get(s->root, "lease_duration", &lease, e) < 0 ||
	    json_get(s->root, "renewable", &renewable, e) < 0 || (json_type(id) == JSON_STRING && json_string(id, t->a, &name, e) < 0) ||
	    (json_type(lease) == JSON_NUMBER && json_i64(lease, &lease_s, e) < 0))
		return -1;
	date_format_duration(&time, lease_s);
	if (name.len) {
		row(t, S("lease_id"), name);
		row(t, S("lease_duration"), buf_str(&time));
		row(t, S("lease_renewable"), renewable.text);
	} else if (lease_s) {
		row(t, S("refresh_interval"), buf_str(&time));
	}
	return 0;
}

/* Rows under a title, which may be NULL, as may the lease's. */
static int
add_part(struct table *t, const char *title, const struct vault_secret *lease, struct json object, struct err *e)
{
	t->width = 3;
	for (t->is_measured = false;; t->is_measured = true) {
		if (t->is_measured && title)
			buf_fmt(t->out, "\n== %s ==\n", title);
		row(t, S("Key"), S("Value"));
		row(t, S("---"), S("-----"));
		if ((lease && add_lease(t, lease, e) < 0) || add_members(t, object, e) < 0)
			return -1;
		if (t->is_measured)
			return 0;
	}
}

int
value_table(struct buf *out, const struct read *r, struct arena *a, struct err *e)
{
	struct table t = { .out = out, .a = a };
	struct json data, metadata;

	if (!r->is_v2 && add_part(&t, NULL, &r->secret, r->data, e) < 0)
		return -1;
	if (r->is_v2) {
		buf_fmt(out, "== Secret Path ==\n");
		buf_add_escaped(out, r->where);
		buf_add_c(out, '\n');
		if (json_get(r->secret.root, "data", &data, e) < 0 || json_get(data, "metadata", &metadata, e) < 0 ||
		    add_part(&t, "Metadata", NULL, metadata, e) < 0 || add_part(&t, "Data", NULL, r->data, e) < 0)
			return -1;
	}
	return out->full ? arena_err(e) : 0;
}
