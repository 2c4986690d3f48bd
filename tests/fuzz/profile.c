/* tests/fuzz/profile.c: fuzzes profile resolution: a plan in bounds made of parts of the files, or one printable line. */
/* SPDX-License-Identifier: MIT */
#include "aws/profile.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* Every slice that is handed on must be a part of one of these. */
static struct str whole;

static bool
is_part(struct str s)
{
	return !s.len || (s.at >= whole.at && s.at + s.len <= whole.at + whole.len);
}

/* The profile's name, the config file and the credentials file, each ended by a NUL. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct profile_file file[2] = { { S("/h/config"), S("") }, { S("/h/credentials"), S("") } };
	struct profile_plan p;
	struct str rest, name;
	struct err e;

	if (len > 16384)
		return 0;
	whole = rest = (struct str){ (const char *)data, len };
	name = str_cut(&rest, 0);
	file[0].text = str_cut(&rest, 0);
	file[1].text = rest;	/* may hold a NUL, which is refused */
	if (profile_resolve(&p, file, name, &e) < 0) {
		must((e.code == ERR_INPUT || e.code == ERR_ABSENT) && e.cause == CAUSE_CREDENTIALS);
		must(e.line[0] && str_is_printable(str_of(e.line)) && str_is_printable(str_of(e.hint)));
		return 0;
	}
	must(p.role_n <= PROFILE_ROLES && is_part(p.command) && is_part(p.token_file) && is_part(p.keys.id));
	must((p.base == PROFILE_KEYS) == (p.keys.id.len > 0) && (p.base == PROFILE_WEB) == (p.token_file.len > 0));
	must(p.base == PROFILE_KEYS || p.base == PROFILE_PROCESS || p.role_n);
	if (p.base == PROFILE_KEYS)
		must(str_is_visible(p.keys.id) && str_is_visible(p.keys.secret) && (!p.keys.token.len || str_is_visible(p.keys.token)));
	if (p.base == PROFILE_PROCESS)
		must(p.command.len && p.file.len && is_part(p.profile) && str_find_c(p.command, '\n') == SIZE_MAX);
	for (unsigned i = 0; i < p.role_n; i++) {
		must(str_is_visible(p.role[i].param[STS_ROLE_ARN]) && is_part(p.role[i].profile));
		for (unsigned j = 0; j < i; j++)
			must(!str_eq(p.role[i].profile, p.role[j].profile));
	}
	for (unsigned i = 0; i < PROFILE_SETTINGS; i++)
		must(is_part(p.setting[i]) && str_find_c(p.setting[i], '\n') == SIZE_MAX);
	return 0;
}
