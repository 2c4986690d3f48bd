/* net/roots.c: where CA certificates come from. */
/* SPDX-License-Identifier: MIT */
#include "net/roots.h"

/* Debian and Alpine; Fedora and older Red Hat; SUSE; BSDs, and Alpine again. The first that can be opened is the system's. */
static const char usual[] =	/* one string: pointers would be relocated */
	"/etc/ssl/certs/ca-certificates.crt\0"
	"/etc/pki/tls/certs/ca-bundle.crt\0"
	"/etc/ssl/ca-bundle.pem\0"
	"/etc/ssl/cert.pem\0";

int
roots_open(struct file_reader *r, const struct roots *from, struct err *e)
{
	if (from->file && *from->file)
		return file_reader_open(r, from->file, e);
	if (from->bytes.len) {
		file_reader_bytes(r, from->bytes);
		return 0;
	}
	if (from->path && *from->path)
		return file_reader_open(r, from->path, e);
	for (const char *at = usual; *at; at = str_next(at))
		if (file_reader_open(r, at, e) == 0)
			return 0;
	err_set(e, ERR_INPUT, CAUSE_USE, "no CA certificates: none given and none of the usual bundles exist");
	return err_hint(e, "name a file of them with -ca-cert or VAULT_CACERT");
}
