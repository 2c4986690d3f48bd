#!/usr/bin/env python3
# openbao.t: the answers of an OpenBao 2.6.2 server and its aws plugin 0.0.1, as measured, replayed: what a login makes of each.
# SPDX-License-Identifier: MIT

import json
import os

import peers
import unruly
from certs import Authority
from tap import end, equal

ours = Authority(os.path.join(peers.folder, "ours"))
bao = unruly.Web(ours.issue("server"))
SERVER_ID = "error validating X-Vault-AWS-IAM-Server-ID header: "
UNBOUND = 'IAM Principal "arn:aws:iam::123456789012:user/pantler" does not belong to the role "web"'
REBOUND = "no longer bound to ARN arn:aws:iam::123456789012:user/pantler"
WRAP = {"token": "s.wrapped.NFjEZ1", "accessor": "acc", "ttl": 300, "creation_time": "2026-01-02T03:04:05.678901234Z",
        "creation_path": "auth/aws/login", "wrapped_accessor": "acc2"}


def login(name, given, *args, env=None):
    bao.answers[name] = given
    return peers.login(bao.url, "-mount=" + name, *args, ca=ours.pem, env=env)


def granted(name, ran, out, err=""):
    equal((ran.code, ran.out, ran.err), (0, out, err), name)


# What it grants. A token may have a second dot: the namespace's id.
for token in ("s.CAESIJ1ZkXbxKqT0yXoVyv5i", "s.xxxx.NFjEZ1"):
    granted("token " + token, login("granted", unruly.login({"client_token": token}), "-field=token"), token)
granted("a batch token", login("batch", unruly.login({"client_token": "b.AAAAAQ", "token_type": "batch", "renewable": False,
                                                      "accessor": ""}), "-field=token"), "b.AAAAAQ")
granted("a warning, as of a TTL past its maximum", login("warned", unruly.login(
    warnings=['TTL of "1000h" exceeded the effective max_ttl of "768h"; TTL value is capped accordingly']), "-field=token"), unruly.TOKEN,
    'pantler: vault warns: TTL of "1000h" exceeded the effective max_ttl of "768h"; TTL value is capped accordingly\n')
wrapped = unruly.answer(200, dict(unruly.SECRET, request_id="", auth=None, wrap_info=WRAP))
granted("wrapped: auth is null, request_id empty", login("wrapped", wrapped, "-wrap-ttl=300", "-field=wrapping_token"), WRAP["token"])
ran = login("wrapped", wrapped, "-wrap-ttl=300", "-format=json")
equal((ran.code, json.loads(ran.out)["wrap_info"], json.loads(ran.out)["request_id"]), (0, WRAP, ""), "wrapped, as JSON")
granted("variables named BAO_", login("bao", unruly.login(), "-field=token", env={
    "VAULT_ADDR": "https://127.0.0.1:1", "BAO_ADDR": bao.url, "VAULT_CACERT": "/nowhere", "BAO_CACERT": ours.pem,
    "BAO_NAMESPACE": "team"}), unruly.TOKEN)
equal([line for line in bao.seen[-1][1] if line.startswith("X-Vault-")], ["X-Vault-Request: true", "X-Vault-Namespace: team/"],
      "BAO_NAMESPACE is sent")

# What it refuses. The last two, and the 403 of a token that was revoked, answer questions that a login does not ask; what
# reads them is the same.
REFUSED = [  # status, its words, exit code, what is said, what the hint says
    (400, "entry for role web not found", 11, 'role "web" does not exist on this mount',
     "vault list auth/<mount>/role shows those that do"),
    (400, UNBOUND, 11, "answer 400: " + UNBOUND, "see the role's bound_iam_principal_arn on the server"),
    (400, "invalid request header: X-Amz-Foo", 11, "answer 400: invalid request header: X-Amz-Foo",
     "the server's allowed_sts_header_values does not list it"),
    (400, "didn't supply required authentication values", 11, "answer 400: didn't supply required authentication values"),
    (400, SERVER_ID + 'missing header "X-Vault-AWS-IAM-Server-ID"', 11, "the server wants a server id header, none was sent",
     "-header-value must equal the server's iam_server_id_header_value"),
    (400, SERVER_ID + 'expected "a" but got "b"', 11, "the server expects another server id header",
     "-header-value must equal the server's iam_server_id_header_value"),
    (400, SERVER_ID + "vault header wasn't signed", 11, "the server expects another server id header",
     "-header-value must equal the server's iam_server_id_header_value"),
    (400, "error making upstream request: received error code 403 from STS: " + unruly.STS % (
        "SignatureDoesNotMatch", unruly.MISMATCH), 11, "sts refused the signed request: SignatureDoesNotMatch: The request signature we "
     "calculated does not match the signature you provided", "the secret access key is not the access key id's"),
    (403, "permission denied", 11, "answer 403: permission denied",
     "is the aws method mounted there? see -mount"),
    (404, "namespace not found", 2, "answer 404: namespace not found", "-namespace must name one that exists"),
    (500, "rpc error: code = Unavailable desc = error reading from server: EOF", 12,
     "answer 500: rpc error: code = Unavailable desc = error reading from server: EOF",
     "the aws plugin died; write auth/<mount>/config/client once, even empty"),
    (500, REBOUND, 12, "answer 500: " + REBOUND),
    (400, "batch tokens cannot be renewed", 11, "answer 400: batch tokens cannot be renewed"),
]
for i, (status, text, code, *words) in enumerate(REFUSED):
    name = "%d-%d" % (status, i)
    line, hint = (words + [None])[:2]
    peers.refused("%d %s" % (status, text.partition("\n")[0]), login(name, unruly.errors(status, text)), code,
                  "pantler: login: vault %s: %s (code %d)\n%s" % (bao.url, line, code,
                                                                 "hint: %s\n" % hint if hint else ""))
end()
