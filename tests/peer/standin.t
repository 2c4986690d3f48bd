#!/usr/bin/env python3
# standin.t: the stand-in accepts what AWS's own SDK signs and refuses the rest in AWS's words. Tests no part of the program.
# SPDX-License-Identifier: MIT

import base64
import json
import time

import peers
from tap import diag, end, equal, ok

KEY = {"id": "AKIAPANTLERDEMO00001", "secret": "demo/secret+key/of/no/value/whatsoever00", "token": ""}
SESSION = {"id": "ASIAPANTLERDEMO00003", "secret": "demo/secret+key/of/a/session/0000000000", "token": "demo//session//token=="}
WRONG = "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided."
UNKNOWN = "InvalidClientTokenId", "The security token included in the request is invalid."


def login(api, role="web", change=None, **case):
    case = dict({"unix": int(time.time()), "region": "us-east-1", "server_id": ""}, **KEY) | case
    signed = peers.oracle([peers.SIGNER], [case])[0]
    if change:
        change(signed)
    return api("PUT", "auth/aws/login", {
        "role": role, "iam_http_request_method": "POST",
        **{"iam_request_" + k: base64.b64encode(v.encode()).decode() for k, v in
           (("url", signed["url"]), ("body", signed["body"]), ("headers", json.dumps(signed["headers"])))}})


def accepted(name, answer):
    ok(answer[0] == 200 and answer[1]["auth"]["client_token"].startswith("hvs."), name, answer)
    return answer[1].get("auth")


def refused(name, answer, code, message):
    text = answer[1]["errors"][0] if answer[0] == 400 else str(answer)
    ok(text.startswith("error making upstream request: received error code ") and "<Code>%s</Code>" % code in text
       and "<Message>" + message in text, name, text)


server = peers.start_standin()
api = peers.Api(server.url, peers.folder + "/standin/ca.pem")

auth = accepted("right key", login(api))
equal(auth["metadata"]["auth_type"], "iam", "its way in")
accepted("the role inferred from the user's name", login(api, role=""))
accepted("session credentials of a role", login(api, **SESSION))
accepted("a server id header", login(api, server_id="vault.example.com"))
accepted("fourteen minutes late", login(api, unix=int(time.time()) - 14 * 60))

refused("wrong secret", login(api, secret="x"), *WRONG)
refused("unknown key", login(api, id="AKIAUNKNOWN"), *UNKNOWN)
refused("missing session token", login(api, **dict(SESSION, token="")), *UNKNOWN)
refused("wrong session token", login(api, **dict(SESSION, token="x")), *UNKNOWN)
refused("another region's scope", login(api, region="eu-west-1"), "SignatureDoesNotMatch",
        "Credential should be scoped to a valid region, not 'eu-west-1'.")
refused("another partition", login(api, region="cn-north-1"), *UNKNOWN)
refused("sixteen minutes late", login(api, unix=int(time.time()) - 16 * 60), "SignatureDoesNotMatch", "Signature expired: ")
refused("sixteen minutes early", login(api, unix=int(time.time()) + 16 * 60), "SignatureDoesNotMatch",
        "Signature not yet current: ")
refused("a changed signature", login(api, change=lambda s: s["headers"].update(
    Authorization=[s["headers"]["Authorization"][0][:-1] + ("0" if s["headers"]["Authorization"][0][-1] != "0" else "1")])), *WRONG)
refused("a changed signed header", login(api, server_id="a", change=lambda s: s["headers"].update(
    {"X-Vault-Aws-Iam-Server-Id": ["b"]})), *WRONG)
refused("a changed host", login(api, change=lambda s: s.update(url="https://sts.us-east-1.amazonaws.com/")), *WRONG)
refused("no signature", login(api, change=lambda s: s["headers"].pop("Authorization")), "IncompleteSignature", "The request signature")

equal(login(api, role="nosuch"), (400, {"errors": ["entry for role nosuch not found"]}), "unknown role")
equal(login(api, id="AKIAPANTLERDEMO00002", secret="demo/secret+key/of/somebody/else/000000"), (400, {"errors": [
    'IAM Principal "arn:aws:iam::123456789012:user/stranger" does not belong to the role "web"']}), "principal not bound")
equal(api("PUT", "auth/aws/login", {"role": "web"}), (400, {"errors": ["didn't supply required authentication values"]}),
      "nothing signed")
equal(login(api, change=lambda s: s.update(body=s["body"].replace("GetCallerIdentity", "AssumeRole")))[0], 400, "another action")

equal(api("GET", "auth/token/lookup-self", token=auth["client_token"])[1]["data"]["path"], "auth/aws/login", "lookup-self")
equal(api("PUT", "auth/token/renew-self", {"increment": 0}, token=auth["client_token"])[1]["auth"], auth, "renew-self: the same lease again")
equal(api("PUT", "auth/token/renew-self", {"increment": 0}, token="hvs.x"), (403, {"errors": ["permission denied"]}), "renew-self of a token that is none")
equal(api("GET", "secret/data/web", token=auth["client_token"])[1]["data"]["data"]["user"], "web", "KV v2 read")
equal(api("GET", "secret/data/none", token=auth["client_token"]), (404, {"errors": []}), "KV v2: no such secret")
equal(api("GET", "secret/data/web", token="hvs.x"), (403, {"errors": ["permission denied"]}), "a token that is none")
diag("stand-in at " + server.url)
end()
