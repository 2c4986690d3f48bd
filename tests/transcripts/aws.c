/* tests/transcripts/aws.c: plays the conversations of the AWS step machines, and of the login of type ec2, from text files, as they stand and mutilated. No network, no clock. */
/* SPDX-License-Identifier: MIT */
/* A file of tests/transcripts/FOLDER/ is read line by line:
     # anything          what it shows
     config NAME=value   an AWS variable, or a word of the machine's own; the value goes to the line's end
     > GET url           the next question: method and url; or "> file PATH"; or "> run COMMAND"
     >   Name: value     all its header fields, in their order; ">   body TEXT" its body, where there is one
     >   limits ...      may be left out: "within MS connect MS", "max BYTES", "secret", "once", "local", "ca FILE", "as N" (N certificates)
     < 200 body          its answer, and under it "<   Name: value" a header field of it; "< bytes TEXT" of a file, or "< from PATH" what that holds, not mutilated then; "< exit 0 OUTPUT" of a program; or "< unreachable TEXT" (noname, noca, silent, tls,
                         large, broken, missing, unreadable): the shell's own sentence instead of one
     | more              a further line of the answer's body, each with a line end behind it
     = line              the whole outcome ("= wait SECONDS" is a Retry-After), as `describe_outcome` and the machine's own `describe` write it
   Then each answer's body is cut at every byte and each of its bits is flipped. Allowed is the same outcome; a failure in one
   printable line that begins as the machine's do; or, where a bit was flipped or a text without an end of its own was cut (a
   file too: what is left is one), any other result. No line may hold "canary". */
#define _POSIX_C_SOURCE 200809L

#include "data/date.h"
#include "tests/memory.h"
#include "tests/mutate.h"
#include "tests/tap.h"
#include "tests/transcripts/machines.h"

#include <dirent.h>

#define FOLDER "tests/transcripts"
#define FILES 200
#define TURNS 24

struct turn {
	struct str question;	/* lines of the file */
	struct str body;
	struct answer in;
	struct http_field head[2];
	struct err sentence;
	bool is_whole;		/* its body stays as it is */
};

static struct arena arena;	/* of the play; `mark` is where the machine's begins */

/* P-256 alone, and a product once: thousands of plays read the same key. */
static size_t
mulgen(unsigned char *out, const unsigned char *x, size_t x_len, int curve)
{
	static unsigned char last[32], product[65];

	if (x_len != sizeof last || memcmp(x, last, x_len) != 0) {
		if (br_ec_p256_m31.mulgen(product, x, x_len, curve) != sizeof product)
			abort();
		memcpy(last, x, sizeof last);
	}
	memcpy(out, product, sizeof product);
	return sizeof product;
}

static const unsigned char *
order(int curve, size_t *len)
{
	return br_ec_p256_m31.order(curve, len);
}

const br_ec_impl br_ec_all_m31 = { .mulgen = mulgen, .order = order };

/* --- One file. */

static struct play {
	const struct kind *kind;
	char name[300];
	int64_t now_s;
	struct turn turn[TURNS];
	size_t turn_n;
	struct str outcome;
	size_t mark;
	size_t mutated;		/* the turn whose answer is not the file's */
	char notes[1024];
	struct err err;
} p;

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

static bool
set(struct str key, struct str value)
{
	const char *name = cred_names;

	if (str_eq(key, S("at")))
		return date_parse_rfc3339(value, &p.now_s);
	for (unsigned i = 0; i < 2 * CRED_VARS; i++, name += strlen(name) + 1)
		if (*name && str_is(key, name)) {
			vars.var[i / 2] = value;
			return true;
		}
	return p.kind->set && p.kind->set(key, value);
}

static bool
read_answer(struct turn *t, struct str rest)
{
	static const struct {
		struct str word;
		enum answer_how how;
		enum err_code code;
		enum err_cause cause;
	} words[] = {
		{ S("unreachable"), ANSWER_UNREACHABLE, ERR_RETRY, CAUSE_UNREACHABLE },
		{ S("noname"), ANSWER_UNREACHABLE, ERR_ABSENT, CAUSE_UNREACHABLE }, { S("noca"), ANSWER_TLS, ERR_ABSENT, CAUSE_FILE },
		{ S("silent"), ANSWER_SILENT, ERR_RETRY, CAUSE_UNREACHABLE }, { S("tls"), ANSWER_TLS, ERR_PEER, CAUSE_TLS },
		{ S("large"), ANSWER_TOO_LARGE, ERR_LIMIT, CAUSE_LIMIT }, { S("broken"), ANSWER_BROKEN, ERR_PEER, CAUSE_ANSWER },
		{ S("missing"), ANSWER_MISSING, ERR_ABSENT, CAUSE_FILE }, { S("unreadable"), ANSWER_UNREADABLE, ERR_SYS, CAUSE_FILE },
	};
	struct str word = str_cut(&rest, ' ');
	uint64_t n = 0;

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_eq(word, words[i].word)) {
			t->in.how = words[i].how;
			t->in.err = &t->sentence;
			err_set(&t->sentence, words[i].code, words[i].cause, "%.*s", STR(rest));
			return true;
		}
	if (str_eq(word, S("from"))) {
		char path[200];

		snprintf(path, sizeof path, "%.*s", STR(rest));
		rest = memory_file(path);
		t->is_whole = true;
		word = S("0");
	}
	if (str_eq(word, S("exit")))
		word = str_cut(&rest, ' ');
	else if (str_eq(word, S("bytes")))
		word = S("0");
	t->body = rest;
	if (!str_to_u64(word, &n) || n > 599)
		return false;
	t->in.status = (int)n;
	return true;
}

static bool
read_field(struct turn *t, struct str rest)
{
	struct str name = str_cut(&rest, ':');

	if (t->in.head_n == sizeof t->head / sizeof *t->head)
		return false;
	t->head[t->in.head_n++] = (struct http_field){ name, str_trim(rest) };
	t->in.head = t->head;
	return true;
}

static void
add_line(struct buf *b, struct str line)
{
	buf_add_str(b, line);
	buf_add_c(b, '\n');
}

/* Room for what grows line by line: the arena's newest. */
static void
append(struct str *to, struct str line)
{
	struct buf b = arena_buf(&arena, to->len + line.len + 1);

	buf_add_str(&b, *to);
	add_line(&b, line);
	*to = buf_str(&b);
}

static bool
read_file(struct str text)
{
	struct turn *t = NULL;
	bool answered = true;

	while (text.len) {
		struct str line = str_cut(&text, '\n');

		if (str_begins(line, "config ")) {
			struct str value = str_part(line, 7, line.len);
			struct str key = str_cut(&value, '=');

			if (!set(key, value))
				return false;
		} else if (str_begins(line, "> ")) {
			if (answered && p.turn_n == TURNS)
				return false;
			t = answered ? &p.turn[p.turn_n++] : t;
			answered = false;
			append(&t->question, line);
		} else if (str_begins(line, "<   ") && t) {
			if (!read_field(t, str_part(line, 4, line.len)))
				return false;
		} else if (str_begins(line, "< ") && t) {
			answered = true;
			if (!read_answer(t, str_part(line, 2, line.len)))
				return false;
		} else if (str_begins(line, "|") && t) {
			append(&t->body, str_part(line, line.len > 1 ? 2 : 1, line.len));
		} else if (str_begins(line, "= ")) {
			append(&p.outcome, line);
		} else if (line.len && line.at[0] != '#') {
			return false;
		}
	}
	return answered && p.outcome.len > 0;
}

/* As a file has it. */
static void
describe_question(struct buf *b, const struct ask *ask)
{
	static const char *const peers[] = { [PEER_VAULT] = " vault", [PEER_AWS] = " aws", [PEER_LOCAL] = " local" };
	const struct ask_http *h = &ask->http;

	switch (ask->kind) {
	case ASK_FILE:
		buf_fmt(b, "> file %.*s\n>   limits max %zu%s\n", STR(ask->file.path), ask->file.max, ask->file.secret ? " secret" : "");
		return;
	case ASK_RUN:
		buf_fmt(b, "> run %.*s\n>   limits within %u max %zu\n", STR(ask->run.command), ask->run.within_ms, ask->run.out_max);
		return;
	case ASK_HTTP:
		break;
	}
	buf_fmt(b, "> %.*s %.*s\n", STR(h->method), STR(h->url));
	for (size_t i = 0; i < h->head_n; i++)
		buf_fmt(b, ">   %.*s: %.*s\n", STR(h->head[i].name), STR(h->head[i].value));
	if (h->body.len)
		buf_fmt(b, ">   body %.*s\n", STR(h->body));
	buf_fmt(b, ">   limits within %u connect %u max %zu%s%s%s", h->within_ms, h->connect_ms, h->body_max, peers[h->peer],
	    h->once ? " once" : "", h->follow ? " follow" : "");
	if (h->ca.len)
		buf_fmt(b, " ca %.*s", STR(h->ca));
	if (h->identity)
		buf_fmt(b, " as %u", h->identity->cert_n);
	buf_add_c(b, '\n');
}

/* Whether the question is the file's; its limits count only where the file has them. */
static bool
is_question(struct str want, struct str is)
{
	size_t limits = str_find(is, S(">   limits "));

	if (str_find(want, S(">   limits ")) == SIZE_MAX)
		is = str_part(is, 0, limits);
	return str_eq(want, is);
}

/* "= fail CODE CAUSE line" and "= hint text"; or "= cred ID SECRET TOKEN EXPIRATION" (a dash: none) and the machine's own; before
   either a "= note text" each. */
static void
describe_outcome(struct buf *b, enum step r, struct str notes)
{
	const struct cred *c = p.kind->cred ? p.kind->cred() : NULL;

	while (notes.len) {
		struct str note = str_cut(&notes, 0);

		buf_fmt(b, "= note %.*s\n", STR(note));
	}
	if (r == STEP_FAIL) {
		buf_fmt(b, "= fail %s %s %s\n", codes[p.err.code], causes[p.err.cause], p.err.line);
		if (p.err.wait_s)
			buf_fmt(b, "= wait %u\n", p.err.wait_s);
		if (p.err.hint[0])
			buf_fmt(b, "= hint %s\n", p.err.hint);
		return;
	}
	if (r != STEP_DONE) {
		buf_fmt(b, "= too many questions\n");
		return;
	}
	if (c && c->id.len) {
		buf_fmt(b, "= cred %.*s %.*s %.*s ", STR(c->id), STR(c->secret), STR(c->token.len ? c->token : S("-")));
		if (c->expires_s == CRED_FOREVER)
			buf_add_c(b, '-');
		else
			date_format_rfc3339(b, c->expires_s);
		buf_add_c(b, '\n');
	}
	if (p.kind->describe)
		p.kind->describe(b);
}

/* Play it, with `body` as the answer of turn p.mutated (none: SIZE_MAX). *outcome lies behind the machine's memory. *at is
   the turn whose question was another than the file's; it and later ones then get no answer. */
static enum step
play(struct str body, struct str *outcome, size_t *at)
{
	static const struct err nobody = { .code = ERR_RETRY, .cause = CAUSE_UNREACHABLE, .line = "nobody answers" };
	static const struct answer none = { .how = ANSWER_UNREACHABLE, .err = &nobody };
	struct buf notes = BUF(p.notes);
	struct senv env = { .wall_s = p.now_s, .arena = &arena, .notes = &notes };
	const struct answer *in = NULL;
	struct answer answer;
	enum step r = STEP_ASK;
	struct ask ask;
	struct buf b;

	if (arena.len > p.mark)
		memset(arena.at + p.mark, 0, arena.len - p.mark);
	arena.len = p.mark;
	memset(&machine, 0, sizeof machine);
	p.kind->init();
	*at = SIZE_MAX;
	for (size_t i = 0; i <= TURNS && r == STEP_ASK; i++) {
		r = p.kind->step(&machine, in, &ask, &env, &p.err);
		if (r != STEP_ASK)
			break;
		b = arena_buf(&arena, 64 * 1024);
		describe_question(&b, &ask);
		arena_trim(&arena, &b);
		in = &none;
		if (*at != SIZE_MAX || i >= p.turn_n || !is_question(p.turn[i].question, buf_str(&b))) {
			if (*at == SIZE_MAX) {
				*at = i;
				*outcome = buf_str(&b);
			}
			if (p.mutated == SIZE_MAX)
				return r;
			continue;
		}
		answer = p.turn[i].in;
		answer.body = i == p.mutated ? body : p.turn[i].body;
		in = &answer;
	}
	b = arena_buf(&arena, 32 * 1024);
	describe_outcome(&b, r, buf_str(&notes));
	*outcome = buf_str(&b);
	return r;
}

static bool
is_one_good_line(void)
{
	struct str line = str_of(p.err.line), hint = str_of(p.err.hint);
	const char *begins = p.kind->begins;

	while (*begins && !str_begins(line, begins))
		begins += strlen(begins) + 1;
	return str_is_printable(line) && str_is_printable(hint) && *begins &&
	    str_find(line, S("canary")) == SIZE_MAX && str_find(hint, S("canary")) == SIZE_MAX;
}

static bool
is_cut_allowed(struct str body, void *arg)
{
	struct str outcome;
	size_t at;
	enum step r = play(body, &outcome, &at);

	(void)arg;
	if (r == STEP_FAIL)
		return is_one_good_line();
	return str_eq(outcome, p.outcome) || (r == STEP_DONE && (p.kind->is_text || str_begins(p.turn[p.mutated].question, "> file ")));
}

static bool
is_flip_allowed(struct str body, void *arg)
{
	struct str outcome;
	size_t at;
	enum step r = play(body, &outcome, &at);

	(void)arg;
	return r == STEP_FAIL ? is_one_good_line() : r == STEP_DONE;
}

static void
run_file(const struct kind *kind, const char *name)
{
	struct str outcome = S("");
	char path[600];
	size_t at;
	enum step r;

	arena_wipe(&arena);
	forget();
	p = (struct play){ .kind = kind, .now_s = 1440938160, .mutated = SIZE_MAX };
	snprintf(p.name, sizeof p.name, "%s/%s", kind->folder, name);
	snprintf(path, sizeof path, FOLDER "/%s", p.name);
	if (!read_file(memory_file(path))) {
		ok(false, "%s: cannot be read", p.name);
		return;
	}
	p.mark = arena.len;
	r = play(S(""), &outcome, &at);
	if (at != SIZE_MAX) {
		is_str(outcome, at < p.turn_n ? p.turn[at].question : S(""), "%s: question %zu", p.name, at + 1);
		return;
	}
	is_str(outcome, p.outcome, "%s", p.name);
	if (r == STEP_FAIL)
		ok(is_one_good_line(), "%s: one line, without a secret", p.name);
	for (size_t i = 0; i < p.turn_n; i++) {
		p.mutated = i;
		if (!p.turn[i].body.len || p.turn[i].is_whole)
			continue;
		is_int(mutate_cut(p.turn[i].body, is_cut_allowed, NULL), 0, "%s: answer %zu cut at every byte", p.name, i + 1);
		is_int(mutate_flip(p.turn[i].body, is_flip_allowed, NULL), 0, "%s: answer %zu, every bit flipped", p.name, i + 1);
	}
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
run_folder(const struct kind *kind)
{
	char path[300], *names[FILES];
	size_t n = 0;
	DIR *d;

	snprintf(path, sizeof path, FOLDER "/%s", kind->folder);
	d = opendir(path);
	for (struct dirent *entry = d ? readdir(d) : NULL; entry && n < FILES; entry = readdir(d))
		if (entry->d_name[0] != '.')
			names[n++] = strdup(entry->d_name);
	if (d)
		closedir(d);
	qsort(names, n, sizeof *names, by_name);
	ok(n > 0 && n < FILES, "%s: %zu files", kind->folder, n);
	for (size_t i = 0; i < n; i++) {
		run_file(kind, names[i]);
		free(names[i]);
	}
}

int
main(int argc, char **argv)
{
	arena = memory_arena(8 << 20);
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
		if (argc == 1)
			run_folder(&kinds[k]);
		else if (argc == 3 && strcmp(argv[1], kinds[k].folder) == 0)	/* one file, for who works on it */
			run_file(&kinds[k], argv[2]);
	memory_free(&arena);
	return tap_end();
}
