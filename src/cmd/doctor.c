/* cmd/doctor.c: says what a login would do and why, then tries each step of it. Leaves nothing behind: no token, no nonce, no login of type ec2. */
/* SPDX-License-Identifier: MIT */
#include "agent/answer.h"
#include "aws/region.h"
#include "cmd/cmd.h"
#include "data/date.h"
#include "data/jsonw.h"
#include "sys/clock.h"
#include "sys/out.h"
#include "vault/health.h"
#include "vault/self.h"

#include <unistd.h>

#define REPORT_MAX (128 * 1024)	/* bytes: 30 rows of WORDS_MAX, most of their bytes escaped for JSON */
#define WORDS_MAX 1024		/* bytes of one row: an error's line, or an address and what is said of it */
#define PRINT_MS 10000		/* for whoever reads: the report of a deadline that has passed must still get out */

enum state { OK, CHOSEN, SKIPPED, FAILED, INFO };

static const char states[] = "ok\0" "chosen\0" "skipped\0" "failed\0" "info";

struct doctor {	/* what is large stands last: the code is the shorter for it */
	struct flow *flow;
	const struct config *config;
	const char *what;		/* the row that is to come */
	bool is_broken;			/* the source is, by its files and variables alone; of type ec2: there is no nonce */
	bool is_planned;		/* auth.plan is filled */
	bool is_unfit;			/* Vault takes no login now */
	bool is_sick;			/* something failed: `cause` is the first */
	bool is_over;			/* a signal, or nobody reads: `end` says it, and nothing is tried or printed any more */
	enum chain_source source;	/* whose credentials; CHAIN_AUTO: nobody's */
	struct buf out;
	struct jsonw json;		/* over out; its own `out` is NULL when the report is text */
	struct err err;			/* of what was tried last */
	struct err cause;
	struct err end;
	struct chain_config sources;
	struct chain chain;		/* of one source that is looked at */
	struct auth auth;
};

static void
add_member(struct jsonw *w, const char *key, struct str value)
{
	jsonw_key(w, key);
	jsonw_str(w, value);
}

/* A report in text goes out as it grows: the next step may take its time. */
static void
flush(struct doctor *d)
{
	struct str bytes = buf_str(&d->out);

	if (d->json.depth || d->is_over)
		return;
	d->out.len = 0;
	d->is_over = (d->out.full ? arena_err(&d->end) :
	    out_write(d->flow->loop, STDOUT_FILENO, bytes, clock_after(PRINT_MS), &d->end)) < 0;
}

/* One line of the report. */
static void
row(struct doctor *d, enum state state, struct str words)
{
	static const char blanks[] = "             ";
	const char *name = str_nth(states, state), *what = d->what;

	if (d->json.out) {
		jsonw_open(&d->json, '{');
		add_member(&d->json, "what", str_of(what));
		add_member(&d->json, "state", str_of(name));
		add_member(&d->json, "words", words);
		jsonw_close(&d->json, '}');
		return;
	}
	/* Each column is wider than every name in it. */
	buf_fmt(&d->out, "  %s%.*s%s%.*s%.*s\n", what, 14 - (int)strlen(what), blanks, name, 9 - (int)strlen(name), blanks,
	    STR(words));
	flush(d);
}

/* The same by a format, its strings escaped. */
__attribute__((format(printf, 3, 4))) static void
say(struct doctor *d, enum state state, const char *fmt, ...)
{
	char text[WORDS_MAX];
	struct buf words = BUF(text);
	va_list ap;

	va_start(ap, fmt);
	buf_vfmt(&words, true, fmt, ap);
	va_end(ap);
	row(d, state, buf_str(&words));
}

/* The words of d->err. */
static void
say_err(struct doctor *d, enum state state)
{
	row(d, state, str_of(d->err.line));
	if (state != FAILED || d->is_sick)
		return;
	d->cause = d->err;
	d->is_sick = true;
}

/* A signal ends it all. */
static void
stop(struct doctor *d)
{
	if (d->is_over || d->err.code != ERR_STOP)
		return;
	d->is_over = true;
	d->end = d->err;
}

/* Run a machine. False: d->err. */
static bool
try(struct doctor *d, step_fn *step, void *machine)
{
	if (!d->is_over && flow_run(d->flow, step, machine, &d->err) == 0)
		return true;
	stop(d);
	return false;
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

static void
set_source(struct doctor *d, enum chain_source s)
{
	d->sources.pin = s;
	d->chain = (struct chain){ .config = &d->sources };
}

/* One source: chosen when it is the first that is there, broken or not. */
static void
plan_source(struct doctor *d, enum chain_source s)
{
	enum chain_source pin = d->config->source;
	enum step r;
	struct ask ask;

	d->what = chain_name(s);
	if (pin && pin != s) {
		say(d, SKIPPED, "the configuration wants %s", chain_name(pin));
		return;
	}
	set_source(d, s);
	r = flow_look(d->flow, chain_step, &d->chain, &ask, &d->err);
	if (r == STEP_FAIL && d->err.code == ERR_ABSENT && !pin) {
		say_err(d, SKIPPED);
		return;
	}
	if (d->source) {
		say(d, SKIPPED, "%s goes first", chain_name(d->source));
		return;
	}
	d->source = s;
	d->is_broken = r == STEP_FAIL;
	if (d->is_broken)
		say_err(d, FAILED);
	else if (r == STEP_DONE)
		say(d, CHOSEN, "access key id %.*s", STR(d->chain.cred.id));
	else if (ask.kind == ASK_RUN)
		say(d, CHOSEN, "runs a credential_process");
	else	/* the query is nobody's business */
		say(d, CHOSEN, "asks %.*s", STR(str_part(ask.http.url, 0, str_find_c(ask.http.url, '?'))));
}

static void
say_region(struct doctor *d, struct str region)
{
	char text[128];	/* a region has at most REGION_MAX bytes */
	struct buf host = BUF(text);
	struct str scope = region_scope(region);

	region_add_sts_host(&host, region);
	d->what = "region";
	say(d, INFO, "%.*s: signed for %.*s, scope %.*s", STR(region), STR(buf_str(&host)), STR(scope));
}

/* What auth_plan will take, as far as files say it. */
static void
plan_region(struct doctor *d)
{
	const struct config *c = d->config;
	struct profile p = { .env = &c->aws, .home = c->home, .look = true };
	struct str region = c->region;
	struct ask ask;

	if (!region.len && flow_look(d->flow, profile_step, &p, &ask, &d->err) == STEP_DONE)
		region = p.settings.var[CRED_REGION];
	if (region_is_valid(region)) {
		say_region(d, region);
	} else {
		d->what = "region";
		say(d, INFO, "the instance's");
	}
}

/* Whose word is taken for Vault's certificate. */
static void
plan_trust(struct doctor *d)
{
	const struct config *c = d->config;
	struct roots roots = answer_vault_roots(c);
	const char *from = "the system's bundle";

	if (!c->vault.address.tls || c->on[CONF_TLS_SKIP_VERIFY])
		from = "none: vault is not verified";
	else if (*roots.file)
		from = roots.file;
	else if (roots.bytes.len)
		from = "PEM text";
	else if (*roots.path)
		from = roots.path;
	d->what = "ca";
	d->is_unfit = auth_check_roots(c, &d->err) < 0;
	if (d->is_unfit)
		say_err(d, FAILED);
	else
		say(d, INFO, "%s", from);
}

/* What was said, and where. Their values are C strings, and none of them is a secret: an address with a password or a query
   was refused. */
static void
plan_settings(struct doctor *d)
{
	static const unsigned char keys[] = { CONF_ADDRESS, CONF_NAMESPACE, CONF_TYPE, CONF_MOUNT, CONF_ROLE, CONF_HEADER_VALUE, CONF_NONCE_FILE };

	for (size_t i = 0; i < sizeof keys; i++) {
		const struct setting *s = &d->config->set[keys[i]];
		bool is_default = s->from == FROM_DEFAULT;

		d->what = conf_text(keys[i], CONF_TEXT_NAME);
		say(d, INFO, s->value.len ? "%s by %s%s" : "none", s->value.at,
		    is_default ? "default" : s->prefix, is_default ? "" : s->name);
	}
}

static void
plan(struct doctor *d, bool is_ec2)
{
	const struct config *c = d->config;

	begin(d, "plan");
	plan_settings(d);
	if (is_ec2) {
		d->what = "nonce";
		d->is_broken = auth_check_nonce(c, &d->err) < 0;
		if (d->is_broken)
			say_err(d, FAILED);
	} else {
		for (enum chain_source i = CHAIN_STATIC; i < CHAIN_SOURCES; i++)
			plan_source(d, i);
		plan_region(d);
	}
	d->what = "variable";
	for (size_t i = 0; c->ignored[i].name; i++)
		say(d, SKIPPED, "%s%s is set, and ignored", c->ignored[i].prefix, c->ignored[i].name);
	plan_trust(d);
}

/* --- The steps, each with what came back. */

static bool
is_past(const struct cred *cred)
{
	return cred->expires_s <= clock_wall_s();
}

static void
say_cred(struct doctor *d, enum chain_source source, const struct cred *cred)
{
	char text[32];
	struct buf until = BUF(text);

	if (cred->expires_s != CRED_FOREVER)
		date_format_rfc3339(&until, cred->expires_s);
	say(d, is_past(cred) ? INFO : OK, "%s: access key id %.*s%s%.*s", chain_name(source), STR(cred->id),
	    is_past(cred) ? ", expired at " : until.len ? ", until " : "", STR(buf_str(&until)));
}

/* `pin` is the configuration's: the error is then of this source, not of all that were passed over. */
static void
try_credentials(struct doctor *d, enum chain_source *pin)
{
	d->what = "credentials";
	if (!d->source) {
		err_set(&d->err, ERR_RETRY, CAUSE_CREDENTIALS, "no aws credentials: the plan has no source");
		err_hint(&d->err, "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or attach a role");
		say_err(d, FAILED);
		return;
	}
	if (d->is_broken) {
		say(d, SKIPPED, "%s is broken", chain_name(d->source));
		return;
	}
	*pin = d->source;
	d->is_planned = !d->is_over && auth_plan(&d->auth, d->flow, &d->err) == 0;
	if (!d->is_planned) {
		stop(d);
		say_err(d, FAILED);
		return;
	}
	say_cred(d, d->source, &d->auth.chain.cred);
	if (!d->config->region.len)
		say_region(d, d->auth.plan.region);
}

/* With -all. What fails here is no cause: a login does not go that way. */
static void
try_others(struct doctor *d)
{
	d->what = "another";
	for (enum chain_source s = CHAIN_STATIC; s < CHAIN_SOURCES; s++) {
		if (s == d->source)
			continue;
		set_source(d, s);
		if (try(d, chain_step, &d->chain))
			say_cred(d, s, &d->chain.cred);
		else
			say_err(d, d->err.code == ERR_ABSENT ? SKIPPED : INFO);
	}
}

/* Who we are in AWS's eyes. It is Vault that has to reach STS, not we: only a refusal counts. */
static void
try_identity(struct doctor *d)
{
	struct chain *chain = &d->auth.chain;
	struct sts m = { .env = chain->source == CHAIN_FILE ? &chain->profile.settings : &d->config->aws, .cred = &chain->cred, .who = true };

	d->what = "identity";
	if (try(d, sts_step, &m)) {
		say(d, OK, "%.*s", STR(m.arn));
		return;
	}
	if (d->err.cause == CAUSE_CLOCK)
		err_hint(&d->err, "set the clock of this machine");
	say_err(d, d->err.code == ERR_DENIED ? FAILED : INFO);
}

/* Type ec2: what a login would show, and the nonce that it would use. */
static void
try_instance(struct doctor *d)
{
	const struct config *c = d->config;
	struct imds m = { .env = &c->aws, .pkcs7 = c->pkcs7 };
	struct str nonce;

	d->what = "identity";
	if (!try(d, imds_identity_step, &m)) {
		say_err(d, FAILED);
		return;
	}
	say(d, OK, "instance %.*s", STR(m.instance_id));
	if (c->nonce.len || d->is_broken)
		return;
	d->what = "nonce";
	if (auth_read_nonce(d->flow, m.instance_id, &nonce, &d->err) == 0)
		say(d, OK, "of this instance");
	else if (d->err.code != ERR_ABSENT || file_check(c->set[CONF_NONCE_FILE].value, &d->err) < 0)
		say_err(d, FAILED);
	else
		say(d, INFO, "none yet: the first login makes it");
}

static void
try_vault(struct doctor *d)
{
	struct health m = { .vault = &d->config->vault };

	d->what = "vault";
	if (d->is_unfit)	/* by its CA certificates */
		return;
	if (try(d, health_step, &m)) {
		row(d, OK, str_of(m.node));
		return;
	}
	/* A proxy may let logins through and nothing else. */
	d->is_unfit = d->err.code != ERR_DENIED && d->err.code != ERR_ABSENT;
	say_err(d, d->is_unfit ? FAILED : INFO);
}

/* Vault, or STS through it, said no. What the refusal itself cannot know stands before it. */
static void
say_refused(struct doctor *d, int64_t off_s)
{
	const struct cred *cred = &d->auth.chain.cred;

	if (off_s) {
		err_set(&d->err, ERR_DENIED, CAUSE_CLOCK, "the clock here is %llus %s vault's", (unsigned long long)(off_s < 0 ? -off_s : off_s),
		    off_s < 0 ? "ahead of" : "behind");
		err_hint(&d->err, "set it; until then login goes by vault's");
	} else if (d->err.cause == CAUSE_DENIED && is_past(cred)) {
		err_in(&d->err, "the credentials (%s) have expired", chain_name(d->source));
	}
	say_err(d, FAILED);
}

/* A signal meanwhile ends the report, but the token goes first: it takes a second one to leave that. */
static bool
give_back(struct doctor *d, struct self *m)
{
	if (try(d, self_step, m))
		return true;
	m->is_asked = false;
	return d->is_over && flow_run(d->flow, self_step, m, &d->err) == 0;
}

static void
try_login(struct doctor *d)
{
	struct login m = { .config = &d->auth.plan };
	struct self back = { .vault = &d->config->vault, .what = SELF_REVOKE };
	bool is_back;

	d->what = "login";
	if (!d->is_planned || d->is_unfit) {
		say(d, SKIPPED, d->is_planned ? "vault takes none now" : "there is nothing to sign with");
		return;
	}
	if (!try(d, login_step, &m)) {
		say_refused(d, m.clock_off_s);
		return;
	}
	back.token = m.secret.token;
	is_back = back.token.len && give_back(d, &back);	/* before a word of it: perhaps nobody reads any more */
	say(d, OK, back.token.len ? "granted" : "granted, and wrapped: it is left to expire");
	if (!back.token.len)
		return;
	d->what = "token";
	if (is_back)
		say(d, OK, "revoked");
	else	/* it expires */
		say_err(d, INFO);
}

static void
steps(struct doctor *d, bool is_ec2, enum chain_source *pin)
{
	begin(d, "steps");
	if (is_ec2) {
		try_instance(d);
		try_vault(d);
		d->what = "login";
		say(d, SKIPPED, "type ec2 is never tried: it would spend the nonce");
		return;
	}
	try_credentials(d, pin);
	if (d->config->on[CONF_ALL])
		try_others(d);
	if (d->is_planned)
		try_identity(d);
	try_vault(d);
	try_login(d);
}

static void
end(struct doctor *d)
{
	if (d->json.out)
		jsonw_close(&d->json, ']');
}

/* The cause, last. */
static void
conclude(struct doctor *d, bool is_ec2)
{
	const struct err *e = &d->cause;

	if (d->json.out) {
		add_member(&d->json, "cause", str_of(e->line));
		add_member(&d->json, "hint", str_of(e->hint));
		jsonw_close(&d->json, '}');
		buf_add_c(&d->out, '\n');
	} else {
		if (e->hint[0])
			buf_fmt(&d->out, "hint: %s\n", e->hint);
		buf_fmt(&d->out, "%s: %s\n", d->is_sick ? "cause" : "all is well", d->is_sick ? e->line : is_ec2 ? "no login was tried" :
		    "vault lets this machine in");
	}
	flush(d);
}

int
cmd_doctor(struct cmd *cmd, struct err *e)
{
	struct config *c = &cmd->config;
	struct doctor *d = arena_get(&cmd->flow.arena, sizeof *d);
	bool is_ec2 = str_is(c->set[CONF_TYPE].value, "ec2");

	if (out_check(STDOUT_FILENO, e) < 0)
		return -1;
	if (!d)
		return arena_err(e);
	d->flow = &cmd->flow;
	d->config = c;
	d->out = arena_buf(&cmd->flow.arena, REPORT_MAX);
	c->vault.wrap_ttl_s = 0;	/* a token that is wrapped cannot be revoked */
	d->sources.env = &c->aws;
	d->sources.fixed = c->cred;
	d->sources.iot = c->iot;
	d->sources.home = c->home;
	if (str_is(c->set[CONF_FORMAT].value, "json")) {
		d->json.out = &d->out;
		d->json.pretty = true;
		jsonw_open(&d->json, '{');
	}
	plan(d, is_ec2);
	end(d);
	steps(d, is_ec2, &c->source);
	end(d);
	conclude(d, is_ec2);
	cmd->is_told = d->is_sick && !d->is_over;
	*e = d->is_over ? d->end : d->cause;
	return d->is_sick || d->is_over ? -1 : 0;
}
