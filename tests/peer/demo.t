#!/usr/bin/env python3
# demo.t: `make demo` shows a token, a refusal, the size and an empty root, and ends with 0; with VAULT_ADDR set it uses that server.
# SPDX-License-Identifier: MIT

import os
import re
import subprocess

import peers
from tap import end, equal, ok

SHOWN = r"""
%s

A login: AWS says who this machine is, Vault gives it a token
\$ pantler login
Key +Value
--- +-----
token +hvs\.\S+
(token_\S+ .*\n|\S*policies .*\n)+
The same with a wrong key: no token, and why
\$ AWS_SECRET_ACCESS_KEY=wrong pantler login
pantler: login: vault https://127.0.0.1:\d+: sts refused the signed request: SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided \(code 11\)
hint: the secret access key is not the access key id's

All of it is one file
\$ ls -l \S+/pantler
-rwx\S+ +.* \S+/pantler

It needs nothing beside it: an empty root, with one CA file
\$ find (\S+) -type f
(\S+/(ca.pem|pantler)\n){2}\$ (unshare -r )?chroot \S+ /pantler login -field=token
hvs\.\S+
"""
OWN = """A stand-in for Vault runs at https://127.0.0.1:\\d+ \\(with VAULT_ADDR set, this uses that server\\)
(\\$ export \\S+\n){4}\\$ export \\S+"""


def demo(**env):
    done = subprocess.run([os.path.join(peers.HERE, "demo.sh"), peers.PANTLER], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, env={"PATH": os.environ["PATH"], **peers.QUIET, **env}, timeout=60)
    return done.returncode, done.stdout.decode()


code, shown = demo()
equal(code, 0, "it ends with 0")
ok(re.fullmatch(SHOWN % OWN, shown), "every line a person needs and no other", shown)

STRAY = {"BAO_ADDR": "https://bao.example.com", "VAULT_NAMESPACE": "team", "VAULT_FORMAT": "json", "BAO_WRAP_TTL": "5m",
         "VAULT_SKIP_VERIFY": "maybe", "VAULT_CACERT_BYTES": "x", "VAULT_HEADERS": "x\nVAULT_ADDR=y", "AWS_SESSION_TOKEN": "demo//session//token==",
         "AWS_REGION": "eu-west-1", "PANTLER_REGION": "auto", "PANTLER_MOUNT": "other", "PANTLER_HEADER_VALUE": "x"}
code, shown = demo(**STRAY)
equal(code, 0, "with variables meant for other servers")
ok(re.fullmatch(SHOWN % OWN, shown), "the same lines", shown)

standin = peers.start_standin()
with open(os.path.join(peers.folder, "standin", "env")) as f:
    env = dict(line.rstrip().replace("'", "").split("=", 1) for line in f)
code, shown = demo(**env)
equal(code, 0, "at a server of one's own")
ok(re.fullmatch(SHOWN % ("The Vault at " + standin.url), shown), "the same lines", shown)
code, shown = demo(**dict(env, AWS_ACCESS_KEY_ID="AKIANOBODY"))
equal(code, 1, "a login that fails fails the demo")
end()
