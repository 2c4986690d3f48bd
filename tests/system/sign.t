#!/usr/bin/env python3
# sign.t: `pantler sign` prints a request that logs in when someone else sends it. Whether it is signed right: tests/peer/sign.t.
# SPDX-License-Identifier: MIT

import base64
import json
import os
import re
import shutil

import program  # noqa: F401, finds tests/peer
import unruly
from certs import Authority
from peers import folder
from program import KEYS, NO_CREDENTIALS, NO_CREDENTIALS_HINT, SECRETS, SESSION, Standin, line, run, said, with_env
from tap import end, equal, ok

AT = "2026-01-02T03:04:05Z"
FIELDS = ["role", "iam_http_request_method", "iam_request_url", "iam_request_body", "iam_request_headers"]


def sign(*args, env=None, **more):
    return run("sign", *args, env=with_env(KEYS, env), **more)


# --- The body

ran = sign("-at=" + AT, "-role=web", "-header-value=vault.example.com", env=SESSION)
said("sign: one line of JSON without its end, to a pipe", ran, 0, "", re.compile(r"\{[^\n]*\}"))
body = json.loads(ran.out or "{}")
equal(list(body), FIELDS, "its keys")
url, form, head = (base64.b64decode(body.get("iam_request_" + key, "")).decode() for key in ("url", "body", "headers"))
equal((body.get("role"), body.get("iam_http_request_method"), url, form),
      ("web", "POST", "https://sts.amazonaws.com/", "Action=GetCallerIdentity&Version=2011-06-15"), "what is asked of STS")
head = json.loads(head or "{}")
equal({name: value for name, value in head.items() if name != "Authorization"}, {
    "Content-Length": ["43"], "Content-Type": ["application/x-www-form-urlencoded; charset=utf-8"], "X-Amz-Date": ["20260102T030405Z"],
    "X-Amz-Security-Token": [SESSION["AWS_SESSION_TOKEN"]], "X-Vault-Aws-Iam-Server-Id": ["vault.example.com"]}, "its head, at the time given")
ok(SESSION["AWS_SECRET_ACCESS_KEY"] not in str(head), "without the secret key")
equal(sign("-at=" + AT, "-role=web", "-header-value=vault.example.com", env=SESSION).out, ran.out, "the same for the same time")
ok(sign("-at=2026-01-02T03:04:06Z", "-role=web", "-header-value=vault.example.com", env=SESSION).out not in ("", ran.out),
   "another for another time")
equal(sign("-at=2026-01-02T04:04:05.9+01:00", "-role=web", "-header-value=vault.example.com", env=SESSION).out, ran.out,
      "the same instant written otherwise")
equal(sign("-at=" + AT, env={"VAULT_FORMAT": "table"}).out, sign("-at=" + AT, "-format=json").out, "VAULT_FORMAT is not about it")
said("no connection is made", sign(env={"VAULT_ADDR": "https://192.0.2.1", "VAULT_CACERT": "/none"}), 0, "", re.compile(r"\{.*\}"))
said("no credentials", sign(env=dict.fromkeys(KEYS)), 10,
     line("sign", NO_CREDENTIALS, 10, NO_CREDENTIALS_HINT))

# --- As a command

GOOD = ("pantler: until 2026-01-02T03:19:05Z whoever has this text can log in as this machine\n"
        "pantler: it is good for a vault that demands %s\n")
COMMAND = re.compile(r"curl [^\n]*\n\{[^\n]*\}\nPANTLER\n")
ran = sign("-format=curl", "-at=" + AT)
said("-format=curl: for whom and how long it is good", ran, 0, GOOD % "no server id", COMMAND)
said("with a server id", sign("-format=curl", "-at=" + AT, "-header-value=vault"), 0, GOOD % 'no server id, or "vault"', COMMAND)
for flags, more in (("-ca-path=/x",), {}), ((), {"VAULT_CACERT_BYTES": "x"}):
    said("what curl cannot be told", sign("-format=curl", *flags, env=more), 1,
         line("sign", "curl needs -ca-cert, not VAULT_CACERT_BYTES or -ca-path", 1))
for name in ("VAULT_TLS_SERVER_NAME", "BAO_TLS_SERVER_NAME"):
    said("nor this", sign("-format=curl", env={name: "vault"}), 1, line("sign", name + " is set: curl cannot be told another name", 1))
words, _, rest = ran.out.partition("\n")
ok(words.endswith(" <<'PANTLER'") and not re.search(r"AWS4|eyJ|AKIA", words), "what others can read of a running curl holds no signature", words)
equal(rest, sign("-at=" + AT).out + "\nPANTLER\n", "the body is the here-document")

vault = Standin()


def sent(*args, env):
    """The command of `sign -format=curl`, run by a shell: its exit code and the answer."""
    ran = run("sign", "-format=curl", *args, env=env)
    ok(ran.code == 0 and not any(s in ran.err for s in SECRETS), "sign -format=curl " + " ".join(args), ran)
    done = run(argv=["sh", "-c", ran.out], env={"PATH": os.environ["PATH"]})
    try:
        return done.code, json.loads(done.out)
    except ValueError:
        return done.code, str(done)


code, answer = sent("-role=web", env=vault.env)
ok(code == 0 and vault.knows(answer["auth"]["client_token"]), "sent by curl it logs in", answer)
code, answer = sent(env=with_env(vault.env, SESSION))
ok(code == 0 and vault.knows(answer["auth"]["client_token"]), "with session credentials, too", answer)

authority = Authority(os.path.join(folder, "authority"))
shutil.copy(authority.pem, os.path.join(folder, 'a "b" $c\\ \'d\'.pem'))
web = unruly.Web(authority.issue("server"))
web.answers = {"a%27b%22%24c": unruly.login()}
ODD = 'it\'s "$HOME" `id` \\ *'
env = dict(KEYS, VAULT_ADDR=web.url, VAULT_CACERT=os.path.join(folder, 'a "b" $c\\ \'d\'.pem'), VAULT_NAMESPACE=ODD, PANTLER_ROLE=ODD)
code, answer = sent("-mount=a'b\"$c", env=env)
equal(code, 0, "names that a shell could misread")
if web.seen:
    first, lines, body = web.seen[-1]
    equal((first, [text for text in lines if "amespace" in text], json.loads(body)["role"]),
          ("PUT /v1/auth/a%27b%22%24c/login HTTP/1.1", ["X-Vault-Namespace: %s/" % ODD], ODD), "arrive as they are")
else:
    ok(False, "arrive as they are", answer)
end()
