/* agent/session.h: the token that a verb which ends uses: of a login of its own, the environment's or a file's; and its end. Keeps nothing alive. */
/* SPDX-License-Identifier: MIT */
#ifndef AGENT_SESSION_H
#define AGENT_SESSION_H

#include "agent/auth.h"

#define SESSION_TOKEN_MAX 8192	/* bytes; Vault takes no longer header */

struct session {
	struct auth auth;	/* zero before session_begin */
	struct str token;	/* visible ASCII; the flow's arena's, or the environment's */
	bool is_own;		/* a login's, and of no use to anybody later */
	bool is_kept;		/* but something else hangs on it */
};

/* A login, if a role, a type or a configuration file is given; else BAO_TOKEN or VAULT_TOKEN; else ~/.vault-token. A debug line says which. 0; or
   -1, as auth_login or file_read; CAUSE_USE when there is none of these. */
int session_begin(struct session *s, struct flow *f, struct err *e) __attribute__((warn_unused_result));

/* An answer that was got with the token: when it has a lease, a token or a wrapping token, these end with the token, so it must stay. */
void session_note(struct session *s, const struct vault_secret *answer);

/* Revoke a token of our own, unless it is kept: then a line says for how long it lives. That it cannot be revoked is a warning: it
   ends by itself. */
void session_end(struct session *s, struct flow *f);

#endif
