#!/usr/bin/env python3
# login.t: what `pantler login` prints, writes and heeds, against the stand-in over TLS. Wrong answers are tests/peer's.
# SPDX-License-Identifier: MIT

import json
import os
import pty
import re
import subprocess
import resource
import stat

import program  # noqa: F401, finds tests/peer
import unruly
from certs import Authority
from peers import folder
from program import KEYS, SESSION, TOKEN, Standin, line, limited, run, said, with_env
from tap import end, equal, ok

vault = Standin()
login = vault.login
DENIED = "vault %s: " % vault.url


def refused(text, hint=None, code=11):
    return line("login", DENIED + text, code, hint)


# --- What is printed

ran = login("-field=token")
said("-field=token: the token, no line end to a pipe", ran, 0, "", TOKEN)
ok(vault.knows(ran.out), "the server knows that token")
said("-token-only is the same", login("-token-only"), 0, "", TOKEN)
said("session credentials", login("-field=token", "-role=web", env=SESSION), 0, "", TOKEN)
said("-field=policies: a list is JSON", login("-field=policies"), 0, "", '["default", "web"]')
said("-field=token_meta_auth_type", login("-field=token_meta_auth_type"), 0, "", "iam")
said("-field=token_duration", login("-field=token_duration"), 0, "", "2764800")
said("-field=token_meta_x: the field is not there", login("-field=token_meta_x"), 15,
     line("login", 'field "token_meta_x" is not in the answer', 15))

ours, theirs = pty.openpty()
ran = login("-field=token", stdout=theirs)
os.close(theirs)
said("-field=token on a terminal", ran, 0)
ok(re.fullmatch(rb"hvs\.[A-Za-z0-9_-]{32}\r\n", os.read(ours, 4096)), "ends in a line end there")
os.close(ours)


def table(*rows):
    """Rows as `vault login` shows them; the values are patterns."""
    width = max(len(key) for key, _ in rows) + 4
    return re.compile("".join(key.ljust(width) + value + "\n" for key, value in (("Key", "Value"), ("---", "-----"), *rows)))


WHOLE = table(("token", TOKEN.pattern), ("token_accessor", ".{24}"), ("token_duration", "768h"), ("token_renewable", "true"),
              ("token_policies", r'\["default" "web"\]'), ("identity_policies", r"\[\]"), ("policies", r'\["default" "web"\]'),
              ("token_meta_account_id", "123456789012"), ("token_meta_auth_type", "iam"),
              ("token_meta_role_id", "00000000-0000-4000-8000-000000000001"))
said("the table", login(), 0, "", WHOLE)
said("-format=table is the same", login("-format=table", env={"VAULT_FORMAT": "json"}), 0, "", WHOLE)

ran = login("-format=json")
got = json.loads(ran.out) if ran.code == 0 else {"auth": {"client_token": "", "accessor": ""}}
AUTH = {"client_token": got["auth"]["client_token"], "accessor": got["auth"]["accessor"], "policies": ["default", "web"],
        "token_policies": ["default", "web"], "identity_policies": None,
        "metadata": {"account_id": "123456789012", "auth_type": "iam", "role_id": "00000000-0000-4000-8000-000000000001"},
        "orphan": True, "entity_id": "00000000-0000-4000-8000-000000000002", "lease_duration": 2764800, "renewable": True,
        "mfa_requirement": None}
equal(json.dumps(got), json.dumps({"request_id": got.get("request_id"), "lease_id": "", "lease_duration": 0, "renewable": False,
                                   "data": None, "warnings": None, "auth": AUTH}), "-format=json: the keys of vault login, in its order")
said("indented by two, one line end", ran, 0, "", re.compile(r'\{\n  "request_id": .*\n\}\n', re.S))
equal(login("-format=json").out.count("\n"), ran.out.count("\n"), "the same shape each time")
said("VAULT_FORMAT=json", login(env={"VAULT_FORMAT": "json"}), 0, "", re.compile(r"\{\n.*\}\n", re.S))

# --- -output

target = os.path.join(folder, "out", "token")
os.mkdir(os.path.dirname(target))


def written(name, ran, mode, content=TOKEN, path=target):
    """The run wrote this file, with exactly this mode, and left nothing beside it."""
    said(name, ran, 0)
    text = open(path).read() if os.path.exists(path) else ""
    found = stat.S_IMODE(os.lstat(path).st_mode) if os.path.exists(path) else None
    ok(content.fullmatch(text) and found == mode, name + ": content and mode", "mode %o, %r" % (found or 0, text[:200]))
    equal(os.listdir(os.path.dirname(path)), [os.path.basename(path)], name + ": nothing beside it")


def untouched(name, ran, code, err, path=target, old="old"):
    """The run failed and the file is as it was."""
    said(name, ran, code, err)
    equal((open(path).read(), os.listdir(os.path.dirname(path))), (old, [os.path.basename(path)]), name + ": the old file is intact")


def masked(umask):
    return {"preexec_fn": lambda: os.umask(umask)}


written("-output", login("-output", target), 0o600)
for umask in (0, 0o022, 0o077, 0o777):
    for mode in (0o600, 0o640, 0o444, 0o777):
        written("-mode=%04o under umask %03o" % (mode, umask), login("-output=" + target, "-mode=%04o" % mode, **masked(umask)), mode)
inode = os.stat(target).st_ino
written("replaced whole", login("-output=" + target), 0o600)
ok(os.stat(target).st_ino != inode, "by another file")
written("a relative path", login("-output=token", cwd=os.path.dirname(target)), 0o600)
written("with -field", login("-output=" + target, "-field=token_accessor"), 0o600, re.compile(".{24}"))
written("with -format=json", login("-output=" + target, "-format=json"), 0o600, re.compile(r"\{\n.*\}\n", re.S))
written("VAULT_FORMAT does not change a file", login("-output=" + target, env={"VAULT_FORMAT": "json"}), 0o600)
written("standard output may be closed then", login("-output=" + target, stdout=None, preexec_fn=lambda: os.close(1)), 0o600)

with open(target, "w") as f:
    f.write("old")
untouched("a refused login", login("-output=" + target, "-role=nosuch"), 11,
          refused('role "nosuch" does not exist on this mount', "vault list auth/<mount>/role shows those that do"))
untouched("a field that is not there", login("-output=" + target, "-field=token_meta_x"), 15,
          line("login", 'field "token_meta_x" is not in the answer', 15))
untouched("no room", login("-output=" + target, preexec_fn=limited(resource.RLIMIT_FSIZE, 10)), 16,
          line("login", "write %s: file too large" % target, 16))
with open(target) as held:
    login("-output=" + target)
    equal(held.read(), "old", "who has the old file open still reads it")

temp = os.path.join(os.path.dirname(target), ".token.pantler")
with open(temp, "w") as f:
    f.write("left by a killed run")
os.chmod(temp, 0)
written("the temporary of a killed run", login("-output=" + target), 0o600)
victim = os.path.join(folder, "victim")
with open(victim, "w") as f:
    f.write("mine")
os.symlink(victim, temp)
written("a link at the temporary's name", login("-output=" + target), 0o600)
equal(open(victim).read(), "mine", "is not followed")
with open(temp, "w") as held:
    program.lock(held)
    said("another process is writing it", login("-output=" + target), 16,
         line("login", "write %s: another process is writing it" % target, 16))
    ok(os.path.exists(temp), "whose temporary is left alone")
os.unlink(temp)

place = os.path.join(folder, "places")
os.mkdir(place)
os.mkdir(place + "/folder")
os.mkfifo(place + "/fifo")
os.symlink(victim, place + "/link")
os.symlink("nowhere", place + "/dangling")
LINK, DEVICE = "is a symbolic link", "not a regular file"
for name, path, why in (
        ("a link", place + "/link", LINK),
        ("a link to nothing", place + "/dangling", LINK),
        ("a folder", place + "/folder", "is a directory"),
        ("a FIFO", place + "/fifo", DEVICE),
        ("a device", "/dev/null", DEVICE),
        ("a folder by its slash", place + "/folder/", "not a file's name"),
        ("a dot", place + "/.", "not a file's name"),
        ("a folder that is missing", place + "/none/token", "no such file or directory"),
        ("a file for a folder", victim + "/token", "not a directory"),
        ("a name too long", place + "/" + "x" * 250, "file name too long"),
        ("a path with a control byte", None, "")):
    if path:
        said("-output to " + name, login("-output=" + path), 16, line("login", "write %s: %s" % (path, why), 16))
    else:
        said("-output to " + name, login("-output=/a\nb"), 1, line("login", "-output holds a control byte", 1))
equal((open(victim).read(), sorted(os.listdir(place))), ("mine", ["dangling", "fifo", "folder", "link"]), "all of them untouched")

# --- -store

home = os.path.join(folder, "home")
os.mkdir(home)
kept = home + "/.vault-token"
AT_HOME = {"HOME": home}
said("without -store", login("-field=token", env=AT_HOME), 0, "", TOKEN)
said("-no-store", login("-field=token", "-store", "-no-store", env=AT_HOME), 0, "", TOKEN)
said("-token-only wins over -store", login("-store", "-token-only", env=AT_HOME), 0, "", TOKEN)
equal(os.listdir(home), [], "nothing is stored")
ran = login("-store", "-field=token", env=AT_HOME, **masked(0))
said("-store prints as well", ran, 0, "", TOKEN)
equal((open(kept).read(), stat.S_IMODE(os.stat(kept).st_mode)), (ran.out, 0o600), "~/.vault-token holds it, 0600")
said("-store without HOME", login("-store"), 1, line("login", "-store needs an absolute path in HOME", 1))
said("HOME is a relative path", login("-store", env={"HOME": "home"}), 1,
     line("login", "-store needs an absolute path in HOME", 1))
said("HOME holds a control byte", login("-store", env={"HOME": "/none/\x1b[31m"}), 16,
     line("login", r"write /none/\x1b[31m/.vault-token: no such file or directory", 16))

# --- Arguments as `vault login -method=aws` takes them

said("role= as an argument", login("-field=token", "role=pantler"), 0, "", TOKEN)
said("an argument wins over a flag", login("-field=token", "-role=nosuch", "role=web", "mount=aws", "region=us-east-1",
                                           "header_value=vault.example.com"), 0, "", TOKEN)
said("arguments behind --", login("-method=aws", "-field=token", "--", "role=web"), 0, "", TOKEN)
for name in ("aws_access_key_id", "aws_secret_access_key", "aws_security_token"):
    said(name + "= is refused", login(name + "=demo/secret+key"), 1,
         line("login", name + ": the command line takes no secrets", 1,
              "use variables; pantler help names them"))
said("an unknown argument", login("colour=demo/secret+key"), 1,
     line("login", 'unknown argument "colour"', 1, "arguments are role= mount= region= header_value=; flags stand before them"))

# --- Which value counts

said("no role: the server infers it", login("-field=token"), 0, "", TOKEN)
said("PANTLER_ROLE", login(env={"PANTLER_ROLE": "nosuch"}), 11,
     refused('role "nosuch" does not exist on this mount', "vault list auth/<mount>/role shows those that do"))
said("-role wins over PANTLER_ROLE", login("-token-only", "-role=web", env={"PANTLER_ROLE": "nosuch"}), 0, "", TOKEN)
said("an empty -role, too", login("-token-only", "-role=", env={"PANTLER_ROLE": "nosuch"}), 0, "", TOKEN)
NOWHERE = "https://127.0.0.1:1"
said("-address wins over VAULT_ADDR", login("-token-only", "-address=" + vault.url, env={"VAULT_ADDR": NOWHERE}), 0, "", TOKEN)
said("BAO_ADDR wins over VAULT_ADDR", login("-token-only", env={"VAULT_ADDR": NOWHERE, "BAO_ADDR": vault.url}), 0, "", TOKEN)
said("an empty BAO_ADDR is none", login("-token-only", env={"BAO_ADDR": ""}), 0, "", TOKEN)
said("VAULT_ADDR is used", login(env={"VAULT_ADDR": NOWHERE}), 12,
     line("login", "vault https://127.0.0.1:1: connect to 127.0.0.1:1: connection refused", 12))
said("-address with a slash at its end", login("-token-only", "-address=%s/" % vault.url), 0, "", TOKEN)
said("-address by name", login("-token-only", "-address=" + vault.url.replace("127.0.0.1", "localhost")), 0, "", TOKEN)
said("the old names of the key variables", login("-token-only", env={
    "AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None,
    "AWS_ACCESS_KEY": KEYS["AWS_ACCESS_KEY_ID"], "AWS_SECRET_KEY": KEYS["AWS_SECRET_ACCESS_KEY"]}), 0, "", TOKEN)
said("auth/ before the mount", login("-token-only", "-mount=auth/aws/"), 0, "", TOKEN)
said("-path is -mount", login("-token-only", "-path=other"), 11,
     refused("answer 403: permission denied", "is the aws method mounted there? see -mount"))

REGION = "-region must be the server's sts_region, or left out if it has none"


def scope(region):
    return refused("sts refused the signed request: SignatureDoesNotMatch: Credential should be scoped to a valid region, not '%s'"
                   % region, REGION)


said("PANTLER_REGION", login(env={"PANTLER_REGION": "eu-west-1"}), 11, scope("eu-west-1"))
said("-region wins", login("-token-only", "-region=us-east-1", env={"PANTLER_REGION": "eu-west-1"}), 0, "", TOKEN)
said("AWS_REGION alone does not count", login("-token-only", env={"AWS_REGION": "eu-west-1"}), 0, "", TOKEN)
said("AWS_REGION with -region=auto", login("-region=auto", env={"AWS_REGION": "eu-west-2", "AWS_DEFAULT_REGION": "eu-west-3"}),
     11, scope("eu-west-2"))
said("AWS_DEFAULT_REGION with -region=", login("-region=", env={"AWS_DEFAULT_REGION": "eu-west-3"}), 11, scope("eu-west-3"))
said("neither: us-east-1, and it is told", login("-token-only", "-region=auto"), 0,
     "pantler: the region cannot be found out, and is taken to be us-east-1\n", TOKEN)

for name in ("VAULT_AGENT_ADDR", "BAO_AGENT_ADDR", "VAULT_SRV_LOOKUP", "VAULT_RATE_LIMIT", "VAULT_MAX_RETRIES", "BAO_LOG_FORMAT", "HTTPS_PROXY"):
    ran = login("-token-only", env={name: "http://127.0.0.1:1"})
    said(name + " is ignored, with a warning", ran, 0, "pantler: %s is set, and ignored\n" % name, TOKEN)
    said("that -log-level=error hides", login("-token-only", "-log-level=error", env={name: "http://127.0.0.1:1"}), 0, "", TOKEN)
for name in ("VAULT_CLIENT_CERT", "BAO_CLIENT_KEY", "VAULT_CLIENT_CERT_BYTES", "VAULT_CLIENT_KEY_BYTES", "VAULT_HTTP_PROXY",
             "VAULT_PROXY_ADDR", "BAO_HEADERS"):
    said(name + " is refused", login(env={name: "demo/secret+key"}), 1,
         line("login", name + " is set: not in this build yet", 1))

# --- Whom to trust

other = Authority(os.path.join(folder, "other"), "another CA")
UNTRUSTED = re.compile("pantler: login: %s[^\n]+ \\(code 13\\)\n(hint: [^\n]+\n)?" % re.escape(DENIED))  # what it says: tests/peer/certs.t
NAMES = refused('certificate is for "localhost", not "vault.example.com"',
                "the server's names are localhost, 127.0.0.1, 0:0:0:0:0:0:0:1; use one of them, or -tls-server-name", 13)
path = os.path.join(folder, "cas")
os.makedirs(path + "/..data")
open(path + "/empty.pem", "w").close()
os.symlink(other.pem, path + "/other.pem")
without = path + "-without"
os.mkdir(without)
os.symlink(other.pem, without + "/other.pem")
with open(path + "/..data/ca.pem", "w") as f:
    f.write(open(vault.ca).read())
os.symlink("..data/ca.pem", path + "/ca.pem")
PEM = open(vault.ca).read()
broken = path + "-broken"
os.mkdir(broken)
with open(broken + "/a.pem", "w") as f:
    f.write("-----BEGIN CERTIFICATE-----\n!\n")
BROKEN = re.compile(r"pantler: login: vault \S+: %s: a\.pem: .*\(code \d+\)\n(hint: .*\n)?" % re.escape(broken))
NO_CA = {"VAULT_CACERT": None}
for name, args, env in (
        ("-ca-cert", ["-ca-cert=" + vault.ca], NO_CA),
        ("-ca-path: a folder, through links", ["-ca-path=" + path], NO_CA),
        ("-ca-cert that is a folder", ["-ca-cert=" + path], NO_CA),
        ("VAULT_CAPATH", [], dict(NO_CA, VAULT_CAPATH=path)),
        ("VAULT_CACERT_BYTES", [], dict(NO_CA, VAULT_CACERT_BYTES=PEM)),
        ("BAO_CACERT_BYTES wins over VAULT_CACERT_BYTES", [], dict(NO_CA, BAO_CACERT_BYTES=PEM, VAULT_CACERT_BYTES="x")),
        ("a file wins over bytes and folder", [], {"VAULT_CACERT_BYTES": "x", "VAULT_CAPATH": "/none"}),
        ("bytes win over a folder", [], dict(NO_CA, VAULT_CACERT_BYTES=PEM, VAULT_CAPATH="/none")),
        ("BAO_CACERT wins over VAULT_CACERT", [], {"BAO_CACERT": vault.ca, "VAULT_CACERT": "/none"}),
        ("-tls-server-name", ["-tls-server-name=localhost"], {}),
        ("VAULT_TLS_SERVER_NAME", [], {"VAULT_TLS_SERVER_NAME": "LocalHost."})):
    said(name, login("-token-only", *args, env=env), 0, "", TOKEN)
for name, args, env, message in (
        ("another CA", ["-ca-cert=" + other.pem], {}, UNTRUSTED),
        ("a folder without the CA", ["-ca-path=" + without], NO_CA, UNTRUSTED),
        ("another CA's bytes", [], dict(NO_CA, VAULT_CACERT_BYTES=open(other.pem).read()), UNTRUSTED),
        ("another server name", ["-tls-server-name=vault.example.com"], {}, NAMES)):
    said(name + ": not trusted", login(*args, env=env), 13, message)
said("a broken file in a folder: which, and of what folder", login("-ca-cert=" + broken, env=NO_CA), 1, BROKEN)
SKIPPED = "pantler: %s: whoever answers gets the login and hands out the token\n"
said("-tls-skip-verify, with a warning", login("-token-only", "-tls-skip-verify", "-ca-cert=" + other.pem), 0, SKIPPED % "-tls-skip-verify", TOKEN)
said("VAULT_SKIP_VERIFY=true", login("-token-only", env=dict(NO_CA, VAULT_SKIP_VERIFY="true")), 0, SKIPPED % "VAULT_SKIP_VERIFY", TOKEN)
said("VAULT_SKIP_VERIFY=0", login("-token-only", env={"VAULT_SKIP_VERIFY": "0"}), 0, "", TOKEN)
said("-tls-skip-verify=false wins", login("-token-only", "-tls-skip-verify=false", env={"VAULT_SKIP_VERIFY": "1"}), 0, "", TOKEN)

# --- What is refused, and why

said("a wrong secret", login(env={"AWS_SECRET_ACCESS_KEY": "demo/secret+key/wrong"}), 11,
     refused("sts refused the signed request: SignatureDoesNotMatch: The request signature we calculated does not match the "
             "signature you provided", "the secret access key is not the access key id's"))
UNKNOWN_KEY = "aws knows no such access key id with this session token; another partition?"
INVALID = "sts refused the signed request: InvalidClientTokenId: The security token included in the request is invalid"
said("an unknown key", login(env={"AWS_ACCESS_KEY_ID": "AKIANOSUCH"}), 11, refused(INVALID, UNKNOWN_KEY))
said("a session key without its token", login(env=dict(SESSION, AWS_SESSION_TOKEN=None)), 11, refused(INVALID, UNKNOWN_KEY))
said("a wrong session token", login(env=dict(SESSION, AWS_SESSION_TOKEN="demo//session//wrong")), 11, refused(INVALID, UNKNOWN_KEY))
said("a principal that is not bound", login("-role=web", env={"AWS_ACCESS_KEY_ID": "AKIAPANTLERDEMO00002",
                                                              "AWS_SECRET_ACCESS_KEY": "demo/secret+key/of/somebody/else/000000"}), 11,
     refused('answer 400: IAM Principal "arn:aws:iam::123456789012:user/stranger" does not belong to the role "web"',
             "see the role's bound_iam_principal_arn on the server"))
said("no role of the user's name", login(env={"AWS_ACCESS_KEY_ID": "AKIAPANTLERDEMO00002",
                                              "AWS_SECRET_ACCESS_KEY": "demo/secret+key/of/somebody/else/000000"}), 11,
     refused("answer 400: entry for role stranger not found", "without -role vault looks for one named as the iam role or user"))
# --- What goes to the server along with the login

authority = Authority(os.path.join(folder, "seen"))
web = unruly.Web(authority.issue("server"))
WRAP = {"token": "hvs.wrapping", "accessor": "acc", "ttl": 300, "creation_time": "2026-01-01T00:00:00.5Z",
        "creation_path": "auth/wrap/login", "wrapped_accessor": "wacc"}
web.answers = {"good": unruly.login(), "a b": unruly.login(), "a%20b": unruly.login(), "team/aws": unruly.login(),
               "wrap": unruly.answer(200, dict(unruly.SECRET, auth=None, wrap_info=WRAP))}


def asked(*args, env=None):
    """The run, and the one request that it made."""
    before = len(web.seen)
    ran = run("login", *args, env=with_env(dict(KEYS, VAULT_ADDR=web.url, VAULT_CACERT=authority.pem), env))
    equal(len(web.seen) - before, 1, "one request: " + " ".join(args))
    return ran, web.seen[-1] if len(web.seen) > before else ("", [], b"")


def head(request, name):
    return [text.split(": ", 1)[1] for text in request[1] if text.lower().startswith(name.lower() + ":")]


ran, request = asked("-token-only", "-mount=good")
said("a plain login", ran, 0, "", unruly.TOKEN)
equal(request[0], "PUT /v1/auth/good/login HTTP/1.1", "its request line")
equal([head(request, n) for n in ("Host", "X-Vault-Request", "X-Vault-Namespace", "X-Vault-Wrap-TTL", "X-Vault-Token")],
      [[web.url[8:]], ["true"], [], [], []], "its head")
ok(not any(s in str(request) for s in ("demo/secret+key", "VAULT_TOKEN")), "no secret in it")
equal(list(json.loads(request[2])), ["role", "iam_http_request_method", "iam_request_url", "iam_request_body", "iam_request_headers"],
      "its body")
for given in ("team/a", "/team/a/"):
    ran, request = asked("-token-only", "-mount=good", "-namespace", given)
    equal((ran.code, head(request, "X-Vault-Namespace")), (0, ["team/a/"]), "-namespace=" + given)
for name, args, env in (("-ns", ["-ns=ns1"], {}), ("VAULT_NAMESPACE", [], {"VAULT_NAMESPACE": "ns1"}),
                        ("BAO_NAMESPACE", [], {"BAO_NAMESPACE": "ns1", "VAULT_NAMESPACE": "ns2"})):
    ran, request = asked("-token-only", "-mount=good", *args, env=env)
    equal(head(request, "X-Vault-Namespace"), ["ns1/"], name)
ran, request = asked("-token-only", "-mount=good", env={"VAULT_NAMESPACE": "root"})
equal(head(request, "X-Vault-Namespace"), [], "the root namespace is none")
ran, request = asked("-token-only", "-mount=good", env={"VAULT_TOKEN": "hvs.demo/secret+key"})
equal((ran.code, head(request, "X-Vault-Token")), (0, []), "VAULT_TOKEN is not sent along")
ran, request = asked("-token-only", "-mount=team/aws")
equal(request[0], "PUT /v1/auth/team/aws/login HTTP/1.1", "a mount with a slash")
ran, request = asked("-token-only", "-mount=good", "-address=%s/behind/a/proxy/" % web.url)
equal(request[0], "PUT /behind/a/proxy/v1/auth/good/login HTTP/1.1", "a path in the address")

ran, request = asked("-wrap-ttl=5m", "-mount=wrap")
equal(head(request, "X-Vault-Wrap-TTL"), ["300"], "-wrap-ttl=5m")
said("its table", ran, 0, "", table(
    ("wrapping_token:", "hvs.wrapping"), ("wrapping_accessor:", "acc"), ("wrapping_token_ttl:", "5m"),
    ("wrapping_token_creation_time:", "2026-01-01T00:00:00.5Z"), ("wrapping_token_creation_path:", "auth/wrap/login"),
    ("wrapped_accessor:", "wacc")))
ran, request = asked("-field=wrapping_token", "-mount=wrap", env={"VAULT_WRAP_TTL": "90"})
equal((ran.out, head(request, "X-Vault-Wrap-TTL")), ("hvs.wrapping", ["90"]), "VAULT_WRAP_TTL, -field=wrapping_token")
ran, _ = asked("-token-only", "-wrap-ttl=60s", "-mount=wrap")
said("-token-only of a wrapped answer", ran, 15, line("login", 'field "token" is not in the answer', 15,
                                                      "vault wrapped the answer: unwrap its -field=wrapping_token"))
said("-store of a wrapped answer, before it is asked for", login("-store", "-wrap-ttl=60s", env=AT_HOME), 1, line("login", "-store: a wrapped token cannot be stored", 1))
ran, _ = asked("-output=" + target, "-wrap-ttl=60s", "-mount=wrap")
equal((ran.code, open(target).read()), (0, "hvs.wrapping"), "-output of a wrapped answer")
ran, _ = asked("-wrap-ttl=60s", "-mount=wrap", "-format=json")
equal(json.loads(ran.out or "{}").get("wrap_info"), WRAP, "-format=json of a wrapped answer")
ran, _ = asked("-wrap-ttl=60s", "-mount=good")
said("an answer that is not wrapped though it was asked for", ran, 2,
     line("login", "vault %s: answer: the token is not wrapped" % web.url, 2))
# Vault's warnings come after the token, and no more than ten of them.
web.answers["warned"] = unruly.login(warnings=["w%d" % i for i in range(1, 1001)])
web.answers["warned-10"] = unruly.login(warnings=["w%d" % i for i in range(1, 11)])
SHOWN = "".join("pantler: vault warns: w%d\n" % i for i in range(1, 11))
ENV = dict(KEYS, VAULT_ADDR=web.url, VAULT_CACERT=authority.pem)
ran = run("login", "-mount=warned", "-field=token", env=ENV, stderr=subprocess.STDOUT)
equal((ran.code, ran.out), (0, unruly.TOKEN + SHOWN + "pantler: vault warns: and 990 more\n"), "a thousand warnings: ten, after the token")
ran = run("login", "-mount=warned-10", "-field=token", env=ENV, stderr=subprocess.STDOUT)
equal((ran.code, ran.out), (0, unruly.TOKEN + SHOWN), "ten warnings: all of them")
ran = run("login", "-mount=warned-10", "-field=token_meta_x", env=ENV)
said("warnings are shown when the answer is of no use, too", ran, 15, SHOWN + line("login", 'field "token_meta_x" is not in the answer', 15))

# Wrapped though nobody asked for it, as a policy of the server may have it: what unwraps it is never taken for the token.
UNASKED = 'field "token" is not in the answer', 15, "vault wrapped the answer: unwrap its -field=wrapping_token"
open(target, "w").write("before")
for args, before in ((["-field=token"], ""), (["-token-only"], ""), (["-output=" + target], ""), (["-store"], "-store: ")):
    home = os.path.join(folder, "unasked")
    os.makedirs(home, exist_ok=True)
    ran, request = asked("-mount=wrap", *args, env={"HOME": home})
    said("wrapped unasked, %s" % args[0], ran, 15, line("login", before + UNASKED[0], *UNASKED[1:]))
    equal((head(request, "X-Vault-Wrap-TTL"), open(target).read(), os.listdir(home)), ([], "before", []), "and no file is touched")
ran, _ = asked("-mount=wrap")
ok(ran.code == 0 and "wrapping_token:" in ran.out and "\ntoken" not in ran.out, "the table calls it what it is", ran)
ran, _ = asked("-mount=wrap", "-output=" + target, "-field=wrapping_token")
equal((ran.code, open(target).read()), (0, "hvs.wrapping"), "-field=wrapping_token, to a file")
said("-wrap-ttl under a second", login("-wrap-ttl=500ms"), 1, line("login", "-wrap-ttl must be whole seconds, below 2^32", 1))

end()
