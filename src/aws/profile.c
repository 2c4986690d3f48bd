/* aws/profile.c: credentials by a profile of AWS's shared files, what it says, and a step machine that does it. */
/* SPDX-License-Identifier: MIT */
#include "aws/profile.h"

#include "data/ini.h"
#include "data/json.h"

#include <string.h>

/* --- What the files say. */

/* The keys that matter, in the order of enum key; from ROLE_ARN on, values must be visible ASCII. */
static const char keys[] = "aws_access_key_id\0aws_secret_access_key\0aws_session_token\0aws_security_token\0source_profile\0"
	"credential_source\0credential_process\0web_identity_token_file\0mfa_serial\0services\0role_arn\0role_session_name\0external_id\0"
	"duration_seconds\0region\0endpoint_url\0use_fips_endpoint\0use_dualstack_endpoint\0";

enum key {
	ID,
	SECRET,
	TOKEN,
	OLD_TOKEN,	/* boto's name */
	SOURCE_PROFILE,
	CREDENTIAL_SOURCE,
	PROCESS,
	TOKEN_FILE,
	MFA,
	SERVICES,
	ROLE_ARN,		/* four in the order of enum sts_param */
	REGION = ROLE_ARN + STS_TOKEN,	/* and all settings in the order of theirs */
	KEYS = REGION + PROFILE_SETTINGS,
};

/* One profile, of both files. */
struct values {
	struct str v[KEYS];
	struct str process_file;	/* the path that PROCESS stands in */
	bool found;
	bool is_bare;		/* the config file has [NAME], where [profile NAME] was meant */
	bool interactive;	/* sso_... or login_session */
};

static int
bad(struct err *e, const char *what)
{
	return err_set(e, ERR_INPUT, CAUSE_CREDENTIALS, "%s", what);
}

static enum key
key_of(struct str name)
{
	const char *key = keys;
	unsigned i = 0;

	for (; *key && !str_eq_nocase(name, str_of(key)); key = str_next(key))
		i++;
	return (enum key)i;
}

static int
open_ini(struct ini *i, const struct profile_file *f, struct err *e)
{
	if (ini_init(i, f->text, e) == 0)
		return 0;
	e->cause = CAUSE_CREDENTIALS;
	return err_in(e, "%.*s", STR(f->path));
}

/* Whether a profile's section was entered. A [profile default] takes the place of what a [default] before it said. */
static bool
enter(struct values *p, const struct ini *i, bool is_config, struct str name, bool *is_long)
{
	if (!is_config)
		return str_eq(i->head, name) && !str_is(i->type, "profile");
	if (str_is(i->type, "profile") && str_eq(i->name, name)) {
		if (!*is_long)
			*p = (struct values){ 0 };
		return *is_long = true;
	}
	p->is_bare |= str_eq(i->head, name);
	return !*is_long && str_is(i->head, "default") && str_eq(i->head, name);
}

static int
take_value(struct values *p, const struct ini *i, const struct profile_file *f, struct err *e)
{
	enum key key = key_of(i->key);

	if (key == KEYS) {
		if (str_eq_nocase(str_part(i->key, 0, 4), S("sso_")) || str_eq_nocase(i->key, S("login_session")))
			p->interactive |= i->value.len > 0;
		return 0;
	}
	if (i->more || (i->value.len && (key < SOURCE_PROFILE || key >= ROLE_ARN) && !str_is_visible(i->value)))
		return err_set(e, ERR_INPUT, CAUSE_CREDENTIALS, "%.*s line %u: %.*s is not one word of visible ascii", STR(f->path), i->line, STR(i->key));
	p->v[key] = i->value;
	if (key == PROCESS)
		p->process_file = f->path;
	return 0;
}

/* What one file adds. Id, secret and token are of one file: those of an earlier one stay only if this one has no pair. */
static int
read_file(struct values *p, const struct profile_file *f, bool is_config, const struct str *name, struct err *e)
{
	bool inside = false, is_long = false;
	struct values before = *p;
	struct ini i;

	if (open_ini(&i, f, e) < 0)
		return -1;
	memset(p->v, 0, SOURCE_PROFILE * sizeof *p->v);
	while (ini_next(&i)) {
		if (!i.key.len) {
			inside = enter(p, &i, is_config, *name, &is_long);
			p->found |= inside;
		} else if (inside && !i.parent.len && take_value(p, &i, f, e) < 0) {
			return -1;
		}
	}
	if (!p->v[ID].len != !p->v[SECRET].len)
		return err_set(e, ERR_INPUT, CAUSE_CREDENTIALS, "half a pair of aws credentials: %s is not set",
		    p->v[ID].len ? keys + sizeof "aws_access_key_id" : keys), err_in(e, "%.*s", STR(f->path));
	if (!p->v[TOKEN].len)
		p->v[TOKEN] = p->v[OLD_TOKEN];
	if (!p->v[ID].len)
		memcpy(p->v, before.v, SOURCE_PROFILE * sizeof *p->v);
	return 0;
}

/* The STS endpoint of a [services X] section. */
static int
find_endpoint(struct str *out, const struct profile_file *config, struct str services, struct err *e)
{
	bool found = false;
	struct ini i;

	if (open_ini(&i, config, e) < 0)
		return -1;
	while (ini_next(&i)) {
		if (!str_is(i.type, "services") || !str_eq(i.name, services))
			continue;
		found = true;
		if (str_eq_nocase(i.parent, S("sts")) && str_eq_nocase(i.key, S("endpoint_url")))
			*out = i.value;
	}
	return found ? 0 : err_set(e, ERR_INPUT, CAUSE_CREDENTIALS, "services %.*s is not in %.*s", STR(services), STR(config->path));
}

static int
take_settings(struct profile_plan *out, const struct values *p, const struct profile_file *config, struct err *e)
{
	memcpy(out->setting, &p->v[REGION], sizeof out->setting);
	return p->v[SERVICES].len ? find_endpoint(&out->setting[PROFILE_STS_ENDPOINT], config, p->v[SERVICES], e) : 0;
}

static int
need_person(struct err *e, struct str name, const char *why)
{
	err_set(e, ERR_INPUT, CAUSE_CREDENTIALS, "%s", why);
	return err_hint(e, "use credential_process = aws configure export-credentials --profile %.*s --format process", STR(name));
}

/* The profile's own source, where no role is assumed in it or nothing else is named for that. 1: it has none. */
static int
take_own(struct profile_plan *out, const struct values *p, struct str name, struct err *e)
{
	if (p->v[ID].len) {
		out->base = PROFILE_KEYS;
		out->keys = (struct cred){ p->v[ID], p->v[SECRET], p->v[TOKEN], CRED_FOREVER };
		return 0;
	}
	out->base = PROFILE_PROCESS;
	out->profile = name;
	out->file = p->process_file;
	out->command = p->v[PROCESS];
	if (out->command.len)
		return 0;
	return p->interactive ? need_person(e, name, "its aws sso or aws login needs a person") : 1;
}

/* A role: 0 when the chain ends here, 1 when it goes on with *name. */
static __attribute__((noinline)) int
take_role(struct profile_plan *out, const struct values *p, struct str *name, struct err *e)
{
	static const char sources[] = "Environment\0EcsContainer\0Ec2InstanceMetadata";
	const struct str *v = p->v;
	unsigned n = !!v[CREDENTIAL_SOURCE].len + !!v[PROCESS].len + !!v[TOKEN_FILE].len + (v[SOURCE_PROFILE].len || v[ID].len);
	struct profile_role *role = &out->role[out->role_n];
	int r;

	if (v[MFA].len)
		return need_person(e, *name, "its mfa_serial needs a person");
	if (n > 1)
		return bad(e, "more than one source of credentials");
	if (out->role_n == PROFILE_ROLES)
		return err_set(e, ERR_INPUT, CAUSE_CREDENTIALS, "more than %d roles", PROFILE_ROLES);
	out->role_n++;
	role->profile = *name;
	memcpy(role->param, &v[ROLE_ARN], sizeof role->param);
	if (v[SOURCE_PROFILE].len) {
		*name = v[SOURCE_PROFILE];
		return 1;
	}
	if (v[TOKEN_FILE].len) {
		out->base = PROFILE_WEB;
		out->token_file = v[TOKEN_FILE];
		return 0;
	}
	if (!v[CREDENTIAL_SOURCE].len) {
		r = take_own(out, p, *name, e);
		return r > 0 ? bad(e, "role_arn without a source of credentials") : r;
	}
	out->base = PROFILE_ENVIRONMENT;
	for (const char *c = sources; !str_is(v[CREDENTIAL_SOURCE], c); c = str_next(c))
		if (++out->base > PROFILE_INSTANCE)
			return bad(e, "credential_source must be Environment, EcsContainer or Ec2InstanceMetadata");
	return 0;
}

/* One profile of the chain: as take_role. */
static int
take_profile(struct profile_plan *out, const struct values *p, struct str *name, struct err *e)
{
	bool is_source = out->role_n > 0;	/* it is the source of another */
	int r;

	if (is_source && p->v[ID].len)
		return take_own(out, p, *name, e);
	if (p->v[ROLE_ARN].len)
		return take_role(out, p, name, e);
	if (p->v[SOURCE_PROFILE].len || p->v[CREDENTIAL_SOURCE].len || p->v[TOKEN_FILE].len)
		return bad(e, "a source for a role, but no role_arn");
	r = take_own(out, p, *name, e);
	return r <= 0 ? r : err_set(e, is_source ? ERR_INPUT : ERR_ABSENT, CAUSE_CREDENTIALS, "has no credentials");
}

static bool
is_circle(const struct profile_plan *p, struct str name)
{
	for (unsigned i = 0; i < p->role_n; i++)
		if (str_eq(p->role[i].profile, name))
			return true;
	return false;
}

int
profile_resolve(struct profile_plan *out, const struct profile_file file[2], struct str name, struct err *e)
{
	char text[ERR_LINE];
	struct buf names = BUF(text);
	struct str at;
	int r;

	memset(out, 0, sizeof *out);
	do {
		struct values p = { 0 };
		bool is_source = out->role_n > 0;

		at = name;
		buf_fmt(&names, "%s%.*s", is_source ? " -> " : "", STR(at));
		r = read_file(&p, &file[0], true, &at, e);
		if (r == 0)
			r = read_file(&p, &file[1], false, &at, e);
		if (r == 0 && !p.found && !file[0].path.len && !file[1].path.len)
			return err_set(e, ERR_ABSENT, CAUSE_CREDENTIALS, "%s is not set", "HOME");
		if (r == 0 && !p.found) {
			r = err_set(e, is_source ? ERR_INPUT : ERR_ABSENT, CAUSE_CREDENTIALS, "neither in %.*s nor in %.*s", STR(file[0].path), STR(file[1].path));
			if (p.is_bare)
				err_hint(e, "its section in %.*s must begin with [profile %.*s]", STR(file[0].path), STR(at));
		}
		if (r == 0 && !p.v[ID].len && is_circle(out, at))
			return err_set(e, ERR_INPUT, CAUSE_CREDENTIALS, "source_profile goes in a circle: %.*s", STR(buf_str(&names)));
		if (r == 0 && !is_source)
			r = take_settings(out, &p, file, e);
		if (r == 0)
			r = take_profile(out, &p, &name, e);
		if (r < 0 && is_source)
			err_in(e, "source_profile %.*s", STR(at));
	} while (r > 0);
	return r;
}

/* --- The machine. */

static enum step
fail(struct err *e, enum err_code code, const char *what)
{
	return err_set(e, code, CAUSE_CREDENTIALS, "%s", what);
}

static enum step run(struct profile *m, const struct answer *in, struct ask *out, struct senv *env, struct err *e);

/* m->cred is there: take the next role with it. */
static enum step
next_role(struct profile *m, struct ask *out, struct senv *env, struct err *e)
{
	const struct profile_role *r;

	if (!m->left)
		return STEP_DONE;
	r = &m->plan.role[--m->left];
	m->sts = (struct sts){ .env = &m->settings, .cred = &m->cred, .host = m->host };
	memcpy(m->sts.param, r->param, sizeof r->param);
	m->step = sts_step;
	return run(m, NULL, out, env, e);
}

/* Hand on answer and question; go on when the machine is done. */
static enum step
run(struct profile *m, const struct answer *in, struct ask *out, struct senv *env, struct err *e)
{
	enum step s = m->step(&m->got, in, out, env, e);

	if (s == STEP_DONE) {
		m->cred = m->got;
		return next_role(m, out, env, e);
	}
	if (s == STEP_FAIL) {
		if (m->step == sts_step && m->plan.role_n > 1)
			err_in(e, "role of %.*s", STR(m->plan.role[m->left].profile));
		if (e->code == ERR_ABSENT)
			e->code = ERR_INPUT;	/* the profile names this source: there is no next one */
	}
	return s;
}

/* --- Base sources. */

static enum step
take_output(struct profile *m, const struct answer *in, struct ask *out, struct senv *env, struct err *e)
{
	struct json root, version;
	int64_t n;

	if (in->how != ANSWER_OK) {
		cred_no_answer(in, e);
		e->code = ERR_RETRY;
	} else if (in->status != 0) {
		err_set(e, ERR_RETRY, CAUSE_CREDENTIALS, "ended with status %d", in->status);
		err_hint(e, "-log-level=debug shows the first line of its standard error");
	} else if (json_parse(&root, in->body, e) < 0 || json_get(root, "Version", &version, e) < 0) {
		e->code = ERR_RETRY;
		e->cause = CAUSE_CREDENTIALS;
	} else if (json_i64(version, &n, e) < 0 || n != 1) {
		fail(e, ERR_RETRY, "its output is not of version 1");
	} else if (cred_parse_json(&m->cred, in->body, CRED_JSON_PROCESS, env->arena, e) < 0) {
		e->code = ERR_RETRY;
	} else if (m->cred.expires_s <= env->wall_s) {
		fail(e, ERR_RETRY, "its credentials have expired");
	} else {
		return next_role(m, out, env, e);
	}
	return err_in(e, "credential_process of %.*s in %.*s", STR(m->plan.profile), STR(m->plan.file));
}

static enum step
start_base(struct profile *m, struct ask *out, struct senv *env, struct err *e)
{
	const struct profile_plan *p = &m->plan;

	m->left = p->role_n;
	m->state = PROFILE_ASKED;
	switch (p->base) {
	case PROFILE_KEYS:
		m->cred = p->keys;
		return next_role(m, out, env, e);
	case PROFILE_PROCESS:
		*out = (struct ask){ .kind = ASK_RUN, .run = { .command = p->command, .within_ms = PROFILE_RUN_MS, .out_max = PROFILE_OUT_MAX } };
		m->state = PROFILE_RUN_ENDED;
		return STEP_ASK;
	case PROFILE_WEB:
		m->left--;
		m->web = (struct web){ .sts = { .env = &m->settings, .host = m->host }, .token_file = p->token_file };
		memcpy(m->web.sts.param, p->role[m->left].param, sizeof p->role->param);
		m->step = web_step;
		break;
	case PROFILE_ENVIRONMENT:
		if (cred_from_env(&m->cred, m->env, e) == 0)
			return next_role(m, out, env, e);
		e->code = ERR_INPUT;	/* ERR_ABSENT would mean: try the next source */
		return STEP_FAIL;
	case PROFILE_CONTAINER:	/* which refuses addresses that are not set */
		m->container = (struct container){ .env = m->env };
		m->step = container_step;
		break;
	case PROFILE_INSTANCE:
		m->imds = (struct imds){ .env = m->env };
		m->step = imds_step;
		break;
	}
	return run(m, NULL, out, env, e);
}

/* --- The files. */

static enum step
resolve(struct profile *m, struct ask *out, struct senv *env, struct err *e)
{
	static const unsigned char var[PROFILE_SETTINGS] = { CRED_REGION, CRED_STS_ENDPOINT, CRED_USE_FIPS, CRED_USE_DUALSTACK };
	int r = profile_resolve(&m->plan, m->file, m->name, e);

	m->settings = *m->env;
	for (unsigned i = 0; i < PROFILE_SETTINGS; i++)
		if (!m->settings.var[var[i]].len)
			m->settings.var[var[i]] = m->plan.setting[i];
	if (m->look && (r == 0 || e->code == ERR_ABSENT))
		return STEP_DONE;
	if (r == 0)
		return start_base(m, out, env, e);
	if (e->code == ERR_ABSENT && (m->env->var[CRED_PROFILE].len || m->env->var[CRED_FILE].len))
		e->code = m->env->var[CRED_FILE].len ? ERR_RETRY : ERR_INPUT;	/* a file may be half written yet */
	return STEP_FAIL;
}

static enum step
read_next(struct profile *m, struct ask *out, struct senv *env, struct err *e)
{
	while (m->file_n < 2 && !m->file[m->file_n].path.len)
		m->file_n++;
	if (m->file_n == 2)
		return resolve(m, out, env, e);
	*out = (struct ask){ .kind = ASK_FILE, .file = { .path = m->file[m->file_n].path, .max = INI_MAX, .secret = m->file_n == 1 } };
	m->state = PROFILE_FILE_READ;
	return STEP_ASK;
}

static enum step
start(struct profile *m, struct ask *out, struct senv *env, struct err *e)
{
	static const unsigned char var[] = { CRED_CONFIG_FILE, CRED_FILE };

	m->name = m->env->var[CRED_PROFILE].len ? m->env->var[CRED_PROFILE] : S("default");
	for (unsigned i = 0; i < 2; i++) {
		struct buf path = arena_buf(env->arena, m->home.len + 24);

		m->file[i].path = m->env->var[var[i]];
		if (m->file[i].path.len || !m->home.len)
			continue;
		buf_fmt(&path, "%.*s/.aws/%s", STR(m->home), i ? "credentials" : "config");
		if (path.full)
			return arena_err(e);
		m->file[i].path = buf_str(&path);
	}
	return read_next(m, out, env, e);
}

static enum step
take_file(struct profile *m, const struct answer *in, struct ask *out, struct senv *env, struct err *e)
{
	enum cred_var var = m->file_n ? CRED_FILE : CRED_CONFIG_FILE;
	bool named = m->env->var[var].len;

	if (in->how == ANSWER_OK) {
		m->file[m->file_n].text = in->body;
	} else if (in->how != ANSWER_MISSING || named) {
		cred_no_answer(in, e);
		if (!named && in->how == ANSWER_UNREADABLE)
			err_hint(e, "set HOME or %s", cred_name(var));
		return STEP_FAIL;
	}
	m->file_n++;
	return read_next(m, out, env, e);
}

enum step
profile_step(void *machine, const struct answer *in, struct ask *out, struct senv *env, struct err *e)
{
	struct profile *m = machine;
	enum step s = STEP_FAIL;

	switch (m->state) {
	case PROFILE_START:
		s = start(m, out, env, e);
		break;
	case PROFILE_FILE_READ:
		s = take_file(m, in, out, env, e);
		break;
	case PROFILE_RUN_ENDED:
		m->state = PROFILE_ASKED;	/* for the roles */
		s = take_output(m, in, out, env, e);
		break;
	case PROFILE_ASKED:
		s = run(m, in, out, env, e);
		break;
	}
	if (s == STEP_FAIL)
		err_in(e, "profile %.*s", STR(m->name));
	return s;
}
