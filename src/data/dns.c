/* data/dns.c: DNS messages to bytes and back. */
/* SPDX-License-Identifier: MIT */
#include "data/dns.h"

#include "base/arena.h"

#include <string.h>

#define HEAD 12		/* bytes of a message's head */
#define WIRE_NAME 255	/* bytes of a name with its length bytes and the final 0 (RFC 1035 2.3.4) */
#define CNAME 5

/* A name as on the wire, letters in lower case. */
struct wire {
	uint8_t at[WIRE_NAME];
	size_t len;
};

static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

static bool
is_same(const struct wire *a, const struct wire *b)
{
	return a->len == b->len && !memcmp(a->at, b->at, a->len);
}

/* "a.b" to 1 a 1 b 0. */
static bool
to_wire(struct wire *out, struct str name)
{
	struct str label;
	bool more;

	out->len = 0;
	do {
		more = str_split(&name, '.', &label);
		if (!label.len || label.len > 63 || label.len + 2 > WIRE_NAME - out->len)	/* 2: its length, the final 0 */
			return false;
		out->at[out->len++] = (uint8_t)label.len;
		for (size_t i = 0; i < label.len; i++)
			out->at[out->len++] = lower((uint8_t)label.at[i]);
	} while (more);
	out->at[out->len++] = 0;
	return true;
}

static void
add_u16(struct buf *out, unsigned n)
{
	buf_add_c(out, (char)(n >> 8));
	buf_add_c(out, (char)n);
}

int
dns_format_query(struct buf *out, uint16_t id, struct str name, uint16_t type, struct err *e)
{
	struct wire w;

	if (!to_wire(&w, name))
		return err_set(e, ERR_INPUT, CAUSE_USE, "\"%.*s\" is no host name", STR(name));
	add_u16(out, id);
	buf_add(out, "\1\0\0\1\0\0\0\0\0\1", 10);	/* recursion desired; one question, one additional record */
	buf_add(out, w.at, w.len);
	add_u16(out, type);
	buf_add(out, "\0\1\0\0\51", 5);	/* class IN; root, OPT (41) */
	add_u16(out, DNS_UDP_BYTES);
	buf_add(out, "\0\0\0\0\0\0", 6);	/* no extended code, version 0, no flags, no options */
	return out->full ? arena_err(e) : 0;
}

/* A reader that is held to its message: behind the end it reads zeros and is bad for ever. */
struct scan {
	struct str msg;
	size_t at;
	bool bad;
};

static uint8_t
take_u8(struct scan *s)
{
	if (s->at >= s->msg.len) {
		s->bad = true;
		return 0;
	}
	return (uint8_t)s->msg.at[s->at++];
}

static unsigned
take_u16(struct scan *s)
{
	unsigned high = take_u8(s);

	return high << 8 | take_u8(s);
}

static void
skip(struct scan *s, size_t n)
{
	if (n > s->msg.len - s->at)
		s->bad = true;
	else
		s->at += n;
}

/* A name, its pointers followed: few of them, each to before the part that it stands in. */
static void
take_name(struct scan *s, struct wire *out)
{
	size_t behind = 0;	/* where reading goes on after the first pointer; 0 while there was none */
	size_t start = s->at;
	int jumps = 0;
	uint8_t n;

	out->len = 0;
	do {
		n = take_u8(s);
		if (n >= 0xc0) {
			size_t to = (n & 0x3fu) << 8 | take_u8(s);

			if (!behind)
				behind = s->at;
			if (to >= start || ++jumps > DNS_POINTERS)
				s->bad = true;
			start = s->at = to;
		} else if (n > 63 || n + 2u > WIRE_NAME - out->len + !n) {
			s->bad = true;
		} else {
			out->at[out->len++] = n;
			for (unsigned i = 0; i < n; i++)
				out->at[out->len++] = lower(take_u8(s));
		}
	} while (n && !s->bad);
	if (behind)
		s->at = behind;
}

/* What the answers hold for one name: its addresses, or the name that it is an alias of. */
struct found {
	struct dns_result *out;
	bool has_alias;
	struct wire alias;
};

static void
look_up(struct scan *s, unsigned answers, const struct wire *name, uint16_t type, struct found *f)
{
	size_t ip_len = type == DNS_A ? 4 : 16;
	struct wire owner;

	f->has_alias = false;
	f->out->n = 0;
	for (; answers && !s->bad; answers--) {
		unsigned is_type, is_class, len;
		size_t end;

		take_name(s, &owner);
		is_type = take_u16(s);
		is_class = take_u16(s);
		skip(s, 4);	/* how long it may be kept: we keep nothing */
		len = take_u16(s);
		end = s->at;
		skip(s, len);
		if (s->bad || is_class != 1 || !is_same(&owner, name))
			continue;
		if (is_type == type) {
			if (len != ip_len)
				s->bad = true;
			else if (f->out->n < DNS_ADDRESSES)
				memcpy(f->out->ip[f->out->n++], s->msg.at + end, ip_len);
		}
		if (is_type == CNAME && !f->has_alias) {
			f->has_alias = true;
			s->at = end;
			take_name(s, &f->alias);
			if (s->at != end + len)
				s->bad = true;
		}
	}
}

static enum dns_answer
fail(struct err *e, const char *what)
{
	err_set(e, ERR_RETRY, CAUSE_UNREACHABLE, "dns: %s", what);
	return DNS_FAILED;
}

enum dns_answer
dns_parse(struct str msg, uint16_t id, struct str name, uint16_t type, struct dns_result *out, struct err *e)
{
	struct scan s = { .msg = msg };
	struct found f = { .out = out };
	struct wire wanted, asked;
	unsigned is_id = take_u16(&s), flags = take_u16(&s), questions = take_u16(&s), answers = take_u16(&s), code = flags & 15;
	size_t first;

	out->n = 0;
	skip(&s, 4);
	take_name(&s, &asked);
	/* a response to an ordinary query, with one question: ours */
	if (is_id != id || flags >> 11 != 0x10 || questions != 1 || !to_wire(&wanted, name) || !is_same(&asked, &wanted) ||
	    take_u16(&s) != type || take_u16(&s) != 1 || s.bad)
		return DNS_IGNORE;
	if (flags & 0x200)
		return DNS_TRUNCATED;
	if (code == 3)
		return DNS_NXDOMAIN;
	if (code) {
		err_set(e, ERR_RETRY, CAUSE_UNREACHABLE, "dns: %s (%u)",
		    code == 2 ? "server failed" : code == 5 ? "server refused" : "server cannot answer", code);
		return DNS_FAILED;
	}
	first = s.at;
	for (int hops = 0; hops <= DNS_CHAIN; hops++) {
		s.at = first;
		look_up(&s, answers, &wanted, type, &f);
		if (s.bad)
			break;
		if (out->n)
			return DNS_FOUND;
		if (!f.has_alias)
			return DNS_NODATA;
		wanted = f.alias;
	}
	out->n = 0;
	return fail(e, s.bad ? "answer cannot be read" : "chain of aliases is too long");
}
