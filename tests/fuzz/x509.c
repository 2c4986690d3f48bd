/* tests/fuzz/x509.c: fuzzes the chain's judgement: chain, anchors, host and mode are the input's. */
/* SPDX-License-Identifier: MIT */
#include "crypto/x509.h"
#include "data/code.h"
#include "tests/stock.h"

#include <stdlib.h>
#include <string.h>

/* Input: a byte of flags, a byte that says how many of the pieces are anchors, then pieces: two bytes of length, DER. */
#define SKIP_VERIFY 1
#define HOST 6		/* which of hosts[], times two */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static struct {
	struct str piece[40];
	unsigned n;
	unsigned chain_n;	/* of them come first */
	unsigned next;		/* anchor to be given out */
	char pem[1 << 18];
} input;

static int
rewind_input(void *ctx, struct err *e)
{
	(void)ctx;
	(void)e;
	input.next = input.chain_n;
	return 0;
}

/* One anchor as PEM, a file each; cut where the room ends. */
static int
more(void *ctx, char *at, size_t cap, size_t *n, bool *begins, struct err *e)
{
	struct buf b = BUF(input.pem);

	(void)ctx;
	(void)e;
	*begins = true;
	*n = 0;
	if (input.next == input.n)
		return 0;
	buf_add_str(&b, S("-----BEGIN CERTIFICATE-----\n"));
	code_add_base64(&b, input.piece[input.next++]);
	buf_add_str(&b, S("\n-----END CERTIFICATE-----\n"));
	*n = b.len < cap ? b.len : cap;
	memcpy(at, input.pem, *n);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char *const hosts[] = { "vault.test", "127.0.0.1", "::1", "other.test" };
	static char memory[X509_ARENA];
	static struct x509 x;
	struct arena arena = { .at = memory, .cap = sizeof memory };
	struct trust_source source = { .rewind = rewind_input, .more = more, .setting = "-ca-cert" };
	struct x509_config config = { .now_s = 1798761600, .arena = &arena, .trust = &source };
	struct str rest = { (const char *)data, len };
	struct err e = { 0 };
	unsigned anchors;
	const char *host;

	if (len < 2)
		return 0;
	config.skip_verify = data[0] & SKIP_VERIFY;
	host = hosts[(data[0] & HOST) / 2];
	must(host_parse(&config.host, str_of(host), &e) == 0);
	input.n = 0;
	for (rest = str_part(rest, 2, len); rest.len >= 2 && input.n < 40;) {
		size_t n = (unsigned char)rest.at[0] * 256u + (unsigned char)rest.at[1];

		input.piece[input.n++] = str_part(rest, 2, 2 + n);
		rest = str_part(rest, 2 + n, rest.len);
	}
	anchors = data[1] % (input.n + 1);
	input.chain_n = input.n - anchors;
	x.config = config;
	x509_init(&x);
	for (unsigned i = 0; i < input.chain_n; i++)
		x509_add(&x, input.piece[i]);
	if (!x509_judge(&x)) {
		must(*x.err.line && x.code);
	} else {
		must(x.key.key_type && !x.code);
		must(config.skip_verify || stock_verdict(&x) == 0);
	}
	memset(memory, 0, arena.len);
	return 0;
}
