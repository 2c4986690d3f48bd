#!/usr/bin/env python3
# signals.t: SIGINT, SIGTERM and SIGHUP end a login at once, whatever it waits for, with 128+n and nothing printed.
# SPDX-License-Identifier: MIT

import fcntl
import os
import signal
import socket
import threading

import program
import unruly
from certs import Authority
from peers import folder
from program import KEYS, Root, alone, line, said, start, until
from tap import end, equal, ok

AT_ONCE_S = 2
alone()
authority = Authority(os.path.join(folder, "ca"))
certificate = authority.issue("server")


class Held(unruly.Listener):
    """Reads what comes, says `first`, sets `reached`, and says no more until the client has gone (then `left` is set)."""

    def __init__(self, first=b"", tls=None):
        self.first, self.reached, self.left = first, threading.Event(), threading.Event()
        self.tls = tls and unruly.ssl.SSLContext(unruly.ssl.PROTOCOL_TLS_SERVER)
        if tls:
            self.tls.load_cert_chain(*tls)
        super().__init__()
        self.url = "%s://127.0.0.1:%d" % ("https" if tls else "http", self.port)

    def serve(self, conn):
        if self.tls:
            conn = self.tls.wrap_socket(conn, server_side=True)
        conn.recv(65536)
        conn.sendall(self.first)
        self.reached.set()
        try:
            while conn.recv(65536):
                pass
        finally:
            self.left.set()
            conn.close()


def login(url, *args, **more):
    return start("login", *args, env=dict(KEYS, VAULT_ADDR=url, VAULT_CACERT=authority.pem), **more)


def tcp_states(port):
    with open("/proc/net/tcp") as f:
        rows = [row.split() for row in f.readlines()[1:]]
    return [row[3] for row in rows if row[2].endswith(":%04X" % port)]


SYN_SENT = "02"

# What a login can wait for: each starts one and returns it when it has come to there.


def resolving():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nameserver:
        nameserver.bind(("127.0.0.1", 53))
        nameserver.settimeout(10)
        process = start(argv=[*root.argv, "login"], preexec_fn=root.enter, env=dict(KEYS, VAULT_ADDR="http://vault.test"))
        nameserver.recv(512)
        return process


def connecting():
    port = crowded.getsockname()[1]
    process = login("http://127.0.0.1:%d" % port)
    ok(until(lambda: SYN_SENT in tcp_states(port)), "it is connecting")
    return process


def at(server, *args, **more):
    def reach():
        server.reached.clear()
        server.left.clear()
        process = login(server.url, *args, **more)
        ok(server.reached.wait(10), "the server has got something")
        return process
    return reach


def printing():
    """Vault has answered, and standard output takes no more."""
    process = at(answering, "-mount=good", stdout=full)()
    ok(answering.left.wait(10), "the answer was taken")
    return process


root = Root("root", {"/etc/resolv.conf": b"nameserver 127.0.0.1\n"})
crowded = socket.create_server(("127.0.0.1", 0), backlog=0)
crowd = []
while SYN_SENT not in tcp_states(crowded.getsockname()[1]) and len(crowd) < 9:
    crowd.append(socket.socket())
    crowd[-1].setblocking(False)
    crowd[-1].connect_ex(crowded.getsockname())
crowd.pop().close()  # the one that waits, so that only ours does
equal(tcp_states(crowded.getsockname()[1]).count(SYN_SENT), 0, "a listener that takes no more")

reader, full = os.pipe()
fcntl.fcntl(full, fcntl.F_SETPIPE_SZ, 4096)
os.write(full, b"x" * 4096)
answering = Held(unruly.login())
handshake = Held()  # says nothing to a ClientHello
handshake.url = handshake.url.replace("http:", "https:")

PHASES = (
    ("while asking for a name", resolving),
    ("while connecting", connecting),
    ("in the TLS handshake", at(handshake)),
    ("while waiting for the answer, over TLS", at(Held(tls=certificate))),
    ("while waiting for the answer", at(Held())),
    ("in the middle of the head", at(Held(b"HTTP/1.1 200 OK\r\nContent-"))),
    ("in the middle of the answer", at(Held(unruly.login()[:-9]))),
    ("while writing to a full pipe", printing),
)
SIGNALS = ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129))
ENDED = {number: line("login", "ended by " + number.name, code) for number, code in SIGNALS}

for name, reach in PHASES:
    for number, code in SIGNALS:
        process = reach()
        process.send_signal(number)
        said("%s %s" % (number.name, name), program.end(process, AT_ONCE_S), code, ENDED[number])
equal(os.read(reader, 8192), b"x" * 4096, "nothing was added to the full pipe")

# A signal that was ignored stays so (nohup, a shell's `&`), but SIGTERM; others do not disturb.
waiting = Held()
for number, code in SIGNALS[::2]:
    def ignored(which=number):
        signal.signal(which, signal.SIG_IGN)
    process = at(waiting, preexec_fn=ignored)()
    process.send_signal(number)
    process.send_signal(signal.SIGTERM)
    said("%s was ignored: SIGTERM ends it" % number.name, program.end(process, AT_ONCE_S), 143, ENDED[signal.SIGTERM])
process = at(waiting, preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM}))()
process.send_signal(signal.SIGTERM)
said("SIGTERM was blocked by whoever started it", program.end(process, AT_ONCE_S), 143, ENDED[signal.SIGTERM])
process = at(waiting)()
for number in (signal.SIGPIPE, signal.SIGCHLD, signal.SIGWINCH, signal.SIGCONT, signal.SIGSTOP, signal.SIGCONT):
    process.send_signal(number)
process.send_signal(signal.SIGINT)
said("SIGPIPE, SIGCHLD, SIGWINCH, SIGSTOP and SIGCONT do not matter", program.end(process, AT_ONCE_S), 130, ENDED[signal.SIGINT])

# As PID 1 of a container nothing ends a process by default.
for number, code in SIGNALS:
    process = at(waiting, argv=["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", *program.PREFIX, "login"])()
    with open("/proc/%d/task/%d/children" % (process.pid, process.pid)) as f:
        child = int(f.read())
    with open("/proc/%d/status" % child) as f:
        equal([row.split()[-1] for row in f if row.startswith("NSpid:")], ["1"], "it is process 1 there")
    os.kill(child, number)
    said("%s as process 1" % number.name, program.end(process, AT_ONCE_S), code, ENDED[number])
end()
