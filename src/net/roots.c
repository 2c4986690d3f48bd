/* net/roots.c: where CA certificates come from. */
/* SPDX-License-Identifier: MIT */
#include "net/roots.h"

/* Debian and Alpine; Fedora and older Red Hat; SUSE; BSDs, and Alpine again. The first that can be opened is the system's. */
static const char usual[][40] = {	/* without pointers: each of them would be relocated */
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/tls/certs/ca-bundle.crt",
	"/etc/ssl/ca-bundle.pem",
	"/etc/ssl/cert.pem",
};

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
	for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
		if (file_reader_open(r, usual[i], e) == 0)
			return 0;
	err_set(e, ERR_INPUT, CAUSE_USE, "no CA certificates: none given and none of the usual bundles exist");
	return err_hint(e, "name a file of them with -ca-cert or VAULT_CACERT");
}
