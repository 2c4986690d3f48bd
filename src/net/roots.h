/* net/roots.h: where CA certificates come from: a file, a folder, memory, or the system's usual bundles. Judges none of them
   (crypto/trust does). */
/* SPDX-License-Identifier: MIT */
#ifndef NET_ROOTS_H
#define NET_ROOTS_H

#include "sys/file.h"

/* What was configured; the first that is given counts (file, then bytes, then folder, as Vault's clients do), and none of
   them means the system's. */
struct roots {
	const char *file;	/* PEM; NULL or "": none */
	struct str bytes;	/* PEM; empty: none */
	const char *path;	/* a folder of PEM files; NULL or "": none */
};

/* Open the source. Call it before the first byte goes to any network, so that a wrong file is not found out by a half-made
   connection; then file_reader_close. 0; or -1: CAUSE_FILE for one that was configured and cannot be read; CAUSE_USE
   "no CA certificates: none given and none of the usual bundles exist", with a hint. */
int roots_open(struct file_reader *r, const struct roots *from, struct err *e) __attribute__((warn_unused_result));

#endif
