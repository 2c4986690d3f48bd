#!/usr/bin/env python3
# tests/vectors/seal.py: writes seal.tsv, encrypted sinks by Python's cryptography. Run: tests/vectors/seal.py >tests/vectors/seal.tsv
# SPDX-License-Identifier: MIT
# cryptography 50.0.2 made what is committed. A line: derive, private key, the peer's public key, nonce, aad, text (all in hex), the AES key
# that comes of it in hex, the envelope.
import base64
import hashlib
import json

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def some(name, n):
    """n bytes that are always the same."""
    return b"".join(hashlib.sha256(("%s %d" % (name, i)).encode()).digest() for i in range(n // 32 + 1))[:n]


def line(derive, private, theirs, nonce, aad, text):
    key = X25519PrivateKey.from_private_bytes(private)
    own = key.public_key().public_bytes_raw()
    secret = key.exchange(X25519PublicKey.from_public_bytes(theirs))
    if derive:
        small, large = sorted((own, theirs))
        secret = HKDF(hashes.SHA256(), 32, small, large).derive(secret)
    payload = AESGCM(secret).encrypt(nonce, text, aad)
    envelope = {"curve25519_public_key": own, "nonce": nonce, "encrypted_payload": payload}
    envelope = json.dumps({k: base64.b64encode(v).decode() for k, v in envelope.items()}, separators=(",", ":"))
    print(derive, *(v.hex() for v in (private, theirs, nonce, aad, text, secret)), envelope, sep="\t")


def peer(name):
    return X25519PrivateKey.from_private_bytes(some(name, 32)).public_key().public_bytes_raw()


for i, n in enumerate((0, 1, 15, 16, 17, 31, 32, 33, 95, 255, 1000)):
    for derive in (0, 1):
        for aad in (0, 1, 16, 37):
            name = "%d %d %d" % (n, derive, aad)
            line(derive, some("own " + name, 32), peer("peer " + name), some("nonce " + name, 12), some("aad " + name, aad), some("text " + name, n))
# Points that are not as keys are made: the top bit set, which does not count; u over the prime; u of the twist; u = 9.
odd = [bytearray(peer("top")) for _ in range(2)]
odd[1][31] |= 0x80
odd += [(2**255 - 19 + u).to_bytes(32, "little") for u in (2, 3, 4, 5, 9)] + [u.to_bytes(32, "little") for u in (2, 3, 4, 5, 9)]
for i, theirs in enumerate(odd):
    for derive in (0, 1):
        line(derive, some("odd %d" % i, 32), bytes(theirs), some("nonce %d" % i, 12), b"", b"hvs.CAESI")
