/* aws/sigv4.c: AWS Signature Version 4 in a header, for any service and header set. */
/* SPDX-License-Identifier: MIT */
#include "aws/sigv4.h"

#include "base/wipe.h"
#include "crypto/hash.h"
#include "data/code.h"
#include "data/date.h"
#include "data/uri.h"

#include <string.h>

#define ALGORITHM "AWS4-HMAC-SHA256"

static const char too_many[] = "sigv4: more than %d %s";

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* Order by lower-cased name. */
static int
name_cmp(struct str a, struct str b)
{
	for (size_t i = 0; i < a.len && i < b.len; i++)
		if (lower(a.at[i]) != lower(b.at[i]))
			return (unsigned char)lower(a.at[i]) < (unsigned char)lower(b.at[i]) ? -1 : 1;
	return (a.len > b.len) - (a.len < b.len);
}

static void
add_lower(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		buf_add_c(out, lower(s.at[i]));
}

/* Trimmed, each run of blanks inside as one blank. */
static void
add_value(struct buf *out, struct str value)
{
	bool blank = false;

	value = str_trim(value);
	for (size_t i = 0; i < value.len; i++) {
		char c = value.at[i] == '\t' ? ' ' : value.at[i];

		if (c != ' ' || !blank)
			buf_add_c(out, c);
		blank = c == ' ';
	}
}

/* The fields' indices by name; fields of one name keep their order (insertion sort: at most HTTP_HEAD_MAX). */
static void
sort_fields(const struct sigv4 *s, size_t order[static HTTP_HEAD_MAX])
{
	for (size_t i = 0; i < s->head_n; i++) {
		size_t at = i;

		for (; at > 0 && name_cmp(s->head[order[at - 1]].name, s->head[i].name) > 0; at--)
			order[at] = order[at - 1];
		order[at] = i;
	}
}

static bool
is_repeat(const struct sigv4 *s, const size_t *order, size_t i)
{
	return i && name_cmp(s->head[order[i - 1]].name, s->head[order[i]].name) == 0;
}

static void
add_signed_names(struct buf *out, const struct sigv4 *s, const size_t *order)
{
	for (size_t i = 0; i < s->head_n; i++) {
		if (is_repeat(s, order, i))
			continue;
		if (i)
			buf_add_c(out, ';');
		add_lower(out, s->head[order[i]].name);
	}
}

/* Each segment encoded; unless told to keep them, empty and "." segments dropped and ".." resolved (RFC 3986 5.2.4). A
   closing slash stays. */
static void
add_path(struct buf *out, const struct sigv4 *s)
{
	struct str rest = s->path;
	size_t start = out->len;

	buf_add_c(out, '/');
	str_take(&rest, '/');
	if (s->keep_path) {
		uri_add_escaped(out, rest, true);
		return;
	}
	while (rest.len) {	/* out ends in a slash here */
		struct str segment;
		bool closed = str_split(&rest, '/', &segment);

		if (!segment.len || str_is(segment, "."))
			continue;
		if (str_is(segment, "..")) {
			if (out->len > start + 1)
				out->len--;
			while (out->len > start + 1 && out->at[out->len - 1] != '/')
				out->len--;
			continue;
		}
		uri_add_escaped(out, segment, false);
		if (closed)
			buf_add_c(out, '/');
	}
}

struct param {
	struct str name, value;	/* decoded and encoded again */
};

/* Percent-encode a part of a query that may be encoded already. */
static struct str
encode_again(struct buf *scratch, struct str part)
{
	size_t start = scratch->len;

	for (size_t i = 0; i < part.len; i++) {
		char c = part.at[i];

		if (c == '%' && part.len - i > 2) {
			int high = code_hex_value(part.at[i + 1]), low = code_hex_value(part.at[i + 2]);

			if ((high | low) >= 0) {
				c = (char)(high << 4 | low);
				i += 2;
			}
		}
		uri_add_escaped(scratch, (struct str){ &c, 1 }, false);
	}
	return (struct str){ scratch->at + start, scratch->len - start };
}

static int
param_cmp(const struct param *a, const struct param *b)
{
	int d = str_cmp(a->name, b->name);

	return d ? d : str_cmp(a->value, b->value);
}

static int
add_query(struct buf *out, struct str query, struct arena *a, struct err *e)
{
	struct param params[SIGV4_PARAMS_MAX];
	struct buf scratch = arena_buf(a, query.len * 3 + 1);	/* each byte is at most %XX */
	size_t n = 0;

	if (scratch.full)
		return arena_err(e);
	while (query.len) {
		struct str value = str_cut(&query, '&');
		struct str name = str_cut(&value, '=');
		struct param new = { encode_again(&scratch, name), encode_again(&scratch, value) };
		size_t at = n;

		if (!name.len && !value.len)
			continue;
		if (n == SIGV4_PARAMS_MAX)
			return err_set(e, ERR_LIMIT, CAUSE_LIMIT, too_many, SIGV4_PARAMS_MAX, "query parameters");
		for (; at > 0 && param_cmp(&params[at - 1], &new) > 0; at--)
			params[at] = params[at - 1];
		params[at] = new;
		n++;
	}
	for (size_t i = 0; i < n; i++)
		buf_fmt(out, "%s%.*s=%.*s", i ? "&" : "", STR(params[i].name), STR(params[i].value));
	return 0;
}

static void
add_sha256(struct buf *out, struct str bytes)
{
	uint8_t digest[32];

	hash_sha256(bytes, digest);
	code_add_hex(out, (struct str){ (const char *)digest, sizeof digest });
}

int
sigv4_add_canonical(struct buf *out, const struct sigv4 *s, struct arena *a, struct err *e)
{
	size_t order[HTTP_HEAD_MAX];

	if (s->head_n > HTTP_HEAD_MAX)
		return err_set(e, ERR_LIMIT, CAUSE_LIMIT, too_many, HTTP_HEAD_MAX, "header fields");
	sort_fields(s, order);
	buf_fmt(out, "%.*s\n", STR(s->method));
	add_path(out, s);
	buf_add_c(out, '\n');
	if (add_query(out, s->query, a, e) < 0)
		return -1;
	for (size_t i = 0; i < s->head_n; i++) {
		if (is_repeat(s, order, i)) {
			buf_add_c(out, ',');
		} else {
			buf_add_c(out, '\n');
			add_lower(out, s->head[order[i]].name);
			buf_add_c(out, ':');
		}
		add_value(out, s->head[order[i]].value);
	}
	buf_fmt(out, "\n\n");
	add_signed_names(out, s, order);
	buf_add_c(out, '\n');
	add_sha256(out, s->body);
	return 0;
}

/* "<yyyymmdd>/<region>/<service>/aws4_request" */
static void
add_scope(struct buf *out, const struct sigv4 *s)
{
	size_t start = out->len;

	date_format_amz(out, s->at_s);
	if (!out->full)
		out->len = start + 8;
	buf_fmt(out, "/%.*s/%.*s/aws4_request", STR(s->region), STR(s->service));
}

void
sigv4_add_to_sign(struct buf *out, const struct sigv4 *s, struct str canonical)
{
	buf_fmt(out, ALGORITHM "\n");
	date_format_amz(out, s->at_s);
	buf_add_c(out, '\n');
	add_scope(out, s);
	buf_add_c(out, '\n');
	add_sha256(out, canonical);
}

/* key = HMAC(key, text), in place. */
static void
chain(uint8_t key[static 32], struct str text)
{
	uint8_t next[32];

	hash_hmac_sha256((struct str){ (const char *)key, 32 }, text, next);
	memcpy(key, next, 32);
	wipe(next, sizeof next);
}

static int
add_signature(struct buf *out, struct str scope, struct str secret, struct str to_sign, struct arena *a, struct err *e)
{
	struct buf start = arena_buf(a, secret.len + 4);	/* "AWS4" before the secret; the arena is wiped as a whole */
	uint8_t key[32];

	buf_fmt(&start, "AWS4%.*s", STR(secret));
	if (start.full)
		return arena_err(e);
	hash_hmac_sha256(buf_str(&start), str_cut(&scope, '/'), key);
	while (scope.len)
		chain(key, str_cut(&scope, '/'));
	chain(key, to_sign);
	code_add_hex(out, (struct str){ (const char *)key, sizeof key });
	wipe(key, sizeof key);
	return 0;
}

int
sigv4_sign(struct buf *out, const struct sigv4 *s, const struct cred *cred, struct arena *a, struct err *e)
{
	size_t need = 512 + s->method.len + 3 * s->path.len + 3 * s->query.len;	/* 512: digests, dates, scope, line ends */
	size_t order[HTTP_HEAD_MAX];
	struct buf canonical, to_sign;
	size_t scope, scope_end;

	for (size_t i = 0; i < s->head_n; i++)
		need += 2 * s->head[i].name.len + s->head[i].value.len + 4;
	canonical = arena_buf(a, need);
	to_sign = arena_buf(a, 256 + s->region.len + s->service.len);
	if (sigv4_add_canonical(&canonical, s, a, e) < 0)
		return -1;
	sigv4_add_to_sign(&to_sign, s, buf_str(&canonical));
	if (canonical.full || to_sign.full)
		return arena_err(e);
	buf_fmt(out, ALGORITHM " Credential=%.*s/", STR(cred->id));
	scope = out->len;
	add_scope(out, s);
	scope_end = out->len;
	buf_fmt(out, ", SignedHeaders=");
	sort_fields(s, order);
	add_signed_names(out, s, order);
	buf_fmt(out, ", Signature=");
	if (add_signature(out, str_part(buf_str(out), scope, scope_end), cred->secret, buf_str(&to_sign), a, e) < 0)
		return -1;
	return out->full ? arena_err(e) : 0;
}
