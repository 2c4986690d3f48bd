/* data/uri.h: http and https addresses, and what kind of host a name is. Resolves nothing, no relative references, no decoding. */
/* SPDX-License-Identifier: MIT */
#ifndef DATA_URI_H
#define DATA_URI_H

#include "base/buf.h"
#include "base/err.h"

enum host_kind {
	HOST_DNS,
	HOST_IP4,
	HOST_IP6,
};

/* Who is meant: decided once, here, before anything is resolved or compared with a certificate. Slices are parts of the text
   that was parsed. */
struct host {
	enum host_kind kind;
	uint8_t ip[16];		/* network order; HOST_IP4 uses the first 4 */
	struct str name;	/* as written, but without brackets, scope and one trailing dot */
	bool rooted;		/* HOST_DNS: the trailing dot was there, so no search list is to be applied */
	struct str scope;	/* HOST_IP6: what followed '%' ("eth0"), or empty */
};

struct uri {
	bool tls;		/* https */
	struct host host;
	uint16_t port;		/* 1 to 65535; 443 or 80 when none was written */
	bool has_port;		/* one was written */
	struct str path;	/* as written, with the query; "/" when there was none. */
};

/* Classify a host: "[v6]" or v6 with an optional "%scope"; a strict dotted quad; else a DNS name. Refused, since a resolver
   might take it for an address: a name whose last label is a number (decimal or 0x…) and that is no strict dotted quad.
   Refused too: an empty label, a label over 63 or a name over 253 bytes, a hyphen at a label's end, and every byte but
   A-Z a-z 0-9 - _ and dots. ERR_INPUT, CAUSE_USE, what is wrong, for behind the name of what holds it; the text itself is not quoted. */
int host_parse(struct host *out, struct str text, struct err *e) __attribute__((warn_unused_result));

/* Append the host as a Host header or an address has it: IPv6 in brackets, no scope, no trailing dot. */
void host_format(struct buf *out, const struct host *h);

/* Read an absolute http:// or https:// address. Refused with a sentence of its own each: no scheme, another scheme, user
   information (it is never printed), a fragment, an empty host, a bad port, control bytes, blanks and non-ASCII; an address
   with a query needs a path ("http://h/?q"). Errors as host_parse's. In an address the scope may be
   written "%25eth0" (RFC 6874) or "%eth0" (as curl takes it). */
int uri_parse(struct uri *out, struct str text, struct err *e) __attribute__((warn_unused_result));

/* Append "https://host:port": what may be shown. Port, scope and trailing dot as they were written; no user, path or query.
   uri_parse reads it back as the same place. */
void uri_format_safe(struct buf *out, const struct uri *u);

/* Append s with every byte but A-Z a-z 0-9 - . _ ~ as %XX (RFC 3986 section 2.1); with keep_slash, slashes stay. */
void uri_add_escaped(struct buf *out, struct str s, bool keep_slash);

#endif
