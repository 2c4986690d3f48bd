/* tests/unit/vault/login.c: the login request byte for byte, every refusal's whole line and hint, and no secret in any of them. */
/* SPDX-License-Identifier: MIT */
/* Long because of its tables: one row a refusal, with the whole of what a user sees. */
#include "vault/login.h"

#include "data/code.h"
#include "data/jsonw.h"
#include "tests/memory.h"
#include "tests/tap.h"

#define AT_S 1440938160		/* 2015-08-30T12:36:00Z */
#define SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define TOKEN "AQoDYXdzEPT//////////wEXAMPLEtoken=="
#define FORM "application/x-www-form-urlencoded; charset=utf-8"
#define SCOPE "AKIDEXAMPLE/20150830/us-east-1/sts/aws4_request"

static struct arena arena;
static struct err err;
static struct vault vault;
static struct cred cred;
static struct login_config config;

static void
reset(void)
{
	arena_wipe(&arena);
	vault = (struct vault){ 0 };
	if (uri_parse(&vault.address, S("https://vault:8200"), &err) < 0)
		ok(false, "%s", err.line);
	cred = (struct cred){ .id = S("AKIDEXAMPLE"), .secret = S(SECRET) };
	config = (struct login_config){ .vault = &vault, .cred = &cred, .mount = S("aws"), .role = S("web"), .region = S("us-east-1") };
}

static struct json
get(struct json object, const char *key)
{
	struct json v = { S("") };

	if (json_get(object, key, &v, &err) < 0)
		ok(false, "%s: %s", key, err.line);
	return v;
}

/* A string member, unescaped; at is NULL when it is none. */
static struct str
get_string(struct json object, const char *key)
{
	struct str s = { NULL, 0 };

	return json_string(get(object, key), &arena, &s, &err) < 0 ? (struct str){ NULL, 0 } : s;
}

static struct str
get_base64(struct json object, const char *key)
{
	struct str text = get_string(object, key);
	struct buf b = arena_buf(&arena, text.len + 1);

	return code_base64_decode(&b, text) && !b.full ? buf_str(&b) : (struct str){ NULL, 0 };
}

/* The one string of a header's array. */
static struct str
get_head(struct json head, const char *name)
{
	struct json list = get(head, name), none, item, more;
	struct str s = { NULL, 0 };
	size_t at = 0;

	if (!json_each(list, &at, &none, &item) || json_each(list, &at, &none, &more) || json_string(item, &arena, &s, &err) < 0)
		return (struct str){ NULL, 0 };
	return s;
}

static int
members(struct json object)
{
	struct json key, value;
	size_t at = 0;
	int n = 0;

	while (json_each(object, &at, &key, &value))
		n++;
	return n;
}

/* The body, read back, and the header in it. */
static bool
make_body(struct json *body, struct json *head)
{
	struct buf b = arena_buf(&arena, login_body_cap(&config));

	if (login_add_body(&b, &config, AT_S, &arena, &err) < 0)
		return false;
	return json_parse(body, buf_str(&b), &err) == 0 && json_parse(head, get_base64(*body, "iam_request_headers"), &err) == 0;
}

static void
run_body(void)
{
	struct json body, head;

	reset();
	ok(make_body(&body, &head), "a plain body is JSON, and so is the header in it");
	is_int(members(body), 5, "five members");
	is_str(get_string(body, "role"), S("web"), "role");
	is_str(get_string(body, "iam_http_request_method"), S("POST"), "method");
	is_str(get_string(body, "iam_request_url"), S("aHR0cHM6Ly9zdHMuYW1hem9uYXdzLmNvbS8="), "url, as the agent sends it");
	is_str(get_string(body, "iam_request_body"), S("QWN0aW9uPUdldENhbGxlcklkZW50aXR5JlZlcnNpb249MjAxMS0wNi0xNQ=="),
	    "body, as the agent sends it");
	is_int(members(head), 4, "four header fields");
	is_str(get_head(head, "Content-Length"), S("43"), "Content-Length");
	is_str(get_head(head, "Content-Type"), S(FORM), "Content-Type");
	is_str(get_head(head, "X-Amz-Date"), S("20150830T123600Z"), "X-Amz-Date");
	is_str(get_head(head, "Authorization"), S("AWS4-HMAC-SHA256 Credential=" SCOPE
	    ", SignedHeaders=content-length;content-type;host;x-amz-date, "
	    "Signature=0268ea4a725deae1116f5228d6b177fb047f9f3a9e1c5fd4baa0dc1fbb0d1a99"), "Authorization: the golden value");
	reset();
	cred.token = S(TOKEN);
	config.header_value = S("vault.example.com");
	config.role = S("");
	ok(make_body(&body, &head), "with everything");
	is_str(get_string(body, "role"), S(""), "an empty role is sent as one: Vault infers it");
	is_int(members(head), 6, "six header fields");
	is_str(get_head(head, "X-Amz-Security-Token"), S(TOKEN), "X-Amz-Security-Token");
	is_str(get_head(head, "X-Vault-Aws-Iam-Server-Id"), S("vault.example.com"), "X-Vault-Aws-Iam-Server-Id");
	is_str(get_head(head, "Authorization"), S("AWS4-HMAC-SHA256 Credential=" SCOPE
	    ", SignedHeaders=content-length;content-type;host;x-amz-date;x-amz-security-token;x-vault-aws-iam-server-id, "
	    "Signature=d64f35c16f2329484f1cf3552fec6aa5e0bf1f4fc2a685ce41c166c56fa199cc"), "Authorization: the other golden value");
	reset();
	config.region = S("cn-north-1");
	ok(make_body(&body, &head), "another partition");
	is_str(get_base64(body, "iam_request_url"), S("https://sts.cn-north-1.amazonaws.com.cn/"), "its url");
	ok(str_find(get_head(head, "Authorization"), S("/20150830/cn-north-1/sts/aws4_request,")) != SIZE_MAX, "its scope");
	reset();
	config.region = S("us-east-2-fips");
	ok(make_body(&body, &head), "a region of old SDKs");
	is_str(get_base64(body, "iam_request_url"), S("https://sts-fips.us-east-2.amazonaws.com/"), "its url");
	ok(str_find(get_head(head, "Authorization"), S("/20150830/us-east-2/sts/aws4_request,")) != SIZE_MAX, "its scope");
}

static void
run_values(void)
{
	static const struct str values[] = {
		S("two words"), S("three   blanks"), S(" in front"), S("behind "), S("\"quoted\""), S("back\\slash"), S("<script>&amp;"),
		S("a,b;c=d/e%20f"), S("~"), S("'single'"), S("{\"json\":[1]}"),
	};
	char text[2100], wide[600];
	struct json body, head;
	struct str url;
	int wrong = 0;

	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		reset();
		config.header_value = config.role = values[i];
		ok(make_body(&body, &head), "server id and role: %.*s", STR(values[i]));
		is_str(get_head(head, "X-Vault-Aws-Iam-Server-Id"), values[i], "server id as given");
		is_str(get_string(body, "role"), values[i], "role as given");
	}
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)(0x21 + i * 7 % 94);
	for (size_t n = 0; n <= 2048; n++) {
		reset();
		cred.token = (struct str){ text, n };
		if (!make_body(&body, &head) || (n ? !str_eq(get_head(head, "X-Amz-Security-Token"), cred.token) : members(head) != 4))
			wrong++;
	}
	is_int(wrong, 0, "session tokens of 0 to 2048 bytes come back as they were");
	/* The worst that JSON and base64 can make of values must fit what login_body_cap promises. */
	memset(wide, '<', sizeof wide);
	reset();
	config.role = config.header_value = cred.token = cred.id = (struct str){ wide, sizeof wide };
	ok(make_body(&body, &head), "values that grow sixfold");
	is_str(get_head(head, "X-Amz-Security-Token"), cred.token, "come back as they were");
	reset();
	config.region = S("abcdefghijklmnopqrstuvwxyz-01234");
	ok(make_body(&body, &head), "the longest region");
	url = get_base64(body, "iam_request_url");
	is_str(url, S("https://sts.abcdefghijklmnopqrstuvwxyz-01234.amazonaws.com/"), "its url");
}

static void
run_bad_values(void)
{
	static const struct {
		struct str *value;
		const char *line;
	} values[] = {
		{ &config.role, "the role holds a byte that is not printable ascii" },
		{ &config.header_value, "the server id header value holds a byte that is not printable ascii" },
		{ &cred.id, "the access key id holds a byte that is not printable ascii" },
		{ &cred.token, "the session token holds a byte that is not printable ascii" },
	};
	char text[] = "canary-x-canary";
	struct json body, head;

	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		int wrong = 0;

		for (int c = 0; c < 256; c++) {
			reset();
			text[7] = (char)c;
			*values[i].value = (struct str){ text, sizeof text - 1 };
			if (make_body(&body, &head) != (c >= 0x20 && c <= 0x7e))
				wrong++;
			else if (c < 0x20)
				wrong += !str_eq(str_of(err.line), str_of(values[i].line)) || err.code != ERR_INPUT || err.cause != CAUSE_USE;
		}
		is_int(wrong, 0, "%s: each byte", values[i].line);
	}
}

static void
run_paths(void)
{
	static const struct {
		struct str mount;
		const char *path;	/* NULL: refused */
	} rows[] = {
		{ S("aws"), "auth/aws/login" },
		{ S("aws/"), "auth/aws/login" },
		{ S("aws///"), "auth/aws/login" },
		{ S("auth/aws"), "auth/aws/login" },
		{ S("auth/aws/"), "auth/aws/login" },
		{ S("team/aws"), "auth/team/aws/login" },
		{ S("auth/team/aws/"), "auth/team/aws/login" },
		{ S("auth"), "auth/auth/login" },
		{ S("auth/auth"), "auth/auth/login" },
		{ S("a.b-c_d~e"), "auth/a.b-c_d~e/login" },
		{ S("aws..prod"), "auth/aws..prod/login" },
		{ S("a%2fb"), "auth/a%252fb/login" },
		{ S("a:b@c&d=e;f"), "auth/a%3Ab%40c%26d%3De%3Bf/login" },
		{ S(""), NULL }, { S("/"), NULL }, { S("///"), NULL }, { S("/aws"), NULL }, { S("auth/"), "auth/auth/login" },
		{ S("auth//aws"), NULL }, { S("team//aws"), NULL }, { S(".."), NULL }, { S("../sys"), NULL }, { S("a/../../sys"), NULL },
		{ S("a/.."), NULL }, { S("."), NULL }, { S("./aws"), NULL }, { S("a/./b"), NULL }, { S("aws?x=y"), NULL },
		{ S("aws#x"), NULL }, { S("a b"), NULL }, { S("aws\n"), NULL }, { S("aws\r\nX: y"), NULL }, { S("aws\0x"), NULL },
		{ S("\xc3\xa4ws"), NULL }, { S("aws\x7f"), NULL },
	};
	char text[256];

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf b = BUF(text);
		int r = login_add_path(&b, rows[i].mount, &err);

		if (rows[i].path) {
			ok(r == 0, "mount, row %zu", i);
			is_str(buf_str(&b), str_of(rows[i].path), "its path");
			continue;
		}
		ok(r < 0 && err.code == ERR_INPUT && err.cause == CAUSE_USE && !b.len, "hostile mount, row %zu", i);
		ok(str_has_prefix(str_of(err.line), S("mount \"")) && str_has_suffix(str_of(err.line), S("\" is not a mount path")),
		   "its line: %s", err.line);
	}
}

/* One login up to its question, then this answer. */
static enum step
answer(struct login *m, int status, struct str body)
{
	struct senv env = { .wall_s = AT_S, .arena = &arena };
	struct answer in = { .how = ANSWER_OK, .status = status, .body = body };
	struct ask ask;

	*m = (struct login){ .config = &config };
	if (login_step(m, NULL, &ask, &env, &err) != STEP_ASK) {
		ok(false, "no question: %s", err.line);
		return STEP_FAIL;
	}
	return login_step(m, &in, &ask, &env, &err);
}

static void
run_ask(void)
{
	struct login m = { .config = &config };
	struct senv env = { .wall_s = AT_S, .arena = &arena };
	struct json body, head;
	struct ask ask;

	reset();
	vault.namespace = S("team/a");
	vault.wrap_ttl_s = 300;
	ok(login_step(&m, NULL, &ask, &env, &err) == STEP_ASK, "the question");
	is_str(ask.http.method, S("PUT"), "method");
	is_str(ask.http.url, S("https://vault:8200/v1/auth/aws/login"), "url");
	is_int(ask.http.head_n, 3, "three fields: no token of ours goes along");
	is_str(ask.http.head[0].name, S("X-Vault-Request"), "the first");
	is_str(ask.http.head[1].name, S("X-Vault-Namespace"), "the second");
	is_str(ask.http.head[1].value, S("team/a/"), "its value");
	is_str(ask.http.head[2].name, S("X-Vault-Wrap-TTL"), "the third");
	is_str(ask.http.head[2].value, S("300"), "its value");
	ok(ask.http.once && ask.http.follow, "never sent again, one redirect");
	ok(json_parse(&body, ask.http.body, &err) == 0 && json_parse(&head, get_base64(body, "iam_request_headers"), &err) == 0,
	   "its body is JSON");
	ok(str_find(ask.http.body, S(SECRET)) == SIZE_MAX && str_find(head.text, S(SECRET)) == SIZE_MAX, "without the secret key");
	reset();
	config.mount = S("../sys");
	m = (struct login){ .config = &config };
	ok(login_step(&m, NULL, &ask, &env, &err) == STEP_FAIL && err.cause == CAUSE_USE, "a hostile mount asks nothing");
	is_line(&err, "mount \"../sys\" is not a mount path", "its line");
}

/* Whatever the arena's size: a question and an answer as they should be, or an error that says there is no room. */
static void
run_room(void)
{
	static const char good[] = "{\"auth\":{\"client_token\":\"hvs.t\",\"accessor\":\"a\"}}";
	static const char bad[] = "{\"errors\":[\"entry for role web not found\"]}";
	int wrong = 0, asked = 0, done = 0, failed = 0;
	size_t cap;

	for (cap = 0; cap < 16384; cap += cap < 9000 ? 1 : 64) {
		struct arena a = memory_arena(cap);
		struct senv env = { .wall_s = AT_S, .arena = &a };
		struct login m = { .config = &config };
		struct answer in = { .how = ANSWER_OK, .status = 200, .body = str_of(good) };
		struct ask ask;
		size_t len;

		reset();
		vault.namespace = S("team");
		cred.token = S(TOKEN);
		if (login_step(&m, NULL, &ask, &env, &err) == STEP_ASK) {
			asked++;
			len = a.len;
			wrong += ask.http.head_n != 2 || ask.http.body.len < 800;
			if (login_step(&m, &in, &ask, &env, &err) == STEP_DONE)
				done++, wrong += !str_eq(m.secret.token, S("hvs.t"));
			else
				wrong += err.cause != CAUSE_MEMORY;
			memset(a.at + len, 0, a.len - len);
			a.len = len;
			m.state = LOGIN_ASKED;
			in = (struct answer){ .how = ANSWER_OK, .status = 400, .body = str_of(bad) };
			failed += login_step(&m, &in, &ask, &env, &err) == STEP_FAIL && err.cause == CAUSE_DENIED;
		} else {
			wrong += err.cause != CAUSE_MEMORY;
		}
		memory_free(&a);
	}
	is_int(wrong, 0, "no arena is too small for an answer that is right");
	ok(done > 0 && done < asked && failed == asked, "some are too small for a good answer, none for a refusal");
}

static void
run_good(void)
{
	struct login m;

	reset();
	ok(answer(&m, 200, S("{\"auth\":{\"client_token\":\"hvs.t\"}}")) == STEP_DONE && m.secret.token.len, "a token");
	ok(answer(&m, 200, S("{\"wrap_info\":{\"token\":\"hvs.w\"},\"auth\":null}")) == STEP_DONE && m.secret.wrapping_token.len,
	   "a wrapped token that nobody asked for is a token");
	vault.wrap_ttl_s = 60;
	ok(answer(&m, 200, S("{\"wrap_info\":{\"token\":\"hvs.w\"},\"auth\":null,\"request_id\":\"\"}")) == STEP_DONE && m.secret.wrapping_token.len,
	   "a wrapped token");
	reset();
	ok(answer(&m, 200, S("{\"auth\":{\"client_token\":\"hvs.t\",\"mfa_requirement\":{}}}")) == STEP_DONE, "a token beside mfa");
}

#define AT "vault https://vault:8200: "
#define XML(code, message) "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n    <Type>Sender</Type>\n" \
	"    <Code>" code "</Code>\n    <Message>" message "</Message>\n  </Error>\n  <RequestId>0-1</RequestId>\n</ErrorResponse>\n"
#define STS(code, message) "error making upstream request: received error code 403 from STS: " XML(code, message)
#define SERVER_ID_WRONG "error validating X-Vault-AWS-IAM-Server-ID header: "
#define NOT_MOUNTED "is the aws method mounted there? see -mount"
#define MISMATCH "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key " \
	"and signing method. Consult the service documentation for details."
#define CANONICAL MISMATCH "\n\nThe Canonical String for this request should have been\n'POST\n/\n\ncontent-length:43\nhost:" \
	"sts.amazonaws.com\nx-amz-security-token:" TOKEN "\n\ncontent-length;host\nab82'\n\nThe String-to-Sign should have been\n" \
	"'AWS4-HMAC-SHA256\n20150830T123600Z\n" SCOPE "\nab82'\n"

static const struct refusal {
	int status;
	const char *text;	/* the first of "errors"; NULL: the list is empty */
	enum err_code code;
	enum err_cause cause;
	const char *line, *hint;
} refusals[] = {
	{ 400, STS("SignatureDoesNotMatch", "Signature expired: 20150830T123600Z is now earlier than 20150830T125100Z (20150830T130600Z - 15 "
	  "min.)"), ERR_DENIED, CAUSE_CLOCK, "sts refused the signed request: SignatureDoesNotMatch: Signature expired: 20150830T123600Z is "
	  "now earlier than 20150830T125100Z (20150830T130600Z - 15 min.)", "the clock here is over 15 minutes behind; set it" },
	{ 400, STS("SignatureDoesNotMatch", "Signature not yet current: 20150830T123600Z is still later than 20150830T122000Z"), ERR_DENIED,
	  CAUSE_CLOCK, "sts refused the signed request: SignatureDoesNotMatch: Signature not yet current: 20150830T123600Z is still later "
	  "than 20150830T122000Z", "the clock here is over 15 minutes ahead; set it" },
	{ 400, STS("SignatureDoesNotMatch", "Credential should be scoped to a valid region, not 'eu-west-1'. "), ERR_DENIED, CAUSE_DENIED,
	  "sts refused the signed request: SignatureDoesNotMatch: Credential should be scoped to a valid region, not 'eu-west-1'",
	  "-region must be the server's sts_region, or left out if it has none" },
	{ 400, STS("SignatureDoesNotMatch", MISMATCH), ERR_DENIED, CAUSE_DENIED, "sts refused the signed request: SignatureDoesNotMatch: "
	  "The request signature we calculated does not match the signature you provided",
	  "the secret access key is not the access key id's" },
	{ 400, STS("SignatureDoesNotMatch", CANONICAL), ERR_DENIED, CAUSE_DENIED, "sts refused the signed request: SignatureDoesNotMatch: "
	  "The request signature we calculated does not match the signature you provided",
	  "the secret access key is not the access key id's" },
	{ 400, STS("InvalidClientTokenId", "The security token included in the request is invalid."), ERR_DENIED, CAUSE_DENIED,
	  "sts refused the signed request: InvalidClientTokenId: The security token included in the request is invalid",
	  "aws knows no such access key id with this session token; another partition?" },
	{ 400, STS("ExpiredToken", "The security token included in the request is expired"), ERR_DENIED, CAUSE_DENIED,
	  "sts refused the signed request: ExpiredToken: The security token included in the request is expired",
	  "the session token has expired; get new credentials" },
	{ 400, STS("Throttling", "Rate exceeded"), ERR_RETRY, CAUSE_UNREACHABLE, "sts refused the signed request: Throttling: Rate exceeded",
	  "aws limits requests; try again later" },
	{ 400, STS("AccessDenied", "Not this one. Really."), ERR_DENIED, CAUSE_DENIED, "sts refused the signed request: AccessDenied: Not "
	  "this one", "" },
	{ 400, STS("Odd", ""), ERR_DENIED, CAUSE_DENIED, "sts refused the signed request: Odd", "" },
	{ 400, "error making upstream request: received error code 403 from STS: <html>", ERR_DENIED, CAUSE_DENIED,
	  "answer 400: error making upstream request: received error code 403 from STS:", "" },
	{ 400, SERVER_ID_WRONG "missing header \"X-Vault-AWS-IAM-Server-ID\"", ERR_INPUT, CAUSE_DENIED,
	  "the server wants a server id header, none was sent", "-header-value must equal the server's iam_server_id_header_value" },
	{ 400, SERVER_ID_WRONG "expected \"a\" but got \"b\"", ERR_INPUT, CAUSE_DENIED,
	  "the server expects another server id header",
	  "-header-value must equal the server's iam_server_id_header_value" },
	{ 400, SERVER_ID_WRONG "vault header wasn't signed", ERR_INPUT, CAUSE_DENIED,
	  "the server expects another server id header",
	  "-header-value must equal the server's iam_server_id_header_value" },
	{ 400, "invalid request header: X-Amz-Foo", ERR_INPUT, CAUSE_DENIED, "answer 400: invalid request header: X-Amz-Foo",
	  "the server's allowed_sts_header_values does not list it" },
	{ 400, "IAM Principal \"arn:aws:sts::123456789012:assumed-role/a/b\" does not belong to the role \"web\"", ERR_DENIED, CAUSE_DENIED,
	  "answer 400: IAM Principal \"arn:aws:sts::123456789012:assumed-role/a/b\" does not belong to the role \"web\"",
	  "see the role's bound_iam_principal_arn on the server" },
	{ 400, "auth method iam not allowed for role web", ERR_INPUT, CAUSE_DENIED, "answer 400: auth method iam not allowed for role web",
	  "the role's auth_type on the server is the other one" },
	{ 500, "rpc error: code = Unavailable desc = error reading from server: EOF", ERR_RETRY, CAUSE_UNREACHABLE,
	  "answer 500: rpc error: code = Unavailable desc = error reading from server: EOF",
	  "the aws plugin died; write auth/<mount>/config/client once, even empty" },
	{ 400, "error making upstream request: body of GetCallerIdentity is invalid", ERR_DENIED, CAUSE_DENIED,
	  "sts refused the signed request, and vault does not say why", "check key pair, session token, region and clock" },
	{ 400, "error making upstream request: error making request: Post \"https://sts.amazonaws.com//\": dial tcp: i/o timeout", ERR_RETRY,
	  CAUSE_DENIED, "answer 400: error making upstream request: error making request: Post \"https://sts.amazonaws.com//\": dial tcp: "
	  "i/o timeout", "vault could not ask sts; see the server's sts_endpoint and its way out" },
	{ 404, "no handler for route \"auth/aws/login\". route entry not found.", ERR_INPUT, CAUSE_ANSWER,
	  "answer 404: no handler for route \"auth/aws/login\". route entry not found.", NOT_MOUNTED },
	{ 403, "permission denied", ERR_DENIED, CAUSE_DENIED, "answer 403: permission denied", NOT_MOUNTED },
	{ 403, "1 error occurred:\n\t* permission denied\n\n", ERR_DENIED, CAUSE_DENIED, "answer 403: permission denied", NOT_MOUNTED },
	{ 400, "missing client token", ERR_INPUT, CAUSE_DENIED, "answer 400: missing client token", NOT_MOUNTED },
	{ 404, "namespace not found", ERR_INPUT, CAUSE_ANSWER, "answer 404: namespace not found", "-namespace must name one that exists" },
	{ 400, "entry for role web not found", ERR_INPUT, CAUSE_DENIED, "role \"web\" does not exist on this mount",
	  "vault list auth/<mount>/role shows those that do" },
	{ 400, "entry for role \"web\" not found", ERR_INPUT, CAUSE_DENIED, "role \"web\" does not exist on this mount",
	  "vault list auth/<mount>/role shows those that do" },
	{ 400, "something new", ERR_DENIED, CAUSE_DENIED, "answer 400: something new", "" },
	{ 400, NULL, ERR_DENIED, CAUSE_DENIED, "answer 400", "" },
	{ 403, NULL, ERR_DENIED, CAUSE_DENIED, "answer 403: denied", "" },
	{ 404, NULL, ERR_ABSENT, CAUSE_ANSWER, "answer 404: not found", "" },
	{ 405, "unsupported operation", ERR_INPUT, CAUSE_ANSWER, "answer 405: unsupported operation", "" },
	{ 429, "rate limit quota exceeded", ERR_RETRY, CAUSE_UNREACHABLE, "answer 429: rate limit quota exceeded", "" },
	{ 472, NULL, ERR_PEER, CAUSE_ANSWER, "answer 472: the node is a disaster recovery secondary", "" },
	{ 473, NULL, ERR_PEER, CAUSE_ANSWER, "answer 473: the node is a performance standby", "" },
	{ 500, "internal error", ERR_RETRY, CAUSE_UNREACHABLE, "answer 500: internal error", "" },
	{ 503, "Vault is sealed", ERR_RETRY, CAUSE_SEALED, "answer 503: Vault is sealed", "" },
};

/* {"errors":["<text>"]} */
static struct str
errors(struct str text)
{
	struct buf b = arena_buf(&arena, 64 + 6 * text.len);
	struct jsonw w = { .out = &b };

	jsonw_open(&w, '{');
	jsonw_key(&w, "errors");
	jsonw_open(&w, '[');
	if (text.at)
		jsonw_str(&w, text);
	jsonw_close(&w, ']');
	jsonw_close(&w, '}');
	return buf_str(&b);
}

static void
run_refusals(void)
{
	struct login m;

	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
		const struct refusal *r = &refusals[i];
		char want[600];

		reset();
		cred.token = S(TOKEN);
		ok(answer(&m, r->status, errors(str_of(r->text))) == STEP_FAIL && err.code == r->code && err.cause == r->cause,
		   "refused: %d %.60s", r->status, r->line);
		snprintf(want, sizeof want, AT "%s", r->line);
		is_line(&err, want, "its line");
		is_str(str_of(err.hint), str_of(r->hint), "its hint");
	}
	reset();
	config.role = S("");
	ok(answer(&m, 400, errors(S("entry for role machine not found"))) == STEP_FAIL && err.code == ERR_INPUT && err.cause == CAUSE_DENIED,
	   "no role was given");
	is_line(&err, AT "answer 400: entry for role machine not found", "its line");
	is_str(str_of(err.hint), S("without -role vault looks for one named as the iam role or user"), "its hint");
}

static const struct {
	int status;
	const char *body;
	bool wrap;
	enum err_cause cause;
	const char *line, *hint;
} others[] = {
	{ 200, "", false, CAUSE_ANSWER, "answer: the body is empty", "" },
	{ 204, "", false, CAUSE_ANSWER, "answer: the body is empty", "" },
	{ 200, "{}", false, CAUSE_ANSWER, "answer: there is no token in it", "" },
	{ 200, "{\"auth\":null}", false, CAUSE_ANSWER, "answer: there is no token in it", "" },
	{ 200, "{\"auth\":{}}", false, CAUSE_ANSWER, "answer: there is no token in it", "" },
	{ 200, "{\"auth\":{\"client_token\":\"\"}}", false, CAUSE_ANSWER, "answer: there is no token in it", "" },
	{ 200, "{\"wrap_info\":{\"token\":\"\"}}", false, CAUSE_ANSWER, "answer: there is no token in it", "" },
	{ 200, "{\"auth\":{\"client_token\":\"hvs.t\"}}", true, CAUSE_ANSWER, "answer: the token is not wrapped", "" },
	{ 200, "{\"auth\":{\"client_token\":\"\",\"mfa_requirement\":{\"mfa_request_id\":\"1\"}}}", false, CAUSE_DENIED,
	  "the login needs a second factor (mfa)", "exempt the role from the server's mfa enforcement" },
	{ 200, "{\"auth\":{\"client_token\":\"hvs.\\u0001\"}}", false, CAUSE_ANSWER,
	  "answer: client_token holds a byte that is not visible ascii", "" },
	{ 400, "Client sent an HTTP request to an HTTPS server.\n", false, CAUSE_ANSWER, "answer 400: the server speaks https here, not http",
	  "the address must begin with https://" },
	{ 400, "no json", false, CAUSE_ANSWER, "answer 400", "" },
	{ 403, "<html>", false, CAUSE_UNREACHABLE, "answer 403: not vault's", "" },
	{ 404, "<html>", false, CAUSE_UNREACHABLE, "answer 404: not vault's", "" },
	{ 500, "no json: error reading from server: EOF", false, CAUSE_UNREACHABLE, "answer 500: not vault's", "" },
	{ 502, "<html>", false, CAUSE_UNREACHABLE, "answer 502: not vault's", "" },
};

static void
run_others(void)
{
	struct login m;

	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		char want[600];

		reset();
		vault.wrap_ttl_s = others[i].wrap ? 60 : 0;
		ok(answer(&m, others[i].status, str_of(others[i].body)) == STEP_FAIL && err.cause == others[i].cause, "answer, row %zu", i);
		snprintf(want, sizeof want, AT "%s", others[i].line);
		is_line(&err, want, "its line");
		is_str(str_of(err.hint), str_of(others[i].hint), "its hint");
	}
}

/* Whether any 16 bytes in a row of `secret` stand in the line or the hint. */
static bool
is_shown(struct str secret)
{
	for (size_t i = 0; i + 16 <= secret.len; i++)
		if (str_find(str_of(err.line), str_part(secret, i, i + 16)) != SIZE_MAX ||
		    str_find(str_of(err.hint), str_part(secret, i, i + 16)) != SIZE_MAX)
			return true;
	return false;
}

/* A server that quotes a secret, in any field of any refusal, is not quoted. */
static void
run_canary(const char *name, struct str secret)
{
	static const int codes[] = { 200, 204, 307, 400, 403, 404, 405, 412, 429, 472, 473, 500, 501, 502, 503 };
	static const char *const frames[] = {
		"%s", "\"%s\"", "a %s", "%s is sealed", "entry for role %s not found", "IAM Principal \"%s\" does not belong to the role \"web\"",
		"invalid request header: %s", "error making upstream request: %s", "error making upstream request: received error code 403 from STS: %s",
		STS("%s", "x"), STS("SignatureDoesNotMatch", "%s"), STS("SignatureDoesNotMatch", "x %s. y"),
		STS("SignatureDoesNotMatch", "Canonical: %s"), STS("Other", "%s") "%s", "<Code>%s", "<Message>%s</Message>",
		SERVER_ID_WRONG "expected \"%s\" but got \"%s\"", "rpc error: error reading from server: EOF %s", "no handler for route \"%s\"",
		"1 error occurred:\n\t* %s\n\n", "%s occurred:\n\t* x", "Vault is sealed %s", "permission denied %s",
		"long enough to be cut: ...................................................................................................."
		".................................................................. %s",
	};
	static const char *const bodies[] = {
		"%s", "{\"%s\":1}", "{\"errors\":{\"%s\":1}}", "{\"auth\":\"%s\"}", "{\"auth\":{\"client_token\":\"%s\\u0001\"}}",
		"{\"auth\":{\"lease_duration\":\"%s\"}}", "{\"warnings\":[\"%s\",1]}", "{\"auth\":{\"%s\":1,\"%s\":2}}",
		"{\"auth\":{\"client_token\":\"\",\"mfa_requirement\":{\"%s\":\"%s\"}}}", "{\"wrap_info\":{\"token\":\"\",\"accessor\":\"%s\"}}",
		"<html>%s", "%s <Code>%s</Code>", "[\"%s\"]", "{\"errors\":[[\"%s\"]]}", "{\"errors\":[\"%s",
	};
	char text[8192];
	struct login m;
	int shown = 0, n = 0;

	for (size_t c = 0; c < sizeof codes / sizeof *codes; c++) {
		for (size_t i = 0; i < sizeof frames / sizeof *frames + sizeof bodies / sizeof *bodies; i++) {
			size_t frame_n = sizeof frames / sizeof *frames;
			struct buf b = BUF(text);
			const char *f = i < frame_n ? frames[i] : bodies[i - frame_n];

			for (; *f; f++) {
				if (*f != '%') {
					buf_add_c(&b, *f);
					continue;
				}
				buf_add_str(&b, secret);
				f++;
			}
			arena_wipe(&arena);
			if (answer(&m, codes[c], i < frame_n ? errors(buf_str(&b)) : buf_str(&b)) != STEP_FAIL)
				continue;
			n++;
			if (is_shown(secret)) {
				shown++;
				printf("# %d: %s\n", codes[c], err.line);
			}
		}
	}
	is_int(shown, 0, "%s: in none of %d messages", name, n);
}

static void
run_canaries(void)
{
	static char kept[8192];
	struct buf k = BUF(kept);
	struct str authorization, whole, token = S("IQoJb3JpZ2luX2VjENv%canary_token-with^odd!bytes.and~more"), signature;
	struct json body, head;

	reset();
	cred.token = token;
	config.header_value = S("vault.example.com");
	config.role = S("");	/* so that the server's words about a role are shown, too */
	if (!ok(make_body(&body, &head), "what a server has seen"))
		return;
	buf_add_str(&k, get_head(head, "Authorization"));
	authorization = buf_str(&k);
	buf_add_str(&k, get_string(body, "iam_request_headers"));
	whole = str_part(buf_str(&k), authorization.len, k.len);
	signature = str_part(authorization, authorization.len - 64, authorization.len);
	run_canary("session token", token);
	cred.token = S(TOKEN);
	run_canary("session token of AWS's form", cred.token);
	run_canary("secret access key", S(SECRET));
	run_canary("signature", signature);
	run_canary("Authorization", authorization);
	run_canary("signed header in base64", whole);
}

int
main(void)
{
	arena = memory_arena(4 << 20);
	run_body();
	run_values();
	run_bad_values();
	run_paths();
	run_ask();
	run_room();
	run_good();
	run_refusals();
	run_others();
	run_canaries();
	memory_free(&arena);
	return tap_end();
}
