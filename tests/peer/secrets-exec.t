#!/usr/bin/env python3
# secrets-exec.t: `pantler exec` with secrets of a real Vault: what the program is given, and what of pantler is left in it.
# SPDX-License-Identifier: MIT

import os
import resource
import signal
import subprocess
import sys

import peers
from certs import Authority
from services import start_vault
from tap import end, equal, ok

sys.path.insert(0, os.path.join(peers.HERE, "..", "system"))
from program import Root, nobody  # noqa: E402

SPY = os.path.join(peers.BUILD, "test", "tools", "spy")
USER = "arn:aws:iam::123456789012:user/pantler"
ours = Authority(os.path.join(peers.folder, "ours"))
moto, key, _ = peers.start_moto()
vault, api = start_vault(ours, moto, bound_iam_principal_arn=USER, token_policies=["reader"])
api.must("PUT", "sys/policies/acl/reader", {"policy": 'path "secret/data/*" { capabilities = ["read"] }\npath "old/*" { capabilities = ["read"] }\n'
                                                      'path "cubbyhole/*" { capabilities = ["read", "update"] }'})
api.must("POST", "sys/mounts/old", {"type": "kv", "options": {"version": "1"}})
api.must("POST", "secret/data/app", {"data": {"password": "pw-of-the-app", "user": "u", "nested": {"a": "deep"}, "list": [1], "n": 5, "nul": "a\0b",
                                              "none": None, "large": "v" * 140000}})
api.must("POST", "old/all", {"db-password": "one", "B": "two"})
api.must("POST", "old/bad", {"ld-preload": "/evil.so"})
api.must("POST", "old/vault", {"token": "x"})
TRUST = {"VAULT_ADDR": vault.url, "VAULT_CACERT": ours.pem}
LOGIN = dict(TRUST, PANTLER_ROLE="web", AWS_ACCESS_KEY_ID=key["id"], AWS_SECRET_ACCESS_KEY=key["secret"], PATH=os.environ["PATH"], LANG="C", KEEP="kept")


def pantler(*args, env=LOGIN, stdin=b"", **more):
    return peers.pantler("exec", *args, env=env, stdin=stdin, **more)


def rows(text, word):
    return [row.split(" ", 1)[1] for row in text.splitlines() if row.startswith(word + " ")]


def variables(ran):
    return dict(row.split("=", 1) for row in rows(ran.out, "env"))


def live():
    return set(api.must("LIST", "auth/token/accessors")["data"]["keys"])


def inverted(text):
    return "".join("%02x" % (byte ^ 0xff) for byte in text.encode()) + "\n"


# One variable: what the program sees, and what it does not.
before = live()
before_umask = os.umask(0o027)
canaries = [key["secret"], key["id"], "hvs.", "AWS4-HMAC", "GetCallerIdentity"]
process = subprocess.Popen([peers.PANTLER, "exec", "-env", "DB=secret/app#password", "--", SPY, "7", "-x", "--"], env=dict(peers.QUIET, **LOGIN), stdin=subprocess.PIPE,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=[os.open("/dev/null", os.O_RDONLY) for _ in range(3)],
                           preexec_fn=lambda: (resource.setrlimit(resource.RLIMIT_CORE, (4096, resource.RLIM_INFINITY)), signal.signal(signal.SIGUSR1, signal.SIG_IGN),
                                               signal.signal(signal.SIGPIPE, signal.SIG_DFL)))
os.umask(before_umask)
out, err = process.communicate("".join(map(inverted, canaries)).encode(), timeout=60)
out = out.decode()
ok(process.returncode == 7 and not err, "it becomes the program, and the program's exit code is its own", (process.returncode, out, err))
equal(rows(out, "pid"), [str(process.pid)], "the same process")
equal(rows(out, "arg"), [SPY, "7", "-x", "--"], "its arguments")
equal(rows(out, "fd"), ["0", "1", "2"], "descriptors 0 to 2, of six that there were")
equal((rows(out, "umask"), rows(out, "core"), rows(out, "ignored"), rows(out, "blocked")), (["027"], ["4096"], ["10"], []), "umask, limit and signals as pantler found them")
seen = dict(row.split("=", 1) for row in rows(out, "env"))
equal(seen, {"DB": "pw-of-the-app", "VAULT_ADDR": vault.url, "VAULT_CACERT": ours.pem, "PANTLER_ROLE": "web", "PATH": os.environ["PATH"], "LANG": "C", "KEEP": "kept",
             **peers.QUIET}, "its environment: the secret, and all but what pantler logged in with")
equal((rows(out, "found"), "no maps" in out), ([], False), "neither key, token nor request in its memory")
out = subprocess.run([peers.PANTLER, "exec", "-env", "DB=secret/app#password", "--", SPY], env=dict(peers.QUIET, **LOGIN), input=inverted("pw-of-the-app"), capture_output=True,
                     text=True, timeout=60).stdout
equal(set(rows(out, "found")), {"0"}, "what is there is found")
equal(live(), before, "the token is revoked")

# More of them.
ran = pantler("-env=A=secret/app#password", "-env=B=secret/app#user", "-env=C=secret/app#nested.a", "-env=D=secret/data/app#data.password", "-env=E=old/all#db-password",
              "-env=N=secret/app#n", "--", SPY)
equal([variables(ran).get(name) for name in "ABCDEN"], ["pw-of-the-app", "u", "deep", "pw-of-the-app", "one", "5"], "six bindings, of both versions and the API's path")
ran = pantler("-env-all=old/all", "--", SPY)
equal([variables(ran).get(name) for name in ("DB_PASSWORD", "B")], ["one", "two"], "-env-all")
ran = pantler("-env-all=APP_=old/all", "--", SPY)
equal([variables(ran).get(name) for name in ("APP_DB_PASSWORD", "APP_B", "B")], ["one", "two", None], "with a prefix")
ran = pantler("-file=PW_FILE=secret/app#password", "--", SPY)
ok(ran.code == 0 and rows(ran.out, "holds") == ["pw-of-the-app"] and "\nwritten" not in ran.out and len(rows(ran.out, "fd")) == 4 and
   variables(ran)["PW_FILE"] == "/proc/self/fd/" + rows(ran.out, "fd")[-1] and "pw-of" not in " ".join(rows(ran.out, "env")), "a file in memory, which nobody can write", ran)
ran = pantler("-pristine", "-env=DB=secret/app#password", "--", SPY)
equal(variables(ran), {"DB": "pw-of-the-app", "PATH": os.environ["PATH"], "LANG": "C"}, "-pristine")
ran = pantler("-token-env", "-env=DB=secret/app#password", "--", SPY)
token = variables(ran)["VAULT_TOKEN"]
equal(api("GET", "auth/token/lookup-self", token=token)[0], 200, "-token-env: a token that lives on")
api.must("POST", "auth/token/revoke-self", token=token)
ran = pantler("-override", "-env=KEEP=secret/app#password", "--", SPY)
equal(variables(ran)["KEEP"], "pw-of-the-app", "-override")
equal(len([row for row in rows(ran.out, "env") if row.startswith("KEEP=")]), 1, "one of that name")
ran = pantler("--", "spy", env=dict(LOGIN, PATH="/nonexistent:" + os.path.dirname(SPY)))
ok(ran.code == 0 and rows(ran.out, "arg") == ["spy"], "a program of PATH, and no binding at all", ran)
ran = pantler("-env=DB=secret/app#password", "--", SPY, env=dict(TRUST, VAULT_TOKEN="root"))
ok(ran.code == 0 and variables(ran)["DB"] == "pw-of-the-app" and "VAULT_TOKEN" not in variables(ran), "with the environment's token, which goes no further", ran)
equal(api("GET", "auth/token/lookup-self")[0], 200, "and is not revoked")

# All or nothing.
REFUSED = (
    ("a field that is not there", ["-env=A=secret/app#user", "-env=B=secret/app#no"], '-env=B=secret/app#no: no field "no" in the secret (code 15)'),
    ("no secret", ["-env=B=secret/no#a"], "-env=B=secret/no#a: vault %s: secret/data/no: no value there (code 2)" % vault.url),
    ("an object", ["-env=B=secret/app#nested"], '-env=B=secret/app#nested: field "nested" is no text but an object or a list (code 15)'),
    ("a byte of zero", ["-env=B=secret/app#nul"], "-env=B=secret/app#nul: a byte of zero, which no variable can hold (code 2)"),
    ("null", ["-env=B=secret/app#none"], '-env=B=secret/app#none: no field "none" in the secret (code 15)'),
    ("too large", ["-env=B=secret/app#large"], "B is over the kernel's limit for a variable, 131072 bytes (code 2)"),
    ("twice the same name", ["-env=B=secret/app#user", "-env=B=secret/app#password"], "-env=B=secret/app#password: B stands twice (code 1)"),
    ("set already", ["-env=KEEP=secret/app#user"], "-env=KEEP=secret/app#user: KEEP is set already (code 1)"),
    ("the loader's", ["-env=LD_PRELOAD=secret/app#user"], "-env=LD_PRELOAD=secret/app#user: LD_PRELOAD steers a program, and takes no secret (code 1)"),
    ("the loader's, by a key", ["-env-all=old/bad"], "-env-all=old/bad: LD_PRELOAD steers a program, and takes no secret (code 1)"),
    ("vault's, by a prefix", ["-env-all=VAULT_=old/vault"], "-env-all=VAULT_=old/vault: VAULT_TOKEN steers a program, and takes no secret (code 1)"),
    ("no name", ["-env=a=secret/app#user"], '-env=a=secret/app#user: "a" is no name of a variable: A-Z, 0-9 and _ , no digit first (code 1)'),
    ("no field", ["-env=A=secret/app"], "-env=A=secret/app: must be like VAR=PATH#FIELD (code 1)"),
    ("no path", ["-env=A=#x"], "-env=A=#x: must be like VAR=PATH#FIELD (code 1)"),
    ("a way up", ["-env=A=secret/../x#y"], '-env=A=secret/../x#y: vault %s: secret/../x: an empty, "." or ".." part in the path (code 1)' % vault.url),
    ("no tmpfs", ["-file=A=secret/app#user", "-file-dir=/proc"], "/proc: neither tmpfs nor ramfs: secrets would come to a disk (code 1)"),
    ("an unknown flag", ["-nope"], "unknown flag -nope (code 1)"))
before = live()
mark = os.path.join(peers.folder, "ran")
for name, flags, text in REFUSED:
    ran = pantler(*flags, "--", "/bin/sh", "-c", "echo >" + mark)
    ok(ran.code == 125 and ran.out == "" and ran.err.splitlines()[0] == "pantler: exec: " + text, name + ": 125", ran)
ok(not os.path.exists(mark), "and the program has not run once")
equal(live(), before, "nor is a token left")
for name, program, code, text in (("not found", "/nonexistent", 127, "/nonexistent: not found"), ("not in PATH", "no-such-program", 127, "no-such-program: not found"),
                                  ("not executable", ours.pem, 126, ours.pem + ": cannot be executed: permission denied"),
                                  ("a folder", "/", 126, "/: cannot be executed: permission denied")):
    ran = pantler("-env=A=secret/app#user", "--", program)
    ok(ran.code == code and ran.err.startswith("pantler: exec: %s (code 1)\n" % text), "%s: %d" % (name, code), ran)
junk = os.path.join(peers.folder, "junk")
with open(junk, "w") as f:
    f.write("\x7fJUNK")
os.chmod(junk, 0o755)
ran = pantler("-env=A=secret/app#user", "--", junk)
ok(ran.code == 126 and "cannot be executed" in ran.err, "no program: 126", ran)
equal(pantler("-env=A=secret/app#user").code, 125, "no program at all")
ran = pantler("-env=A=secret/app#user", "--", SPY, env=dict(LOGIN, VAULT_ADDR="https://127.0.0.1:1"))
ok(ran.code == 125 and "(code 12)" in ran.err, "no server", ran)

# Where there is nothing else: a root of two files, another user, no /proc.
uid = nobody()
root = Root("exec-root", {"/ca.pem": open(ours.pem, "rb").read(), "/app": open(SPY, "rb").read(), "/run/.keep": b""}, read_only=False)
os.chmod(root.path + "/app", 0o755)
bare = dict(LOGIN, VAULT_CACERT="/ca.pem")
ran = root.run("exec", "-env", "DB=secret/app#password", "--", "/app", uid=uid, env=bare)
ok(ran.code == 0 and variables(ran)["DB"] == "pw-of-the-app" and rows(ran.out, "fd") == ["0", "1", "2"], "an empty root, as uid %s" % uid, ran)
ran = root.run("exec", "-file=DB_FILE=secret/app#password", "--", "/app", uid=uid, env=bare)
ok(ran.code == 125 and "hint: name a folder of a tmpfs by -file-dir" in ran.err, "no file in memory without /proc", ran)
end()
