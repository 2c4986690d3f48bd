/* agent/auth.h: one run of the arrow from configuration to token: credentials, region, signed login. Keeps nothing alive, shows nothing. */
/* SPDX-License-Identifier: MIT */
#ifndef AGENT_AUTH_H
#define AGENT_AUTH_H

#include "agent/flow.h"

struct auth {
	struct str nonce;		/* set by the caller. Type ec2: what counts where the configuration has neither nonce nor nonce_file; may be empty */
	char host[64];			/* the machine's name */
	struct chain_config sources;
	struct chain chain;		/* type iam: whose credentials */
	struct login_config plan;	/* points into this struct: it must not move */
	struct vault_secret secret;	/* after auth_login; slices are the flow's arena's */
};

/* Type iam: find the credentials and the region, and fill plan. A region that the configuration leaves open is the profile's, else
   the instance's own, else us-east-1. May ask files, programs and the network, but not Vault. 0; or -1 with the source's error. */
int auth_plan(struct auth *a, struct flow *f, struct err *e) __attribute__((warn_unused_result));

/* Whether Vault's CA certificates can be read at all: better told before a byte goes out than in the middle of a handshake. 0, also
   where none are needed; or -1. */
int auth_check_roots(const struct config *c, struct err *e) __attribute__((warn_unused_result));

/* Whether a login of type ec2 has a nonce, or a file to keep one in. 0; or -1, ERR_INPUT, CAUSE_USE. */
int auth_check_nonce(const struct config *c, struct err *e) __attribute__((warn_unused_result));

/* The nonce that nonce_file holds for this instance, into the flow's arena. 0; or -1: ERR_ABSENT when there is no such file, else as
   file_read and nonce_parse, and ERR_INPUT for a file whose owner is neither root nor us, or whose mode allows group or others anything
   at all. Lines begin with the path. */
int auth_read_nonce(struct flow *f, struct str instance_id, struct str *nonce, struct err *e) __attribute__((warn_unused_result));

/* Append a new nonce: 128 random bits as 32 hexadecimal digits. 0; or -1 as rand_bytes. */
int auth_make_nonce(struct buf *out, struct err *e) __attribute__((warn_unused_result));

/* Log in by the configured type. Iam: auth_plan, and the login; when Vault refuses a signature, and its own clock, over verified TLS,
   is more than four minutes and less than a day off ours, and not before this program was built, the login is signed once more by
   that clock, which is kept in f. Ec2: the instance's identity and the nonce: the configured one; else nonce_file's; else 128 random
   bits, on disk there before they are first used; of two first logins at once the later one takes the other's, or fails. Neither nonce nor nonce_file: CAUSE_USE, before anything is asked. */
int auth_login(struct auth *a, struct flow *f, struct err *e) __attribute__((warn_unused_result));

#endif
