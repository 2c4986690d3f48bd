/* agent/flow.c: drives step machines: asks the network what they ask, until they have their result. */
/* SPDX-License-Identifier: MIT */
#include "agent/flow.h"

#include "agent/answer.h"
#include "sys/clock.h"
#include "sys/log.h"

/* What a machine has to say though it goes on: lines that end in NUL. */
static void
warn(struct str notes)
{
	while (notes.len)
		log_text(LOG_WARN, "%.*s", STR(str_cut(&notes, 0)));
}

int
flow_run(struct flow *f, step_fn *machine_step, void *machine, struct err *e)
{
	const struct answer *in = NULL;
	struct answering answering = { 0 };
	struct ask ask;

	for (;;) {
		char text[1024];	/* a note has some 100 bytes */
		struct buf notes = BUF(text);
		struct senv env = { .wall_s = clock_wall_s(), .arena = &f->arena, .notes = &notes };
		enum step s = machine_step(machine, in, &ask, &env, e);

		warn(buf_str(&notes));
		switch (s) {
		case STEP_DONE:
			return 0;
		case STEP_FAIL:
			return -1;
		case STEP_ASK:
			break;
		}
		if (answer_ask(&answering, f, &ask, e) < 0)
			return -1;
		in = &answering.out;
	}
}

int
flow_plan_login(struct login_config *out, struct cred *cred, const struct config *c, struct err *e)
{
	bool is_static = c->cred.id.len && !str_is(c->source, "env");

	if (is_static)
		*cred = c->cred;
	else if (cred_from_env(cred, &c->aws, e) < 0)
		return -1;
	log_text(LOG_DEBUG, "credentials from the %s, access key id %.*s", is_static ? "configuration file" : "environment", STR(cred->id));
	*out = (struct login_config){
		.vault = &c->vault,
		.cred = cred,
		.mount = c->set[CONF_MOUNT].value,
		.role = c->set[CONF_ROLE].value,
		.region = c->region,
		.header_value = c->set[CONF_HEADER_VALUE].value,
	};
	return 0;
}

/* A source of trust that cannot be read is better told before a byte goes out than in the middle of a handshake. */
static int
check_roots(const struct config *c, struct err *e)
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

int
flow_login(struct flow *f, struct vault_secret *out, struct err *e)
{
	struct login_config plan;
	struct cred cred;
	struct login m = { .config = &plan };

	if (flow_plan_login(&plan, &cred, f->config, e) < 0 || check_roots(f->config, e) < 0)
		return -1;
	if (flow_run(f, login_step, &m, e) < 0) {
		if (e->cause == CAUSE_UNREACHABLE && !e->hint[0] && f->config->set[CONF_ADDRESS].from == FROM_DEFAULT)
			err_hint(e, "the default: neither -address nor VAULT_ADDR is set");
		return -1;
	}
	*out = m.secret;
	return 0;
}
