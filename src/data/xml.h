/* data/xml.h: a strict reader for the few elements of an STS answer, in memory. Builds no tree; knows no namespaces, no DTD. */
/* SPDX-License-Identifier: MIT */
#ifndef DATA_XML_H
#define DATA_XML_H

#include "base/arena.h"
#include "base/err.h"

#define XML_DEPTH 16	/* elements inside each other; STS has 4 */

/* What stands inside an element: its text and its children. Slices are parts of the text that was parsed; at NULL: no element. */

/* Check that the text is one element, perhaps behind an XML declaration and between blanks: every tag named and closed in
   order. Attributes are passed over. Refused, since no answer of STS has them and each could hide something: comments, CDATA,
   document types, processing instructions, a > in an attribute. 0, and *out what xml_get finds the element in; or -1 with
   "xml: <what>": ERR_PEER, CAUSE_ANSWER, or ERR_LIMIT, CAUSE_LIMIT when too deep. */
int xml_parse(struct str *out, struct str text, struct err *e) __attribute__((warn_unused_result));

/* Follow a path of children's names (C strings one behind the other, an empty one at the end). 0, at NULL when a name is not
   there; grandchildren of a name are not looked at. -1 when a child of the path stands twice: an answer that says two things
   is refused (ERR_PEER, CAUSE_ANSWER, names it). */
int xml_get(struct str inside, const char *path, struct str *out, struct err *e) __attribute__((warn_unused_result));

/* The text of an element without children: &lt; &gt; &amp; &quot; &apos; and numbers resolved, in the arena. -1: another
   entity, or a tag in it (ERR_PEER, CAUSE_ANSWER), or the arena is full. */
int xml_text(struct str inside, struct arena *a, struct str *out, struct err *e) __attribute__((warn_unused_result));

#endif
