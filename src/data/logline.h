/* data/logline.h: one event of a log as text, for people or in the two shapes of Vault Agent. Reads no clock, writes nowhere, words nothing. */
/* SPDX-License-Identifier: MIT */
#ifndef DATA_LOGLINE_H
#define DATA_LOGLINE_H

#include "base/buf.h"

enum log_level {
	LOG_ERROR,
	LOG_WARN,
	LOG_INFO,
	LOG_DEBUG,
};

enum log_shape {
	LOG_PEOPLE,	/* "pantler: MESSAGE: KEY=VALUE" */
	LOG_STANDARD,	/* "2030-01-01T00:00:00.123Z [INFO]  NAME: MESSAGE: KEY=VALUE" */
	LOG_JSON,	/* {"@level":"info","@message":MESSAGE,"@module":NAME,"@timestamp":"2030-01-01T00:00:00.123456Z",KEY:VALUE} */
};

/* What an event is about. */
struct log_pair {
	const char *key;	/* lower-case letters and underscores, none twice; NULL ends the list */
	struct str value;	/* any bytes, but never a secret */
};

struct logline {
	uint64_t at_ns;		/* unix nanoseconds: until 2554 */
	enum log_level level;
	const char *name;	/* the logger's: "agent.auth.handler" */
	struct str message;	/* as it shall stand: what is of outside in it is escaped already */
	const struct log_pair *pairs;	/* NULL: none */
};

/* Append the event and a line end. The shapes are those of go-hclog 1.5, in UTC: a plain value that holds anything but the bytes
   from '-' to '~' is quoted, its quotes and control bytes escaped as Go does; one that holds a line end stands below, each of its
   lines behind "  | "; the values of JSON are all strings. Unlike there, keys of JSON
   stand in the order of the list, and bytes above 0x7e are \xNN in plain values.
   What does not fit is cut and shows it by "...": of the plain shapes the end, of JSON's values each that is too long, so that
   the object stays whole. `out` must be empty, with LOGLINE_ROOM bytes at least. */
void logline_format(struct buf *out, enum log_shape shape, const struct logline *l);

#define LOGLINE_ROOM 256	/* time, level, name, and the ends of what was cut */

#endif
