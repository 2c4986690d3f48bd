/* tests/unit/data/xml.c: elements of an STS answer: found, refused, never mistaken; every mutation of an answer. */
/* SPDX-License-Identifier: MIT */
#include "data/xml.h"

#include "tests/mutate.h"
#include "tests/tap.h"

static char memory[1 << 16];
static struct arena arena = { .at = memory, .cap = sizeof memory };

/* The text at a path; "-" when there is none, "! <line>" for an error. */
static struct str
text_at(struct str doc, const char *path)
{
	static char line[ERR_LINE + 2];
	struct buf b = BUF(line);
	struct str inside, text;
	struct err e;

	arena_wipe(&arena);
	if (xml_parse(&inside, doc, &e) == 0 && xml_get(inside, path, &inside, &e) == 0) {
		if (!inside.at)
			return S("-");
		if (xml_text(inside, &arena, &text, &e) == 0)
			return text;
	}
	buf_fmt(&b, "! %s", e.line);
	return buf_str(&b);
}

#define PLAIN S("! xml: a tag that is not plain")
#define ORDER S("! xml: an element is not closed in order")
#define OPEN S("! xml: an element is not closed")
#define MORE S("! xml: more than one element")

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
	{ "blanks in an end tag", S("<a>x</a >"), "a\0", PLAIN },
	{ "a name with a colon", S("<n:a>x</n:a>"), "n:a\0", S("x") },
	{ "a prefix is a part of the name", S("<n:a>x</n:a>"), "a\0", S("-") },
	{ "the case counts", S("<A>x</A>"), "a\0", S("-") },
	{ "another name", S("<ab>x</ab>"), "a\0", S("-") },
	{ "not a child", S("<a><c>x</c></a>"), "a\0b\0", S("-") },
	{ "a grandchild is no child", S("<a><c><b>x</b></c></a>"), "a\0b\0", S("-") },
	{ "the child, not a grandchild before it", S("<a><c><b>no</b></c><b>x</b></a>"), "a\0b\0", S("x") },
	{ "an element in one of its name", S("<a><a>x</a></a>"), "a\0a\0", S("x") },
	{ "and its text is none", S("<a><a>x</a></a>"), "a\0", S("! xml: an element where text belongs") },
	{ "twice", S("<a><b>x</b><b>y</b></a>"), "a\0b\0", S("! xml: b stands twice") },
	{ "twice, once empty", S("<a><b/><b>y</b></a>"), "a\0b\0", S("! xml: b stands twice") },
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
	{ "an entity of one's own", S("<a>&xxe;</a>"), "a\0", S("! xml: an entity that is not known") },
	{ "an entity without its end", S("<a>&amp</a>"), "a\0", S("! xml: an entity that is not known") },
	{ "an entity without a name", S("<a>&;</a>"), "a\0", S("! xml: an entity that is not known") },
	{ "a number without digits", S("<a>&#;</a>"), "a\0", S("! xml: an entity that is not known") },
	{ "a number that is none", S("<a>&#1a;</a>"), "a\0", S("! xml: an entity that is not known") },
	{ "a hexadecimal without digits", S("<a>&#x;</a>"), "a\0", S("! xml: an entity that is not known") },
	{ "zero", S("<a>&#0;</a>"), "a\0", S("! xml: an entity that is not known") },
	{ "beyond unicode", S("<a>&#x110000;</a>"), "a\0", S("! xml: an entity that is not known") },
	{ "far beyond", S("<a>&#99999999999999999999;</a>"), "a\0", S("! xml: an entity that is not known") },
	{ "a comment", S("<a><!-- <b>no</b> --><b>x</b></a>"), "a\0b\0", PLAIN },
	{ "cdata", S("<a><![CDATA[<b>x</b>]]></a>"), "a\0b\0", PLAIN },
	{ "a document type", S("<!DOCTYPE a><a>x</a>"), "a\0", PLAIN },
	{ "a processing instruction", S("<a><?b c?>x</a>"), "a\0", PLAIN },
	{ "a declaration in the middle", S("<a><?xml version=\"1.0\"?>x</a>"), "a\0", PLAIN },
	{ "a tag end in an attribute", S("<a x=\"><b>no</b>\">x</a>"), "a\0", PLAIN },
	{ "a tag end in one of single quotes", S("<a x='><b>no</b>'>x</a>"), "a\0", PLAIN },
	{ "a tag in an attribute", S("<a x=\"<b\">x</a>"), "a\0", PLAIN },
	{ "no name", S("<>x</>"), "a\0", PLAIN },
	{ "a blank before the name", S("< a>x</a>"), "a\0", PLAIN },
	{ "attributes of an end", S("<a>x</a b=\"c\">"), "a\0", PLAIN },
	{ "a tag without its end", S("<a>x</a"), "a\0", PLAIN },
	{ "closed by another", S("<a>x</b>"), "a\0", ORDER },
	{ "closed across", S("<a><b>x</a></b>"), "a\0", ORDER },
	{ "closed before it is open", S("</a>"), "a\0", ORDER },
	{ "not closed", S("<a>x"), "a\0", OPEN },
	{ "not closed inside", S("<a><b>x</b>"), "a\0", OPEN },
	{ "two", S("<a>x</a><a>y</a>"), "a\0", MORE },
	{ "closed twice", S("<a>x</a></a>"), "a\0", MORE },
	{ "text before", S("x<a>x</a>"), "a\0", MORE },
	{ "text behind", S("<a>x</a>x"), "a\0", OPEN },
	{ "no element", S("hello"), "a\0", OPEN },
	{ "nothing", S(""), "a\0", OPEN },
	{ "a page", S("<html><body>502<br></body></html>"), "html\0", ORDER },
	{ "16 deep", S("<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>x</a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a>"),
	  "a\0a\0a\0a\0a\0a\0a\0a\0a\0a\0a\0a\0a\0a\0a\0a\0", S("x") },
	{ "17 deep", S("<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>"), "a\0",
	  S("! xml: more than 16 elements inside each other") },
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
	return doc.len >= sizeof ANSWER - 2 ? str_eq(text, S("s/+&=")) : str_begins(text, "! xml: ");
}

static bool
is_flip_sound(struct str doc, void *arg)
{
	struct str text = text_at(doc, PATH);

	(void)arg;
	return str_begins(text, "! xml: ") || str_eq(text, S("-")) || text.len <= 12;
}

int
main(void)
{
	struct str text;
	struct err e;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		is_str(text_at(rows[i].doc, rows[i].path), rows[i].want, "%s", rows[i].name);
	is_int(mutate_cut(S(ANSWER), is_cut_refused, NULL), 0, "cut at every byte");
	is_int(mutate_flip(S(ANSWER), is_flip_sound, NULL), 0, "every bit flipped");
	arena = (struct arena){ .at = memory, .cap = 4 };
	ok(xml_text(S("four"), &arena, &text, &e) < 0 && e.cause == CAUSE_MEMORY, "an arena that is full");
	return tap_end();
}
