/* tests/unit/aws/sigv4.c: signatures against the public suite, botocore, and the login's golden values; and every bound. */
/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L

#include "aws/sigv4.h"

#include "data/date.h"
#include "data/json.h"
#include "tests/memory.h"
#include "tests/tap.h"

#include <dirent.h>

/* A flag of a case. */
static int
json_bool(struct json v, bool *out, struct err *e)
{
	(void)e;
	*out = str_eq(v.text, S("true"));
	return json_type(v) == JSON_BOOL ? 0 : -1;
}

#define OWN "tests/vectors/sigv4/own.json"

static struct arena arena;	/* of the case at hand */
static struct err err;

/* What a case rests on: says something when it is not so, and nothing else. */
static void
need(bool is, const char *name, const char *what)
{
	if (!is)
		ok(false, "%s: %s", name, what);
}

static struct json
value(struct json object, const char *key)
{
	struct json v = { S("") };

	if (json_get(object, key, &v, &err) < 0)
		need(false, key, err.line);
	return v;
}

static struct str
text(struct json v)
{
	struct str s = S("");

	need(!v.text.len || json_string(v, &arena, &s, &err) == 0, "a string", err.line);
	return s;
}

/* The three stages of one signature, and the header's value. */
static void
check(const char *name, const struct sigv4 *s, const struct cred *cred, struct str canonical, struct str to_sign,
    struct str signature)
{
	struct buf got_canonical = arena_buf(&arena, 64 * 1024), got_to_sign = arena_buf(&arena, 1024);
	struct buf header = arena_buf(&arena, 4096), want = arena_buf(&arena, 4096);
	struct str rest = canonical, signed_names = S(""), scope;

	need(sigv4_add_canonical(&got_canonical, s, &arena, &err) == 0, name, "canonical request cannot be made");
	is_str(buf_str(&got_canonical), canonical, "%s: canonical request", name);
	sigv4_add_to_sign(&got_to_sign, s, canonical);
	is_str(buf_str(&got_to_sign), to_sign, "%s: string to sign", name);
	need(sigv4_sign(&header, s, cred, &arena, &err) == 0, name, "cannot be signed");
	/* The last line but one of the canonical request are the signed names, the third of the string to sign is the scope. */
	while (str_find_c(rest, '\n') != SIZE_MAX)
		signed_names = str_cut(&rest, '\n');
	str_cut(&to_sign, '\n');
	str_cut(&to_sign, '\n');
	scope = str_cut(&to_sign, '\n');
	buf_fmt(&want, "AWS4-HMAC-SHA256 Credential=%.*s/%.*s, SignedHeaders=%.*s, Signature=%.*s", STR(cred->id),
	    STR(scope), STR(signed_names), STR(signature));
	is_str(buf_str(&header), buf_str(&want), "%s: header", name);
}

/* request.txt of the suite: request line, fields, perhaps folded, perhaps a blank line and a body. */
static void
read_request(struct str rest, struct sigv4 *s, struct http_field head[HTTP_HEAD_MAX])
{
	struct str line = str_cut_eol(str_cut(&rest, '\n'));
	size_t space;

	s->method = str_cut(&line, ' ');
	for (space = line.len; space && line.at[space - 1] != ' '; space--)
		;	/* the target may hold blanks; the version behind it does not */
	s->query = str_part(line, 0, space ? space - 1 : 0);
	s->path = str_cut(&s->query, '?');
	while (rest.len) {
		line = str_cut(&rest, '\n');
		if (!line.len)
			break;
		if (line.at[0] == ' ' || line.at[0] == '\t') {	/* one value over lines: the blank that joins them is in it */
			struct http_field *last = &head[s->head_n - 1];
			struct buf b = arena_buf(&arena, last->value.len + line.len);

			buf_fmt(&b, "%.*s%.*s", STR(last->value), STR(line));
			last->value = buf_str(&b);
			continue;
		}
		head[s->head_n].name = str_cut(&line, ':');
		head[s->head_n++].value = line;
	}
	s->body = rest;
}

static struct str
suite_file(const char *folder, const char *name, const char *file)
{
	char path[1024];
	struct str s;

	snprintf(path, sizeof path, "%s/%s/%s", folder, name, file);
	s = memory_file(path);
	need(s.at != NULL, name, file);
	return s;
}

static void
run_suite_case(const char *folder, const char *name)
{
	struct str request = suite_file(folder, name, "request.txt");
	struct http_field head[HTTP_HEAD_MAX + 1] = { 0 };
	struct sigv4 s = { .head = head };
	struct json context, credentials, flag;
	struct cred cred;
	struct str canonical, body_hash;
	struct buf date;
	bool sign_body = false, is_late = false, normalize = true;

	arena = memory_arena(1 << 20);
	if (!request.at || json_parse(&context, suite_file(folder, name, "context.json"), &err) < 0) {
		ok(false, "%s: cannot be read", name);
		return;
	}
	canonical = suite_file(folder, name, "header-canonical-request.txt");
	credentials = value(context, "credentials");
	cred = (struct cred){ text(value(credentials, "access_key_id")), text(value(credentials, "secret_access_key")),
	    text(value(credentials, "token")), CRED_FOREVER };
	s.region = text(value(context, "region"));
	s.service = text(value(context, "service"));
	need(date_parse_rfc3339(text(value(context, "timestamp")), &s.at_s), name, "timestamp");
	need(json_bool(value(context, "normalize"), &normalize, &err) == 0 &&
	    json_bool(value(context, "sign_body"), &sign_body, &err) == 0, name, "flags");
	flag = value(context, "omit_session_token");
	need(json_type(flag) == JSON_NONE || json_bool(flag, &is_late, &err) == 0, name, "omit_session_token");
	s.keep_path = !normalize;
	read_request(request, &s, head);
	date = arena_buf(&arena, 16);
	date_format_amz(&date, s.at_s);
	head[s.head_n++] = (struct http_field){ S("X-Amz-Date"), buf_str(&date) };
	if (cred.token.len && !is_late)	/* else it is added to what is sent, after signing */
		head[s.head_n++] = (struct http_field){ S("X-Amz-Security-Token"), cred.token };
	body_hash = str_part(canonical, canonical.len - 64, canonical.len);
	if (sign_body)
		head[s.head_n++] = (struct http_field){ S("x-amz-content-sha256"), body_hash };
	check(name, &s, &cred, canonical, suite_file(folder, name, "header-string-to-sign.txt"),
	    suite_file(folder, name, "header-signature.txt"));
	memory_free(&arena);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
run_suite(void)
{
	const char *data = getenv("PANTLER_DATA");
	char folder[512];
	char *names[100];
	size_t n = 0;
	DIR *d;

	if (!data) {
		printf("ok %d - the public suite # skip PANTLER_DATA is not set (tests/README.md says where it is from)\n", ++tap_n);
		return;
	}
	snprintf(folder, sizeof folder, "%s/sigv4", data);
	d = opendir(folder);
	for (struct dirent *entry = d ? readdir(d) : NULL; entry && n < 100; entry = readdir(d))
		if (entry->d_name[0] != '.')
			names[n++] = strdup(entry->d_name);
	if (d)
		closedir(d);
	qsort(names, n, sizeof *names, by_name);
	is_int(n, 38, "cases in %s", "$PANTLER_DATA/sigv4");
	for (size_t i = 0; i < n; i++) {
		run_suite_case(folder, names[i]);
		free(names[i]);
	}
}

static int64_t
number(struct json v)
{
	int64_t n = 0;

	need(json_i64(v, &n, &err) == 0, "a number", err.line);
	return n;
}

/* What the suite lacks; the expected values are botocore's. */
static void
run_own(void)
{
	struct json all, none, one, field, part;
	size_t at = 0, n = 0;
	struct str file = memory_file(OWN);

	if (!ok(file.at && json_parse(&all, file, &err) == 0, OWN " is there"))
		return;
	while (json_each(all, &at, &none, &one)) {
		struct http_field head[HTTP_HEAD_MAX];
		struct sigv4 s = { .head = head };
		struct cred cred = { .id = S("AKIDEXAMPLE") };
		size_t field_at = 0, part_at;
		char name[200];

		arena = memory_arena(1 << 20);
		snprintf(name, sizeof name, "%.*s", STR(text(value(one, "name"))));
		s.method = text(value(one, "method"));
		s.path = text(value(one, "path"));
		s.query = text(value(one, "query"));
		s.body = text(value(one, "body"));
		s.region = text(value(one, "region"));
		s.service = text(value(one, "service"));
		s.at_s = number(value(one, "at"));
		cred.secret = text(value(one, "secret"));
		while (json_each(value(one, "head"), &field_at, &none, &field)) {
			part_at = 0;
			need(json_each(field, &part_at, &none, &part) && s.head_n < HTTP_HEAD_MAX, name, "a field");
			head[s.head_n].name = text(part);
			need(json_each(field, &part_at, &none, &part), name, "a field's value");
			head[s.head_n++].value = text(part);
		}
		check(name, &s, &cred, text(value(one, "canonical")), text(value(one, "to_sign")), text(value(one, "signature")));
		memory_free(&arena);
		n++;
	}
	is_int(n, 56, "cases in " OWN);
}

#define LOGIN_FIELDS(token, id) \
	{ S("Content-Length"), S("43") }, \
	{ S("Content-Type"), S("application/x-www-form-urlencoded; charset=utf-8") }, \
	{ S("Host"), S("sts.amazonaws.com") }, \
	{ S("X-Amz-Date"), S("20150830T123600Z") }, \
	{ S("X-Amz-Security-Token"), S(token) }, \
	{ S("X-Vault-AWS-IAM-Server-ID"), S(id) }

static const struct http_field login_fields[] = { LOGIN_FIELDS("AQoDYXdzEPT//////////wEXAMPLEtoken==", "vault.example.com") };
static const struct cred example = { S("AKIDEXAMPLE"), S("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), S(""), CRED_FOREVER };
static const struct sigv4 login = {
	.method = S("POST"), .path = S("/"), .head = login_fields, .head_n = 6,
	.body = S("Action=GetCallerIdentity&Version=2011-06-15"), .region = S("us-east-1"), .service = S("sts"), .at_s = 1440938160,
};

/* Made with the SDK that Vault's own client used, its clock fixed. */
static void
run_golden(void)
{
	struct sigv4 plain = login;
	char text1[1024], text2[1024];
	struct buf b1 = BUF(text1), b2 = BUF(text2);

	arena = memory_arena(1 << 16);
	plain.head_n = 4;
	ok(sigv4_sign(&b1, &plain, &example, &arena, &err) == 0, "golden: signed");
	is_str(buf_str(&b1), S("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/sts/aws4_request, "
	    "SignedHeaders=content-length;content-type;host;x-amz-date, "
	    "Signature=0268ea4a725deae1116f5228d6b177fb047f9f3a9e1c5fd4baa0dc1fbb0d1a99"), "golden: a plain login");
	ok(sigv4_sign(&b2, &login, &example, &arena, &err) == 0, "golden: signed with more");
	is_str(buf_str(&b2), S("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/sts/aws4_request, "
	    "SignedHeaders=content-length;content-type;host;x-amz-date;x-amz-security-token;x-vault-aws-iam-server-id, "
	    "Signature=d64f35c16f2329484f1cf3552fec6aa5e0bf1f4fc2a685ce41c166c56fa199cc"),
	    "golden: a login with session token and server id");
	memory_free(&arena);
}

static void
run_bounds(void)
{
	struct http_field many[HTTP_HEAD_MAX + 1];
	struct sigv4 s = login;
	char small[2048], params[1024];
	struct buf b = BUF(small), q = BUF(params);

	arena = memory_arena(1 << 20);
	for (size_t i = 0; i <= HTTP_HEAD_MAX; i++)
		many[i] = login_fields[i % 6];
	s.head = many;
	s.head_n = HTTP_HEAD_MAX;
	ok(sigv4_sign(&b, &s, &example, &arena, &err) == 0, "as many fields as there may be");
	s.head_n++;
	ok(sigv4_sign(&b, &s, &example, &arena, &err) < 0 && err.code == ERR_LIMIT && err.cause == CAUSE_LIMIT, "one field more");
	is_line(&err, "sigv4: more than 24 header fields", "one field more: line");
	s = login;
	for (int i = 0; i < 65; i++)
		buf_fmt(&q, "%sp%d", i ? "&" : "", i);
	s.query = buf_str(&q);
	b.len = 0;
	ok(sigv4_sign(&b, &s, &example, &arena, &err) < 0 && err.code == ERR_LIMIT && err.cause == CAUSE_LIMIT, "65 parameters");
	is_line(&err, "sigv4: more than 64 query parameters", "65 parameters: line");
	s.query.len = str_find(s.query, S("&p64"));
	ok(sigv4_sign(&b, &s, &example, &arena, &err) == 0, "64 parameters");
	s.query = S("&&=&&");
	b.len = 0;
	ok(sigv4_sign(&b, &s, &example, &arena, &err) == 0, "a query of nothing is signed");
	b.len = 0;
	ok(sigv4_add_canonical(&b, &s, &arena, &err) == 0 && str_has_prefix(buf_str(&b), S("POST\n/\n\ncontent-length:43\n")),
	   "as no query");
	memory_free(&arena);
}

/* Neither too small an arena nor too small a buffer gives anything but its error, and nothing is written behind them. */
static void
run_room(void)
{
	struct sigv4 s = login;
	char want[2048];
	struct buf whole = BUF(want);
	size_t cap, wrong = 0, odd = 0;

	s.query = S("b=1&a=%20&c");
	s.path = S("/a b/./c//%/");
	arena = memory_arena(1 << 16);
	ok(sigv4_sign(&whole, &s, &example, &arena, &err) == 0, "room enough");
	memory_free(&arena);
	for (cap = 0;; cap++) {
		char out[2048];
		struct buf b = BUF(out);
		int r;

		arena = memory_arena(cap);
		r = sigv4_sign(&b, &s, &example, &arena, &err);
		memory_free(&arena);
		if (r == 0) {
			odd += !str_eq(buf_str(&b), buf_str(&whole));
			break;
		}
		wrong += err.code != ERR_LIMIT || err.cause != CAUSE_MEMORY;
	}
	is_int(wrong, 0, "each arena up to %zu bytes is too small, and that is said", cap);
	is_int(odd, 0, "the first one that is not gives the same signature");
	for (cap = wrong = 0; cap <= whole.len; cap++) {
		char *out = malloc(cap ? cap : 1);
		struct buf b = { .at = out, .cap = cap };

		arena = memory_arena(1 << 16);
		if ((sigv4_sign(&b, &s, &example, &arena, &err) == 0) != (cap == whole.len))
			wrong++;
		memory_free(&arena);
		free(out);
	}
	is_int(wrong, 0, "each buffer under %zu bytes is too small", whole.len);
}

int
main(void)
{
	run_suite();
	run_own();
	run_golden();
	run_bounds();
	run_room();
	return tap_end();
}
