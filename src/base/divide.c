/* base/divide.c: the one division by something that is no power of two. */
/* SPDX-License-Identifier: MIT */
#include "base/divide.h"

uint32_t
divide(uint64_t *n, uint32_t by)
{
#if UINTPTR_MAX > UINT32_MAX
	uint32_t rest = (uint32_t)(*n % by);

	*n /= by;
	return rest;
#else
	uint64_t left = *n;
	uint32_t rest = 0;	/* below `by`, so that twice as much and one more fits */

	for (int i = 0; i < 64; i++) {
		rest = rest << 1 | (uint32_t)(left >> 63);
		left <<= 1;
		if (rest >= by) {
			rest -= by;
			left |= 1;
		}
	}
	*n = left;
	return rest;
#endif
}
