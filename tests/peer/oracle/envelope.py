# envelope.py: the second opinion on encrypted sinks: Python's cryptography. Sends nothing.
# SPDX-License-Identifier: MIT
"""Reads one JSON case a line from standard input: {"private": hex}, answered with {"file": what dh_path holds for it}; with an "envelope", "aad" and
"derive" too, answered with {"text": what was encrypted} or {"error": why not}. Needs cryptography (the environment that tests/peer/setup
makes)."""

import base64
import json
import sys

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def no_twice(pairs):
    found = dict(pairs)
    assert len(found) == len(pairs), "a key twice"
    return found


def opened(private, envelope, aad, derive):
    """What is in the envelope; whatever is not exactly of Vault Agent's form raises."""
    assert envelope.endswith("\n") and "\n" not in envelope[:-1] and " " not in envelope, "not one line"
    found = json.loads(envelope, object_pairs_hook=no_twice)
    assert list(found) == ["curve25519_public_key", "nonce", "encrypted_payload"], list(found)
    theirs, nonce, payload = (base64.b64decode(value, validate=True) for value in found.values())
    assert len(theirs) == 32 and len(nonce) == 12, "lengths"
    key, own = private.exchange(X25519PublicKey.from_public_bytes(theirs)), private.public_key().public_bytes_raw()
    if derive:
        key = HKDF(hashes.SHA256(), 32, min(own, theirs), max(own, theirs)).derive(key)
    return AESGCM(key).decrypt(nonce, payload, aad.encode()).decode()


for line in sys.stdin:
    case = json.loads(line)
    mine = X25519PrivateKey.from_private_bytes(bytes.fromhex(case["private"]))
    if "envelope" not in case:
        public = base64.b64encode(mine.public_key().public_bytes_raw()).decode()
        print(json.dumps({"file": json.dumps({"curve25519_public_key": public}) + "\n"}))
        continue
    try:
        print(json.dumps({"text": opened(mine, case["envelope"], case["aad"], case["derive"])}))
    except (AssertionError, InvalidTag, ValueError) as why:
        print(json.dumps({"error": repr(why)}))
