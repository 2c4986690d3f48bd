#!/usr/bin/env python3
# agent.t: `pantler agent` as a service: its sinks, what it logs, signals, readiness, a configuration that changes under it. Against the stand-in.
# SPDX-License-Identifier: MIT

import json
import os
import random
import re
import secrets
import shutil
import signal
import socket
import stat
import threading
import time

import program
import agents
import unruly
from peers import folder
from program import KEYS, TOKEN, Root, Standin, alone, line, nobody, run, said, start, until, with_env
from tap import can, diag, end, equal, ok

AT_ONCE_S = 2
alone()
vault = Standin()
CONFIG = os.path.join(folder, "agent.hcl")
outputs = []


def config(*sinks, path=CONFIG, address=vault.url, top="", method="", ca=vault.ca):
    """Write a configuration file; a sink is its path, or (path, more of config, more beside it)."""
    blocks = "".join('  sink "file" { %s\n    config = { path = "%s" %s } }\n' % (beside, place, more)
                     for place, more, beside in ((s, "", "") if isinstance(s, str) else s for s in sinks))
    with open(path, "w") as f:
        f.write('%s\nvault {\n  address = "%s"\n  ca_cert = "%s"\n}\nauto_auth {\n  method "aws" { %s\n    config = { type = "iam" role = "web" } }\n%s}\n'
                % (top, address, ca, method, blocks))
    return "-config=" + path


def place(name):
    """A path in an empty folder of its own."""
    path = os.path.join(folder, name)
    shutil.rmtree(path, ignore_errors=True)
    os.mkdir(path)
    return os.path.join(path, "token")


def content(path):
    try:
        with open(path) as f:
            return f.read()
    except OSError:
        return ""


def holds(path, mode=0o640):
    """Whether a token, and nothing else, is there, with this mode."""
    return bool(TOKEN.fullmatch(content(path))) and stat.S_IMODE(os.lstat(path).st_mode) == mode


def agent(*args, env=None, **more):
    """Run it to its end."""
    ran = run("agent", *args, env=with_env(KEYS, env), **more)
    outputs.append(ran.out + ran.err)
    return ran


class Agent:
    """One that stays. `log` is what it has said so far."""

    def __init__(self, *args, env=None, argv=None, **more):
        self.path = os.path.join(folder, "log%d" % len(outputs))
        outputs.append("")
        with open(self.path, "wb") as to:
            self.process = start("agent", *args, env=with_env(KEYS, env), argv=argv, stderr=to, **more)

    @property
    def log(self):
        return content(self.path)

    def says(self, pattern, within=10):
        return until(lambda: re.search(pattern, self.log), within)

    def send(self, number):
        self.process.send_signal(number)

    def stop(self, number=signal.SIGTERM, within=AT_ONCE_S):
        """How it ended."""
        agents.argv.append(content("/proc/%d/cmdline" % self.process.pid))
        self.send(number)
        ran = program.end(self.process, within)
        ran.err = self.log
        outputs.append(ran.out + ran.err)
        return ran


def stopped(name, a, *args):
    ran = a.stop(*args)
    ok(ran.code == 0 and ran.out == "", name, ran)
    return ran


# --- -once

token = place("once")
ran = agent(config(token), "-once")
ok(ran.code == 0 and ran.out == "" and holds(token), "-once: the token, mode 0640, no line end, exit 0", ran)
ok(vault.knows(content(token)), "the server knows it")
equal(os.listdir(os.path.dirname(token)), ["token"], "nothing beside it")
STAMP = r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z "
ROWS = [r"\[INFO\]  agent\.sink\.file: file sink configured: path=%s mode=-rw-r-----" % re.escape(token),
        r"\[INFO\]  agent\.auth\.handler: starting auth handler",
        r"\[INFO\]  agent\.auth\.handler: authenticating",
        r"\[INFO\]  agent\.auth\.handler: authentication successful, sending token to sinks",
        r"\[INFO\]  agent\.auth\.handler: starting renewal process",
        r"\[INFO\]  agent\.sink\.file: token written: path=%s" % re.escape(token),
        r"\[INFO\]  agent\.auth\.handler: shutdown triggered, stopping lifetime watcher",
        r"\[INFO\]  agent\.auth\.handler: auth handler stopped",
        r"\[INFO\]  agent\.sink\.server: sink server stopped",
        r"\[INFO\]  agent: sinks finished, exiting"]
ok(re.fullmatch("".join(STAMP + row + "\n" for row in ROWS), ran.err), "its log, line by line, as Vault Agent words it", ran.err)
token = place("json")
ran = agent(config(token, top='log_format = "json"'), "-once")
rows = [json.loads(row) for row in ran.err.splitlines()]
equal([(row["@level"], row["@module"], row["@message"]) for row in rows][:3],
      [("info", "agent.sink.file", "file sink configured"), ("info", "agent.auth.handler", "starting auth handler"),
       ("info", "agent.auth.handler", "authenticating")], "the same in JSON")
ok(len(rows) == len(ROWS) and all(re.fullmatch(STAMP[:-1].replace("{3}", "{6}"), row["@timestamp"]) for row in rows), "its times", ran.err)
equal([row["path"] for row in rows if row["@message"] == "token written"], [token], "its pairs are keys")
token, other = place("modes"), place("modes2")
ran = agent(config((token, "mode = 0604", ""), (other, "mode = 0600", "")), "-once")
ok(ran.code == 0 and holds(token, 0o604) and holds(other, 0o600) and content(token) == content(other), "two sinks, with configured modes", ran)
token = place("umask")
ran = agent(config(token), "-once", preexec_fn=lambda: os.umask(0o777))
ok(ran.code == 0 and holds(token), "whatever the umask", ran)
token = place("once-file")
ran = agent(config(token, top="exit_after_auth = true"))
ok(ran.code == 0 and holds(token), "exit_after_auth", ran)
token = place("flags")
ran = agent("-output=" + token, "-address=" + vault.url, "-ca-cert=" + vault.ca, "-role=web", "-once")
ok(ran.code == 0 and holds(token), "no file: flags alone", ran)
ran = agent("-output=" + token, "-mode=0600", "-once", env=dict(vault.env, PANTLER_ROLE="web"))
ok(ran.code == 0 and holds(token, 0o600), "variables, and -mode", ran)
token = place("quiet")
said("-log-level=error", agent(config(token), "-once", "-log-level=error"), 0)

# --- What cannot be

CLOSED = "https://127.0.0.1:1"
token = place("closed")
begun = time.monotonic()
ran = agent(config(token, address=CLOSED), "-once", "-timeout=2s")
took = time.monotonic() - begun
ok(ran.code == 12 and 1.5 < took < 6, "-once -timeout=2s, a closed port: 12, and not before", "%s\n%.1f s" % (ran, took))
ok(re.search(r"\[ERROR\] agent\.auth\.handler: error authenticating: error=\"[^\n]*connection refused\"[^\n]* backoff=\d+ms\n", ran.err), "told so", ran.err)
equal(os.listdir(os.path.dirname(token)), [], "nothing is written")
ran = agent(config(token, method="exit_on_err = true", address=CLOSED), "-timeout=30s")
ok(ran.code == 12, "exit_on_err: at once", ran)
missing = os.path.join(folder, "missing", "token")
for args in ((), ("-once",)):
    ran = agent(config(missing), *args)
    ok(ran.code == 16 and "error creating file sink: error during write check: write %s: no such file or directory" % missing in ran.err
       and "authenticating" not in ran.err, "a sink in a missing folder: 16 at the start %s" % (args,), ran)
ran = agent(config(place("fine"), missing))
ok(ran.code == 16 and os.listdir(os.path.join(folder, "fine")) == [], "one of two: 16, and no login", ran)
sealed = place("sealed")
program.mount(os.path.dirname(sealed), os.path.dirname(sealed), program.MS_BIND)
program.mount(os.path.dirname(sealed), os.path.dirname(sealed), program.MS_BIND | program.MS_REMOUNT | program.MS_RDONLY)
ran = agent(config(sealed))
ok(ran.code == 16 and "read-only file system" in ran.err, "in a folder that is read-only: 16", ran)
said("no identity, no sink", agent("-once"), 1, re.compile("pantler: agent: .*\n(hint: .*\n)?"))

# --- Staying

token = place("stay")
TOP = 'pid_file = "%s.pid"\nready_file = "%s.ready"' % (token, token)


def check(path):
    return run("check", "-ready-file=" + path)


for number in (signal.SIGTERM, signal.SIGINT):
    a = Agent(config(token, top=TOP))
    ok(a.says("renewed auth token"), "it logs in, and renews at once as Vault Agent does", a.log)
    ok(holds(token) and content(token + ".pid") == str(a.process.pid), "the sink, and pid_file", content(token + ".pid"))
    said("check: yes", check(token + ".ready"), 0)
    equal((vault.knows(content(token)), stat.S_IMODE(os.stat(token + ".pid").st_mode)), (True, 0o600), "the token; the mode of pid_file")
    lines = a.log.count("\n")
    stopped("signal %d: 0, at once" % number, a, number)
    equal(sorted(os.listdir(os.path.dirname(token))), ["token"], "pid_file and ready_file are gone")
    equal(check(token + ".ready").code, 18, "check: no")
    equal(a.log.count("\n") - lines, 4, "four lines of farewell, and no more")
    ok("[ERROR]" not in a.log and "[WARN]" not in a.log, "nothing was wrong", a.log)
    os.unlink(token)
a = Agent(config(token, top=TOP))
ok(a.says("renewed auth token"), "once more", a.log)
a.process.kill()
a.process.wait()
ran = check(token + ".ready")
said("killed: check says no", ran, 18, line("check", token + ".ready: its agent has ended", 18))
a = Agent(config(token, top=TOP + "\nrevoke_on_exit = true"))
ok(a.says("renewed auth token"), "and after that one", a.log)
kept = content(token)
stopped("revoke_on_exit: 0", a)
ok(not vault.knows(kept), "and the token is no more")


class Web(unruly.Web):
    """A Vault over http that answers what the test says, by path; each callable may hold the request."""

    def talk(self, conn):
        request = unruly.read_request(conn)
        if request:
            self.seen.append(request)
            given = self.answers.get(request[0].split()[1].rpartition("/")[2], unruly.errors(404, "none"))
            conn.sendall(given() if callable(given) else given)


GRANT = dict(unruly.AUTH, client_token="hvs." + "x" * 32)
RENEWED = unruly.answer(200, dict(unruly.SECRET, auth=GRANT))
gate, reached = threading.Event(), threading.Event()


def held():
    reached.set()
    gate.wait(20)
    return unruly.login({"client_token": "hvs." + "x" * 32})


web = Web()
web.answers = {"login": held, "renew-self": RENEWED}
for number in (signal.SIGTERM, signal.SIGINT):
    reached.clear()
    token = place("hung")
    a = Agent(config(token, address=web.url, top=TOP))
    ok(reached.wait(10), "a login that hangs")
    stopped("signal %d in it: 0, at once" % number, a, number)
    equal(os.listdir(os.path.dirname(token)), [], "nothing is left")
gate.set()

# --- A service manager that listens


class Manager:
    """`said` is what it was told, each datagram's lines apart."""

    def __init__(self, name):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(name)
        self.said = []
        self.env = {"NOTIFY_SOCKET": name.replace("\0", "@")}
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            self.said += self.socket.recv(4096).decode().splitlines()

    def hears(self, word, times=1, within=10):
        return until(lambda: self.said.count(word) >= times, within)


for name in (os.path.join(folder, "notify"), "\0pantler-test"):
    manager, token = Manager(name), place("notify-sinks")
    second = token + "2"
    gate.clear()
    reached.clear()
    a = Agent(config(token, second, address=web.url, top='ready_file = "%s.ready"' % token), env=dict(manager.env, WATCHDOG_USEC="400000"))
    reached.wait(10)
    os.mkdir(second)
    ok(manager.hears("WATCHDOG=1", 3), "the watchdog is fed while a login hangs", manager.said)
    gate.set()
    ok(a.says("token written: path=%s\n" % re.escape(token)), "one sink is written", a.log)
    ok(a.says("error returned by sink function, retrying: error=\"write %s: is a directory\" backoff=" % re.escape(second)), "the other is a folder, and told", a.log)
    ok(not manager.hears("READY=1", within=1.5) and check(token + ".ready").code == 18, "not ready", manager.said)
    os.rmdir(second)
    ok(manager.hears("READY=1", within=4) and holds(second) and holds(token), "ready when both are there, within 4 s", manager.said)
    said("check: yes", check(token + ".ready"), 0)
    equal(content(second), content(token), "the same token")
    a.send(signal.SIGHUP)
    ok(manager.hears("READY=1", 2) and "RELOADING=1" in manager.said, "RELOADING=1, READY=1", manager.said)
    ok(any(re.fullmatch(r"MONOTONIC_USEC=\d+", row) for row in manager.said), "its time", manager.said)
    stopped("a clean end", a)
    ok(manager.hears("STOPPING=1"), "STOPPING=1", manager.said)
    ok(any(row.startswith("STATUS=") for row in manager.said), "a status", manager.said)

# --- A file that becomes a folder under our feet, and SIGHUP

def fresh():
    """A login that is good for three seconds, and not renewable."""
    return unruly.login({"client_token": "hvs." + secrets.token_hex(16), "lease_duration": 3, "renewable": False})


token = place("feet")
second = token + "2"
web.answers["login"] = fresh
a = Agent(config(token, second, address=web.url))
ok(until(lambda: content(token) and content(token) == content(second)), "two sinks of a token that is logged in for again and again", a.log)
os.unlink(second)
os.mkdir(second)
first = content(token)
ok(until(lambda: content(token) not in ("", first), 6), "one of them a folder: the other one gets the next token", a.log)
ok(a.says("error returned by sink function, retrying"), "told", a.log)
os.rmdir(second)
ok(until(lambda: content(second) == content(token), 4), "and when it is none any more it is written within 4 s", a.log)
ok(holds(token) and holds(second), "their modes")
stopped("a clean end", a)
web.answers["login"] = held

token = place("hup")
second = token + "2"
a = Agent(config(token, second, top='log_level = "info"\npid_file = "%s.pid"' % token))
ok(a.says("renewed auth token"), "two sinks", a.log)
first = content(token)
os.unlink(second)
a.send(signal.SIGHUP)
ok(until(lambda: content(second) == first), "SIGHUP writes what was removed", a.log)

third = token + "3"
config(token, third, top='log_level = "debug"\npid_file = "%s.pid"' % token)
a.send(signal.SIGHUP)
ok(until(lambda: content(third) == first), "a sink that is new in the file", a.log)
equal(a.log.count("authenticating"), 1, "without another login")
a.send(signal.SIGHUP)
ok(until(lambda: a.log.count("token written: path=%s\n" % third) == 2), "each time", a.log)
config(token, third, top='log_level = "error"\npid_file = "%s.pid"' % token)
os.unlink(third)
a.send(signal.SIGHUP)
ok(until(lambda: content(third) == first), "another level")
equal(a.log.count("token written: path=%s\n" % third), 2, "which counts at once: it is not told that the sink was written")
config(token, third, address=CLOSED, top='log_level = "info"\npid_file = "%s.pid2"' % token)
a.send(signal.SIGHUP)
ok(a.says(r"\[WARN\]  agent: changed, which counts after a restart: setting=address\n"), "the address: told to need a restart", a.log)
ok(a.says(r"\[WARN\]  agent: changed, which counts after a restart: setting=pid_file\n"), "and pid_file", a.log)
for name, text in (("broken", "vault {"), ("of a sink that cannot be", None), ("gone", "")):
    if text is None:
        config(token, third, missing, top='log_level = "error"')
    elif text:
        with open(CONFIG, "w") as f:
            f.write('log_level = "error"\n' + text)
    else:
        os.unlink(CONFIG)
    times = a.log.count("the one before stays")
    a.send(signal.SIGHUP)
    ok(until(lambda: a.log.count("the one before stays") > times), "a file that is %s: told" % name, a.log[-600:])
os.unlink(third)
config(token, third, top='log_level = "info"')
times = a.log.count("config reload triggered")
a.send(signal.SIGHUP)
ok(until(lambda: a.log.count("config reload triggered") > times), "the level is as it was: the next reload is heard", a.log[-600:])
ok(until(lambda: content(third) == first), "and mended", a.log[-600:])
equal((a.process.poll(), content(token + ".pid")), (None, str(a.process.pid)), "it lives on, and so does its pid_file")
stopped("a clean end", a)
equal(sorted(os.listdir(os.path.dirname(token))), ["token", "token2", "token3"], "nothing but sinks is left")

token = place("once-feet")
second = token + "2"
gate.clear()
reached.clear()
a = Agent(config(token, second, address=web.url), "-once")
reached.wait(10)
os.mkdir(second)
gate.set()
ran = program.end(a.process, 10)
ran.err = a.log
ok(ran.code == 16 and content(token) == "hvs." + "x" * 32, "with -once a sink that cannot be written is 16, and the other one is there", ran)

# --- The configuration's own log file

token = place("logfile")
ran = agent(config(token, top='log_file = "%s.log"' % token), "-once")
ok(ran.code == 0 and re.search("token written", content(os.path.join(os.path.dirname(token), sorted(os.listdir(os.path.dirname(token)))[-1]))), "log_file", ran)

# --- kill -9 at any moment: the sink holds one whole token, with its mode, and the next start leaves no temporary

token = place("kill")
arg = config(token, top="reuse_token = false")
dice = random.Random(int(os.environ.get("PANTLER_SEED", "0")) or None)
bad, seen = [], set()
for i in range(20):
    a = Agent(arg)
    time.sleep(dice.uniform(0, 0.12) if i % 4 else 0.3)
    a.process.kill()
    a.process.wait()
    if os.path.exists(token):
        seen.add(content(token))
        if not holds(token):
            bad.append((i, content(token), oct(os.stat(token).st_mode)))
equal(bad, [], "killed at 20 moments: always one whole token with its mode")
ok(len(seen) > 3, "%d tokens came of it" % len(seen))
ran = agent(arg, "-once")
ok(ran.code == 0 and holds(token), "the next one writes its own", ran)
equal(os.listdir(os.path.dirname(token)), ["token"], "and leaves no temporary")
temp = os.path.join(os.path.dirname(token), ".token.pantler")
with open(temp, "w") as f:
    f.write("half")
ran = agent(arg, "-once")
equal((ran.code, os.listdir(os.path.dirname(token))), (0, ["token"]), "one that was left behind goes")

# --- As PID 1, and where there is next to nothing

token = place("pid1")
argv = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c",
        'sh -c "sleep 0.1 & exec sleep 0.05" & exec "$@"', "sh", *program.PREFIX, "agent", config(token)]
if can(os.path.exists("/usr/bin/unshare"), "as PID 1", "no unshare"):
    a = Agent(argv=argv, env={"PATH": os.environ["PATH"]})
    ok(a.says("renewed auth token"), "as PID 1", a.log)

    def tree():
        """(state, pid in its own namespace, name) of what runs below unshare."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open("/proc/%s/status" % pid) as f:
                    rows = dict(row.split(":\t", 1) for row in f.read().splitlines() if ":\t" in row)
            except OSError:
                continue
            if len(rows.get("NSpid", "").split()) > 1:
                found.append((rows["State"][0], rows["NSpid"].split()[-1], pid))
        return found

    ok(until(lambda: [p for p in tree() if p[1] != "1"] == []), "orphans are reaped", tree())
    inner = [int(pid) for _, own, pid in tree() if own == "1"]
    equal(len(inner), 1, "it is process 1")
    os.kill(inner[0], signal.SIGTERM)
    ran = program.end(a.process, AT_ONCE_S)
    ok(ran.code == 0, "SIGTERM ends it, with 0", a.log)

uid = nobody()
root = Root("agent-root", {"/ca.pem": open(vault.ca, "rb").read(), "/run/.keep": b""})
tmp = os.path.join(folder, "run")
os.mkdir(tmp)
os.chmod(tmp, 0o777)
program.mount(tmp, root.path + "/run", program.MS_BIND)
ran = root.run("agent", "-output=/run/token", "-ready-file=/run/ready", "-once", "-role=web", uid=uid, env=dict(KEYS, VAULT_ADDR=vault.url, VAULT_CACERT="/ca.pem"))
outputs.append(ran.err)
ok(ran.code == 0 and holds(os.path.join(tmp, "token")), "a read-only root, no /proc, as uid %s" % uid, ran)
ran = root.run("agent", "-output=/token", "-once", "-role=web", uid=uid, env=dict(KEYS, VAULT_ADDR=vault.url, VAULT_CACERT="/ca.pem"))
outputs.append(ran.err)
ok(ran.code == 16, "a sink in what is read-only: 16", ran)
a = Agent(argv=[*root.argv, "agent", "-output=/run/token", "-ready-file=/run/ready", "-role=web"], env=dict(VAULT_ADDR=vault.url, VAULT_CACERT="/ca.pem"),
          preexec_fn=lambda: root.enter(uid))
ok(until(lambda: os.path.exists(os.path.join(tmp, "ready"))), "staying there", a.log)
said("check: yes", root.run("check", "-ready-file=/run/ready", uid=uid), 0)
stopped("SIGTERM: 0", a)
program.ctypes.CDLL(None).umount2((root.path + "/run").encode(), 2)

outputs += [content(os.path.join(folder, name)) for name in os.listdir(folder) if name.startswith("log")]
equal(agents.leaks(outputs, program.SECRETS, r"(^|/)token[23]?$|^standin/"), [],
      "no secret and no token in %d outputs, on a command line or in a file that is not for it" % len(outputs))
diag("stand-in at " + vault.url)
end()
