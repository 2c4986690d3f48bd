/* data/json.h: a strict JSON reader (RFC 8259) over text in memory. Builds no tree, keeps no numbers, allocates nothing but copies of strings. */
/* SPDX-License-Identifier: MIT */
#ifndef DATA_JSON_H
#define DATA_JSON_H

#include "base/arena.h"
#include "base/err.h"

/* One value: its text, without blanks around it. Made by json_parse, which has checked every byte of it; a value inside it
   is a part of the same text, so all live as long as the text does. Empty: no value at all. */
struct json {
	struct str text;
};

enum json_type {
	JSON_NONE,	/* absent: { 0 } */
	JSON_NULL,
	JSON_BOOL,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
};

/* Arrays and objects inside each other: one bit each in one word, and far over what Vault or AWS answer. */
#define JSON_DEPTH 31

/* Check the whole text, which must be one value: grammar, UTF-8, paired surrogates, nothing before or after it but blanks.
   A byte order mark is refused; numbers of any size are fine, they stay text. 0 and *out; or -1, *out JSON_NONE at the place that
   is wrong, and "json: <what> at byte N" (counted from 0): ERR_PEER with CAUSE_ANSWER, or ERR_LIMIT with CAUSE_LIMIT when too deep. */
int json_parse(struct json *out, struct str text, struct err *e) __attribute__((warn_unused_result));

enum json_type json_type(struct json v);

/* The value of a key, the object's keys compared unescaped. 0, with *out JSON_NONE when the key is absent or obj is no object. -1 when
   the key stands twice in obj: an answer that says two things is refused (ERR_PEER, CAUSE_ANSWER, names the key). Other
   keys may repeat unseen. */
int json_get(struct json obj, const char *key, struct json *out, struct err *e) __attribute__((warn_unused_result));

/* The next member of an object (key is a string) or item of an array (key is JSON_NONE). *cursor is 0 before the first call
   and means nothing to the caller. False at the end, and at once for every other type. */
bool json_each(struct json container, size_t *cursor, struct json *key, struct json *value);

/* A string without its escapes, copied into the arena; it may hold any byte, 0 too. -1 when v is no string (ERR_PEER,
   CAUSE_ANSWER) or the arena is full. */
int json_string(struct json v, struct arena *a, struct str *out, struct err *e) __attribute__((warn_unused_result));

/* A whole number from 0 to 2^63 - 1, written as digits alone (1e3, 1.0 and -0 are refused). Else -1, ERR_PEER, CAUSE_ANSWER. */
int json_i64(struct json v, int64_t *out, struct err *e) __attribute__((warn_unused_result));

/* For jsonw: take a character off the front of a string's inside, UTF-8 or an escape. Its code point; or -1, and nothing
   taken, when it is malformed, or the text ends, or a quote, control byte or lone surrogate stands there. */
int32_t json_next_char(struct str *rest);

/* For jsonw: take a UTF-8 character off the front. -1 at the end; -1 and one byte taken when the bytes are not UTF-8 (RFC
   3629: no overlong form, no surrogate, nothing over U+10FFFF). */
int32_t json_next_utf8(struct str *rest);

/* Append a code point from 0 to 0x10ffff in UTF-8. */
void json_add_utf8(struct buf *out, int32_t c);

#endif
