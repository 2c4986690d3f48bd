/* data/ini.h: the grammar of AWS's shared files, line by line. Builds no tree, merges no sections, knows no key and no file. */
/* SPDX-License-Identifier: MIT */
#ifndef DATA_INI_H
#define DATA_INI_H

#include "base/err.h"

#define INI_MAX (1 << 20)	/* bytes of a text; people's files have a few KB */

/* The rules are those of the AWS SDK for Go v2, whose reader is the most lenient one that is defined line by line:
     blank lines, and lines that begin with # or ; behind blanks, mean nothing
     [head]         begins a section, indented or not; what follows the first # or ; in the line means nothing
     key = value    or "key: value", by whichever comes first. Behind a blank, # or ; begin a comment. Then one pair of quotes
                    around the value goes. No escapes
     indented       with a separator: belongs to the property above, if that one's value is empty ("sts ="), and keeps its
                    comment and is then no property of the section; otherwise a property like any other. Without one: a
                    further line of the value above, dropped where that is empty
     all else       means nothing, as does a property before the first section
   Stricter than that SDK: a line that begins with [ and does not end with ] is refused, since its properties would be taken
   for the section's before. More lenient: a byte order mark in front is passed over, and a section's name may stand in quotes,
   as the AWS CLI writes it. */
struct ini {
	struct str rest;	/* what has not been read */
	unsigned line;		/* of what was read last, counted from 1 */
	struct str head;	/* the section: all between its brackets, or between the quotes there; empty before the first */
	struct str type;	/* its first word ("profile"), or empty when it is one word */
	struct str name;	/* the words behind the first, without one pair of quotes; or all of it */
	struct str key;		/* as written: compare without case. Empty: it was a head that was read, and so is all below */
	struct str value;	/* may be empty */
	struct str parent;	/* the key above, where this belongs to that one's empty value; else empty */
	bool more;		/* value is a further line of the value of key */
	struct str above;	/* the key that indented lines belong to, */
	bool above_empty;	/* and whether its value is empty: ini.c's own */
};

/* Start on a text, which must live as long as the ini and every slice of it. 0; or -1 when it is too long (ERR_LIMIT), holds
   a NUL or a section's head that is not closed or empty (ERR_INPUT): CAUSE_FILE, "line N: <what>". Nothing fails later. */
int ini_init(struct ini *i, struct str text, struct err *e) __attribute__((warn_unused_result));

/* The next head, property or further line; false at the end. */
bool ini_next(struct ini *i);

#endif
