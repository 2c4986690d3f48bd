#!/usr/bin/env python3
# awsroots.t: src/crypto/awsroots.c is what vendor/awsroots makes of this system's bundle, and openssl reads the same from both.
# SPDX-License-Identifier: MIT

import base64
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, "tests/peer")
from tap import end, equal, ok  # noqa: E402

BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
if not os.path.exists(BUNDLE) or not shutil.which("openssl"):
    print("1..0 # SKIP no %s, or no openssl" % BUNDLE)
    sys.exit(0)


def fields(der):
    """What openssl takes a certificate's validity, subject and key to be: the last of the five sequences that stand two deep."""
    listed = subprocess.run(["openssl", "asn1parse", "-inform", "DER"], input=der, capture_output=True).stdout.decode()
    rows = re.findall(r"(?m)^ *(\d+):d=2 +hl=(\d+) l= *(\d+) cons: SEQUENCE", listed)
    return [der[int(at):int(at) + int(head) + int(n)] for at, head, n in rows][2:]  # after algorithm and issuer


made = subprocess.run(["vendor/awsroots"], capture_output=True)
if b" lacks " in made.stderr:
    print("1..0 # SKIP " + made.stderr.decode().strip())
    sys.exit(0)
with open("src/crypto/awsroots.c", "rb") as f:
    source = f.read()
ok(made.returncode == 0 and made.stdout == source, "it is what the generator makes", made.stderr.decode())

numbers = bytes(int(n, 16) for n in re.findall(rb"0x(..),", source))
names = re.findall(rb"/\* (.*), until (....-..-..) \*/", source)
equal(len(names), 5, "roots")
with open(BUNDLE) as f:
    pem = re.findall("-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----\n", f.read())
bundle = {}
for text in pem:
    der = base64.b64decode("".join(text.split("\n")[1:-2]))
    if b"Amazon Root CA" in der or b"Starfield Services" in der:
        about = subprocess.run(["openssl", "x509", "-noout", "-subject", "-nameopt", "multiline,utf8", "-enddate", "-dateopt", "iso_8601"],
                               input=text.encode(), capture_output=True).stdout
        bundle[re.search(rb"commonName *= (.*)", about).group(1)] = fields(der), re.search(rb"notAfter=(\S*)", about).group(1)
for name, until in names:
    length = 4 + int.from_bytes(numbers[2:4], "big") if numbers[1] == 0x82 else 3 + numbers[2]
    compact, numbers = numbers[:length], numbers[length:]
    whole, last = bundle.get(name, ([], b""))
    ok(len(whole) == 3 and fields(compact) == whole, "%s: validity, subject and key are those of its certificate" % name.decode())
    equal(until, last, "its end")
equal(numbers, b"", "nothing is left over")
end()
