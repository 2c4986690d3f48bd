#!/usr/bin/env python3
# sign.t: `pantler sign` signs exactly what botocore and aws-sdk-go-v2 sign, 200 times, and refuses what cannot be signed.
# SPDX-License-Identifier: MIT

import base64
import json
import os
import sys

import peers
from oracle.cases import cases
from tap import end, ok

FIELDS = {"role", "iam_http_request_method", "iam_request_url", "iam_request_body", "iam_request_headers"}


def no_twice(pairs):
    found = dict(pairs)
    assert len(found) == len(pairs), "a key twice"
    return found


def decoded(text):
    """The request inside a login body, in the oracles' shape; whatever is not exactly of that form raises."""
    body = json.loads(text, object_pairs_hook=no_twice)
    assert set(body) == FIELDS, sorted(body)
    assert body["iam_http_request_method"] == "POST"
    url, form, headers = (base64.b64decode(body["iam_request_" + part], validate=True).decode()
                          for part in ("url", "body", "headers"))
    return body["role"], {"url": url, "body": form, "headers": json.loads(headers, object_pairs_hook=no_twice)}


def sign(case, by_flag):
    env = {"AWS_ACCESS_KEY_ID": case["id"], "AWS_SECRET_ACCESS_KEY": case["secret"], "AWS_SESSION_TOKEN": case["token"]}
    settings = {"role": case["role"], "region": case["region"], "header-value": case["server_id"]}
    if by_flag:
        args = ["-%s=%s" % (name, value) for name, value in settings.items() if value]
    else:
        args = []
        env.update({"PANTLER_" + name.upper().replace("-", "_"): value for name, value in settings.items()})
    return peers.pantler("sign", *args, "-at=" + case["at"], env=env)


data = os.environ.get("PANTLER_DATA")
if not data:
    print("1..0 # SKIP PANTLER_DATA is not set: no list of regions")
    sys.exit(0)
with open(os.path.join(data, "sts-endpoints.tsv")) as f:
    endpoints = f.read()
all_cases = list(cases(endpoints))
first = peers.oracle([peers.PYTHON, os.path.join(peers.HERE, "oracle", "botocore_oracle.py")], all_cases)
second = peers.oracle([peers.SIGNER], all_cases)

urls = {line.split("\t")[1]: (line.split("\t")[2] + "/", line.split("\t")[4]) for line in endpoints.splitlines()}
urls["us-east-1"] = "https://sts.amazonaws.com/", "us-east-1"  # the login's one difference: the host that Vault asks
for i, case in enumerate(all_cases):
    name = "case %d: %s, token of %d, secret of %d, server id %r" % (
        i, case["region"], len(case["token"]), len(case["secret"]), case["server_id"][:30])
    ran = sign(case, by_flag=i % 2)
    try:
        role, got = decoded(ran.out)
    except (ValueError, AssertionError) as why:
        ok(False, name, "%s\n%s" % (why, ran))
        continue
    scope = "/%s/sts/aws4_request" % urls[case["region"]][1]
    ok(ran.code == 0 and ran.err == "" and role == case["role"] and first[i] == second[i] == got
       and got["url"] == urls[case["region"]][0] and scope in got["headers"]["Authorization"][0], name,
       "botocore %s\nsdk-go   %s\npantler  %s\n%s" % (first[i], second[i], got, ran.err))

# What cannot be signed, or not without guessing: the whole message, and the value itself never.
case = {"id": "AKIDEXAMPLE", "secret": "CANARY/secret", "token": "CANARY//token", "at": "2015-08-30T12:36:00Z", "region": "us-east-1",
        "server_id": "", "role": "web"}
VISIBLE, PRINTABLE = (" holds a byte that is not %s ascii" % kind for kind in ("visible", "printable"))
REGION = "-region is not a region: a-z, 0-9 and hyphens"
REFUSED = [
    ("id", "AKID\u00e9", "AWS_ACCESS_KEY_ID" + VISIBLE),
    ("id", "AKID EXAMPLE", "AWS_ACCESS_KEY_ID" + VISIBLE),
    ("secret", "CANARY\u20ac", "AWS_SECRET_ACCESS_KEY" + VISIBLE),
    ("token", "CANARY\u00fc", "AWS_SESSION_TOKEN" + VISIBLE),
    ("token", "CANARY\n", "AWS_SESSION_TOKEN" + VISIBLE),
    ("server_id", "vault\u00a0id", "the server id header value" + PRINTABLE),
    ("server_id", "a\tb", "-header-value holds a control byte"),
    ("role", "r\u00f4le", "the role" + PRINTABLE),
    ("region", "eu-w\u00e9st-1", REGION),
    ("region", "eu/west", REGION),
    ("region", "sts.attacker.example", REGION),
    ("at", "2015-08-30", "-at is not a time like 2026-01-02T03:04:05Z"),
    ("at", "2015-02-29T00:00:00Z", "-at is not a time like 2026-01-02T03:04:05Z"),
]
for key, value, message in REFUSED:
    peers.refused("refused: %s=%r" % (key, value), sign(dict(case, **{key: value}), True), 1, "pantler: sign: %s (code 1)\n" % message)
end()
