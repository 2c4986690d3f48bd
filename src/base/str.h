/* base/str.h: slices of bytes that someone else owns. Holds no memory, knows no encoding, is not NUL-terminated. */
/* SPDX-License-Identifier: MIT */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
	const char *at;	/* first byte, the owner's; may be NULL when len is 0 */
	size_t len;	/* bytes */
};

/* A slice of a string literal, without its NUL. */
#define S(lit) ((struct str){ "" lit, sizeof(lit) - 1 })

/* The two arguments that a %.*s of buf_fmt wants. */
#define STR(s) (int)(s).len, (s).at

/* The bytes of a C string, NULL being empty. Valid as long as the C string is. */
static inline struct str
str_of(const char *c)
{
	return (struct str){ c, c ? strlen(c) : 0 };
}

/* Bytes from `from` up to but without `to`, both held to the slice's bounds. */
struct str str_part(struct str s, size_t from, size_t to);

bool str_eq(struct str a, struct str b);
/* As str_eq, with A-Z and a-z alike; other bytes as they are. */
bool str_eq_nocase(struct str a, struct str b);
/* As str_eq, in time that depends on the lengths alone. For secrets. */
bool str_eq_secret(struct str a, struct str b);
/* The same against a C string: for literals, and smaller than with S(). */
bool str_is(struct str s, const char *c);
bool str_begins(struct str s, const char *c);
/* Whether s is one of a list: C strings one behind the other, an empty one at the end ("yes\0" "no\0"). Lists are single
   strings since a table of pointers costs a relocation each. */
bool str_is_in(struct str s, const char *list);
/* The nth, from 0, of such a list; it has that many, the empty one at its end counted. */
const char *str_nth(const char *list, unsigned n);
/* The C string behind this one in such a list. */
static inline const char *
str_next(const char *list)
{
	return list + strlen(list) + 1;
}
bool str_has_prefix(struct str s, struct str prefix);
bool str_has_suffix(struct str s, struct str suffix);
/* Order by bytes, a prefix first: <0, 0, >0. */
int str_cmp(struct str a, struct str b);

/* Where `part` first stands in s; SIZE_MAX when nowhere. An empty part stands at 0. */
size_t str_find(struct str s, struct str part);
/* Where byte c first stands in s; SIZE_MAX when nowhere. */
size_t str_find_c(struct str s, char c);

/* Take what stands before the first c off the front of *rest, and c with it. Without c: all of it, and *rest is empty. */
struct str str_cut(struct str *rest, char c);
/* As str_cut, into *head; says whether c was there. */
bool str_split(struct str *rest, char c, struct str *head);
/* Take c off the front of *rest, if it stands there. */
bool str_take(struct str *rest, char c);
/* Take as many bytes off the front of *rest as are all in `set`, and say how many. */
size_t str_span(struct str *rest, const char *set);

/* Sets for str_span; what two of them end in alike is stored once. */
#define STR_DIGITS "0123456789"
#define STR_WORD "-._ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" STR_DIGITS	/* a host's name, an interface's */
#define STR_UNRESERVED "~" STR_WORD		/* RFC 3986 section 2.3 */
#define STR_TOKEN "!#$%&'*+^`|" STR_UNRESERVED	/* RFC 9110 section 5.6.2 */
/* Without blanks and tabs at both ends. */
struct str str_trim(struct str s);
/* Without one line end (LF or CR LF) at its end. */
struct str str_cut_eol(struct str s);

/* Whether every byte is printable ASCII (0x20 to 0x7e). An empty slice is. */
bool str_is_printable(struct str s);
/* Whether it is not empty and every byte is visible ASCII (0x21 to 0x7e): what a token or a key id may hold. */
bool str_is_visible(struct str s);

/* FNV-1a: a hash of bytes, begun with STR_HASH. No two texts that differ in one byte have the same. */
#define STR_HASH 2166136261u
static inline uint32_t
str_hash_c(uint32_t before, char c)
{
	return (before ^ (unsigned char)c) * 16777619u;
}

/* A decimal number, digits alone, that fits: true and *out set, else false and *out untouched. */
bool str_to_u64(struct str s, uint64_t *out);

#endif
