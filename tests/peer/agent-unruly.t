#!/usr/bin/env python3
# agent-unruly.t: more than a hundred agents at once, for a minute, each before a server of another fault: how many requests reach it, and whether a token comes as soon as one is to be had.
# SPDX-License-Identifier: MIT
# What tests/transcripts/life.c asserts of the lifecycle in virtual time is asserted here of the program, by what its server and its sink show:
#   ceiling   in any 60 s no more connections than max_requests_per_minute, in any second no more than a third of that
#   live      whenever the server would grant a token, and the sink holds none that it said is alive, there is one within one backoff step: the
#             longest backoff, twice the time that a login takes, and a bit more than a second
#   fresh     the sink never holds anything but a token that was granted, and the newest one so long after its grant
#   end       it is alive at the end of the minute, and SIGTERM ends it at once, with 0
#   told, quiet, secret   that requests are held back is told once; the log grows no faster than the requests; it holds no token and no key

import ctypes
import datetime
import json
import os
import re
import signal
import socket
import ssl
import struct
import subprocess
import threading
import time

import peers
import unruly
from certs import Authority
from peers import folder
from services import LIBC, shut_in
from tap import can, diag, end, equal, ok
from unruly import answer, errors, http

SPAN_S, BURST_S, RUN_S, SLACK_S = 60, 1, 63, 1.5
END_S = 2  # "at once", on a machine that does other things
CLONE_NEWNS, MS_BIND, MS_REC, MS_PRIVATE = 0x20000, 4096, 16384, 1 << 18

# --- What a server answers instead of what it should: bytes, or what is called with the connection.


def late(*heads, status=429):
    return answer(status, {"errors": ["later"]}, *heads)


def hang(conn):
    while conn.recv(65536):
        pass


def reset(conn):
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    conn.close()


def alert(conn):
    """Over TLS: half of the answer, and then an alert that anybody on the way could have written."""
    conn.sendall(HALF)
    os.write(conn.fileno(), ALERT)


def to(status, url):
    return http(status, b"", "Location: " + url)


def granted(lease):
    """Makes an answer that grants a token, with a lease as it is written here."""
    return lambda token: http(200, json.dumps(dict(unruly.SECRET, auth=dict(unruly.AUTH, client_token=token))).replace("3600", lease).encode())


AN_HOUR_ON = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)).strftime("%a, %d %b %Y %H:%M:%S GMT")
ALERT = b"\x15\x03\x03\0\2\2\x28"
HALF = http(200, unruly.GOOD[:len(unruly.GOOD) // 2])
FAULTS = {
    "403": errors(403, "permission denied"), "400": errors(400, "no"), "404": errors(404), "412": errors(412, "required index state not present"),
    "472": errors(472), "500": errors(500, "internal error"), "502": http(502, b"<html>nginx</html>"), "503": http(503, b"upstream connect error\n"),
    "sealed": errors(503, "Vault is sealed"), "429": late(), "429, Retry-After 0": late("Retry-After: 0"), "429, Retry-After 1": late("Retry-After: 1"),
    "429, Retry-After huge": late("Retry-After: 99999999999999999999"), "429, Retry-After 4294967295": late("Retry-After: 4294967295"),
    "429, Retry-After negative": late("Retry-After: -5"), "429, Retry-After a date": late("Retry-After: " + AN_HOUR_ON),
    "503, Retry-After 3600": late("Retry-After: 3600", status=503),
    "empty": http(200), "204": b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n", "half": HALF, "cut": http(200, unruly.GOOD)[:-20],
    "wrong types": answer(200, {"auth": {"lease_duration": "20", "renewable": "yes"}, "data": {"ttl": []}}),
    "a page": http(403, b"<html>no</html>", "Content-Type: text/html"), "no HTTP": b"SSH-2.0-OpenSSH_9.2p1\r\n", "TLS's alert": http(200, ALERT),
    "an alert": alert, "cut off": unruly.unsaid(http(200, unruly.GOOD)[:-20]), "a byte a second": unruly.drip(http(200, unruly.GOOD)), "hangs": hang, "reset": reset, "closed": b"",
    "lease 0": granted("0"), "lease 1": granted("1"), "lease 2^31": granted("2147483648"), "lease -1": granted("-1"), "lease huge": granted("9" * 30),
    "lease 2^63-1": granted("9223372036854775807"), "307 to itself": lambda url, path: to(307, url + path),
    "307 to a path of itself": lambda url, path: to(307, path), "307 to nowhere": http(307), "307 to a closed port": to(307, "http://127.0.0.1:1/v1/x"),
}
ASKS_HOST = ("307 to itself", "307 to a path of itself")
ASKS_TWICE = (*ASKS_HOST, "307 to a closed port")  # the second request comes to nobody, but the agent counts it
GRANTS = ("lease 0", "lease 1", "lease 2^31", "lease 2^63-1")
PAST = json.dumps({"Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": "AKIAPAST", "SecretAccessKey": "CANARY/past", "Token": "CANARY//past",
                   "Expiration": "2020-01-01T00:00:00Z"})


class Host(unruly.Listener):
    """The server of one agent: Vault, and on the same port the services of AWS. A script's words:
    login, renew, lookup, wrap, creds, name, every   the fault of these answers; `every`, of all of Vault's
    early          `every` is done before a byte is read
    down, up, after  `after` so many seconds the fault is there for `down`, away for `up`, and so on; no `down`: for good
    lease, most    of a token in s, most: its maximum; renewable, uses, kind
    n              max_requests_per_minute; backoff: (min, max) in s; timeout; more, sink: lines of the file
    takes          how long a login that fails takes
    live           whether that is asserted: not of servers that lie, or where the limiter has used all up; None: there is to be no token at all"""

    def __init__(self, title, tls=None, scheme=None, env=None, more="", sink="", n=60, backoff=(0.3, 2), timeout=2, takes=0.3, live=True,
                 down=0, up=0, after=0, lease=20, most=0, renewable=True, uses=0, kind="service", early=False, dead_after=0, host="127.0.0.1", **faults):
        super().__init__(scheme or ("https" if tls else "http"))
        self.title, self.tls, self.n, self.live, self.timeout, self.host = title, tls, n, live, timeout, host
        self.faults, self.early, self.down, self.up, self.after, self.dead_after = faults, early, down, up, after, dead_after
        self.lease, self.most, self.renewable, self.uses, self.kind = lease, most, renewable, uses, kind
        self.is_hasty = backoff[0] < 0.1
        self.step = backoff[1] + 2 * takes + SLACK_S
        self.granted, self.lives, self.dies = [], {}, {}  # (when, token); token: until when it was said to be alive; token: when it is dead for good
        self.begun = self.since = None
        self.longest, self.wrong = 0, []
        self.path, self.file = os.path.join(folder, "%d" % self.port, "token"), os.path.join(folder, "%d.hcl" % self.port)
        os.mkdir(os.path.dirname(self.path))
        self.env = dict(peers.QUIET, **peers.KEYS, AWS_REGION="us-east-1") if env is None else dict(peers.QUIET, AWS_REGION="us-east-1", **env(self))
        with open(self.file, "w") as f:
            f.write('max_requests_per_minute = %d\nvault {\n  address = "%s"\n  ca_cert = "%s"\n}\nauto_auth {\n  method "aws" {\n    min_backoff = "%dms"\n'
                    '    max_backoff = "%dms"\n    config = {\n      type = "iam"\n      role = "web"\n      %s\n    }\n  }\n  sink "file" {\n    %s\n    config = {\n'
                    '      path = "%s"\n    }\n  }\n}\n' % (n, self.url.replace("127.0.0.1", host), ours.pem, backoff[0] * 1000, backoff[1] * 1000,
                                                        more, sink, self.path))

    # --- The server

    def is_faulty(self, what, now):
        if what not in self.faults and (what in ("creds", "name") or "every" not in self.faults):
            return False
        t = now - self.begun - self.after
        return t >= 0 and (not self.down or t % (self.down + self.up) < self.down)

    def fault(self, what, now):
        return self.faults.get(what, self.faults.get("every")) if self.is_faulty(what, now) else None

    def would_grant(self, now):
        return self.fault("login", now) in (None, *GRANTS) and not self.is_faulty("creds", now) and not self.is_faulty("name", now)

    def serve(self, conn):
        if self.early and self.is_faulty("login", time.monotonic()):
            self.give(FAULTS[self.faults["every"]], conn)
            return
        if not self.tls:
            self.talk(conn)
            conn.shutdown(socket.SHUT_WR)
            conn.recv(1)
            return
        with self.tls.wrap_socket(conn, server_side=True) as inner:
            self.talk(inner)
            inner.unwrap()

    def talk(self, conn):
        request = unruly.read_request(conn)
        if request:
            self.give(self.answer(request, time.monotonic()), conn)

    @staticmethod
    def give(given, conn):
        if callable(given):
            given(conn)
        else:
            conn.sendall(given)

    def answer(self, request, now):
        method, path, _ = request[0].split(" ")
        token = next((line.partition(": ")[2] for line in request[1] if line.lower().startswith("x-vault-token:")), "")
        if not path.startswith("/v1/"):
            return self.answer_aws(method, path, now)
        what = {"login": "login", "renew-self": "renew", "lookup-self": "lookup", "wrap": "wrap"}[path.rpartition("/")[2]]
        fault = self.fault(what, now)
        given = FAULTS.get(fault)
        if fault in ASKS_HOST:
            return given(self.url, path)
        if given is not None and not fault.startswith("lease"):
            if what == "lookup" and fault == "403":
                self.lives[token] = now
            return given
        if what == "wrap":
            return errors(400, "no")
        if what != "login" and now >= min(self.lives.get(token, 0), self.dies.get(token, 0)):
            self.lives[token] = now
            return errors(403, "permission denied")
        return self.grant(what, token, given, now)

    def grant(self, what, token, odd, now):
        if what == "login":
            token = "hvs.%d.%d" % (self.port, len(self.granted))
            self.dies[token] = now + (self.dead_after or self.most or 1e9)
        left = self.lease if not self.most else int(min(self.lease, self.dies[token] - now))
        if what == "lookup":
            lives = self.lives[token] - now
            return answer(200, dict(unruly.SECRET, data={"id": token, "ttl": 0 if lives > 1e8 else int(lives), "renewable": self.renewable, "num_uses": self.uses,
                                                         "expire_time": None if lives > 1e8 else "2099-01-01T00:00:00Z"}))
        if odd:
            lives, given = {"lease 0": 1e9, "lease 1": 1, "lease 2^31": 2 ** 31, "lease 2^63-1": 1e9}.get(self.fault(what, now)), odd(token)
        else:
            lives, given = left, answer(200, dict(unruly.SECRET, auth=dict(unruly.AUTH, client_token=token, lease_duration=left, renewable=self.renewable,
                                                                         num_uses=self.uses, token_type=self.kind)))
        if lives is not None:
            self.lives[token] = now + (lives or 1e9)
            if what == "login":
                self.granted.append((now, token))
        return given

    def answer_aws(self, method, path, now):
        if self.is_faulty("creds", now):
            fault = self.faults["creds"]
            if fault != "past":
                return FAULTS[fault]
        body = PAST if self.is_faulty("creds", now) else PAST.replace("2020-", "2099-")
        return http(200, b"S" * 56 if method == "PUT" else b"web" if path.endswith("/security-credentials/") else body.encode(),
                    "X-Aws-Ec2-Metadata-Token-Ttl-Seconds: 21600")

    # --- Its agent

    def start(self):
        self.begun = time.monotonic()
        self.log = open(self.path + ".log", "w+")
        inside = (lambda: (peers.die_with_parent(), see_resolv())) if self.host != "127.0.0.1" else peers.die_with_parent
        self.process = subprocess.Popen([peers.PANTLER, "agent", "-config=" + self.file, "-timeout=%ds" % self.timeout], stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=self.log, env=self.env, preexec_fn=inside)

    def look(self, now):
        """What is true now of the sink."""
        try:
            with open(self.path) as f:
                here = f.read()
        except FileNotFoundError:
            here = None
        known = list(self.granted)
        tokens = [token for _, token in known]
        must = sum(when < now - SLACK_S for when, _ in known)  # so many grants are long enough ago
        if self.live is None:
            must, tokens = 0, []
        if (here is None and must) or (here is not None and (here not in tokens or tokens.index(here) < must - 1)):
            self.wrong.append((round(now - self.begun, 1), here, tokens[-1:]))
        if not self.would_grant(now) or (here and now < self.lives.get(here, 0)):
            self.since = None
        else:
            self.since = self.since or now
            self.longest = max(self.longest, now - self.since)

    def busiest(self, span):
        """The most connections in any so many seconds, half-open."""
        most = first = 0
        for i, at in enumerate(self.when):
            while at - self.when[first] >= span:
                first += 1
            most = max(most, i - first + 1)
        return most


    def stop(self):
        self.alive = self.process.poll() is None
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.code = self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.code = "killed"
        self.took = time.monotonic() - begun
        self.log.seek(0)
        self.log = self.log.read()

    def judge(self):
        most = self.busiest(SPAN_S), self.busiest(BURST_S)
        broken = [rule for rule, holds in (
            ("ceiling", most[0] <= self.n and most[1] <= max(1, self.n // 3)), ("live", not self.live or self.longest <= self.step), ("fresh", not self.wrong),
            ("end", self.alive and self.code == 0 and self.took < END_S), ("told", self.is_hasty <= self.log.count("held back") <= 1),
            ("secret", not re.search(r"CANARY|hvs\.\d", self.log)), ("quiet", self.log.count("\n") <= 20 + 4 * len(self.when))) if not holds]
        ok(not broken, "%s: %s%d requests, at most %d in 60 s, %d in 1 s; %d tokens, %.1f s without one" % (
            self.title, "".join(rule + "! " for rule in broken), len(self.when), *most, len(self.granted), self.longest),
            "step %.1f s; least of %s; exit %s, alive %s, %.2f s; %s\n%s" % (self.step, [min((b - a for a, b in zip(self.when, self.when[n:])), default=0) for n in (self.n, max(1, self.n // 3))], self.code, self.alive, self.took, self.wrong[:3], self.log[-3000:]))


# --- Names: the nameserver of a network that is the test's own

why = shut_in()
resolv = os.path.join(folder, "resolv.conf")
with open(resolv, "w") as f:
    f.write("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")


def see_resolv():
    """For a preexec_fn: in a mount namespace where /etc/resolv.conf is ours."""
    for call in (lambda: LIBC.unshare(CLONE_NEWNS), lambda: LIBC.mount(b"none", b"/", None, ctypes.c_ulong(MS_REC | MS_PRIVATE), None),
                 lambda: LIBC.mount(resolv.encode(), b"/etc/resolv.conf", None, ctypes.c_ulong(MS_BIND), None)):
        if call() != 0:
            raise OSError(ctypes.get_errno(), "resolv.conf")


def serve_names():
    """Knows the names of hosts, but while their script's fault `name` is there: then it denies them, or says nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 53))
        while True:
            packet, peer = s.recvfrom(4096)
            end_at = packet.index(b"\0", 12) + 5
            host = by_name[packet[13:13 + packet[12]].decode() + ".test"]
            known, kind = not host.is_faulty("name", time.monotonic()), packet[end_at - 3]
            body = b"\xc0\x0c\0\1\0\1\0\0\0\1\0\4" + socket.inet_aton("127.0.0.1") if known and kind == 1 else b""
            if known or host.faults["name"] != "silence":
                s.sendto(packet[:2] + struct.pack(">HHHHH", 0x8180 if known else 0x8183, 1, bool(body), 0, 0) + packet[12:end_at] + body, peer)


# --- The scripts

def imds(host):
    return {"AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": host.url}


def container(host):
    return {"AWS_CONTAINER_CREDENTIALS_FULL_URI": host.url + "/credentials"}


ours = Authority(os.path.join(folder, "ours"))
trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
trusted.load_cert_chain(*ours.issue("server"))
foreign = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
foreign.load_cert_chain(*Authority(os.path.join(folder, "foreign")).issue("server"))
SHORT = {"lease": 4, "renewable": False}  # a login every three seconds
FLAP = {"down": 7, "up": 8}
HASTE = {"backoff": (0.01, 0.02), "live": False}  # nothing but the limiter is in the way of a flood
CALM = {"backoff": (0.5, 4)}  # what takes more requests than one stays below the ceiling
SLOWLY = {"n": 300, "takes": 3.3, "down": 7, "up": 12, **SHORT}  # with 300 a minute the limiter adds 1.2 s to the 2 s that a request has
SELDOM = {"down": 8, "up": 14, "takes": 2, "lease": 8, "renewable": False, **CALM}
hosts = [
    # A good server, and what it may grant.
    Host("twenty seconds, renewed"), Host("four seconds, renewed", lease=4), Host("ten seconds, renewed up to twenty", lease=10, most=20),
    Host("two seconds", lease=2), Host("one second", lease=1, **CALM), Host("batch, four seconds", kind="batch", **SHORT),
    Host("batch, one second", lease=1, renewable=False, kind="batch"), Host("not renewable, ten seconds", lease=10, renewable=False),
    Host("three uses", lease=5, uses=3), Host("an hour", lease=3600), Host("over TLS", tls=trusted, lease=4), Host("six a minute", n=6),
    # Logins.
    *(Host("login %s, flapping" % name, login=name, **FLAP, **SHORT) for name in FAULTS
      if name not in ("an alert", *ASKS_TWICE, "cut off", "hangs", "a byte a second", "412", "404", "472", "400", "502", "204") and name not in GRANTS),
    *(Host("login %s, flapping" % name, login=name, **CALM, **FLAP, **SHORT) for name in ASKS_TWICE),
    *(Host("login " + name, login=name, lease=5) for name in GRANTS),
    *(Host("login %s, flapping" % name, login=name, **SLOWLY) for name in ("hangs", "a byte a second")),
    # Renewals.
    *(Host("renewal " + name, renew=name, lease=8) for name in (
        "403", "400", "404", "500", "sealed", "429", "429, Retry-After 0", "429, Retry-After huge", "429, Retry-After negative", "429, Retry-After a date",
        "empty", "204", "half", "cut", "wrong types", "a page", "reset", "closed", "TLS's alert", "lease 0", "lease 2^31", "lease -1", "lease huge")),
    Host("renewal lease 1", renew="lease 1", lease=8, **CALM), Host("renewal 307 to itself", renew="307 to itself", lease=8, **CALM),
    Host("renewal hangs", renew="hangs", lease=10, n=300, takes=3.3),
    Host("renewal a byte a second", renew="a byte a second", lease=10, n=300, takes=3.3),
    Host("renewal and lookup 403", renew="403", lookup="403", lease=6, live=False), Host("renewal and lookup 500", renew="500", lookup="500", lease=6),
    Host("renewal 403, lookup half", renew="403", lookup="half", lease=6, **CALM), Host("lease 0, no lookup", login="lease 0", lookup="403", live=False),
    Host("dead after three seconds", dead_after=3, lease=6, live=False), Host("dead at once", dead_after=0.001, live=False),
    # All of it.
    Host("sealed, flapping", every="sealed", **FLAP, **SHORT), Host("503, Retry-After 3600, flapping", every="503, Retry-After 3600", lease=6, **FLAP),
    Host("reset before a byte is read", every="reset", early=True, lease=6, **FLAP), Host("closed before a byte is read", every="closed", early=True, lease=6, **FLAP),
    Host("SSH", every="no HTTP", early=True, lease=6, **FLAP), Host("412, flapping", every="412", lease=6, **FLAP), Host("472, flapping", every="472", lease=6, **FLAP),
    Host("lease 1 everywhere", every="lease 1", **CALM), Host("hangs for good after ten seconds", every="hangs", after=10, live=False, lease=6),
    # TLS.
    Host("an alert in a handshake", scheme="https", every="TLS's alert", early=True, live=False), Host("not ours", tls=foreign, live=False),
    Host("an alert in the body", tls=trusted, login="an alert", **FLAP, **SHORT), Host("cut off, over TLS", tls=trusted, login="cut off", **FLAP, **SHORT),
    # AWS's services: three sendings of what may be sent again.
    Host("metadata", env=imds, lease=8, renewable=False), *(Host("metadata %s, flapping" % name, env=imds, creds=name, **SELDOM) for name in ("500", "half")),
    *(Host("metadata %s, always" % name, env=imds, creds=name, **HASTE) for name in ("500", "reset")),
    Host("metadata of the past, which Vault refuses", env=imds, creds="past", login="403", **HASTE),
    *(Host("metadata %s after five seconds, looked at each second" % name, env=imds, creds=name, after=5, more='credential_poll_interval = 1', live=False)
      for name in ("past", "500", "closed")),
    Host("container", env=container, lease=8, renewable=False),
    Host("container of the past, which Vault refuses, flapping", env=container, creds="past", login="403", **SELDOM),
    Host("container of the past, which Vault refuses", env=container, creds="past", login="403", **HASTE),
    Host("container 500, always", env=container, creds="500", **HASTE),
    # As fast as it can.
    *(Host("%s at %d a minute" % (name, n), every=name, n=n, **HASTE)
      for name, n in (("403", 60), ("500", 6), ("reset", 60), ("307 to itself", 60), ("429, Retry-After 0", 60), ("closed", 6), ("307 to itself", 1), ("503", 300))),
    Host("batch, one second, at 6 a minute", n=6, lease=1, renewable=False, **HASTE), Host("no wrapping", sink='wrap_ttl = "5m"', live=None),
    # Names come and go.
    *([] if why else [Host("denied names", host="denied.test", name="NXDOMAIN", **FLAP, **SHORT),
                      Host("silent names", host="silent.test", name="silence", n=300, takes=3.3, **FLAP, **SHORT)]),
]
by_name = {host.host: host for host in hosts}

# --- The minute

if can(not why, "names that come and go", why):
    threading.Thread(target=serve_names, daemon=True).start()
for host in hosts:
    host.start()
    time.sleep(0.03)
until, pause = time.monotonic() + RUN_S, threading.Event()
while time.monotonic() < until:
    for host in hosts:
        host.look(time.monotonic())
    pause.wait(0.1)
for host in hosts:
    host.stop()

# --- What came of it

ok(len(hosts) >= 60, "%d agents" % len(hosts))
for host in hosts:
    host.judge()
full = [host for host in hosts if host.n == 60]
ok(max(host.busiest(SPAN_S) for host in full) > 50, "some would have sent more")
diag("the most requests in any 60 s, of 60 allowed: %d; in any second, of 20: %d" % tuple(max(host.busiest(s) for host in full) for s in (SPAN_S, BURST_S)))
diag("the longest without a token that was to be had, beyond the time of a failing login: %.1f s" % max(h.longest - h.step for h in hosts if h.live))
end()
