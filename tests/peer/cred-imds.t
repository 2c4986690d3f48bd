#!/usr/bin/env python3
# cred-imds.t: instance metadata as AWS mocks it, and the whole chain of real programs: AssumeRole at moto, its keys in the metadata,
# pantler's login, Vault, and moto again, which verifies the signature.
# SPDX-License-Identifier: MIT

import json
import os

import peers
from certs import Authority
from services import agent_file, credentials, fetch, free_port, key_id, shut_in, sign, start_metadata, start_vault
from tap import end, equal, ok

shut_in()
ours = Authority(os.path.join(peers.folder, "ours"))
moto, moto_key, session = peers.start_moto()
vault, api = start_vault(ours, moto, bound_iam_principal_arn="arn:aws:iam::123456789012:role/web")
conf = agent_file("agent.hcl", vault.url, ours.pem, ['type = "iam"', 'role = "web"'])
pinned = agent_file("pinned.hcl", vault.url, ours.pem, ['type = "iam"', 'role = "web"', 'credentials = "imds"', 'region = "auto"'])
NO_SOURCE = ("no aws credentials: none in the configuration; AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set; profile default: neither in "
             "/nowhere/.aws/config nor in /nowhere/.aws/credentials; web identity: AWS_WEB_IDENTITY_TOKEN_FILE is not set; no container "
             "endpoint in the environment; instance metadata ")
DOCTOR = "hint: pantler doctor looks at each of these and explains\n"


def role(key, **more):
    """The mock's values for a role with this key."""
    return {"iam-security-credentials": {"Code": "Success", "LastUpdated": "2026-01-01T00:00:00Z", "Type": "AWS-HMAC",
                                         **credentials(key), **more}}


def at(url, **more):
    return {"HOME": "/nowhere", "AWS_EC2_METADATA_DISABLED": "", "AWS_EC2_METADATA_SERVICE_ENDPOINT": url, **more}


def login(url, *args, config=conf, **more):
    return peers.pantler("login", "-config=" + config, "-field=token", *args, env=at(url, **more))


def came_in(name, ran, err=""):
    """The run printed a token that Vault gave a session of role web, which moto vouched for."""
    found = api("GET", "auth/token/lookup-self", token=ran.out)[1].get("data") if ran.code == 0 else None
    equal((found and found["path"], found and found["meta"]["account_id"], ran.err), ("auth/aws/login", "123456789012", err), name)


def sessions(mock):
    return sum("GenerateToken Received" in line for line in mock.log)


# Both versions, and the second alone.
both = start_metadata(role(session), {"instance-identity-document": {"region": "eu-west-1"}})
v2 = start_metadata(dict(role(session), **{"placement-region": "eu-central-1"}), v2_only=True)
for name, mock in (("both versions", both), ("version 2 alone", v2)):
    ran = sign(env=at(mock.url))
    equal((key_id(ran), ran.err), (session["id"], ""), name + ": the session's key id")
    equal(sessions(mock), 1, name + ": by one session of version 2")
    came_in(name + ": the whole chain", login(mock.url))
    came_in(name + ": pinned, and the region left open", login(mock.url, "-region=us-east-1", config=pinned))
    ran = sign(env=at(mock.url, AWS_EC2_METADATA_V1_DISABLED="true"))
    equal((key_id(ran), ran.err), (session["id"], ""), name + ": version 1 forbidden")
path = "/latest/meta-data/iam/security-credentials/"
equal((fetch(both.url, path)[0], fetch(v2.url, path)[0]), (200, 401), "the mocks answer version 1, and do not")
ran = sign(env=at(v2.url, AWS_EC2_INSTANCE_PROFILE_NAME="web"))
equal((key_id(ran), ran.err), (session["id"], ""), "AWS_EC2_INSTANCE_PROFILE_NAME")
ran = sign(env=at(v2.url + "/"))
equal((key_id(ran), ran.err), (session["id"], ""), "an endpoint that ends in a slash")
peers.refused("an endpoint with a path", sign(env=at(v2.url + "/latest")), 1,
              "pantler: sign: instance metadata: AWS_EC2_METADATA_SERVICE_ENDPOINT has a path (code 1)\n")

# The region, from the instance.
for name, url, region in (("placement/region", v2.url, "eu-central-1"), ("the mock's own", both.url, "us-east-1")):
    ran = peers.pantler("sign", "-region=auto", "-log-level=debug", env=at(url))
    ok(ran.code == 0 and "credentials: imds, access key id " + session["id"] in ran.err
       and ran.err.count("/latest/meta-data/placement/region") == 1, name + ": asked", ran)
    equal(json.loads(ran.out)["iam_request_url"], json.loads(sign("-region=" + region, env=at(url)).out)["iam_request_url"], name)

# Wrong ones: the chain is verified to its end.
SILENT = ("pantler: login: vault %s: sts refused the signed request, and vault does not say why (code 11)\n"
          "hint: check key pair, session token, region and clock\n" % vault.url)
for name, key in (("another secret", dict(session, secret="CANARY/wrong")), ("another token", dict(session, token="CANARY//wrong"))):
    mock = start_metadata(role(key))
    peers.refused(name + " in the metadata", login(mock.url), 11, SILENT)
    mock.stop()
mock = start_metadata()
ran = login(mock.url)
peers.refused("the mock's own credentials, of 2020", ran, 11,
              "pantler: the credentials (imds) expired at 2020-04-02T00:49:51Z; they are all there is, and used\n" + SILENT)
mock.stop()
mock = start_metadata(role(session, Expiration="2026-01-01T00:00:00Z"))
came_in("expired, and still good", login(mock.url),
        "pantler: the credentials (imds) expired at 2026-01-01T00:00:00Z; they are all there is, and used\n")
mock.stop()
mock = start_metadata(role(session, Code="AssumeRoleUnauthorizedAccess", Message="EC2 cannot assume the role web."))
peers.refused("200, and no success", login(mock.url), 10, "pantler: login: %s%s%sweb: code \"AssumeRoleUnauthorizedAccess\" (code 10)\n%s" % (
    NO_SOURCE, mock.url, path, DOCTOR))
mock.stop()
ran = sign(env=at(v2.url, AWS_EC2_INSTANCE_PROFILE_NAME="nosuch"))
peers.refused("a role that is not there", ran, 10, "pantler: sign: %s%s%snosuch: answer 404 (code 10)\n%s" % (NO_SOURCE, v2.url, path, DOCTOR))
gone = "127.0.0.1:%d" % free_port()
ran = sign(env=at("http://" + gone))
peers.refused("nobody there", ran, 10, "pantler: sign: %shttp://%s/latest/api/token: connect to %s: connection refused (code 10)\n%s" % (
    NO_SOURCE, gone, gone, DOCTOR))
end()
