#!/usr/bin/env python3
# tests/vectors/date.py: writes date.tsv, instants and their texts, by Python's calendar. Run: tests/vectors/date.py >tests/vectors/date.tsv
# SPDX-License-Identifier: MIT
import random
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

UTC = timezone.utc
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ORDINAL_0 = datetime(1, 1, 1).toordinal() - 366  # of 0000-01-01; Python's calendar begins in year 1

random.seed(1)
instants = [
    datetime(1, 1, 1), datetime(4, 2, 29), datetime(100, 2, 28, 23, 59, 59), datetime(1900, 3, 1), datetime(1969, 12, 31, 23, 59, 59),
    datetime(1970, 1, 1), datetime(2000, 2, 29), datetime(2024, 12, 31, 23, 59, 59), datetime(2038, 1, 19, 3, 14, 8),
    datetime(2049, 12, 31, 23, 59, 59), datetime(2050, 1, 1), datetime(2100, 2, 28), datetime(2100, 3, 1), datetime(9999, 12, 31, 23, 59, 59),
]
span = int((datetime(9999, 12, 31) - datetime(1, 1, 1)).total_seconds())
instants += [datetime(1, 1, 1) + timedelta(seconds=random.randrange(span)) for _ in range(100)]
instants += [datetime(year, month, 1) - timedelta(seconds=1) for year in (1999, 2000, 2001, 2004, 2100) for month in range(1, 13)]

for at in instants:
    at = at.replace(tzinfo=UTC)
    unix = (at - EPOCH) // timedelta(seconds=1)
    second = at.hour * 3600 + at.minute * 60 + at.second
    iso = at.isoformat().replace('+00:00', 'Z')
    print(unix, iso, iso.replace('-', '').replace(':', ''), format_datetime(at, usegmt=True), at.toordinal() - ORDINAL_0, second, sep='\t')
    # The same instant by a clock elsewhere, with a fraction.
    try:
        there = at.astimezone(timezone(timedelta(minutes=random.randrange(-1439, 1440))))
    except OverflowError:
        continue
    if there.year > 0:
        text = there.isoformat()
        print('offset', text[:19] + '.' + str(random.randrange(10**9)) + text[19:], unix, sep='\t')
