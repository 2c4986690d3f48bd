/* agent/auth.c: one run of the arrow from configuration to token. */
/* SPDX-License-Identifier: MIT */
#include "agent/auth.h"

#include "agent/answer.h"
#include "aws/region.h"
#include "base/wipe.h"
#include "data/code.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "sys/rand.h"
#include "vault/ec2.h"
#include "vault/nonce.h"

#include <errno.h>

/* The machine's region, which nothing names: the profile's, else the instance's own. */
static int
find_region(struct auth *a, struct flow *f, struct str *out, struct err *e)
{
	const struct config *c = f->config;
	struct profile p = { .env = &c->aws, .home = c->home, .look = true };
	struct imds m = { .env = &c->aws };
	struct err ignored;

	if (a->chain.source == CHAIN_FILE)
		p.settings = a->chain.profile.settings;
	else if (flow_run(f, profile_step, &p, e) < 0)
		return -1;
	*out = p.settings.var[CRED_REGION];
	if (out->len && !region_is_valid(*out))
		return err_set(e, ERR_INPUT, CAUSE_USE, "the profile's region is not a region: a-z, 0-9 and hyphens");
	if (out->len)
		return 0;
	*out = S("us-east-1");
	if (flow_run(f, imds_region_step, &m, &ignored) == 0) {
		*out = m.region;
	} else if (ignored.code == ERR_STOP) {
		*e = ignored;
		return -1;
	} else {
		log_text(LOG_WARN, "the region cannot be found out, and is taken to be us-east-1");
	}
	return 0;
}

int
auth_plan(struct auth *a, struct flow *f, struct err *e)
{
	const struct config *c = f->config;
	struct buf host = BUF(a->host);
	struct str region = c->region;

	proc_add_host(&host);
	a->sources = (struct chain_config){ .env = &c->aws, .fixed = c->cred, .iot = c->iot, .pin = c->source, .home = c->home, .host = buf_str(&host) };
	a->chain = (struct chain){ .config = &a->sources };
	if (flow_run(f, chain_step, &a->chain, e) < 0)
		return -1;
	log_text(LOG_DEBUG, "credentials: %s, access key id %.*s", chain_name(a->chain.source), STR(a->chain.cred.id));
	if (!region.len && find_region(a, f, &region, e) < 0)
		return -1;
	a->plan = (struct login_config){
		.vault = &c->vault,
		.cred = &a->chain.cred,
		.mount = c->set[CONF_MOUNT].value,
		.role = c->set[CONF_ROLE].value,
		.region = region,
		.header_value = c->set[CONF_HEADER_VALUE].value,
	};
	return 0;
}

int
auth_check_roots(const struct config *c, struct err *e)
{
	struct roots roots = answer_vault_roots(c);
	struct trust_source source;
	struct file_reader r;

	if (!c->vault.address.tls || c->on[CONF_TLS_SKIP_VERIFY])
		return 0;
	if (roots_open(&source, &r, &roots, e) < 0)
		return e->cause == CAUSE_FILE ? err_in(e, "ca certificates") : -1;
	file_reader_close(&r);
	return 0;
}

static int
login_iam(struct auth *a, struct flow *f, struct err *e)
{
	if (auth_plan(a, f, e) < 0)
		return -1;
	for (;;) {
		struct login m = { .config = &a->plan };
		int64_t now_s = clock_wall_s();

		if (flow_run(f, login_step, &m, e) == 0) {
			a->secret = m.secret;
			return 0;
		}
		if (!m.clock_off_s || f->clock_off_s || now_s + m.clock_off_s < clock_built_s())
			return -1;
		f->clock_off_s = m.clock_off_s;
		log_text(LOG_WARN, "the clock here is %llus %s vault's, by which the login is signed now",
		    (unsigned long long)(m.clock_off_s < 0 ? -m.clock_off_s : m.clock_off_s), m.clock_off_s < 0 ? "ahead of" : "behind");
	}
}

_Static_assert(NONCE_INSTANCE_MAX == IMDS_INSTANCE_MAX, "the file takes each id that there may be");

int
auth_read_nonce(struct flow *f, struct str instance_id, struct str *nonce, struct err *e)
{
	struct str path = f->config->set[CONF_NONCE_FILE].value, text;
	unsigned others;

	if (file_read(path.at, NONCE_FILE_MAX, &f->arena, &text, &others, e) < 0)
		return -1;
	if (others)
		return err_set(e, ERR_INPUT, CAUSE_FILE, "%.*s: its owner must be root or us, its mode 0600", STR(path));
	return nonce_parse(nonce, text, instance_id, e) < 0 ? err_in(e, "%.*s", STR(path)) : 0;
}

int
auth_make_nonce(struct buf *out, struct err *e)
{
	uint8_t random[16];

	if (rand_bytes(random, sizeof random, e) < 0)
		return -1;
	code_add_hex(out, (struct str){ (char *)random, sizeof random });
	wipe(random, sizeof random);
	return 0;
}

/* The nonce of this instance from its file, or a new one into it. */
static int
keep_nonce(struct flow *f, struct str instance_id, struct str *nonce, struct err *e)
{
	struct buf hex = arena_buf(&f->arena, 32), file = arena_buf(&f->arena, NONCE_FILE_MAX);

	if (auth_read_nonce(f, instance_id, nonce, e) == 0)
		return 0;
	if (e->code != ERR_ABSENT || auth_make_nonce(&hex, e) < 0)
		return -1;
	nonce_format(&file, instance_id, buf_str(&hex));
	if (hex.full || file.full)
		return arena_err(e);
	*nonce = buf_str(&hex);
	if (file_replace(f->config->set[CONF_NONCE_FILE].value, buf_str(&file), 0600 | FILE_NEW, e) == 0)
		return 0;
	return e->sys == EEXIST ? auth_read_nonce(f, instance_id, nonce, e) : -1;	/* another's first login went before */
}

int
auth_check_nonce(const struct config *c, struct err *e)
{
	if (c->nonce.len || c->set[CONF_NONCE_FILE].value.len)
		return 0;
	conf_refuse(&c->set[CONF_TYPE], e, "is ec2, and neither nonce nor nonce_file is set");
	return err_hint(e, "a nonce that dies with the process would lock the instance out: name a file with -nonce-file");
}

static int
login_ec2(struct auth *a, struct flow *f, struct err *e)
{
	const struct config *c = f->config;
	struct imds identity = { .env = &c->aws, .pkcs7 = c->pkcs7 };
	struct ec2 m = { .nonce = c->nonce.len ? c->nonce : a->nonce };

	if ((!m.nonce.len && auth_check_nonce(c, e) < 0) || flow_run(f, imds_identity_step, &identity, e) < 0)
		return -1;
	if (!m.nonce.len && keep_nonce(f, identity.instance_id, &m.nonce, e) < 0)
		return err_in(e, "nonce file");
	m.config = (struct login_config){ .vault = &c->vault, .mount = c->set[CONF_MOUNT].value, .role = c->set[CONF_ROLE].value };
	m.document = c->pkcs7 ? S("") : identity.document;
	m.proof = identity.proof;
	if (flow_run(f, ec2_step, &m, e) < 0)
		return -1;
	a->secret = m.login.secret;
	return 0;
}

int
auth_login(struct auth *a, struct flow *f, struct err *e)
{
	const struct config *c = f->config;

	if (auth_check_roots(c, e) < 0)
		return -1;
	if ((str_is(c->set[CONF_TYPE].value, "ec2") ? login_ec2(a, f, e) : login_iam(a, f, e)) == 0)
		return 0;
	if (e->cause == CAUSE_UNREACHABLE && !e->hint[0] && c->set[CONF_ADDRESS].from == FROM_DEFAULT)
		err_hint(e, "the default: neither -address nor VAULT_ADDR is set");
	return -1;
}
