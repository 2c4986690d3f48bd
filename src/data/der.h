/* data/der.h: reads DER (X.690), the strict kind: one encoding for one value. Knows no certificate and copies nothing. */
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
#define DER_CONTEXT(n) (0x80u | (n))		/* [n] of something primitive */
#define DER_CONTEXT_CONSTRUCTED(n) (0xa0u | (n))

/* Take one value off the front of *in: its identifier byte and what is in it, a part of *in. False, and *in and the results
   left alone, for a tag over 30, an indefinite length, a length that is longer than it need be or than three bytes, and a
   value that reaches beyond *in. The caller sees the end by in->len == 0, and checks it: bytes left over are an error
   everywhere in DER. `value` may be `in` itself: going into a value whose rest does not matter. */
bool der_get(struct str *in, unsigned *tag, struct str *value) __attribute__((warn_unused_result));

/* The same for a value with this identifier byte; false for another. */
bool der_take(struct str *in, unsigned tag, struct str *value) __attribute__((warn_unused_result));

/* Take one value of any kind off the front of *in, identifier and length included. */
bool der_take_whole(struct str *in, struct str *whole) __attribute__((warn_unused_result));

/* The form of a value, step by step, as ASN.1 writes it. */
enum der_how {
	DER_LEAVE,	/* the value that was entered, or at the outermost level all of it, ends here; ends the form there */
	DER_ENTER,	/* go into this one; at most DER_DEPTH deep */
	DER_PASS,	/* it must be there */
	DER_KEEP,	/* and its content is wanted */
	DER_WHOLE,	/* or all of it, with identifier and length: what is hashed or compared */
	DER_MAYBE = 8,	/* OPTIONAL: or-ed to one of the last three; an empty slice with a NULL pointer when it is not there */
};

#define DER_DEPTH 3

struct der_step {
	uint8_t tag;
	uint8_t how;
};

/* Read all of `in` in this form. Each DER_KEEP and DER_WHOLE fills the next of out[], also where the whole fails. */
bool der_read(struct str in, const struct der_step *form, struct str *out) __attribute__((warn_unused_result));

/* What the content of a value means; false when it means nothing. */

/* BOOLEAN: 00 or FF. */
bool der_is_bool(struct str content, bool *out) __attribute__((warn_unused_result));
/* INTEGER, not negative, in the fewest bytes: its magnitude, big-endian, without a leading zero byte (empty for 0). */
bool der_is_uint(struct str content, struct str *magnitude) __attribute__((warn_unused_result));
/* BIT STRING: its bytes. Bits of the last byte that are not used must be zero; *unused says how many (0 to 7). */
bool der_is_bits(struct str content, struct str *bytes, unsigned *unused) __attribute__((warn_unused_result));

#endif
