#!/usr/bin/env python3
# secrets.t: read, kv get and exec before a server of bad manners, where nobody can write, signalled, and with little around them. No real Vault.
# SPDX-License-Identifier: MIT

import os
import re
import signal
import subprocess
import threading

import program
import peers
import unruly
from peers import folder
from program import KEYS, Root, alone, line, nobody, run, said, start, until
from tap import end, equal, ok

alone()
SPY = os.path.join(peers.BUILD, "test", "tools", "spy")
GIVEN = "hvs.CANARYgiven"
VALUE = "CANARY-of-a-secret"
SECRETS = (GIVEN, VALUE, unruly.TOKEN, "demo/secret+key")


def secret(data, **more):
    return unruly.answer(200, dict(unruly.SECRET, auth=None, data=data, **more))


def kv2(data):
    return secret({"data": data, "metadata": {"version": 1, "created_time": "2026-01-01T00:00:00Z", "deletion_time": "", "destroyed": False}})


class Vault(unruly.Web):
    """Logs anybody in and revokes any token; answers the rest by path from `answers`."""

    def talk(self, conn):
        request = unruly.read_request(conn)
        if not request:
            return
        path = request[0].split(" ")[1].partition("?")[0][4:]
        token = next((head.split(": ", 1)[1] for head in request[1] if head.lower().startswith("x-vault-token:")), None)
        self.seen.append((path, token))
        if path.startswith("auth/") and path.endswith("/login"):
            given = unruly.login()
        elif path == "auth/token/revoke-self":
            given = unruly.http(204)
        else:
            given = self.answers.get(path, unruly.errors(404))
        if callable(given):
            given(conn)
        else:
            conn.sendall(given)


def mount(path="secret/", version="2", kind="kv"):
    return secret({"path": path, "type": kind, "options": {"version": version}})


reached = threading.Event()


def held(conn):
    reached.set()
    try:
        conn.recv(1)
    except OSError:
        pass


vault = Vault()
PRE = "sys/internal/ui/mounts/"
GOOD = kv2({"password": VALUE, "n": 5})
vault.answers = {PRE + "secret/app": mount(), "secret/data/app": GOOD, "plain/app": secret({"password": VALUE}), PRE + "plain/app": mount("plain/", "1"),
                 "held/app": held, PRE + "held/app": mount("held/", "1"), "lease/app": secret({"password": VALUE}, lease_id="lease/1", lease_duration=60),
                 "null/app": secret({"password": VALUE}, lease_id=None), PRE + "lease/app": mount("lease/", "1", "database"),
                 "wrapped/app": secret(None, wrap_info={"token": "hvs.CANARYwrap", "ttl": 60, "creation_time": "2026-01-01T00:00:00Z"})}
ENV = {"VAULT_ADDR": vault.url, "VAULT_TOKEN": GIVEN}
LOGIN = dict(KEYS, VAULT_ADDR=vault.url, PANTLER_ROLE="web")


def quiet(name, ran, words=SECRETS):
    ok(not any(word in ran.err for word in words), name + ": no secret in what it says", ran)


def revoked():
    """Whether the last thing that the server saw was the end of the login's token."""
    return vault.seen[-1:] == [("auth/token/revoke-self", unruly.TOKEN)]


said("read", run("read", "-field=password", "plain/app", env=ENV), 0, "", VALUE)
said("kv get", run("kv", "get", "-field=password", "secret/app", env=ENV), 0, "", VALUE)
said("exec", run("exec", "-env=DB=secret/app#password", "--", "/bin/sh", "-c", 'printf %s "$DB"', env=ENV), 0, "", VALUE)
equal({token for _, token in vault.seen}, {GIVEN}, "with the token that was given, which is not revoked")

# --- Answers that are none

BAD = {
    "2 MB": secret({"password": "x" * 2_000_000}), "an array": unruly.answer(200, [1]), "data of text": secret("x"), "data of data of text": secret({"data": "x"}),
    "no JSON": unruly.http(200, b"ok"), "half": unruly.http(200, b'{"data":{"data":{"password":"' + VALUE.encode()), "cut": GOOD[:-20], "nothing": b"",
    "empty": unruly.http(200), "a key twice": unruly.http(200, b'{"data":{"data":{"password":"a","password":"b"}}}'), "deep": unruly.http(200, b'{"data":' + b"[" * 100000),
    "a redirect elsewhere": unruly.http(307, b"", "Location: http://127.0.0.1:1/v1/secret/data/app"), "a redirect to a file": unruly.http(307, b"", "Location: file:///etc/passwd"),
    "not found": unruly.errors(404), "denied": unruly.errors(403, "permission denied"), "an echo": unruly.errors(400, "no " + GIVEN), "sealed": unruly.errors(503, "Vault is sealed"),
    "a gateway": unruly.http(502, b"<html></html>", "Content-Type: text/html"), "utf16": unruly.http(200, '{"data":{}}'.encode("utf-16")),
    "control bytes": unruly.errors(400, "a\x1b[2Jb\nc"),
}
mark = os.path.join(folder, "mark")
for name, given in BAD.items():
    vault.answers["bad/data/app"] = given
    vault.answers[PRE + "bad/app"] = mount("bad/")
    for verb, words in (("kv", ["kv", "get", "-timeout=5s", "-field=password", "bad/app"]),
                        ("exec", ["exec", "-timeout=5s", "-env=DB=bad/app#password", "--", "/bin/sh", "-c", "echo >" + mark])):
        ran = run(*words, env=ENV)
        ok(ran.code in ((125,) if verb == "exec" else (2, 11, 12, 15, 17)) and ran.out == "" and re.fullmatch(
            r"pantler: %s: [ -~]+ \(code \d+\)\n(hint: [ -~]+\n)?" % verb, ran.err), "%s, to %s" % (name, verb), ran)
        quiet("%s, to %s" % (name, verb), ran)
    vault.answers[PRE + "bad/app"] = given
    ran = run("kv", "get", "-timeout=5s", "-field=password", "bad/app", env=ENV)
    ok(ran.code in (2, 11, 12, 15, 17) and ran.out == "" and ran.err.count("\n") in (1, 2), name + ", for the mount", ran)
    quiet(name + ", for the mount", ran)
ok(not os.path.exists(mark), "no program was started")
for name, data, code in (("an object", {"password": {"a": VALUE}}, 15), ("null", {"password": None}, 15), ("a zero", {"password": "a\0b"}, 2), ("over the limit", {"password": "x" * 140000}, 2)):
    vault.answers["secret/data/odd"], vault.answers[PRE + "secret/odd"] = kv2(data), mount()
    ran = run("exec", "-env=DB=secret/odd#password", "--", "/bin/sh", "-c", "echo >" + mark, env=ENV)
    ok(ran.code == 125 and "(code %d)\n" % code in ran.err and not os.path.exists(mark), "a variable of %s" % name, ran)
    quiet(name, ran)
vault.answers[PRE + "secret/foreign"] = mount("else/")
said("a mount that the path is not in", run("kv", "get", "secret/foreign", env=ENV), 2, line(
    "kv", "vault %s: secret/foreign: its mount: vault names one that the path is not in" % vault.url, 2))
said("env of a wrapped answer", run("read", "-format=env", "wrapped/app", env=ENV), 2, line("read", "the answer is wrapped, and has no variables", 2))
for token in ("two words", "x\ty", "é", "x" * 9000):
    ran = run("read", "plain/app", env=dict(ENV, VAULT_TOKEN=token))
    ok(ran.code == 1 and token not in ran.err, "a token that is none: %r" % token[:10], ran)

# --- Whose token, and its end

for words, stays in ((["read", "-field=password", "plain/app"], False), (["read", "-field=password", "null/app"], False), (["read", "-field=password", "lease/app"], True),
                     (["read", "-keep-token", "-field=password", "plain/app"], True), (["read", "-field=wrapping_token", "wrapped/app"], True),
                     (["read", "-field=no", "lease/app"], False), (["read", "-keep-token", "-field=no", "plain/app"], False), (["kv", "get", "nowhere/x"], False),
                     (["exec", "-env=A=plain/app#password", "--", "/bin/true"], False), (["exec", "-env=A=lease/app#password", "--", "/bin/true"], True),
                     (["exec", "-env=A=lease/app#password", "-env=B=lease/app#no", "--", "/bin/true"], False), (["exec", "-token-env", "--", "/bin/true"], True)):
    ran = run(*words, env=LOGIN)
    equal((revoked(), "lives for 3600s" in ran.err), (not stays, stays), "%s: the token %s" % (" ".join(words), "stays" if stays else "ends"))
    quiet("and", ran)
with open("/dev/full", "w") as full:
    ran = run("read", "-field=password", "lease/app", env=LOGIN, stdout=full)
    ok(ran.code == 16 and revoked(), "what nobody has got does not keep it", ran)
SHOW = ["/bin/sh", "-c", 'printf %s "$VAULT_TOKEN:$BAO_TOKEN:$AWS_SECRET_ACCESS_KEY"']
said("exec hands on no token", run("exec", "-env=DB=plain/app#password", "--", *SHOW, env=dict(ENV, BAO_TOKEN=GIVEN, **KEYS)), 0, "", "::")
said("but with -token-env", run("exec", "-token-env", "--", *SHOW, env=ENV), 0, "", GIVEN + "::")
ran = run("exec", "-token-env", "--", *SHOW, env=dict(LOGIN, VAULT_TOKEN=GIVEN))
equal((ran.code, ran.out), (0, unruly.TOKEN + "::"), "that of the login, where there is one")

# --- Nowhere to write

for words in (["read", "-field=password", "plain/app"], ["kv", "get", "secret/app"], ["kv", "get", "-format=json", "secret/app"]):
    with open("/dev/full", "w") as full:
        said(" ".join(words) + ": standard output full", run(*words, env=ENV, stdout=full), 16, line(words[0], "standard output: no space left on device", 16))
    said(" ".join(words) + ": closed", run(*words, env=ENV, stdout=None, preexec_fn=lambda: os.close(1)), 16, line(words[0], "standard output: not open", 16))
os.symlink("nowhere", folder + "/link")
os.mkdir(folder + "/kept")
vault.seen.clear()
for path, why in ((folder + "/link", "is a symbolic link"), (folder + "/kept", "is a directory"), (folder + "/none/x", "no such file or directory"), ("/dev/null", "is not a regular file")):
    ran = run("read", "-output=" + path, "plain/app", env=LOGIN)
    ok(ran.code == 16 and ran.out == "" and ran.err.startswith("pantler: read: write %s: " % path), "-output: %s %s" % (path, why), ran)
equal(vault.seen, [], "told before anybody is asked")
path = os.path.join(folder, "out")
said("-output and all three closed", run("read", "-output=" + path, "-field=password", "plain/app", env=ENV, stdin=None, stdout=None, stderr=None,
                                         preexec_fn=lambda: (os.close(0), os.close(1), os.close(2))), 0)
equal((open(path).read(), os.stat(path).st_mode & 0o7777), (VALUE, 0o600), "the file, whole, its owner's alone")

# --- Signals

for number in (signal.SIGTERM, signal.SIGINT):
    for words, code in ((["read", "held/app"], 128 + number), (["exec", "-env=A=held/app#x", "--", "/bin/sh", "-c", "echo >" + mark], 125)):
        reached.clear()
        process = start(*words, env=LOGIN)
        ok(reached.wait(20), "%s is waiting" % words[0])
        process.send_signal(number)
        ran = program.end(process, 20)
        ok(ran.code == code and ran.out == "" and until(revoked), "signal %d ends %s, and its token" % (number, words[0]), (ran, vault.seen[-2:]))
ok(not os.path.exists(mark), "no program was started")

# --- What the program begins with

for closed in ((0,), (1,), (2,), (0, 1, 2)):
    said("descriptors %s closed" % (closed,), run(
        "exec", "-env=A=plain/app#password", "--", "/bin/sh", "-c", 'for i in 0 1 2 3 4 5 6 7 8 9; do test -e /proc/$$/fd/$i && echo $i >>"$0"; done; exit 0', path + str(len(closed)) + str(closed[0]),
        env=ENV, stdin=None if 0 in closed else subprocess.DEVNULL, stdout=None if 1 in closed else subprocess.PIPE, stderr=None if 2 in closed else subprocess.PIPE,
        preexec_fn=lambda: [os.close(fd) for fd in closed]), 0)
    name = path + str(len(closed)) + str(closed[0])
    numbers = [int(row) for row in open(name)] if os.path.exists(name) else []
    ok(not set(numbers) & set(closed), "stay closed", numbers)
ran = run("exec", "-env=A=plain/app#password", "--", "/bin/sh", "-c", "trap '' CHLD; cat /proc/$$/task/$$/children; exit 3", env=ENV)
equal((ran.code, ran.out.strip().count(" ")), (3, 0), "it has no child that it did not make")
ran = run("exec", "-env=A=plain/app#password", "--", "/bin/sh", "-c", "kill -TERM $$", env=ENV)
equal(ran.code, -signal.SIGTERM, "a signal's end is its own")
ran = run("exec", "-file=A=plain/app#password", "--", "/bin/sh", "-c", 'cat "$A"; echo x >>"$A"', env=ENV)
ok(ran.code != 0 and ran.out == VALUE, "a file in memory, that it cannot change", ran)
ran = run("exec", "-override", "-env=KEEP=plain/app#password", "--", "/usr/bin/env", env=dict(ENV, KEEP="kept"))
equal([row for row in ran.out.splitlines() if row.startswith("KEEP=")], ["KEEP=" + VALUE], "one of a name")
said("no token at all", run("exec", "--", "/bin/true", env={"VAULT_ADDR": vault.url}), 125, re.compile(
    r"pantler: exec: no role, type or configuration to log in by, no VAULT_TOKEN, no ~/.vault-token \(code 1\)\nhint: .*\n"))

# --- A root with nothing in it, and no /proc

uid = nobody()
root = Root("exec-root", {"/app": open(SPY, "rb").read()}, read_only=False)
os.chmod(root.path + "/app", 0o755)
ran = root.run("exec", "-env=DB=plain/app#password", "--", "/app", "9", uid=uid, env=ENV)
ok(ran.code == 9 and "env DB=%s\n" % VALUE in ran.out and re.findall(r"^fd (\d+)$", ran.out, re.M) == ["0", "1", "2"], "exec in an empty root", ran)
ran = root.run("exec", "-file=DB=plain/app#password", "--", "/app", uid=uid, env=ENV)
ok(ran.code == 125 and ran.err.endswith("hint: name a folder of a tmpfs by -file-dir\n") and VALUE not in ran.err, "no file in memory there", ran)
said("read in it", root.run("read", "-field=password", "plain/app", uid=uid, env=ENV), 0, "", VALUE)
end()
