/* base/wipe.h: forget bytes so that the compiler cannot keep them. Frees nothing. */
/* SPDX-License-Identifier: MIT */
#ifndef BASE_WIPE_H
#define BASE_WIPE_H

#include <stddef.h>

/* Set n bytes to zero, surely, even when nothing reads them afterwards. n may be 0. */
void wipe(void *at, size_t n);

#endif
