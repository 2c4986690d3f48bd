/* data/dns.h: DNS messages (RFC 1035) to bytes and back, for a stub resolver. Sends nothing, knows no servers, trusts no cache. */
/* SPDX-License-Identifier: MIT */
#ifndef DATA_DNS_H
#define DATA_DNS_H

#include "base/buf.h"
#include "base/err.h"

#define DNS_A 1
#define DNS_AAAA 28
#define DNS_UDP_BYTES 1232	/* the answer that we offer to take by UDP: what passes unfragmented (DNS flag day 2020) */
#define DNS_QUERY_BYTES 300	/* a query is never longer: header 12, name 255, type and class 4, OPT 11 */
#define DNS_ADDRESSES 16	/* addresses kept; more of them are well-formed and dropped: nobody tries a 17th */
#define DNS_POINTERS 16	/* followed inside one name: real ones are a few; unbounded, a message of pointers is quadratic work */
#define DNS_CHAIN 16		/* CNAMEs followed inside one answer; a longer chain is a loop or a mistake */

/* Append a query for one name and type, with EDNS(0) (RFC 6891) and recursion desired. `name` is a host's name without its
   trailing dot. -1 when it is no name (empty label, over 63, over 253 bytes): ERR_INPUT, CAUSE_USE; or out is full. */
int dns_format_query(struct buf *out, uint16_t id, struct str name, uint16_t type, struct err *e)
	__attribute__((warn_unused_result));

enum dns_answer {
	DNS_IGNORE,	/* no answer to this question: keep waiting */
	DNS_FOUND,	/* at least one address */
	DNS_NODATA,	/* the name is there, an address of this type is not */
	DNS_NXDOMAIN,	/* the name is not there */
	DNS_TRUNCATED,	/* ask again by TCP */
	DNS_FAILED,	/* this server cannot say, or its answer cannot be read: *e tells; try another one */
};

struct dns_result {
	uint8_t ip[DNS_ADDRESSES][16];	/* network order; 4 bytes used with DNS_A, 16 with DNS_AAAA; the server's order */
	size_t n;
};

/* Read one message. It is ours when it is a response with this id whose one question has this name (without case), type and
   class IN; anything else is DNS_IGNORE, so that a forged or late datagram cannot end the wait. Then the chain of CNAMEs is
   followed inside the answer, in any order of records. *e is filled for DNS_FAILED alone: ERR_RETRY, CAUSE_UNREACHABLE. */
enum dns_answer dns_parse(struct str msg, uint16_t id, struct str name, uint16_t type, struct dns_result *out, struct err *e)
	__attribute__((warn_unused_result));

#endif
