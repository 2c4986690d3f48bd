/* tests/unit/data/dns.c: DNS messages against dnslib's (tests/vectors/dns.tsv), hostile ones by hand, and every mutation of one. */
/* SPDX-License-Identifier: MIT */
#include "data/dns.h"
#include "tests/mutate.h"
#include "tests/slurp.h"
#include "tests/tap.h"

static const char *const names[] = {
	[DNS_IGNORE] = "ignore", [DNS_FOUND] = "found", [DNS_NODATA] = "nodata", [DNS_NXDOMAIN] = "nxdomain",
	[DNS_TRUNCATED] = "truncated", [DNS_FAILED] = "failed",
};

static int
nibble(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

static struct str
from_hex(struct str hex)
{
	static char bytes[4096];

	for (size_t i = 0; i + 1 < hex.len && i / 2 < sizeof bytes; i += 2)
		bytes[i / 2] = (char)(nibble(hex.at[i]) << 4 | nibble(hex.at[i + 1]));
	return (struct str){ bytes, hex.len / 2 };
}

static void
check_ips(const struct dns_result *r, struct str ips, uint16_t type)
{
	size_t n = 0, len = type == DNS_A ? 4 : 16;

	for (; ips.len; n++) {
		struct str hex = str_cut(&ips, ','), ip = from_hex(hex);

		if (n < r->n)
			is_str(((struct str){ (const char *)r->ip[n], len }), ip, "address %zu", n);
	}
	is_int(r->n, n, "and no other");
}

static void
vectors(void)
{
	struct str rest = slurp("tests/vectors/dns.tsv");
	int n = 0;

	for (; rest.len; n++) {
		struct str line = str_cut(&rest, '\n'), what = str_cut(&line, '\t'), name = str_cut(&line, '\t'), number = str_cut(&line, '\t');
		struct str ips = str_cut(&line, '\t');
		uint16_t type = str_eq(number, S("1")) ? DNS_A : DNS_AAAA;
		struct dns_result r = { .n = 9 };
		struct err e = { 0 };

		if (str_eq(what, S("query"))) {
			char query[DNS_QUERY_BYTES];
			struct buf b = BUF(query);

			is_int(dns_format_query(&b, 0x1234, mutate_guard(0, name), type, &e), 0, "a query for %.*s", STR(name));
			is_str(buf_str(&b), from_hex(line), "as dnslib packs it");
			continue;
		}
		is_str(str_of(names[dns_parse(mutate_guard(0, from_hex(line)), 0x1234, name, type, &r, &e)]), what, "message %d", n);
		check_ips(&r, ips, type);
		ok((e.code == ERR_RETRY && e.cause == CAUSE_UNREACHABLE) == str_eq(what, S("failed")), "with an error when it failed");
	}
	ok(n > 140, "all vectors were there");
}

static void
queries(void)
{
	static const char *const bad[] = { "", ".", "a.", ".a", "a..b", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" };
	char longest[255], query[DNS_QUERY_BYTES];
	struct buf b = BUF(query);
	struct err e = { 0 };

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		is_int(dns_format_query(&b, 1, str_of(bad[i]), DNS_A, &e), -1, "no name: %s", bad[i]);
		ok(e.code == ERR_INPUT && e.cause == CAUSE_USE, "the user's to mend");
	}
	is_line(&e, "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\" is no host name", "in a sentence");
	for (size_t i = 0; i < sizeof longest; i++)
		longest[i] = i % 50 == 49 ? '.' : 'x';
	is_int(dns_format_query(&b, 1, (struct str){ longest, 253 }, DNS_AAAA, &e), 0, "the longest name");
	is_int(b.len, 12 + 255 + 4 + 11, "in the longest query");
	is_int(dns_format_query(&b, 1, (struct str){ longest, 254 }, DNS_AAAA, &e), -1, "one byte more");
	b = (struct buf){ .at = query, .cap = 30 };
	is_int(dns_format_query(&b, 1, S("vault.corp"), DNS_A, &e), -1, "no room");
	is_int(e.cause, CAUSE_MEMORY, "says so");
}

/* Head with one question and `answers` records; then the question for "a" A IN at byte 12, records from byte 19. */
#define HEAD(answers) "\x12\x34\x81\x80\0\1\0" answers "\0\0\0\0" "\1a\0\0\1\0\1"
#define RECORD "\0\1\0\1\0\0\0\0\0\4" "abcd"	/* A IN, no ttl, four bytes */

static void
is_read(struct str msg, enum dns_answer want, const char *what)
{
	struct dns_result r;
	struct err e = { 0 };

	is_str(str_of(names[dns_parse(mutate_guard(0, msg), 0x1234, S("a"), DNS_A, &r, &e)]), str_of(names[want]), "%s", what);
	if (want != DNS_FOUND)
		is_int(r.n, 0, "and no address");
}

static void
hostile(void)
{
	struct dns_result r;
	struct err e = { 0 };

	is_read(S(HEAD("\1") "\xc0\x0c" RECORD), DNS_FOUND, "a pointer to the question");
	is_read(S(HEAD("\1") "\1A\0" RECORD), DNS_FOUND, "a name written out, in the other case");
	is_read(S(HEAD("\1") "\xc0\x13" RECORD), DNS_FAILED, "a pointer to itself");
	is_read(S(HEAD("\1") "\xc0\x15\xc0\x13" RECORD), DNS_FAILED, "two pointers at each other");
	is_read(S(HEAD("\1") "\1a\xc0\x13" RECORD), DNS_FAILED, "a pointer to the start of its own name");
	is_read(S(HEAD("\1") "\xff\xff" RECORD), DNS_FAILED, "a pointer out of the message");
	is_read(S(HEAD("\1") "\xc0"), DNS_FAILED, "half a pointer");
	is_read(S(HEAD("\1") "\x41" "a\0" RECORD), DNS_FAILED, "a reserved kind of label");
	is_read(S(HEAD("\1") "\x80" "a\0" RECORD), DNS_FAILED, "another one");
	is_read(S(HEAD("\1") "\xc0\x0c\0\1\0\1\0\0\0\0\0\5" "abcd"), DNS_FAILED, "a record behind the end");
	is_read(S(HEAD("\1") "\xc0\x0c\0\1\0\1\0\0\0\0\xff\xff" "abcd"), DNS_FAILED, "far behind it");
	is_read(S(HEAD("\1") "\xc0\x0c\0\1\0\1\0\0\0\0\0\3" "abc"), DNS_FAILED, "an address of three bytes");
	is_read(S(HEAD("\1") "\xc0\x0c\0\1\0\3\0\0\0\0\0\4" "abcd"), DNS_NODATA, "an address of another class");
	is_read(S(HEAD("\2") "\xc0\x0c" RECORD), DNS_FAILED, "fewer records than were said");
	is_read(S(HEAD("\0") "\xc0\x0c" RECORD), DNS_NODATA, "more records than were said");
	is_read(S(HEAD("\2") "\xc0\x0c\0\5\0\1\0\0\0\0\0\2\1b" "\xc0\x0c" RECORD), DNS_FAILED, "an alias that runs out of its record");
	is_read(S(HEAD("\1") "\xc0\x0c\0\5\0\1\0\0\0\0\0\4\1b\0x"), DNS_FAILED, "an alias that does not fill its record");
	is_read(S(HEAD("\1") "\xc0\x0c\0\5\0\1\0\0\0\0\0\2\xc0\x0c"), DNS_FAILED, "an alias of itself");
	is_read(S(HEAD("\0")), DNS_NODATA, "nothing");
	is_read(S("\x12\x34\x81\x80\0\2\0\0\0\0\0\0" "\1a\0\0\1\0\1" "\1b\0\0\1\0\1"), DNS_IGNORE, "two questions");
	is_read(S("\x12\x34\x81\x80\0\0\0\0\0\0\0\0"), DNS_IGNORE, "no question");
	is_read(S("\x12\x34\x01\0\0\1\0\0\0\0\0\0" "\1a\0\0\1\0\1"), DNS_IGNORE, "our own query come back");
	is_read(S("\x12\x35\x81\x80\0\1\0\0\0\0\0\0" "\1a\0\0\1\0\1"), DNS_IGNORE, "another id");
	is_read(S("\x12\x34\x81\x80\0\1\0\0\0\0\0\0" "\1a\0\0\1\0\3"), DNS_IGNORE, "another class");
	is_read(S("\x12\x34\x81\x80\0\1\0\0\0\0\0\0" "\xc0\x0c\0\1\0\1"), DNS_IGNORE, "a question that is a loop");
	is_read(S(""), DNS_IGNORE, "an empty datagram");

	is_int(dns_parse(S("\x12\x34\x81\x85\0\1\0\0\0\0\0\0" "\1a\0\0\1\0\1"), 0x1234, S("a"), DNS_A, &r, &e), DNS_FAILED, "refused");
	is_line(&e, "dns: server refused (5)", "in a sentence");
	is_int(dns_parse(S("\x12\x34\x81\x82\0\1\0\0\0\0\0\0" "\1a\0\0\1\0\1"), 0x1234, S("a"), DNS_A, &r, &e), DNS_FAILED, "failed");
	is_line(&e, "dns: server failed (2)", "in a sentence");
	is_int(dns_parse(S("\x12\x34\x81\x84\0\1\0\0\0\0\0\0" "\1a\0\0\1\0\1"), 0x1234, S("a"), DNS_A, &r, &e), DNS_FAILED, "something else");
	is_line(&e, "dns: server cannot answer (4)", "in a sentence");
	is_int(dns_parse(S(HEAD("\1")), 0x1234, S("a"), DNS_A, &r, &e), DNS_FAILED, "cut");
	is_line(&e, "dns: answer cannot be read", "in a sentence");
	is_int(dns_parse(S(HEAD("\1") "\xc0\x0c\0\5\0\1\0\0\0\0\0\2\xc0\x0c"), 0x1234, S("a"), DNS_A, &r, &e), DNS_FAILED, "a loop");
	is_line(&e, "dns: chain of aliases is too long", "in a sentence");
}

/* A record owned by a name of `links` labels of `len` bytes, each with a pointer to the one before (without bytes: a pointer to a
   pointer). */
static enum dns_answer
linked(unsigned links, unsigned len)
{
	char msg[4096];
	struct buf b = BUF(msg);
	struct dns_result r;
	struct err e = { 0 };
	unsigned before, all = len ? 1 + len + 2 : 2;

	buf_add_str(&b, S(HEAD("\2") "\0\0\x10\0\1\0\0\0\0"));	/* the root's TXT holds them */
	buf_add_c(&b, (char)((3 + all * links) >> 8));
	buf_add_c(&b, (char)(3 + all * links));
	before = (unsigned)b.len;
	buf_add_str(&b, S("\1x\0"));
	for (unsigned i = 0; i < links; i++) {
		unsigned at = (unsigned)b.len;

		if (len)
			buf_add_c(&b, (char)len);
		for (unsigned k = 0; k < len; k++)
			buf_add_c(&b, 'x');
		buf_add_c(&b, (char)(0xc0 | before >> 8));
		buf_add_c(&b, (char)before);
		before = at;
	}
	buf_add_c(&b, (char)(0xc0 | before >> 8));
	buf_add_c(&b, (char)before);
	buf_add_str(&b, S(RECORD));
	return b.full ? DNS_IGNORE : dns_parse(buf_str(&b), 0x1234, S("a"), DNS_A, &r, &e);
}

static void
long_names(void)
{
	is_int(linked(0, 1), DNS_NODATA, "a name that is a pointer");
	is_int(linked(14, 17), DNS_NODATA, "a name of 255 bytes through 15 pointers");
	is_int(linked(11, 22), DNS_FAILED, "one of 256");
	is_int(linked(DNS_POINTERS - 1, 1), DNS_NODATA, "as many pointers as may be");
	is_int(linked(DNS_POINTERS, 1), DNS_FAILED, "one more");
	is_int(linked(DNS_POINTERS - 1, 0), DNS_NODATA, "as many pointers to pointers");
	is_int(linked(DNS_POINTERS, 0), DNS_FAILED, "one more");
	is_int(linked(1500, 0), DNS_FAILED, "1500 of them");
}

static bool
is_clean(struct str msg, void *arg)
{
	struct dns_result r = { .n = 99 };
	struct err e = { 0 };
	enum dns_answer answer = dns_parse(msg, 0x1234, S("vault.corp"), DNS_AAAA, &r, &e);

	(void)arg;
	return (answer == DNS_FOUND ? r.n > 0 && r.n <= DNS_ADDRESSES : r.n == 0) && (answer == DNS_FAILED) == (e.code == ERR_RETRY);
}

/* The first found chain for vault.corp AAAA among the vectors. */
static void
mutations(void)
{
	struct str rest = slurp("tests/vectors/dns.tsv"), msg = S("");

	while (rest.len) {
		struct str line = str_cut(&rest, '\n'), what = str_cut(&line, '\t'), name = str_cut(&line, '\t'), type = str_cut(&line, '\t');

		str_cut(&line, '\t');
		if (!str_eq(what, S("found")) || !str_eq(name, S("vault.corp")) || !str_eq(type, S("28")))
			continue;
		msg = from_hex(line);
		is_int(mutate_cut(msg, is_clean, NULL), 0, "cut anywhere");
		is_int(mutate_flip(msg, is_clean, NULL), 0, "any bit flipped");
	}
	ok(msg.len > 0, "there was one");
}

int
main(void)
{
	vectors();
	queries();
	hostile();
	long_names();
	mutations();
	return tap_end();
}
