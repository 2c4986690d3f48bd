/* tests/fuzz/token.c: fuzzes the life of a token with any events at any time: it never stands still, never believes in what has run out, and never runs hot. */
/* SPDX-License-Identifier: MIT */
#include "vault/token.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* Six bytes a step: what happens (or that it is what was asked for), what of it, how long until then, three of chance. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const int64_t leases[] = { -1, 0, 1, 2, 10, 60, 3600, 86400, 1ll << 31, INT64_MAX, INT64_MIN, TOKEN_LEASE_MAX_S, 5, 7, 600, 30 };
	static const enum token_event good[] = { [TOKEN_LOGIN] = TOKEN_GRANTED, [TOKEN_RENEW] = TOKEN_RENEWED, [TOKEN_LOOKUP] = TOKEN_FOUND };
	const int64_t max_ms = 300000;
	struct token t;
	tick now = 1000, until, renewed_at = 0, login_failed_at = -1;

	token_init(&t, 1000, max_ms, len & 1, now);
	for (; len >= 6; data += 6, len -= 6) {
		uint32_t random = (uint32_t)data[3] << 24 | (uint32_t)data[4] << 16 | (uint32_t)data[5] << 8;
		struct token_grant g = { leases[data[1] & 15], data[1] & 32 ? 3 : 0, data[1] & 16 };
		enum token_do what = token_next(&t, random, now, &until);
		enum token_event event = data[0] % TOKEN_EVENTS;
		bool with_grant;

		must(what != TOKEN_WAIT || until > now);
		must(t.state != TOKEN_NONE || until <= now + max_ms || what != TOKEN_WAIT);	/* without one a login is never far */
		must(!token_is_live(&t, now) || t.expires > now);
		must(t.expires == TICK_NEVER || t.state == TOKEN_NONE || t.expires - now <= (int64_t)TOKEN_LEASE_MAX_S * 1000);
		if (what == TOKEN_LOGIN) {
			must(login_failed_at < 0 || now - login_failed_at >= 750);	/* min_backoff, and a quarter off it */
			login_failed_at = -1;
		}
		must(what != TOKEN_RENEW || t.is_new || now - renewed_at >= TOKEN_GAP_MS);
		if (what != TOKEN_WAIT && data[0] < 200)
			event = data[0] & 1 ? good[what] : token_failure(what, data[0] & 2 ? ERR_DENIED : ERR_RETRY);
		with_grant = event == TOKEN_GRANTED || event == TOKEN_RENEWED || event == TOKEN_FOUND;
		if (event == TOKEN_NOT_GRANTED || (event == TOKEN_GRANTED && g.lease_s < 0))
			login_failed_at = now;
		else if (event == TOKEN_GRANTED)
			login_failed_at = -1;
		if (what == TOKEN_RENEW && (event == TOKEN_RENEWED || event == TOKEN_FAILED))
			renewed_at = now;
		token_take(&t, event, with_grant ? &g : NULL, data[1] & 64 ? UINT32_MAX : data[1], random, now);
		now = data[2] < 200 || what != TOKEN_WAIT || until == TICK_NEVER ? now + data[2] * data[2] : until;
	}
	return 0;
}
