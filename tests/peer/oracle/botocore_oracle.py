# botocore_oracle.py: the first opinion on signed logins: botocore's endpoint data and its SigV4 signer. Sends nothing.
# SPDX-License-Identifier: MIT
"""Reads one JSON case a line from standard input and writes the signed request of each, one JSON object a line, in the
same order. The lines are those of signer/main.go. Needs botocore (the environment that tests/peer/setup makes)."""

import datetime
import json
import sys

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.session import Session

BODY = "Action=GetCallerIdentity&Version=2011-06-15"

resolver = Session().get_component("endpoint_resolver")


def endpoint(region):
    """The login's URL and scope by botocore's data; us-east-1 logs in through the global host, which is what a Vault
    server asks unless it is configured otherwise."""
    found = resolver.construct_endpoint("sts", "aws-global" if region == "us-east-1" else region)
    return "https://%s/" % found["hostname"], found.get("credentialScope", {}).get("region", region)


def sign(case):
    url, scope = endpoint(case["region"])
    headers = {"Content-Length": str(len(BODY)), "Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    if case["server_id"]:
        headers["X-Vault-Aws-Iam-Server-Id"] = case["server_id"]
    request = AWSRequest("POST", url, headers=headers, data=BODY.encode())
    auth = SigV4Auth(Credentials(case["id"], case["secret"], case["token"] or None), "sts", scope)
    # add_auth does the same with today's time; its parts take the time from the request.
    at = datetime.datetime.fromtimestamp(case["unix"], datetime.timezone.utc)
    request.context["timestamp"] = at.strftime("%Y%m%dT%H%M%SZ")
    auth._modify_request_before_signing(request)
    to_sign = auth.string_to_sign(request, auth.canonical_request(request))
    auth._inject_signature_to_request(request, auth.signature(to_sign, request))
    return {"url": url, "body": BODY, "headers": {name: [value] for name, value in request.headers.items()}}


for line in sys.stdin:
    print(json.dumps(sign(json.loads(line))))
