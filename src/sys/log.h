/* sys/log.h: the only writer of people's text and of the agent's log, on standard error. Decides no wording; data never passes here. */
/* SPDX-License-Identifier: MIT */
#ifndef SYS_LOG_H
#define SYS_LOG_H

#include "data/logline.h"

struct logfile;

/* A level by the names that Vault takes: error, err, warn, warning, info, notice, debug, trace (as debug); case does not
   matter. False, and *out untouched, for others. */
bool log_level_parse(struct str name, enum log_level *out);

/* Lines above this level are dropped from now on; LOG_WARN at first. */
void log_set_level(enum log_level level);

/* How lines look from now on; LOG_PEOPLE at first. In the agent's shapes, where standard error is the journal's own (JOURNAL_STREAM
   names its device and inode), each line there begins with its priority, as sd-daemon(3) has it: "<6>". */
void log_set_shape(enum log_shape shape);

/* Lines of log_text and log_event go to this file (logfile_open), too, without priorities. NULL: to none any more. It is the
   caller's, and must stay. */
void log_set_file(struct logfile *file);

/* One line: people's, "pantler: ", the text, a line end; in the agent's shapes an event of the logger "agent" with that text. Formats
   as buf_fmt, string arguments escaped. Over LOG_LINE bytes the end is cut, marked by "...". A reader that takes nothing for
   LOG_WAIT_MS loses the line: a stuck terminal must not keep a signal waiting. Never fails as far as the caller is concerned. */
void log_text(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* One event of logger `name`. The message stands as it is, values of pairs as data/logline.h has them: nobody escapes them before.
       log_event(LOG_INFO, "agent.sink.file", "token written", PAIRS({ "path", sink->path }));
   Over LOG_EVENT bytes it is cut as logline_format does. Same bound on waiting. */
void log_event(enum log_level level, const char *name, const char *message, const struct log_pair *pairs);
#define PAIRS(...) ((const struct log_pair[]){ __VA_ARGS__, { 0 } })

/* Whole lines as they stand, with their line ends, at any level, to standard error alone: for text that is escaped already (an
   err's line) and for help. Same bound on waiting. */
void log_write(struct str text);

#define LOG_LINE 1024		/* an err's line and hint, with what stands around them */
#define LOG_EVENT 2048		/* two texts of that length, as JSON quotes them: an answer of Vault's on some lines, and what was done */
#define LOG_WAIT_MS 250

#endif
