/* data/http.h: HTTP/1.1 messages (RFC 9112) to bytes and back, for a client that uses a connection once. Moves no bytes, follows no redirect. */
/* SPDX-License-Identifier: MIT */
#ifndef DATA_HTTP_H
#define DATA_HTTP_H

#include "base/arena.h"
#include "base/err.h"
#include "data/step.h"
#include "data/uri.h"

#define HTTP_HEAD_BYTES 16384	/* one answer's head, or all of a body's chunk extensions and trailers: what fits a TLS
				   record; proxies and servers commonly stop at 8 to 16 KiB themselves */
#define HTTP_FIELDS 64		/* fields of an answer's head: far over what Vault and a proxy in front of it send */

enum http_more {
	HTTP_MORE,	/* so far good: give more bytes */
	HTTP_DONE,
	HTTP_BAD,	/* *e is filled */
};

enum http_framing {
	HTTP_BODY_NONE,		/* 1xx, 204, 304 */
	HTTP_BODY_LENGTH,
	HTTP_BODY_CHUNKED,
	HTTP_BODY_CLOSE,	/* until the connection's end */
};

/* An answer's head. Slices live in the arena. */
struct http_resp {
	int status;		/* 100 to 599 */
	struct http_field head[HTTP_FIELDS];	/* as received; values without blanks around them, perhaps empty or not ASCII */
	size_t head_n;
	enum http_framing body;
	uint64_t length;	/* HTTP_BODY_LENGTH: bytes */
};

/* Append a whole request: request line, Host, the ask's fields, Content-Length (always with PUT and POST, else with a body),
   "Connection: close", and the body. `to` is the ask's url, parsed. A field's value may hold blanks and be empty. Refused
   before anything is sent (ERR_INPUT, CAUSE_USE, naming the field, never its value): names that are no token, values with
   control or non-ASCII bytes, fields that are this function's (Host, Content-Length, Transfer-Encoding, Connection). Too
   long for `out`: as arena_err. */
int http_format_request(struct buf *out, const struct ask_http *ask, const struct uri *to, struct err *e)
	__attribute__((warn_unused_result));

/* Read an answer's head from all bytes received so far: call again with more of them while it says HTTP_MORE. HTTP_DONE:
   *out is filled and the body starts at in.at + *head_len. A 1xx head is reported as any other, with HTTP_BODY_NONE: the
   caller skips it. HTTP_BAD is ERR_PEER with CAUSE_ANSWER ("answer is not http", "answer: <what>") for a bare LF or CR, a
   folded line, a control byte, a blank before a colon, two Content-Length, one beside Transfer-Encoding, a transfer coding
   that is not exactly "chunked" or stands in HTTP/1.0; ERR_LIMIT with CAUSE_LIMIT over the bounds above. How the bytes
   were cut changes nothing. What does not begin with "HTTP/1." is refused at its first wrong byte. */
enum http_more http_parse_head(struct str in, struct arena *a, struct http_resp *out, size_t *head_len, struct err *e)
	__attribute__((warn_unused_result));

/* A body's decoder. All of it is own; make it with http_body_init. */
struct http_body {
	enum http_framing framing;
	unsigned char place;	/* what the next byte belongs to */
	bool has_cr;		/* the byte before was the CR of a line's end */
	bool in_line;		/* the line has a byte already */
	bool in_extension;	/* behind the chunk size's semicolon */
	uint64_t left;		/* bytes that the length or the chunk still owes */
	uint64_t max;		/* bytes that the limit allows */
	uint64_t room;		/* and those of them that have not come */
	uint64_t extra;		/* bytes that chunk extensions and trailers may still have */
};

/* Start on the body of `resp`, of which at most `max` bytes are accepted. */
void http_body_init(struct http_body *b, const struct http_resp *resp, uint64_t max);

/* Decode from `in` and append to `out`, which needs room for `max` bytes in all. *used is how many bytes of `in` were the
   body's. Call it at least once, with no bytes if there are none: an empty body is HTTP_DONE at once. HTTP_MORE has used all
   of `in`; after HTTP_DONE, what is left is not part of the answer. HTTP_BAD: ERR_PEER, CAUSE_ANSWER; or over the limit
   (known from Content-Length or a chunk's size before the bytes come) ERR_LIMIT, CAUSE_LIMIT. */
enum http_more http_body_feed(struct http_body *b, struct str in, size_t *used, struct buf *out, struct err *e)
	__attribute__((warn_unused_result));

/* The connection ended where HTTP_MORE was the last word: HTTP_DONE for HTTP_BODY_CLOSE, which the caller asks only after
   TLS's close_notify or over plain http; else HTTP_BAD, ERR_RETRY, CAUSE_UNREACHABLE. */
enum http_more http_body_eof(const struct http_body *b, struct err *e) __attribute__((warn_unused_result));

/* The first value of a field, compared without case; at is NULL when there is none. *twice (may be NULL) says whether there
   is a second one. */
struct str http_field_get(const struct http_field *head, size_t n, const char *name, bool *twice);

#endif
