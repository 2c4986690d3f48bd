/* base/divide.h: the one division by something that is no power of two. Not for secrets: nothing here promises constant time. */
/* SPDX-License-Identifier: MIT */
#ifndef BASE_DIVIDE_H
#define BASE_DIVIDE_H

#include <stdint.h>

/* Divide *n by `by` (1 to 2^31): the quotient into *n, the remainder returned. Written out where words have 32 bits: a processor without the
   instruction (ARMv7-A has none) brings 1.8 KB of its compiler's library for `/` and `%`. */
uint32_t divide(uint64_t *n, uint32_t by);

#endif
