# cases.py: two hundred login requests to sign, the same ones on every run and every Python. Signs nothing.
# SPDX-License-Identifier: MIT

import datetime
import hashlib

VISIBLE = "".join(map(chr, range(0x21, 0x7F)))
BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

# Lengths on both sides of where something changes: SHA-256's and HMAC's blocks, base64's triples, buffers of round sizes.
TOKENS = (0, 1, 2, 3, 55, 56, 63, 64, 65, 119, 120, 127, 128, 255, 256, 356, 511, 512, 1000, 1023, 1024, 1500, 2047, 2048)
SECRETS = (40, 40, 1, 16, 59, 60, 61, 64, 65, 128)  # the key of the first HMAC is "AWS4" and the secret: 64 is a block
IDS = (20, 20, 20, 16, 128)
SERVER_IDS = ("", "vault.example.com", "https://vault.example.com:8200/", "two words", "three  blanks   in a row", " in front",
              "behind ", "  both  ", 'quoted "a  b" text', "a,b;c=d/e%20f\\", "x", "v" * 256)
ROLES = ("", "web", "dev-role.prod_1", 'odd "role"\\ name')


class Numbers:
    """A stream of numbers from a hash, so that no library's random generator can change them."""

    def __init__(self, seed):
        self.seed, self.n = seed, 0

    def below(self, bound):
        self.n += 1
        return int.from_bytes(hashlib.sha256(b"%s %d" % (self.seed, self.n)).digest()[:8], "big") % bound

    def text(self, alphabet, length):
        return "".join(alphabet[self.below(len(alphabet))] for _ in range(length))


def rfc3339(unix, i):
    """The same instant in the forms that RFC 3339 has."""
    offset = (None, 0, 120, -450, 840)[i % 5]
    zone = datetime.timezone(datetime.timedelta(minutes=offset or 0))
    text = datetime.datetime.fromtimestamp(unix, zone).strftime("%Y-%m-%dT%H:%M:%S") + ("", ".5", ".999999999")[i % 3]
    if offset is None:
        return text + "Z"
    return text + "%s%02d:%02d" % ("-" if offset < 0 else "+", abs(offset) // 60, abs(offset) % 60)


def cases(endpoints):
    """Two hundred cases; `endpoints` is the text of sts-endpoints.tsv, whose every region is used."""
    regions = [line.split("\t")[1] for line in endpoints.splitlines()]
    assert len(regions) < 200
    numbers = Numbers(b"pantler")
    times = [946684800, 951782400, 951868799, 1440938160, 1583020799, 1709164800, 1735689599, 2147483647, 2147483648, 4102444799]
    for i in range(200):
        unix = times[i % 20] if i % 20 < len(times) else 946684800 + numbers.below(100 * 365 * 86400)
        yield {
            "id": numbers.text(UPPER, IDS[i % len(IDS)]),
            "secret": numbers.text(VISIBLE if i % 4 == 3 else BASE64, SECRETS[i % len(SECRETS)]),
            "token": numbers.text(VISIBLE if i % 7 == 6 else BASE64, TOKENS[i % len(TOKENS)] if i % 9 else numbers.below(2049)),
            "unix": unix,
            "at": rfc3339(unix, i),
            "region": regions[i % len(regions)],
            "server_id": SERVER_IDS[i * 5 % len(SERVER_IDS)],
            "role": ROLES[i % len(ROLES)],
        }
