#!/usr/bin/env python3
# scratch.t: the program in a root that holds nothing else: no /proc, no /dev, read-only, as uid 65532; and what it says when
# something that it needs is not there.
# SPDX-License-Identifier: MIT

import os
import re
import shutil
import socket
import struct
import threading

import program
from peers import folder
from program import KEYS, TOKEN, Root, Standin, alone, line, native, nobody, said, with_env
from tap import can, end, equal, ok

alone()
NOBODY = nobody()
vault = Standin()
CA = {"/ca.pem": open(vault.ca, "rb").read()}
ENV = dict(KEYS, VAULT_ADDR=vault.url, VAULT_CACERT="/ca.pem")

scratch = Root("scratch", CA)
entries = sorted(["ca.pem", *(word[1:] for word in scratch.argv)])
equal(sorted(os.listdir(scratch.path)), entries, "a root with the program and one CA file")
try:
    open(scratch.path + "/x", "w")
    ok(False, "that is read-only")
except OSError:
    ok(True, "that is read-only")


def login(*args, root=scratch, env=None, **more):
    return root.run("login", "-field=token", *args, uid=NOBODY, env=with_env(ENV, env), **more)


def name(host):
    return vault.url.replace("127.0.0.1", host)


def failed(what, ran, text, code, hint=None):
    said(what, ran, code, line("login", text, code, hint))


ran = login()
said("a login by address, as uid %s" % NOBODY, ran, 0, "", TOKEN)
ok(vault.knows(ran.out), "the server knows that token")
said("with 0 and 2 closed", login(stdin=None, stderr=None, before=lambda: (os.close(0), os.close(2))), 0, "", TOKEN)
said("by the name localhost", login(env={"VAULT_ADDR": name("localhost")}), 0, "", TOKEN)
said("LOCALHOST and a dot", login("-tls-server-name=localhost", env={"VAULT_ADDR": name("LOCALHOST.")}), 0, "", TOKEN)
six = Standin("--listen", "[::1]:0", name="six")
said("by an IPv6 address", login(env={"VAULT_ADDR": six.url, "VAULT_CACERT": None, "VAULT_CACERT_BYTES": open(six.ca).read()}), 0, "", TOKEN)
said("version", scratch.run("version", uid=NOBODY), 0, "", re.compile("pantler .*\n"))
said("help", scratch.run("help", uid=NOBODY), 0, "", re.compile("pantler .*\n", re.S))
said("sign", scratch.run("sign", uid=NOBODY, env=KEYS), 0, "", re.compile(r'\{"role":"".*\}', re.S))
failed("a name, and no resolv.conf", login("-address=https://vault.test:8200"),
       'vault https://vault.test:8200: name "vault.test": there is no /etc/resolv.conf to say whom to ask', 12,
       "give an address instead of the name, or a line in /etc/hosts")
failed("-output to a root that is not ours", login("-output=/token"), "write /token: permission denied", 16)
BUNDLES = "no CA certificates: none given, none in the usual places"
failed("no CA anywhere", login(env={"VAULT_CACERT": None}), BUNDLES, 1, "name a file of them with -ca-cert or VAULT_CACERT")
failed("a CA file that is not there", login("-ca-cert=/none.pem"), "ca certificates: /none.pem: no such file or directory", 1)
equal(sorted(os.listdir(scratch.path)), entries, "nothing was left behind")

# --- The system's bundles, in their order

for i, place in enumerate(("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
                           "/etc/ssl/cert.pem")):
    root = Root("bundle%d" % i, {place: CA["/ca.pem"]})
    said("the CA is in " + place, login(root=root, env={"VAULT_CACERT": None}), 0, "", TOKEN)
    said("an empty VAULT_CACERT is none", login(root=root, env={"VAULT_CACERT": ""}), 0, "", TOKEN)

# --- Names, from files and from a nameserver on loopback

PORT = int(vault.url.rsplit(":", 1)[1])


def files(**etc):
    return dict(CA, **{"/etc/" + path: text.encode() for path, text in etc.items()})


def question(packet):
    labels, at = [], 12
    while packet[at]:
        labels.append(packet[at + 1:at + 1 + packet[at]].decode())
        at += 1 + packet[at]
    return ".".join(labels), struct.unpack(">H", packet[at + 1:at + 3])[0], at + 5


class Nameserver:
    """Answers on 127.0.0.1:53 from `names`: name to IPv4 address; NXDOMAIN for others. `asked` holds (name, type)."""

    def __init__(self, names):
        self.names, self.asked = names, []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 53))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            packet, peer = self.socket.recvfrom(4096)
            name, kind, question_end = question(packet)
            self.asked.append((name, kind))
            found = self.names.get(name.lower())
            answer = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + socket.inet_aton(found) if found and kind == 1 else b""
            head = packet[:2] + struct.pack(">HHHHH", 0x8180 if found else 0x8183, 1, 1 if answer else 0, 0, 0)
            self.socket.sendto(head + packet[12:question_end] + answer, peer)


AT = "vault %s: " % name("vault.test")
BY_NAME = ["-address=" + name("vault.test"), "-tls-server-name=localhost"]
empty = Root("empty-conf", files(**{"resolv.conf": "# nobody\n"}))
failed("a resolv.conf without a server", login(*BY_NAME, root=empty), AT + 'name "vault.test": /etc/resolv.conf names no server', 12)
hosts = Root("hosts", files(hosts="127.0.0.2 other\n127.0.0.1\tvault.test vault # ours\n"))
said("a name in /etc/hosts", login(*BY_NAME, root=hosts), 0, "", TOKEN)
conf = Root("conf", files(**{"resolv.conf": "search corp.test\nnameserver 127.0.0.1\noptions timeout:1 attempts:1\n"}))
failed("a nameserver that refuses the packet", login(*BY_NAME, root=conf),
       AT + 'no nameserver answered for "vault.test" (127.0.0.1)', 12)
dns = Nameserver({"vault.test": "127.0.0.1", "short.corp.test": "127.0.0.1"})
said("a name that the nameserver knows", login(*BY_NAME, root=conf), 0, "", TOKEN)
equal(sorted(dns.asked), [("vault.test", 1), ("vault.test", 28)], "asked once for each family")
dns.asked.clear()
said("a name in a search domain", login("-address=" + name("short"), "-tls-server-name=localhost", root=conf), 0, "", TOKEN)
equal(sorted(set(n for n, _ in dns.asked)), ["short.corp.test"], "asked as that")
failed("a name that does not exist", login("-address=" + name("nosuch.test"), root=conf),
       'vault %s: name "nosuch.test" does not exist' % name("nosuch.test"), 12)
ran = conf.run("doctor", "-address=" + name("nosuch.test"), env=dict(ENV, AWS_ENDPOINT_URL_STS="http://127.0.0.1:1"))
ok(ran.code == 12 and re.search(r"^  vault +failed +vault \S+ name \"nosuch.test\" does not exist\n  login +skipped ", ran.out, re.M), "nor for doctor, who tries no login", ran)

# --- Random numbers, where the kernel is too old to be asked for them and /dev does not have them either

if native("no random numbers", "it has calls of its own") and can(
        shutil.which("strace"), "no random numbers", "strace is not installed"):
    strace = ["strace", "-f", "-o", os.path.join(folder, "strace"), "-e", "trace=getrandom", "-e"]
    inside = ["chroot", scratch.path, *scratch.argv, "login"]
    RANDOM = "no random numbers from the kernel"
    for error, text in (("ENOSYS", RANDOM + ": /dev/random: no such file or directory"),
                        ("EPERM", RANDOM + ": operation not permitted"),
                        ("EFAULT", RANDOM + ": error 14")):
        ran = program.run(argv=[*strace, "inject=getrandom:error=" + error, *inside], env=dict(ENV, PATH=os.environ["PATH"]))
        said("no getrandom (%s)" % error, ran, 1, re.compile("pantler: login: (vault [^ ]+: )?%s \\(code 1\\)\n" % re.escape(text)))
    odd = Root("odd", dict(CA, **{"/dev/random": b"x" * 4096}))
    ran = program.run(argv=[*strace, "inject=getrandom:error=ENOSYS", "chroot", odd.path, *odd.argv, "login"],
                      env=dict(ENV, PATH=os.environ["PATH"]))
    said("a file in the place of /dev/random", ran, 1, re.compile(
        "pantler: login: (vault [^ ]+: )?%s: /dev/random: [^\n]+ \\(code 1\\)\n" % RANDOM))
    ran = program.run("login", "-field=token", argv=[*strace, "inject=getrandom:error=ENOSYS", *program.PREFIX, "login", "-field=token"],
                      env=dict(vault.env, PATH=os.environ["PATH"]))
    said("/dev/random is there: a login, with a word", ran, 0, "pantler: waiting for the kernel's random numbers\n", TOKEN)
end()
