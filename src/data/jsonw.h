/* data/jsonw.h: writes JSON into a buf, byte for byte as Go's encoder does. Checks no grammar: the caller opens, closes and keys in the right order. */
/* SPDX-License-Identifier: MIT */
#ifndef DATA_JSONW_H
#define DATA_JSONW_H

#include "base/buf.h"
#include "data/json.h"

/* Set out and pretty, zero the rest: `struct jsonw w = { .out = &buf, .pretty = true };` */
struct jsonw {
	struct buf *out;	/* the caller's; its `full` tells that something did not fit */
	bool pretty;		/* each member on a line of its own, indented by two blanks; else no blanks at all */
	bool any;		/* own: the open container holds something */
	bool keyed;		/* own: a key was written, its value comes next */
	unsigned depth;		/* own: containers that are open */
};

/* Begin an object '{' or an array '['. An empty one is written as {} or []. */
void jsonw_open(struct jsonw *w, char bracket);
/* End it: '}' or ']'. */
void jsonw_close(struct jsonw *w, char bracket);
/* The key of the next value of an object. */
void jsonw_key(struct jsonw *w, const char *key);

/* A string. Quote, backslash and control bytes are escaped, and as Go does, < > & U+2028 and U+2029 as \u003c etc.; a byte
   that is not UTF-8 becomes \ufffd. At most 6 bytes of output for one of input, and two quotes. */
void jsonw_str(struct jsonw *w, struct str s);
/* Any value that json_parse made, in this writer's layout: members in their order, numbers as they were written, strings
   escaped afresh. JSON_NONE is written as null. */
void jsonw_value(struct jsonw *w, struct json v);

#endif
