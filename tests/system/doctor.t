#!/usr/bin/env python3
# doctor.t: what `pantler doctor` finds wrong with a login, whole last lines and exit codes, against stand-ins on loopback.
# SPDX-License-Identifier: MIT

import json
import os
import re
import shutil
import signal
import stat
import threading

import program
import unruly
from peers import folder
from program import KEYS, SECRETS, SESSION, Standin, line, run, said, until, with_env
from tap import can, end, equal, ok

vault = Standin()
STATES = {"ok", "chosen", "skipped", "failed", "info"}


class Http(unruly.Web):
    """A service over plain HTTP: what it answers is `pages`, by method and path. `seen` is what it was asked."""

    def talk(self, conn):
        request = unruly.read_request(conn)
        if not request:
            return
        self.seen.append(request)
        given = self.answers.get(" ".join(request[0].split()[:2]), unruly.http(404))
        given(conn) if callable(given) else conn.sendall(given)


def xml(code, message):
    return unruly.http(403, (unruly.STS % (code, message)).encode(), "Content-Type: text/xml")


CALLER = ('<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
          "<Arn>%s</Arn><UserId>U</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>")
ARN = "arn:aws:iam::123456789012:user/pantler"
sts = Http()
sts.answers["POST /"] = unruly.http(200, (CALLER % ARN).encode())
ENV = dict(vault.env, PANTLER_ROLE="web", AWS_ENDPOINT_URL_STS=sts.url)
NO_KEYS = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}
TOLD = re.compile(r"(pantler: (sts is asked without tls, at http://127\.0\.0\.1:\d+|the credentials \(imds\) expired at [^\n]+|"
                  r"HTTPS_PROXY is set, and ignored)\n)*")  # what goes to standard error, and no more


def doctor(*args, env=None, **more):
    return run("doctor", *args, env=with_env(ENV, env), **more)


def rows(ran, part):
    """(what, state, words) of each line of a part of a report in text."""
    text = re.search(r"^%s\n((?:  .*\n)*)" % part, ran.out, re.M).group(1)
    return [(row[2:16].rstrip(), row[16:25].rstrip(), row[25:]) for row in text.splitlines()]


def finds(name, code, cause, hint=None, *args, env=None, state=None, **more):
    """The report ends in this cause and hint, the run in this code; state (what, state) is among its rows, and no secret is in it."""
    ran = doctor(*args, env=env, **more)
    last = "%scause: %s\n" % ("hint: %s\n" % hint if hint else "", cause)
    ok(ran.code == code and TOLD.fullmatch(ran.err) and ran.out.endswith("\n" + last) and ran.out.count("\nhint: ") == bool(hint),
       name, "want exit %d\n%s\ngot %s" % (code, last, ran))
    told = rows(ran, "plan") + rows(ran, "steps")
    ok(all(row[1] in STATES for row in told) and (not state or state in [row[:2] for row in told]), name + ": its rows", ran)
    clean(name, ran)
    report = json.loads(doctor("-format=json", *args, env=env, **more).out)
    equal((report["cause"], report["hint"]), (cause, hint or ""), name + ": the same in JSON")
    return ran


def clean(name, ran):
    ok(not any(s in ran.out + ran.err for s in (*SECRETS, "canary", "hvs.", "AWS4")), name + ": no secret in it", ran)


# --- All is well

ran = doctor()
ok(ran.code == 0 and TOLD.fullmatch(ran.err) and ran.out.endswith("\nall is well: vault lets this machine in\n"), "all is well", ran)
equal(rows(ran, "plan"), [
    ("address", "info", vault.url + " by VAULT_ADDR"),
    ("namespace", "info", "none"),
    ("type", "info", "iam by default"),
    ("mount", "info", "aws by default"),
    ("role", "info", "web by PANTLER_ROLE"),
    ("header-value", "info", "none"),
    ("nonce-file", "info", "none"),
    ("static", "skipped", "none in the configuration"),
    ("iot", "skipped", "no iot block in the configuration"),
    ("env", "chosen", "access key id AKIAPANTLERDEMO00001"),
    ("file", "skipped", "profile default: HOME is not set"),
    ("web-identity", "skipped", "web identity: AWS_WEB_IDENTITY_TOKEN_FILE is not set"),
    ("container", "skipped", "no container endpoint in the environment"),
    ("imds", "skipped", "instance metadata: AWS_EC2_METADATA_DISABLED is true"),
    ("region", "info", "us-east-1: signed for sts.amazonaws.com, scope us-east-1"),
    ("ca", "info", vault.ca)], "the plan")
equal(rows(ran, "steps"), [
    ("credentials", "ok", "env: access key id AKIAPANTLERDEMO00001"),
    ("identity", "ok", ARN),
    ("vault", "ok", "active"),
    ("login", "ok", "granted"),
    ("token", "ok", "revoked")], "the steps")
clean("all is well", ran)
ran = doctor("-format=json")
report = json.loads(ran.out)
equal([list(report), report["cause"], report["hint"], ran.code], [["plan", "steps", "cause", "hint"], "", "", 0], "JSON: its keys")
ok(all(list(row) == ["what", "state", "words"] and row["state"] in STATES for row in report["plan"] + report["steps"]), "JSON: its rows", ran)
clean("JSON", ran)
ran = doctor(env={"AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1"})
ok(ran.code == 0 and ("identity", "info", "sts: http://127.0.0.1:1: connect to 127.0.0.1:1: connection refused") in rows(ran, "steps"),
   "sts that only the server can reach is no fault", ran)
ran = doctor(env={"VAULT_WRAP_TTL": "60"})
ok(ran.code == 0 and ("token", "ok", "revoked") in rows(ran, "steps"), "VAULT_WRAP_TTL: the login's answer is not wrapped", ran)
ran = doctor(env=dict(SESSION, HTTPS_PROXY="http://127.0.0.1:1"))
ok(ran.code == 0 and ("variable", "skipped", "HTTPS_PROXY is set, and ignored") in rows(ran, "plan"), "a variable that is ignored", ran)
clean("a session", ran)

agent = os.path.join(folder, "agent.hcl")
with open(agent, "w") as f:
    f.write('auto_auth { method "aws" { config { type = "iam" role = "we\u0062" region = "" credentials = "env" } } }')
ran = doctor("-config=" + agent, env={"PANTLER_ROLE": None, "AWS_REGION": "eu-west-1", "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1/x?canary"})
told = rows(ran, "plan")
ok([words for what, _, words in told if what == "role"][0].startswith("web by %s:1:" % agent), "a setting of a file, with its place", ran)
ok(("container", "skipped", "the configuration wants env") in told and
   ("region", "info", "eu-west-1: signed for sts.eu-west-1.amazonaws.com, scope eu-west-1") in told, "a source that is pinned, a region that is left open", ran)
ran = doctor(env=dict(NO_KEYS, AWS_CONTAINER_CREDENTIALS_FULL_URI="http://127.0.0.1:1/x?canary"))
ok(("container", "chosen", "asks http://127.0.0.1:1/x") in rows(ran, "plan"), "a query is not shown", ran)
clean("a query", ran)
ran = doctor("-header-value=\u00e9")
ok(("header-value", "info", r"\xc3\xa9 by -header-value") in rows(ran, "plan"), "bytes from outside are escaped", ran)

# --- The token is revoked, and is never shown

web = Http()
web.answers = {"GET /v1/sys/health": unruly.answer(200, {"initialized": True, "sealed": False, "version": "1.21.0"}),
               "PUT /v1/auth/aws/login": unruly.login(), "PUT /v1/auth/token/revoke-self": unruly.http(204)}
AT_WEB = {"VAULT_ADDR": web.url, "VAULT_CACERT": None, "VAULT_NAMESPACE": "team"}
ran = doctor("-log-level=debug", env=AT_WEB)
equal([ran.code, [request[0].split()[1] for request in web.seen]],
      [0, ["/v1/sys/health", "/v1/auth/aws/login", "/v1/auth/token/revoke-self"]], "three requests, in this order")
ok(unruly.TOKEN not in ran.out + ran.err and "X-Vault-Token: " + unruly.TOKEN in web.seen[2][1], "the token goes to Vault alone", ran)
equal(["X-Vault-Namespace: team/" in request[1] for request in web.seen], [False, True, True], "its health is asked in the root namespace")
web.answers["PUT /v1/auth/token/revoke-self"] = unruly.errors(400, "batch tokens cannot be revoked")
ran = doctor(env=AT_WEB)
ok(ran.code == 0 and ("token", "info", "vault %s: answer 400: batch tokens cannot be revoked" % web.url) in rows(ran, "steps"),
   "a token that cannot be revoked is told", ran)

web.answers["PUT /v1/auth/token/revoke-self"] = unruly.http(204)
del web.seen[:]
process = program.start("doctor", env=with_env(ENV, AT_WEB))
web.answers["PUT /v1/auth/aws/login"] = lambda conn: (process.stdout.close(), conn.sendall(unruly.login()))
ok(process.wait(20) == 16 and web.seen[-1][0].startswith("PUT /v1/auth/token/revoke-self "), "whoever reads has gone before the login: the token goes too",
   "%s\n%s" % (process.returncode, web.seen))
process.stderr.close()
web.answers["PUT /v1/auth/aws/login"] = unruly.login()
for name, within, hold in (("a signal while it goes: it goes all the same", 10, False), ("a second one is heeded", 10, True)):
    del web.seen[:]
    process, asked = program.start("doctor", env=with_env(ENV, AT_WEB)), []

    def revoke(conn):
        asked.append(True)
        if hold or len(asked) == 1:
            process.send_signal(signal.SIGTERM)
            conn.recv(1)
        else:
            conn.sendall(unruly.http(204))

    web.answers["PUT /v1/auth/token/revoke-self"] = revoke
    ran = program.end(process, within)
    ok(ran.code == 143 and len(asked) == 2 and "revoked" not in ran.out and "granted" not in ran.out, name, "%s\n%s" % (asked, ran))
    clean(name, ran)
web.answers["PUT /v1/auth/token/revoke-self"] = unruly.http(204)

# --- Credentials

NONE = "no aws credentials: the plan has no source"
finds("no credentials anywhere", 10, NONE, "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or attach a role",
      env=NO_KEYS, state=("login", "skipped"))
finds("half a pair", 10, "half a pair of aws credentials: AWS_SECRET_ACCESS_KEY is not set",
      env={"AWS_SECRET_ACCESS_KEY": None}, state=("env", "failed"))
finds("the other half", 10, "half a pair of aws credentials: AWS_ACCESS_KEY_ID is not set",
      env={"AWS_ACCESS_KEY_ID": None}, state=("credentials", "skipped"))

silent = unruly.Silent("http")
TOKEN_URL = "http://127.0.0.1:%d/latest/api/token" % silent.port
finds("hop limit 1", 10, "instance metadata %s: no answer within 2s" % TOKEN_URL,
      "in a container: set http-put-response-hop-limit to 2, or use the host's network",
      env=dict(NO_KEYS, AWS_EC2_METADATA_DISABLED="false", AWS_EC2_METADATA_SERVICE_ENDPOINT="http://127.0.0.1:%d" % silent.port),
      state=("imds", "chosen"))

imds = Http()
ROLE = "/latest/meta-data/iam/security-credentials/"
imds.answers = {"PUT /latest/api/token": unruly.http(200, b"canary-session"), "GET " + ROLE: unruly.http(200, b"web"),
                "GET " + ROLE + "web": unruly.answer(200, {
                    "Code": "Success", "AccessKeyId": "ASIAOLD", "SecretAccessKey": "canary/old", "Token": "canary//old==",
                    "Expiration": "2020-01-02T03:04:05Z"})}
AT_IMDS = dict(NO_KEYS, AWS_EC2_METADATA_DISABLED="false", AWS_EC2_METADATA_SERVICE_ENDPOINT=imds.url)
web.answers["PUT /v1/auth/aws/login"] = unruly.upstream("ExpiredToken", "The security token included in the request is expired")
finds("expired role credentials", 11, "the credentials (imds) have expired: vault %s: sts refused the signed "
      "request: ExpiredToken: The security token included in the request is expired" % web.url,
      "the session token has expired; get new credentials", env={**AT_WEB, **AT_IMDS, "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1"})
sts.answers["POST /"] = xml("ExpiredToken", "The security token included in the request is expired")
finds("they are, in sts's eyes", 11, "sts: %s: answer 403: ExpiredToken: The security token included in the request is expired" % sts.url,
      env={**AT_WEB, **AT_IMDS}, state=("identity", "failed"))
sts.answers["POST /"] = unruly.http(200, (CALLER % ARN).encode())

missing = os.path.join(folder, "web-token")
WEB = dict(NO_KEYS, AWS_WEB_IDENTITY_TOKEN_FILE=missing, AWS_ROLE_ARN="arn:aws:iam::123456789012:role/r")
finds("a token file that is not there", 10, "web identity: its token file: %s: no such file or directory" % missing, env=WEB,
      state=("web-identity", "failed"))
with open(missing, "w") as f:
    f.write("canary.jwt\n")
os.chmod(missing, 0)
DENIED = "web identity: its token file: %s: permission denied" % missing
if os.geteuid() != 0:
    finds("an unreadable token file", 10, DENIED, env=WEB, state=("web-identity", "failed"))
elif can(program.nobody(), "an unreadable token file", "a user namespace with no other user than us"):
    os.chmod(folder, 0o711)
    copies = [shutil.copy(word, folder) if os.path.exists(word) else word for word in program.PREFIX]
    ran = run(argv=[*copies, "doctor"], env=with_env(ENV, {**WEB, **AT_WEB}), preexec_fn=lambda: program.become(program.nobody()), cwd="/")
    ok(ran.code == 10 and ran.out.endswith("\ncause: %s\n" % DENIED), "an unreadable token file", ran)
    clean("an unreadable token file", ran)
os.unlink(missing)
os.mkdir(missing)
finds("a token file that cannot be read", 10, "web identity: its token file: %s: is a directory" % missing, env=WEB,
      state=("web-identity", "failed"))
home = os.path.join(folder, "home")
os.makedirs(home + "/.aws")
with open(home + "/.aws/credentials", "w") as f:
    f.write("[default]\naws_access_key_id = AKIAFILE\naws_secret_access_key = canary/file\n")
os.chmod(home + "/.aws/credentials", 0o600)
ran = doctor("-all", env={"HOME": home})
ok(("file", "skipped", "env goes first") in rows(ran, "plan") and ("another", "ok", "file: access key id AKIAFILE") in rows(ran, "steps"),
   "-all tries the others", ran)
clean("-all", ran)
os.chmod(home + "/.aws/credentials", 0o644)
ran = doctor(env={"HOME": home, "AWS_EC2_METADATA_DISABLED": "true"})
equal((ran.code, "can be read by others" in ran.err), (0, False), "a file that is only looked at is not warned of")
ran = doctor(env=dict(NO_KEYS, HOME=home))
equal(ran.err.count("pantler: %s/.aws/credentials can be read by others than its owner\n" % home), 1, "and once, where it is used")
with open(home + "/.aws/credentials", "w") as f:
    f.write("[default]\ncredential_process = echo canary >%s/ran\n" % home)
ran = doctor(env=dict(NO_KEYS, HOME=home))
ok(("file", "chosen", "runs a credential_process") in rows(ran, "plan"), "a program is not named", ran)
clean("a program", ran)

# --- Vault

web.answers["GET /v1/sys/health"] = unruly.answer(503, {"initialized": True, "sealed": True})
finds("sealed", 17, "vault %s: vault is sealed" % web.url, "vault operator unseal", env=AT_WEB, state=("login", "skipped"))
finds("nobody there", 12, "vault https://127.0.0.1:1: connect to 127.0.0.1:1: connection refused", None, "-address=https://127.0.0.1:1")
finds("an unreadable CA file", 1, "ca certificates: /none.pem: no such file or directory", None, "-ca-cert=/none.pem", state=("ca", "failed"))
finds("a name that is not the certificate's", 13, 'vault %s: certificate is for "localhost", not "other.example"' % vault.url,
      "the server's names are localhost, 127.0.0.1, 0:0:0:0:0:0:0:1; use one of them, or -tls-server-name", "-tls-server-name=other.example")
finds("wrong region for the server", 11, "vault %s: sts refused the signed request: SignatureDoesNotMatch: Credential should be scoped to a "
      "valid region, not 'eu-west-1'" % vault.url,
      "-region must be the server's sts_region, or left out if it has none", "-region=eu-west-1")
web.answers["GET /v1/sys/health"] = unruly.errors(403, "permission denied")
for name, words, cause, hint in (
        ("server id missing", "error validating X-Vault-AWS-IAM-Server-ID header: missing header \"X-Vault-AWS-IAM-Server-ID\"",
         "the server wants a server id header, none was sent", "-header-value must equal the server's iam_server_id_header_value"),
        ("principal not bound", 'IAM Principal "arn:x" does not belong to the role "web"',
         'answer 400: IAM Principal "arn:x" does not belong to the role "web"', "see the role's bound_iam_principal_arn on the server"),
        ("config/client never written", "rpc error: code = Unavailable desc = error reading from server: EOF",
         "answer 400: rpc error: code = Unavailable desc = error reading from server: EOF",
         "the aws plugin died; write auth/<mount>/config/client once, even empty")):
    web.answers["PUT /v1/auth/aws/login"] = unruly.errors(400, words)
    finds(name, 12 if "EOF" in words else 11, "vault %s: %s" % (web.url, cause), hint, env=AT_WEB, state=("vault", "info"))

# --- The clock

late = Standin("--clock-offset=3600", name="late")
AT_LATE = {"VAULT_ADDR": late.url, "VAULT_CACERT": late.ca}
ran = doctor(env=AT_LATE)
ok(ran.code == 14 and re.search(r"\nhint: set it; until then login goes by vault's\n"
                                r"cause: the clock here is (3599|3600|3601)s behind vault's\n\Z", ran.out), "a clock an hour off", ran)
clean("a clock an hour off", ran)
sts.answers["POST /"] = xml("SignatureDoesNotMatch", "Signature expired: 20260102T030405Z is now earlier than 20260102T034905Z "
                            "(20260102T040405Z - 15 min.)")
finds("a clock that sts finds wrong", 14, "sts: %s: answer 403: SignatureDoesNotMatch: Signature expired: 20260102T030405Z is now earlier than "
      "20260102T034905Z (20260102T040405Z - 15 min.)" % sts.url, "set the clock of this machine", env=AT_LATE)
sts.answers["POST /"] = unruly.http(200, (CALLER % ARN).encode())

# --- Type ec2: never a login

nonce = os.path.join(folder, "nonce")
EC2 = {**AT_WEB, **AT_IMDS, "PANTLER_TYPE": "ec2", "PANTLER_NONCE_FILE": nonce}
imds.answers.update({"GET /latest/dynamic/instance-identity/document": unruly.http(200, b'{"instanceId": "i-1", "region": "us-east-1"}'),
                     "GET /latest/dynamic/instance-identity/signature": unruly.http(200, b"QUJDRA==")})
web.answers["GET /v1/sys/health"] = unruly.answer(200, {"initialized": True})
del web.seen[:]
ran = doctor(env=EC2)
ok(ran.code == 0 and ran.out.endswith("\nall is well: no login was tried\n"), "type ec2", ran)
equal(rows(ran, "steps"), [("identity", "ok", "instance i-1"), ("nonce", "info", "none yet: the first login makes it"),
                           ("vault", "ok", "active"),
                           ("login", "skipped", "type ec2 is never tried: it would spend the nonce")], "its steps")
equal(([request[0].split()[1] for request in web.seen], os.path.exists(nonce)), (["/v1/sys/health"], False), "no login, and no nonce is made")
for content, mode, cause in (("i-2\ncanary-nonce\n", 0o600, "its nonce is of instance i-2, and this is i-1"),
                             ("canary-nonce\n", 0o600, "it does not hold an instance id and a nonce, a line each"),
                             ("i-1\ncanary-nonce\n", 0o644, "its owner must be root or us, its mode 0600")):
    with open(nonce, "w") as f:
        f.write(content)
    os.chmod(nonce, mode)
    finds("the nonce file: " + cause, 1, "%s: %s" % (nonce, cause), "it came with an image or a disk: remove it" if "i-2" in content else None, env=EC2)
finds("a folder for the nonce that is not there", 16, "write /nowhere/nonce: no such file or directory", None,
      env=dict(EC2, PANTLER_NONCE_FILE="/nowhere/nonce"), state=("nonce", "failed"))
finds("ec2 without a nonce", 1, "PANTLER_TYPE is ec2, and neither nonce nor nonce_file is set",
      "a nonce that dies with the process would lock the instance out: name a file with -nonce-file",
      env=dict(EC2, PANTLER_NONCE_FILE=None), state=("nonce", "failed"))
os.chmod(nonce, 0o600)
ran = doctor(env=EC2)
ok(("nonce", "ok", "of this instance") in rows(ran, "steps"), "its own nonce", ran)
clean("its own nonce", ran)
equal((stat.S_IMODE(os.stat(nonce).st_mode), open(nonce).read()), (0o600, "i-1\ncanary-nonce\n"), "the file is as it was")

# --- A deadline, a signal, nobody who reads

ran = doctor("-timeout=1s", env={"VAULT_ADDR": "http://127.0.0.1:%d" % silent.port, "VAULT_CACERT": None})
ok(ran.code == 12 and re.search(r"\ncause: vault http://127\.0\.0\.1:\d+: no answer within (1|0\.\d)s\n\Z", ran.out), "-timeout: the report still gets out", ran)
ran = doctor("-timeout=1ms", env={"VAULT_ADDR": "http://127.0.0.1:%d" % silent.port, "VAULT_CACERT": None})
ok(ran.code == 12 and not re.search(r"within 0m?s", ran.out), "no time at all", ran)
reached, old = threading.Event(), web.answers["GET /v1/sys/health"]
web.answers["GET /v1/sys/health"] = lambda conn: (reached.set(), conn.recv(1))
process = program.start("doctor", env=with_env(ENV, AT_WEB))
ok(reached.wait(10), "it waits for Vault")
process.send_signal(signal.SIGTERM)
ran = program.end(process, 10)
ok(ran.code == 143 and "identity      ok" in ran.out and "cause:" not in ran.out, "a signal ends it; what it knew was said", ran)
web.answers["GET /v1/sys/health"] = old
with open("/dev/full", "w") as full:
    ran = doctor(stdout=full)
    equal((ran.code, ran.err), (16, line("doctor", "standard output: no space left on device", 16)), "no room on standard output")
del web.seen[:]
with open("/dev/full", "w") as full:
    doctor(env=AT_WEB, stdout=full)
equal(web.seen, [], "and then nothing is tried")
said("an argument", doctor("x"), 1, line("doctor", 'takes no arguments: "x"', 1))
said("another verb's flag", doctor("-field=token"), 1, re.compile(r"pantler: doctor: unknown flag -field \(code 1\)\n(hint: [^\n]+\n)?"))
end()
