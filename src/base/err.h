/* base/err.h: what went wrong, in one line, with the next move. Prints nothing and ends nothing: only cmd/ and agent/ speak. */
/* SPDX-License-Identifier: MIT */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "base/str.h"

/* The caller's next move. */
enum err_code {
	ERR_NONE,
	ERR_RETRY,	/* later, the same again */
	ERR_DENIED,	/* log in again, or give up */
	ERR_ABSENT,	/* not there: the next provider, the next name */
	ERR_INPUT,	/* the user must act */
	ERR_PEER,	/* the other side broke protocol or trust */
	ERR_LIMIT,	/* a bound of ours */
	ERR_SYS,	/* the kernel said no */
	ERR_STOP,	/* a signal asked us to end; sys is its number */
};

/* What went wrong. cmd/exit.c turns it into the exit code by one table. */
enum err_cause {
	CAUSE_NONE,
	CAUSE_USE,		/* flags, variables, configuration */
	CAUSE_FILE,		/* a local file that we read */
	CAUSE_MEMORY,
	CAUSE_RANDOM,
	CAUSE_ANSWER,		/* the server said no in an unlisted way, or its answer cannot be read */
	CAUSE_LIMIT,		/* an answer over a limit of ours */
	CAUSE_CREDENTIALS,	/* no AWS credentials */
	CAUSE_DENIED,		/* signature, role, principal, policy */
	CAUSE_UNREACHABLE,	/* no route, refused, timed out, cut off, 429, 5xx */
	CAUSE_TLS,		/* not trusted, wrong name, version */
	CAUSE_CLOCK,		/* certificate dates, signature time */
	CAUSE_FIELD,		/* the secret exists, the field does not */
	CAUSE_OUTPUT,		/* sink, output file or stdout cannot be written */
	CAUSE_SEALED,		/* sealed or not initialised */
	CAUSE_READY,		/* the agent's ready file is not to be believed */
	CAUSE_SIGNAL,		/* err.sys is its number */
	CAUSES,
};

#define ERR_LINE 512	/* a line longer than a terminal's few rows is not read; the end is cut, marked by "..." */
#define ERR_HINT 320

struct err {
	enum err_code code;
	enum err_cause cause;
	int sys;		/* errno, or a signal's number, else 0 */
	uint32_t wait_s;	/* the server asked for so many seconds without us (Retry-After); 0: it did not */
	char line[ERR_LINE];	/* lower case, one line, no line end, NUL-terminated, bytes from outside escaped */
	char hint[ERR_HINT];	/* what to do, or empty */
};

/* A code and a cause in one small number: every call of the next is the shorter for it. */
#define ERR_KIND(code, cause) ((unsigned)(cause) << 4 | (unsigned)(code))

/* Fill *e, replacing what it held. String arguments are escaped (buf_add_escaped). Formats as buf_fmt. */
void err_put_kind(struct err *e, unsigned kind, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* As err_put_kind with ERR_SYS, and with ": " and the text of errnum at the end. */
void err_put_sys(struct err *e, enum err_cause cause, int errnum, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Put what the caller was doing, and ": ", before the line. */
void err_put_in(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Say what to do; replaces an earlier hint. */
void err_put_hint(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The same as expressions that are -1, so that a leaf can say `return err_set(...)`: the compiler knows the value, and looks
   nowhere whether it was an error. */
#define err_set(e, code, cause, ...) (err_put_kind(e, ERR_KIND(code, cause), __VA_ARGS__), err_given())
#define err_sys(...) (err_put_sys(__VA_ARGS__), err_given())
#define err_in(...) (err_put_in(__VA_ARGS__), err_given())
#define err_hint(...) (err_put_hint(__VA_ARGS__), err_given())
static inline int
err_given(void)
{
	return -1;
}

/* A few words for an errno ("no such file or directory"), lower case; NULL for a number that is not in its table. */
const char *err_text(int errnum);

#endif
