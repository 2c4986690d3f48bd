/* vault/value.h: what a secret is made of, as people, scripts and programs take it: one field, a table, names and values. Asks nothing, prints nothing. */
/* SPDX-License-Identifier: MIT */
#ifndef VAULT_VALUE_H
#define VAULT_VALUE_H

#include "vault/read.h"

/* The value of a field: of the key of that very name; else dots lead into objects, the shortest key that is there first: "a.b.c" is
   data["a.b.c"], data["a"]["b.c"], data["a"]["b"]["c"], data["a.b"]["c"]. 0; or -1: ERR_ABSENT, CAUSE_FIELD, with a hint at the keys there are,
   when it is not there or null; ERR_PEER when a key on the way stands twice. */
int value_find(struct json *out, struct json data, struct str field, struct arena *a, struct err *e) __attribute__((warn_unused_result));

/* A value as text: a string without its escapes, anything else as the JSON that it is. It may hold any byte. */
int value_text(struct str *out, struct json v, struct arena *a, struct err *e) __attribute__((warn_unused_result));

struct value_pair {
	struct str name;	/* [A-Z_][A-Z0-9_]* */
	struct str value;	/* without a NUL in it, and one behind it */
};

#define VALUE_PAIRS 256	/* of one secret; an environment of more is nobody's */

/* All of a secret as names and values of an environment: prefix and key, in capitals, and everything but letters and digits "_". Into the arena, *n of them.
   Two keys of one name, one that begins with a digit, a value with a NUL in it, more than VALUE_PAIRS: -1, naming the key. */
int value_pairs(const struct value_pair **out, size_t *n, struct json data, struct str prefix, struct arena *a, struct err *e)
	__attribute__((warn_unused_result));

/* Whether that may be the name of a variable: [A-Z_][A-Z0-9_]*. */
bool value_is_name(struct str name) __attribute__((warn_unused_result));

/* The same as lines NAME='value', a quote in it as '\'': a shell and systemd's EnvironmentFile read them alike. */
int value_env(struct buf *out, struct json data, struct arena *a, struct err *e) __attribute__((warn_unused_result));

/* Keys and values in two columns, as `vault read` and `vault kv get`: what is known of the lease, of KV version 2 the path and what is known of the version, then
   the values; the terminal is safe from them. */
int value_table(struct buf *out, const struct read *r, struct arena *a, struct err *e) __attribute__((warn_unused_result));

#endif
