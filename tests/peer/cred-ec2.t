#!/usr/bin/env python3
# cred-ec2.t: logins of type ec2 at a real Vault: an instance of moto's, its document signed by openssl, served by AWS's metadata mock.
# SPDX-License-Identifier: MIT

import json
import os
import re
import stat

import peers
from certs import Authority
from services import Standin, agent_file, answer_metadata, instance_key, run_instance, shut_in, sign_document, start_instance, start_metadata, start_vault_ec2, write
from tap import end, equal, ok

shut_in()
ours = Authority(os.path.join(peers.folder, "ours"))
moto, moto_key, session = peers.start_moto()
cert, key = instance_key()
vault, api = start_vault_ec2(ours, moto, moto_key, cert)
ROLE = {"auth_type": "ec2", "bound_account_id": ["123456789012"], "bound_region": ["us-east-1"]}
api.must("POST", "auth/aws/role/web", ROLE)
api.must("POST", "auth/aws/role/west", dict(ROLE, bound_region=["us-west-2"]))
api.must("POST", "auth/aws/role/once", dict(ROLE, disallow_reauthentication=True))
api.must("POST", "auth/aws/role/iam", {"auth_type": "iam", "bound_iam_principal_arn": "arn:aws:iam::123456789012:user/x",
                                       "resolve_aws_unique_ids": False})


def config(file=None, role="web", **more):
    """A configuration file; file: the nonce file's name."""
    lines = ['type = "ec2"', 'role = "%s"' % role] + ['%s = "%s"' % pair for pair in more.items()]
    if file:
        lines.append('nonce_file = "%s"' % os.path.join(peers.folder, file))
    return agent_file("agent-%s-%s.hcl" % (file, role), vault.url, ours.pem, lines)


def login(mock, conf, *args):
    return peers.pantler("login", "-config=" + conf, "-field=token", *args, env={
        "HOME": "/nowhere", "AWS_EC2_METADATA_DISABLED": "", "AWS_EC2_METADATA_SERVICE_ENDPOINT": mock.url})


def came_in(name, ran, instance_id):
    """The run printed a token that Vault gave this instance."""
    found = api("GET", "auth/token/lookup-self", token=ran.out)[1].get("data") if ran.code == 0 else None
    equal((found and (found["path"], found["meta"]["instance_id"], found["meta"]["auth_type"]), ran.err), (("auth/aws/login", instance_id, "ec2"), ""),
          name)
    return ran.out


def refused(name, ran, line, hint, code=11):
    peers.refused(name, ran, code, "pantler: login: vault %s: %s (code %d)\n%s" % (vault.url, line, code, "hint: %s\n" % hint if hint else ""))


def nonce_of(name):
    with open(os.path.join(peers.folder, name)) as f:
        return f.read().split("\n")


MISMATCH = "answer 400: client nonce mismatch"
WAY_OUT = "set nonce_file, then vault delete auth/<mount>/identity-accesslist/<instance-id>"

# Identity and signature.
first = run_instance(moto)
mock = start_instance(first, cert, key)
token = came_in("the first login", login(mock, config("nonce")), first)
path = os.path.join(peers.folder, "nonce")
kept = nonce_of("nonce")
ok(len(kept) == 3 and kept[0] == first and re.fullmatch("[0-9a-f]{32}", kept[1]) and kept[2] == "", "nonce_file: instance and nonce", kept[:1])
equal(oct(stat.S_IMODE(os.stat(path).st_mode)), "0o600", "its mode")
entry = api.must("GET", "auth/aws/identity-accesslist/" + first)["data"]
equal((entry["role"], entry["client_nonce"] == kept[1]), ("web", True), "Vault holds the instance to this nonce")
again = came_in("the second login, as after a restart: the nonce is read back", login(mock, config("nonce")), first)
ok(again != token and nonce_of("nonce") == kept, "another token; the file is as it was")
refused("another nonce_file", login(mock, config("other-nonce")), MISMATCH, WAY_OUT)
refused("and once more with it", login(mock, config("other-nonce")), MISMATCH, WAY_OUT)
came_in("the right one still comes in", login(mock, config("nonce")), first)
conf = agent_file("by-flag.hcl", vault.url, ours.pem, ['type = "ec2"', 'role = "web"'])
came_in("-nonce-file", login(mock, conf, "-nonce-file=" + path), first)
came_in("the nonce itself, in the file", login(mock, config(nonce=kept[1])), first)
refused("another nonce in the file", login(mock, config(nonce="CANARY-nonce")), MISMATCH, WAY_OUT)
peers.refused("neither nonce nor nonce_file", login(mock, conf), 1,
              "pantler: login: %s:8:14: type is ec2, and neither nonce nor nonce_file is set (code 1)\n"
              "hint: a nonce that dies with the process would lock the instance out: name a file with -nonce-file\n" % conf)
api.must("DELETE", "auth/aws/identity-accesslist/" + first)
came_in("the way out that the hint names", login(mock, config("other-nonce")), first)

# PKCS#7, by the mock's /pkcs7, which has no /rsa2048; and by /rsa2048.
second = run_instance(moto)
mock2 = start_instance(second, cert, key)
came_in("pkcs7: the first login", login(mock2, config("nonce2", ec2_proof="pkcs7")), second)
came_in("pkcs7: the second", login(mock2, config("nonce2", ec2_proof="pkcs7")), second)
came_in("then by identity: it is the same instance", login(mock2, config("nonce2")), second)
refused("pkcs7: another nonce_file", login(mock2, config("nonce3", ec2_proof="pkcs7")), MISMATCH, WAY_OUT)
asked = "".join(mock2.log)
ok("/latest/dynamic/instance-identity/pkcs7" in asked, "what was asked for", asked)
third = run_instance(moto)
document = json.dumps({"accountId": "123456789012", "instanceId": third, "imageId": "ami-12c6146b", "region": "us-east-1",
                       "pendingTime": "2026-01-01T00:00:00Z"}, indent=2) + "\n\n"
signature, pkcs7 = sign_document(document.encode(), cert, key)
data = {"document": document, "rsa2048": pkcs7, "signature": signature}
metadata = answer_metadata(None)


def answer(r):
    name = r.path.removeprefix("/latest/dynamic/instance-identity/")
    status, text = metadata(r)
    return (200, data[name]) if status == 404 and name in data else (status, text)


standin = Standin(answer)
came_in("rsa2048", login(standin, config("nonce4", ec2_proof="pkcs7")), third)
equal(standin.paths(), ["PUT /latest/api/token", "GET /latest/dynamic/instance-identity/document",
                        "GET /latest/dynamic/instance-identity/rsa2048"], "what was asked for")
came_in("a document that ends in line ends, byte for byte", login(standin, config("nonce4")), third)

# Refused, by Vault or here.
peers.refused("another instance's nonce_file", login(mock2, config("nonce")), 1,
              "pantler: login: nonce file: %s: its nonce is of instance %s, and this is %s (code 1)\n"
              "hint: it came with an image or a disk: remove it\n" % (path, first, second))
os.chmod(path, 0o644)
peers.refused("a nonce_file that others can read", login(mock, config("nonce")), 1,
              "pantler: login: nonce file: %s: its owner must be root or us, its mode 0600 (code 1)\n" % path)
os.chmod(path, 0o600)
bad = write("bad-nonce", first + "\n")
peers.refused("half a nonce_file", login(mock, config("bad-nonce")), 1,
              "pantler: login: nonce file: %s: it does not hold an instance id and a nonce, a line each (code 1)\n" % bad)
for role, text, hint in (("nosuch", 'role "nosuch" does not exist on this mount', "vault list auth/<mount>/role shows those that do"),
                         ("iam", "answer 400: auth method ec2 not allowed for role iam", "the role's auth_type on the server is the other one"),
                         ("west", "answer 400: Region \"us-east-1\" does not satisfy the constraint on role \"west\"", None)):
    refused("role " + role, login(mock, config("other-nonce", role)), text, hint)
fourth = run_instance(moto)
mock4 = start_instance(fourth, cert, key)
came_in("a role of one login", login(mock4, config("nonce5", "once")), fourth)
refused("and of no second", login(mock4, config("nonce5", "once")), "answer 400: reauthentication is disabled",
        WAY_OUT.replace("set nonce_file", "set the role's disallow_reauthentication to false"))
stranger = start_instance("i-0123456789abcdef0", cert, key)
ran = login(stranger, config("nonce6"))
ok(ran.code == 11 and ran.out == "" and "i-0123456789abcdef0" in ran.err, "an instance that AWS does not know", ran)
signature, pkcs7 = sign_document(b"another document", cert, key)
forged = start_metadata(dynamic={"instance-identity-document": {"instanceId": first}, "instance-identity-signature": signature}, v2_only=True)
ran = login(forged, config("other-nonce"))
refused("a signature over something else: Vault says 500 to that", ran,
        "answer 500: instance identity verification using SHA256 RSA signature is unsuccessful", None, 12)
sent = peers.pantler("login", "-config=" + config("nonce7"), env={"HOME": "/nowhere"})
peers.refused("no metadata", sent, 10, "pantler: login: instance metadata: AWS_EC2_METADATA_DISABLED is true (code 10)\n")
end()
