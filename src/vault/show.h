/* vault/show.h: a login's answer as people and scripts read it: table, JSON, one field. Writes into a buffer, prints nothing. */
/* SPDX-License-Identifier: MIT */
#ifndef VAULT_SHOW_H
#define VAULT_SHOW_H

#include "data/jsonw.h"
#include "vault/api.h"

/* Key and Value in two columns, with the names and the order of `vault login`; strings escaped for the terminal. */
int show_table(struct buf *out, const struct vault_secret *s, struct arena *a, struct err *e) __attribute__((warn_unused_result));

/* One row of such a table: the name in a column of that width, and the value, with a line end. The sign for infinity stands as it is. */
void show_row(struct buf *out, struct str name, struct str value, size_t width);

/* The whole answer as `vault login -format=json` prints it: two blanks a level, the keys in its order. */
int show_json(struct buf *out, const struct vault_secret *s, struct err *e) __attribute__((warn_unused_result));

/* One part of the answer, VAULT_ROOT, VAULT_AUTH or VAULT_WRAP, as the writer lays it out: the keys in Vault's order, Go's zero value for
   what is absent or null. -1: a key stands twice. The caller checks w->out->full. */
int show_part(struct jsonw *w, const struct vault_secret *s, char part, struct err *e) __attribute__((warn_unused_result));

/* Whether some answer has a value of this name; that of an empty name or of metadata never. */
bool show_has_field(struct str field) __attribute__((warn_unused_result));

/* One value, raw, without a line end: `token`, `token_duration` (seconds), `policies` (JSON), `wrapping_token` and the other
   names of Vault's CLI. Not there: -1 with CAUSE_FIELD. A wrapping token is never the `token`: Vault may wrap an answer unasked. */
int show_field(struct buf *out, const struct vault_secret *s, struct str field, struct arena *a, struct err *e)
	__attribute__((warn_unused_result));

#endif
