#!/usr/bin/env python3
# certs.t: servers that do not prove who they are, or that speak no TLS that we do: each with its whole message and exit code.
# SPDX-License-Identifier: MIT

import calendar
import os
import re
import ssl
import time

import peers
import unruly
from certs import Authority, openssl
from tap import end, equal


def folder(name):
    return os.path.join(peers.folder, name)


ours, twin = Authority(folder("ours"), "our CA"), Authority(folder("twin"), "our CA")
theirs = Authority(folder("theirs"), "somebody else's CA")
narrow = Authority(folder("narrow"), "a narrow CA", ["nameConstraints=critical,permitted;IP:127.0.0.0/255.0.0.0"])


def web(certificate, clients=None, **more):
    server = unruly.Web(certificate, **more)
    server.answers["aws"] = unruly.login()
    if clients:
        server.tls.verify_mode = ssl.CERT_REQUIRED
        server.tls.load_verify_locations(clients)
    return server


def dates(certificate):
    """When it begins and ends, as RFC 3339."""
    lines = openssl("x509", "-in", certificate[0], "-noout", "-dates", "-dateopt", "iso_8601").splitlines()
    return [line.partition("=")[2].replace(" ", "T") for line in lines]


def wrong(name, server, code, words, hint, *args, host=None, ca=ours.pem):
    """A login at this server, or one with this certificate, fails in these words: asked once, and told nothing."""
    if not isinstance(server, unruly.Listener):
        server = web(server)
    before = server.connections, len(getattr(server, "seen", ()))
    url = server.url.replace("127.0.0.1", host or "127.0.0.1")
    ran = peers.login(url, *args, ca=ca)
    now = re.search(r"it is now (\d+-\d+-\d+T\d+:\d+:\d+Z)", ran.err)
    if now and abs(calendar.timegm(time.strptime(now[1], "%Y-%m-%dT%H:%M:%SZ")) - time.time()) < 60:
        ran.err = ran.err.replace(now[1], "NOW")
    peers.refused(name, ran, code, "pantler: login: vault %s: %s (code %d)\n%s" % (url, words, code, hint))
    equal((server.connections, len(getattr(server, "seen", ()))), (before[0] + 1, before[1]), name + ": asked once, told nothing")


def right(name, server, *args, host="127.0.0.1", ca=ours.pem, env=None):
    ran = peers.login(server.url.replace("127.0.0.1", host), "-field=token", *args, ca=ca, env=env)
    equal((ran.code, ran.out, ran.err), (0, unruly.TOKEN, ""), name)


good = web(ours.issue("good"))
right("an address in the certificate", good)
right("a name in the certificate", good, host="localhost")
right("a name of ours for the server", web(ours.issue("named", ("DNS:vault.corp",))), "-tls-server-name=vault.corp")
right("a wildcard", web(ours.issue("wild", ("DNS:*.corp",))), "-tls-server-name=vault.corp")
right("TLS 1.2 alone", web(ours.issue("twelve"), most=ssl.TLSVersion.TLSv1_2))
with open(folder("both"), "w") as both:
    both.write(open(theirs.pem).read() + open(ours.pem).read())
right("two authorities in one file", good, ca=folder("both"))
right("a certificate that is trusted itself", web(ours.issue("itself", self_signed=True)), ca=folder("ours/itself.pem"))

right("an RSA key", web(ours.issue("rsa", rsa=2048)))

HINT_NAMES = "hint: the server's names are %s; use one of them, or -tls-server-name\n"
HINT_CLOCK = "hint: if that is wrong, set the clock; else renew the certificate\n"
HINT_CA = "hint: name a file that holds its certificate by -ca-cert\n"
HINT_SUITE = "hint: it needs ECDHE with AES-GCM or ChaCha20, and a P-256, P-384, P-521 or RSA certificate\n"

wrong("wrong name", ours.issue("old", ("DNS:old.corp", "IP:10.0.0.7")), 13, 'certificate is for "old.corp", not "localhost"',
      HINT_NAMES % "old.corp, 10.0.0.7", host="localhost")
wrong("wrong name, only one", ours.issue("old1", ("DNS:old.corp",)), 13, 'certificate is for "old.corp", not "localhost"',
      HINT_NAMES % "old.corp", host="localhost")
wrong("wrong address", ours.issue("address", ("IP:127.0.0.2", "DNS:localhost")), 13,
      'certificate is for "127.0.0.2", not "127.0.0.1"', HINT_NAMES % "127.0.0.2, localhost")
wrong("an address as a name", ours.issue("dns-ip", ("DNS:127.0.0.1",)), 13,
      'certificate has "127.0.0.1" as a name, not as an address', "")
wrong("no name but the common one", ours.issue("cn", (), cn="localhost"), 13, "certificate has no subject alternative name",
      "hint: the server needs one with its name there; a common name does not count\n", host="localhost")
wrong("a wildcard over two labels", ours.issue("wild2", ("DNS:*.corp",)), 13, 'certificate is for "*.corp", not "a.b.corp"',
      HINT_NAMES % "*.corp", "-tls-server-name=a.b.corp")
wrong("wrong name of ours", good, 13, 'certificate is for "localhost", not "vault.corp"', HINT_NAMES % "localhost, 127.0.0.1",
      "-tls-server-name=vault.corp")
for name, days, words in (("expired", (-10, -5), "expired on"), ("not yet valid", (5, 10), "is not valid before")):
    certificate = ours.issue(name.replace(" ", "-"), days=days)
    wrong(name, certificate, 14, "certificate %s %s, and it is now NOW" % (words, dates(certificate)[days[0] < 0]), HINT_CLOCK)
wrong("unknown issuer", theirs.issue("theirs"), 13, 'issuer "CN=somebody else\'s CA" is neither sent nor trusted', HINT_CA)
wrong("another CA of the same name", twin.issue("twin"), 13,
      'trusted CA "CN=our CA" has not signed this chain, which names it', "")
wrong("self-signed", ours.issue("self", self_signed=True), 13, "certificate is self-signed and not trusted", HINT_CA)
wrong("for clients only", ours.issue("client", usage="clientAuth"), 13,
      "certificate is not for servers (extended key usage)", "")
wrong("name constraints", narrow.issue("narrow"), 13, 'trusted CA "CN=a narrow CA" has name constraints, which cannot be checked yet', "", ca=narrow.pem)
wrong("RSA of 1024 bits", web(ours.issue("short", rsa=1024), ciphers="DEFAULT:@SECLEVEL=0"), 13,
      "certificate has an RSA key of 1024 bits, not 2048 to 4096", "")

wrong("TLS 1.3 alone", web(ours.issue("thirteen"), least=ssl.TLSVersion.TLSv1_3), 13,
      "server accepts only TLS 1.3, this version only 1.2",
      'hint: allow TLS 1.2 there (Vault: tls_min_version = "tls12" in its listener)\n')
wrong("no cipher in common", web(ours.issue("suite"), most=ssl.TLSVersion.TLSv1_2, ciphers="ECDHE-ECDSA-AES128-SHA"), 13,
      "server shares no TLS 1.2 cipher, curve or kind of certificate with us", HINT_SUITE)
wrong("a client certificate demanded", web(ours.issue("mutual"), clients=ours.pem), 13,
      "server demands a client certificate, and this version has none", "")
wrong("a name that the server does not know", unruly.Babble(b"\x15\x03\x03\x00\x02\x02\x70"), 13,
      'server does not know the name "localhost"', "hint: name one that it has with -tls-server-name\n",
      host="localhost")
wrong("a record longer than TLS allows", unruly.Babble(b"\x16\x03\x03\xff\xff" + b"\x02" * 70000), 13,
      "server broke the TLS protocol: TLS alert 22 (record overflow)", "")
wrong("messages out of order", unruly.Babble(b"\x16\x03\x03\x00\x04\x0e\0\0\0"), 13,
      "server broke the TLS protocol: TLS alert 10 (unexpected message)", "")
wrong("plain HTTP on the port", unruly.Babble(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"), 13,
      "server speaks plain HTTP on this port", "hint: use http:// if that is meant: unprotected\n")
wrong("another protocol on the port", unruly.Babble(b"SSH-2.0-OpenSSH_9.2p1\r\n"), 13,
      'server does not speak TLS: its first bytes are "SSH-2"', "")
wrong("a connection closed at once", unruly.Babble(b""), 12, "server closed the connection before it answered at all", "")
wrong("silence", unruly.Silent(), 12, "TLS handshake: no answer within 0.5s", "", "-timeout=0.5s")

# Cut at every byte of what the server says. Its RSA signature makes every handshake equally long.
fixed = web(ours.issue("fixed", rsa=2048), most=ssl.TLSVersion.TLSv1_2, ciphers="ECDHE-RSA-AES128-GCM-SHA256")
cutter = unruly.Cutter(fixed)
cutter.limit = 1 << 20
right("through the cutter, uncut", cutter)
cutter.done.wait(30)
record = 5 + 8 + 16  # head, nonce and tag of a record
answered = cutter.passed - record - 2  # a close_notify less
opened = answered - record - len(unruly.login())
said = []
for cutter.limit in range(answered):
    ran = peers.login(cutter.url, ca=ours.pem)
    sentence = (ran.code, ran.out, ran.err.replace(cutter.url, "URL").replace("while sending the request", "before an answer came"))
    if sentence not in said[-1:]:
        said.append(sentence)
equal(said, [(12, "", "pantler: login: vault URL: %s (code 12)\n" % words) for words in (
    "server closed the connection before it answered at all",
    "server closed the connection during its TLS hello",
    "server closed the connection during the TLS handshake",
    "server closed the connection at the end of the TLS handshake",
    "the connection was cut before an answer came",
)], "cut at each of %d bytes of the handshake, and %d of the answer" % (opened, answered - opened))
cutter.limit = answered
right("cut behind the answer's last byte", cutter)
cutter.reset = True
for cutter.limit, words in (
        (0, "connection broke before it answered at all"), (1, "connection broke during its TLS hello"),
        (opened // 2, "connection broke during the TLS handshake"),
        (opened - 1, "connection broke at the end of the TLS handshake"),
        (opened + 100, "the connection was cut before an answer came")):
    peers.refused("reset after %d bytes" % cutter.limit, peers.login(cutter.url, ca=ours.pem), 12,
                  "pantler: login: vault %s: %s: connection reset (code 12)\n" % (cutter.url, words))

ran = peers.login(web(theirs.issue("skipped", days=(-10, -5))).url, "-field=token", "-tls-skip-verify", ca=ours.pem)
equal((ran.code, ran.out, ran.err), (0, unruly.TOKEN,
      "pantler: -tls-skip-verify: whoever answers gets the login and hands out the token\n"), "nothing verified, and said so")
end()
