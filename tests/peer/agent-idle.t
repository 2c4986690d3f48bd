#!/usr/bin/env python3
# agent-idle.t: what an agent costs that waits: its memory after a login at a real Vault, and its system calls between two deadlines; beside the real `vault agent`.
# SPDX-License-Identifier: MIT

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time

import peers
from certs import Authority
from services import agent_file, start_vault
from tap import can, diag, end, equal, ok

CLI = os.path.join(peers.BUILD, "peers", "cli")
USER = "arn:aws:iam::123456789012:user/pantler"
DIRTY_KIB, WATCH_S = 96, 10

if os.geteuid() != 0:  # the program is not dumpable
    print("1..0 # SKIP only root may look into it")
    sys.exit(0)
ours = Authority(os.path.join(peers.folder, "ours"))
moto, key, _ = peers.start_moto()
vault, api = start_vault(ours, moto, bound_iam_principal_arn=USER)
for name, ttl in (("hour", "1h"), ("six", "6s")):
    api.must("POST", "auth/aws/role/" + name, {"auth_type": "iam", "bound_iam_principal_arn": USER, "resolve_aws_unique_ids": False, "token_ttl": ttl})


class Agent:
    """One that stays, begun by `argv` and its configuration's name. `path` is its sink."""

    def __init__(self, name, role, *argv):
        self.path = os.path.join(peers.folder, name)
        file = agent_file(name + ".hcl", vault.url, ours.pem, ['type = "iam"', 'role = "%s"' % role, 'access_key = "%s"' % key["id"], 'secret_key = "%s"' % key["secret"]])
        with open(file, "r+") as f:
            text = f.read()
            f.seek(0)
            f.write(text.rstrip()[:-1] + '  sink "file" {\n    config = {\n      path = "%s"\n    }\n  }\n}\n' % self.path)
        self.log = open(self.path + ".log", "w+")
        self.process = subprocess.Popen([*argv, "-config=" + file], stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
                                        env=dict(peers.QUIET, HOME=peers.folder, PATH="/nowhere"), preexec_fn=peers.die_with_parent)

    def said(self):
        with open(self.log.name) as f:
            return f.read()

    def is_idle(self):
        return os.path.exists(self.path) and "renewed auth token" in self.said()

    def memory(self):
        """KiB by the names of smaps_rollup."""
        with open("/proc/%d/smaps_rollup" % self.process.pid) as f:
            return {row[1]: int(row[2]) for row in re.finditer(r"^(\w+): +(\d+) kB$", f.read(), re.M)}

    def watch(self):
        """Begin to note its system calls."""
        self.trace = self.path + ".strace"
        self.strace = subprocess.Popen(["strace", "-f", "-ttt", "-s", "0", "-o", self.trace, "-p", str(self.process.pid)],
                                       stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=peers.die_with_parent)

    def seen(self):
        """Stop that. When each call was made that came back; the one in which it waits does not."""
        self.strace.send_signal(signal.SIGINT)
        self.strace.wait(10)
        with open(self.trace) as f:
            rows = f.read().splitlines()
        return [float(row.split()[1]) for row in rows if "<detached" not in row and "<unfinished" not in row]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(10)


def bursts(calls):
    """Calls with less than a second between them are one."""
    return [at for i, at in enumerate(calls) if i == 0 or at - calls[i - 1] >= 1]


pause = threading.Event()
hour, six, real = Agent("hour", "hour", peers.PANTLER, "agent"), Agent("six", "six", peers.PANTLER, "agent"), Agent("real", "hour", CLI, "agent")
deadline = time.monotonic() + 30
while not all(a.is_idle() for a in (hour, six, real)) and time.monotonic() < deadline:
    pause.wait(0.05)
ok(all(a.is_idle() for a in (hour, six, real)), "three agents with a token each, renewed", hour.said() + six.said() + real.said())
pause.wait(1)
os.sync()
memory = hour.memory()
ok(0 < memory["Private_Dirty"] <= DIRTY_KIB, "private dirty memory: %d of %d KiB" % (memory["Private_Dirty"], DIRTY_KIB), memory)
theirs = real.memory()
for name, m in (("pantler agent", memory), ("vault agent", theirs)):
    diag("%s, idle: private dirty %d KiB, RSS %d KiB" % (name, m["Private_Dirty"], m["Rss"]))
if can(shutil.which("strace"), "system calls", "strace is not installed"):
    for a in (hour, six, real):
        a.watch()
    pause.wait(WATCH_S)
    calls = {a: a.seen() for a in (hour, six, real)}
    equal(len(calls[hour]), 0, "a token of an hour: no system call in %d s" % WATCH_S)
    at = bursts(calls[six])
    ok(2 <= len(at) <= 3, "a token of six seconds: it wakes at its renewals alone: %s" % [round(b - a, 1) for a, b in zip(at, at[1:])], calls[six])
    equal(six.said().count("renewed auth token") >= 3, True, "which is when it was renewed")
    diag("system calls in %d s: pantler agent %d, with a token of six seconds %d; vault agent %d" % (WATCH_S, *(len(calls[a]) for a in (hour, six, real))))
equal((hour.stop(), six.stop(), real.stop()), (0, 0, 0), "SIGTERM")
end()
