/* tests/fuzz/tls.c: fuzzes the TLS client with what a server says; who it is is not verified, so that the fuzzer gets far. */
/* SPDX-License-Identifier: MIT */
#include "crypto/tls.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static char memory[TLS_ARENA];
	static struct tls t;
	struct arena arena = { .at = memory, .cap = sizeof memory };
	uint8_t bytes[TLS_RANDOM];
	struct tls_config config = { .random = bytes, .arena = &arena, .skip_verify = true, .now_s = 1798761600,
		.host = { .name = S("vault.test") } };
	struct err e = { 0 };
	struct str rest = { (const char *)data, len };
	size_t n;
	void *at;

	memset(bytes, 7, sizeof bytes);
	must(tls_start(&t, &config, &e) == 0);
	for (;;) {
		unsigned state = tls_state(&t);

		must(state != 0 && (!(state & TLS_CLOSED) || state == TLS_CLOSED));
		for (unsigned port = TLS_WIRE_OUT; port <= TLS_APP_IN; port <<= 1)
			must(!!tls_buf(&t, (enum tls_port)port, &n) == !!(state & port) && !n == !(state & port));
		if (state & TLS_CLOSED)
			break;
		if ((at = tls_buf(&t, TLS_APP_IN, &n))) {
			tls_ack(&t, TLS_APP_IN, n);
		} else if ((at = tls_buf(&t, TLS_WIRE_OUT, &n))) {
			tls_ack(&t, TLS_WIRE_OUT, n);
		} else if (rest.len && (at = tls_buf(&t, TLS_WIRE_IN, &n))) {
			n = n < rest.len ? n : rest.len;
			memcpy(at, rest.at, n);
			rest = str_part(rest, n, rest.len);
			tls_ack(&t, TLS_WIRE_IN, n);
		} else {
			break;
		}
	}
	tls_error(&t, 0, &e);
	must(*e.line && !tls_is_verified(&t));
	tls_close(&t);
	for (unsigned i = 0; i < 10 && !(tls_state(&t) & TLS_CLOSED); i++)
		if (tls_buf(&t, TLS_WIRE_OUT, &n))
			tls_ack(&t, TLS_WIRE_OUT, n);
	must(tls_state(&t) == TLS_CLOSED);
	memset(memory, 0, arena.len);
	return 0;
}
