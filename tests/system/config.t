#!/usr/bin/env python3
# config.t: `-config=FILE` says the same as flags do, in every shape that Vault Agent's files have; each refusal's whole line.
# SPDX-License-Identifier: MIT

import json
import os
import re

import program  # noqa: F401, finds tests/peer
from peers import folder
from program import KEYS, SESSION, Standin, line, run, said, with_env
from tap import end, equal, ok

AT = "-at=2026-01-02T03:04:05Z"
NAME = os.path.join(folder, "agent")


def file(text, name=NAME):
    with open(name, "wb") as f:
        f.write(text if isinstance(text, bytes) else text.encode())
    os.chmod(name, 0o600)
    return "-config=" + name


def sign(*args, env=None):
    return run("sign", AT, *args, env=with_env(KEYS, env))


# --- The same as flags

HCL = """
# as Vault Agent has it
vault { address = "http://127.0.0.1:1" }
auto_auth {
  method "aws" {
    mount_path = "auth/aws-two"
    namespace  = "team/a"
    config = {
      type         = "iam"
      role         = "web"
      region       = "eu-central-1"
      header_value = "vault.example.com"
    }
  }
  sink "file" { config = { path = "/nowhere/token" } }
}
template { contents = <<EOF
{{ with secret "secret/data/x" }}{{ .Data.data.y }}{{ end }}
EOF
  destination = "/nowhere/x"
}
"""
JSON = {"vault": {"address": "http://127.0.0.1:1"}, "exit_after_auth": True, "pid_file": "/nowhere/pid",
        "auto_auth": {"method": {"type": "aws", "mount_path": "auth/aws-two", "namespace": "team/a", "config": {
            "type": "iam", "role": "web", "region": "eu-central-1", "header_value": "vault.example.com"}},
            "sink": [{"type": "file", "config": {"path": "/nowhere/token"}}]}}
FLAGS = ["-address=http://127.0.0.1:1", "-mount=aws-two", "-namespace=team/a", "-role=web", "-region=eu-central-1",
         "-header-value=vault.example.com"]
want = sign(*FLAGS, "-format=curl")
said("by flags", want, 0, re.compile(".*", re.S), re.compile(r"curl .*\n\{.*\}\nPANTLER\n"))
for name, text in (("hcl", HCL), ("hcl with CRLF", HCL.replace("\n", "\r\n")), ("json", json.dumps(JSON)), ("indented", json.dumps(JSON, indent=2))):
    said(name, sign(file(text), "-format=curl"), 0, want.err, want.out)
said("-config FILE", sign("-config", NAME, "-format=curl"), 0, want.err, want.out)
said("PANTLER_CONFIG", sign("-format=curl", env={"PANTLER_CONFIG": NAME}), 0, want.err, want.out)
said("a flag goes before the variable", sign(file(HCL), "-format=curl", env={"PANTLER_CONFIG": "/nowhere"}), 0, want.err, want.out)
said("an empty name is none", sign(*FLAGS, "-config=", "-format=curl", env={"PANTLER_CONFIG": ""}), 0, want.err, want.out)

# --- What goes before it

equal(sign(file(HCL), "-role=x").out, sign(*FLAGS, "-role=x").out, "a flag")
equal(sign(file(HCL), env={"PANTLER_ROLE": "x"}).out, sign(*FLAGS, "-role=x").out, "a variable")
equal(sign(file(HCL), env={"PANTLER_ROLE": ""}).out, sign(*FLAGS).out, "not an empty one")

# --- Static credentials

STATIC = """auto_auth { method "aws" { config { type = "iam", role = "web", access_key = "%s", secret_key = "%s"%s } } }"""
session = SESSION["AWS_ACCESS_KEY_ID"], SESSION["AWS_SECRET_ACCESS_KEY"]
token = ', session_token = "%s"' % SESSION["AWS_SESSION_TOKEN"]
want = run("sign", AT, "-role=web", env=SESSION)
said("keys of the file", run("sign", AT, file(STATIC % (*session, token))), 0, "", want.out)
said("before those of the environment", sign(NAME and "-config=" + NAME), 0, "", want.out)
said("unless it says so", sign(file(STATIC % (*session, token + ', credentials = "env"'))), 0, "", sign("-role=web").out)
ran = run("sign", AT, "-log-level=debug", file(STATIC % (*session, token)))
said("the debug log has the id", ran, 0, "pantler: credentials: static, access key id %s\n" % session[0], want.out)
os.chmod(NAME, 0o640)
said("others can read the secret", run("sign", AT, "-config=" + NAME), 0, "pantler: %s can be read by others than its owner\n" % NAME, want.out)
file('auto_auth { method "aws" { config { type = "iam", role = "web" } } }')
os.chmod(NAME, 0o644)
said("they may read what is none", sign("-config=" + NAME), 0, "", sign("-role=web").out)
FOR_EC2 = "pantler: nonce, nonce_file and ec2_proof are for type ec2, and ignored\n"
for words in ('nonce = "n"', 'nonce_file = "/nowhere/n"', 'ec2_proof = "pkcs7"', 'nonce = "n", nonce_file = "/nowhere/n", ec2_proof = "pkcs7"'):
    said(words, sign(file('auto_auth { method "aws" { config { type = "iam", role = "web", %s } } }' % words)), 0, FOR_EC2, sign("-role=web").out)
said("the variable", sign("-role=web", env={"PANTLER_NONCE_FILE": "/nowhere/n"}), 0, FOR_EC2, sign("-role=web").out)
said("half a pair", run("sign", file(STATIC % (session[0], "", ""))), 10,
     line("sign", NAME + ":1:35: half a pair of aws credentials: secret_key is not set", 10))

# --- What is told, and what is refused

ran = sign(file('vault { adress = "http://x" }\nauto_auth {\n  method "aws" {\n    exit_on_error = true\n    config { rol = "x" } } }\nwhat = 1\n'))
said("unknown keys", ran, 0, "pantler: %s:1:9: unknown key \"adress\" is ignored: did you mean address?\n"
     "pantler: %s:4:5: unknown key \"exit_on_error\" is ignored: did you mean exit_on_err?\n"
     "pantler: %s:5:14: unknown key \"rol\" is ignored: did you mean role?\n"
     "pantler: %s:6:1: unknown key \"what\" is ignored\n" % ((NAME,) * 4), sign().out)
said("not when only errors are to be told", sign("-config=" + NAME, "-log-level=error"), 0, "", sign().out)

for text, place, what in (
        ("auto_auth {", "1:11", "never closed"),
        ('{"vault":{"address":"demo/secret+key}}', "1:39", "json: bad string at byte 38"),
        ('a = "demo/secret+key\n', "1:5", "string without its end"),
        ("pid_file = 1\npid_file = 2\n", "2:1", 'key "pid_file" was set before, at 1:1'),
        (b'a = "\xff"', "1:6", "not utf-8"),
        (b"\x00\x00\x00", "1:1", "a zero byte"),
        ('auto_auth {\n  sink "file" {}\n}', "1:11", 'auto_auth has no "method" block'),
        ('auto_auth {\n  method "aws" {}\n  method "aws" {}\n}', "3:3", 'method was set before'),
        ('auto_auth { method "kubernetes" { config { role = "x" } } }', "1:33",
         "method has another type than aws, and pantler has no other"),
        ('auto_auth { method "aws" { config { role = 5 } } }', "1:44", "role must be a quoted string"),
        ('auto_auth { method "aws" { config { type = "ec2" } } }', "1:44", "type must be iam to be signed"),
        ('auto_auth { method "aws" { config { secret_key = "demo/secret+key \\n" } } }', "1:50",
         "secret_key holds a byte that is not visible ascii"),
        ('auto_auth { method "aws" { config { credential_poll_interval = "60s" } } }', "1:64",
         "credential_poll_interval must be a number of seconds, without quotes"),
        ('auto_auth { method "aws" { config { iot { } } } }', "1:41", 'iot has no "endpoint"'),
        ('vault { address = "vault:8200" }', "1:19", "address: has no scheme: it must begin with https:// or http://"),
        ('vault { client_key = "/k" }', "1:22", "client_key is set: not in this build yet"),
        ('vault { tls_skip_verify = "si" }', "1:27", "tls_skip_verify is neither true nor false")):
    said(what, sign(file(text)), 1, line("sign", "%s:%s: %s" % (NAME, place, what), 1))
said("nothing in it", sign(file("")), 0, "", sign().out)
said("blanks and a comment", sign(file("  \n# x")), 0, "", sign().out)
said("two files", sign(file(HCL), file('auto_auth { method "aws" { config { role = "two" } } }', NAME + "2"), "-address=http://127.0.0.1:1"), 0, "",
     sign("-role=two").out)
said("no such file", sign("-config=/nowhere/agent"), 1, line("sign", "-config: /nowhere/agent: no such file or directory", 1))
said("the same by the variable", sign(env={"PANTLER_CONFIG": "/nowhere/agent"}), 1,
     line("sign", "PANTLER_CONFIG: /nowhere/agent: no such file or directory", 1))
PARTS = os.path.join(folder, "parts")
os.makedirs(os.path.join(PARTS, "folder.hcl"))
said("an empty folder", sign("-config=" + PARTS), 0, "", sign().out)
for part, text in (("b.json", '{"auto_auth":{"method":{"type":"aws","config":{"role":"b"}}}}'), ("a.hcl", 'auto_auth { method "aws" { config { role = "a" } } }'),
                   ("c.txt", "?"), (".#d.hcl", "?"), ("e.hcl~", "?"), ("#f.hcl#", "?")):
    file(text, os.path.join(PARTS, part))
said("a folder's files, by their names", sign("-config=" + PARTS), 0, "", sign("-role=b").out)
said("the same by the variable", sign(env={"PANTLER_CONFIG": PARTS + "/"}), 0, "", sign("-role=b").out)
said("a file behind it", sign("-config", PARTS, "-config", os.path.join(PARTS, "a.hcl")), 0, "", sign("-role=a").out)
file("vault {", os.path.join(PARTS, "z.hcl"))
said("one of them is wrong", sign("-config=" + PARTS), 1, line("sign", PARTS + "/z.hcl:1:7: never closed", 1))
file(b" " * (1024 * 1024 - 10), os.path.join(PARTS, "z.hcl"))
said("they are large together", sign("-config=" + PARTS), 1, re.compile(
    r"pantler: sign: -config: %s/z\.hcl: longer than 10\d{5} bytes \(code 1\)\n" % re.escape(PARTS)))
for i in range(31):
    file("", os.path.join(PARTS, "f%02d.hcl" % i))
said("too many", sign("-config=" + PARTS), 1, line("sign", "-config: %s: more than 32 files" % PARTS, 1))
said("too many together", sign(*["-config=" + NAME] * 31, "-config=" + PARTS), 1, line("sign", "-config: %s: more than 32 files" % PARTS, 1))
for i in range(2, 31):
    os.unlink(os.path.join(PARTS, "f%02d.hcl" % i))
said("too many of both", sign(file("", NAME), *["-config=" + NAME] * 30, "-config=" + PARTS), 1, line("sign", "-config: more than 32 configuration files", 1))
said("a device", sign("-config=/dev/null"), 1, line("sign", "-config: /dev/null: not a regular file", 1))
said("a very large one", sign(file(" " * (1024 * 1024 + 1))), 1, line("sign", "-config: %s: longer than 1048576 bytes" % NAME, 1))
said("the largest", sign(file(" " * (1024 * 1024))), 0, "", sign().out)

# --- A login by nothing but a file

vault = Standin()
AGENT = {"vault": {"address": vault.url, "ca_cert": vault.ca}, "auto_auth": {"method": [{"aws": {"mount_path": "auth/aws", "config": {
    "type": "iam", "role": "web", "access_key": KEYS["AWS_ACCESS_KEY_ID"], "secret_key": KEYS["AWS_SECRET_ACCESS_KEY"]}}}]}}
ran = run("login", file(json.dumps(AGENT)), "-field=token")
ok(ran.code == 0 and vault.knows(ran.out), "a login by nothing but a file", ran)
with open(vault.ca) as f:
    AGENT["vault"] = {"address": vault.url, "ca_cert_pem": f.read()}
ran = run("login", file(json.dumps(AGENT)), "-field=token")
ok(ran.code == 0 and vault.knows(ran.out), "with its certificates in it", ran)
AGENT["vault"]["tls_skip_verify"] = True
ran = run("login", file(json.dumps(AGENT)), "-field=token")
ok(ran.code == 0 and re.fullmatch(r"pantler: %s:1:\d+: tls_skip_verify: whoever answers gets the login and hands out the token\n" % re.escape(NAME), ran.err),
   "tls_skip_verify: the warning says who said it", ran)
end()
