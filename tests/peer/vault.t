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


def refused(name, ran, code, message):
    """The run failed so; the URL in the message is Vault's."""
    peers.refused(name, ran, code, message.replace("URL", vault.url))
    ok(not any(secret in ran.err for secret in SECRETS), name + ": no secret in it")


def lookup(token):
    """What Vault says of a token; nothing that a test expects, when it does not know it."""
    return api("GET", "auth/token/lookup-self", token=token)[1].get("data") or dict.fromkeys(("path", "policies", "meta", "id", "accessor"))


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
equal(lookup(login("-field=token", "-method=aws", "role=web", role="nosuch").out)["path"], "auth/aws/login", "Vault's own k=v arguments")

ran = login()
rows = [line.split(None, 1) for line in ran.out.splitlines()]
found = lookup(dict(rows)["token"])
expected = [("Key", "Value"), ("---", "-----"), ("token", found["id"]), ("token_accessor", found["accessor"]), ("token_duration", "768h"),
            ("token_renewable", "true"), ("token_policies", '["default" "reader"]'), ("identity_policies", "[]"),
            ("policies", '["default" "reader"]'), *(("token_meta_" + k, v) for k, v in sorted(found["meta"].items()))]
equal((ran.code, ran.out, ran.err), (0, "".join("%-25s%s\n" % row for row in expected), ""), "-format=table, as vault login prints it")

ran = login("-format=json")
answer = json.loads(ran.out)
auth = answer["auth"]
found = lookup(auth["client_token"])
equal(list(answer), ["request_id", "lease_id", "lease_duration", "renewable", "data", "warnings", "auth"], "-format=json: the keys of vault login")
equal(auth, {"client_token": found["id"], "accessor": found["accessor"], "policies": ["default", "reader"],
             "token_policies": ["default", "reader"], "identity_policies": None, "metadata": found["meta"], "orphan": True,
             "entity_id": found["entity_id"], "lease_duration": 2764800, "renewable": True, "mfa_requirement": None}, "its auth")
equal(list(auth), ["client_token", "accessor", "policies", "token_policies", "identity_policies", "metadata", "orphan", "entity_id",
                   "lease_duration", "renewable", "mfa_requirement"], "in the order of vault login")
equal(ran.out, json.dumps(answer, indent=2) + "\n", "in its layout")
for field, value in (("token_duration", "2764800"), ("token_renewable", "true"), ("token_meta_auth_type", "iam")):
    ran = login("-field=" + field)
    equal((ran.code, ran.out, ran.err), (0, value, ""), "-field=" + field)
ran = login("-field=nosuch")
peers.refused("-field=nosuch", ran, 15, 'pantler: login: field "nosuch" is not in the answer (code 15)\n')

file = os.path.join(peers.folder, "token")
ran = login("-output=" + file, "-mode=0640")
equal((ran.code, ran.out, ran.err), (0, "", ""), "-output: silence")
equal((lookup(open(file).read())["path"], oct(stat.S_IMODE(os.stat(file).st_mode))), ("auth/aws/login", "0o640"), "the token alone, and its mode")
equal([name for name in os.listdir(peers.folder) if "token" in name], ["token"], "no temporary file is left")

# Other ways in.
api.must("POST", "auth/teams/web/config/client", {"sts_endpoint": moto.url, "max_retries": 0})
role("web", "pantler", mount="teams/web")
for mount in ("teams/web", "auth/teams/web/"):
    equal(lookup(login("-field=token", "-mount=" + mount).out)["path"], "auth/teams/web/login", "-mount=" + mount)
sts_is(moto.url, sts_region="eu-west-1")
equal(lookup(login("-field=token", "-region=eu-west-1").out)["path"], "auth/aws/login", "another region")
sts_is(moto.url)
role("session", "x", bound_iam_principal_arn="arn:aws:iam::123456789012:role/web")
ran = login("-field=token", key=session, role="session", AWS_SESSION_TOKEN=session["token"])
equal(lookup(ran.out)["path"] if ran.code == 0 else str(ran), "auth/aws/login", "a session token of AssumeRole")

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
              "hint: the answer is wrapped: wrapping_token is the field to ask for\n")

# Refused by moto. It does not say why in words that Vault passes on.
SILENT = ("pantler: login: vault URL: sts refused the signed request, and vault does not say why (code 11)\n"
          "hint: check the key pair, the session token, the region and the clock\n")
refused("wrong secret", login(key=dict(moto_key, secret="wrong/secret")), 11, SILENT)
refused("unknown key", login(key=dict(moto_key, id="AKIAUNKNOWN000000000")), 11, SILENT)
refused("another partition's region", login("-region=cn-north-1"), 11, SILENT)
refused("missing session token", login(key=session, role="session"), 11, SILENT)
refused("wrong role", login(role="other"), 11, 'pantler: login: vault URL: answer 400: IAM Principal "arn:aws:iam::123456789012:user/pantler" '
        'does not belong to the role "other" (code 11)\nhint: look at the role\'s bound_iam_principal_arn on the server\n')
refused("no such role", login(role="nosuch"), 11, 'pantler: login: vault URL: role "nosuch" does not exist on this mount (code 11)\n'
        "hint: vault list auth/<mount>/role shows those that do\n")
refused("no such mount", login("-mount=nosuch"), 11, "pantler: login: vault URL: answer 403: permission denied (code 11)\n"
        "hint: is the aws auth method mounted there? -mount=PATH names the place\n")
sts_is(moto.url, iam_server_id_header_value="vault.example.com")
equal(lookup(login("-field=token", "-header-value=vault.example.com").out)["path"], "auth/aws/login", "the server id that Vault wants")
refused("missing server id", login(), 11, "pantler: login: vault URL: the server wants a server id header, and none was sent (code 11)\n"
        "hint: give the server's iam_server_id_header_value as -header-value\n")
refused("wrong server id", login("-header-value=vault.example.org"), 11, "pantler: login: vault URL: the server id header is not the one "
        "that the server expects (code 11)\nhint: -header-value must equal the server's iam_server_id_header_value\n")
sts_is(moto.url)

# Refused in AWS's words: the stand-in is the STS of this real Vault.
sts_is(standins[0].url)
role("web", "pantler")
STS = "pantler: login: vault URL: sts refused the signed request: %s (code %d)\nhint: %s\n"
equal(lookup(login("-field=token", key=DEMO).out)["path"], "auth/aws/login", "the stand-in as STS")
refused("wrong secret, in AWS's words", login(key=dict(DEMO, secret="wrong/secret")), 11, STS % (
    "SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided", 11,
    "the secret access key does not belong to the access key id"))
refused("unknown key, in AWS's words", login(key=dict(DEMO, id="AKIAUNKNOWN")), 11, STS % (
    "InvalidClientTokenId: The security token included in the request is invalid", 11,
    "the access key id is unknown to aws, or its session token is missing, wrong or of another partition"))
refused("another region, in AWS's words", login("-region=eu-west-1", key=DEMO), 11, STS % (
    "SignatureDoesNotMatch: Credential should be scoped to a valid region, not 'eu-west-1'", 11,
    "the region must be the one of the server's sts_endpoint and sts_region (auth/<mount>/config/client); without these leave -region out"))
for offset, words, hint in (
        (3600, "expired: T is now earlier than T (T - 15 min.)", "behind"),
        (-3600, "not yet current: T is still later than T (T + 15 min.)", "ahead")):
    sts_is(standins[offset].url)
    ran = login(key=DEMO)
    ran.err = re.sub(r"\d{8}T\d{6}Z", "T", ran.err)
    refused("a clock that is an hour %s" % hint, ran, 14, STS % (
        "SignatureDoesNotMatch: Signature " + words, 14, "this machine's clock is more than 15 minutes %s; set it" % hint))
sts_is("http://127.0.0.1:1")
refused("an STS that is not there", login(), 11, "pantler: login: vault URL: answer 400: error making upstream request: error making request: "
        'POST http://127.0.0.1:1// giving up after 1 attempt(s): Post "http://127.0.0.1:1//": dial tcp 127.0.0.1:1: connect: connection '
        "refused (code 11)\nhint: vault could not have the request checked by sts; look at the server's sts_endpoint and its way out\n")

api.must("PUT", "sys/seal")
refused("sealed", login(), 17, "pantler: login: vault URL: answer 503: Vault is sealed (code 17)\n")
vault.stop()
refused("gone", login(), 12, "pantler: login: vault URL: connect to %s: connection refused (code 12)\n" % vault.url.partition("//")[2])
end()
