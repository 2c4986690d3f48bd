#!/usr/bin/env python3
# clock.t: a signature that is refused for its time: Vault's own clock is believed once, and only where it may be.
# SPDX-License-Identifier: MIT

import base64
import datetime
import email.utils
import json
import os
import re
import time

import program  # noqa: F401, finds tests/peer
import unruly
from certs import Authority
from peers import folder
from program import KEYS, TOKEN, Standin, run, said
from tap import end, equal, ok

DAY = 86400
BUILT = datetime.datetime.strptime(json.loads(run("version", "-format=json").out)["build_date"], "%Y-%m-%dT%H:%M:%SZ").replace(
    tzinfo=datetime.timezone.utc).timestamp()
LATE = "Signature expired: ", "the clock here is over 15 minutes behind; set it"
EARLY = "Signature not yet current: ", "the clock here is over 15 minutes ahead; set it"


def warning(off):
    """A second may have passed."""
    return "pantler: the clock here is (%d|%d|%d)s %s vault's, by which the login is signed now\n" % (
        abs(off) - 1, abs(off), abs(off) + 1, "behind" if off > 0 else "ahead of")


def refused(url, why, before=""):
    return re.compile("%spantler: login: vault %s: sts refused the signed request: SignatureDoesNotMatch: %s[^\n]+ \\(code 14\\)\nhint: %s\n" % (
        before, re.escape(url), why[0], why[1]))


# --- A server that judges the time itself

for name, off in (("late", 1000), ("a day late, but for a minute", DAY - 60), ("early", -1000)):
    vault = Standin("--clock-offset", str(off), name=name.replace(" ", "-").replace(",", ""))
    if time.time() + off < BUILT - 60:  # a program built just now
        said(name + ", and before this program was built: refused", vault.login(), 14, refused(vault.url, EARLY))
        continue
    ran = vault.login("-field=token")
    said("a signature that is %s: signed again by the server's clock" % name, ran, 0, re.compile(warning(off)), TOKEN)
    ok(vault.knows(ran.out), "and the server knows the token")
    said("without verification that is not believed: " + name, vault.login("-tls-skip-verify", "-log-level=error"), 14,
         refused(vault.url, LATE if off > 0 else EARLY))
for name, off, why in (("more than a day late", DAY + 600, LATE), ("before this program was built", BUILT - time.time() - 2000, EARLY)):
    vault = Standin("--clock-offset", str(off), name=name.replace(" ", "-"))
    said(name + ": refused", vault.login(), 14, refused(vault.url, why))

# --- How often it is tried

authority = Authority(os.path.join(folder, "ca"))
tls = unruly.Web(authority.issue("server"))
plain = unruly.Web()
MESSAGES = {"late": ("SignatureDoesNotMatch", "Signature expired: 20150830T123600Z is now earlier than 20150830T125100Z (x)"),
            "mismatch": ("SignatureDoesNotMatch", unruly.MISMATCH), "expired": ("ExpiredToken", "The security token is expired")}


def refusal(what, off, *heads, status=400):
    """An answer of Vault's, with its clock that far off."""
    text = "error making upstream request: received error code 403 from STS: " + unruly.STS % MESSAGES[what]
    date = [] if off is None else ["Date: " + email.utils.formatdate(time.time() + off, usegmt=True)]
    return unruly.answer(status, {"errors": [text]}, *date, *heads)


def tried(web, answer, *args):
    """The run, and how many requests came of it."""
    web.answers["aws"] = answer
    before = len(web.seen)
    ran = run("login", *args, env=dict(KEYS, VAULT_ADDR=web.url, VAULT_CACERT=authority.pem))
    return ran, len(web.seen) - before


def signed_at(request):
    head = json.loads(base64.b64decode(json.loads(request[2])["iam_request_headers"]))
    return datetime.datetime.strptime(head["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc).timestamp()


ran, n = tried(tls, refusal("late", 1000))
said("refused again: that was the last time", ran, 14, refused(tls.url, LATE, warning(1000)))
equal(n, 2, "two requests")
first, second = (signed_at(request) for request in tls.seen[-2:])
ok(999 <= second - first <= 1002, "the second signed by the server's clock", second - first)
ran, n = tried(tls, refusal("mismatch", 1000))
ok(ran.code == 11 and n == 2 and re.match(warning(1000), ran.err), "a mismatch, which may be the clock's fault, too", ran)
for name, web, answer, code, *args in (
        ("over http", plain, refusal("late", 1000), 14),
        ("without verification", tls, refusal("late", 1000), 14, "-tls-skip-verify", "-log-level=error"),
        ("an answer that was kept somewhere", tls, refusal("late", 1000, "Age: 5"), 14),
        ("no date", tls, refusal("late", None), 14),
        ("more than a day", tls, refusal("late", DAY + 100), 14),
        ("less than four minutes", tls, refusal("late", 230), 14),
        ("the other way, less than four minutes", tls, refusal("late", -230), 14),
        ("before this program was built", tls, refusal("late", BUILT - time.time() - 1000), 14),
        ("a date that is none", tls, refusal("late", None, "Date: yesterday"), 14),
        ("a refusal that is not the clock's", tls, refusal("expired", 1000), 11)):
    ran, n = tried(web, answer, *args)
    ok((ran.code, n) == (code, 1) and "signed now" not in ran.err, "once only: " + name, "%d requests\n%s" % (n, ran))
end()
