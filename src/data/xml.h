/* data/xml.h: a strict reader for the few elements of an STS answer, in memory. Builds no tree; knows no namespaces, no DTD. */
/* SPDX-License-Identifier: MIT */
#ifndef DATA_XML_H
#define DATA_XML_H

#include "base/arena.h"
#include "base/err.h"

#define XML_DEPTH 16	/* elements inside each other; STS has 4 */

/* Read a whole document: the texts of some children of one element. `path` are the names from the root down to that element,
   `names` those of the children: C strings one behind the other, an empty one at the end. out[i] is the text of the ith name, in
   the arena, &lt; &gt; &amp; &quot; &apos; and numbers resolved; at NULL where the child or the element is not there. Elements of
   these names elsewhere are not looked at.
   The whole text must be one element, perhaps behind an XML declaration and between blanks, every tag named and closed in
   order. Attributes are passed over. Refused, since no answer of STS has them and each could hide something: comments, CDATA,
   document types, processing instructions, a > in an attribute, another entity; and an answer that says two things: the element
   or a child that stands twice, a child that has children. -1: "xml: <what> at byte N", ERR_PEER, CAUSE_ANSWER (too deep too); or
   the arena is full. */
int xml_read(struct str text, const char *path, const char *names, struct str *out, struct arena *a, struct err *e)
	__attribute__((warn_unused_result));

#endif
