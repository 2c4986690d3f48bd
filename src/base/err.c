/* base/err.c: what went wrong, in one line, with the next move. */
/* SPDX-License-Identifier: MIT */
#include "base/err.h"

#include "base/buf.h"

#include <errno.h>
#include <string.h>

/* The numbers that users of this program meet; strerror's whole table is 2 KB. */
#define TEXTS \
	X(EPERM, "operation not permitted") \
	X(ENOENT, "no such file or directory") \
	X(EIO, "input/output error") \
	X(EBADF, "not open") \
	X(ENOMEM, "out of memory") \
	X(EACCES, "permission denied") \
	X(EEXIST, "file exists") \
	X(ENOTDIR, "not a directory") \
	X(EISDIR, "is a directory") \
	X(EMFILE, "too many open files") \
	X(EFBIG, "file too large") \
	X(ENOSPC, "no space left on device") \
	X(EROFS, "read-only file system") \
	X(EPIPE, "broken pipe") \
	X(ENAMETOOLONG, "file name too long") \
	X(ENOSYS, "not in this kernel") \
	X(ELOOP, "is a symbolic link") \
	X(EDQUOT, "disk quota exceeded") \
	X(ECONNREFUSED, "connection refused") \
	X(ECONNRESET, "connection reset") \
	X(ETIMEDOUT, "connection timed out") \
	X(EHOSTUNREACH, "no route to host") \
	X(ENETUNREACH, "network is unreachable") \
	X(EADDRNOTAVAIL, "address not available") \
	X(EAFNOSUPPORT, "no such address family")

/* The texts one behind the other, since a pointer would cost a relocation each, and a width the longest one's. */
#define X(number, text) number,
static const unsigned char numbers[] = { TEXTS };
#undef X
#define X(number, text) text "\0"
static const char texts[] = TEXTS;
#undef X

const char *
err_text(int errnum)
{
	const char *text = texts;

	for (size_t i = 0; i < sizeof numbers; i++) {
		if (numbers[i] == errnum)
			return text;
		text = str_next(text);
	}
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
fill(struct err *e, unsigned kind, int sys)
{
	e->code = (enum err_code)(kind & 15);
	e->cause = (enum err_cause)(kind >> 4);
	e->sys = sys;
	e->wait_s = 0;
	e->hint[0] = 0;
}

void
err_put_kind(struct err *e, unsigned kind, const char *fmt, ...)
{
	va_list ap;

	fill(e, kind, 0);
	va_start(ap, fmt);
	write_text(e->line, sizeof e->line, fmt, ap, NULL);
	va_end(ap);
}

void
err_put_sys(struct err *e, enum err_cause cause, int errnum, const char *fmt, ...)
{
	char number[24];
	struct buf b = { .at = number, .cap = sizeof number };
	const char *text = err_text(errnum);
	va_list ap;

	buf_fmt(&b, "error %d%c", errnum, 0);
	fill(e, ERR_KIND(ERR_SYS, cause), errnum);
	va_start(ap, fmt);
	write_text(e->line, sizeof e->line, fmt, ap, text ? text : number);
	va_end(ap);
}

void
err_put_in(struct err *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	write_text(e->line, sizeof e->line, fmt, ap, e->line);
	va_end(ap);
}

void
err_put_hint(struct err *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	write_text(e->hint, sizeof e->hint, fmt, ap, NULL);
	va_end(ap);
}
