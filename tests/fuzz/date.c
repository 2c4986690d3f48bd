/* tests/fuzz/date.c: fuzzes the readers of dates and durations: what is read is in bounds, printed and read again the same. */
/* SPDX-License-Identifier: MIT */
#include "data/date.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define FIRST (-62167219200)	/* 0000-01-01T00:00:00Z */
#define LAST 253402300799	/* 9999-12-31T23:59:59Z */

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
check(int64_t at_s)
{
	char memory[32];
	struct buf b = BUF(memory);
	int64_t again;

	must(at_s >= FIRST - 86400 && at_s <= LAST + 86400);	/* an offset may lead out by a day */
	date_format_rfc3339(&b, at_s);
	must(b.len == 20 && date_parse_rfc3339(buf_str(&b), &again));
	must(again == (at_s < FIRST ? FIRST : at_s > LAST ? LAST : at_s));
	b.len = 0;
	date_format_amz(&b, at_s);
	must(b.len == 16);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct str text = { (const char *)data, len };
	char memory[64];
	struct buf b = BUF(memory);
	int64_t n, again;

	if (date_parse_rfc3339(text, &n))
		check(n);
	if (date_parse_http(text, &n))
		check(n);
	if (date_parse_asn1(text, false, &n))
		check(n);
	if (date_parse_asn1(text, true, &n))
		check(n);
	if (date_parse_duration(text, &n)) {
		n = n / 1000 * 1000;
		date_format_duration(&b, n / 1000);
		must(!b.full && date_parse_duration(buf_str(&b), &again) && again == n);
	}
	return 0;
}
