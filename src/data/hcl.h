/* data/hcl.h: a strict reader of configuration text, HCL (version 1, as Vault reads it) or JSON. Builds no tree, knows no key's meaning. */
/* SPDX-License-Identifier: MIT */
#ifndef DATA_HCL_H
#define DATA_HCL_H

#include "base/arena.h"
#include "base/err.h"

/* A text whose first byte but blanks is { is JSON, every other is HCL: Vault's own rule. Both are walked alike, and
   `method "aws" { … }` in HCL alike `"method": { "aws": { … } }` in JSON.

   HCL here is what hashicorp/hcl v1 takes, with these refusals, each a slip that it lets pass: a key without a value at the
   end, commas in lists that separate nothing, a number with something behind it, an escape that is no character, a bare key
   outside ASCII, a key that stands twice as `key = value` in one object (Vault 1.21 refuses that; in JSON too). */

#define HCL_MAX (1024 * 1024)	/* bytes of a text; generated files with many templates have 100 KiB */
#define HCL_DEPTH 31		/* lists and objects inside each other, the file one of them; Vault's have 6. The reader recurses so far */
#define HCL_LABELS 4		/* words between a key and {; Vault's have one */
#define HCL_KEYS 128		/* keys with = in the objects that are open at once, each held against those before it; Vault and we know 51 on the way to config {} */

/* One value: its text, from its first byte to its last. Made by hcl_parse, which has checked every byte of it; a value
   inside it is a part of the same text, so all live as long as the text does. All zero: no value at all. */
struct hcl {
	struct str text;
	const char *whole;	/* where the file's text begins */
	bool is_json;
	bool is_file;		/* an HCL file as a whole: an object without its brackets */
};

enum hcl_type {
	HCL_NONE,	/* absent */
	HCL_NULL,	/* JSON only */
	HCL_BOOL,
	HCL_NUMBER,
	HCL_STRING,	/* quoted, or a heredoc */
	HCL_LIST,
	HCL_OBJECT,
	HCL_LABELLED,	/* what follows the key in `method "aws" { … }`: an object of one member, "aws" */
};

/* Check the whole text: UTF-8 without a zero byte, grammar, bounds. 0 and *out, an object; or -1 with ERR_INPUT or ERR_LIMIT
   and CAUSE_USE, and *out empty at the place that is wrong, for hcl_in. Errors name keys and never hold a value. */
int hcl_parse(struct hcl *out, struct str text, struct err *e) __attribute__((warn_unused_result));

enum hcl_type hcl_type(const struct hcl *v);

/* The next member of an object, or item of a list (key is all zero). *cursor is 0 before the first call and means nothing
   to the caller. False at the end, and at once for every other type. Neither *key nor *value may be the container. */
bool hcl_each(const struct hcl *container, size_t *cursor, struct hcl *key, struct hcl *value);

/* A key or a string without its escapes; a number or a boolean as it stands. Copied into the arena with a NUL behind it; it
   may hold any byte. Of a heredoc the last line end is a part, and what the end's indent takes away is not; "${…}" stays as
   it is. -1 for every other type (ERR_INPUT, CAUSE_USE) and when the arena is full. */
int hcl_text(const struct hcl *v, struct arena *a, struct str *out, struct err *e) __attribute__((warn_unused_result));

/* Where a value, or a place that is wrong, begins: both from 1, the column in characters. */
void hcl_place(const struct hcl *v, unsigned *line, unsigned *column);

/* Put "FILE:LINE:COLUMN: " before the line. Returns -1. */
int hcl_in(struct err *e, const char *file, const struct hcl *v);

#endif
