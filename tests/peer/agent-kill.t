#!/usr/bin/env python3
# agent-kill.t: the agent is killed a hundred times, at any moment, while it writes its sinks as fast as it can: each holds one whole token then, or what stands for it.
# SPDX-License-Identifier: MIT
# Four agents, each with a plain sink, a wrapped one and an encrypted one, before a server of tokens that last for a second or two; SIGHUP after
# SIGHUP has every sink written anew. PANTLER_SEED repeats the moments of a run.

import json
import os
import random
import re
import secrets
import signal
import socket
import stat
import subprocess
import threading
import time

import peers
import unruly
from peers import folder
from tap import diag, end, equal, ok

KILLS, CREWS = 100, 4
ORACLE = [peers.PYTHON, os.path.join(peers.HERE, "oracle", "envelope.py")]
MODES = {"plain": 0o640, "wrapped": 0o600, "sealed": 0o604}
seed = int(os.environ.get("PANTLER_SEED", "0")) or random.randrange(1, 1 << 32)
diag("PANTLER_SEED=%d" % seed)


class Vault(unruly.Listener):
    """Grants a token to whoever asks, and wraps it. `granted` and `wrapped` are what it gave, numbered."""

    def __init__(self):
        super().__init__("http")
        self.granted, self.wrapped, self.lock = {}, {}, threading.Lock()

    def serve(self, conn):
        line, head, _ = unruly.read_request(conn) or ("PUT / killed", [], b"")
        what, token = line.split(" ")[1].rpartition("/")[2], dict(row.split(": ", 1) for row in head).get("X-Vault-Token")
        conn.sendall(unruly.answer(200, self.answer(what, token)))
        conn.shutdown(socket.SHUT_WR)
        conn.recv(1)

    def new(self, where):
        with self.lock:
            token = "hvs." + secrets.token_hex(48)
            where[token] = len(where)
        return token

    def answer(self, what, token):
        # Some are renewable, some are not; some last for one second, some for two.
        odd = secrets.randbelow(4)
        if what == "lookup-self":
            return dict(unruly.SECRET, data={"id": token, "ttl": 1 + odd % 2, "creation_ttl": 1 + odd % 2, "path": "auth/aws/login", "renewable": True,
                                             "num_uses": 0, "meta": {"role": "web"}, "expire_time": "2099-01-01T00:00:00Z"})
        if what == "wrap":
            return dict(unruly.SECRET, auth=None, wrap_info={"token": self.new(self.wrapped), "accessor": "a", "ttl": 300, "creation_path": "sys/wrapping/wrap",
                                                             "creation_time": "2026-01-01T00:00:00Z", "wrapped_accessor": ""})
        return dict(unruly.SECRET, auth=dict(unruly.AUTH, client_token=self.new(self.granted) if what == "login" else token, lease_duration=1 + odd % 2,
                                             renewable=odd > 1))


class Crew(threading.Thread):
    """One after the other in the same folder, each killed. `wrong` is what was found that must not be."""

    def __init__(self, i):
        super().__init__()
        self.dice, self.wrong, self.left, self.seen = random.Random(seed + i), [], 0, {name: [] for name in MODES}
        self.folder = os.path.join(folder, "crew%d" % i)
        self.private = secrets.token_hex(32)
        self.taken = self.hups = 0
        os.mkdir(self.folder)
        with open(self.folder + ".dh", "w") as f:
            f.write(peers.oracle(ORACLE, [{"private": self.private}])[0]["file"])
        beside = {"plain": "", "wrapped": 'wrap_ttl = "5m"', "sealed": 'dh_type = "curve25519"\n    dh_path = "%s.dh"\n    derive_key = true' % self.folder}
        with open(self.folder + ".hcl", "w") as f:
            f.write('max_requests_per_minute = 300\nreuse_token = %s\npid_file = "%s.pid"\nvault {\n  address = "%s"\n}\nauto_auth {\n  method "aws" {\n'
                    '    min_backoff = "10ms"\n    max_backoff = "20ms"\n    config = {\n      type = "iam"\n      role = "web"\n    }\n  }\n' % (
                        "false" if i % 2 else "true", self.folder, vault.url))
            for name, mode in MODES.items():
                f.write('  sink "file" {\n    %s\n    config = {\n      path = "%s"\n      mode = %04o\n    }\n  }\n' % (beside[name], self.path(name), mode))
            f.write("}\n")

    def path(self, name):
        return os.path.join(self.folder, name)

    def agent(self, log, *args):
        return subprocess.Popen([peers.PANTLER, "agent", "-config=%s.hcl" % self.folder, *args], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                env=dict(peers.QUIET, **peers.KEYS), preexec_fn=peers.die_with_parent)

    def temporaries(self):
        """Of the sinks: (name, inode, time)."""
        found = set()
        for name in os.listdir(self.folder):
            if name not in MODES:
                s = os.stat(self.path(name))
                found.add((name, s.st_ino, s.st_ctime_ns))
        return found

    def run(self):
        pause = threading.Event()
        for i in range(KILLS // CREWS):
            before = self.temporaries()
            with open(self.folder + ".log", "w+") as log:
                process = self.agent(log)
                until = time.monotonic() + self.dice.uniform(0, self.dice.choice((0.02, 0.3, 1.2)))
                while (now := time.monotonic()) < until:
                    with open(log.name) as f:
                        if "token written" in f.read():  # before that SIGHUP may be what ends it
                            process.send_signal(signal.SIGHUP)
                            self.hups += 1
                    pause.wait(min(0.004, until - now))
                process.kill()
                code = process.wait()
                log.seek(0)
                said = log.read()
            if code != -signal.SIGKILL:
                self.wrong.append((i, "ended by itself", code, said))
            if said.count("file sink configured") == len(MODES) and before & self.temporaries():
                self.wrong.append((i, "a temporary of the run before", before & self.temporaries()))
            self.taken += "taken over" in said
            self.left += len(self.temporaries()) > 0
            for name in MODES:
                self.look(i, name)

    def look(self, i, name):
        try:
            with open(self.path(name), "rb") as f:
                text, mode = f.read(), stat.S_IMODE(os.fstat(f.fileno()).st_mode)
        except FileNotFoundError:
            if self.seen[name]:
                self.wrong.append((i, name, "it is gone"))
            return
        if mode != MODES[name]:
            self.wrong.append((i, name, oct(mode)))
        self.seen[name].append(text.decode())


def wrong_order(tokens, known):
    """What no server has given, and what is older than what was there before it."""
    numbers = [known.get(token, -1) for token in tokens]
    return [token for i, token in enumerate(tokens) if numbers[i] < max(numbers[:i + 1])] + [token for token in tokens if token not in known]


vault = Vault()
begun = time.monotonic()
crews = [Crew(i) for i in range(CREWS)]
for crew in crews:
    crew.start()
for crew in crews:
    crew.join()
for i, crew in enumerate(crews):
    ok(not crew.wrong, "%d: killed %d times: every sink as it should be, no temporary of a run before" % (i, KILLS // CREWS), crew.wrong[:3])
    seen = crew.seen
    equal(wrong_order(seen["plain"], vault.granted), [], "%d: each of %d looks found one whole token, none older than the one before" % (i, len(seen["plain"])))
    lines = [re.fullmatch(r'(\{.*\})\n', text) for text in seen["wrapped"]]
    ok(all(lines), "%d: the wrapped sink held a whole line" % i, seen["wrapped"][:1])
    equal(wrong_order([json.loads(line[1])["token"] for line in lines if line], vault.wrapped), [], "%d: of a wrapping token" % i)
    opened = peers.oracle(ORACLE, [{"private": crew.private, "envelope": text, "aad": "", "derive": True} for text in seen["sealed"]])
    equal(wrong_order([case.get("text", str(case)) for case in opened], vault.granted), [], "%d: the encrypted one, opened, one whole token" % i)
    with open(crew.folder + ".last", "w+") as log:
        code = crew.agent(log, "-once").wait(20)
        log.seek(0)
        ok(code == 0 and sorted(os.listdir(crew.folder)) == sorted(MODES), "%d: the next one leaves its sinks, and nothing beside them" % i,
           "%s %s\n%s" % (code, os.listdir(crew.folder), log.read()))
    ok(crew.taken if i % 2 == 0 else not crew.taken, "%d: a token was taken over %d times" % (i, crew.taken))
looks = [text for crew in crews for name in MODES for text in crew.seen[name]]
left = sum(crew.left for crew in crews)
ok(len(set(looks)) > KILLS and len(looks) > 2 * KILLS, "%d looks, %d different contents" % (len(looks), len(set(looks))))
ok(left > 0, "%d kills came while a file was being written" % left)
diag("%d kills in %.1f s, %d SIGHUPs, %d tokens, %d wrapping tokens" % (KILLS, time.monotonic() - begun, sum(crew.hups for crew in crews), len(vault.granted), len(vault.wrapped)))
end()
