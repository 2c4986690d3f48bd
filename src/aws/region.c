/* aws/region.c: AWS regions, their partitions, and the STS host that belongs to each. */
/* SPDX-License-Identifier: MIT */
#include "aws/region.h"

#define FIPS S("-fips")

/* Prefix and suffix in turn. */
static const char partitions[] = "cn-\0" "amazonaws.com.cn\0" "us-gov-\0" "amazonaws.com\0" "us-iso-\0" "c2s.ic.gov\0" "us-isob-\0"
	"sc2s.sgov.gov\0" "us-isof-\0" "csp.hci.ic.gov\0" "eu-isoe-\0" "cloud.adc-e.uk\0" "eusc-\0" "amazonaws.eu\0";

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
	for (const char *prefix = partitions, *suffix; *prefix; prefix = str_next(suffix)) {
		suffix = str_next(prefix);
		if (str_begins(region, prefix))
			return str_of(suffix);
	}
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
