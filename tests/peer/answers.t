#!/usr/bin/env python3
# answers.t: every wrong answer to a login, with its whole message and exit code. The answers are in unruly.py, by name.
# SPDX-License-Identifier: MIT

import os

import peers
import unruly
from certs import Authority
from tap import end, equal

ours, theirs = (Authority(os.path.join(peers.folder, name), name + " CA") for name in ("ours", "theirs"))
tls, plain, foreign = unruly.Web(ours.issue("server")), unruly.Web(), unruly.Web(theirs.issue("server"))
plain.answers = foreign.answers = tls.answers = unruly.answers(tls.url, plain.url, foreign.url)


def refused(name, ran, code, line, hint=None):
    """The run failed so, in these words; the whole of what it printed is compared."""
    for server, word in ((tls, "URL"), (plain, "PLAIN"), (foreign, "FOREIGN")):
        ran.err = ran.err.replace(server.url, word)
    peers.refused(name, ran, code, "pantler: login: vault URL: %s (code %d)\n%s" % (line, code, "hint: %s\n" % hint if hint else ""))


def login(mount, *args, server=tls, **more):
    return peers.login(server.url, "-mount=" + mount, *args, ca=ours.pem, **more)


# Good ones first: what follows fails for its own reason.
GOOD = "good", "chunked", "until-close", "redirect", "redirect-301", "redirect-302", "redirect-relative"
for mount in GOOD:
    ran = login(mount, "-field=token")
    equal((ran.code, ran.out, ran.err), (0, unruly.TOKEN, ""), mount)
ran = login("warned", "-field=token")
equal((ran.code, ran.out, ran.err), (0, unruly.TOKEN, "pantler: vault warns: first \\x1b[31mwarning\npantler: vault warns: second\n"),
      "warnings are shown, without their control bytes")
for mount in ("good", "redirect", "redirect-http"):
    ran = login(mount, "-field=token", server=plain)
    equal((ran.code, ran.out, ran.err), (0, unruly.TOKEN, ""), "from http: " + mount)

# A redirect is the same request again, to the letter, and goes nowhere that the first could not have gone.
tls.seen.clear()
plain.seen.clear()
login("redirect")
first, second = tls.seen
equal((second[0].replace("/good/", "/redirect/"), *second[1:]), first, "redirect: the same method, head and body")
for mount in ("redirect", "redirect-twice"):
    for args, env in ((["-disable-redirects"], {}), ([], {"VAULT_DISABLE_REDIRECTS": "1"})):
        refused(mount + ": not wanted", login(mount, *args, env=env), 2,
                "answer 307: redirect not followed: -disable-redirects is set")

BAD = [  # name, exit code, what is said, what the hint says
    ("until-cut", 12, "the connection was cut in the middle of the answer"),
    ("redirect-twice", 2, "redirected to URL: answer 307: redirect not followed: it is the second"),
    ("redirect-http", 2, "answer 307: redirect not followed: it leaves https"),
    ("redirect-foreign", 13,
     'redirected to FOREIGN: issuer "CN=theirs CA" is neither sent nor trusted',
     "name a file that holds its certificate by -ca-cert"),
    ("redirect-nowhere", 2, "answer 307: redirect not followed: its place is no address"),
    ("redirect-junk", 2, "answer 307: redirect not followed: its place is no address"),
    ("redirect-file", 2, "answer 307: redirect not followed: its place is no address"),
    ("redirect-user", 2, "answer 307: redirect not followed: its place is no address"),
    ("400", 11, "answer 400: missing client token", "is the aws method mounted there? see -mount"),
    ("400-none", 11, "answer 400"),
    ("400-null", 11, "answer 400"),
    ("400-text", 2, "answer 400"),
    ("400-long", 11,
     "answer 400: long long long long long long long long long long long long long long long long long long long long long "
     "long long long long long long long long long long long long long long long long long long long"),
    ("400-bytes", 11, "answer 400: bell \\x07 escape \\x1b[2J line"),
    ("400-mismatch", 11,
     "sts refused the signed request: SignatureDoesNotMatch: The request signature we calculated does not match the "
     "signature you provided",
     "the secret access key is not the access key id's"),
    ("400-canonical", 11,
     "sts refused the signed request: SignatureDoesNotMatch: The request signature we calculated does not match the "
     "signature you provided",
     "the secret access key is not the access key id's"),
    ("400-canonical-first", 11,
     "sts refused the signed request: SignatureDoesNotMatch: The",
     "the secret access key is not the access key id's"),
    ("400-canonical-bare", 11, "answer 400: The"),
    ("400-no-xml-end", 11, "answer 400: error making upstream request: received error code 403 from STS:"),
    ("400-unknown-key", 11,
     "sts refused the signed request: InvalidClientTokenId: The security token included in the request is invalid",
     "aws knows no such access key id with this session token; another partition?"),
    ("400-expired-token", 11,
     "sts refused the signed request: ExpiredToken: The security token included in the request is expired",
     "the session token has expired; get new credentials"),
    ("400-late", 14,
     "sts refused the signed request: SignatureDoesNotMatch: Signature expired: 20150830T123600Z is now earlier than "
     "20150830T125100Z (20150830T130600Z - 15 min.)",
     "the clock here is over 15 minutes behind; set it"),
    ("400-early", 14,
     "sts refused the signed request: SignatureDoesNotMatch: Signature not yet current: 20150830T123600Z is still later "
     "than 20150830T122000Z (20150830T120500Z + 15 min.)",
     "the clock here is over 15 minutes ahead; set it"),
    ("400-region", 11,
     "sts refused the signed request: SignatureDoesNotMatch: Credential should be scoped to a valid region, not 'eu-west-1'",
     "-region must be the server's sts_region, or left out if it has none"),
    ("403", 11, "answer 403: permission denied", "is the aws method mounted there? see -mount"),
    ("403-html", 12, "answer 403: not vault's"),
    ("400-nginx", 2, "answer 400: the server speaks https here, not http", "the address must begin with https://"),
    ("404", 2,
     'answer 404: no handler for route "auth/404/login". route entry not found.',
     "is the aws method mounted there? see -mount"),
    ("404-none", 2, "answer 404: not found"),
    ("404-html", 12, "answer 404: not vault's"),
    ("405", 2, "answer 405: unsupported operation"),
    ("412", 12, "answer 412: required index state not present"),
    ("429", 12, 'answer 429: request path "auth/429/login": rate limit quota exceeded'),
    ("472", 2, "answer 472: path disabled in replication DR secondary mode"),
    ("473", 2, "answer 473: the node is a performance standby"),
    ("500", 12, "answer 500: internal error"),
    ("501", 17, "answer 501: vault is not initialised"),
    ("502", 12, "answer 502: not vault's"),
    ("502-json", 12, "answer 502: not vault's"),
    ("503-sealed", 17, "answer 503: Vault is sealed"),
    ("503", 12, "answer 503: not vault's"),
    ("504", 12, "answer 504: not vault's"),
    ("empty", 2, "answer: the body is empty"),
    ("204", 2, "answer: the body is empty"),
    ("html", 2, "answer: json: bad value at byte 0"),
    ("text", 2, "answer: json: bad value at byte 0"),
    ("array", 2, "answer: the body is an array, not an object"),
    ("no-auth", 2, "answer: there is no token in it"),
    ("auth-text", 2, "answer: auth is a string, not an object"),
    ("no-token", 2, "answer: there is no token in it"),
    ("mfa", 11,
     "the login needs a second factor (mfa)",
     "exempt the role from the server's mfa enforcement"),
    ("token-control", 2, "answer: client_token holds a byte that is not visible ascii"),
    ("token-newline", 2, "answer: client_token holds a byte that is not visible ascii"),
    ("token-utf8", 2, "answer: client_token holds a byte that is not visible ascii"),
    ("token-number", 2, "answer: auth: client_token is a number, not a string"),
    ("lease-text", 2, "answer: auth: lease_duration is a string, not a number"),
    ("lease-float", 2, "answer: auth: lease_duration: json: not a whole number, 0 or more"),
    ("lease-huge", 2, "answer: auth: lease_duration: json: not a whole number, 0 or more"),
    ("lease-negative", 2, "answer: auth: lease_duration: json: not a whole number, 0 or more"),
    ("duplicate", 2, 'answer: auth: json: key "client_token" stands twice'),
    ("deep", 2, "answer: json: too deep at byte 38"),
    ("half", 2, "answer: json: bad string at byte 206"),
    ("trailing", 2, "answer: json: more than one value at byte 412"),
    ("bom", 2, "answer: json: bad value at byte 0"),
    ("utf16", 2, "answer: json: bad value at byte 0"),
    ("nothing", 12, "the connection was cut before an answer came"),
    ("junk", 2, "answer is not http"),
    ("ssh", 2, "answer is not http"),
    ("https-wanted", 2, "answer 400: the server speaks https here, not http", "the address must begin with https://"),
    ("cut-head", 12, "the connection was cut in the middle of the answer"),
    ("cut-body", 12, "the connection was cut in the middle of the answer"),
    ("cut-chunk", 12, "the connection was cut in the middle of the answer"),
    ("cut-last-chunk", 12, "the connection was cut in the middle of the answer"),
    ("chunk-size", 2, "answer: bad chunk size"),
    ("chunk-negative", 2, "answer: bad chunk size"),
    ("chunk-huge", 2, "answer: more than 1048576 bytes of body"),
    ("chunk-no-end", 2, "answer: chunk is longer than its size"),
    ("chunk-and-length", 2, "answer: content-length beside transfer-encoding"),
    ("two-lengths", 2, "answer: content-length that is no one number"),
    ("length-text", 2, "answer: content-length that is no one number"),
    ("length-negative", 2, "answer: content-length that is no one number"),
    ("length-huge", 2, "answer: content-length that is no one number"),
    ("gzip", 2, "answer: json: bad value at byte 0"),
    ("status-text", 2, "answer: bad status line"),
    ("status-huge", 2, "answer: bad status line"),
    ("http2", 2, "answer is not http"),
    ("drip", 12, "the answer did not end within 3s"),
    ("big-body", 2, "answer: more than 1048576 bytes of body"),
    ("big-chunks", 2, "answer: more than 1048576 bytes of body"),
    ("big-error", 2, "answer: more than 1048576 bytes of body"),
    ("big-head", 2, "answer: more than 16384 bytes of head"),
    ("big-line", 2, "answer: more than 16384 bytes of head"),
    ("many-heads", 2, "answer: more than 16384 bytes of head"),
]
for mount, code, *words in BAD:
    tls.seen.clear()
    refused(mount, login(mount, *["-timeout=3s"] if mount == "drip" else []), code, *words)
    if not mount.startswith("redirect"):
        equal(len(tls.seen), 1, mount + ": asked once")
missed = set(tls.answers) - {row[0] for row in BAD} - set(GOOD) - {"warned"}
equal(missed, set(), "no answer is left out")
equal(len(plain.seen) + len(foreign.seen), 0, "no redirect took the request to plain HTTP or to a stranger")

silent = unruly.Silent("http")
peers.refused("silence", peers.login(silent.url, "-timeout=0.5s"), 12,
              "pantler: login: vault %s: no answer within 0.5s (code 12)\n" % silent.url)
end()
