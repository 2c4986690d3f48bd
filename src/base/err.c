/* base/err.c: what went wrong, in one line, with the next move. */
/* SPDX-License-Identifier: MIT */
#include "base/err.h"

#include "base/buf.h"

#include <errno.h>
#include <string.h>

/* The numbers that users of this program meet; strerror's whole table is 2 KB. Widths are fixed since a pointer would cost
   a relocation each. */
static const struct {
	unsigned char number;
	char text[26];
} texts[] = {
	{ EPERM, "operation not permitted" },
	{ ENOENT, "no such file or directory" },
	{ EIO, "input/output error" },
	{ EBADF, "not open" },
	{ ENOMEM, "out of memory" },
	{ EACCES, "permission denied" },
	{ EEXIST, "file exists" },
	{ ENOTDIR, "not a directory" },
	{ EISDIR, "is a directory" },
	{ EMFILE, "too many open files" },
	{ EFBIG, "file too large" },
	{ ENOSPC, "no space left on device" },
	{ EROFS, "read-only file system" },
	{ EPIPE, "broken pipe" },
	{ ENAMETOOLONG, "file name too long" },
	{ ENOSYS, "not in this kernel" },
	{ ELOOP, "is a symbolic link" },
	{ EDQUOT, "disk quota exceeded" },
	{ ECONNREFUSED, "connection refused" },
	{ ECONNRESET, "connection reset" },
	{ ETIMEDOUT, "connection timed out" },
	{ EHOSTUNREACH, "no route to host" },
	{ ENETUNREACH, "network is unreachable" },
	{ EADDRNOTAVAIL, "address not available" },
	{ EAFNOSUPPORT, "no such address family" },
};

const char *
err_text(int errnum)
{
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (texts[i].number == errnum)
			return texts[i].text;
	return NULL;
}

/* What all of these do: an escaped text into e->line or e->hint, then perhaps what came after it before, and an end that shows
   a cut. */
static void
write_text(char *text, size_t cap, const char *fmt, va_list ap, const char *behind)
{
	char old[ERR_LINE];
	struct buf b = { .at = text, .cap = cap - 4 };	/* room for "..." */

	if (behind == text) {
		memcpy(old, text, cap);
		behind = old;
	}
	buf_vfmt(&b, true, fmt, ap);
	if (behind)
		buf_fmt(&b, ": ");
	while (behind && *behind && !b.full)	/* byte by byte: as much of it as fits */
		buf_add_c(&b, *behind++);
	memcpy(text + b.len, b.full ? "..." : "", b.full ? 4 : 1);
}

static void
fill(struct err *e, enum err_code code, enum err_cause cause, int sys)
{
	e->code = code;
	e->cause = cause;
	e->sys = sys;
	e->hint[0] = 0;
}

int
err_set(struct err *e, enum err_code code, enum err_cause cause, const char *fmt, ...)
{
	va_list ap;

	fill(e, code, cause, 0);
	va_start(ap, fmt);
	write_text(e->line, sizeof e->line, fmt, ap, NULL);
	va_end(ap);
	return -1;
}

int
err_sys(struct err *e, enum err_cause cause, int errnum, const char *fmt, ...)
{
	char number[24];
	struct buf b = { .at = number, .cap = sizeof number };
	const char *text = err_text(errnum);
	va_list ap;

	buf_fmt(&b, "error %d%c", errnum, 0);
	fill(e, ERR_SYS, cause, errnum);
	va_start(ap, fmt);
	write_text(e->line, sizeof e->line, fmt, ap, text ? text : number);
	va_end(ap);
	return -1;
}

int
err_in(struct err *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	write_text(e->line, sizeof e->line, fmt, ap, e->line);
	va_end(ap);
	return -1;
}

int
err_hint(struct err *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	write_text(e->hint, sizeof e->hint, fmt, ap, NULL);
	va_end(ap);
	return -1;
}
