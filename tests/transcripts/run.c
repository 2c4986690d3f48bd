/* tests/transcripts/run.c: plays conversations with a server from text files, as they stand and mutilated. No network, no clock. */
/* SPDX-License-Identifier: MIT */
/* A file of tests/transcripts/FOLDER/ is read line by line:
     # anything          what it shows
     config k=v k="v v"  what the machine is told; defaults are in `configure` below
     > line              a line that the question has, as `describe_question` writes it
     < STATUS BODY       the answer; or "< unreachable TEXT" (tls, large, broken): the shell's own sentence instead of one
     = line              the whole outcome, as `describe_outcome` writes it
   Then the answer's body is cut at every byte and each of its bits is flipped. Allowed is the same outcome, a failure that
   names the server, or, where a bit was flipped, another token that is well-formed. */
#define _POSIX_C_SOURCE 200809L

#include "data/code.h"
#include "data/date.h"
#include "tests/memory.h"
#include "tests/mutate.h"
#include "tests/tap.h"
#include "vault/login.h"
#include "vault/show.h"

#include <dirent.h>

#define FOLDER "tests/transcripts"
#define FILES 200

/* The machine for answers to requests that have no machine yet: any request, and whatever is read from its answer. */
struct plain {
	const struct vault *vault;
	struct vault_secret secret;
};

struct play {
	char name[300];
	/* The file. */
	struct str questions, outcome;	/* all lines of a kind */
	struct str body;
	int status;
	enum answer_how how;
	struct err sentence;
	/* The machine and what it is told. */
	struct vault vault;
	struct cred cred;
	struct login_config config;
	struct login login;
	struct plain plain;
	step_fn *step;
	struct senv env;
	struct err err;
	/* After the question. */
	size_t used;			/* bytes of the arena */
	struct login asked;
};

static struct arena arena;

static enum step
plain_step(void *machine, const struct answer *in, struct ask *out, struct senv *env, struct err *e)
{
	struct plain *m = machine;

	if (!in)
		return vault_ask(out, m->vault, S("PUT"), S("auth/token/renew-self"), S("{}"), env->arena, e) < 0 ? STEP_FAIL : STEP_ASK;
	if (vault_check(in, NULL, env->arena, e) < 0 || vault_parse_secret(&m->secret, in->body, env->arena, e) < 0) {
		err_in(e, "vault https://vault:8200");
		return STEP_FAIL;
	}
	return STEP_DONE;
}

static enum step
step(struct play *p, const struct answer *in, struct ask *out)
{
	return p->step == plain_step ? p->step(&p->plain, in, out, &p->env, &p->err) : p->step(&p->login, in, out, &p->env, &p->err);
}

static const struct vault_secret *
secret_of(const struct play *p)
{
	return p->step == plain_step ? &p->plain.secret : &p->login.secret;
}

static void
add_line(struct buf *b, const char *what, struct str value)
{
	buf_fmt(b, "%s%.*s\n", what, STR(value));
}

/* The first string under a key, in an array or not. */
static struct str
get_string(struct json object, const char *key)
{
	struct json v, none;
	struct str s = { NULL, 0 };
	struct err e;
	size_t at = 0;

	if (json_get(object, key, &v, &e) < 0 || (json_type(v) == JSON_ARRAY && !json_each(v, &at, &none, &v)) ||
	    json_string(v, &arena, &s, &e) < 0)
		return (struct str){ NULL, 0 };
	return s;
}

static struct str
get_base64(struct json object, const char *key)
{
	struct str text = get_string(object, key);
	struct buf b = arena_buf(&arena, text.len + 1);

	return text.at && code_base64_decode(&b, text) && !b.full ? buf_str(&b) : (struct str){ NULL, 0 };
}

/* "> PUT url", ">   Name: value", and of a login's body "> role NAME", "> sts URL BODY", "> signed Name: value". False when the
   body is not what a login's must be. */
static bool
describe_question(struct buf *b, const struct play *p, const struct ask *ask)
{
	struct json root, head, key, value, none, item, more;
	struct err e;
	size_t at = 0;
	int members = 0;

	buf_fmt(b, "> %.*s %.*s\n", STR(ask->http.method), STR(ask->http.url));
	for (size_t i = 0; i < ask->http.head_n; i++)
		buf_fmt(b, ">   %.*s: %.*s\n", STR(ask->http.head[i].name), STR(ask->http.head[i].value));
	if (p->step == plain_step)
		return true;
	if (!ask->http.once || json_parse(&root, ask->http.body, &e) < 0)
		return false;
	while (json_each(root, &at, &key, &value))
		members++;
	if (members != 5 || !str_eq(get_string(root, "iam_http_request_method"), S("POST")) ||
	    json_parse(&head, get_base64(root, "iam_request_headers"), &e) < 0 || str_find(head.text, p->cred.secret) != SIZE_MAX)
		return false;
	add_line(b, "> role ", get_string(root, "role"));
	buf_fmt(b, "> sts %.*s %.*s\n", STR(get_base64(root, "iam_request_url")), STR(get_base64(root, "iam_request_body")));
	for (at = 0; json_each(head, &at, &key, &value);) {
		struct str name, text;
		size_t item_at = 0;

		if (!json_each(value, &item_at, &none, &item) || json_each(value, &item_at, &none, &more) ||
		    json_string(key, &arena, &name, &e) < 0 || json_string(item, &arena, &text, &e) < 0)
			return false;
		buf_fmt(b, "> signed %.*s: %.*s\n", STR(name), STR(text));
	}
	return true;
}

static const char *const codes[] = {
	[ERR_NONE] = "NONE", [ERR_RETRY] = "RETRY", [ERR_DENIED] = "DENIED", [ERR_ABSENT] = "ABSENT", [ERR_INPUT] = "INPUT",
	[ERR_PEER] = "PEER", [ERR_LIMIT] = "LIMIT", [ERR_SYS] = "SYS", [ERR_STOP] = "STOP",
};

static const char *const causes[CAUSES] = {
	[CAUSE_NONE] = "NONE", [CAUSE_USE] = "USE", [CAUSE_FILE] = "FILE", [CAUSE_MEMORY] = "MEMORY", [CAUSE_RANDOM] = "RANDOM",
	[CAUSE_ANSWER] = "ANSWER", [CAUSE_LIMIT] = "LIMIT", [CAUSE_CREDENTIALS] = "CREDENTIALS", [CAUSE_DENIED] = "DENIED",
	[CAUSE_UNREACHABLE] = "UNREACHABLE", [CAUSE_TLS] = "TLS", [CAUSE_CLOCK] = "CLOCK", [CAUSE_FIELD] = "FIELD",
	[CAUSE_OUTPUT] = "OUTPUT", [CAUSE_SEALED] = "SEALED", [CAUSE_SIGNAL] = "SIGNAL",
};

/* A value of the answer, by its name in Vault's CLI; empty when it is not there. */
static struct str
field_of(const struct vault_secret *s, struct str name)
{
	struct buf b = arena_buf(&arena, s->root.text.len);
	struct err e;

	return show_field(&b, s, name, &arena, &e) == 0 ? buf_str(&b) : S("");
}

/* "= fail CODE CAUSE line" and "= hint text"; or "= token T", "= lease S", "= renewable", "= accessor A"; or "= wrapped T",
   "= ttl S", "= path P"; or "= nothing"; then a "= warning text" each. */
static void
describe_outcome(struct buf *b, const struct play *p, enum step r)
{
	const struct vault_secret *s = secret_of(p);
	struct json all, none, item;
	struct str text, lease;
	struct err e;
	size_t at = 0;

	if (r == STEP_FAIL) {
		buf_fmt(b, "= fail %s %s %s\n", codes[p->err.code], causes[p->err.cause], p->err.line);
		if (p->err.hint[0])
			add_line(b, "= hint ", str_of(p->err.hint));
		return;
	}
	if (r != STEP_DONE) {
		add_line(b, "= another question", S(""));
		return;
	}
	if (json_type(s->auth) == JSON_OBJECT) {
		add_line(b, "= token ", s->token);
		lease = field_of(s, S("token_duration"));
		add_line(b, "= lease ", lease.len ? lease : S("0"));
		if (str_is(field_of(s, S("token_renewable")), "true"))
			add_line(b, "= renewable", S(""));
		if (field_of(s, S("token_accessor")).len)
			add_line(b, "= accessor ", field_of(s, S("token_accessor")));
	}
	if (json_type(s->wrap_info) == JSON_OBJECT) {
		lease = field_of(s, S("wrapping_token_ttl"));
		add_line(b, "= wrapped ", s->wrapping_token);
		add_line(b, "= ttl ", lease.len ? lease : S("0"));
		add_line(b, "= path ", field_of(s, S("wrapping_token_creation_path")));
	}
	if (json_type(s->auth) != JSON_OBJECT && json_type(s->wrap_info) != JSON_OBJECT)
		add_line(b, "= nothing", S(""));
	if (json_get(s->root, "warnings", &all, &e) < 0)
		return;
	while (json_each(all, &at, &none, &item))
		if (json_string(item, &arena, &text, &e) == 0)
			add_line(b, "= warning ", text);
}

static bool
set(struct play *p, struct str key, struct str value)
{
	uint64_t n;

	if (str_eq(key, S("address")))
		return uri_parse(&p->vault.address, value, &p->err) == 0;
	if (str_eq(key, S("at")))
		return date_parse_rfc3339(value, &p->env.wall_s);
	if (str_eq(key, S("wrap_ttl"))) {
		if (!str_to_u64(value, &n))
			return false;
		p->vault.wrap_ttl_s = (uint32_t)n;
		return true;
	}
	if (str_eq(key, S("machine"))) {
		p->step = plain_step;
		return str_eq(value, S("none"));
	}
	if (str_eq(key, S("namespace")))
		p->vault.namespace = value;
	else if (str_eq(key, S("id")))
		p->cred.id = value;
	else if (str_eq(key, S("secret")))
		p->cred.secret = value;
	else if (str_eq(key, S("token")))
		p->cred.token = value;
	else if (str_eq(key, S("mount")))
		p->config.mount = value;
	else if (str_eq(key, S("role")))
		p->config.role = value;
	else if (str_eq(key, S("region")))
		p->config.region = value;
	else if (str_eq(key, S("header_value")))
		p->config.header_value = value;
	else
		return false;
	return true;
}

static bool
configure(struct play *p, struct str rest)
{
	while (rest.len) {
		struct str value, key = str_cut(&rest, '=');

		if (rest.len && rest.at[0] == '"') {
			rest = str_part(rest, 1, rest.len);
			value = str_cut(&rest, '"');
			rest = str_trim(rest);
		} else {
			value = str_cut(&rest, ' ');
		}
		if (!set(p, key, value))
			return false;
	}
	return true;
}

static bool
read_answer(struct play *p, struct str rest)
{
	static const struct {
		struct str word;
		enum answer_how how;
		enum err_code code;
		enum err_cause cause;
	} words[] = {
		{ S("unreachable"), ANSWER_UNREACHABLE, ERR_RETRY, CAUSE_UNREACHABLE }, { S("tls"), ANSWER_TLS, ERR_PEER, CAUSE_TLS },
		{ S("clock"), ANSWER_TLS, ERR_PEER, CAUSE_CLOCK }, { S("large"), ANSWER_TOO_LARGE, ERR_LIMIT, CAUSE_LIMIT },
		{ S("broken"), ANSWER_BROKEN, ERR_PEER, CAUSE_ANSWER },
	};
	struct str word = str_cut(&rest, ' ');
	uint64_t n;

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_eq(word, words[i].word)) {
			p->how = words[i].how;
			err_set(&p->sentence, words[i].code, words[i].cause, "%.*s", STR(rest));
			return true;
		}
	if (!str_to_u64(word, &n) || n < 100 || n > 599)
		return false;
	p->status = (int)n;
	p->body = rest;
	return true;
}

static bool
read_file(struct play *p, struct str text)
{
	struct buf questions = arena_buf(&arena, text.len + 1), outcome = arena_buf(&arena, text.len + 1);

	while (text.len) {
		struct str line = str_cut(&text, '\n');

		if (!line.len || line.at[0] == '#')
			continue;
		if (line.at[0] == '>')
			add_line(&questions, "", line);
		else if (line.at[0] == '=')
			add_line(&outcome, "", line);
		else if (str_has_prefix(line, S("config "))
		    ? !configure(p, str_part(line, 7, line.len))
		    : !str_has_prefix(line, S("< ")) || !read_answer(p, str_part(line, 2, line.len)))
			return false;
	}
	p->questions = buf_str(&questions);
	p->outcome = buf_str(&outcome);
	return p->outcome.len > 0;
}

/* Ask, and remember the state that waits for the answer. */
static enum step
ask(struct play *p, struct ask *out)
{
	enum step r = step(p, NULL, out);

	p->asked = p->login;
	p->used = arena.len;
	return r;
}

/* Answer with this body, as if for the first time. */
static enum step
answer(struct play *p, struct str body)
{
	struct answer in = { .how = p->how, .status = p->status, .body = body, .err = p->how == ANSWER_OK ? NULL : &p->sentence };
	struct ask ignored;

	memset(arena.at + p->used, 0, arena.len - p->used);
	arena.len = p->used;
	p->login = p->asked;
	return step(p, &in, &ignored);
}

static struct str
outcome_of(struct play *p, enum step r)
{
	struct buf b = arena_buf(&arena, 16 * 1024);

	describe_outcome(&b, p, r);
	return buf_str(&b);
}

static bool
is_one_good_line(const struct play *p)
{
	struct str line = str_of(p->err.line), hint = str_of(p->err.hint);

	return str_is_printable(line) && str_is_printable(hint) && str_has_prefix(line, S("vault http")) &&
	    str_find(line, p->cred.secret) == SIZE_MAX && (!p->cred.token.len || str_find(line, p->cred.token) == SIZE_MAX);
}

static bool
is_allowed(struct play *p, struct str body, bool may_be_other)
{
	enum step r = answer(p, body);
	const struct vault_secret *s = secret_of(p);

	if (r == STEP_FAIL && is_one_good_line(p))
		return true;
	if (str_eq(outcome_of(p, r), p->outcome))
		return true;
	return r == STEP_DONE && may_be_other && (p->step == plain_step || str_is_visible(s->wrapping_token.len ? s->wrapping_token : s->token));
}

static bool
is_cut_allowed(struct str body, void *arg)
{
	return is_allowed(arg, body, false);
}

static bool
is_flip_allowed(struct str body, void *arg)
{
	return is_allowed(arg, body, true);
}

/* Every line of the file about the question is one of the question's. */
static void
check_question(struct play *p, const struct ask *out)
{
	struct buf b = arena_buf(&arena, 32 * 1024);
	struct str rest = p->questions;
	bool missing = false;

	if (!ok(describe_question(&b, p, out) && !b.full, "%s: the question is one", p->name))
		return;
	while (rest.len) {
		struct str line = str_cut(&rest, '\n');

		line.len++;	/* its line end too, so that no beginning of a line counts */
		if (str_find(buf_str(&b), line) == SIZE_MAX) {
			missing = true;
			printf("# missing: %.*s", STR(line));
		}
	}
	if (!ok(!missing, "%s: the question", p->name))
		printf("# it was\n%.*s", STR(buf_str(&b)));
}

static void
run_file(const char *folder, const char *name)
{
	static struct play p;
	char path[600];
	struct ask out;
	enum step r;

	arena_wipe(&arena);
	p = (struct play){ .step = login_step, .status = 0, .env = { .arena = &arena } };
	snprintf(p.name, sizeof p.name, "%s/%s", folder, name);
	snprintf(path, sizeof path, FOLDER "/%s", p.name);
	p.config = (struct login_config){ .vault = &p.vault, .cred = &p.cred };
	p.login.config = &p.config;
	p.plain.vault = &p.vault;
	if (!configure(&p, S("address=https://vault:8200 at=2015-08-30T12:36:00Z id=AKIDEXAMPLE secret=wJalrXUtnFEMI/K7MDENG+"
	    "bPxRfiCYEXAMPLEKEY mount=aws role=web region=us-east-1")) || !read_file(&p, memory_file(path))) {
		ok(false, "%s: cannot be read", p.name);
		return;
	}
	r = ask(&p, &out);
	if (r == STEP_ASK) {
		check_question(&p, &out);
		p.used = arena.len;
		r = answer(&p, mutate_guard(2, p.body));
	}
	is_str(outcome_of(&p, r), p.outcome, "%s", p.name);
	if (r == STEP_FAIL && p.status)
		ok(is_one_good_line(&p), "%s: one line, without a secret", p.name);
	if (p.status && p.body.len) {
		is_int(mutate_cut(p.body, is_cut_allowed, &p), 0, "%s: cut at every byte", p.name);
		is_int(mutate_flip(p.body, is_flip_allowed, &p), 0, "%s: every bit flipped", p.name);
	}
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static size_t
list(const char *path, char *names[FILES])
{
	DIR *d = opendir(path);
	size_t n = 0;

	for (struct dirent *entry = d ? readdir(d) : NULL; entry && n < FILES; entry = readdir(d))
		if (entry->d_name[0] != '.')
			names[n++] = strdup(entry->d_name);
	if (d)
		closedir(d);
	qsort(names, n, sizeof *names, by_name);
	return n;
}

int
main(int argc, char **argv)
{
	static const char *const folders[] = { "login", "openbao" };

	arena = memory_arena(1 << 20);
	if (argc == 3)	/* one file, for who works on it */
		run_file(argv[1], argv[2]);
	for (size_t f = 0; argc == 1 && f < sizeof folders / sizeof *folders; f++) {
		char path[300], *names[FILES];
		size_t n;

		snprintf(path, sizeof path, FOLDER "/%s", folders[f]);
		n = list(path, names);
		ok(n > 0 && n < FILES, "%s: %zu files", folders[f], n);
		for (size_t i = 0; i < n; i++) {
			run_file(folders[f], names[i]);
			free(names[i]);
		}
	}
	memory_free(&arena);
	return tap_end();
}
