#!/usr/bin/env python3
# tests/vectors/host.py: writes host.tsv, texts that are and are not IP addresses, by inet_pton. Run: tests/vectors/host.py >tests/vectors/host.tsv
# SPDX-License-Identifier: MIT
import random
import socket

random.seed(1)


def group():
    text = '%x' % random.getrandbits(random.choice((1, 8, 16, 16)))
    return random.choice((text, text.upper(), text.rjust(4, '0')))


def six():
    n = random.choice((8, 8, 7, 6, 9))
    parts = [group() for _ in range(n)]
    if random.random() < 0.3:
        parts[-2:] = [four()]
    text = ':'.join(parts)
    if random.random() < 0.6:
        a, b = sorted(random.sample(range(len(parts) + 1), 2))
        text = ':'.join(parts[:a]) + '::' + ':'.join(parts[b:])
    return text


def four():
    return '.'.join(str(random.getrandbits(8)) for _ in range(4))


def spoil(text):
    at = random.randrange(len(text))
    return random.choice((text[:at] + text[at + 1 :], text[:at] + random.choice(':.0fg1') + text[at:], text[:at] + text[at:].upper()))


texts = ['::', '::1', '1::', ':::', ':', '1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7::', '::2:3:4:5:6:7:8', '1::3:4:5:6:7:8', '1::3::5', '::ffff:1.2.3.4',
         '::1.2.3', '::1.2.3.4:5', '1.2.3.4::', '1:2:3:4:5:6:1.2.3.4', '1:2:3:4:5:6:7:1.2.3.4', '::01.2.3.4', '12345::', '::g', '1:2', ':1::', '::1:',
         '0.0.0.0', '255.255.255.255', '256.0.0.1', '1.2.3', '1.2.3.4.5', '01.2.3.4', '1.2.3.04', '1..3.4', '.1.2.3', '1.2.3.', '127.1', '0', '2130706433']
for _ in range(150):
    texts += [six(), spoil(six()), spoil(four())]
for text in dict.fromkeys(texts):
    family = socket.AF_INET6 if ':' in text else socket.AF_INET
    try:
        ip = socket.inet_pton(family, text).hex()
    except OSError:
        # Without a colon and without a number at its end it may be a name; that is not this file's business.
        if ':' not in text and not text.rpartition('.')[2].isdigit():
            continue
        ip = '-'
    print(text, ip, sep='\t')
