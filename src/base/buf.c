/* base/buf.c: a bounded append buffer, and the project's only formatter (stdio's costs 14 KB and more). */
/* SPDX-License-Identifier: MIT */
#include "base/buf.h"

#include "base/divide.h"

#include <string.h>

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

void
buf_vfmt(struct buf *b, bool escape, const char *fmt, va_list ap)
{
	for (; *fmt; fmt++) {
		char one;

		if (*fmt != '%') {
			buf_add_c(b, *fmt);
		} else if (fmt[1] == 's') {
			add_text(b, escape, str_of(va_arg(ap, const char *)));
			fmt++;
		} else if (!strncmp(fmt + 1, ".*s", 3)) {
			int n = va_arg(ap, int);

			add_text(b, escape, (struct str){ va_arg(ap, const char *), (size_t)n });
			fmt += 3;
		} else if (fmt[1] == 'c') {
			one = (char)va_arg(ap, int);
			add_text(b, escape, (struct str){ &one, 1 });
			fmt++;
		} else if (fmt[1] == 'd') {
			add_signed(b, va_arg(ap, int));
			fmt++;
		} else if (fmt[1] == 'u' || fmt[1] == 'x') {
			add_number(b, va_arg(ap, unsigned), fmt[1] == 'u' ? 10 : 16, 1);
			fmt++;
		} else if (!strncmp(fmt + 1, "lld", 3)) {
			add_signed(b, va_arg(ap, long long));
			fmt += 3;
		} else if (!strncmp(fmt + 1, "llu", 3)) {
			add_number(b, va_arg(ap, unsigned long long), 10, 1);
			fmt += 3;
		} else if (!strncmp(fmt + 1, "zu", 2)) {
			add_number(b, va_arg(ap, size_t), 10, 1);
			fmt += 2;
		} else {
			buf_add_c(b, *fmt);
			fmt += fmt[1] == '%';
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
