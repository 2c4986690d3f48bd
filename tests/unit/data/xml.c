/* tests/unit/data/xml.c: elements of an STS answer: found, refused, never mistaken; every mutation of an answer. */
/* SPDX-License-Identifier: MIT */
#include "data/xml.h"

#include "tests/mutate.h"
#include "tests/tap.h"

static char memory[1 << 16];
static struct arena arena = { .at = memory, .cap = sizeof memory };

/* The text at a path; "-" when there is none, "!" for an error. */
static struct str
text_at(struct str doc, const char *path)
{
	char parents[64] = { 0 };
	const char *name = path;
	struct str text;
	struct err e;

	while (name[strlen(name) + 1])
		name += strlen(name) + 1;
	memcpy(parents, path, (size_t)(name - path));
	arena_wipe(&arena);
	if (xml_read(doc, parents, name, &text, &arena, &e) == 0)
		return text.at ? text : S("-");
	return e.cause == CAUSE_ANSWER && e.code == ERR_PEER && str_begins(str_of(e.line), "xml: malformed at byte ") ? S("!") : S("?");
}


static const struct {
	const char *name;
	struct str doc;
	const char *path;
	struct str want;
} rows[] = {
	{ "an element", S("<a>x</a>"), "a\0", S("x") },
	{ "a child", S("<a><b>x</b></a>"), "a\0b\0", S("x") },
	{ "behind a declaration and blanks", S("<?xml version=\"1.0\"?>\n<a>x</a>\n"), "a\0", S("x") },
	{ "blanks before it", S(" \r\n\t<a>x</a> \n"), "a\0", S("x") },
	{ "attributes", S("<a xmlns=\"https://x/\"\n y='1'><b z=\"/\">x</b></a>"), "a\0b\0", S("x") },
	{ "blanks in an end tag", S("<a>x</a >"), "a\0", S("!") },
	{ "a name with a colon", S("<n:a>x</n:a>"), "n:a\0", S("x") },
	{ "a prefix is a part of the name", S("<n:a>x</n:a>"), "a\0", S("-") },
	{ "the case counts", S("<A>x</A>"), "a\0", S("-") },
	{ "another name", S("<ab>x</ab>"), "a\0", S("-") },
	{ "not a child", S("<a><c>x</c></a>"), "a\0b\0", S("-") },
	{ "a grandchild is no child", S("<a><c><b>x</b></c></a>"), "a\0b\0", S("-") },
	{ "the child, not a grandchild before it", S("<a><c><b>no</b></c><b>x</b></a>"), "a\0b\0", S("x") },
	{ "an element in one of its name", S("<a><a>x</a></a>"), "a\0a\0", S("x") },
	{ "and its text is none", S("<a><a>x</a></a>"), "a\0", S("!") },
	{ "twice", S("<a><b>x</b><b>y</b></a>"), "a\0b\0", S("!") },
	{ "twice, in two parents", S("<r><a><b>x</b></a><a><c>y</c></a></r>"), "r\0a\0b\0", S("!") },
	{ "a parent twice, whose child is not", S("<r><a><c/></a><a><b>x</b></a></r>"), "r\0a\0b\0", S("!") },
	{ "in the second of two grandparents", S("<r><s><c/></s><s><a><b>x</b></a></s></r>"), "r\0s\0a\0b\0", S("x") },
	{ "a path that goes on elsewhere", S("<r><s></s><a><b>x</b></a></r>"), "r\0s\0a\0b\0", S("-") },
	{ "a path that begins further in", S("<r><r><s><b>x</b></s></r></r>"), "r\0s\0b\0", S("-") },
	{ "twice, once empty", S("<a><b/><b>y</b></a>"), "a\0b\0", S("!") },
	{ "empty", S("<a><b></b></a>"), "a\0b\0", S("") },
	{ "empty, in short", S("<a><b/></a>"), "a\0b\0", S("") },
	{ "empty, with an attribute", S("<a><b x=\"1\"/></a>"), "a\0b\0", S("") },
	{ "an empty one before", S("<a><c/><b>x</b></a>"), "a\0b\0", S("x") },
	{ "the whole is empty", S("<a/>"), "a\0", S("") },
	{ "text around children", S("<a>t<b>x</b>u</a>"), "a\0b\0", S("x") },
	{ "blanks stay", S("<a> x\n</a>"), "a\0", S(" x\n") },
	{ "entities", S("<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x42;&#x20ac;</a>"), "a\0", S("<>&\"'AB\xe2\x82\xac") },
	{ "an entity is not resolved twice", S("<a>&amp;lt;</a>"), "a\0", S("&lt;") },
	{ "a tag by entities is none", S("<a>&lt;b&gt;x&lt;/b&gt;</a>"), "a\0b\0", S("-") },
	{ "an entity of one's own", S("<a>&xxe;</a>"), "a\0", S("!") },
	{ "an entity without its end", S("<a>&amp</a>"), "a\0", S("!") },
	{ "an entity without a name", S("<a>&;</a>"), "a\0", S("!") },
	{ "a number without digits", S("<a>&#;</a>"), "a\0", S("!") },
	{ "a number that is none", S("<a>&#1a;</a>"), "a\0", S("!") },
	{ "a hexadecimal without digits", S("<a>&#x;</a>"), "a\0", S("!") },
	{ "zero", S("<a>&#0;</a>"), "a\0", S("!") },
	{ "beyond unicode", S("<a>&#x110000;</a>"), "a\0", S("!") },
	{ "far beyond", S("<a>&#99999999999999999999;</a>"), "a\0", S("!") },
	{ "a comment", S("<a><!-- <b>no</b> --><b>x</b></a>"), "a\0b\0", S("!") },
	{ "cdata", S("<a><![CDATA[<b>x</b>]]></a>"), "a\0b\0", S("!") },
	{ "a document type", S("<!DOCTYPE a><a>x</a>"), "a\0", S("!") },
	{ "a processing instruction", S("<a><?b c?>x</a>"), "a\0", S("!") },
	{ "a declaration that hides something", S("<?xml <!-- ?><a>x</a>"), "a\0", S("!") },
	{ "a declaration without its end", S("<?xml version=\"1.0\"><a>x</a>"), "a\0", S("!") },
	{ "a declaration alone", S("<?xml "), "a\0", S("!") },
	{ "a declaration in the middle", S("<a><?xml version=\"1.0\"?>x</a>"), "a\0", S("!") },
	{ "a tag end in an attribute", S("<a x=\"><b>no</b>\">x</a>"), "a\0", S("!") },
	{ "a tag end in one of single quotes", S("<a x='><b>no</b>'>x</a>"), "a\0", S("!") },
	{ "a tag in an attribute", S("<a x=\"<b\">x</a>"), "a\0", S("!") },
	{ "no name", S("<>x</>"), "a\0", S("!") },
	{ "a blank before the name", S("< a>x</a>"), "a\0", S("!") },
	{ "attributes of an end", S("<a>x</a b=\"c\">"), "a\0", S("!") },
	{ "a tag without its end", S("<a>x</a"), "a\0", S("!") },
	{ "closed by another", S("<a>x</b>"), "a\0", S("!") },
	{ "closed across", S("<a><b>x</a></b>"), "a\0", S("!") },
	{ "closed before it is open", S("</a>"), "a\0", S("!") },
	{ "not closed", S("<a>x"), "a\0", S("!") },
	{ "not closed inside", S("<a><b>x</b>"), "a\0", S("!") },
	{ "two", S("<a>x</a><a>y</a>"), "a\0", S("!") },
	{ "closed twice", S("<a>x</a></a>"), "a\0", S("!") },
	{ "text before", S("x<a>x</a>"), "a\0", S("!") },
	{ "text behind", S("<a>x</a>x"), "a\0", S("!") },
	{ "no element", S("hello"), "a\0", S("!") },
	{ "nothing", S(""), "a\0", S("!") },
	{ "a page", S("<html><body>502<br></body></html>"), "html\0", S("!") },
	{ "16 deep", S("<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>x</a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a>"),
	  "a\0a\0a\0a\0a\0a\0a\0a\0a\0a\0a\0a\0a\0a\0a\0a\0", S("x") },
	{ "17 deep", S("<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>"), "a\0",
	  S("!") },
};

#define ANSWER \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n" \
	"  <AssumeRoleResult><AssumedRoleUser><Arn>arn</Arn></AssumedRoleUser><Credentials>\n<AccessKeyId>ASIA1</AccessKeyId>" \
	"<SecretAccessKey>s/+&amp;=</SecretAccessKey><Expiration/></Credentials></AssumeRoleResult></AssumeRoleResponse>\n"
#define PATH "AssumeRoleResponse\0AssumeRoleResult\0Credentials\0SecretAccessKey\0"

/* A part of an answer is none, but for the line end behind it. */
static bool
is_cut_refused(struct str doc, void *arg)
{
	struct str text = text_at(doc, PATH);

	(void)arg;
	return doc.len >= sizeof ANSWER - 2 ? str_eq(text, S("s/+&=")) : str_eq(text, S("!"));
}

static bool
is_flip_sound(struct str doc, void *arg)
{
	struct str text = text_at(doc, PATH);

	(void)arg;
	return str_eq(text, S("!")) || str_eq(text, S("-")) || text.len <= 12;
}

/* Several at once, in the order of the names. */
static void
run_several(void)
{
	struct str text[3];
	struct err e;

	arena_wipe(&arena);
	ok(xml_read(S("<a><z/><c>3</c><b>2</b></a>"), "a\0", "b\0x\0c\0", text, &arena, &e) == 0, "three names");
	is_str(text[0], S("2"), "the first");
	ok(!text[1].at, "the second is not there");
	is_str(text[2], S("3"), "the third");
	ok(xml_read(S("<a>\n<b>x</b><b>y</b></a>"), "a\0", "b\0", text, &arena, &e) < 0, "twice");
	is_line(&e, "xml: malformed at byte 15", "where");
	arena = (struct arena){ .at = memory, .cap = 4 };
	ok(xml_read(S("<a>four</a>"), "", "a\0", text, &arena, &e) < 0 && e.cause == CAUSE_MEMORY, "an arena that is full");
}

int
main(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		is_str(text_at(rows[i].doc, rows[i].path), rows[i].want, "%s", rows[i].name);
	is_int(mutate_cut(S(ANSWER), is_cut_refused, NULL), 0, "cut at every byte");
	is_int(mutate_flip(S(ANSWER), is_flip_sound, NULL), 0, "every bit flipped");
	run_several();
	return tap_end();
}
