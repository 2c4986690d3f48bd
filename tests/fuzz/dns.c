/* tests/fuzz/dns.c: fuzzes the reader of DNS answers, for "vault.corp" with id 0x1234. The first byte's lowest bit says which type. */
/* SPDX-License-Identifier: MIT */
#include "data/dns.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct dns_result r = { .n = 99 };
	struct err e = { 0 };
	enum dns_answer answer;

	if (!len)
		return 0;
	answer = dns_parse((struct str){ (const char *)data + 1, len - 1 }, 0x1234, S("vault.corp"), data[0] & 1 ? DNS_A : DNS_AAAA, &r, &e);
	if ((answer == DNS_FOUND ? r.n == 0 || r.n > DNS_ADDRESSES : r.n != 0) || (answer == DNS_FAILED) != (e.line[0] != 0))
		abort();
	return 0;
}
