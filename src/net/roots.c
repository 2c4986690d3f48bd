/* net/roots.c: where CA certificates come from. */
/* SPDX-License-Identifier: MIT */
#include "net/roots.h"

#include "crypto/awsroots.h"

/* Debian and Alpine; Fedora and older Red Hat; SUSE; BSDs, and Alpine again. The first that can be opened is the system's. */
static const char usual[] =	/* one string: pointers would be relocated */
	"/etc/ssl/certs/ca-certificates.crt\0"
	"/etc/pki/tls/certs/ca-bundle.crt\0"
	"/etc/ssl/ca-bundle.pem\0"
	"/etc/ssl/cert.pem\0";

static int
more(void *ctx, char *at, size_t cap, size_t *n, bool *begins, struct err *e)
{
	return file_reader_more(ctx, at, cap, n, begins, e);
}

static int
rewind_all(void *ctx, struct err *e)
{
	return file_reader_rewind(ctx, e);
}

int
roots_open(struct trust_source *out, struct file_reader *r, const struct roots *from, struct err *e)
{
	*out = (struct trust_source){ .rewind = rewind_all, .more = more, .name = &r->name, .path = &r->path,
		.setting = from->setting, .ctx = r };
	if (from->file && *from->file)
		return file_reader_open(r, from->file, e) == 0 ? 0 : from->whose == ROOTS_VAULT ? -1 : err_in(e, "%s", from->setting);
	if (from->bytes.len) {
		file_reader_bytes(r, from->bytes);
		return 0;
	}
	if (from->path && *from->path)
		return file_reader_open(r, from->path, e);
	for (const char *at = usual; *at; at = str_next(at))
		if (file_reader_open(r, at, e) == 0)
			return 0;
	if (from->whose == ROOTS_AWS_OWN) {
		file_reader_bytes(r, S(""));
		*out = (struct trust_source){ .roots = awsroots(), .setting = from->setting };
		return 0;
	}
	err_set(e, ERR_INPUT, CAUSE_USE, "no CA certificates: none given, none in the usual places");
	return err_hint(e, "name a file of them with %s", from->whose == ROOTS_VAULT ? "-ca-cert or VAULT_CACERT" : from->setting);
}
