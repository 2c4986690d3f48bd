/* tests/fuzz/sigv4.c: fuzzes request signing: the canonical path and query have their form, and the fields' order does not matter. */
/* SPDX-License-Identifier: MIT */
#include "aws/sigv4.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static char memory[1 << 18];
static struct arena arena;

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* No empty, "." or ".." segment but the one behind a closing slash, and nothing that is not encoded. */
static void
check_path(struct str path)
{
	must(path.len && path.at[0] == '/' && str_is_visible(path));
	path = str_part(path, 1, path.len);
	while (path.len) {
		struct str segment = str_cut(&path, '/');

		must(segment.len && !str_is(segment, ".") && !str_is(segment, ".."));
	}
}

/* Pairs in order, each with one '='. */
static void
check_query(struct str query)
{
	struct str before_name = S(""), before_value = S("");

	while (query.len) {
		struct str value = str_cut(&query, '&');
		struct str name = str_cut(&value, '=');
		int order = str_cmp(before_name, name);

		must(order < 0 || (order == 0 && str_cmp(before_value, value) <= 0));
		must(str_find_c(value, '=') == SIZE_MAX && str_is_printable(value) && str_is_printable(name));
		before_name = name;
		before_value = value;
	}
}

static bool
has_twins(const struct http_field *head, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++)
			if (str_eq_nocase(head[i].name, head[j].name))
				return true;
	return false;
}

/* method, path, query, secret, body and then fields, each ended by a NUL. The first byte says whether the path is kept. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct str rest = { (const char *)data, len }, canonical;
	struct http_field head[HTTP_HEAD_MAX + 1], turned[HTTP_HEAD_MAX + 1];
	struct sigv4 s = { .head = head, .region = S("us-east-1"), .service = S("sts"), .at_s = 1440938160 };
	struct cred cred = { .id = S("AKID") };
	struct buf one, two, text;
	struct err e;

	if (!len || len > 4096)
		return 0;
	s.keep_path = data[0] & 1;
	rest = str_part(rest, 1, len);
	s.method = str_cut(&rest, 0);
	s.path = str_cut(&rest, 0);
	s.query = str_cut(&rest, 0);
	cred.secret = str_cut(&rest, 0);
	s.body = str_cut(&rest, 0);
	while (rest.len && s.head_n <= HTTP_HEAD_MAX) {
		head[s.head_n].name = str_cut(&rest, 0);
		head[s.head_n++].value = str_cut(&rest, 0);
	}
	arena = (struct arena){ .at = memory, .cap = sizeof memory };
	one = arena_buf(&arena, 16384);
	two = arena_buf(&arena, 16384);
	text = arena_buf(&arena, 65536);
	if (sigv4_sign(&one, &s, &cred, &arena, &e) < 0) {
		must(e.code == ERR_LIMIT && e.cause == CAUSE_LIMIT);	/* there is room for everything: a bound was hit */
		return 0;
	}
	must(sigv4_add_canonical(&text, &s, &arena, &e) == 0 && !text.full);
	canonical = buf_str(&text);
	must(str_has_prefix(canonical, s.method));
	canonical = str_part(canonical, s.method.len + 1, canonical.len);
	if (s.keep_path)
		str_cut(&canonical, '\n');
	else
		check_path(str_cut(&canonical, '\n'));
	check_query(str_cut(&canonical, '\n'));
	for (size_t i = 0; i < s.head_n; i++)
		turned[i] = head[s.head_n - 1 - i];
	s.head = turned;
	must(sigv4_sign(&two, &s, &cred, &arena, &e) == 0);
	must(has_twins(head, s.head_n) || str_eq(buf_str(&one), buf_str(&two)));
	return 0;
}
