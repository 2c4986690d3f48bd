/* base/err.c: what went wrong, in one line, with the next move. */
/* SPDX-License-Identifier: MIT */
#include "base/err.h"

#include "base/buf.h"

#include <errno.h>
#include <string.h>

/* The numbers that users of this program meet; strerror's whole table is 2 KB. */
static const struct {
	int number;
	const char *text;
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
	{ EAFNOSUPPORT, "address family not supported" },
};

const char *
err_text(int errnum)
{
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (texts[i].number == errnum)
			return texts[i].text;
	return NULL;
}

/* End the text in a NUL, or in "..." where it did not fit. */
static void
seal(char *text, size_t cap, struct buf *b)
{
	if (b->full)
		memcpy(text + (b->len < cap - 4 ? b->len : cap - 4), "...", 4);
	else
		text[b->len] = 0;
}

static void
fill(struct err *e, enum err_code code, enum err_cause cause, int sys)
{
	e->code = code;
	e->cause = cause;
	e->sys = sys;
	e->hint[0] = 0;
}

/* Append the errno's text to what the buf holds. */
static void
add_errno(struct buf *b, int errnum)
{
	const char *text = err_text(errnum);

	buf_fmt(b, ": ");
	if (text)
		buf_fmt(b, "%s", text);
	else
		buf_fmt(b, "error %d", errnum);
}

int
err_set(struct err *e, enum err_code code, enum err_cause cause, const char *fmt, ...)
{
	struct buf b = { .at = e->line, .cap = sizeof e->line - 1 };
	va_list ap;

	fill(e, code, cause, 0);
	va_start(ap, fmt);
	buf_vfmt(&b, true, fmt, ap);
	va_end(ap);
	seal(e->line, sizeof e->line, &b);
	return -1;
}

int
err_sys(struct err *e, enum err_cause cause, int errnum, const char *fmt, ...)
{
	struct buf b = { .at = e->line, .cap = sizeof e->line - 1 };
	va_list ap;

	fill(e, ERR_SYS, cause, errnum);
	va_start(ap, fmt);
	buf_vfmt(&b, true, fmt, ap);
	va_end(ap);
	add_errno(&b, errnum);
	seal(e->line, sizeof e->line, &b);
	return -1;
}

int
err_in(struct err *e, const char *fmt, ...)
{
	char whole[ERR_LINE];
	struct buf b = { .at = whole, .cap = sizeof whole - 1 };
	va_list ap;

	va_start(ap, fmt);
	buf_vfmt(&b, true, fmt, ap);
	va_end(ap);
	buf_fmt(&b, ": ");
	for (const char *c = e->line; *c; c++)	/* byte by byte: as much of it as fits */
		buf_add_c(&b, *c);
	seal(whole, sizeof whole, &b);
	memcpy(e->line, whole, sizeof whole);
	return -1;
}

int
err_hint(struct err *e, const char *fmt, ...)
{
	struct buf b = { .at = e->hint, .cap = sizeof e->hint - 1 };
	va_list ap;

	va_start(ap, fmt);
	buf_vfmt(&b, true, fmt, ap);
	va_end(ap);
	seal(e->hint, sizeof e->hint, &b);
	return -1;
}
