/* aws/chain.c: where a machine's AWS identity comes from: the first source that is configured, and no other. */
/* SPDX-License-Identifier: MIT */
#include "aws/chain.h"

#include "data/date.h"

#include <string.h>

#define SKIPPED (2 * ERR_LINE)	/* bytes of reasons: of more than a line holds its end is cut, and marked */

static const char names[] = "\0" "static\0" "iot\0" "env\0" "file\0" "web-identity\0" "container\0" "imds";

const char *
chain_name(enum chain_source source)
{
	return str_nth(names, source);
}

enum chain_source
chain_find(struct str name)
{
	enum chain_source s = CHAIN_STATIC;

	while (s < CHAIN_SOURCES && !str_is(name, chain_name(s)))
		s++;
	return s;
}

static enum step
absent(struct err *e, const char *what)
{
	return err_set(e, ERR_ABSENT, CAUSE_CREDENTIALS, "%s", what);
}

/* Set the source's machine up, to be run: STEP_ASK. A source of one answer needs none. */
static enum step
begin(struct chain *m, struct err *e)
{
	const struct chain_config *c = m->config;
	const struct cred_env *v = c->env;

	switch (m->source) {
	case CHAIN_STATIC:
		m->cred = c->fixed;
		return c->fixed.id.len ? STEP_DONE : absent(e, "none in the configuration");
	case CHAIN_IOT:
		if (!c->iot[IOT_ENDPOINT].len)
			return absent(e, "no iot block in the configuration");
		m->iot = (struct iot){ .config = c->iot };
		m->step = iot_step;
		break;
	case CHAIN_ENV:
		return cred_from_env(&m->cred, v, e);
	case CHAIN_FILE:
		m->profile = (struct profile){ .env = v, .home = c->home, .host = c->host };
		m->step = profile_step;
		break;
	case CHAIN_WEB:
		m->web = (struct web){ .sts = { .env = v, .host = c->host } };
		m->step = web_step;
		break;
	case CHAIN_CONTAINER:
		if (!container_is_configured(v))
			return absent(e, "no container endpoint in the environment");
		m->container = (struct container){ .env = v };
		m->step = container_step;
		break;
	case CHAIN_IMDS:
		m->imds = (struct imds){ .env = v };
		m->step = imds_step;
		break;
	case CHAIN_AUTO:
	case CHAIN_SOURCES:
		return err_set(e, ERR_INPUT, CAUSE_CREDENTIALS, "there is no such source");
	}
	return STEP_ASK;
}

/* What a person may not expect of the choice. */
static void
note(const struct chain *m, struct senv *env)
{
	const struct str *v = m->config->env->var;

	if (m->cred.expires_s <= env->wall_s) {
		buf_fmt(env->notes, "the credentials (%s) expired at ", chain_name(m->source));
		date_format_rfc3339(env->notes, m->cred.expires_s);
		buf_fmt(env->notes, "; they are all there is, and used%c", 0);
	}
	if (m->source < CHAIN_WEB && !m->config->pin && v[CRED_WEB_IDENTITY_TOKEN_FILE].len)
		buf_fmt(env->notes, "%s is not looked at: %s goes first%c", cred_name(CRED_WEB_IDENTITY_TOKEN_FILE),
		    chain_name(m->source), 0);
}

/* Add why the source at hand was passed over. */
static void
skip(struct chain *m, const struct err *e)
{
	buf_fmt(&m->skipped, "%s%s", m->skipped.len ? "; " : "", e->line);
}

/* The last source failed, or was not there. */
static void
fail(struct chain *m, struct err *e)
{
	char hint[ERR_HINT];

	if (m->config->pin || e->cause == CAUSE_USE || (e->code != ERR_ABSENT && m->source != CHAIN_IMDS))
		return;
	skip(m, e);
	memcpy(hint, e->hint, sizeof hint);
	err_set(e, ERR_RETRY, CAUSE_CREDENTIALS, "no aws credentials: %.*s", STR(buf_str(&m->skipped)));
	err_hint(e, "%s", hint[0] ? hint : "pantler doctor looks at each of these and explains");
}

enum step
chain_step(void *machine, const struct answer *in, struct ask *out, struct senv *env, struct err *e)
{
	struct chain *m = machine;
	enum step s;

	if (!m->source) {
		m->source = m->config->pin ? m->config->pin : CHAIN_STATIC;
		m->skipped = arena_buf(env->arena, SKIPPED);
	}
	for (;;) {
		s = m->step ? STEP_ASK : begin(m, e);
		if (s == STEP_ASK)
			s = m->step(&m->cred, in, out, env, e);
		if (s == STEP_ASK) {
			m->asked |= m->source != CHAIN_FILE || out->kind != ASK_FILE;
			return s;
		}
		if (s == STEP_DONE) {
			note(m, env);
			return s;
		}
		if (m->asked && e->code == ERR_ABSENT && m->source != CHAIN_IMDS)
			e->code = ERR_RETRY;
		if (e->code != ERR_ABSENT || m->config->pin || m->source == CHAIN_IMDS) {
			fail(m, e);
			return s;
		}
		skip(m, e);
		m->step = NULL;
		in = NULL;
		if (++m->source == CHAIN_IOT && !m->config->iot[IOT_ENDPOINT].len)
			m->source++;	/* "none in the configuration" says so */
	}
}
