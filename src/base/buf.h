/* base/buf.h: a bounded append buffer over the caller's bytes. Knows nothing of secrets or files, never grows. */
/* SPDX-License-Identifier: MIT */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/str.h"

#include <stdarg.h>

struct buf {
	char *at;	/* storage, the caller's, valid as long as the buf is used */
	size_t len;	/* bytes written so far */
	size_t cap;	/* bytes there are */
	bool full;	/* sticky: something did not fit; what fits before it is intact */
};

/* An empty buf over cap bytes. */
struct buf buf_over(char *at, size_t cap);
/* Over an array of char. */
#define BUF(array) buf_over((array), sizeof(array))

/* What was written so far; valid until the storage is written again. */
static inline struct str
buf_str(const struct buf *b)
{
	return (struct str){ b->at, b->len };
}

/* Append n bytes. Too long: nothing is added, full is set, and every later add does nothing,
   so a caller checks once, at the end. */
void buf_add(struct buf *b, const void *bytes, size_t n);
void buf_add_str(struct buf *b, struct str s);
void buf_add_c(struct buf *b, char c);
/* Append a decimal; no locale. */
void buf_add_u64(struct buf *b, uint64_t n);
/* Append a decimal with zeros before it up to `width` digits. */
void buf_add_digits(struct buf *b, uint64_t n, unsigned width);
/* Append s with every byte outside 0x20..0x7e, and the backslash, as \xNN, so that a log line or a terminal cannot be
   taken over by bytes from outside. */
void buf_add_escaped(struct buf *b, struct str s);

/* Append by a format: %s (C string), %.*s (STR(slice)), %c, %d, %u, %x, %lld, %llu, %zu, %%; no flags and no widths.
   Anything else is written as it stands. Strings are added as they are. */
void buf_fmt(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same; with `escape`, string arguments go through buf_add_escaped. */
void buf_vfmt(struct buf *b, bool escape, const char *fmt, va_list ap) __attribute__((format(printf, 3, 0)));

#endif
