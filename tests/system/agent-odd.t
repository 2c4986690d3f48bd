#!/usr/bin/env python3
# agent-odd.t: `pantler agent` among strangers, dead ends and servers of bad manners: each case is a fault that it once had. agent.t is the usual.
# SPDX-License-Identifier: MIT
# The cases mostly wait, so they run side by side; each has a folder, a server and an agent of its own.

import base64
import ctypes
import fcntl
import json
import os
import re
import signal
import socket
import threading
import time
import traceback

import program
import unruly
from certs import Authority
from peers import folder
from program import KEYS, SECRETS, run, start, until, with_env
from tap import end, equal, ok

TOKEN = "hvs." + "x" * 32
LOST = "the token has expired, or is revoked"
STAYS = "the one before stays"
FAILED = "error returned by sink function, retrying"
IDLE = 0.15  # of a processor: a loop that does not wait takes all that it is given


def grant(lease=3600, renewable=True):
    return unruly.login({"client_token": TOKEN, "lease_duration": lease, "renewable": renewable})


def wrapping(token, path):
    return unruly.answer(200, {"wrap_info": {"token": token, "accessor": "acc", "ttl": 300, "creation_time": "2026-11-24T12:13:14.5Z",
                                             "creation_path": path, "wrapped_accessor": "w"}})


def found():
    """What a lookup shows of a token that this configuration's login gave."""
    return unruly.answer(200, {"data": {"ttl": 3000, "creation_ttl": 3600, "renewable": True, "path": "auth/aws/login", "namespace_path": "",
                                        "meta": None, "num_uses": 0}})


REFUSED, BROKEN = unruly.errors(403, "permission denied"), unruly.errors(500, "internal error")


def one_by_one(*answers):
    """Each of them once, and the last one from then on; one that is callable is called."""
    rest = list(answers)

    def give():
        given = rest.pop(0) if len(rest) > 1 else rest[0]
        return given() if callable(given) else given
    return give


class Vault(unruly.Web):
    """Over http; answers by the last word of the path. A callable gives the answer, and may hold it back."""

    def __init__(self, tls=None):
        super().__init__(tls)
        self.answers = {"login": grant(), "renew-self": grant(), "lookup-self": found(), "wrap": wrapping("hvs.wrapping", "sys/wrapping/wrap")}

    def talk(self, conn):
        request = unruly.read_request(conn)
        if request:
            self.seen.append(request)
            given = self.answers.get(request[0].split()[1].rpartition("/")[2], unruly.errors(404, "none"))
            conn.sendall(given() if callable(given) else given)

    @property
    def asked(self):
        return [request[0].split()[1].rpartition("/")[2] for request in self.seen]

    def got(self, text):
        return any(text in line for request in self.seen for line in request[1])


class Manager:
    """A service manager; `said` is what it was told."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path)
        self.said = []
        self.env = {"NOTIFY_SOCKET": path}
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            self.said += self.socket.recv(4096).decode().splitlines()

    def hears(self, word, times=1, within=10):
        return until(lambda: self.said.count(word) >= times, within)


class Agent:
    """One that stays."""

    def __init__(self, case, *args, env=None):
        self.path = os.path.join(case.folder, "log%d" % len(case.agents))
        case.agents.append(self)
        with open(self.path, "wb") as to:
            self.process = start("agent", *args, env=with_env(KEYS, env), stderr=to)

    @property
    def log(self):
        with open(self.path, encoding="utf-8", errors="replace") as f:
            return f.read()

    def says(self, text, within=10):
        return until(lambda: text in self.log, within)

    def hup(self):
        """Have it read its configuration again, and wait until it does."""
        times = self.log.count("config reload triggered")
        self.process.send_signal(signal.SIGHUP)
        return until(lambda: self.log.count("config reload triggered") > times)

    def spent(self):
        """Seconds of processor time."""
        with open("/proc/%d/stat" % self.process.pid) as f:
            fields = f.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def spends(self, seconds):
        """Which part of a processor it takes in the next seconds."""
        before = self.spent()
        time.sleep(seconds)
        return (self.spent() - before) / seconds

    def kill(self):
        self.process.kill()
        self.process.wait()


class Case:
    """What one of them has, and what it found, for main to print in order."""

    def __init__(self, what):
        self.what, self.name = what, what.__name__
        self.folder = os.path.join(folder, self.name)
        os.mkdir(self.folder)
        self.vault, self.agents, self.found = Vault(), [], []
        self.token, self.ready = self.at("token"), self.at("ready")
        self.has_ready = 'ready_file = "%s"\n' % self.ready

    def ok(self, passed, name, why=None):
        self.found.append((bool(passed), "%s: %s" % (self.name.replace("_", " "), name),
                           "%s\n%s" % (why, "\n".join(a.log for a in self.agents)) if not passed else None))
        return passed

    def equal(self, got, want, name):
        return self.ok(got == want, name, "got  %r\nwant %r" % (got, want))

    def at(self, name):
        return os.path.join(self.folder, name)

    def folder_at(self, *names):
        """A folder where a file should be; for `answers`."""
        for name in names:
            if os.path.exists(self.at(name)):
                os.unlink(self.at(name))
            os.mkdir(self.at(name))
        return grant()

    def config(self, *sinks, top="", method="", more="", ca=None):
        """Write the configuration; a sink is its name, or (name, more of it, more of its config)."""
        blocks = "".join('  sink "file" { %s\n    config = { path = "%s" %s } }\n' % (beside, self.at(name), inside)
                         for name, beside, inside in ((s, "", "") if isinstance(s, str) else s for s in sinks))
        with open(self.at("agent.hcl"), "w") as f:
            f.write('%s\nvault {\n  address = "%s"\n%s}\nauto_auth {\n%s  method "aws" { %s\n    config = { type = "iam" role = "web" %s } }\n%s}\n'
                    % (top, self.vault.url, '  ca_cert = "%s"\n' % ca if ca else "",
                       "  enable_reauth_on_new_credentials = true\n" if more else "", method, more, blocks))
        return "-config=" + self.at("agent.hcl")

    def start(self, *args, env=None):
        return Agent(self, *args, env=env)

    def run(self, *args, timeout=8):
        return run("agent", *args, env=KEYS, timeout=timeout)

    def content(self, name):
        try:
            with open(self.at(name)) as f:
                return f.read()
        except OSError:
            return None

    def has(self, name, within=10):
        return until(lambda: self.content(name), within)

    def check(self):
        return run("check", "-ready-file=" + self.ready).code

    def __call__(self):
        try:
            self.what(self)
        except Exception:  # it has failed, and the others go on
            self.ok(False, "went wrong", traceback.format_exc())
        for a in self.agents:
            if a.process.poll() is None:
                a.process.send_signal(signal.SIGTERM)
                ran = program.end(a.process, 5)
                self.ok(ran.code == 0, "ends well", ran)


WRAPPED = 'wrap_ttl = "5m"'

# --- A token that is there already


def planted_link(t):
    """Whoever may write the sink's folder puts a link to another agent's sink there, the moment the trial of it is over."""
    os.mkdir(t.at("mine"))
    os.mkdir(t.at("theirs"))
    arg = t.config("mine/token", *["more%d" % i for i in range(15)])  # these take their time
    time.sleep(1.1)
    with open(t.at("theirs/token"), "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as f:
        f.write("hvs.OF-ANOTHER-AGENT")
    libc = ctypes.CDLL(None)
    watch = libc.inotify_init1(0)
    libc.inotify_add_watch(watch, t.at("mine").encode(), 0x200)  # IN_DELETE
    planted = threading.Event()
    t.vault.answers["login"] = lambda: planted.wait(10) and grant()

    def plant():
        os.read(watch, 4096)
        os.symlink(t.at("theirs/token"), t.at("mine/token"))
        planted.set()

    threading.Thread(target=plant, daemon=True).start()
    a = t.start(arg)
    t.ok(planted.wait(10) and a.says(FAILED), "a link in the sink's place is told")
    os.unlink(t.at("mine/token"))
    t.ok(t.has("mine/token"), "and when it is gone the sink is written")
    t.ok(not t.vault.got("hvs.OF-ANOTHER-AGENT"), "what it named was given to nobody", t.vault.seen)
    t.equal((t.content("mine/token"), t.vault.asked[0]), (TOKEN, "login"), "the token is that of a login")


def not_asked_about(t):
    """What can be refused here is refused before the token goes to a server."""
    arg = t.config("token")
    time.sleep(1.1)
    for args, asked, name in (([], ["login", "renew-self"], "no token: a login"),
                              ([], ["lookup-self", "renew-self"], "one that is newer than the configuration: asked about, and taken over"),
                              (["-role=web"], ["login", "renew-self"], "a role of the command line: not asked about"),
                              (["-address=" + t.vault.url], ["login", "renew-self"], "an address of it"),
                              (None, ["login", "renew-self"], "a configuration that is newer")):
        del t.vault.seen[:]
        if args is None:
            arg = t.config("token")
        ran = t.run(arg, "-once", *(args or []))
        t.ok(ran.code == 0 and t.vault.asked[:1] == asked[:1] and "lookup-self" not in t.vault.asked[1:], name, "%s\n%s" % (ran, t.vault.asked))

# --- READY=1, and ready_file


def reload_without_token(t):
    t.vault.answers["login"] = BROKEN
    manager = Manager(t.at("notify"))
    a = t.start(t.config("token"), env=manager.env)
    t.ok(a.says("error authenticating"), "no login")
    a.hup()
    t.ok(not manager.hears("READY=1", within=1), "SIGHUP: not ready", manager.said)
    t.vault.answers["login"] = grant()
    t.ok(manager.hears("READY=1"), "ready when there is one", manager.said)


def reload_of_lost(t):
    """Whoever waits for a reload is told of its end, also where there is no token, and where it was not heard at first."""
    t.vault.answers["login"] = one_by_one(grant(2, False), BROKEN)
    manager = Manager(t.at("notify"))
    a = t.start(t.config("token", top=t.has_ready, method='min_backoff = "60s"'), env=manager.env)
    t.ok(manager.hears("READY=1") and manager.hears("STATUS=the token is lost"), "ready, and then the token is lost", manager.said)
    a.hup()
    t.ok(manager.hears("READY=1", 2, 3) and manager.hears("RELOADING=1"), "SIGHUP: RELOADING=1, READY=1", manager.said)
    t.equal(t.check(), 18, "but ready_file is not there")
    t.config("missing/token")
    a.hup()
    t.ok(manager.hears("READY=1", 3, 3) and manager.hears("RELOADING=1", 2) and a.says(STAYS), "one that is refused: the same", manager.said)
    os.rename(t.at("notify"), t.at("away"))
    a.hup()
    t.ok(until(lambda: a.log.count(STAYS) == 2), "again, and nobody hears")
    os.rename(t.at("away"), t.at("notify"))
    t.ok(manager.hears("READY=1", 4, 5), "READY=1 is repeated", manager.said)
    used = a.spends(2)
    t.ok(used < IDLE and manager.said.count("READY=1") == 4, "and then it waits", "%.2f of a processor, %s" % (used, manager.said))


def reload_refused(t):
    manager = Manager(t.at("notify"))
    a = t.start(t.config("token", top=t.has_ready), env=manager.env)
    t.ok(manager.hears("READY=1"), "ready", manager.said)
    t.config("token", top=t.has_ready + "exit_after_auth = true\nrevoke_on_exit = true")
    os.rename(t.at("notify"), t.at("away"))
    a.hup()
    t.ok(a.says(STAYS + ': error="exit_after_auth (-once) and revoke_on_exit together would leave a token that is dead" hint="drop one of them"'), "SIGHUP, refused: told, with what to do")
    os.rename(t.at("away"), t.at("notify"))
    t.ok(manager.hears("READY=1", 2, 5), "READY=1, though nobody heard at first", manager.said)
    t.equal(t.check(), 0, "ready_file is there")
    time.sleep(2)
    t.equal((manager.said.count("READY=1"), manager.said[-1] in ("READY=1", "RELOADING=1")), (2, True), "once")


def reload_and_lost(t):
    """The token is lost before its new sink is written."""
    t.vault.answers["login"], t.vault.answers["wrap"] = one_by_one(grant(4, False), BROKEN), BROKEN
    manager = Manager(t.at("notify"))
    a = t.start(t.config("token", method='min_backoff = "60s"'), env=manager.env)
    t.ok(manager.hears("READY=1"), "ready", manager.said)
    t.config("token", ("wrapped", WRAPPED, ""), method='min_backoff = "60s"')
    a.hup()
    t.ok(not manager.hears("READY=1", 2, 1), "SIGHUP: not before the sink is written", manager.said)
    t.ok(manager.hears("READY=1", 2) and a.says(LOST), "or there is nothing to write", manager.said)


def why_it_ends(t):
    """Wherever the log goes, and in its shape; without a farewell where there was no beginning."""
    def row(text):
        last = json.loads(text.splitlines()[-1])
        return last["@level"], last["@module"], last["@message"], last.get("code"), t.at("missing") in last["error"]

    top = 'log_format = "json"\nlog_file = "%s"\n' % t.at("log")
    ran = t.run(t.config("missing/token", top=top))
    t.equal((ran.code, ran.err.count("\n"), row(ran.err)), (16, 1, ("error", "agent", "ending", "16", True)), "a sink that cannot be: one line, in JSON")
    t.equal(t.content("log"), ran.err, "the log file has it")
    ran = t.run(t.config("token", top=top.replace(t.at("log"), t.at("missing/log"))))
    t.equal((ran.code, ran.err.count("\n"), row(ran.err)), (16, 1, ("error", "agent", "ending", "16", True)), "a log file that cannot be: the same")
    ran = t.run(t.config("missing/token"))
    t.ok(re.fullmatch(r'\S+ \[ERROR\] agent: ending: error="error creating file sink: [^\n]+" code=16\n', ran.err), "the standard shape", ran)
    t.vault.answers["login"] = BROKEN
    ran = t.run(t.config("token", top=top, method="exit_on_err = true"))
    rows = [json.loads(line)["@message"] for line in ran.err.splitlines()]
    t.equal((ran.code, rows[-5:]), (12, ["ending", "shutdown triggered, stopping lifetime watcher", "auth handler stopped", "sink server stopped",
                                         "sinks finished, exiting"]), "after a beginning: before the farewell")
    t.ok((t.content("log") or "").endswith(ran.err), "the log file has all of it", t.content("log"))


def reload_unwritten(t):
    t.vault.answers["wrap"] = BROKEN
    manager = Manager(t.at("notify"))
    a = t.start(t.config("token", top=t.has_ready), env=manager.env)
    t.ok(manager.hears("READY=1") and t.check() == 0, "ready", manager.said)
    t.config("token", ("wrapped", WRAPPED, ""), top=t.has_ready)
    a.hup()
    t.ok(a.says(FAILED), "SIGHUP brings a sink that cannot be written")
    t.ok(not manager.hears("READY=1", 2, 0.7), "not ready", manager.said)
    t.equal(t.check(), 18, "nor says ready_file so")
    t.vault.answers["wrap"] = wrapping("hvs.wrapping", "sys/wrapping/wrap")
    t.ok(manager.hears("READY=1", 2), "ready when it is written", manager.said)
    t.equal((t.check(), "hvs.wrapping" in (t.content("wrapped") or "")), (0, True), "and ready_file, too")


def ready_file_that_cannot_be(t):
    os.mkfifo(t.at("fifo"))
    os.symlink("/nowhere", t.at("link"))
    for name in ("fifo", "link", "missing/ready"):
        ran = t.run(t.config("token", top='ready_file = "%s"' % t.at(name)), timeout=3)
        t.ok(ran.code == 16 and t.at(name) in ran.err, "%s: 16 at the start" % name, ran)
    t.equal(t.vault.asked, [], "and no login")


def unready_and_lost(t):
    """ready_file cannot be written, and then the token is lost."""
    t.vault.answers["login"] = one_by_one(lambda: t.folder_at("ready") and grant(2, False), BROKEN)
    a = t.start(t.config("token", top=t.has_ready, method='min_backoff = "60s"'))
    t.ok(a.says("error writing ready file"), "told")
    t.ok(a.says(LOST) or time.sleep(3), "an expiry is told")
    used = a.spends(2)
    t.ok(used < IDLE, "it waits", "%.2f of a processor" % used)


def unheard_and_pending(t):
    """Nobody hears READY=1, and then a sink cannot be written."""
    t.vault.answers["login"] = one_by_one(grant(2, False), lambda: t.folder_at("second"))
    a = t.start(t.config("token", "second"), env={"NOTIFY_SOCKET": t.at("nobody")})
    t.ok(a.says(FAILED), "the second login's token has one sink alone")
    time.sleep(3)  # until the next word to the manager would be due
    used = a.spends(2)
    t.ok(used < IDLE, "it waits", "%.2f of a processor" % used)
    os.rmdir(t.at("second"))
    t.ok(t.has("second", 4), "and writes the sink when it can")


def unheard_and_revoked(t):
    """Nobody hears READY=1, and then the token is revoked: ready_file goes."""
    t.vault.answers.update({"login": one_by_one(grant(12), BROKEN), "renew-self": one_by_one(grant(12), REFUSED), "lookup-self": REFUSED})
    a = t.start(t.config("token", top=t.has_ready, method='min_backoff = "60s"'), env={"NOTIFY_SOCKET": t.at("nobody")})
    t.ok(a.says("renewed auth token") and until(lambda: t.check() == 0), "ready_file says that the token is alive")
    time.sleep(3.3)  # until it says what the renewal gave
    before = os.stat(t.ready)
    time.sleep(3.5)  # in which the word is tried again
    after = os.stat(t.ready)
    t.equal((before.st_ino, before.st_ctime_ns), (after.st_ino, after.st_ctime_ns), "it is not written again for that")
    t.ok(until(lambda: "lookup-self" in t.vault.asked), "the renewal is refused, and so is the lookup", t.vault.asked)
    t.ok(until(lambda: not os.path.exists(t.ready), 1), "it is gone")
    t.ok(a.says(LOST, 1), "told")
    used = a.spends(1)
    t.ok(used < IDLE, "it waits", "%.2f of a processor" % used)


def unheard_and_short(t):
    """Nobody hears READY=1, and the token is renewed every two seconds: ready_file keeps up."""
    t.vault.answers.update({"login": grant(3), "renew-self": grant(3)})
    a = t.start(t.config("token", top=t.has_ready), env={"NOTIFY_SOCKET": t.at("nobody")})
    t.ok(a.says("renewed auth token") and until(lambda: t.check() == 0), "ready_file says that the token is alive")
    codes = []
    for _ in range(90):
        time.sleep(0.1)
        codes.append(t.check())
    t.equal((set(codes), t.vault.asked.count("login")), ({0}, 1), "and always does")


def locks_of_strangers(t):
    a = t.start(t.config("token", top=t.has_ready + "reuse_token = false"))
    t.ok(until(lambda: t.check() == 0), "check: yes")
    a.kill()
    t.equal(t.check(), 18, "killed: no")
    with open(t.ready) as f:
        fcntl.flock(f, fcntl.LOCK_EX)
        t.equal(t.check(), 18, "and no when a stranger has locked it")
        fcntl.flock(f, fcntl.LOCK_SH)
        fcntl.lockf(f, fcntl.LOCK_SH)
        t.equal(t.check(), 18, "in the other way, too")
    for name, lock in (("flock", fcntl.flock), ("fcntl", fcntl.lockf)):
        temps = [t.at(".%s.pantler" % left) for left in ("token", "ready")]
        for temp in temps:
            with open(temp, "w"):
                os.chmod(temp, 0o644)
        with open(temps[0]) as one, open(temps[1]) as two:
            lock(one, fcntl.LOCK_SH)
            lock(two, fcntl.LOCK_SH)
            a = t.start(t.config("token", top=t.has_ready + "reuse_token = false"))
            t.ok(until(lambda: a.process.poll() is not None or t.check() == 0, 5) and a.process.poll() is None,
                 "who has locked what a killed run left, as a reader, by %s, keeps nobody from starting" % name)
        t.ok(until(lambda: not any(os.path.exists(temp) for temp in temps), 2), "which is gone", os.listdir(t.folder))
        a.kill()

# --- Sinks


def wrapping_that_hangs(t):
    """No sink holds up the token, or another sink."""
    t.vault.answers.update({"login": grant(4), "renew-self": grant(4), "wrap": lambda: time.sleep(30)})
    begun = time.monotonic()
    a = t.start(t.config(("w1", WRAPPED, ""), ("w2", WRAPPED, ""), "token", top=t.has_ready))
    t.ok(t.has("token", 2), "the sink behind it is written at once")
    time.sleep(begun + 9 - time.monotonic())
    t.ok(t.vault.asked.count("login") == 1 and t.vault.asked.count("renew-self") >= 3 and LOST not in a.log, "the token is renewed", t.vault.asked)
    t.equal(t.check(), 18, "not ready")


def wrapping_refused(t):
    """Nor do many of them, by using up the requests that there may be."""
    t.vault.answers.update({"login": grant(4), "renew-self": grant(4), "wrap": REFUSED})
    a = t.start(t.config(*[("w%d" % i, WRAPPED, "") for i in range(8)], top="max_requests_per_minute = 20"))
    time.sleep(9.5)
    t.ok(t.vault.asked.count("login") == 1 and t.vault.asked.count("renew-self") >= 3 and LOST not in a.log, "the token is renewed", t.vault.asked)
    t.equal(a.log.count("[ERROR]"), 8, "each is told once")


def wrapping_backs_off(t):
    t.vault.answers["wrap"] = BROKEN
    t.start(t.config(("w", WRAPPED, "")))
    t.ok(until(lambda: "wrap" in t.vault.asked), "asked once")
    time.sleep(12)
    t.ok(2 <= t.vault.asked.count("wrap") <= 4, "after 1 to 3 s, twice that, four times that: at most four in 12 s", t.vault.asked)


def wrapping_told_to_wait(t):
    t.vault.answers["wrap"] = unruly.answer(429, {"errors": ["slow"]}, "Retry-After: 60")
    t.start(t.config(("w", WRAPPED, "")))
    t.ok(until(lambda: "wrap" in t.vault.asked), "asked once")
    time.sleep(5)
    t.equal(t.vault.asked.count("wrap"), 1, "and not again before the server's Retry-After")


def file_while_renewal_hangs(t):
    reached, gate = threading.Event(), threading.Event()

    def hang():
        reached.set()
        gate.wait(20)
        return grant()

    t.vault.answers.update({"login": lambda: t.folder_at("token"), "renew-self": hang})
    a = t.start(t.config("token"))
    t.ok(reached.wait(10) and a.says(FAILED), "a folder in the sink's place, and then a renewal that hangs")
    os.rmdir(t.at("token"))
    t.ok(until(lambda: t.content("token") == TOKEN, 4), "the sink is written within 4 s")
    gate.set()
    t.ok(a.says("renewed auth token"), "and the renewal goes on")


def once_unwritable(t):
    t.vault.answers["login"] = lambda: t.folder_at("w")
    ran = t.run(t.config(("w", WRAPPED, "")), "-once")
    t.ok(ran.code == 16 and "is a directory" in ran.err, "-once, a wrapping sink whose file cannot be written: 16", ran)


def once_revoked(t):
    ran = t.run(t.config("token", top="revoke_on_exit = true"), "-once")
    t.ok(ran.code == 1 and "revoke_on_exit" in ran.err and t.vault.asked == [], "-once with revoke_on_exit: refused", "%s\n%s" % (ran, t.vault.asked))
    t.equal(t.content("token"), None, "and nothing written")


def many_that_fail(t):
    names = ["sink%d" % i for i in range(6)]
    t.vault.answers["login"] = lambda: t.folder_at(*names)
    a = t.start(t.config(*names))
    t.ok(until(lambda: a.log.count(FAILED) == 6), "six sinks that cannot be written are told")
    time.sleep(5)
    t.equal(a.log.count("[ERROR]"), 6, "once each")


def dead_token(t):
    t.vault.answers["login"] = one_by_one(grant(2, False), BROKEN)
    a = t.start(t.config("token", method='min_backoff = "30s"'))
    t.ok(t.has("token") and (a.says(LOST) or time.sleep(3)), "a token that has expired")
    t.config("token", "another", method='min_backoff = "30s"')
    a.hup()
    t.ok(not t.has("another", 1), "SIGHUP gives it to no sink", t.content("another"))


def agreed_key(t):
    with open(t.at("dh"), "w") as f:
        json.dump({"curve25519_public_key": base64.b64encode(b"\x09" + bytes(31)).decode()}, f)
    a = t.start(t.config(("token", 'dh_type = "curve25519" dh_path = "%s"' % t.at("dh"), "")))
    t.ok(t.has("token"), "an envelope")
    first = json.loads(t.content("token") or "{}")
    a.hup()
    t.ok(until(lambda: json.loads(t.content("token")) != first), "SIGHUP: another one")
    again = json.loads(t.content("token"))
    t.ok(again["nonce"] != first["nonce"] and again["curve25519_public_key"] == first["curve25519_public_key"],
         "of the same key, which its reader may rely on", "%s\n%s" % (first, again))

# --- What is read again, and the rest


def unreadable_ca(t):
    authority = Authority(t.at("ca"))
    t.vault = Vault(tls=authority.issue("server"))
    ran = t.run(t.config("token", ca="/nowhere/ca.pem"), timeout=3)
    t.ok(ran.code == 1 and "/nowhere/ca.pem" in ran.err and t.vault.asked == [], "a CA that cannot be read: 1 at the start", ran)
    a = t.start(t.config("token", ca=authority.pem))
    t.ok(a.says("renewed auth token"), "alive")
    t.config("token", "another", ca="/nowhere/ca.pem")
    a.hup()
    t.ok(a.says(STAYS) and "/nowhere/ca.pem" in a.log, "a CA that cannot be read: told")
    t.ok(not t.has("another", 0.5), "and nothing is changed")
    t.config("token", "another", ca=authority.pem)
    a.hup()
    t.ok(t.has("another"), "and when it is mended it counts")


def wrapped_login(t):
    """The line about a wrapped token is no token, whatever happens."""
    def keys(secret):
        with open(t.at("new"), "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as f:
            f.write("[default]\naws_access_key_id = AKIAPANTLERDEMO00001\naws_secret_access_key = %s\n" % (secret * 40))
        os.rename(t.at("new"), t.at("credentials"))

    t.vault.answers["login"] = one_by_one(wrapping("hvs.wrapped", "auth/aws/login"), BROKEN)
    keys("a")
    env = dict.fromkeys(KEYS)
    a = t.start(t.config("token", method=WRAPPED, more="credential_poll_interval = 1"), env=dict(env, AWS_SHARED_CREDENTIALS_FILE=t.at("credentials")))
    line = t.has("token") and t.content("token")
    t.ok(line and '"hvs.wrapped"' in line, "the sink has the line", line)
    keys("b")
    t.ok(a.says("error authenticating"), "new credentials, and a login that fails")
    time.sleep(2.5)
    t.ok(set(t.vault.asked) == {"login"} and not t.vault.got("X-Vault-Token") and "could not look up" not in a.log, "nothing else is tried", t.vault.asked)
    t.config("token", ("another", WRAPPED, ""), more="credential_poll_interval = 1")
    a.hup()
    t.ok(a.says(STAYS) and "wrap_ttl has changed" in a.log, "SIGHUP with the method's wrap_ttl changed: refused")
    time.sleep(0.5)
    t.equal((t.content("token"), t.content("another"), "wrap" in t.vault.asked), (line, None, False), "and nothing is changed")


def hasty_watchdog(t):
    for usec in ("1000", "1500"):
        manager = Manager(t.at("notify" + usec))
        a = t.start(t.config("token" + usec), env=dict(manager.env, WATCHDOG_USEC=usec))
        t.ok(manager.hears("READY=1"), "ready")
        before, used = manager.said.count("WATCHDOG=1"), a.spends(1)
        beats = manager.said.count("WATCHDOG=1") - before
        t.ok(5 <= beats <= 300 and used < 3 * IDLE, "WATCHDOG_USEC=%s: not more often than every 10 ms" % usec,
             "%d in a second, %.2f of a processor" % (beats, used))
        a.kill()


cases = [Case(what) for what in (
    planted_link, not_asked_about, reload_without_token, reload_of_lost, reload_refused, reload_and_lost, why_it_ends, reload_unwritten, ready_file_that_cannot_be, unready_and_lost, unheard_and_pending,
    unheard_and_revoked, unheard_and_short, locks_of_strangers, wrapping_that_hangs, wrapping_refused, wrapping_backs_off, wrapping_told_to_wait,
    file_while_renewal_hangs, once_unwritable, once_revoked, many_that_fail, dead_token, agreed_key, unreadable_ca, wrapped_login, hasty_watchdog)]
threads = [threading.Thread(target=case) for case in cases]
for thread in threads:
    thread.start()
for case, thread in zip(cases, threads):
    thread.join()
    for each in case.found:
        ok(*each)
outputs = [a.log for case in cases for a in case.agents]
equal([text for text in outputs if any(word in text for word in (*SECRETS, "hvs."))], [], "no secret and no token in %d logs" % len(outputs))
end()
