/* sys/log.h: the only writer of people's text, on standard error. Decides no wording; data never passes here. */
/* SPDX-License-Identifier: MIT */
#ifndef SYS_LOG_H
#define SYS_LOG_H

#include "base/str.h"

enum log_level {
	LOG_ERROR,
	LOG_WARN,	/* the default */
	LOG_INFO,
	LOG_DEBUG,
};

/* A level by the names that Vault takes: error, err, warn, warning, info, notice, debug, trace (as debug); case does not
   matter. False, and *out untouched, for others. */
bool log_level_parse(struct str name, enum log_level *out);

/* Lines above this level are dropped from now on. */
void log_set_level(enum log_level level);

/* One line: "pantler: ", the text, a line end. Formats as buf_fmt, string arguments escaped. Over LOG_LINE bytes the end
   is cut, marked by "...". A reader that takes nothing for LOG_WAIT_MS loses the line: a stuck terminal must not keep a
   signal waiting. Never fails as far as the caller is concerned. */
void log_text(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Whole lines as they stand, with their line ends, at any level: for text that is escaped already (an err's line) and for
   help. Same bound on waiting. */
void log_write(struct str text);

#define LOG_LINE 1024		/* an err's line and hint, with what stands around them */
#define LOG_WAIT_MS 250

#endif
