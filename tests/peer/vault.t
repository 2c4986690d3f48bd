#!/usr/bin/env python3
# vault.t: `pantler login` at a real Vault, whose STS is moto, and then the stand-in for AWS's own words. One login of each kind.
# SPDX-License-Identifier: MIT

import json
import os
import re
import stat

import peers
from certs import Authority
from tap import end, equal, ok

ARN = "arn:aws:iam::123456789012:user/"
ours = Authority(os.path.join(peers.folder, "ours"))
moto, moto_key, session = peers.start_moto()
standins = {offset: peers.start_standin("standin%d" % offset, "--clock-offset=%d" % offset) for offset in (0, 3600, -3600)}
bundle = os.path.join(peers.folder, "bundle.pem")
with open(bundle, "w") as out:
    for offset in standins:
        out.write(open(os.path.join(peers.folder, "standin%d" % offset, "ca.pem")).read())
vault, api = peers.start_vault(ours, sts_ca=bundle)
DEMO = {"id": "AKIAPANTLERDEMO00001", "secret": "demo/secret+key/of/no/value/whatsoever00"}
SECRETS = moto_key["secret"], session["secret"], session["token"], DEMO["secret"]


def sts_is(url, **more):
    api.must("POST", "auth/aws/config/client", dict({
        "access_key": "x", "secret_key": "x", "sts_endpoint": url, "iam_endpoint": url, "endpoint": url,
        "sts_region": "us-east-1", "max_retries": 0, "iam_server_id_header_value": ""}, **more))


def role(name, user, mount="aws", **more):
    api.must("POST", "auth/%s/role/%s" % (mount, name), dict({
        "auth_type": "iam", "bound_iam_principal_arn": ARN + user, "resolve_aws_unique_ids": False, "token_policies": ["reader"]},
        **more))


def login(*args, key=moto_key, role="web", **env):
    env = dict({"AWS_ACCESS_KEY_ID": key["id"], "AWS_SECRET_ACCESS_KEY": key["secret"], "PANTLER_ROLE": role,
                "VAULT_ADDR": vault.url, "VAULT_CACERT": ours.pem}, **env)
    return peers.pantler("login", *args, env=env)


def refused(name, ran, code, line, hint=None):
    """The run failed so, in these words and no others."""
    peers.refused(name, ran, code, "pantler: login: vault %s: %s (code %d)\n%s" % (vault.url, line, code,
                                                                                   "hint: %s\n" % hint if hint else ""))
    ok(not any(secret in ran.err for secret in SECRETS), name + ": no secret in it")


def lookup(token):
    """What Vault says of a token; nothing that a test expects, when it does not know it."""
    return api("GET", "auth/token/lookup-self", token=token)[1].get("data") or dict.fromkeys(
        ("path", "policies", "meta", "id", "accessor"))


def came_in(name, ran, way="auth/aws/login"):
    """The run printed a token that Vault knows, and that came by this login."""
    equal(lookup(ran.out)["path"] if ran.code == 0 and ran.err == "" else str(ran), way, name)


api.must("POST", "sys/auth/aws", {"type": "aws"})
api.must("POST", "sys/auth/teams/web", {"type": "aws"})
api.must("PUT", "sys/policies/acl/reader", {"policy": 'path "secret/data/web" { capabilities = ["read"] }'})
api.must("POST", "secret/data/web", {"data": {"password": "p"}})
sts_is(moto.url)
role("web", "pantler")
role("pantler", "pantler")
role("other", "somebody-else")

# A token, in each form that it can be had.
ran = login("-field=token")
ok(ran.code == 0 and ran.err == "" and re.fullmatch(r"hvs\.[A-Za-z0-9_-]{20,}", ran.out), "a login: a token and nothing else", ran)
token = ran.out
found = lookup(token)
equal((found["path"], found["meta"]["account_id"], found["policies"]), ("auth/aws/login", "123456789012", ["default", "reader"]),
      "Vault knows the token")
equal(api("GET", "secret/data/web", token=token)[1]["data"]["data"], {"password": "p"}, "it reads what its policy says")
equal(lookup(login("-token-only", role="").out)["policies"], ["default", "reader"], "no role: Vault takes the user's name")
came_in("Vault's own k=v arguments", login("-field=token", "-method=aws", "role=web", role="nosuch"))

ran = login()
rows = [line.split(None, 1) for line in ran.out.splitlines()]
found = lookup(dict(rows)["token"])
expected = [("Key", "Value"), ("---", "-----"), ("token", found["id"]), ("token_accessor", found["accessor"]), ("token_duration", "768h"),
            ("token_renewable", "true"), ("token_policies", '["default" "reader"]'), ("identity_policies", "[]"),
            ("policies", '["default" "reader"]'), *(("token_meta_" + k, v) for k, v in sorted(found["meta"].items()))]
equal((ran.code, ran.out, ran.err), (0, "".join("%-25s%s\n" % row for row in expected), ""),
      "-format=table, as vault login prints it")

ran = login("-format=json")
answer = json.loads(ran.out)
auth = answer["auth"]
found = lookup(auth["client_token"])
equal(list(answer), ["request_id", "lease_id", "lease_duration", "renewable", "data", "warnings", "auth"],
      "-format=json: the keys of vault login")
equal(auth, {"client_token": found["id"], "accessor": found["accessor"], "policies": ["default", "reader"],
             "token_policies": ["default", "reader"], "identity_policies": None, "metadata": found["meta"], "orphan": True,
             "entity_id": found["entity_id"], "lease_duration": 2764800, "renewable": True, "mfa_requirement": None}, "its auth")
equal(list(auth), ["client_token", "accessor", "policies", "token_policies", "identity_policies", "metadata", "orphan", "entity_id",
                   "lease_duration", "renewable", "mfa_requirement"], "in the order of vault login")
equal(ran.out, json.dumps(answer, indent=2) + "\n", "in its layout")
for field, value in (("token_duration", "2764800"), ("token_renewable", "true"), ("token_meta_auth_type", "iam")):
    ran = login("-field=" + field)
    equal((ran.code, ran.out, ran.err), (0, value, ""), "-field=" + field)
ran = login("-field=token_meta_nosuch")
peers.refused("-field=token_meta_nosuch", ran, 15, 'pantler: login: field "token_meta_nosuch" is not in the answer (code 15)\n')

file = os.path.join(peers.folder, "token")
ran = login("-output=" + file, "-mode=0640")
equal((ran.code, ran.out, ran.err), (0, "", ""), "-output: silence")
with open(file) as f:
    equal(lookup(f.read())["path"], "auth/aws/login", "the token alone")
equal(oct(stat.S_IMODE(os.stat(file).st_mode)), "0o640", "its mode")
equal([name for name in os.listdir(peers.folder) if "token" in name], ["token"], "no temporary file is left")

# Other ways in.
api.must("POST", "auth/teams/web/config/client", {"sts_endpoint": moto.url, "max_retries": 0})
role("web", "pantler", mount="teams/web")
for mount in ("teams/web", "auth/teams/web/"):
    came_in("-mount=" + mount, login("-field=token", "-mount=" + mount), "auth/teams/web/login")
sts_is(moto.url, sts_region="eu-west-1")
came_in("another region", login("-field=token", "-region=eu-west-1"))
sts_is(moto.url)
role("session", "x", bound_iam_principal_arn="arn:aws:iam::123456789012:role/web")
came_in("a session token of AssumeRole", login("-field=token", key=session, role="session", AWS_SESSION_TOKEN=session["token"]))

# Wrapped.
ran = login("-wrap-ttl=5m", "-field=wrapping_token")
ok(ran.code == 0 and ran.out, "a wrapped login", ran)
opened = api("POST", "sys/wrapping/unwrap", token=ran.out)[1]
equal(lookup(opened["auth"]["client_token"])["path"], "auth/aws/login", "Vault unwraps it: the token is inside")
equal(api("POST", "sys/wrapping/unwrap", token=ran.out)[0], 400, "and not a second time")
ran = login(VAULT_WRAP_TTL="300")
found = dict(line.split(None, 1) for line in ran.out.splitlines())
equal(list(found), ["Key", "---", *("wrapp" + k for k in (
    "ing_token:", "ing_accessor:", "ing_token_ttl:", "ing_token_creation_time:", "ing_token_creation_path:", "ed_accessor:"))],
    "the table of a wrapped login, as vault login prints it")
equal((found["wrapping_token_ttl:"], found["wrapping_token_creation_path:"]), ("5m", "auth/aws/login"), "its values")
peers.refused("no token in a wrapped login", login("-wrap-ttl=5m", "-field=token"), 15,
              'pantler: login: field "token" is not in the answer (code 15)\n'
              "hint: vault wrapped the answer: unwrap its -field=wrapping_token\n")

# Refused by moto. It does not say why in words that Vault passes on.
SILENT = ("sts refused the signed request, and vault does not say why",
          "check key pair, session token, region and clock")
refused("wrong secret", login(key=dict(moto_key, secret="wrong/secret")), 11, *SILENT)
refused("unknown key", login(key=dict(moto_key, id="AKIAUNKNOWN000000000")), 11, *SILENT)
refused("another partition's region", login("-region=cn-north-1"), 11, *SILENT)
refused("missing session token", login(key=session, role="session"), 11, *SILENT)
refused("wrong role", login(role="other"), 11, 'answer 400: IAM Principal "%spantler" does not belong to the role "other"' % ARN,
        "see the role's bound_iam_principal_arn on the server")
refused("no such role", login(role="nosuch"), 11, 'role "nosuch" does not exist on this mount',
        "vault list auth/<mount>/role shows those that do")
refused("no such mount", login("-mount=nosuch"), 11, "answer 403: permission denied",
        "is the aws method mounted there? see -mount")
sts_is(moto.url, iam_server_id_header_value="vault.example.com")
came_in("the server id that Vault wants", login("-field=token", "-header-value=vault.example.com"))
refused("missing server id", login(), 11, "the server wants a server id header, none was sent",
        "-header-value must equal the server's iam_server_id_header_value")
refused("wrong server id", login("-header-value=vault.example.org"), 11, "the server expects another server id header",
        "-header-value must equal the server's iam_server_id_header_value")

# Refused in AWS's words: the stand-in is the STS of this real Vault.
sts_is(standins[0].url)
STS = "sts refused the signed request: "
came_in("the stand-in as STS", login("-field=token", key=DEMO))
refused("wrong secret, in AWS's words", login(key=dict(DEMO, secret="wrong/secret")), 11,
        STS + "SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided",
        "the secret access key is not the access key id's")
refused("unknown key, in AWS's words", login(key=dict(DEMO, id="AKIAUNKNOWN")), 11,
        STS + "InvalidClientTokenId: The security token included in the request is invalid",
        "aws knows no such access key id with this session token; another partition?")
refused("another region, in AWS's words", login("-region=eu-west-1", key=DEMO), 11,
        STS + "SignatureDoesNotMatch: Credential should be scoped to a valid region, not 'eu-west-1'",
        "-region must be the server's sts_region, or left out if it has none")
for offset, words, hint in (
        (3600, "expired: T is now earlier than T (T - 15 min.)", "behind"),
        (-3600, "not yet current: T is still later than T (T + 15 min.)", "ahead")):
    sts_is(standins[offset].url)
    ran = login(key=DEMO)
    ran.err = re.sub(r"\d{8}T\d{6}Z", "T", ran.err)
    refused("a clock that is an hour " + hint, ran, 14, STS + "SignatureDoesNotMatch: Signature " + words,
            "the clock here is over 15 minutes %s; set it" % hint)
sts_is("http://127.0.0.1:1")
refused("an STS that is not there", login(), 11, "answer 400: error making upstream request: error making request: "
        'POST http://127.0.0.1:1// giving up after 1 attempt(s): Post "http://127.0.0.1:1//": dial tcp 127.0.0.1:1: connect: connection '
        "refused", "vault could not ask sts; see the server's sts_endpoint and its way out")

api.must("PUT", "sys/seal")
refused("sealed", login(), 17, "answer 503: Vault is sealed")
vault.stop()
refused("gone", login(), 12, "connect to %s: connection refused" % vault.url.partition("//")[2])
end()
