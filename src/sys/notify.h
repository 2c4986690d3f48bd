/* sys/notify.h: tells the service manager how we are (sd_notify(3)'s protocol). Decides no state and knows no other manager. */
/* SPDX-License-Identifier: MIT */
#ifndef SYS_NOTIFY_H
#define SYS_NOTIFY_H

#include "base/buf.h"

struct notify {
	char path[108];		/* sun_path; an abstract name begins with a NUL */
	size_t len;		/* bytes of it; 0: nobody wants to hear */
	int64_t watchdog_ms;	/* WATCHDOG=1 is awaited at least that often, so say it after half of it; 0: it is not */
};

/* Take NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID out of the environment: no child of ours is the service. An absolute path or "@"
   and an abstract name; anything else, and under AT_SECURE everything, counts as not there. The watchdog counts where its
   interval is a decimal of 1 ms at least, and WATCHDOG_PID is us or not set. Opens nothing. */
void notify_init(struct notify *n);

/* Send assignments, a line each, in one datagram: "READY=1", "STATUS=…", "STOPPING=1", "WATCHDOG=1". Formats as buf_fmt, string arguments
   escaped; over NOTIFY_MAX bytes nothing is sent. Never blocks. False when there was somebody to tell and it did not get
   there (its queue may be full): say it again later. */
bool notify_send(const struct notify *n, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The same for a re-reading of the configuration that begins, with the time that systemd wants beside it. READY=1 ends it. */
bool notify_reloading(const struct notify *n);

#define NOTIFY_MAX 1024	/* a status is a line */

#endif
