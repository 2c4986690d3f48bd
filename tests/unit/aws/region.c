/* tests/unit/aws/region.c: the STS host and scope of every region that AWS's own data lists, and what is no region. */
/* SPDX-License-Identifier: MIT */
#include "aws/region.h"

#include "tests/memory.h"
#include "tests/tap.h"

static bool
host_is(struct str region, struct str want)
{
	char text[200];
	struct buf b = BUF(text);

	region_add_sts_host(&b, region);
	return str_eq(buf_str(&b), want);
}

/* partition, region, URL, signature version, scope */
static void
run_row(struct str row)
{
	struct str column[5];
	struct str host;

	for (int i = 0; i < 5; i++)
		column[i] = str_cut(&row, '\t');
	host = column[2];
	if (!ok(str_has_prefix(host, S("https://")) && region_is_valid(column[1]), "%.*s is a region", STR(column[1])))
		return;
	host = str_part(host, 8, host.len);
	if (str_eq(column[1], S("us-east-1"))) {
		/* The one that differs on purpose: a Vault server posts to the global host unless it is told another. */
		ok(host_is(column[1], S("sts.amazonaws.com")), "us-east-1 is signed for the global host");
		ok(str_eq(host, S("sts.us-east-1.amazonaws.com")), "which is not its regional one");
	} else {
		ok(host_is(column[1], host), "%.*s: %.*s", STR(column[1]), STR(host));
	}
	is_str(region_scope(column[1]), column[4], "%.*s: scope", STR(column[1]));
	ok(str_has_suffix(host, region_suffix(column[1])), "%.*s: suffix", STR(column[1]));
}

static void
run_table(void)
{
	const char *data = getenv("PANTLER_DATA");
	char path[512];
	struct str rest;
	int n = 0;

	if (!data) {
		printf("ok %d - STS endpoints # skip PANTLER_DATA is not set (tests/README.md says where it is from)\n", ++tap_n);
		return;
	}
	snprintf(path, sizeof path, "%s/sts-endpoints.tsv", data);
	rest = memory_file(path);
	while (rest.len) {
		run_row(str_cut(&rest, '\n'));
		n++;
	}
	ok(n >= 50, "%d rows", n);
}

static void
run_unknown(void)
{
	static const struct {
		struct str region, host, scope;
	} rows[] = {
		{ S("xx-future-9"), S("sts.xx-future-9.amazonaws.com"), S("xx-future-9") },
		{ S("cn-future-1"), S("sts.cn-future-1.amazonaws.com.cn"), S("cn-future-1") },
		{ S("us-isob-future-1"), S("sts.us-isob-future-1.sc2s.sgov.gov"), S("us-isob-future-1") },
		{ S("eu-isoe-future-1"), S("sts.eu-isoe-future-1.cloud.adc-e.uk"), S("eu-isoe-future-1") },
		{ S("eusc-fr-west-1"), S("sts.eusc-fr-west-1.amazonaws.eu"), S("eusc-fr-west-1") },
		/* A prefix counts with its hyphen alone. */
		{ S("cnx-1"), S("sts.cnx-1.amazonaws.com"), S("cnx-1") },
		{ S("us-isox-1"), S("sts.us-isox-1.amazonaws.com"), S("us-isox-1") },
		{ S("us-gov"), S("sts.us-gov.amazonaws.com"), S("us-gov") },
		{ S("eu-west-1-fips"), S("sts-fips.eu-west-1.amazonaws.com"), S("eu-west-1") },
		{ S("cn-north-1-fips"), S("sts-fips.cn-north-1.amazonaws.com.cn"), S("cn-north-1") },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ok(host_is(rows[i].region, rows[i].host), "%.*s: %.*s", STR(rows[i].region), STR(rows[i].host));
		is_str(region_scope(rows[i].region), rows[i].scope, "%.*s: scope", STR(rows[i].region));
	}
}

static void
run_invalid(void)
{
	static const struct str bad[] = {
		S(""), S("us/east-1"), S("us-east-1/"), S("../x"), S("us.east.1"), S("us-east-1.evil.example"), S("us-east-1@evil"),
		S("us-east-1:80"), S("us-east-1?x"), S("us-east-1#x"), S("us east 1"), S(" us-east-1"), S("us-east-1\n"), S("us-east-1\r\nHost: x"),
		S("us-east-1\0x"), S("US-EAST-1"), S("us_east_1"), S("us-east-1%2f"), S("us-\xc3\xa9st-1"), S("\x7f"), S("-us-east-1"),
		S("us-east-1-"), S("-"), S("-fips"), S("us--fips"), S("auto*"), S("abcdefghijklmnopqrstuvwxyz-0123456"),
	};
	char byte[9] = "us-east-";
	int wrong = 0;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ok(!region_is_valid(bad[i]), "no region: %zu bytes, row %zu", bad[i].len, i);
	for (int c = 0; c < 256; c++) {
		byte[8] = (char)c;
		wrong += region_is_valid((struct str){ byte, 9 }) != ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'));
	}
	is_int(wrong, 0, "each last byte is taken or refused");
	ok(region_is_valid(S("abcdefghijklmnopqrstuvwxyz-01234")), "%d bytes are a region", REGION_MAX);
	ok(region_is_valid(S("a")), "one byte is a region");
}

static void
run_hosts(void)
{
	static const struct str own[] = {
		S("sts.amazonaws.com"), S("sts.AMAZONAWS.com"), S("amazonaws.com"), S("x.credentials.iot.eu-west-1.amazonaws.com"),
		S("sts.cn-north-1.amazonaws.com.cn"), S("sts.us-east-1.api.aws"), S("sts.cn-north-1.api.amazonwebservices.com.cn"),
		S("sts.us-iso-east-1.c2s.ic.gov"), S("sts.us-iso-east-1.api.aws.ic.gov"), S("sts.us-isob-east-1.sc2s.sgov.gov"),
		S("sts.us-isob-east-1.api.aws.scloud"), S("sts.eu-isoe-west-1.cloud.adc-e.uk"), S("sts.eu-isoe-west-1.api.cloud-aws.adc-e.uk"),
		S("sts.us-isof-south-1.csp.hci.ic.gov"), S("sts.us-isof-south-1.api.aws.hci.ic.gov"), S("sts.eusc-de-east-1.amazonaws.eu"),
		S("sts.eusc-de-east-1.api.amazonwebservices.eu"), S("Sts.Eu-West-1.Api.Aws"),
	};
	static const struct str foreign[] = {
		S(""), S("."), S("com"), S("amazonaws.com.evil.test"), S("xamazonaws.com"), S("x-amazonaws.com"), S("amazonaws.com."),
		S("sts.amazonaws.com."), S(".amazonaws.com"), S("amazonaws.co"), S("amazonaws.com.c"), S("sts.amazonaws.com.cn.evil"),
		S("sts.amazonaws.org"), S("amazonaws.com\0"), S("evil.test\0.amazonaws.com.x"), S("evil.test/.amazonaws.comx"), S("mazonaws.com"),
		S("aws"), S("evil.aws"), S("xapi.aws"), S("api.aws.evil.test"), S("ic.gov"), S("evil.ic.gov"), S("adc-e.uk"), S("gov"),
		S("amazonwebservices.com.cn"), S("evil.amazonwebservices.eu"), S("cn-"), S("x.us-iso-"), S("eusc-"), S("amazonaws.com:443"),
		S("vault.example"), S("127.0.0.1"), S("::1"), S("amazon.com"), S("aws.amazon.com"), S("sts.amazonaws.com.evil-amazonaws.com"),
	};

	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		ok(region_is_aws_host(own[i]), "AWS's own: %.*s", STR(own[i]));
	for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
		ok(!region_is_aws_host(foreign[i]), "not AWS's: row %zu, %s", i, foreign[i].at);
}

/* region, fips, dual-stack, URL: tests/vectors/sts.py's */
static void
run_own(void)
{
	struct str rest = memory_file("tests/vectors/sts.tsv");
	int n = 0;

	for (; rest.len; n++) {
		struct str row = str_cut(&rest, '\n');
		struct str region = str_cut(&row, '\t'), fips = str_cut(&row, '\t'), dualstack = str_cut(&row, '\t');
		char text[200];
		struct buf b = BUF(text);

		buf_fmt(&b, "https://");
		region_add_own_sts_host(&b, region, str_is(fips, "1"), str_is(dualstack, "1"));
		is_str(buf_str(&b), row, "own: %.*s, fips %.*s, dual-stack %.*s", STR(region), STR(fips), STR(dualstack));
	}
	ok(n >= 40, "%d rows", n);
}

/* What botocore's rules have nothing to say of. */
static void
run_global(void)
{
	static const struct {
		struct str region;
		bool fips, dualstack;
		struct str host;
	} rows[] = {
		{ S("aws-global"), false, false, S("sts.amazonaws.com") },
		{ S("aws-global"), true, false, S("sts-fips.us-east-1.amazonaws.com") },
		{ S("aws-global"), false, true, S("sts.us-east-1.api.aws") },
		{ S("eu-west-1-fips"), false, false, S("sts-fips.eu-west-1.amazonaws.com") },
		{ S("eu-west-1-fips"), false, true, S("sts-fips.eu-west-1.api.aws") },
		{ S("us-gov-west-1-fips"), false, false, S("sts.us-gov-west-1.amazonaws.com") },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[200];
		struct buf b = BUF(text);

		region_add_own_sts_host(&b, rows[i].region, rows[i].fips, rows[i].dualstack);
		is_str(buf_str(&b), rows[i].host, "own: %.*s", STR(rows[i].host));
	}
}

int
main(void)
{
	run_hosts();
	run_own();
	run_global();
	run_table();
	run_unknown();
	run_invalid();
	return tap_end();
}
