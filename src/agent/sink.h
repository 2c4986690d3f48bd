/* agent/sink.h: one sink of the agent: a file that always holds the newest token, perhaps wrapped, perhaps encrypted. Decides not when a
   token is new, and waits for nothing but Vault. */
/* SPDX-License-Identifier: MIT */
#ifndef AGENT_SINK_H
#define AGENT_SINK_H

#include "agent/flow.h"
#include "crypto/seal.h"
#include "vault/wrap.h"

#define SINK_DH_MAX 4096	/* bytes of dh_path's file, which has some 80 */
#define SINK_RETRY_MIN_MS 1000	/* a failed sink is tried again after this, and up to 2 s more: Vault Agent's numbers */
#define SINK_RETRY_MORE_MS 2000

/* Holds secrets, so it belongs into memory of mem_arena_locked, zero before its first use, and may be copied from there to there. */
struct sink {
	const struct conf_sink *conf;	/* sink_set's; its dh_path has a NUL behind it */
	bool is_pending;		/* the newest token is not in the file yet */
	tick retry_at;			/* when to write it; TICK_NEVER when nothing is pending */
	unsigned failed;		/* how often that has failed since sink_offer */
	bool is_file_bad;		/* the last time it was its file, and not Vault */
	/* Own. */
	bool is_agreed;			/* seal holds the key of the first dh_path that could be read; it stays for the sink's life */
	struct seal seal;
	size_t wrapped_len;		/* of a wrapping token that waits for its file: later tries use the same one ... */
	tick wrapped_until;		/* ... while it lasts */
	char wrapped[WRAP_LINE_MAX];
};

/* Whether the files of n sinks can be written, tried at the start: beside each, with its mode and owner, and removed again. Nothing at the path is
   touched. 0; or -1, CAUSE_OUTPUT, "error creating file sink: error during write check: write PATH: ...". */
int sink_check(const struct conf_sink *c, size_t n, struct err *e) __attribute__((warn_unused_result));

/* Log that there is one, in Vault Agent's words. */
void sink_tell(const struct conf_sink *c);

/* What it is from now on; NULL: nothing, and all is wiped. Nothing is pending; the key that was agreed on stays where path, dh_path and
   derive_key do, for its reader may rely on it. *c, if any, and the one before must be there still. */
void sink_set(struct sink *s, const struct conf_sink *c);

/* There is another token than before: it is pending from now on, and what was wrapped of the old one forgotten. */
void sink_offer(struct sink *s, tick now);

/* Nothing is pending, and nothing of a token is kept. */
void sink_forget(struct sink *s);

/* Write the token to the file: wrapped where wrap_ttl says so, then encrypted where dh_type does, else as it is, without a line end. A
   login that was wrapped itself gives wrap_add_line's line as its token; conf sees to it that a sink does not wrap it again. Wrapping
   asks Vault, through f. What the flow's arena gave is wiped and given back: the token may lie in it, before. 0: the file is whole and on
   disk, and nothing is pending. -1: it is as it was, failed is one more, and retry_at 1 to 3 s after the
   attempt's end; where Vault did not wrap, twice that with every failure, and no sooner than its Retry-After, both up to the longest backoff. Errors: of a
   file, dh_path's too, CAUSE_OUTPUT; of Vault, wrap_step's, behind "sink PATH: "; no random bytes; or CAUSE_SIGNAL. */
int sink_write(struct sink *s, struct flow *f, struct str token, tick now, struct err *e) __attribute__((warn_unused_result));

/* When to try again what failed at `now`: each instant from SINK_RETRY_MIN_MS to SINK_RETRY_MORE_MS later is as likely as another. */
tick sink_retry_at(tick now, uint32_t random);

#endif
