/* vault/nonce.c: the nonce of logins of type ec2, and the file that keeps it. */
/* SPDX-License-Identifier: MIT */
#include "vault/nonce.h"

bool
nonce_is_valid(struct str nonce)
{
	return str_is_visible(nonce) && nonce.len <= NONCE_MAX;
}

int
nonce_parse(struct str *out, struct str file, struct str instance_id, struct err *e)
{
	struct str id, nonce;

	if (!str_split(&file, '\n', &id) || !str_split(&file, '\n', &nonce) || file.len || !str_is_visible(id) ||
	    id.len > NONCE_INSTANCE_MAX || !nonce_is_valid(nonce))
		return err_set(e, ERR_INPUT, CAUSE_FILE, "it does not hold an instance id and a nonce, a line each");
	if (!str_eq(id, instance_id)) {
		err_set(e, ERR_INPUT, CAUSE_FILE, "its nonce is of instance %.*s, and this is %.*s", STR(id), STR(instance_id));
		return err_hint(e, "it came with an image or a disk: remove it");
	}
	*out = nonce;
	return 0;
}

void
nonce_format(struct buf *out, struct str instance_id, struct str nonce)
{
	buf_fmt(out, "%.*s\n%.*s\n", STR(instance_id), STR(nonce));
}
