/* vault/nonce.h: the nonce of logins of type ec2, and the file that keeps it. Makes none, and reads and writes no file: the shell
   does, makes it only where there is none, and looks at owner and mode. */
/* SPDX-License-Identifier: MIT */
#ifndef VAULT_NONCE_H
#define VAULT_NONCE_H

#include "base/buf.h"
#include "base/err.h"

#define NONCE_MAX 128		/* bytes; Vault takes no longer one */
#define NONCE_INSTANCE_MAX 64	/* bytes of an instance id; AWS's have 19 */
#define NONCE_FILE_MAX (NONCE_INSTANCE_MAX + NONCE_MAX + 2)

/* The file is two lines, the instance's id and the nonce, each ended by LF:

       i-0123456789abcdef0
       5defbf9e-a8f9-3063-bdfc-54b7a42a1f95

   Vault holds an instance to the nonce of its first login. An image made of it, or a disk moved elsewhere, brings the file
   along; so the id says whose it is. The line end at the end says that it is whole. */

/* Whether this can be a nonce: 1 to NONCE_MAX bytes of visible ASCII. */
bool nonce_is_valid(struct str nonce);

/* The nonce that a file holds for this instance; a part of `file`. Another instance's, and what is not two such lines: -1,
   ERR_INPUT, CAUSE_FILE, without any of its bytes but the other's id. */
int nonce_parse(struct str *out, struct str file, struct str instance_id, struct err *e) __attribute__((warn_unused_result));

/* Append the file's bytes: at most NONCE_FILE_MAX. Both must be valid. */
void nonce_format(struct buf *out, struct str instance_id, struct str nonce);

#endif
