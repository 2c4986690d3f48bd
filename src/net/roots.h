/* net/roots.h: where CA certificates come from: a file, a folder, memory, the system's usual bundles, or the program itself.
   Judges none of them (crypto/trust does). */
/* SPDX-License-Identifier: MIT */
#ifndef NET_ROOTS_H
#define NET_ROOTS_H

#include "crypto/trust.h"
#include "sys/file.h"

/* Whose certificate it is about. What is Vault's is never used for AWS, and the other way round. */
enum roots_for {
	ROOTS_VAULT,
	ROOTS_AWS,	/* AWS's protocol at an address of somebody's choice */
	ROOTS_AWS_OWN,	/* and one of AWS's own domains (region_is_aws_host): those that are compiled in, where there is no bundle */
};

/* What was configured; the first that is given counts (file, then bytes, then folder, as Vault's clients do), and none of
   them means the system's. */
struct roots {
	enum roots_for whose;
	const char *file;	/* PEM; NULL or "": none. Of AWS: AWS_CA_BUNDLE, or an iot block's ca */
	const char *setting;	/* what says the file, for hints, and of AWS for errors; static */
	struct str bytes;	/* PEM; empty: none */
	const char *path;	/* a folder of PEM files; NULL or "": none */
};

/* Open the source: *out reads by *r, so neither may move. Call it before the first byte goes to any network, so that a wrong
   file is not found out by a half-made connection; then file_reader_close(r). 0; or -1: CAUSE_FILE for one that was configured
   and cannot be read, of AWS with the setting in front; CAUSE_USE "no CA certificates: none given, none in the usual places", with a hint. */
int roots_open(struct trust_source *out, struct file_reader *r, const struct roots *from, struct err *e)
	__attribute__((warn_unused_result));

#endif
