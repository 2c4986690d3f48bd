/* tests/unit/base/str.c: slices. */
/* SPDX-License-Identifier: MIT */
#include "base/str.h"
#include "tests/mutate.h"
#include "tests/tap.h"

static const struct str none = { 0 };

static void
parts(void)
{
	struct str s = S("abcdef"), rest;

	is_str(str_of("abc"), S("abc"), "a C string");
	is_str(str_of(NULL), S(""), "none at all");
	is_str(str_part(s, 2, 4), S("cd"), "the middle");
	is_str(str_part(s, 4, SIZE_MAX), S("ef"), "the end, held");
	is_str(str_part(s, 4, 2), S(""), "a start behind its end");
	is_str(str_part(s, 99, 100), S(""), "a start behind the slice");
	is_str(str_part(none, 1, 2), S(""), "of nothing");
	rest = S("a=b=c");
	is_str(str_cut(&rest, '='), S("a"), "before the first");
	is_str(rest, S("b=c"), "and behind it");
	(void)str_cut(&rest, '=');
	is_str(str_cut(&rest, '='), S("c"), "without one, all");
	is_int(rest.len, 0, "and nothing is left");
	is_str(str_cut(&rest, '='), S(""), "again and again");
	rest = none;
	is_str(str_cut(&rest, '='), S(""), "nothing is cut off nothing");
	rest = S("a==");
	ok(str_split(&rest, '=', &s) && str_split(&rest, '=', &s) && !s.len, "split at each");
	ok(!str_split(&rest, '=', &s) && !s.len && !rest.len, "and once more, without one");
	ok(!str_split(&rest, '=', &s), "and again");
	rest = S("aab0\0");
	ok(!str_take(&rest, 'b') && str_take(&rest, 'a'), "one byte, if it is this one");
	is_int(str_span(&rest, "ab"), 2, "as many as are in the set");
	is_int(str_span(&rest, "ab"), 0, "or none");
	is_int(str_span(&rest, STR_TOKEN), 1, "its NUL is not of the set");
	ok(str_take(&rest, 0) && !rest.len && !str_take(&rest, 0), "a zero byte is a byte");
	is_int(str_span(&rest, "a"), 0, "nothing is in nothing");
	rest = none;
	ok(!str_take(&rest, 0) && !str_span(&rest, "a") && !str_split(&rest, 'a', &s), "not even nowhere");
	s = S("abcdef");
	is_str(str_trim(S(" \t a b\t ")), S("a b"), "trimmed");
	is_str(str_trim(S(" \t")), S(""), "to nothing");
	is_str(str_trim(none), S(""), "from nothing");
	is_str(str_cut_eol(S("a\r\n")), S("a"), "CR LF goes");
	is_str(str_cut_eol(S("a\n\n")), S("a\n"), "one LF goes");
	is_str(str_cut_eol(S("a\r")), S("a\r"), "a CR stays");
	is_str(str_cut_eol(S("\n")), S(""), "a line end alone");
	is_str(str_cut_eol(none), S(""), "and nothing");
}

static void
compare(void)
{
	ok(str_eq(S("a\0b"), S("a\0b")), "equal, over a zero byte");
	ok(!str_eq(S("a\0b"), S("a\0c")), "and not, behind it");
	ok(str_eq(none, S("")), "empty is empty");
	ok(!str_eq(S("a"), S("ab")), "a prefix is not equal");
	ok(str_eq_nocase(S("X-aZ@[`{"), S("x-Az@[`{")), "without case");
	ok(!str_eq_nocase(S("@"), S("`")) && !str_eq_nocase(S("["), S("{")) && !str_eq_nocase(S("\xc4"), S("\xe4")), "of letters alone");
	ok(!str_eq_nocase(S("a"), S("ab")), "and of one length");
	ok(str_eq_secret(S("abc"), S("abc")) && str_eq_secret(none, S("")), "equal secrets");
	ok(!str_eq_secret(S("abc"), S("abd")) && !str_eq_secret(S("abc"), S("xbc")) && !str_eq_secret(S("abc"), S("ab")), "and others");
	ok(str_has_prefix(S("abc"), S("ab")) && str_has_prefix(S("abc"), S("")) && !str_has_prefix(S("ab"), S("abc")), "prefixes");
	ok(str_has_suffix(S("abc"), S("bc")) && str_has_suffix(S("abc"), S("")) && !str_has_suffix(S("bc"), S("abc")), "suffixes");
	ok(str_is(S("abc"), "abc") && !str_is(S("ab"), "abc") && !str_is(S("abc\0"), "abc") && str_is(none, ""), "against a C string");
	ok(str_begins(S("abc"), "ab") && str_begins(none, "") && !str_begins(S("ab"), "abc"), "its prefix");
	ok(str_is_in(S("a"), "a\0" "bc\0") && str_is_in(S("bc"), "a\0" "bc\0"), "one of a list");
	ok(!str_is_in(S("b"), "a\0" "bc\0") && !str_is_in(S(""), "a\0") && !str_is_in(S("a"), ""), "and none");
	ok(!str_has_prefix(S("xbc"), S("ab")) && !str_has_suffix(S("abx"), S("bc")), "and none");
	ok(str_cmp(S("a"), S("b")) < 0 && str_cmp(S("b"), S("a")) > 0 && str_cmp(S("a"), S("a")) == 0, "order");
	ok(str_cmp(S("a"), S("ab")) < 0 && str_cmp(S("\x7f"), S("\x80")) < 0 && str_cmp(none, S("")) == 0, "by bytes, a prefix first");
}

static void
search(void)
{
	is_int(str_find(S("abcabc"), S("ca")), 2, "found");
	is_int(str_find(S("abc"), S("")), 0, "nothing is at 0");
	is_int(str_find(none, S("")), 0, "even in nothing");
	ok(str_find(S("abc"), S("abcd")) == SIZE_MAX && str_find(S("abc"), S("x")) == SIZE_MAX, "not found");
	is_int(str_find(S("aab"), S("ab")), 1, "after a false start");
	is_int(str_find_c(S("a\0b"), 'b'), 2, "a byte behind a zero byte");
	ok(str_find_c(S("abc"), 'x') == SIZE_MAX && str_find_c(none, 'x') == SIZE_MAX, "no such byte");
	ok(str_find_c(mutate_guard(0, S("abc")), 'x') == SIZE_MAX, "and nothing read behind the end");
}

static void
kinds(void)
{
	char all[1];
	int printable = 0, visible = 0;

	for (int c = 0; c < 256; c++) {
		all[0] = (char)c;
		printable += str_is_printable((struct str){ all, 1 }) == (c >= 0x20 && c <= 0x7e);
		visible += str_is_visible((struct str){ all, 1 }) == (c >= 0x21 && c <= 0x7e);
	}
	is_int(printable, 256, "printable is decided for each byte");
	is_int(visible, 256, "and so is visible");
	ok(str_is_printable(none) && !str_is_visible(none), "nothing is printable, not visible");
	ok(!str_is_visible(S("ab c")) && !str_is_printable(S("abc\n")), "one byte is enough");
}

static void
numbers(void)
{
	static const char *const bad[] = { "", "-1", "+1", " 1", "1 ", "1a", "0x1", "18446744073709551616", "99999999999999999999" };
	uint64_t n = 77;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ok(!str_to_u64(str_of(bad[i]), &n) && n == 77, "\"%s\" is no number, and nothing is given", bad[i]);
	ok(str_to_u64(S("0"), &n) && n == 0, "0");
	ok(str_hash_c(STR_HASH, 'a') == 0xe40c292c && str_hash_c(str_hash_c(STR_HASH, '\xff'), 'a') != str_hash_c(str_hash_c(STR_HASH, 0x7f), 'a'),
	   "FNV-1a of a is what its authors say, and all bits of a byte count");
	ok(str_to_u64(S("0000000000000000000000000017"), &n) && n == 17, "zeros in front");
	ok(str_to_u64(S("18446744073709551615"), &n) && n == UINT64_MAX, "the largest");
}

int
main(void)
{
	parts();
	compare();
	search();
	kinds();
	numbers();
	return tap_end();
}
