/* tests/unit/data/date.c: dates against Python's calendar (tests/vectors/date.tsv), durations against Go's (duration.tsv), and what is refused. */
/* SPDX-License-Identifier: MIT */
#include "data/date.h"
#include "tests/mutate.h"
#include "tests/slurp.h"
#include "tests/tap.h"

static char memory[64];

static int64_t
number(struct str s)
{
	char text[32];

	snprintf(text, sizeof text, "%.*s", STR(s));
	return strtoll(text, NULL, 10);
}

static struct str
shown(void (*format)(struct buf *, int64_t), int64_t n)
{
	static char out[4][32];
	static unsigned turn;
	struct buf b = { .at = out[turn++ % 4], .cap = 32 };

	format(&b, n);
	return b.full ? S("?") : buf_str(&b);
}

static void
vectors(void)
{
	struct str rest = slurp("tests/vectors/date.tsv");
	int n = 0;

	for (; rest.len; n++) {
		struct str line = str_cut(&rest, '\n'), first = str_cut(&line, '\t'), second = str_cut(&line, '\t');
		struct str amz = str_cut(&line, '\t'), http = str_cut(&line, '\t');
		int64_t want, got = -1;
		uint32_t day, in_day;

		if (str_eq(first, S("offset"))) {
			ok(date_parse_rfc3339(mutate_guard(0, second), &got), "an offset");
			is_int(got, number(amz), "is honoured: %.*s", STR(second));
			continue;
		}
		want = number(first);
		is_str(shown(date_format_rfc3339, want), second, "%.*s as RFC 3339", STR(first));
		is_str(shown(date_format_amz, want), amz, "and as AWS writes it");
		ok(date_parse_rfc3339(mutate_guard(0, second), &got) && got == want, "and read again");
		got = -1;
		ok(date_parse_http(mutate_guard(0, http), &got) && got == want, "and from HTTP");
		date_to_days(want, &day, &in_day);
		is_int(day, number(str_cut(&line, '\t')), "its day");
		is_int(in_day, number(line), "and second");
	}
	ok(n > 250, "all vectors were there");
}

typedef bool parse_fn(struct str text, int64_t *out);

static bool
utc_time(struct str text, int64_t *out)
{
	return date_parse_asn1(text, false, out);
}

static bool
generalized_time(struct str text, int64_t *out)
{
	return date_parse_asn1(text, true, out);
}

static void
takes(parse_fn *parse, const char *text, int64_t want)
{
	int64_t got = -77;

	ok(parse(mutate_guard(0, str_of(text)), &got), "\"%s\" is taken", text);
	is_int(got, want, "for this instant");
}

static void
refuses(parse_fn *parse, const char *text)
{
	int64_t got = -77;

	ok(!parse(mutate_guard(0, str_of(text)), &got) && got == -77, "\"%s\" is refused, and nothing given", text);
}

static void
rfc3339(void)
{
	static const char *const bad[] = {
		"", "Z", "2030-01-01", "2030-01-01T00:00:00", "2030-01-01t00:00:00Z", "2030-01-01T00:00:00z", "2030-01-01 00:00:00Z",
		"2030-01-01T00:00:00ZZ", "2030-01-01T00:00:00.Z", "2030-01-01T00:00:00.1", "2030-01-01T00:00:00,1Z", "2030-1-01T00:00:00Z",
		"2030-00-01T00:00:00Z", "2030-13-01T00:00:00Z", "2030-01-00T00:00:00Z", "2030-01-32T00:00:00Z", "2030-02-29T00:00:00Z",
		"2100-02-29T00:00:00Z", "2030-04-31T00:00:00Z", "2030-01-01T24:00:00Z", "2030-01-01T00:60:00Z", "2030-01-01T23:59:60Z",
		"2030-01-01T00:00:00+24:00", "2030-01-01T00:00:00+00:60", "2030-01-01T00:00:00+0000", "2030-01-01T00:00:00+00:0",
		"2030-01-01T00:00:00 00:00", "+030-01-01T00:00:00Z", "2030-01-01T00:00:00Z ", " 2030-01-01T00:00:00Z", "12030-01-01T00:00:00Z",
	};

	takes(date_parse_rfc3339, "2030-01-01T00:00:00Z", 1893456000);
	takes(date_parse_rfc3339, "2030-01-01T00:00:00.123456789Z", 1893456000);
	takes(date_parse_rfc3339, "2030-01-01T02:30:00.5+02:30", 1893456000);
	takes(date_parse_rfc3339, "2029-12-31T23:00:00-01:00", 1893456000);
	takes(date_parse_rfc3339, "0000-01-01T00:00:00Z", -62167219200);
	takes(date_parse_rfc3339, "2000-02-29T00:00:00-00:00", 951782400);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		refuses(date_parse_rfc3339, bad[i]);
}

static void
http(void)
{
	static const char *const bad[] = {
		"", "Mon, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 06 nov 1994 08:49:37 GMT",
		"Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 +0000", "sun, 06 Nov 1994 08:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT",
		"Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 ... 1994 08:49:37 GMT", "Sun, 06 ov. 1994 08:49:37 GMT",
		"Sun, 06 v.D 1994 08:49:37 GMT", "un,, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT ",
	};

	takes(date_parse_http, "Sun, 06 Nov 1994 08:49:37 GMT", 784111777);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		refuses(date_parse_http, bad[i]);
}

static void
asn1(void)
{
	static const char *const bad_utc[] = {
		"", "491231235959", "491231235959+0000", "4912312359Z", "20491231235959Z", "490231000000Z", "491231235960Z", "49123123595aZ",
	};
	static const char *const bad_generalized[] = {
		"", "20500101000000", "20500101000000.5Z", "20500101000000+0000", "500101000000Z", "20500001000000Z", "2050010100Z",
	};

	takes(utc_time, "491231235959Z", 2524607999);
	takes(utc_time, "500101000000Z", -631152000);
	takes(utc_time, "700101000000Z", 0);
	takes(generalized_time, "20500101000000Z", 2524608000);
	takes(generalized_time, "99991231235959Z", 253402300799);	/* RFC 5280: no end */
	for (size_t i = 0; i < sizeof bad_utc / sizeof *bad_utc; i++)
		refuses(utc_time, bad_utc[i]);
	for (size_t i = 0; i < sizeof bad_generalized / sizeof *bad_generalized; i++)
		refuses(generalized_time, bad_generalized[i]);
}

static void
durations(void)
{
	struct str rest = slurp("tests/vectors/duration.tsv");
	int n = 0;

	for (; rest.len; n++) {
		struct str line = str_cut(&rest, '\n'), what = str_cut(&line, '\t'), text = str_cut(&line, '\t');
		size_t len = text.len / 2;
		int64_t got = -77;

		if (str_eq(what, S("show"))) {
			is_str(shown(date_format_duration, number(text)), line, "%.*s seconds as Vault shows them", STR(text));
			continue;
		}
		for (size_t i = 0; i < len; i++) {
			char two[3] = { text.at[2 * i], text.at[2 * i + 1] };

			memory[i] = (char)strtol(two, NULL, 16);
		}
		if (str_eq(line, S("-")))
			ok(!date_parse_duration(mutate_guard(0, (struct str){ memory, len }), &got) && got == -77, "duration %d is refused as by Go", n);
		else if (ok(date_parse_duration(mutate_guard(0, (struct str){ memory, len }), &got), "duration %d is taken as by Go", n))
			is_int(got, number(line), "with the same result");
	}
	ok(n > 280, "all vectors were there");
	is_str(shown(date_format_duration, INT64_MIN), S("-2562047788015215h30m8s"), "the longest of all durations");
}

static void
bounds(void)
{
	uint32_t days, second;
	char small[8];
	struct buf b = BUF(small);

	is_str(shown(date_format_rfc3339, INT64_MAX), S("9999-12-31T23:59:59Z"), "no later instant than year 9999");
	is_str(shown(date_format_rfc3339, INT64_MIN), S("0000-01-01T00:00:00Z"), "and none before year 0");
	date_to_days(INT64_MAX, &days, &second);
	is_int(days, 3652424, "nor a later day");
	is_int(second, 86399, "or second");
	date_to_days(INT64_MIN, &days, &second);
	is_int(days, 0, "nor an earlier day");
	date_format_rfc3339(&b, 0);
	ok(b.full, "no room is seen");
}

static bool
read_any(struct str text, void *arg)
{
	parse_fn *parse = *(parse_fn **)arg;
	int64_t first = -77, again = -77;

	if (!parse(text, &first))
		return first == -77;
	if (parse == date_parse_duration)
		return true;
	/* Within the years 0 to 9999 and a day's offset. */
	return first >= -62167219200 - 86400 && first < 253402300800 + 86400 && parse(text, &again) && first == again;
}

static void
mutations(void)
{
	static const struct {
		parse_fn *parse;
		const char *text;
	} cases[] = {
		{ date_parse_rfc3339, "2029-12-31T23:59:59.123456789-11:30" }, { date_parse_http, "Sun, 06 Nov 1994 08:49:37 GMT" },
		{ utc_time, "491231235959Z" }, { generalized_time, "20500101000000Z" }, { date_parse_duration, "-1.5h30m500ms7\302\265s" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		parse_fn *parse = cases[i].parse;

		is_int(mutate_cut(str_of(cases[i].text), read_any, &parse), 0, "cut anywhere: case %zu", i);
		is_int(mutate_flip(str_of(cases[i].text), read_any, &parse), 0, "any bit flipped");
	}
}

int
main(void)
{
	vectors();
	rfc3339();
	http();
	asn1();
	durations();
	bounds();
	mutations();
	return tap_end();
}
