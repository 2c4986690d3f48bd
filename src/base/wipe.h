/* base/wipe.h: forget bytes so that the compiler cannot keep them. Frees nothing. */
/* SPDX-License-Identifier: MIT */
#ifndef BASE_WIPE_H
#define BASE_WIPE_H

#include <stddef.h>

/* Set n bytes to zero, surely, even when nothing reads them afterwards. n may be 0. */
void wipe(void *at, size_t n);

#define WIPE_STACK (24 << 10)	/* bytes; a login, the deepest that we do, takes 17 KiB on x86-64 */

/* Set the stack below the caller's frame to zero, WIPE_STACK bytes of it: what returned functions left there, keys too. */
void wipe_stack(void);

#endif
