/* vault/read.h: one path of Vault's read or written, KV's two versions told apart; a step machine. Picks no fields, keeps no leases alive. */
/* SPDX-License-Identifier: MIT */
#ifndef VAULT_READ_H
#define VAULT_READ_H

#include "vault/api.h"

#define READ_WITHIN_MS 60000	/* Vault's own client */

/* How the path is meant. */
enum read_kv {
	READ_PLAIN,	/* as it stands, as `vault read` takes it */
	READ_KV,	/* a secret's in a KV mount, as `vault kv get` takes it; Vault is asked for the mount and its version */
	READ_KV_1,	/* the same, and version 1: Vault is not asked, and the path as it stands */
	READ_KV_2,	/* and version 2; the mount is the first part of the path, where none is given */
	READ_ANY,	/* as READ_KV where the mount is KV, else as READ_PLAIN, and so is secret/data/app of a KV mount of version 2 */
};

enum read_state {
	READ_START,
	READ_MOUNT,	/* the mount was asked for */
	READ_SECRET,
};

/* The caller sets what it needs up to `body`, the rest is zero. Slices live as long as the flow. */
struct read {
	const struct vault *vault;	/* with its wrap_ttl_s: it is the secret's, and not the mount's */
	struct str token;		/* visible ASCII; never shown */
	struct str path;
	struct str mount;		/* of KV; empty: the path begins with it */
	enum read_kv kv;
	uint64_t version;		/* of KV version 2; 0: the newest */
	struct str query;		/* behind the path, escaped: "a=b&c=d"; may be empty */
	bool is_write;			/* PUT, with the body */
	struct str body;
	enum read_state state;
	struct str where;		/* the path that was read; "secret/data/app" of KV version 2 */
	bool is_v2;			/* it is a secret of KV version 2 */
	struct str text;		/* the answer as it came */
	struct vault_secret secret;	/* after STEP_DONE */
	struct json data;		/* after STEP_DONE: what the secret is made of, "data", or in KV version 2 what is within that; an object, or
					   JSON_NONE when there is none: a write was only done, or the answer is wrapped */
};

/* GET or PUT /v1/<path>, for KV perhaps after GET /v1/sys/internal/ui/mounts/<path>, as Vault's own CLI asks it (Vault API, "KV secrets engine"). Slashes
   at both ends of a path do not count; an empty, "." or ".." part, a control byte: ERR_INPUT, CAUSE_USE. A mount that is answered
   and does not stand at the path's beginning: ERR_PEER. 403 to that question: the hint says how not to ask it; 404: version 1, as with Vault's CLI, for which
   an old server is one without this endpoint.
   Nothing there: ERR_ABSENT, CAUSE_ANSWER, and of a KV version that is deleted or destroyed that is said. Other errors are
   vault_check's. Lines begin with "vault", the address and the path. */
enum step read_step(void *machine, const struct answer *in, struct ask *out, struct senv *env, struct err *e);

#endif
