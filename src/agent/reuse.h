/* agent/reuse.h: the token that an earlier run left in a sink, and whether it may be believed: restarting a fleet shall be no storm of
   logins. Logs nobody in. */
/* SPDX-License-Identifier: MIT */
#ifndef AGENT_REUSE_H
#define AGENT_REUSE_H

#include "agent/flow.h"
#include "vault/self.h"

/* Look at the first sink that holds its token plain, and ask Vault about it: one lookup-self. Taken is a token of a file that is ours and
   that nobody else may write, whose lookup shows our mount and namespace, no bound on its uses, and more than a third of its life left.
   Its role must be ours: of type ec2 the lookup says it; of type iam it does not, so the configuration's files must say it, and the sink's be
   newer than all of them (`configured_s`, unix seconds, the newest of them): of a flag or a variable nobody knows what it was before.
   0: m->token, m->grant and *sink, for as long as the flow's arena; or -1: reuse_token is false, there is none, or why not. */
int reuse_find(struct self *m, const struct conf_sink **sink, struct flow *f, int64_t configured_s, struct err *e)
	__attribute__((warn_unused_result));

#endif
