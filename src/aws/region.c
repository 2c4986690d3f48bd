/* aws/region.c: AWS regions, their partitions, and the STS host that belongs to each. */
/* SPDX-License-Identifier: MIT */
#include "aws/region.h"

#define FIPS S("-fips")

/* Prefix, suffix and dual-stack suffix in turn; the last is every other region's. */
static const char partitions[] = "cn-\0" "amazonaws.com.cn\0" "api.amazonwebservices.com.cn\0" "us-gov-\0" "amazonaws.com\0" "api.aws\0"
	"us-iso-\0" "c2s.ic.gov\0" "api.aws.ic.gov\0" "us-isob-\0" "sc2s.sgov.gov\0" "api.aws.scloud\0"
	"us-isof-\0" "csp.hci.ic.gov\0" "api.aws.hci.ic.gov\0" "eu-isoe-\0" "cloud.adc-e.uk\0" "api.cloud-aws.adc-e.uk\0"
	"eusc-\0" "amazonaws.eu\0" "api.amazonwebservices.eu\0" "\0" "amazonaws.com\0" "api.aws";

bool
region_is_valid(struct str region)
{
	struct str label = region_scope(region), rest = region;	/* label: as it stands in the host, between dots */

	if (!label.len || region.len > REGION_MAX)
		return false;
	while (str_span(&rest, "abcdefghijklmnopqrstuvwxyz" STR_DIGITS) || str_take(&rest, '-'))
		;
	return !rest.len && label.at[0] != '-' && label.at[label.len - 1] != '-';	/* neither may begin or end a DNS label */
}

/* The suffix; behind it stands the dual-stack suffix. */
static const char *
suffix_of(struct str region)
{
	const char *prefix = partitions;

	while (!str_begins(region, prefix))
		prefix = str_next(str_next(str_next(prefix)));
	return str_next(prefix);
}

struct str
region_suffix(struct str region)
{
	return str_of(suffix_of(region));
}

bool
region_is_aws_host(struct str host)
{
	for (const char *word = partitions; word < partitions + sizeof partitions; word = str_next(word)) {
		struct str suffix = str_of(word), tail;

		if (host.len < suffix.len || str_find_c(suffix, '.') == SIZE_MAX)	/* a prefix */
			continue;
		tail = str_part(host, host.len - suffix.len, host.len);
		if (str_eq_nocase(tail, suffix) && (tail.at == host.at || (tail.at > host.at + 1 && tail.at[-1] == '.')))
			return true;
	}
	return false;
}

struct str
region_scope(struct str region)
{
	if (str_is(region, "aws-global"))
		return S("us-east-1");
	if (str_has_suffix(region, FIPS))
		return str_part(region, 0, region.len - FIPS.len);
	return region;
}

void
region_add_own_sts_host(struct buf *out, struct str region, bool fips, bool dualstack)
{
	const char *suffix = suffix_of(region);

	if (str_is(region, "aws-global") && !fips && !dualstack) {
		buf_fmt(out, "sts.amazonaws.com");
		return;
	}
	fips = (fips || str_has_suffix(region, FIPS)) && (dualstack || !str_begins(region, "us-gov-"));
	buf_fmt(out, "%s.%.*s.%s", fips ? "sts-fips" : "sts", STR(region_scope(region)), dualstack ? str_next(suffix) : suffix);
}

void
region_add_sts_host(struct buf *out, struct str region)
{
	region_add_own_sts_host(out, str_is(region, "us-east-1") ? S("aws-global") : region, false, false);
}
