/* tests/fuzz/file.c: fuzzes configuration files: what is taken and checked holds its promises, a refusal is one printable line. */
/* SPDX-License-Identifier: MIT */
#include "aws/region.h"
#include "conf/conf.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static _Alignas(16) char memory[1 << 18];

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static int
refused(const struct err *e)
{
	must((e->code == ERR_INPUT || e->code == ERR_LIMIT) && (e->cause == CAUSE_USE || e->cause == CAUSE_CREDENTIALS));
	must(e->line[0] && str_is_printable(str_of(e->line)) && str_is_printable(str_of(e->hint)));
	return 0;
}

/* What holds of a configuration that the agent takes. */
static int
check_agent(struct config *c)
{
	struct err e;

	must(c->min_backoff_ms > 0 && c->max_backoff_ms > 0 && c->requests_per_minute > 0 && c->requests_per_minute <= CONF_REQUESTS_MAX);
	must(c->credential_poll_s >= 0 && c->sink_n <= CONF_SINKS + 1);
	if (conf_check_agent(c, &e) < 0)
		return refused(&e);
	must(c->sink_n && c->log_rotate_bytes >= 0 && c->log_rotate_duration_ms > 0);
	must(!c->vault.wrap_ttl_s || (c->sink_n == 1 && !c->sink[0].wrap_ttl_s));
	for (size_t i = 0; i < c->sink_n; i++) {
		const struct conf_sink *s = &c->sink[i];

		must(s->path.len && conf_is_clean(s->path) && !s->path.at[s->path.len] && s->mode <= 0777 && s->uid >= -1 && s->gid >= -1);
		must(s->uid < UINT32_MAX && s->gid < UINT32_MAX && s->wrap_ttl_s >= 0 && s->wrap_ttl_s <= UINT32_MAX);
		must(s->encrypt == !!s->dh_path.len && (s->encrypt || (!s->derive_key && !s->aad.len)));
	}
	return 0;
}

static int
read_as(enum conf_verb verb, bool is_lenient, const struct conf_file *file, size_t n)
{
	static struct config c;
	struct arena arena = { .at = memory, .cap = sizeof memory };
	struct err e;

	memset(&c, 0, sizeof c);
	memset(memory, 0, 4096);	/* what is not filled at once */
	must(conf_read_env(&c, NULL, &e) == 0);
	c.on[CONF_IGNORE_UNSUPPORTED] = is_lenient;
	if (conf_read_files(&c, verb, file, n, &arena, &e) < 0) {
		must(str_begins(str_of(e.line), "F:") || str_begins(str_of(e.line), "G:"));
		return refused(&e);
	}
	must(!c.cred.id.len == !c.cred.secret.len && (!c.cred.id.len || str_is_visible(c.cred.id)) && c.unknown_n <= CONF_UNKNOWN);
	must(c.source < CHAIN_SOURCES && (!c.nonce.len || str_is_visible(c.nonce)));
	for (enum conf_key i = 0; i < CONF_KEYS; i++)
		must(c.set[i].from == FROM_DEFAULT || (c.set[i].from == FROM_FILE && str_begins(str_of(c.set[i].prefix + 1), ":") &&
		    !c.set[i].value.at[c.set[i].value.len]));
	if (conf_check(&c, verb, &e) < 0)
		return refused(&e);
	must((!c.region.len || region_is_valid(c.region)) && str_is_printable(c.vault.namespace) && c.vault.address.host.name.len);
	return verb == VERB_AGENT ? check_agent(&c) : c.sink_n ? abort(), 0 : 0;
}

/* One file, or two with a byte 0x1e between them, for a login and for the agent. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct str rest = { (const char *)data, len };
	struct conf_file file[2] = { { .name = "F" }, { .name = "G" } };
	size_t n;

	if (len > 12288)	/* copies of its strings must fit memory[] */
		return 0;
	n = str_split(&rest, 0x1e, &file[0].text) ? 2 : 1;
	file[1].text = rest;
	read_as(VERB_LOGIN, false, file, n);
	read_as(VERB_AGENT, true, file, n);
	return read_as(VERB_AGENT, false, file, n);
}
