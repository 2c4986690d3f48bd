/* tests/unit/data/ini.c: the shared files' grammar, line by line; what is refused; every mutation of a file that has all of it. */
/* SPDX-License-Identifier: MIT */
#include "data/ini.h"

#include "base/buf.h"
#include "tests/mutate.h"
#include "tests/tap.h"

static char written[1 << 16];

/* All that is read, an item a line: "[type|name|head]", "LINE key=value", "LINE parent.key=value", "LINE key+value". */
static struct str
read_all(struct str text)
{
	struct buf b = BUF(written);
	struct ini i;
	struct err e;

	if (ini_init(&i, text, &e) < 0) {
		buf_fmt(&b, "! %s", e.line);
		return buf_str(&b);
	}
	while (ini_next(&i))
		if (i.key.len)
			buf_fmt(&b, "%u %.*s%s%.*s%c%.*s;", i.line, STR(i.parent), i.parent.len ? "." : "", STR(i.key), i.more ? '+' : '=', STR(i.value));
		else
			buf_fmt(&b, "[%.*s|%.*s|%.*s];", STR(i.type), STR(i.name), STR(i.head));
	return buf_str(&b);
}

static const struct {
	const char *name;
	struct str text, want;
} rows[] = {
	{ "nothing", S(""), S("") },
	{ "a head", S("[default]"), S("[|default|default];") },
	{ "a head with a type", S("[profile web]\n"), S("[profile|web|profile web];") },
	{ "blanks in and around a head", S("  [ profile \t web ]  \n"), S("[profile|web|profile \t web];") },
	{ "a comment behind a head", S("[default] # here\n[a];b\n[c]#d]\n"), S("[|default|default];[|a|a];[|c|c];") },
	{ "quotes around a name", S("[profile \"my prof\"]\n[profile 'x']\n['a b']\n"),
	  S("[profile|my prof|profile \"my prof\"];[profile|x|profile 'x'];[|a b|a b];") },
	{ "half a quote stays", S("[profile \"x]"), S("[profile|\"x|profile \"x];") },
	{ "a name of two words", S("[my prof]"), S("[my|prof|my prof];") },
	{ "a property", S("[a]\nkey = value\n"), S("[|a|a];2 key=value;") },
	{ "no blanks", S("[a]\nkey=value"), S("[|a|a];2 key=value;") },
	{ "tabs", S("[a]\nkey\t=\tvalue\t"), S("[|a|a];2 key=value;") },
	{ "a colon", S("[a]\nkey: value\n"), S("[|a|a];2 key=value;") },
	{ "the first separator counts", S("[a]\nk=a=b:c\nl:a=b\n"), S("[|a|a];2 k=a=b:c;3 l=a=b;") },
	{ "keys as they are written", S("[a]\nKey = Value\n"), S("[|a|a];2 Key=Value;") },
	{ "an empty value", S("[a]\nkey =\n"), S("[|a|a];2 key=;") },
	{ "an empty key", S("[a]\n= value\n:\n"), S("[|a|a];") },
	{ "no separator", S("[a]\nword\n"), S("[|a|a];") },
	{ "before the first section", S("x = 1\n y = 2\nz\n[a]\nb = 3\n"), S("[|a|a];5 b=3;") },
	{ "comments", S("# x = 1\n[a]\n; y = 2\n  # z = 3\n\t; w = 4\nb = 5"), S("[|a|a];6 b=5;") },
	{ "a comment behind a value", S("[a]\nb = 1 # c\nd = 2\t; e\nf = # g\n"), S("[|a|a];2 b=1;3 d=2;4 f=;") },
	{ "no blank, no comment", S("[a]\nb = abc#def\nc = x;y\nd =#z\n"), S("[|a|a];2 b=abc#def;3 c=x;y;4 d=#z;") },
	{ "a comment before the separator", S("[a]\nb # c = d\n"), S("[|a|a];") },
	{ "quotes around a value", S("[a]\nb = \"c d\"\ne = 'f'\ng = \"h'\ni = \"\ny = \"\"\n"),
	  S("[|a|a];2 b=c d;3 e=f;4 g=\"h';5 i=\";6 y=;") },
	{ "one pair of quotes goes", S("[a]\nb = ''c''\n"), S("[|a|a];2 b='c';") },
	{ "duplicates are both there", S("[a]\nb = 1\nb = 2\n[a]\nb = 3\n"), S("[|a|a];2 b=1;3 b=2;[|a|a];5 b=3;") },
	{ "below an empty value", S("[a]\ns3 =\n  x = 1\n\ty: 2 # c\nz = 3\n"), S("[|a|a];2 s3=;3 s3.x=1;4 s3.y=2 # c;5 z=3;") },
	{ "below a value: a property", S("[a]\nb = 1\n  c = 2 # d\n"), S("[|a|a];2 b=1;3 c=2;") },
	{ "below a head: a property", S("[a]\n  c = 2\n  d =\n  e = 3\n"), S("[|a|a];2 c=2;3 d=;4 d.e=3;") },
	{ "a head ends what was above", S("[a]\nb =\n[c]\n  d = 1\n"), S("[|a|a];2 b=;[|c|c];4 d=1;") },
	{ "and whether it was empty", S("[a]\nb =\n[c]\n  d = 1 # e\n"), S("[|a|a];2 b=;[|c|c];4 d=1;") },
	{ "a blank line does not", S("[a]\nb =\n\n  c = 1\n"), S("[|a|a];2 b=;4 b.c=1;") },
	{ "further lines", S("[a]\nb = 1\n  more # all\n\n  and\n"), S("[|a|a];2 b=1;3 b+more # all;5 b+and;") },
	{ "below an empty value: dropped", S("[a]\nb =\n  word\n"), S("[|a|a];2 b=;") },
	{ "below nothing: dropped", S("[a]\n  word\n"), S("[|a|a];") },
	{ "cr lf", S("[a]\r\nb = 1\r\n  c\r\n\r\nd = 2\r\n"), S("[|a|a];2 b=1;3 b+c;5 d=2;") },
	{ "one cr goes", S("[a]\nb = 1\r\r\n"), S("[|a|a];2 b=1\r;") },
	{ "a byte order mark", S("\xef\xbb\xbf[a]\nb = 1\n"), S("[|a|a];2 b=1;") },
	{ "one of them", S("\xef\xbb\xbf\xef\xbb\xbf[a]\nb = 1\n"), S("") },
	{ "bytes beyond ascii", S("[profile \xc3\xa9]\nb = \xff\n"), S("[profile|\xc3\xa9|profile \xc3\xa9];2 b=\xff;") },
	{ "not closed", S("[a]\nb = 1\n[profile c\nb = 2\n"), S("! line 3: a nul byte, or a broken section") },
	{ "closed in a comment", S("[a # ]\n"), S("! line 1: a nul byte, or a broken section") },
	{ "no name", S("[]\n"), S("! line 1: a nul byte, or a broken section") },
	{ "blanks for a name", S("[ \t]\n"), S("! line 1: a nul byte, or a broken section") },
	{ "a bracket alone", S("a\n["), S("! line 2: a nul byte, or a broken section") },
	{ "a nul", S("[a]\nb = 1\0 2\n"), S("! line 2: a nul byte, or a broken section") },
	{ "a nul in a comment", S("# \0\n"), S("! line 1: a nul byte, or a broken section") },
};

#define WHOLE "\xef\xbb\xbf# c\r\n[default]\nregion = eu-west-1 # c\n[profile \"my prof\"]\ns3 =\n  a = b\n  c\nrole_arn: 'x'\n  more\nlast=\n"

/* Slices lie within the text, lines go up. */
static bool
is_sound(struct str text, void *arg)
{
	unsigned line = 0;
	struct ini i;
	struct err e;

	(void)arg;
	if (ini_init(&i, text, &e) < 0)
		return e.cause == CAUSE_FILE && (e.code == ERR_INPUT || e.code == ERR_LIMIT) && str_begins(str_of(e.line), "line ");
	while (ini_next(&i)) {
		if (i.line <= line || !i.head.len || (!i.key.len && (i.more || i.parent.len || i.value.len)) || str_find_c(i.value, '\n') != SIZE_MAX || (i.more && i.parent.len))
			return false;
		line = i.line;
	}
	return !i.rest.len;
}

static void
run_bound(void)
{
	char *big = malloc(INI_MAX + 1);
	struct ini i;
	struct err e;

	memset(big, 'x', INI_MAX + 1);
	ok(ini_init(&i, (struct str){ big, INI_MAX }, &e) == 0 && !ini_next(&i), "%d bytes are read", INI_MAX);
	ok(ini_init(&i, (struct str){ big, INI_MAX + 1 }, &e) < 0 && e.code == ERR_LIMIT && e.cause == CAUSE_FILE, "one more is not");
	is_line(&e, "longer than 1048576 bytes", "line");
	free(big);
}

int
main(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		is_str(read_all(rows[i].text), rows[i].want, "%s", rows[i].name);
	is_int(mutate_cut(S(WHOLE), is_sound, NULL), 0, "cut at every byte");
	is_int(mutate_flip(S(WHOLE), is_sound, NULL), 0, "every bit flipped");
	run_bound();
	return tap_end();
}
