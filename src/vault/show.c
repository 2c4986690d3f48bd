/* vault/show.c: a login's answer as people and scripts read it: table, JSON, one field. */
/* SPDX-License-Identifier: MIT */
#include "vault/show.h"

#include "data/date.h"

#define ROWS 64	/* metadata of an aws login has about 12 keys */
#define META "token_meta_"

struct row {
	char place;		/* the order of rows; those with one place are ordered by name */
	struct str name;
	struct str value;	/* for people */
};

struct rows {
	struct row row[ROWS];
	size_t n;
};

#define META_PLACE '8'	/* behind auth's other rows */
#define NEVER S("\xe2\x88\x9e")	/* the sign for infinity */

static int
add_row(struct rows *r, const struct row *row, struct err *e)
{
	size_t at = r->n;

	if (at == ROWS)
		return err_set(e, ERR_LIMIT, CAUSE_LIMIT, "the answer has more than %d values to show", ROWS);
	for (; at > 0; at--) {
		const struct row *before = &r->row[at - 1];

		if (before->place < row->place || (before->place == row->place && str_cmp(before->name, row->name) <= 0))
			break;
		r->row[at] = *before;
	}
	r->row[at] = *row;
	r->n++;
	return 0;
}

/* ["a" "b"]: a list as Go prints it with %q. */
static void
add_list(struct buf *b, struct json v)
{
	struct json none, item;
	const char *before = "[";
	size_t at = 0;

	while (json_each(v, &at, &none, &item)) {
		buf_fmt(b, "%s%.*s", before, STR(item.text));
		before = " ";
	}
	buf_fmt(b, "%s]", *before == '[' ? "[" : "");
}

/* A value for people; Go's zero value when it is absent or null. */
static int
human(struct str *out, struct json v, char type, bool is_lease, struct arena *a, struct err *e)
{
	struct buf b;
	int64_t seconds = 0;

	*out = (struct str){ 0 };
	if (type == '"')
		return json_type(v) == JSON_STRING ? json_string(v, a, out, e) : 0;
	b = arena_buf(a, 40 + v.text.len);	/* a list is no longer than the JSON that it was */
	if (type == '[')
		add_list(&b, v);
	else if (type == 't')
		buf_add_str(&b, json_type(v) == JSON_BOOL ? v.text : S("false"));
	else if (json_type(v) == JSON_NUMBER && json_i64(v, &seconds, e) < 0)
		return -1;
	else if (!seconds && is_lease)
		buf_add_str(&b, NEVER);
	else
		date_format_duration(&b, seconds);
	arena_trim(a, &b);
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
		struct row row = { .place = META_PLACE, .value = value.text };
		struct buf name = arena_buf(a, sizeof META + key.text.len);
		struct str text;

		if (json_string(key, a, &text, e) < 0 ||
		    (json_type(value) == JSON_STRING && json_string(value, a, &row.value, e) < 0))
			return -1;
		buf_fmt(&name, META "%.*s", STR(text));
		if (name.full)
			return arena_err(e);
		row.name = buf_str(&name);
		if (add_row(r, &row, e) < 0)
			return -1;
	}
	return 0;
}

/* A value's name in Vault's CLI. */
static const char *
name_of(const char *field)
{
	const char *key = field + VAULT_KEY, *name = str_next(key);

	return *name == '=' ? key : name;
}

static int
collect(struct rows *r, const struct vault_secret *s, struct arena *a, struct err *e)
{
	for (const char *f = vault_fields; *f; f = str_next(str_next(f))) {
		struct row row = { f[VAULT_ROW], str_of(name_of(f)), { 0 } };
		bool is_wrap = f[VAULT_PART] == VAULT_WRAP;
		struct json v;
		struct buf b;

		if (row.place == VAULT_NO_ROW || row.place == VAULT_AUTH || row.place == VAULT_WRAP ||
		    json_type(is_wrap ? s->wrap_info : s->auth) != JSON_OBJECT)
			continue;
		if (vault_get(s, f, &v, e) < 0 || human(&row.value, v, f[VAULT_TYPE], !is_wrap, a, e) < 0)
			return -1;
		if (is_wrap) {	/* with a colon, as Vault's CLI prints these names and no others */
			if (row.place == 'F' && !row.value.len)
				continue;
			b = arena_buf(a, row.name.len + 1);
			buf_fmt(&b, "%.*s:", STR(row.name));
			if (b.full)
				return arena_err(e);
			row.name = buf_str(&b);
		}
		if (add_row(r, &row, e) < 0)
			return -1;
	}
	return add_meta(r, s, a, e);
}

static void
add_cell(struct buf *out, struct str text, size_t width)
{
	size_t end = out->len + width;

	buf_add_escaped(out, text);	/* may be wider than the column: then it moves its value */
	if (end < out->len)
		end = out->len;
	while (!out->full && out->len < end + 4)	/* four blanks between the columns */
		buf_add_c(out, ' ');
}

void
show_row(struct buf *out, struct str name, struct str value, size_t width)
{
	add_cell(out, name, width);
	if (str_eq(value, NEVER))	/* not to be escaped */
		buf_add_str(out, NEVER);
	else
		buf_add_escaped(out, value);
	buf_add_c(out, '\n');
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
	for (size_t i = 0; i < r->n; i++)
		if (r->row[i].name.len > width)
			width = r->row[i].name.len;
	show_row(out, S("Key"), S("Value"), width);
	show_row(out, S("---"), S("-----"), width);
	for (size_t i = 0; i < r->n; i++)
		show_row(out, r->row[i].name, r->row[i].value, width);
	return out->full ? arena_err(e) : 0;
}

int
show_part(struct jsonw *w, const struct vault_secret *s, char part, struct err *e)
{
	jsonw_open(w, '{');
	for (const char *f = vault_fields; *f; f = str_next(str_next(f))) {
		char row = f[VAULT_ROW], type = f[VAULT_TYPE];
		bool is_part = row == VAULT_AUTH || row == VAULT_WRAP;
		struct json v;

		if (f[VAULT_PART] != part)
			continue;
		if (vault_get(s, f, &v, e) < 0)
			return -1;
		if (is_part && json_type(v) != JSON_OBJECT)
			continue;
		jsonw_key(w, f + VAULT_KEY);
		if (is_part) {
			if (show_part(w, s, row, e) < 0)
				return -1;
			continue;
		}
		if (json_type(v) <= JSON_NULL)
			v.text = str_of(type == '"' ? "\"\"" : type == '0' ? "0" : type == 't' ? "false" : "null");
		jsonw_value(w, v);
	}
	jsonw_close(w, '}');
	return 0;
}

int
show_json(struct buf *out, const struct vault_secret *s, struct err *e)
{
	struct jsonw w = { .out = out, .pretty = true };

	if (show_part(&w, s, VAULT_ROOT, e) < 0)
		return err_in(e, "answer");
	buf_add_c(out, '\n');
	return out->full ? err_set(e, ERR_LIMIT, CAUSE_LIMIT, "the answer is too large to show") : 0;
}

/* The field of that name in Vault's CLI; an empty string when there is none. */
static const char *
find_name(struct str name)
{
	const char *f = vault_fields;

	while (*f && !(name.len && str_is(name, name_of(f))))
		f = str_next(str_next(f));
	return f;
}

bool
show_has_field(struct str field)
{
	return str_begins(field, META) || *find_name(field);
}

static int
find_field(struct json *out, const struct vault_secret *s, struct str field, struct arena *a, struct err *e)
{
	const char *f = find_name(field);
	struct json meta;
	struct str member;

	*out = (struct json){ 0 };
	if (*f)
		return vault_get(s, f, out, e);
	if (!str_begins(field, META))
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
	if (json_type(v) <= JSON_NULL) {
		err_set(e, ERR_ABSENT, CAUSE_FIELD, "field \"%.*s\" is not in the answer", STR(field));
		return s->wrapping_token.len ? err_hint(e, "vault wrapped the answer: unwrap its -field=wrapping_token") : -1;
	}
	text = v.text;
	if (json_type(v) == JSON_STRING && json_string(v, a, &text, e) < 0)
		return -1;
	buf_add_str(out, text);
	return out->full ? arena_err(e) : 0;
}
