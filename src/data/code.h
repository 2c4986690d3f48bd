/* data/code.h: base64 and hex. Knows no PEM and no URL-safe alphabet. */
/* SPDX-License-Identifier: MIT */
#ifndef DATA_CODE_H
#define DATA_CODE_H

#include "base/buf.h"

/* Secrets pass through here: no branch and no table index depends on a byte's value, only on lengths and, when decoding, on
   whether the whole is well-formed. */

/* How long n bytes are in base64, with padding. n is at most SIZE_MAX / 4 * 3 - 3. */
size_t code_base64_len(size_t n);

/* Append in base64 (RFC 4648 section 4: + and /, padded, no line ends). When it does not fit, out->full. */
void code_add_base64(struct buf *out, struct str bytes);

/* Append what base64 text stands for. Strict: a multiple of 4 characters, padding where it is due and nowhere else, unused
   bits zero, no blanks, no line ends. An empty text is well-formed. False when it is not well-formed; out then holds
   nothing new that means anything. The caller checks out->full; text.len / 4 * 3 bytes are always enough. */
bool code_base64_decode(struct buf *out, struct str text) __attribute__((warn_unused_result));

/* The six bits of one base64 character, or -1 ('=' too). */
int code_base64_value(unsigned char c);

/* What a hex digit of either case stands for, or -1. Not for secrets. */
int code_hex_value(char c);

/* Append in lower-case hex, two characters a byte. */
void code_add_hex(struct buf *out, struct str bytes);

#endif
