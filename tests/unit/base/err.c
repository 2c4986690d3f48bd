/* tests/unit/base/err.c: error lines: escaped, prefixed, and cut where they are too long. */
/* SPDX-License-Identifier: MIT */
#include "base/err.h"
#include "tests/tap.h"

#include <errno.h>

static void
lines(void)
{
	struct err e = { .wait_s = 7, .hint = "old" };

	is_int(err_set(&e, ERR_PEER, CAUSE_ANSWER, "%s: key \"%.*s\"", "answer", STR(S("a\nb"))), -1, "an error is -1");
	is_line(&e, "answer: key \"a\\x0ab\"", "arguments are escaped");
	ok(e.code == ERR_PEER && e.cause == CAUSE_ANSWER && e.sys == 0, "with its code and cause");
	ok(!e.hint[0] && !e.wait_s, "and no old hint or wait");
	is_int(err_in(&e, "login %d", 7), -1, "so is a prefix");
	is_line(&e, "login 7: answer: key \"a\\x0ab\"", "before the line, which is not escaped again");
	is_int(err_hint(&e, "do %s", "this"), -1, "and a hint");
	is_str(str_of(e.hint), S("do this"), "as it is");
	ok(e.code == ERR_PEER && e.cause == CAUSE_ANSWER, "code and cause stay");
	is_int(err_sys(&e, CAUSE_FILE, ENOENT, "%s", "a"), -1, "a system's error");
	is_line(&e, "a: no such file or directory", "with its text");
	ok(e.code == ERR_SYS && e.cause == CAUSE_FILE && e.sys == ENOENT, "and its number");
	err_sys(&e, CAUSE_FILE, 9999, "a");
	is_line(&e, "a: error 9999", "a number without a text");
	ok(err_text(9999) == NULL && err_text(0) == NULL, "which there is not");
	is_str(str_of(err_text(EPIPE)), S("broken pipe"), "or there is");
}

static void
long_lines(void)
{
	char text[700];
	struct err e;

	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = 0;
	text[ERR_LINE - 4] = 0;
	err_set(&e, ERR_INPUT, CAUSE_USE, "%s", text);
	is_str(str_of(e.line), str_of(text), "the longest line is whole: room is kept for the mark of a cut");
	err_in(&e, "ab");
	is_int(strlen(e.line), ERR_LINE - 1, "longer, it is cut");
	ok(str_has_prefix(str_of(e.line), S("ab: xx")) && str_has_suffix(str_of(e.line), S("x...")), "at its end, marked");
	text[ERR_LINE - 4] = 'x';
	err_set(&e, ERR_INPUT, CAUSE_USE, "%s", text);
	ok(strlen(e.line) == ERR_LINE - 1 && str_has_suffix(str_of(e.line), S("x...")), "a longer argument too");
	err_hint(&e, "%s", text);
	ok(strlen(e.hint) == ERR_HINT - 1 && str_has_suffix(str_of(e.hint), S("x...")), "and a hint");
	text[10] = '\n';
	text[11] = 0;
	memset(text + 20, '\n', 600);
	text[620] = 0;
	err_set(&e, ERR_INPUT, CAUSE_USE, "%s", text + 20);
	ok(str_is_printable(str_of(e.line)) && str_has_suffix(str_of(e.line), S("...")), "escapes do not outgrow it");
	for (int i = 0; i < 200; i++)
		err_in(&e, "deep");
	ok(strlen(e.line) == ERR_LINE - 1 && str_has_prefix(str_of(e.line), S("deep: deep: ")), "nor do many prefixes");
}

int
main(void)
{
	lines();
	long_lines();
	return tap_end();
}
