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
moto, moto_key = peers.start_moto()
standin = peers.start_standin()
vault, api = peers.start_vault(ours, sts_ca=os.path.join(peers.folder, "standin", "ca.pem"))
DEMO = {"id": "AKIAPANTLERDEMO00001", "secret": "demo/secret+key/of/no/value/whatsoever00"}


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
    peers.refused(name, ran, code, message.replace("URL", vault.url))
    for key in (moto_key, DEMO):
        ok(key["secret"] not in ran.err + ran.out, name + ": no secret in it")


def lookup(token):
    return api("GET", "auth/token/lookup-self", token=token)[1]["data"]


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
found = lookup(ran.out)
equal((found["path"], found["meta"]["account_id"], sorted(found["policies"])), ("auth/aws/login", "123456789012", ["default", "reader"]),
      "Vault knows the token")
equal(api("GET", "secret/data/web", token=ran.out)[1]["data"]["data"], {"password": "p"}, "it reads what its policy says")
end()
