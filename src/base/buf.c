/* base/buf.c: a bounded append buffer, and the project's only formatter (stdio's costs 14 KB and more). */
/* SPDX-License-Identifier: MIT */
#include "base/buf.h"

#include "base/divide.h"

#include <string.h>

/* Not inlined: the call is half as long. */
__attribute__((noinline)) struct buf
buf_over(char *at, size_t cap)
{
	return (struct buf){ .at = at, .cap = cap };
}

void
buf_add(struct buf *b, const void *bytes, size_t n)
{
	if (b->full || n > b->cap - b->len) {
		b->full = true;
		return;
	}
	if (n)
		memcpy(b->at + b->len, bytes, n);
	b->len += n;
}

void
buf_add_str(struct buf *b, struct str s)
{
	buf_add(b, s.at, s.len);
}

void
buf_add_c(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

static void
add_number(struct buf *b, uint64_t n, unsigned base, unsigned width)
{
	char digits[20];	/* 2^64 - 1 has 20 decimal digits */
	size_t at = sizeof digits;

	do
		digits[--at] = "0123456789abcdef"[divide(&n, base)];
	while (at && (n || sizeof digits - at < width));
	buf_add(b, digits + at, sizeof digits - at);
}

void
buf_add_u64(struct buf *b, uint64_t n)
{
	add_number(b, n, 10, 1);
}

void
buf_add_digits(struct buf *b, uint64_t n, unsigned width)
{
	add_number(b, n, 10, width);
}

void
buf_add_escaped(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];

		if (c >= 0x20 && c <= 0x7e && c != '\\') {
			buf_add_c(b, (char)c);
			continue;
		}
		buf_add(b, "\\x", 2);
		add_number(b, c, 16, 2);
	}
}

static void
add_signed(struct buf *b, int64_t n)
{
	if (n < 0)
		buf_add_c(b, '-');
	add_number(b, n < 0 ? 0 - (uint64_t)n : (uint64_t)n, 10, 1);
}

static void
add_text(struct buf *b, bool escape, struct str s)
{
	if (escape)
		buf_add_escaped(b, s);
	else
		buf_add_str(b, s);
}

/* Pass over `what`, if it stands at *fmt. */
static bool
takes(const char **fmt, const char *what)
{
	const char *at = *fmt;

	while (*what)
		if (*at++ != *what++)
			return false;
	*fmt = at;
	return true;
}

void
buf_vfmt(struct buf *b, bool escape, const char *fmt, va_list ap)
{
	while (*fmt) {
		if (takes(&fmt, "%s")) {
			add_text(b, escape, str_of(va_arg(ap, const char *)));
		} else if (takes(&fmt, "%.*s")) {
			int n = va_arg(ap, int);

			add_text(b, escape, (struct str){ va_arg(ap, const char *), (size_t)n });
		} else if (takes(&fmt, "%c")) {
			char one = (char)va_arg(ap, int);

			add_text(b, escape, (struct str){ &one, 1 });
		} else if (takes(&fmt, "%d")) {
			add_signed(b, va_arg(ap, int));
		} else if (takes(&fmt, "%u")) {
			buf_add_u64(b, va_arg(ap, unsigned));
		} else if (takes(&fmt, "%x")) {
			add_number(b, va_arg(ap, unsigned), 16, 1);
		} else if (takes(&fmt, "%lld")) {
			add_signed(b, va_arg(ap, long long));
		} else if (takes(&fmt, "%llu")) {
			buf_add_u64(b, va_arg(ap, unsigned long long));
		} else if (takes(&fmt, "%zu")) {
			buf_add_u64(b, va_arg(ap, size_t));
		} else {
			buf_add_c(b, *fmt);
			if (!takes(&fmt, "%%"))
				fmt++;
		}
	}
}

void
buf_fmt(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vfmt(b, false, fmt, ap);
	va_end(ap);
}
