/* tests/unit/base/buf.c: bounded appending and the formatter. */
/* SPDX-License-Identifier: MIT */
#include "base/buf.h"
#include "tests/mutate.h"
#include "tests/tap.h"

static char memory[256];

static void
adding(void)
{
	char four[4] = "....";
	struct buf b = BUF(four);

	buf_add(&b, "ab", 2);
	buf_add(&b, NULL, 0);
	ok(!b.full, "nothing always fits");
	buf_add(&b, "cde", 3);
	ok(b.full && b.len == 2, "what does not fit is not added in part");
	buf_add_c(&b, 'c');
	is_str(buf_str(&b), S("ab"), "and full stays full");
	is_int(four[2], '.', "nothing is written behind it");
	b = BUF(four);
	buf_add_str(&b, S("abcd"));
	ok(!b.full && b.len == 4, "the last byte can be used");
	buf_add_c(&b, 'e');
	ok(b.full && b.len == 4, "and no other");
	b = (struct buf){ 0 };
	buf_add(&b, "", 0);
	ok(!b.full, "an empty buf is not full");
	buf_add_c(&b, 'a');
	ok(b.full, "until something comes");
}

static void
numbers(void)
{
	struct buf b = BUF(memory);

	buf_add_u64(&b, 0);
	buf_add_c(&b, ' ');
	buf_add_u64(&b, UINT64_MAX);
	buf_add_c(&b, ' ');
	buf_add_digits(&b, 7, 4);
	buf_add_c(&b, ' ');
	buf_add_digits(&b, 12345, 4);
	buf_add_c(&b, ' ');
	buf_add_digits(&b, 0, 0);
	buf_add_c(&b, ' ');
	buf_add_digits(&b, 1, 99);
	is_str(buf_str(&b), S("0 18446744073709551615 0007 12345 0 00000000000000000001"), "decimals");
}

static void
escapes(void)
{
	struct buf b = BUF(memory);
	char one = '\n';

	buf_add_escaped(&b, S(" a~\\\x7f\x1f\r\n\0\xff"));
	is_str(buf_str(&b), S(" a~\\x5c\\x7f\\x1f\\x0d\\x0a\\x00\\xff"), "all that is not printable, and the backslash");
	b.len = 0;
	buf_add_escaped(&b, (struct str){ &one, 1 });
	is_str(buf_str(&b), S("\\x0a"), "a line end");
}

__attribute__((format(printf, 2, 3))) static struct str
formatted(bool escape, const char *fmt, ...)
{
	static struct buf b;
	va_list ap;

	b = BUF(memory);
	va_start(ap, fmt);
	buf_vfmt(&b, escape, fmt, ap);
	va_end(ap);
	return buf_str(&b);
}

static void
formats(void)
{
	struct buf b = BUF(memory);
	const char *volatile no = NULL;

	is_str(formatted(false, "%s|%.*s|%c|%%|%d|%u|%x", "a\n", STR(S("b\0c")), 'd', -5, 6u, 255u), S("a\n|b\0c|d|%|-5|6|ff"), "each kind");
	is_str(formatted(false, "%lld %lld %llu %zu", (long long)INT64_MIN, (long long)INT64_MAX, (unsigned long long)UINT64_MAX, (size_t)9),
	    S("-9223372036854775808 9223372036854775807 18446744073709551615 9"), "each width");
	is_str(formatted(false, "%d %d", INT32_MIN, INT32_MAX), S("-2147483648 2147483647"), "ints at their ends");
	is_str(formatted(true, "\t%s|%.*s|%c", "a\n", STR(S("\0")), '\x1b'), S("\t\x61\\x0a|\\x00|\\x1b"), "arguments escaped, the format not");
	is_str(formatted(false, "%s.", no), S("."), "no string is empty");
	is_str(formatted(false, "100%%"), S("100%"), "a percent sign");
	b = (struct buf){ .at = memory, .cap = 3 };
	buf_fmt(&b, "ab%s", "cdef");
	ok(b.full, "no room is seen");
}

/* Unknown directives are written as they stand. The compiler's own check has to be kept from seeing them. */
static void
unknown(void)
{
	const char *volatile odd[] = { "%", "a%", "%5d", "%l", "%-s", "%q" };

	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		const char *fmt = odd[i];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
		is_str(formatted(false, fmt), str_of(fmt), "%s as it stands", i ? "a directive" : "a lone percent sign");
#pragma GCC diagnostic pop
	}
}

int
main(void)
{
	adding();
	numbers();
	escapes();
	formats();
	unknown();
	return tap_end();
}
