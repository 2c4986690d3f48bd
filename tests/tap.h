/* tests/tap.h: a small producer of TAP, for `prove`. Tests only; uses stdio, which the program itself never does. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_TAP_H
#define TESTS_TAP_H

#include "base/err.h"
#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int tap_n, tap_failed;

/* One assertion: prints "ok N - name" or "not ok N - name" and where it stands. Returns `pass`. */
#define ok(pass, ...) tap_ok((pass), __FILE__, __LINE__, __VA_ARGS__)
/* Two slices are equal; both are shown when not. */
#define is_str(got, want, ...) tap_is_str((got), (want), __FILE__, __LINE__, __VA_ARGS__)
/* Two integers are equal; both are shown when not. */
#define is_int(got, want, ...) tap_is_int((long long)(got), (long long)(want), __FILE__, __LINE__, __VA_ARGS__)
/* The whole line of an err. */
#define is_line(e, want, ...) tap_is_str(str_of((e)->line), str_of(want), __FILE__, __LINE__, __VA_ARGS__)

__attribute__((format(printf, 4, 5))) static inline bool
tap_ok(bool pass, const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	printf("%sok %d - ", pass ? "" : "not ", ++tap_n);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	if (!pass) {
		tap_failed++;
		printf("#   at %s line %d\n", file, line);
	}
	fflush(stdout);
	return pass;
}

static inline void
tap_show(const char *what, struct str s)
{
	printf("#   %s (%zu bytes): \"", what, s.len);
	for (size_t i = 0; i < s.len && i < 2000; i++)
		if (s.at[i] >= 0x20 && s.at[i] <= 0x7e)
			putchar(s.at[i]);
		else
			printf("\\x%02x", (unsigned char)s.at[i]);
	printf("\"\n");
}

__attribute__((format(printf, 5, 6))) static inline bool
tap_is_str(struct str got, struct str want, const char *file, int line, const char *fmt, ...)
{
	char name[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(name, sizeof name, fmt, ap);
	va_end(ap);
	if (tap_ok(str_eq(got, want), file, line, "%s", name))
		return true;
	tap_show("got ", got);
	tap_show("want", want);
	return false;
}

__attribute__((format(printf, 5, 6))) static inline bool
tap_is_int(long long got, long long want, const char *file, int line, const char *fmt, ...)
{
	char name[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(name, sizeof name, fmt, ap);
	va_end(ap);
	if (tap_ok(got == want, file, line, "%s", name))
		return true;
	printf("#   got %lld, want %lld\n", got, want);
	return false;
}

/* Print the plan; the exit status of main. */
static inline int
tap_end(void)
{
	printf("1..%d\n", tap_n);
	return tap_failed ? 1 : 0;
}

#endif
