/* data/pem.h: the objects of a PEM text (RFC 7468), read piece by piece. Knows no certificate or key, and encrypts nothing. */
/* SPDX-License-Identifier: MIT */
#ifndef DATA_PEM_H
#define DATA_PEM_H

#include "base/str.h"

/* Secrets pass through here: what a character of base64 stands for decides no branch and no index, only that it is one. */

#define PEM_LABEL 64	/* the longest label in use has 22 bytes */
#define PEM_LINE 96	/* a boundary: 16 bytes around a label */

enum pem_event {
	PEM_MORE,	/* all that was given is read */
	PEM_OBJECT,	/* an object stands in at[0] .. at[len - 1], until the next call */
	PEM_TOO_BIG,	/* an object was longer than cap; it is well-formed, and passed over */
	PEM_BAD,	/* not PEM: `why`, in line `line`. Every later call says the same */
};

struct pem {
	/* The caller's, for pem_init; between objects it may move them, to keep what came. */
	uint8_t *at;		/* where an object's bytes go */
	size_t cap;

	/* What was found. */
	size_t len;		/* PEM_OBJECT: bytes of it; PEM_TOO_BIG: cap */
	struct str label;	/* "CERTIFICATE"; in this struct, so it must not move */
	bool has_head;		/* header fields (RFC 1421: "Proc-Type: 4,ENCRYPTED") stood before the data: not plain */
	uint32_t first_line;	/* of the object's BEGIN; lines count from 1 */
	uint32_t line;		/* PEM_BAD: where */
	const char *why;	/* PEM_BAD: "is not base64", to follow "line 7 " */

	/* pem.c's own. */
	unsigned state;
	bool fresh;		/* nothing of this line was read yet */
	bool odd;		/* this line holds something that is not base64 */
	bool colon;		/* so it may be a header field */
	bool data;		/* a line of base64 was read in this object */
	bool full;		/* the object is longer than cap */
	uint32_t bits;		/* those not yet in at[] */
	unsigned bit_n;
	unsigned pads;
	char name[PEM_LABEL];
	char text[PEM_LINE];	/* the line, when it is not data */
	size_t text_len;	/* PEM_LINE + 1: too long for a boundary */
};

/* Start at line 1 of a text. */
void pem_init(struct pem *p, uint8_t *at, size_t cap);

/* Read from `in` up to the end of an object, or all of it; *used says how many bytes. Give the rest again after an object.
   What is read where: text between objects is anything at all; lines end in LF or CR LF; base64 may be in lines of any
   length, with blanks; padding is due and unused bits are zero, since every writer does so. BEGIN or END without its
   partner, and END with another label, are bad: half a file must not pass for a whole one. */
enum pem_event pem_feed(struct pem *p, struct str in, size_t *used) __attribute__((warn_unused_result));

/* The text is over; its last line may lack its line end, so this too can say PEM_OBJECT or PEM_TOO_BIG. PEM_MORE: nothing
   was left. PEM_BAD inside an object. */
enum pem_event pem_end(struct pem *p) __attribute__((warn_unused_result));

#endif
