/* tests/unit/base/divide.c: our division against the processor's; that for words of 32 bits, too, whatever the words are here. */
/* SPDX-License-Identifier: MIT */
#include "base/divide.h"
#include "tests/tap.h"

uint32_t divide_32(uint64_t *n, uint32_t by);
#undef UINTPTR_MAX
#define UINTPTR_MAX UINT32_MAX
#define divide divide_32
#include "base/divide.c"
#undef divide

int
main(void)
{
	static const uint32_t by[] = { 1, 2, 3, 7, 10, 16, 60, 366, 1000, 86400, 1000000, 0x7fffffff, 0x80000000 };
	uint64_t seed = 1;

	for (size_t i = 0; i < sizeof by / sizeof *by; i++) {
		int bad = 0;

		for (int k = 0; k < 1000; k++) {
			/* around 0, around multiples, around 2^32, around the top, and anything */
			uint64_t of[] = { (uint64_t)k, UINT64_MAX - (uint64_t)k, UINT32_MAX - 500 + (uint64_t)k,
				(uint64_t)k * by[i] + by[i] - 1, (uint64_t)k * by[i], seed = seed * 6364136223846793005 + 1442695040888963407 };

			for (size_t j = 0; j < sizeof of / sizeof *of; j++) {
				uint64_t n = of[j], m = n;

				bad += divide(&n, by[i]) != of[j] % by[i] || n != of[j] / by[i];
				bad += divide_32(&m, by[i]) != of[j] % by[i] || m != of[j] / by[i];
			}
		}
		is_int(bad, 0, "by %u", by[i]);
	}
	return tap_end();
}
