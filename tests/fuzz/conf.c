/* tests/fuzz/conf.c: fuzzes environment and arguments: a checked configuration holds its promises, a refusal is one printable line. */
/* SPDX-License-Identifier: MIT */
#include "aws/region.h"
#include "conf/conf.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define WORDS 64

static _Alignas(16) char memory[4096];

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static int
refused(const struct err *e)
{
	must((e->code == ERR_INPUT || e->code == ERR_LIMIT) && e->cause == CAUSE_USE);
	must(e->line[0] && str_is_printable(str_of(e->line)) && str_is_printable(str_of(e->hint)));
	return 0;
}

/* The first byte is the verb and how many of the words that follow, each ended by a NUL, are variables. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static char text[4097];
	char *words[WORDS + 1], *env[WORDS + 1];
	struct config c = { .mode = 0 };
	enum conf_verb verb;
	struct err e;
	size_t n = 0, env_n;
	int rest;

	if (!len || len >= sizeof text)
		return 0;
	memcpy(text, data + 1, len - 1);
	text[len - 1] = 0;
	for (size_t at = 0; at < len && n < WORDS; at += strlen(text + at) + 1)
		words[n++] = text + at;
	verb = (enum conf_verb)(1 << (data[0] & 3));
	env_n = (size_t)data[0] >> 2 < n ? (size_t)data[0] >> 2 : n;
	memcpy(env, words, env_n * sizeof *env);
	env[env_n] = NULL;
	if (conf_read_env(&c, env, &e) < 0)
		return refused(&e);
	if (conf_read_flags(&c, verb, (int)(n - env_n), words + env_n, &rest, &e) < 0)
		return refused(&e);
	must(rest >= 0 && (size_t)rest <= n - env_n);
	for (size_t i = env_n + (size_t)rest; i < n; i++)
		if (conf_read_pair(&c, str_of(words[i]), &e) < 0)
			return refused(&e);
	if (conf_check(&c, verb, &e) < 0)
		return refused(&e);
	if (verb == VERB_AGENT) {
		struct arena arena = { .at = memory, .cap = sizeof memory };

		memset(memory, 0, sizeof memory);
		must(conf_read_files(&c, verb, NULL, 0, &arena, &e) == 0);
		if (conf_check_agent(&c, &e) < 0)
			return refused(&e);
	}
	must(region_is_valid(c.region) && c.mode <= 0777 && c.timeout_ms > 0);
	must(str_is_printable(c.vault.namespace) && str_is_printable(c.vault.address.path) && c.vault.address.host.name.len);
	return 0;
}
