/* data/der.h: a cursor over DER (X.690), the strict kind: one encoding for one value. Knows no certificate and copies nothing. */
/* SPDX-License-Identifier: MIT */
#ifndef DATA_DER_H
#define DATA_DER_H

#include "base/str.h"

/* Identifier bytes, as they stand on the wire. */
#define DER_BOOLEAN 0x01
#define DER_INTEGER 0x02
#define DER_BIT_STRING 0x03
#define DER_OCTET_STRING 0x04
#define DER_NULL 0x05
#define DER_OID 0x06
#define DER_UTF8_STRING 0x0c
#define DER_UTC_TIME 0x17
#define DER_GENERALIZED_TIME 0x18
#define DER_SEQUENCE 0x30
#define DER_SET 0x31
#define DER_CONTEXT(n) (0x80u | (n))		/* [n] IMPLICIT of something primitive */
#define DER_CONTEXT_CONSTRUCTED(n) (0xa0u | (n))

/* Each function takes one value off the front of *in and says true; or says false and leaves *in and the results alone. It is
   false for a tag over 30, an indefinite length, a length that is longer than it need be or than three bytes, and a value
   that reaches beyond *in. Results are parts of *in. The caller sees the end by in->len == 0, and checks it: bytes
   left over are an error everywhere in DER. */

/* Any value: its identifier byte and what is in it. */
bool der_get(struct str *in, unsigned *tag, struct str *value) __attribute__((warn_unused_result));

/* A value with this identifier byte. */
bool der_take(struct str *in, unsigned tag, struct str *value) __attribute__((warn_unused_result));

/* The same with its identifier and length bytes: what is hashed, or compared as a whole. */
bool der_take_whole(struct str *in, unsigned tag, struct str *whole) __attribute__((warn_unused_result));

/* Whether the next identifier byte is this one. Takes nothing. */
bool der_is_next(struct str in, unsigned tag);

/* BOOLEAN: 00 or FF. */
bool der_take_bool(struct str *in, bool *out) __attribute__((warn_unused_result));

/* INTEGER, not negative, in the fewest bytes: its magnitude, big-endian, without a leading zero byte (empty for 0). */
bool der_take_uint(struct str *in, struct str *magnitude) __attribute__((warn_unused_result));

/* The same, below 2^31. */
bool der_take_small(struct str *in, uint32_t *out) __attribute__((warn_unused_result));

/* BIT STRING: its bytes, and how many bits of the last one are not used (0 to 7; those bits are zero). */
bool der_take_bits(struct str *in, struct str *bytes, unsigned *unused) __attribute__((warn_unused_result));

/* UTCTime or GeneralizedTime, as RFC 5280 section 4.1.2.5 writes them: unix seconds. */
bool der_take_time(struct str *in, int64_t *out_s) __attribute__((warn_unused_result));

#endif
