/* cmd/doctor.c: says what a login would do and why, then tries each step of it and says what came back. Leaves nothing behind: a token is given
   back, no nonce is made, and a login of type ec2 is never tried. */
/* SPDX-License-Identifier: MIT */
#include "agent/answer.h"
#include "agent/probe.h"
#include "aws/region.h"
#include "cmd/cmd.h"
#include "data/date.h"
#include "data/jsonw.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "sys/out.h"
#include "vault/health.h"
#include "vault/nonce.h"
#include "vault/revoke.h"

#include <unistd.h>

#define REPORT_MAX (128 * 1024)	/* bytes: 30 rows of WORDS_MAX, most of their bytes escaped for JSON */
#define WORDS_MAX 1024		/* bytes of one row: an error's line, or an address and what is said of it */
#define PRINT_MS 10000		/* for whoever reads: the report of a deadline that has passed must still get out */

enum state { OK, CHOSEN, SKIPPED, FAILED, INFO };

static const char states[][8] = { "ok", "chosen", "skipped", "failed", "info" };

struct doctor {
	struct cmd *cmd;
	struct buf out;
	struct jsonw json;		/* over out; its own `out` is NULL when the report is text */
	enum chain_source source;	/* whose credentials; CHAIN_AUTO: nobody's */
	struct chain_config sources;
	struct chain chain;		/* of one source that is looked at */
	struct vault vault;		/* the configured one, but for the wrapping */
	struct auth auth;
	bool is_broken;			/* that source is, by its files and variables alone */
	bool is_planned;		/* auth.plan is filled */
	bool is_unfit;			/* Vault takes no login now */
	bool is_sick;
	struct err cause;		/* then: the first thing that failed */
};

/* One line of the report. */
static void
row(struct doctor *d, const char *what, enum state state, struct str words)
{
	const char *part[] = { what, states[state] };

	if (d->json.out) {
		jsonw_open(&d->json, '{');
		jsonw_key(&d->json, "what");
		jsonw_str(&d->json, str_of(what));
		jsonw_key(&d->json, "state");
		jsonw_str(&d->json, str_of(states[state]));
		jsonw_key(&d->json, "words");
		jsonw_str(&d->json, words);
		jsonw_close(&d->json, '}');
		return;
	}
	for (size_t i = 0; i < 2; i++) {
		size_t n = i ? 9 : 14;	/* a column is wider than every name in it */

		buf_fmt(&d->out, "%s%s", i ? "" : "  ", part[i]);
		for (n -= strlen(part[i]); n; n--)
			buf_add_c(&d->out, ' ');
	}
	buf_fmt(&d->out, "%.*s\n", STR(words));
}

/* The same by a format, its strings escaped. */
__attribute__((format(printf, 4, 5))) static void
say(struct doctor *d, const char *what, enum state state, const char *fmt, ...)
{
	char text[WORDS_MAX];
	struct buf words = BUF(text);
	va_list ap;

	va_start(ap, fmt);
	buf_vfmt(&words, true, fmt, ap);
	va_end(ap);
	row(d, what, state, buf_str(&words));
}

/* Something failed: the first of these is the cause. 0, or -1 when it was a signal, which ends us. */
static int
failed(struct doctor *d, const char *what, const struct err *e)
{
	if (e->code == ERR_STOP)
		return -1;
	row(d, what, FAILED, str_of(e->line));
	if (!d->is_sick)
		d->cause = *e;
	d->is_sick = true;
	return 0;
}

/* What there is of a report in text goes out at once: the next step may take its time. */
static int
flush(struct doctor *d, struct err *e)
{
	struct str bytes = buf_str(&d->out);

	if (d->json.depth)
		return 0;
	d->out.len = 0;
	return d->out.full ? arena_err(e) : out_write(&d->cmd->loop, STDOUT_FILENO, bytes, tick_after(clock_now(), PRINT_MS), e);
}

static void
begin(struct doctor *d, const char *part)
{
	if (d->json.out) {
		jsonw_key(&d->json, part);
		jsonw_open(&d->json, '[');
	} else {
		buf_fmt(&d->out, "%s\n", part);
	}
}

/* --- The plan: nothing but files is looked at. */

/* One source: chosen when it is the first that is there, broken or not. */
static int
plan_source(struct doctor *d, enum chain_source s, struct err *e)
{
	const struct config *c = d->cmd->flow.config;
	const char *name = chain_name(s);
	enum step r;
	struct ask ask;

	if (c->source && c->source != s) {
		say(d, name, SKIPPED, "the configuration wants %s", chain_name(c->source));
		return 0;
	}
	d->sources.pin = s;
	d->chain = (struct chain){ .config = &d->sources };
	r = probe_run(&d->cmd->flow, chain_step, &d->chain, &ask, e);
	if (r == STEP_FAIL && e->code == ERR_ABSENT && !c->source) {
		row(d, name, SKIPPED, str_of(e->line));
		return 0;
	}
	if (d->source) {
		say(d, name, SKIPPED, "%s goes first", chain_name(d->source));
		return 0;
	}
	d->source = s;
	d->is_broken = r == STEP_FAIL;
	if (d->is_broken)
		return failed(d, name, e);
	if (r == STEP_DONE)
		say(d, name, CHOSEN, "access key id %.*s", STR(d->chain.cred.id));
	else if (ask.kind == ASK_RUN)
		say(d, name, CHOSEN, "runs a credential_process");
	else	/* the query and what stands before the host are nobody's business */
		say(d, name, CHOSEN, "asks %.*s", STR(str_part(ask.http.url, 0, str_find_c(ask.http.url, '?'))));
	return 0;
}

static void
say_region(struct doctor *d, struct str region)
{
	char text[128];	/* a region has at most REGION_MAX bytes */
	struct buf host = BUF(text);
	struct str scope = region_scope(region);

	region_add_sts_host(&host, region);
	say(d, "region", INFO, "%.*s: the login is for %.*s, and its signature for %.*s", STR(region), STR(buf_str(&host)), STR(scope));
}

/* Whose word is taken for Vault's certificate. */
static int
plan_trust(struct doctor *d, struct err *e)
{
	const struct config *c = d->cmd->flow.config;
	struct roots roots = answer_vault_roots(c);
	struct str from = S("the system's bundle");

	if (!c->vault.address.tls)
		from = S("none: the address is plain http");
	else if (c->on[CONF_TLS_SKIP_VERIFY])
		from = S("none: -tls-skip-verify");
	else if (*roots.file)
		from = str_of(roots.file);
	else if (roots.bytes.len)
		from = S("PEM text");
	else if (*roots.path)
		from = str_of(roots.path);
	if (auth_check_roots(c, e) < 0) {
		d->is_unfit = true;
		return failed(d, "ca", e);
	}
	say(d, "ca", INFO, "%.*s", STR(from));
	return 0;
}

static int
plan(struct doctor *d, bool is_ec2, struct err *e)
{
	const struct config *c = d->cmd->flow.config;
	const struct setting *s = c->set, *at = &s[CONF_ADDRESS];
	char text[512];	/* a host name has at most 253 bytes */
	struct buf address = BUF(text);

	begin(d, "plan");
	say(d, "login", INFO, "type %.*s at auth/%.*s, role %.*s", STR(s[CONF_TYPE].value), STR(s[CONF_MOUNT].value),
	    STR(s[CONF_ROLE].value.len ? s[CONF_ROLE].value : S("as vault infers it")));
	if (is_ec2) {
		say(d, "nonce", INFO, "of %.*s", STR(c->nonce.len ? S("the configuration") : s[CONF_NONCE_FILE].value));
	} else {
		for (enum chain_source i = CHAIN_STATIC; i < CHAIN_SOURCES; i++)
			if (plan_source(d, i, e) < 0)
				return -1;
		if (c->region.len)
			say_region(d, c->region);
		else
			say(d, "region", INFO, "the profile's, else the instance's");
		say(d, "server id", INFO, "%.*s", STR(s[CONF_HEADER_VALUE].value.len ? s[CONF_HEADER_VALUE].value : S("none")));
	}
	uri_format_safe(&address, &c->vault.address);
	say(d, "vault", INFO, "%.*s%.*s, by %s%s", STR(buf_str(&address)), STR(c->vault.address.path),
	    at->from == FROM_DEFAULT ? "default: neither -address nor VAULT_ADDR is set" : at->prefix, at->from == FROM_DEFAULT ? "" : at->name);
	if (c->vault.namespace.len)
		say(d, "namespace", INFO, "%.*s", STR(c->vault.namespace));
	say(d, "proxy", INFO, "none");
	for (size_t i = 0; c->ignored[i]; i++)
		say(d, "variable", SKIPPED, "%s is set, and ignored", c->ignored[i]);
	return plan_trust(d, e);
}

/* --- The steps, each with what came back. */

static void
say_cred(struct doctor *d, const char *what, const char *source, const struct cred *cred)
{
	char text[32];
	struct buf until = BUF(text);
	bool is_past = cred->expires_s <= clock_wall_s();

	if (cred->expires_s != CRED_FOREVER)
		date_format_rfc3339(&until, cred->expires_s);
	say(d, what, is_past ? INFO : OK, "%s%saccess key id %.*s%s%.*s", source, *source ? ", " : "", STR(cred->id),
	    is_past ? ", past its time: " : until.len ? ", until " : "", STR(buf_str(&until)));
}

static int
try_credentials(struct doctor *d, struct err *e)
{
	struct config *c = &d->cmd->config;

	if (!d->source) {
		err_set(e, ERR_RETRY, CAUSE_CREDENTIALS, "no aws credentials: there is none of the sources in the plan");
		err_hint(e, "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or attach a role to where this runs");
		return failed(d, "credentials", e);
	}
	if (d->is_broken) {
		say(d, "credentials", SKIPPED, "%s is broken", chain_name(d->source));
		return 0;
	}
	c->source = d->source;
	if (auth_plan(&d->auth, &d->cmd->flow, e) < 0)
		return failed(d, "credentials", e);
	d->is_planned = true;
	d->auth.plan.vault = &d->vault;
	say_cred(d, "credentials", chain_name(d->source), &d->auth.chain.cred);
	if (!c->region.len)
		say_region(d, d->auth.plan.region);
	return 0;
}

/* With -all. What fails here is no cause: a login does not go that way. */
static int
try_others(struct doctor *d, struct err *e)
{
	for (enum chain_source s = CHAIN_STATIC; s < CHAIN_SOURCES; s++) {
		if (s == d->source)
			continue;
		d->sources.pin = s;
		d->chain = (struct chain){ .config = &d->sources };
		if (flow_run(&d->cmd->flow, chain_step, &d->chain, e) == 0)
			say_cred(d, chain_name(s), "", &d->chain.cred);
		else if (e->code == ERR_STOP)
			return -1;
		else
			row(d, chain_name(s), e->code == ERR_ABSENT ? SKIPPED : FAILED, str_of(e->line));
		if (flush(d, e) < 0)
			return -1;
	}
	return 0;
}

/* Who we are in AWS's eyes. It is Vault that has to reach STS, not we: only a refusal counts. */
static int
try_identity(struct doctor *d, struct err *e)
{
	const struct auth *a = &d->auth;
	struct sts m = { .env = a->chain.source == CHAIN_FILE ? &a->chain.profile.settings : &d->cmd->flow.config->aws, .cred = &a->chain.cred, .who = true };

	if (flow_run(&d->cmd->flow, sts_step, &m, e) == 0) {
		say(d, "identity", OK, "%.*s", STR(m.arn));
		return 0;
	}
	if (e->code == ERR_STOP || e->code == ERR_DENIED) {
		if (e->cause == CAUSE_CLOCK)
			err_hint(e, "set the clock of this machine");
		return failed(d, "identity", e);
	}
	row(d, "identity", INFO, str_of(e->line));
	return 0;
}

/* Type ec2: what a login would show, and the nonce that it would use. */
static int
try_instance(struct doctor *d, struct err *e)
{
	struct flow *f = &d->cmd->flow;
	const struct config *c = f->config;
	struct imds m = { .env = &c->aws, .pkcs7 = c->pkcs7 };
	struct str path = c->set[CONF_NONCE_FILE].value, text, nonce;

	if (flow_run(f, imds_identity_step, &m, e) < 0)
		return failed(d, "identity", e);
	say(d, "identity", OK, "instance %.*s", STR(m.instance_id));
	if (c->nonce.len)
		return 0;
	if (file_read(path.at, NONCE_FILE_MAX, &f->arena, &text, e) < 0) {
		if (e->code != ERR_ABSENT)
			return failed(d, "nonce", e);
		say(d, "nonce", INFO, "%.*s is not there: the first login makes it", STR(path));
		return 0;
	}
	if (file_is_shared(path.at))
		err_set(e, ERR_INPUT, CAUSE_FILE, "%.*s: can be read by others than its owner", STR(path));
	else if (nonce_parse(&nonce, text, m.instance_id, e) < 0)
		err_in(e, "%.*s", STR(path));
	else {
		say(d, "nonce", OK, "%.*s is this instance's", STR(path));
		return 0;
	}
	return failed(d, "nonce", e);
}

static int
try_vault(struct doctor *d, struct err *e)
{
	struct health m = { .vault = &d->vault };

	if (d->is_unfit) {
		say(d, "vault", SKIPPED, "there are no ca certificates to hold it against");
		return 0;
	}
	if (flow_run(&d->cmd->flow, health_step, &m, e) == 0) {
		say(d, "vault", OK, "%s%s%.*s", m.node, m.version.len ? ", version " : "", STR(m.version));
		return 0;
	}
	if (e->code == ERR_DENIED || e->code == ERR_ABSENT) {	/* a proxy may let logins through and nothing else */
		row(d, "vault", INFO, str_of(e->line));
		return 0;
	}
	d->is_unfit = true;
	if (e->cause == CAUSE_UNREACHABLE && !e->hint[0] && d->cmd->config.set[CONF_ADDRESS].from == FROM_DEFAULT)
		err_hint(e, "the default: neither -address nor VAULT_ADDR is set");
	return failed(d, "vault", e);
}

/* Vault, or STS through it, said no. What the refusal itself cannot know stands before it. */
static int
refused(struct doctor *d, const struct login *m, struct err *e)
{
	const struct cred *cred = &d->auth.chain.cred;
	int64_t off_s = m->clock_off_s;

	if (off_s) {
		err_set(e, ERR_DENIED, CAUSE_CLOCK, "the clock here is %llus %s vault's", (unsigned long long)(off_s < 0 ? -off_s : off_s),
		    off_s < 0 ? "ahead of" : "behind");
		err_hint(e, "set it; meanwhile a login that is refused is signed once more by vault's");
	} else if (e->cause == CAUSE_DENIED && cred->expires_s <= clock_wall_s()) {
		char text[32];
		struct buf at = BUF(text);

		date_format_rfc3339(&at, cred->expires_s);
		err_in(e, "the credentials (%s) are past their time, %.*s", chain_name(d->source), STR(buf_str(&at)));
	}
	return failed(d, "login", e);
}

static int
try_login(struct doctor *d, struct err *e)
{
	struct flow *f = &d->cmd->flow;
	struct login m = { .config = &d->auth.plan };
	struct revoke back = { .vault = &d->vault };

	if (flow_run(f, login_step, &m, e) < 0)
		return refused(d, &m, e);
	say(d, "login", OK, "vault grants it%s", m.secret.token.len ? "" : ", wrapped: it is left to expire");
	back.token = m.secret.token;
	if (!back.token.len)
		return 0;
	if (flow_run(f, revoke_step, &back, e) == 0)
		say(d, "token", OK, "given back");
	else if (e->code == ERR_STOP)
		return -1;
	else
		say(d, "token", INFO, "could not be given back, and will expire: %s", e->line);
	return 0;
}

static int
steps(struct doctor *d, bool is_ec2, struct err *e)
{
	begin(d, "steps");
	if (is_ec2) {
		if (try_instance(d, e) < 0 || flush(d, e) < 0 || try_vault(d, e) < 0)
			return -1;
		say(d, "login", SKIPPED, "one of type ec2 is never tried: it would spend the nonce");
		return 0;
	}
	if (try_credentials(d, e) < 0 || flush(d, e) < 0 || (d->cmd->config.on[CONF_ALL] && try_others(d, e) < 0) ||
	    (d->is_planned && try_identity(d, e) < 0) || flush(d, e) < 0 || try_vault(d, e) < 0 || flush(d, e) < 0)
		return -1;
	if (d->is_planned && !d->is_unfit)
		return try_login(d, e);
	say(d, "login", SKIPPED, d->is_planned ? "vault takes none now" : "there is nothing to sign with");
	return 0;
}

static void
add_text(struct jsonw *w, const char *key, const char *text)
{
	jsonw_key(w, key);
	if (*text)
		jsonw_str(w, str_of(text));
	else
		jsonw_value(w, (struct json){ 0 });
}

/* The cause, last. */
static void
conclude(struct doctor *d, bool is_ec2)
{
	if (d->json.out) {
		add_text(&d->json, "cause", d->cause.line);
		add_text(&d->json, "hint", d->cause.hint);
		jsonw_close(&d->json, '}');
		buf_add_c(&d->out, '\n');
	} else if (d->is_sick) {
		buf_fmt(&d->out, "cause: %s\n", d->cause.line);
		if (d->cause.hint[0])
			buf_fmt(&d->out, "hint: %s\n", d->cause.hint);
	} else {
		buf_fmt(&d->out, "all is well: %s\n", is_ec2 ? "no login was tried" : "vault lets this machine in");
	}
}

int
cmd_doctor(struct cmd *cmd, struct err *e)
{
	struct flow *f = &cmd->flow;
	struct config *c = &cmd->config;
	struct doctor *d = arena_get(&f->arena, sizeof *d);
	bool is_ec2 = str_is(c->set[CONF_TYPE].value, "ec2");

	if (out_check(STDOUT_FILENO, e) < 0)
		return -1;
	if (!d)
		return arena_err(e);
	d->cmd = cmd;
	d->out = arena_buf(&f->arena, REPORT_MAX);
	d->vault = c->vault;
	d->vault.wrap_ttl_s = 0;
	d->sources = (struct chain_config){ .env = &c->aws, .fixed = c->cred, .home = c->home };
	if (str_is(c->set[CONF_FORMAT].value, "json")) {
		d->json = (struct jsonw){ .out = &d->out, .pretty = true };
		jsonw_open(&d->json, '{');
	}
	if (plan(d, is_ec2, e) < 0)
		return -1;
	if (d->json.out)
		jsonw_close(&d->json, ']');
	if (flush(d, e) < 0 || steps(d, is_ec2, e) < 0)
		return -1;
	if (d->json.out)
		jsonw_close(&d->json, ']');
	conclude(d, is_ec2);
	if (flush(d, e) < 0)
		return -1;
	if (!d->is_sick)
		return 0;
	*e = d->cause;
	cmd->is_told = true;
	return -1;
}
