/* tests/unit/vault/wrap.c: the line that stands for a wrapped login, within its room and not a byte beyond. tests/transcripts/wrap plays the machine. */
/* SPDX-License-Identifier: MIT */
#include "vault/wrap.h"

#include "tests/memory.h"
#include "tests/tap.h"

static struct arena arena;
static struct err err;

/* As Vault 1.17 answers a login that is to be wrapped. */
static const char answer[] =
	"{\"request_id\":\"\",\"lease_id\":\"\",\"renewable\":false,\"lease_duration\":0,\"data\":null,\"wrap_info\":{\"token\":\"hvs.CAESI\","
	"\"accessor\":\"k1fMWkHV9iJpWJb1Uj0tOdDY\",\"ttl\":300,\"creation_time\":\"2026-11-24T12:13:14.012345678Z\","
	"\"creation_path\":\"auth/aws/login\",\"wrapped_accessor\":\"0NUhdj7q7Zt6tqqPYYHqvJ2Y\"},\"warnings\":null,\"auth\":null}";

static const char line[] =
	"{\"token\":\"hvs.CAESI\",\"accessor\":\"k1fMWkHV9iJpWJb1Uj0tOdDY\",\"ttl\":300,\"creation_time\":\"2026-11-24T12:13:14.012345678Z\","
	"\"creation_path\":\"auth/aws/login\",\"wrapped_accessor\":\"0NUhdj7q7Zt6tqqPYYHqvJ2Y\"}\n";

/* An arena that is too small for the question. */
static void
test_room(void)
{
	struct vault vault = { .address = { .tls = true, .host = { .name = S("vault") }, .path = S("/") } };
	struct arena small = memory_arena(100);
	struct senv env = { .arena = &small };
	struct wrap m = { .vault = &vault, .token = S("hvs.0123456789"), .ask_ttl_s = 60 };
	struct ask ask;

	ok(wrap_step(&m, NULL, &ask, &env, &err) == STEP_FAIL && err.cause == CAUSE_MEMORY, "no memory for the question");
	memory_free(&small);
}

int
main(void)
{
	struct vault_secret s;
	int64_t ttl_s = 0;
	unsigned fits = 0;

	arena = memory_arena(4096);
	ok(vault_parse_secret(&s, str_of(answer), &arena, &err) == 0, "a wrapped login");
	for (size_t cap = 0; cap < sizeof line + 10; cap++) {
		struct arena room = memory_arena(cap);
		struct buf b = { .at = room.at, .cap = cap };
		int r = wrap_add_line(&b, &s, cap % 2 ? &ttl_s : NULL, &err);

		fits += r == 0 ? str_eq(buf_str(&b), str_of(line)) : cap < sizeof line - 1 && err.code == ERR_LIMIT && err.cause == CAUSE_LIMIT;
		memory_free(&room);
	}
	is_int(fits, sizeof line + 10, "its line, in any room");
	is_int(ttl_s, 300, "how long it lasts");
	test_room();
	memory_free(&arena);
	return tap_end();
}
