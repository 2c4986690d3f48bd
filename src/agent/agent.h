/* agent/agent.h: the arrow kept alive: a token that is renewed and logged in for again, its sinks, and word to whoever supervises. Reads no
   configuration and ends no process. */
/* SPDX-License-Identifier: MIT */
#ifndef AGENT_AGENT_H
#define AGENT_AGENT_H

#include "agent/auth.h"
#include "agent/ready.h"
#include "agent/sink.h"
#include "agent/tell.h"
#include "sys/notify.h"
#include "vault/token.h"

#define AGENT_TOKEN_MAX 16384	/* bytes of a token; Vault takes headers of 8 KiB, and wrap_add_line needs WRAP_LINE_MAX */

/* How agent_run ended. */
enum agent_end {
	AGENT_DONE,	/* SIGTERM or SIGINT; or -once, and everything is on disk */
	AGENT_RELOAD,	/* SIGHUP: agent_reload with the new configuration, or not, and agent_run again */
	AGENT_FAILED,	/* *e says why; agent_stop comes next, as after AGENT_DONE */
};

/* Lies in locked memory, for it holds the token and what the sinks hold. Must not move. */
struct agent {
	struct flow *flow;		/* the process's: loop, limiter, clock; its arena is made for one request and wiped after it */
	const struct config *config;	/* &live */
	/* What is small stands in front: it is reached by shorter instructions. */
	bool rang;			/* the alarm */
	bool is_busy;			/* a request is under way */
	bool is_started;		/* the log was told so */
	bool is_ready;			/* READY=1 was sent, or nobody wants it; false again after SIGHUP until the sinks are written */
	bool was_ready;			/* it has been true: from then on a reload is waited for */
	bool is_reloading;		/* RELOADING=1 was sent, set by the caller, and no READY=1 since ... */
	bool is_refused;		/* ... and that one is due whatever the sinks hold, for nothing was changed; the caller's, too */
	bool has_pid_file;
	struct ready_file ready;
	size_t token_len;
	size_t sink_n;
	tick end;			/* -once with -timeout: when to give up */
	tick poll_at;			/* when to look at the credentials again */
	tick ready_at;			/* when to try again to say that all is ready; 0: not tried, or said */
	tick ready_until;		/* what ready_file says */
	struct watch alarm;		/* the next thing to do */
	struct watch pulse;		/* WATCHDOG=1 */
	struct token life;
	struct notify notify;
	uint8_t seen[32];		/* digest of the credentials that the last look found; zero before the first */
	char nonce[33];			/* type ec2: this process's, when no other is configured */
	struct tell told;		/* what goes wrong again and again */
	struct config live;		/* what counts: as it was at the start, but for what agent_reload takes */
	struct sink sink[CONF_SINKS + 1];	/* the file's, and -output's */
	char token[AGENT_TOKEN_MAX];
};

/* The beginning: sinks are tried, Vault's CA certificates looked for, pid_file is written, a token that an earlier run left in a sink is taken over where that can be
   believed (pantler(1), reuse_token). *a must be all zero; f and its configuration must outlive it. configured_s: when the newest
   of the configuration's files was changed, unix seconds. 0; or -1 with the error, then agent_stop, too: CAUSE_OUTPUT of a sink, ready_file
   or pid_file, auth_check_roots's, no random bytes, or ERR_STOP. */
int agent_start(struct agent *a, struct flow *f, int64_t configured_s, struct err *e) __attribute__((warn_unused_result));

/* Until something ends it. */
enum agent_end agent_run(struct agent *a, struct err *e) __attribute__((warn_unused_result));

/* Go on with a configuration that was read again and has passed conf_check: its sinks, trust and log level count from now on. Of the rest,
   which counts after a restart, a change is warned of where it is of a setting that has a flag, of pid_file or of secret_key, and of nothing
   else: not of backoffs, access_key, nonce, exit_on_err, exit_after_auth, revoke_on_exit, reuse_token, max_requests_per_minute,
   credential_poll_interval, enable_reauth_on_new_credentials. *c may go afterwards, but not what its slices point to. -1, and nothing is changed:
   one of its sinks cannot be written (CAUSE_OUTPUT), the CA certificates cannot be read (auth_check_roots), or the method's wrap_ttl has
   changed (ERR_INPUT). */
int agent_reload(struct agent *a, const struct config *c, struct err *e) __attribute__((warn_unused_result));

/* The end: STOPPING=1, the token revoked where that is configured, ready_file and pid_file removed. */
void agent_stop(struct agent *a);

#endif
