#!/usr/bin/env python3
# agent.t: `pantler agent` at a real Vault whose STS is moto: renewal, max TTL, revocation, wrapping, encryption, restarts; and the real `vault agent` on the same files.
# SPDX-License-Identifier: MIT

import json
import os
import re
import secrets
import stat
import subprocess
import threading
import time

import agents
import peers
from agents import content, leaks, until
from certs import Authority
from services import start_vault
from tap import end, equal, ok

CLI = os.path.join(peers.BUILD, "peers", "cli")
ORACLE = [peers.PYTHON, os.path.join(peers.HERE, "oracle", "envelope.py")]
USER = "arn:aws:iam::123456789012:user/pantler"
ours = Authority(os.path.join(peers.folder, "ours"))
moto, key, _ = peers.start_moto()
vault, api = start_vault(ours, moto, bound_iam_principal_arn=USER)
KEYS = {"AWS_ACCESS_KEY_ID": key["id"], "AWS_SECRET_ACCESS_KEY": key["secret"]}
outputs = []


def role(name, mount="aws", **more):
    api.must("POST", "auth/%s/role/%s" % (mount, name), dict({"auth_type": "iam", "bound_iam_principal_arn": USER, "resolve_aws_unique_ids": False}, **more))


def place(name):
    """A path in an empty folder of its own."""
    path = os.path.join(peers.folder, name)
    os.mkdir(path)
    return os.path.join(path, "token")


def config(path, name="web", sink="", more="", method="", top=""):
    """A configuration file beside the folder of its only sink."""
    file = os.path.dirname(path) + ".hcl"
    with open(file, "w") as f:
        f.write('%s\nvault {\n  address = "%s"\n  ca_cert = "%s"\n}\nauto_auth {\n  method "aws" {\n    %s\n    config = {\n      type = "iam"\n      role = "%s"\n'
                '      access_key = "%s"\n      secret_key = "%s"\n    }\n  }\n  sink "file" {\n    %s\n    config = {\n      path = "%s"\n      %s\n    }\n  }\n}\n'
                % (top, vault.url, ours.pem, method, name, key["id"], key["secret"], sink, path, more))
    os.chmod(file, 0o600)
    return "-config=" + file


def lookup(token):
    """What Vault says of a token; None when it does not know it."""
    return re.fullmatch("[!-~]+", token) and api("GET", "auth/token/lookup-self", token=token)[1].get("data") or None


def once(*args, **env):
    ran = peers.pantler("agent", "-once", *args, env=env)
    outputs.append(ran.out + ran.err)
    return ran


class Agent(agents.Agent):
    """One that stays, and whose sink is looked at ten times a second: `life` is (time, token, what Vault said of it) of each look."""

    def __init__(self, path, *args):
        super().__init__(path, *args)
        self.life = []
        self.thread = threading.Thread(target=self.look, daemon=True)
        self.thread.start()

    def look(self):
        pause = threading.Event()
        while self.process.poll() is None:
            token = content(self.path)
            self.life.append((time.monotonic(), token, lookup(token)))
            pause.wait(0.1)

    @property
    def tokens(self):
        """Each that was seen, in order."""
        return list(dict.fromkeys(token for _, token, _ in self.life if token))

    def seen(self, token):
        """For how many seconds a token was seen alive in the sink."""
        at = [when for when, here, found in self.life if here == token and found]
        return at[-1] - at[0] if at else 0

    def gaps(self):
        """The looks, after the first token, that found none, or one that Vault did not know."""
        first = next((i for i, look in enumerate(self.life) if look[1]), len(self.life))
        return [look for look in self.life[first:] if not look[2]]

    def stop(self):
        code = super().stop()
        self.thread.join(30)
        outputs.append(self.log)
        return code


role("short", token_ttl="4s", token_max_ttl="12s")
role("six", token_ttl="6s")
role("batch", token_type="batch", token_ttl="6s")
role("hour", token_ttl="1h")
role("other", token_ttl="1h")
api.must("POST", "sys/auth/other", {"type": "aws"})
api.must("POST", "auth/other/config/client", {"access_key": "x", "secret_key": "x", "sts_endpoint": moto.url, "iam_endpoint": moto.url, "endpoint": moto.url,
                                              "sts_region": "us-east-1", "max_retries": 0})
role("hour", "other", token_ttl="1h")

# --- Days of a token, in seconds. All at once: they mostly wait.

short, six, batch = (Agent(path, config(path, name)) for name, path in ((name, place(name)) for name in ("short", "six", "batch")))
ok(until(lambda: six.tokens and "renewed auth token" in six.log, 10), "a login, and a renewal at once", six.log)
first = six.tokens[0]
api.must("POST", "auth/token/revoke-self", token=first)
revoked_at = time.monotonic()
ok(until(lambda: len(six.tokens) > 1, 8), "a token that is revoked at the server is replaced", six.log)
took = time.monotonic() - revoked_at
ok(took < 0.74 * 6 + 1 + 1, "when its renewal is due, and one backoff (%.1f s)" % took)
ok(lookup(six.tokens[-1]), "by one that is alive")
ok(re.search(r"\[ERROR\] agent\.auth\.handler: error renewing token: error=", six.log), "which is told", six.log)
ok(len(six.log.splitlines()) < 16, "in few lines", six.log)
equal(six.stop(), 0, "and it ends with 0")

until(lambda: short.life[-1][0] - short.life[0][0] > 21, 30)
equal(short.gaps(), [], "token_ttl 4 s, token_max_ttl 12 s: in 20 s never a moment without a token that is alive")
tokens = short.tokens
ok(2 <= len(tokens) <= 6, "%d tokens came of it" % len(tokens), short.log)
lives = [round(short.seen(token), 1) for token in tokens]
ok(lives[0] > 4 and max(lives) <= 12.2, "each was renewed beyond its TTL, none beyond its maximum: %s" % lives)
ok(short.log.count("renewed auth token") >= len(tokens), "renewals in the log", short.log)
equal(short.log.count("[ERROR]") + short.log.count("[WARN]"), 0, "nothing went wrong")
equal(short.stop(), 0, "exit 0")
equal([(round(when - batch.life[0][0], 1), token[-6:]) for when, token, _ in batch.gaps()], [], "batch tokens of 6 s: the same")
ok(4 <= len(batch.tokens) <= 7 and all(token.startswith("hvb.") for token in batch.tokens), "%d of them, each by a login" % len(batch.tokens))
log = batch.log
ok("renewed auth token" not in log and "[ERROR]" not in log, "and no renewal was tried", log)
equal(batch.stop(), 0, "exit 0")

# --- Wrapped and encrypted


def unwrapped(line, by_cli=False):
    """What Vault gives for a wrapped sink, once; the token in it."""
    info = json.loads(line)
    if by_cli:
        ran = subprocess.run([CLI, "unwrap", "-format=json"], capture_output=True, text=True, timeout=60, env={
            "VAULT_ADDR": vault.url, "VAULT_CACERT": ours.pem, "VAULT_TOKEN": info["token"], "HOME": peers.folder, "PATH": "/nowhere"})
        answer = json.loads(ran.stdout or "{}")
    else:
        answer = api("PUT", "sys/wrapping/unwrap", token=info["token"])[1]
    found = answer.get("auth") or {}
    return found.get("client_token") or (answer.get("data") or {}).get("token") or str(answer)


LINE = ["token", "accessor", "ttl", "creation_time", "creation_path", "wrapped_accessor"]
for name, how, by_cli in (("method", {"method": 'wrap_ttl = "5m"'}, False), ("method-cli", {"method": 'wrap_ttl = "5m"'}, True),
                          ("sink", {"sink": 'wrap_ttl = "5m"'}, False), ("sink-cli", {"sink": 'wrap_ttl = "5m"'}, True)):
    path = place("wrap-" + name)
    ran = once(config(path, "hour", **how))
    text = content(path)
    ok(ran.code == 0 and list(json.loads(text or "{}")) == LINE, "wrapped by %s" % name, str(ran) + text)
    token = unwrapped(text, by_cli)
    ok((lookup(token) or {}).get("path") == "auth/aws/login", "unwrapped by %s, it is a token of this login" % ("the vault command" if by_cli else "its API"), token)
    ok("token" not in (api("PUT", "sys/wrapping/unwrap", token=json.loads(text)["token"])[1].get("data") or {}), "once")

for derive, aad, ttl in ((False, "", ""), (True, "TESTAAD", ""), (True, "", "5m")):
    path, case = place("sealed-%d%s%s" % (derive, aad, ttl)), {"private": secrets.token_hex(32), "derive": derive, "aad": aad}
    with open(path + ".dh", "w") as f:
        f.write(peers.oracle(ORACLE, [case])[0]["file"])
    beside = 'dh_type = "curve25519"\n    dh_path = "%s.dh"\n' % path
    beside += '    derive_key = true\n' if derive else ""
    beside += '    aad = "%s"\n' % aad if aad else ""
    beside += '    wrap_ttl = "%s"\n' % ttl if ttl else ""
    ran = once(config(path, "hour", sink=beside))
    text = peers.oracle(ORACLE, [dict(case, envelope=content(path))])[0].get("text", "")
    ok(ran.code == 0 and lookup(unwrapped(text) if ttl else text), "encrypted: derive_key %s, aad %r, wrap_ttl %r: opened, it is a token" % (derive, aad, ttl), ran)

# --- A restart: the token that is there, or a new one

path = place("again")
arg = config(path, "hour")


def age():
    """Let the second pass in which the configuration was changed: files have whole ones."""
    time.sleep(1.1)


def again(name, taken, *args, wait=True, **env):
    """Run it once more; whether the token is the same, and the log says so."""
    old = content(path)
    found = lookup(old)
    ran = once(arg, *args, **env)
    new = content(path)
    now = lookup(new)
    ok(ran.code == 0 and now and (new == old) == taken and ("taken over" in ran.err) == taken and ("authenticating" in ran.err) != taken,
       "%s: %s" % (name, "taken over" if taken else "a new login"), ran)
    ok(not taken or now["creation_time"] == found["creation_time"], "%s: its creation" % name)
    equal((stat.S_IMODE(os.lstat(path).st_mode), os.path.islink(path)), (0o640, False), name + ": the file is as it should be")


def plant(data, mode=0o640):
    if os.path.lexists(path):
        os.unlink(path)
    with open(path, "wb") as f:
        f.write(data)
    os.chmod(path, mode)


age()
again("no token yet", False)
again("a restart", True)
again("and another one", True)
os.chmod(path, 0o642)
again("a file that others can write", False)
os.chmod(path, 0o660)
again("that its group can write", False)
os.rename(path, path + ".real")
os.symlink(path + ".real", path)
old = content(path)
ran = once(arg)
ok(ran.code == 16 and os.path.islink(path) and content(path + ".real") == old and "authenticating" not in ran.err, "a link: 16, and nothing is touched", ran)
os.rename(path + ".real", path)
os.chown(path, 65534, 65534) if os.geteuid() == 0 else os.chmod(path, 0o666)
again("another one's file", False)
api.must("POST", "auth/token/revoke-self", token=content(path))
again("revoked at the server", False)
for name, data in (("nothing", b""), ("garbage", b"hvs.garbage"), ("control bytes", b"hvs.\x00\x01\n"), ("a line end behind the token", content(path).encode() + b"\n"),
                   ("too much", b"x" * 20000), ("a head in it", b"hvs.x\r\nX-Vault-Namespace: a")):
    plant(data)
    again("planted: " + name, False)
made = api.must("POST", "auth/token/create", {"ttl": "1h"})["auth"]["client_token"]
plant(made.encode())
again("of no login of ours", False)
plant(b"root")
again("the root token", False)
made = api.must("POST", "auth/token/create", {"ttl": "1h", "num_uses": 20})["auth"]["client_token"]
plant(made.encode())
again("of a bounded number of uses", False)
ran = peers.pantler("login", "-token-only", "-mount=other", "-role=hour", env=dict(KEYS, VAULT_ADDR=vault.url, VAULT_CACERT=ours.pem))
ok((lookup(ran.out) or {}).get("path") == "auth/other/login", "a token of another mount", ran)
plant(ran.out.encode())
again("of another mount", False)
again("a restart", True)
age()
config(path, "other")
age()
again("a configuration that is newer", False)
again("a restart after that", True)
config(path, "other", top="reuse_token = false")
age()
again("reuse_token = false", False)
again("for good", False)
config(path, "other")
age()
again("and true again, which is newer than the token", False)
again("a restart", True)
again("another role by flag", False, "-role=hour")
again("another role by variable", False, PANTLER_ROLE="hour")
path = place("third")
arg = config(path, "six")
age()
again("six seconds", False)
again("at once: more than a third of it is left", True)
time.sleep(4.3)
again("less than a third of it is left", False)

# --- The same files, by the real agent


def real(arg):
    ran = subprocess.run([CLI, "agent", arg, "-exit-after-auth"], capture_output=True, text=True, timeout=60,
                         env=dict(peers.QUIET, HOME=peers.folder, PATH="/nowhere"))
    return ran.returncode


def shape(path):
    """A token file's mode, owner and group; and of a wrapped one its keys, else whether it is a token and nothing more."""
    if not os.path.exists(path):
        return None
    s, text = os.stat(path), content(path)
    what = list(json.loads(text)) if text.startswith("{") else bool(re.fullmatch(r"hv[sb]\.[A-Za-z0-9_-]{20,}", text))
    os.unlink(path)
    return oct(stat.S_IMODE(s.st_mode)), s.st_uid, s.st_gid, what, text[-1:] == "\n"


for name, how in (("default", {}), ("mode-0600", {"more": "mode = 0600"}), ("mode-0644", {"more": "mode = 0644"}), ("mode-0755", {"more": "mode = 0755"}),
                  ("wrap-sink", {"sink": 'wrap_ttl = "5m"'}), ("wrap-method", {"method": 'wrap_ttl = "5m"'}), ("batch", {"name": "batch"}),
                  ("exit", {"top": "exit_after_auth = true"}), ("pid", {"top": 'pid_file = "%s/real.pid"' % peers.folder}),
                  ("backoff", {"method": 'min_backoff = "2s"\nmax_backoff = "4s"'}), ("mount", {"method": 'mount_path = "auth/other"', "name": "hour"}),
                  ("refused", {"name": "nosuch", "method": "exit_on_err = true"})):
    path = place("real-" + name)
    arg = config(path, **how)
    theirs = real(arg), shape(path)
    ran = once(arg)
    mine = ran.code, shape(path)
    if name == "refused":
        equal((theirs, mine), ((1, None), (11, None)), "the same file, %s: none writes; the codes are their own" % name)
    else:
        ok(theirs == mine and mine[1], "the same file, %s: the same token file" % name, "theirs %r\nours   %r\n%s" % (theirs, mine, ran))

equal(leaks(outputs, [key["secret"]], r"(^|/)token(\.real)?$|\.hcl$"), [], "no secret and no token in %d outputs, on a command line or in a file that is not for it" % len(outputs))
end()
