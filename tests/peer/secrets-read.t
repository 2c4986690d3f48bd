#!/usr/bin/env python3
# secrets-read.t: `pantler read` and `pantler kv get` at a real Vault, beside the real `vault read` and `vault kv get` on the same secrets.
# SPDX-License-Identifier: MIT

import base64
import json
import os
import re
import stat
import subprocess

import peers
from certs import Authority
from services import start_vault
from tap import end, equal, ok

CLI = os.path.join(peers.BUILD, "peers", "cli")
USER = "arn:aws:iam::123456789012:user/pantler"
ours = Authority(os.path.join(peers.folder, "ours"))
moto, key, _ = peers.start_moto()
vault, api = start_vault(ours, moto, bound_iam_principal_arn=USER, token_policies=["reader"])
TRUST = {"VAULT_ADDR": vault.url, "VAULT_CACERT": ours.pem}
ROOT = dict(TRUST, VAULT_TOKEN="root")
LOGIN = dict(TRUST, PANTLER_ROLE="web", AWS_ACCESS_KEY_ID=key["id"], AWS_SECRET_ACCESS_KEY=key["secret"])
POLICY = """
path "secret/data/*" { capabilities = ["read"] }
path "old/*" { capabilities = ["read"] }
path "cubbyhole/*" { capabilities = ["create", "update", "read"] }
path "auth/token/create" { capabilities = ["create", "update"] }
"""
api.must("PUT", "sys/policies/acl/reader", {"policy": POLICY})
api.must("POST", "sys/mounts/old", {"type": "kv", "options": {"version": "1"}})
api.must("POST", "sys/mounts/team/kv", {"type": "kv", "options": {"version": "2"}})
VALUES = {"password": "p<&>\"'\\ü", "user": "u", "n": 12345678901234567890, "list": ["a", 1], "nested": {"a": {"b": "deep"}}, "a.b": "dotted",
          "yes": True, "none": None, "empty": "", "lines": "a\nb\n", "key": base64.b64encode(bytes(range(256))).decode()}
api.must("POST", "secret/data/app", {"data": {"password": "first"}})
api.must("POST", "secret/data/app", {"data": VALUES})
api.must("POST", "team/kv/data/app", {"data": {"password": "team"}})
api.must("POST", "old/app", VALUES)
api.must("POST", "secret/data/gone", {"data": {"x": "1"}})
api.must("POST", "secret/data/gone", {"data": {"x": "2"}})
api.must("DELETE", "secret/data/gone")
api.must("POST", "secret/destroy/gone", {"versions": [1]})
api.must("POST", "old/large", {"x": "v" * 600000, "y": "v" * 600000})
api.must("POST", "old/nul", {"x": "a\0b"})


def ours_is(*args, env=ROOT, **more):
    return peers.pantler(*args, env=env, **more)


def theirs(*args):
    done = subprocess.run([CLI, *args], env=dict(ROOT, HOME=peers.folder), capture_output=True, timeout=60)
    return peers.Ran(done)


def shape(text):
    """A Secret as it stands, order and all, but for what every request has anew."""
    pairs = json.loads(text, object_pairs_hook=list)
    return [("request_id", "") if k == "request_id" else (k, v) for k, v in pairs]


def parted(argv):
    """What `vault` knows of the words that pantler is given."""
    return [word for word in argv if not word.startswith("-kv=")]


# The whole answer, as the real command prints it.
for argv in (["read", "secret/data/app"], ["read", "old/app"], ["read", "/old/app/"], ["kv", "get", "secret/app"], ["kv", "get", "old/app"],
             ["kv", "get", "-version=1", "secret/app"], ["kv", "get", "-mount=secret", "app"], ["kv", "get", "-mount=team/kv", "app"],
             ["kv", "get", "team/kv/app"], ["kv", "get", "-kv=2", "secret/app"], ["kv", "get", "-kv=1", "old/app"], ["read", "sys/mounts/old/tune"],
             ["read", "auth/token/lookup-self"]):
    at = 2 if argv[0] == "kv" else 1
    flags = argv[:at] + ["-format=json"] + argv[at:]
    mine, other = ours_is(*flags), theirs(*parted(flags))
    ok(mine.code == 0 and other.code == 0 and mine.err == "" and shape(mine.out) == shape(other.out), " ".join(argv) + ": JSON as vault's", (mine, other))

# One field.
for argv in (["read", "-field=password", "old/app"], ["read", "-field=n", "old/app"], ["read", "-field=empty", "old/app"], ["kv", "get", "-field=password", "secret/app"],
             ["kv", "get", "-field=a.b", "secret/app"], ["kv", "get", "-field=lines", "secret/app"], ["kv", "get", "-field=password", "-version=1", "secret/app"]):
    mine, other = ours_is(*argv), theirs(*argv)
    ok(mine.code == 0 and mine.err == "" and mine.out == other.out, " ".join(argv) + ": the bytes of vault's", (mine, other))
equal(ours_is("kv", "get", "-field=nested.a.b", "secret/app").out, "deep", "dots lead into a value")
equal(json.loads(ours_is("kv", "get", "-field=nested", "secret/app").out), {"a": {"b": "deep"}}, "an object is JSON")
equal(ours_is("read", "-field=data.password", "secret/data/app").out, VALUES["password"], "the path of the API, and dots")

# Nothing there.
for name, argv, code, line in (
        ("no secret", ["kv", "get", "secret/none"], 2, "secret/data/none: no value there"),
        ("no secret of version 1", ["read", "old/none"], 2, "old/none: no value there"),
        ("a deleted version", ["kv", "get", "secret/gone"], 2, r"secret/data/gone: this version was deleted, 20[0-9T:.-]+Z"),
        ("a destroyed one", ["kv", "get", "-version=1", "secret/gone"], 2, "secret/data/gone: this version is destroyed"),
        ("a version that never was", ["kv", "get", "-version=9", "secret/app"], 2, "secret/data/app: no value there"),
        ("no field", ["kv", "get", "-field=x", "secret/app"], 15, 'no field "x" in the secret'),
        ("a field that is null", ["kv", "get", "-field=none", "secret/app"], 15, 'no field "none" in the secret'),
        ("a large value", ["read", "old/large"], 2, "old/large: answer: more than 1048576 bytes of body"),
        ("a way up", ["read", "old/../sys/mounts"], 1, 'old/../sys/mounts: an empty, "." or ".." part in the path'),
        ("-version of version 1", ["kv", "get", "-version=1", "old/app"], 1, "old/app: -version is for KV version 2, and this is not"),
        ("a mount alone", ["kv", "get", "secret"], 1, "secret: that is a mount, and no secret in it"),
        ("no variable can hold it", ["read", "-format=env", "old/nul"], 2, 'field "x": a byte of zero, which no variable can hold')):
    ran, other = ours_is(*argv), theirs(*argv)
    where = "" if code == 15 or "format" in argv[1] else "vault %s: " % re.escape(vault.url)
    ok(ran.code == code and ran.out == "" and re.fullmatch("pantler: %s: %s%s \\(code %d\\)" % (argv[0], where, line if "[0-9" in line else re.escape(line), code), ran.err.splitlines()[0]), name, ran)
    # Theirs shows the metadata of what is no more, takes larger values, and -version and mounts for any.
    if name not in ("a deleted version", "a destroyed one", "a large value", "-version of version 1", "no variable can hold it", "a way up", "a mount alone"):
        ok(other.code != 0, name + ": vault refuses it, too", other)

# Forms.
table = ours_is("kv", "get", "secret/app").out
ok(table.startswith("== Secret Path ==\nsecret/data/app\n") and re.search(r"(?m)^user +u$", table) and re.search(r"(?m)^version +2$", table), "a table", table)
ok(re.search(r"(?m)^password +p<&>\"'\\x5c\\xc3\\xbc$", ours_is("read", "old/app").out), "the terminal is safe from it")
raw = ours_is("read", "-format=raw", "old/app")
equal(json.loads(raw.out)["data"], VALUES, "the answer as it came")
sh = os.path.join(peers.folder, "env")
api.must("POST", "old/env", {"db-password": "it's $HOME `x`\n\\", "B": "2"})
ran = ours_is("read", "-format=env", "-output=" + sh, "old/env")
ok(ran.code == 0 and ran.out == "" and stat.S_IMODE(os.stat(sh).st_mode) == 0o600, "variables into a file", ran)
done = subprocess.run(["/bin/sh", "-c", '. "$1"; printf %s "$DB_PASSWORD-$B"', "sh", sh], capture_output=True, text=True, timeout=20)
equal(done.stdout, "it's $HOME `x`\n\\-2", "a shell reads them")
disk = os.path.join(peers.folder, "disk")
ran = ours_is("kv", "get", "-field=key", "-decode=base64", "-output=" + disk, "-mode=0400", "secret/app")
ok(ran.code == 0 and open(disk, "rb").read() == bytes(range(256)) and stat.S_IMODE(os.stat(disk).st_mode) == 0o400, "a binary key into a file", ran)
equal(ours_is("kv", "get", "-field=user", "-decode=base64", "secret/app").code, 2, "what is not base64")
equal(ours_is("read", "-output=/nonexistent/x", "old/app").code, 16, "a file that cannot be written")

# Whose token it is.
def live():
    return {name for name in api.must("LIST", "auth/token/accessors")["data"]["keys"]}


before = live()
ran = ours_is("kv", "get", "-kv=2", "-field=user", "secret/app", env=LOGIN)
equal((ran.code, ran.out, ran.err), (0, "u", ""), "with a login of its own")
equal(live(), before, "whose token is revoked")
ran = ours_is("kv", "get", "-field=user", "secret/app", env=LOGIN)
equal((ran.code, ran.out), (0, "u"), "the preflight is allowed to whoever may read")
ran = ours_is("kv", "get", "-field=user", "nowhere/app", env=LOGIN)
ok(ran.code == 11 and "hint: say which version of KV it is, -kv=1 or -kv=2" in ran.err, "and refused to others, with a hint", ran)
equal(live(), before, "a failed read leaves no token")
ran = ours_is("kv", "get", "-keep-token", "-field=user", "secret/app", env=LOGIN)
ok(ran.code == 0 and re.search(r"lives for [0-9]+s", ran.err) and len(live()) == len(before) + 1, "-keep-token", ran)
before = live()
ran = ours_is("read", "-write", "-format=json", "auth/token/create", "ttl=60", env=LOGIN)
ok(ran.code == 0 and api("GET", "auth/token/lookup-self", token=json.loads(ran.out)["auth"]["client_token"])[0] == 200 and len(live()) == len(before) + 2,
   "a token that a token made outlives the run", ran)
before = live()
ran = ours_is("read", "-wrap-ttl=60", "-field=wrapping_token", "old/app", env=LOGIN)
unwrapped = api("POST", "sys/wrapping/unwrap", {}, token=ran.out)
ok(ran.code == 0 and unwrapped[0] == 200 and unwrapped[1]["data"] == VALUES, "a wrapped secret", (ran, unwrapped))
again = ours_is("read", "-write", "sys/wrapping/unwrap", env=dict(TRUST, VAULT_TOKEN=ran.out))
ok(again.code == 2 and "wrapping token is not valid or does not exist" in again.err and ran.out not in again.err, "a wrapping token is good once", again)
home = os.path.join(peers.folder, "home")
os.mkdir(home)
with open(os.path.join(home, ".vault-token"), "w") as f:
    f.write("root\n")
os.chmod(f.name, 0o600)
equal(ours_is("read", "-field=user", "old/app", env=dict(TRUST, HOME=home)).out, "u", "the token of ~/.vault-token")
ran = ours_is("read", "-field=user", "old/app", env=dict(TRUST, HOME=home, VAULT_TOKEN="wrong"))
ok(ran.code == 11 and "wrong" not in ran.err, "the variable's goes before it", ran)
equal(ours_is("read", "-field=user", "old/app", env=dict(TRUST, HOME=home, VAULT_TOKEN="wrong", BAO_TOKEN="root")).out, "u", "and OpenBao's before that")
ran = ours_is("read", "old/app", env=TRUST)
ok(ran.code == 1 and ran.err.startswith("pantler: read: no role, type or configuration to log in by, no VAULT_TOKEN, no ~/.vault-token (code 1)\nhint: "), "none at all", ran)
ran = ours_is("read", "old/app", env=dict(TRUST, VAULT_TOKEN="a\tb"))
ok(ran.code == 1 and "VAULT_TOKEN is no token" in ran.err, "one that is none", ran)

# A write.
ran = ours_is("read", "-write", "cubbyhole/x", "a=1", "b=c=d")
equal((ran.code, ran.out, ran.err), (0, "", ""), "a write that answers nothing")
equal(api("GET", "cubbyhole/x")[1]["data"], {"a": "1", "b": "c=d"}, "what was written")
end()
