/* aws/chain.c: where a machine's AWS identity comes from: the first source that is configured, and no other. */
/* SPDX-License-Identifier: MIT */
#include "aws/chain.h"

#include "data/date.h"

#include <string.h>

#define SKIPPED (2 * ERR_LINE)	/* bytes of reasons: of more than a line holds its end is cut, and marked */

static const char names[CHAIN_SOURCES][16] = { "", "static", "iot", "env", "file", "web-identity", "container", "imds" };

const char *
chain_name(enum chain_source source)
{
	return names[source];
}

enum chain_source
chain_find(struct str name)
{
	enum chain_source s = CHAIN_STATIC;

	while (s < CHAIN_SOURCES && !str_is(name, names[s]))
		s++;
	return s;
}

/* Set the source's machine up; a machine of one answer needs none. */
static enum step
begin(struct chain *m, struct ask *out, struct senv *env, struct err *e)
{
	const struct chain_config *c = m->config;
	const struct cred_env *v = c->env;

	m->running = true;
	switch (m->source) {
	case CHAIN_STATIC:
		m->cred = c->fixed;
		if (c->fixed.id.len)
			return STEP_DONE;
		err_set(e, ERR_ABSENT, CAUSE_CREDENTIALS, "none in the configuration");
		return STEP_FAIL;
	case CHAIN_IOT:
		m->iot = (struct iot){ .config = c->iot };
		if (c->iot[IOT_ENDPOINT].len)
			return iot_step(&m->iot, NULL, out, env, e);
		err_set(e, ERR_ABSENT, CAUSE_CREDENTIALS, "no iot block in the configuration");
		return STEP_FAIL;
	case CHAIN_ENV:
		return cred_from_env(&m->cred, v, e) < 0 ? STEP_FAIL : STEP_DONE;
	case CHAIN_FILE:
		m->profile = (struct profile){ .env = v, .home = c->home, .host = c->host };
		return profile_step(&m->profile, NULL, out, env, e);
	case CHAIN_WEB:
		m->web = (struct web){ .sts = { .env = v, .host = c->host } };
		return web_step(&m->web, NULL, out, env, e);
	case CHAIN_CONTAINER:
		m->container = (struct container){ .env = v };
		if (container_is_configured(v))
			return container_step(&m->container, NULL, out, env, e);
		err_set(e, ERR_ABSENT, CAUSE_CREDENTIALS, "no container endpoint in the environment");
		return STEP_FAIL;
	case CHAIN_IMDS:
		m->imds = (struct imds){ .env = v };
		return imds_step(&m->imds, NULL, out, env, e);
	case CHAIN_AUTO:
	case CHAIN_SOURCES:
		break;
	}
	err_set(e, ERR_INPUT, CAUSE_CREDENTIALS, "there is no such source");
	return STEP_FAIL;
}

static enum step
go_on(struct chain *m, const struct answer *in, struct ask *out, struct senv *env, struct err *e)
{
	switch (m->source) {
	case CHAIN_IOT:
		return iot_step(&m->iot, in, out, env, e);
	case CHAIN_FILE:
		return profile_step(&m->profile, in, out, env, e);
	case CHAIN_WEB:
		return web_step(&m->web, in, out, env, e);
	case CHAIN_CONTAINER:
		return container_step(&m->container, in, out, env, e);
	case CHAIN_IMDS:
		return imds_step(&m->imds, in, out, env, e);
	case CHAIN_AUTO:
	case CHAIN_STATIC:
	case CHAIN_ENV:
	case CHAIN_SOURCES:
		break;
	}
	err_set(e, ERR_SYS, CAUSE_CREDENTIALS, "an answer that nobody asked for");
	return STEP_FAIL;
}

static void
take(struct chain *m)
{
	switch (m->source) {
	case CHAIN_IOT:
		m->cred = m->iot.cred;
		break;
	case CHAIN_FILE:
		m->cred = m->profile.cred;
		break;
	case CHAIN_WEB:
		m->cred = m->web.sts.got;
		break;
	case CHAIN_CONTAINER:
		m->cred = m->container.cred;
		break;
	case CHAIN_IMDS:
		m->cred = m->imds.cred;
		break;
	case CHAIN_AUTO:
	case CHAIN_STATIC:
	case CHAIN_ENV:
	case CHAIN_SOURCES:
		break;
	}
}

/* What a person may not expect of the choice. */
static void
note(const struct chain *m, struct senv *env)
{
	const struct str *v = m->config->env->var;

	if (m->cred.expires_s <= env->wall_s) {
		buf_fmt(env->notes, "the credentials (%s) expired at ", names[m->source]);
		date_format_rfc3339(env->notes, m->cred.expires_s);
		buf_fmt(env->notes, "; they are all there is, and used%c", 0);
	}
	if (m->source < CHAIN_WEB && !m->config->pin && v[CRED_WEB_IDENTITY_TOKEN_FILE].len)
		buf_fmt(env->notes, "AWS_WEB_IDENTITY_TOKEN_FILE is set too, and not looked at: %s goes first%c", names[m->source], 0);
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
		s = m->running ? go_on(m, in, out, env, e) : begin(m, out, env, e);
		if (s == STEP_ASK) {
			m->asked |= m->source != CHAIN_FILE || out->kind != ASK_FILE;
			return s;
		}
		if (s == STEP_DONE) {
			take(m);
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
		m->running = false;
		if (++m->source == CHAIN_IOT && !m->config->iot[IOT_ENDPOINT].len)
			m->source++;	/* "none in the configuration" says so */
	}
}
