#!/usr/bin/env python3
# agent.py: how long each agent takes from exec to the token in its sink, and how much of a processor: pantler's and the real `vault agent`, in turn.
# SPDX-License-Identifier: MIT
# No test: run by `make bench-agent` alone. Ends with 1 when, against a server that answers at once, pantler is not as many times better as it should be.
# Both read the same file, and end when the token is there. The sink is on a tmpfs; the first runs, not counted, have both programs in memory.

import ctypes
import http.client
import json
import os
import select
import shutil
import ssl
import statistics
import struct
import sys
import tempfile
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "peer"))

import peers  # noqa: E402
from certs import Authority  # noqa: E402
from services import start_vault, write  # noqa: E402

CLI = os.path.join(peers.BUILD, "peers", "cli")
RUNS, WARM_UP = 20, 2
WALL, CPU = 20, 25  # so many times
HUNG_S = 30
TMPFS = 0x01021994
IN_MOVED_TO = 0x80
USER = "arn:aws:iam::123456789012:user/pantler"
LIBC = ctypes.CDLL(None, use_errno=True)
CONFIG = '''exit_after_auth = true
vault {
  address = "%s"
  ca_cert = "%s"
}
auto_auth {
  method "aws" {
    config = {
      type = "iam"
      role = "web"
    }
  }
  sink "file" {
    config = {
      path = "%s"
    }
  }
}
'''
GRANT = {"client_token": "hvs." + "x" * 91, "accessor": "x" * 24, "policies": ["default"], "token_policies": ["default"], "metadata": {},
         "lease_duration": 3600, "renewable": True, "entity_id": "x", "token_type": "service", "orphan": True, "mfa_requirement": None, "num_uses": 0}


def on_tmpfs(path):
    kind = ctypes.create_string_buffer(256)  # a struct statfs, which begins with its type
    return LIBC.statfs(path.encode(), kind) == 0 and struct.unpack_from("l", kind)[0] == TMPFS


def run(argv, env, sink):
    """One run: (ms from exec to the token in the sink, ms of a processor until it has ended)."""
    if os.path.exists(sink):
        os.unlink(sink)
    watch = LIBC.inotify_init1(os.O_CLOEXEC)
    LIBC.inotify_add_watch(watch, os.path.dirname(sink).encode(), IN_MOVED_TO)
    quiet = [(os.POSIX_SPAWN_OPEN, fd, log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600) for fd in (1, 2)]
    begun = time.perf_counter()
    pid = os.posix_spawn(argv[0], argv, env, file_actions=quiet)
    while select.select([watch], [], [], HUNG_S)[0]:
        there = time.perf_counter()
        if os.path.basename(sink).encode() + b"\0" in os.read(watch, 65536):
            break
    else:
        there = None
        os.kill(pid, 9)
    os.close(watch)
    _, status, used = os.wait4(pid, 0)
    if status != 0 or there is None:
        with open(log) as f:
            peers.bail("%s: status %d\n%s" % (" ".join(argv), status, f.read()))
    return (there - begun) * 1000, (used.ru_utime + used.ru_stime) * 1000


def answer_ms(url, ca, body):
    """The server's own share: a login's request to its answer, in ms, on a connection that is there already; the median of as many."""
    conn = http.client.HTTPSConnection(urllib.parse.urlsplit(url).netloc, context=ssl.create_default_context(cafile=ca))
    took = []
    for _ in range(WARM_UP + RUNS):
        begun = time.perf_counter()
        conn.request("PUT", "/v1/auth/aws/login", body, {"X-Vault-Request": "true"})
        answer = conn.getresponse()
        answer.read()
        took.append((time.perf_counter() - begun) * 1000)
        if answer.status != 200:
            peers.bail("a login by hand: %d" % answer.status)
    conn.close()
    return statistics.median(took[WARM_UP:])


def measure(name, url, ca, keys):
    """Both agents in turn; the medians, printed, and how many times better pantler is: (wall, processor)."""
    sink = os.path.join(place, "token")
    conf = write("bench.hcl", CONFIG % (url, ca, sink))
    env = dict(peers.QUIET, HOME=peers.folder, PATH="/nowhere", AWS_ACCESS_KEY_ID=keys["id"], AWS_SECRET_ACCESS_KEY=keys["secret"])
    signed = peers.pantler("sign", "-role=web", env=env)
    own = answer_ms(url, ca, signed.out)
    argv = {"vault agent": [CLI, "agent", "-config=" + conf], "pantler agent": [peers.PANTLER, "agent", "-config=" + conf]}
    took = {who: [] for who in argv}
    for i in range(WARM_UP + RUNS):
        for who in argv:
            ran = run(argv[who], env, sink)
            if i >= WARM_UP:
                took[who].append(ran)
    print("\n%s; it answers a login in %.2f ms" % (name, own))
    print("  %-14s %10s %20s %16s" % ("", "wall, ms", "(fastest, slowest)", "user + sys, ms"))
    median = {}
    for who, ran in took.items():
        wall, cpu = zip(*ran)
        median[who] = statistics.median(wall), statistics.median(cpu)
        print("  %-14s %10.2f %20s %16.2f" % (who, median[who][0], "(%.2f, %.2f)" % (min(wall), max(wall)), median[who][1]))
    ratios = [theirs / ours for theirs, ours in zip(median["vault agent"], median["pantler agent"])]
    print("  %-14s %10.1f %20s %16.1f" % ("times", ratios[0], "", ratios[1]), flush=True)
    return ratios


place = tempfile.mkdtemp(prefix="pantler-bench.", dir="/dev/shm")
log = os.path.join(peers.folder, "log")
try:
    if not on_tmpfs(place):
        peers.bail("%s is not on a tmpfs" % place)
    print("exec to the token in the sink: medians of %d runs each, in turn" % RUNS)
    authority = Authority(os.path.join(peers.folder, "authority"))
    server = peers.Server(peers.GOTLS, *authority.issue("server"), "", "", write("answer", json.dumps({"auth": GRANT, "data": None})))
    wall, cpu = measure("A stand-in in Go, TLS, P-256", server.url, authority.pem, {"id": "AKIAPEER", "secret": "none"})
    moto, key, _ = peers.start_moto()
    vault, _ = start_vault(authority, moto, bound_iam_principal_arn=USER)
    measure("A real Vault, and moto for STS", vault.url, authority.pem, key)
finally:
    shutil.rmtree(place)
missed = ["%s %.1f times, wanted %d" % row for row in (("wall", wall, WALL), ("user + sys", cpu, CPU)) if row[1] < row[2]]
print("\nat the stand-in, wanted: wall %d times, user + sys %d times: %s" % (WALL, CPU, "; ".join(missed) if missed else "both there"))
sys.exit(1 if missed else 0)
