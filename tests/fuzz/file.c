/* tests/fuzz/file.c: fuzzes the configuration file: what is taken and checked holds its promises, a refusal is one printable line. */
/* SPDX-License-Identifier: MIT */
#include "aws/region.h"
#include "conf/conf.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static char memory[1 << 17];

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

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct config c;
	struct arena arena = { .at = memory, .cap = sizeof memory };
	struct err e;

	if (len > 16384)	/* copies of its strings must fit memory[] */
		return 0;
	memset(&c, 0, sizeof c);
	must(conf_read_env(&c, NULL, &e) == 0);
	if (conf_read_file(&c, "F", (struct str){ (const char *)data, len }, &arena, &e) < 0) {
		must(str_begins(str_of(e.line), "F:"));
		return refused(&e);
	}
	must(!c.cred.id.len == !c.cred.secret.len && (!c.cred.id.len || str_is_visible(c.cred.id)) && c.unknown_n <= CONF_UNKNOWN);
	must(c.source < CHAIN_SOURCES && (!c.nonce.len || str_is_visible(c.nonce)));
	for (enum conf_key i = 0; i < CONF_KEYS; i++)
		must(c.set[i].from == FROM_DEFAULT || (c.set[i].from == FROM_FILE && str_begins(str_of(c.set[i].prefix), "F:") &&
		    !c.set[i].value.at[c.set[i].value.len]));
	if (conf_check(&c, VERB_LOGIN, &e) < 0)
		return refused(&e);
	must((!c.region.len || region_is_valid(c.region)) && str_is_printable(c.vault.namespace) && c.vault.address.host.name.len);
	return 0;
}
