/* tests/fuzz/ini.c: fuzzes the shared files' grammar: every item is well-formed, and what is written plainly from it reads the same. */
/* SPDX-License-Identifier: MIT */
#include "base/buf.h"
#include "data/ini.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static bool
is_trimmed(struct str s)
{
	return str_eq(str_trim(s), s) && str_find_c(s, '\n') == SIZE_MAX && str_find_c(s, 0) == SIZE_MAX;
}

/* A property by itself is what it was: its comment is gone, its quotes are ours. */
static void
read_again(const struct ini *i)
{
	static char memory[1 << 14];
	struct buf b = BUF(memory);
	struct ini again;
	struct err e;

	buf_fmt(&b, "[%.*s]\n%.*s = \"%.*s\"", STR(i->head), STR(i->key), STR(i->value));
	if (b.full || str_find(i->value, S("#")) != SIZE_MAX || str_find(i->value, S(";")) != SIZE_MAX ||
	    str_begins(i->key, "[") || str_begins(i->key, "#") || str_begins(i->key, ";"))
		return;
	must(ini_init(&again, buf_str(&b), &e) == 0 && ini_next(&again) && !again.key.len && ini_next(&again));
	must(str_eq(again.key, i->key) && str_eq(again.value, i->value) && !again.more && !again.parent.len && !ini_next(&again));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ini i;
	struct err e;
	unsigned line = 0;

	if (ini_init(&i, (struct str){ (const char *)data, len }, &e) < 0) {
		must(e.cause == CAUSE_FILE && str_is_printable(str_of(e.line)));
		return 0;
	}
	while (ini_next(&i)) {
		must(i.line > line && i.head.at && is_trimmed(i.key) && str_find_c(i.value, '\n') == SIZE_MAX);
		must(i.key.len || (i.head.len && i.name.len <= i.head.len && i.type.len < i.head.len));
		must(!i.more || (i.key.len && !i.parent.len && is_trimmed(i.value)));
		if (i.key.len && !i.more)
			read_again(&i);
		line = i.line;
	}
	must(!i.rest.len);
	return 0;
}
