/* aws/region.c: AWS regions, their partitions, and the STS host that belongs to each. */
/* SPDX-License-Identifier: MIT */
#include "aws/region.h"

#define FIPS S("-fips")

static const struct {
	struct str prefix;
	struct str suffix;
} partitions[] = {
	{ S("cn-"), S("amazonaws.com.cn") },
	{ S("us-gov-"), S("amazonaws.com") },
	{ S("us-iso-"), S("c2s.ic.gov") },
	{ S("us-isob-"), S("sc2s.sgov.gov") },
	{ S("us-isof-"), S("csp.hci.ic.gov") },
	{ S("eu-isoe-"), S("cloud.adc-e.uk") },
	{ S("eusc-"), S("amazonaws.eu") },
};

bool
region_is_valid(struct str region)
{
	struct str label = region_scope(region);	/* as it stands in the host, between dots */

	if (!label.len || region.len > REGION_MAX)
		return false;
	for (size_t i = 0; i < region.len; i++) {
		char c = region.at[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
			return false;
	}
	return label.at[0] != '-' && label.at[label.len - 1] != '-';	/* neither may begin or end a DNS label */
}

struct str
region_suffix(struct str region)
{
	for (size_t i = 0; i < sizeof partitions / sizeof *partitions; i++)
		if (str_has_prefix(region, partitions[i].prefix))
			return partitions[i].suffix;
	return S("amazonaws.com");
}

struct str
region_scope(struct str region)
{
	if (str_eq(region, S("aws-global")))
		return S("us-east-1");
	if (str_has_suffix(region, FIPS))
		return str_part(region, 0, region.len - FIPS.len);
	return region;
}

void
region_add_sts_host(struct buf *out, struct str region)
{
	bool is_fips = str_has_suffix(region, FIPS) && !str_has_prefix(region, S("us-gov-"));

	if (str_eq(region, S("us-east-1")) || str_eq(region, S("aws-global"))) {
		buf_add_str(out, S("sts.amazonaws.com"));
		return;
	}
	buf_fmt(out, "%s.%.*s.%.*s", is_fips ? "sts-fips" : "sts", STR(region_scope(region)), STR(region_suffix(region)));
}
