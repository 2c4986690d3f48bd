/* data/date.c: instants and durations to text and back. */
/* SPDX-License-Identifier: MIT */
#include "data/date.h"

#include "base/divide.h"

#include <string.h>

#define DAY 86400
#define EPOCH 719528	/* days from 0000-01-01 to 1970-01-01 */
#define YEARS 3652425	/* days from 0000-01-01 to 10000-01-01 */

/* The parts of a date, in the order of the letters that stand for them in a pattern. */
enum { YEAR, MONTH, MDAY, HOUR, MINUTE, SECOND, PARTS };
static const char letters[PARTS] = "YMDhms";

/* Days from 0000-01-01 to the first day of a year; year 0 is a leap year. */
static unsigned
days_before_year(unsigned year)
{
	uint64_t centuries = year + 99;

	divide(&centuries, 100);
	return year * 365 + (year + 3) / 4 - (unsigned)centuries + ((unsigned)centuries + 3) / 4;
}

static unsigned
days_in_month(unsigned year, unsigned month)
{
	if (month == 2)
		return days_before_year(year + 1) - days_before_year(year) - 337;
	return 30 + ((month + month / 8) & 1);	/* odd months up to July and even ones from August have 31 */
}

/* Read text by a pattern: a letter is a digit of its part, '?' is any byte, another byte is itself. */
static bool
match(struct str text, const char *pattern, unsigned part[PARTS])
{
	if (text.len != strlen(pattern))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		const char *letter = memchr(letters, pattern[i], PARTS);
		unsigned digit = (unsigned)(unsigned char)text.at[i] - '0';

		if (letter && digit <= 9)
			part[letter - letters] = part[letter - letters] * 10 + digit;
		else if (letter || (pattern[i] != '?' && pattern[i] != text.at[i]))
			return false;
	}
	return true;
}

/* The instant that the parts name, minus an offset of this many seconds. */
static bool
join(const unsigned part[PARTS], int offset, int64_t *out_s)
{
	unsigned days;

	if (part[MONTH] - 1 > 11 || part[MDAY] - 1 >= days_in_month(part[YEAR], part[MONTH]) || part[HOUR] > 23 ||
	    part[MINUTE] > 59 || part[SECOND] > 59)
		return false;
	days = days_before_year(part[YEAR]) + part[MDAY] - 1;
	for (unsigned m = 1; m < part[MONTH]; m++)
		days += days_in_month(part[YEAR], m);
	*out_s = ((int64_t)days - EPOCH) * DAY + (int)(part[HOUR] * 3600 + part[MINUTE] * 60 + part[SECOND]) - offset;
	return true;
}

/* Where the digits that start at `at` end. */
static size_t
digits(struct str s, size_t at)
{
	while (at < s.len && s.at[at] >= '0' && s.at[at] <= '9')
		at++;
	return at;
}

bool
date_parse_rfc3339(struct str text, int64_t *out_s)
{
	unsigned part[PARTS] = { 0 }, zone[PARTS] = { 0 };
	struct str rest = str_part(text, 19, text.len);
	size_t n;
	int offset;

	if (!match(str_part(text, 0, 19), "YYYY-MM-DDThh:mm:ss", part))
		return false;
	if (rest.len && rest.at[0] == '.') {
		n = digits(rest, 1);
		if (n == 1)
			return false;
		rest = str_part(rest, n, rest.len);
	}
	if (str_eq(rest, S("Z")))
		return join(part, 0, out_s);
	if (!match(rest, "?hh:mm", zone) || zone[HOUR] > 23 || zone[MINUTE] > 59)
		return false;
	offset = (int)(zone[HOUR] * 3600 + zone[MINUTE] * 60);
	return (rest.at[0] == '+' || rest.at[0] == '-') && join(part, rest.at[0] == '+' ? offset : -offset, out_s);
}

bool
date_parse_http(struct str text, int64_t *out_s)
{
	unsigned part[PARTS] = { 0 };
	uint32_t days, second, weekday;
	uint64_t weeks;
	int64_t at_s;

	if (!match(text, "???, DD ??? YYYY hh:mm:ss ???", part) || !str_has_suffix(text, S("GMT")))
		return false;
	part[MONTH] = (unsigned)str_find(S("...Jan.Feb.Mar.Apr.May.Jun.Jul.Aug.Sep.Oct.Nov.Dec"), str_part(text, 8, 11));
	if (part[MONTH] % 4 != 3)	/* it starts at 3 for January, 7 for February */
		return false;
	part[MONTH] = (part[MONTH] + 1) / 4;
	if (!join(part, 0, &at_s))
		return false;
	date_to_days(at_s, &days, &second);
	weeks = days;
	weekday = divide(&weeks, 7);
	if (!str_eq(str_part(S("SatSunMonTueWedThuFri"), weekday * 3, weekday * 3 + 3), str_part(text, 0, 3)))
		return false;
	*out_s = at_s;
	return true;
}

bool
date_parse_asn1(struct str text, bool generalized, int64_t *out_s)
{
	unsigned part[PARTS] = { 0 };

	if (!match(text, generalized ? "YYYYMMDDhhmmssZ" : "YYMMDDhhmmssZ", part))
		return false;
	if (!generalized)
		part[YEAR] += part[YEAR] < 50 ? 2000 : 1900;
	return join(part, 0, out_s);
}

void
date_to_days(int64_t at_s, uint32_t *days, uint32_t *second)
{
	uint64_t n = 0;

	if (at_s >= (int64_t)(YEARS - EPOCH) * DAY)
		at_s = (int64_t)(YEARS - EPOCH) * DAY - 1;
	if (at_s > -(int64_t)EPOCH * DAY)
		n = (uint64_t)(at_s + (int64_t)EPOCH * DAY);
	*second = divide(&n, DAY);
	*days = (uint32_t)n;
}

/* Write by a pattern: Y is four digits, another part's letter two, another byte is itself. */
static void
format(struct buf *out, const char *pattern, int64_t at_s)
{
	unsigned part[PARTS];
	uint32_t days, second;
	uint64_t n;

	date_to_days(at_s, &days, &second);
	n = days;
	divide(&n, 366);
	part[YEAR] = (unsigned)n;	/* that or, as most years are shorter, one of the next 27 */
	while (days_before_year(part[YEAR] + 1) <= days)
		part[YEAR]++;
	days -= days_before_year(part[YEAR]);
	for (part[MONTH] = 1; days >= days_in_month(part[YEAR], part[MONTH]); part[MONTH]++)
		days -= days_in_month(part[YEAR], part[MONTH]);
	part[MDAY] = days + 1;
	n = second;
	part[SECOND] = divide(&n, 60);
	part[MINUTE] = divide(&n, 60);
	part[HOUR] = (unsigned)n;
	for (; *pattern; pattern++) {
		const char *letter = memchr(letters, *pattern, PARTS);

		if (letter)
			buf_add_digits(out, part[letter - letters], letter == letters ? 4 : 2);
		else
			buf_add_c(out, *pattern);
	}
}

void
date_format_rfc3339(struct buf *out, int64_t at_s)
{
	format(out, "Y-M-DTh:m:sZ", at_s);
}

void
date_format_amz(struct buf *out, int64_t at_s)
{
	format(out, "YMDThmsZ", at_s);
}

#define SECOND_NS 1000000000u

/* The nanoseconds of a unit; 0 for what is none. */
static uint64_t
unit_ns(struct str unit)
{
	/* both micro signs, as Go; from "s" on, of seconds */
	const char *name = "ns\0" "us\0" "\302\265s\0" "\316\274s\0" "ms\0" "s\0" "m\0" "h\0" "d\0";
	static const uint32_t ns_or_s[] = { 1, 1000, 1000, 1000, 1000000, 1, 60, 3600, DAY, 1 };

	for (unsigned i = 0; i < sizeof ns_or_s / sizeof *ns_or_s; i++, name = str_next(name))
		if (str_is(unit, name))
			return (uint64_t)ns_or_s[i] * (i < 5 ? 1 : SECOND_NS);
	return 0;
}

bool
date_parse_duration(struct str text, int64_t *out_ms)
{
	bool minus = text.len && text.at[0] == '-';
	size_t start = minus || (text.len && text.at[0] == '+'), at = start;
	uint64_t sum = 0;	/* what Go's nanoseconds can hold */

	if (start && start == text.len)
		return false;
	while (at < text.len) {	/* one "1.5h" after the other */
		size_t whole = at, dot = digits(text, whole), unit = dot;
		bool has_dot = dot < text.len && text.at[dot] == '.';
		uint64_t n = 0, ns;

		if (has_dot)
			unit = digits(text, dot + 1);
		for (at = unit; at < text.len && text.at[at] != '.' && digits(text, at) == at; at++)
			;
		ns = unit_ns(str_part(text, unit, at));
		if (!ns || unit - whole == has_dot)
			return false;
		/* "60" and "30d" stand alone, for they are not Go's */
		if ((unit == at || text.at[unit] == 'd') && (whole != start || has_dot || at != text.len))
			return false;
		for (size_t i = whole; i < unit; i++) {
			if (i == dot)
				continue;
			if (i > dot)
				divide(&ns, 10);	/* loses less than 1 ns a digit */
			else if (n > INT64_MAX / 10)
				return false;
			else
				n *= 10;
			n += (uint64_t)(text.at[i] - '0') * ns;	/* of a day at most 2^50 */
			if (n > INT64_MAX)
				return false;
		}
		sum += n;
		if (sum > INT64_MAX)
			return false;
	}
	divide(&sum, SECOND_NS / 1000);
	*out_ms = minus ? -(int64_t)sum : (int64_t)sum;
	return true;
}

void
date_format_duration(struct buf *out, int64_t s)
{
	uint64_t n = s < 0 ? 0 - (uint64_t)s : (uint64_t)s;
	unsigned second, minute;

	if (s < 0)
		buf_add_c(out, '-');
	second = divide(&n, 60);
	minute = divide(&n, 60);
	if (n)
		buf_fmt(out, "%lluh", (unsigned long long)n);
	if (minute)
		buf_fmt(out, "%um", minute);
	if (second || !s)
		buf_fmt(out, "%us", second);
}
