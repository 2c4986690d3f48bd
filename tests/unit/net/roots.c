/* tests/unit/net/roots.c: which source of CA certificates is taken, and what is said when there is none. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "net/roots.h"

#include "base/buf.h"
#include "crypto/awsroots.h"
#include "tap.h"
#include "unit/sys/fault.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>

static struct err err;
static char home[64];

static void
put(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		exit(1);
	close(fd);
}

/* All there is to read, or "compiled in", or the error's line. */
static struct str
taken(struct roots from)
{
	static char text[200];
	struct buf b = BUF(text);
	struct trust_source source;
	struct file_reader r;
	char piece[50];
	bool begins;
	size_t n;

	if (roots_open(&source, &r, &from, &err) < 0)
		return str_of(err.line);
	if (source.roots.len)
		buf_add_str(&b, !source.rewind && source.roots.at == awsroots().at ? S("compiled in") : S("?"));
	else if (source.rewind(source.ctx, &err) == 0)
		while (source.more(source.ctx, piece, sizeof piece, &n, &begins, &err) == 0 && n)
			buf_add(&b, piece, n);
	file_reader_close(&r);
	return buf_str(&b);
}

/* In a root that holds only what `ctx` names. */
static int
elsewhere(void *ctx)
{
	const char *bundle = ctx;
	struct str want = S("no CA certificates: none given, none in the usual places");

	mkdir("root", 0755);
	if ((chroot("root") < 0 && (unshare(CLONE_NEWUSER) < 0 || chroot("root") < 0)) || chdir("/") < 0)
		return 77;
	if (*bundle) {
		mkdir("etc", 0755);
		mkdir("etc/ssl", 0755);
		mkdir("etc/ssl/certs", 0755);
		mkdir("etc/pki", 0755);
		mkdir("etc/pki/tls", 0755);
		mkdir("etc/pki/tls/certs", 0755);
		put(bundle, bundle);
		want = str_of(bundle);
	}
	if (!str_eq(taken((struct roots){ .whose = ROOTS_VAULT }), want))
		return 2;
	if (!*bundle && (err.cause != CAUSE_USE || !str_is(str_of(err.hint), "name a file of them with -ca-cert or VAULT_CACERT")))
		return 3;
	if (!str_eq(taken((struct roots){ .whose = ROOTS_AWS, .setting = "AWS_CA_BUNDLE" }), want))
		return 4;
	if (!*bundle && (err.cause != CAUSE_USE || !str_is(str_of(err.hint), "name a file of them with AWS_CA_BUNDLE")))
		return 5;
	if (!str_eq(taken((struct roots){ .whose = ROOTS_AWS_OWN }), *bundle ? want : S("compiled in")))
		return 6;
	/* One that is named and wrong is an error, whatever else there is. */
	if (!str_is(taken((struct roots){ .whose = ROOTS_AWS_OWN, .file = "/none", .setting = "AWS_CA_BUNDLE" }), "AWS_CA_BUNDLE: /none: no such file or directory"))
		return 7;
	if (*bundle)
		unlink(bundle);
	return 0;
}

int
main(void)
{
	static const char *const usual[] = { "", "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
		"/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem" };
	char remove[100];

	snprintf(home, sizeof home, "%s", "/tmp/pantler-roots-XXXXXX");
	if (!mkdtemp(home) || chdir(home) < 0 || mkdir("d", 0755) < 0)
		return 1;
	put("f", "file");
	put("d/x", "folder");
	is_str(taken((struct roots){ .file = "f", .bytes = S("bytes"), .path = "d" }), S("file"), "a file goes first");
	is_str(taken((struct roots){ .file = "", .bytes = S("bytes"), .path = "d" }), S("bytes"), "then bytes");
	is_str(taken((struct roots){ .path = "d" }), S("folder"), "then a folder");
	is_str(taken((struct roots){ .file = "none", .bytes = S("bytes") }), S("none: no such file or directory"),
		"one that is given and not there is an error");
	is_int(err.cause, CAUSE_FILE, "its cause");
	is_str(taken((struct roots){ .whose = ROOTS_AWS_OWN, .file = "f" }), S("file"), "AWS_CA_BUNDLE goes before what is compiled in");
	is_str(taken((struct roots){ .path = "none" }), S("none: no such file or directory"), "a folder as well");
	for (size_t i = 0; i < 5; i++) {
		int status = in_child(elsewhere, (void *)(uintptr_t)usual[i]);

		if (status == 77)
			ok(true, "the system's bundles # SKIP no other root allowed here");
		else
			is_int(status, 0, "%s", *usual[i] ? usual[i] : "no bundle anywhere");
	}
	snprintf(remove, sizeof remove, "rm -rf '%s'", home);
	return chdir("/") < 0 || system(remove) != 0 ? 1 : tap_end();
}
