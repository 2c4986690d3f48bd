/* agent/reuse.h: the token that an earlier run left in a sink, and whether it may be believed: restarting a fleet shall be no storm of
   logins. Logs nobody in. */
/* SPDX-License-Identifier: MIT */
#ifndef AGENT_REUSE_H
#define AGENT_REUSE_H

#include "agent/flow.h"
#include "vault/self.h"

/* Look at the first sink that holds its token plain, and ask Vault about it: one lookup-self. Not even asked about is a token of a file that
   is not ours alone (file_read_own), or not newer than all of the configuration's files (`configured_s`, unix seconds, the newest of them), and none
   is when a flag or a variable says where tokens are from: nobody knows what it was before. Taken is one whose lookup shows our mount and
   namespace, no bound on its uses, more than a third of its life left, and of type ec2 our role; of type iam Vault shows none.
   0: m->token, m->grant and *sink, for as long as the flow's arena; or -1: ERR_ABSENT when reuse_token is false, there is
   none, or it may not be believed; of the file as file_read_own; of Vault as self_step; ERR_STOP. */
int reuse_find(struct self *m, const struct conf_sink **sink, struct flow *f, int64_t configured_s, struct err *e)
	__attribute__((warn_unused_result));

#endif
