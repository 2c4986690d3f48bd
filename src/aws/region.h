/* aws/region.h: AWS regions, their partitions, and the STS host that belongs to each. Detects nothing. */
/* SPDX-License-Identifier: MIT */
#ifndef AWS_REGION_H
#define AWS_REGION_H

#include "base/buf.h"
#include "base/err.h"

#define REGION_MAX 32	/* bytes; the longest name that AWS has is 17 long */

/* Whether text can be a region: a-z, 0-9 and hyphens, the latter neither first nor last (nor before "-fips"), 1 to REGION_MAX
   bytes. It ends up in a host name. */
bool region_is_valid(struct str region);

/* The DNS suffix of a region's partition ("amazonaws.com.cn"). Known by prefixes with their final hyphen; every other region,
   unknown ones too, is in partition aws (SDK endpoint rules). */
struct str region_suffix(struct str region);

/* Whether a host (host_parse's name: without its trailing dot) is in one of AWS's own domains: those of the partitions, and
   their dual-stack ones, whole labels and in any case. Only for them do the compiled-in roots count. Customers have names
   there too (buckets, load balancers); what matters is that nobody else's domain is among them. */
bool region_is_aws_host(struct str host);

/* The region that a signature for this region's STS is scoped to: the region itself, but us-east-1 for aws-global, and the
   region without "-fips" for the pseudo regions of old SDKs. A part of `region`, or static. */
struct str region_scope(struct str region);

/* Append the host that a login is signed for: sts.amazonaws.com for us-east-1 and aws-global, which is what a Vault server
   uses unless told otherwise; sts.<region>.<suffix> for any other; sts-fips.… for <region>-fips, except in aws-us-gov,
   whose regional hosts are FIPS already (AWS General Reference, "STS endpoints"). */
void region_add_sts_host(struct buf *out, struct str region);

/* Append the host for calls of our own to STS: always the regional one, since the global host's session tokens are by default
   refused in regions that must be opted into. Only aws-global, which stands for "no region is known", has the global host.
   `fips` and `dualstack` choose the endpoints of these names (AWS_USE_FIPS_ENDPOINT, AWS_USE_DUALSTACK_ENDPOINT); whether they
   exist in this region is not known here. */
void region_add_own_sts_host(struct buf *out, struct str region, bool fips, bool dualstack);

#endif
