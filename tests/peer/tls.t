#!/usr/bin/env python3
# tls.t: logins by every cipher and group that pantler has, at OpenSSL's and at Go's TLS, in FIPS mode too; who is believed is certs.t's.
# SPDX-License-Identifier: MIT

import json
import os
import ssl

import peers
import unruly
from certs import Authority
from tap import end, equal


ours = Authority(os.path.join(peers.folder, "ours"), "our CA")
ec, rsa = ours.issue("ec"), ours.issue("rsa", rsa=2048)


def right(name, url):
    ran = peers.login(url, "-field=token", ca=ours.pem)
    equal((ran.code, ran.out, ran.err), (0, unruly.TOKEN, ""), name)


def wrong(name, url, words, hint=""):
    peers.refused(name, peers.login(url, ca=ours.pem), 13, "pantler: login: vault %s: %s (code 13)\n%s" % (url, words, hint))


for kind, certificate in (("ECDSA", ec), ("RSA", rsa)):
    for cipher in "CHACHA20-POLY1305", "AES128-GCM-SHA256", "AES256-GCM-SHA384":
        for group in "X25519", "prime256v1", "secp384r1", "secp521r1":
            server = unruly.Web(certificate, most=ssl.TLSVersion.TLSv1_2, ciphers="ECDHE-%s-%s" % (kind, cipher))
            server.answers["aws"] = unruly.login()
            server.tls.set_ecdh_curve(group)
            right("OpenSSL: %s, %s, %s" % (kind, cipher, group), server.url)

body = os.path.join(peers.folder, "body")
with open(body, "w") as f:
    json.dump(dict(unruly.SECRET, warnings=None, padding="x" * 200000), f)


def go(certificate, version="1.2", clients="", debug=""):
    return peers.Server(peers.GOTLS, *certificate, version, clients, body, env={"GODEBUG": debug}).url


right("Go: ECDSA, a long answer", go(ec))
right("Go: RSA", go(rsa))
right("Go in FIPS mode, which demands the extended master secret: ECDSA", go(ec, debug="fips140=only"))
right("Go in FIPS mode: RSA", go(rsa, debug="fips140=only"))
wrong("Go: TLS 1.3 alone", go(ec, "1.3"), "server accepts only TLS 1.3, this version only 1.2",
      'hint: allow TLS 1.2 there (Vault: tls_min_version = "tls12" in its listener)\n')
wrong("Go: a client certificate demanded", go(ec, clients=ours.pem), "server demands a client certificate, and this version has none")
end()
