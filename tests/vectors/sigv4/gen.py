#!/usr/bin/env python3
# gen.py: makes own.json: signed requests of the kinds that the public SigV4 suite lacks. Tests read own.json and never run this.
# SPDX-License-Identifier: MIT
"""Run with botocore (1.44.5 made what is committed): python3 gen.py >own.json. The signer is botocore's; its time comes from
the request's context, so the same file comes out on every day."""

import calendar
import json
import sys
import time

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

STS = b"Action=GetCallerIdentity&Version=2011-06-15"


def sign(name, method="GET", path="/", query="", params=None, head=(), body=b"", host="example.amazonaws.com", scheme="https",
         secret="wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token=None, region="us-east-1", service="service",
         at="20150830T123600Z"):
    """One case. `query` is what our signer gets; botocore gets the same, or `params` where it would not decode it."""
    url = "%s://%s%s" % (scheme, host, path)
    request = AWSRequest(method, url + ("?" + query if query and params is None else ""), data=body, params=params or {})
    for key, value in head:
        request.headers.add_header(key, value)
    auth = SigV4Auth(Credentials("AKIDEXAMPLE", secret, token), service, region)
    request.context["timestamp"] = at
    auth._modify_request_before_signing(request)
    canonical = auth.canonical_request(request)
    to_sign = auth.string_to_sign(request, canonical)
    signed = [["Host", host]] + [list(pair) for pair in head] + [["X-Amz-Date", at]]
    if token:
        signed.append(["X-Amz-Security-Token", token])
    return {
        "name": name, "method": method, "path": path, "query": query, "head": signed, "body": body.decode("ascii"),
        "region": region, "service": service, "secret": secret,
        "at": calendar.timegm(time.strptime(at, "%Y%m%dT%H%M%SZ")),
        "canonical": canonical, "to_sign": to_sign, "signature": auth.signature(to_sign, request),
    }


def cases():
    # A path that is encoded on the wire is encoded once more.
    yield sign("percent in the path", path="/a%20b/c%2Fd/%25")
    yield sign("percent that encodes nothing", path="/100%/5%zz/%4")
    yield sign("every visible byte in the path", path="/" + "".join(chr(c) for c in range(0x21, 0x7F) if chr(c) not in "#?/[]"))
    yield sign("colon and at in the path", path="/role:web/a@b")
    yield sign("dots before a closing slash", path="/a/b/./../")  # without the slash botocore and RFC 3986 part ways
    yield sign("dots over the top of the path", path="/../../a/")
    yield sign("three dots are a name", path="/a/.../b")
    # Queries.
    yield sign("empty query value", query="a=&b=1")
    yield sign("query key without its sign", query="a&b=1", params=[("a", ""), ("b", "1")])
    yield sign("query of one key", query="acl", params=[("acl", "")])
    yield sign("duplicate query keys", query="b=2&a=3&b=1&a=2&b=10")
    yield sign("the same pair twice", query="a=1&a=1")
    yield sign("query keys by encoded bytes", query="a%20b=1&a-b=2&a=3&a%2Fb=4&A=5&a%7Eb=6", params=[
        ("a b", "1"), ("a-b", "2"), ("a", "3"), ("a/b", "4"), ("A", "5"), ("a~b", "6")])
    yield sign("a key that is another's beginning", query="ab=1&a=2&abc=0")
    yield sign("equals in a query value", query="a=b=c&d==", params=[("a", "b=c"), ("d", "=")])
    yield sign("lower-case percents in a query", query="a=%2f%3a%e1%88%b4", params=[("a", "/:\u1234")])
    yield sign("unescaped bytes in a query", query="a=/:@,;'()!*", params=[("a", "/:@,;'()!*")])
    yield sign("percent that encodes nothing in a query", query="a=100%&b=%zz", params=[("a", "100%"), ("b", "%zz")])
    yield sign("letters that need no percent in a query", query="%61=%62%2D%7E", params=[("a", "b-~")])
    yield sign("sixty-four query parameters", query="&".join("p%d=%d" % (i * 37 % 64, i) for i in range(64)))
    # Hosts and header fields.
    yield sign("host with a port", host="example.amazonaws.com:8443")
    yield sign("host with a port, over http", scheme="http", host="127.0.0.1:5000")
    yield sign("blanks of all kinds in a value", head=[("My-Header", "  a \t\t b  \t c\t ")])
    yield sign("empty value", head=[("My-Header", "")])
    yield sign("value of blanks alone", head=[("My-Header", " \t ")])
    yield sign("one name in three spellings", head=[("my-header", "2"), ("MY-HEADER", "1"), ("My-Header", "3")])
    yield sign("a name that is another's beginning", head=[("My-Header-A", "1"), ("My-Header", "2"), ("My-Header0", "3")])
    yield sign("commas and quotes in a value", head=[("My-Header", 'a,b;"c  d",\'e\'')])
    # Keys.
    for n in (1, 16, 40, 59, 60, 61, 64, 100, 124, 128, 300):
        yield sign("secret of %d bytes" % n, secret=("/+0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" * 5)[:n])
    # Bodies around SHA-256's block, and the login's own.
    for n in (1, 55, 56, 63, 64, 65, 119, 120, 1000):
        yield sign("body of %d bytes" % n, method="POST", body=b"x" * n)
    login = dict(method="POST", service="sts", host="sts.eu-central-1.amazonaws.com", region="eu-central-1", body=STS,
                 head=[("Content-Length", "43"), ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")])
    yield sign("a regional login", **login)
    yield sign("a regional login with a token", **dict(login, token="IQoJb3JpZ2luX2VjE" + "a/+=" * 500))
    yield sign("a login with a server id", **dict(login, head=login["head"] + [("X-Vault-AWS-IAM-Server-ID", "vault  two words ")]))
    # Dates.
    for at in ("19700101T000000Z", "20000229T235959Z", "20240229T000000Z", "20380119T031408Z", "99991231T235959Z"):
        yield sign("signed at " + at, at=at)


json.dump(list(cases()), sys.stdout, indent=1)
print()
