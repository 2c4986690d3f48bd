/* sys/rand.h: random bytes from the kernel. Has no second source, stretches nothing and keeps no state. */
/* SPDX-License-Identifier: MIT */
#ifndef SYS_RAND_H
#define SYS_RAND_H

#include "base/err.h"

/* How long a kernel without entropy is waited for: its own jitter loop needs about one second (Linux 5.4 and later). */
#define RAND_WAIT_MS 30000

/* Fill n bytes at `at` from getrandom(2); without that call (before Linux 3.17) from /dev/random, never /dev/urandom.
   Early at boot it waits up to RAND_WAIT_MS, after a line that says so; SIGINT, SIGTERM and SIGHUP end the wait with
   ERR_STOP. 0; or -1 with CAUSE_RANDOM and *at zeroed: there is nothing to go on with. */
int rand_bytes(void *at, size_t n, struct err *e) __attribute__((warn_unused_result));

/* Bits to vary a wait by, and for nothing else: poor ones are better than none. */
uint32_t rand_vary(void);

#endif
