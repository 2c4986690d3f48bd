/* data/date.h: instants and durations to text and back. Reads no clock; knows no time zone but offsets, and no leap second. */
/* SPDX-License-Identifier: MIT */
#ifndef DATA_DATE_H
#define DATA_DATE_H

#include "base/buf.h"

/* Instants are seconds since 1970-01-01T00:00:00Z. Years are 0 to 9999, in the calendar of today carried backwards. Every
   parser takes its whole form and nothing else, checks the days of the month, refuses second 60, and leaves *out alone when
   it says false. */

/* RFC 3339 section 5.6: "2030-01-01T00:00:00Z", "….123+02:00". A fraction is read and dropped, an offset honoured. */
bool date_parse_rfc3339(struct str text, int64_t *out_s) __attribute__((warn_unused_result));

/* RFC 9110 section 5.6.7, IMF-fixdate: "Sun, 06 Nov 1994 08:49:37 GMT", the weekday right. The obsolete forms: false. */
bool date_parse_http(struct str text, int64_t *out_s) __attribute__((warn_unused_result));

/* RFC 5280 section 4.1.2.5: UTCTime "YYMMDDHHMMSSZ" (50 to 99 are 19xx) or, with `generalized`, "YYYYMMDDHHMMSSZ". */
bool date_parse_asn1(struct str text, bool generalized, int64_t *out_s) __attribute__((warn_unused_result));

/* Append "2030-01-01T00:00:00Z": 20 bytes. An instant outside the years 0 to 9999 is written as the nearest inside. */
void date_format_rfc3339(struct buf *out, int64_t at_s);
/* Append "20300101T000000Z", as x-amz-date has it: 16 bytes. */
void date_format_amz(struct buf *out, int64_t at_s);

/* Days since January 1st of year 0 and the second of that day: what BearSSL counts in. Held to the years 0 to 9999. */
void date_to_days(int64_t at_s, uint32_t *days, uint32_t *second);

/* A duration as Vault reads one everywhere: empty is 0; digits alone are seconds; "30d" are days; else Go's form: "1h30m",
   "1.5h", "500ms" (units ns us µs ms s m h). A sign may stand in front. Milliseconds, rounded towards 0; false too for
   what Go cannot hold (292 years). */
bool date_parse_duration(struct str text, int64_t *out_ms) __attribute__((warn_unused_result));

/* Append seconds as Vault's CLI shows them: "768h", "1h30m", "5m", "45s", "0s"; units that are zero are left out. */
void date_format_duration(struct buf *out, int64_t s);

#endif
