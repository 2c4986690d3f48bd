#!/usr/bin/env python3
# sink-oracle.t: encrypted sinks are opened by Python's cryptography, wrapped ones unwrapped by a real Vault: derive_key, aad and wrap_ttl in every combination.
# SPDX-License-Identifier: MIT

import itertools
import json
import os
import secrets
import stat
import subprocess

import peers
from certs import Authority
from tap import end, equal, ok

TOOL = os.path.join(peers.BUILD, "test", "tools", "sink")
ORACLE = [peers.PYTHON, os.path.join(peers.HERE, "oracle", "envelope.py")]
# Several of each, since the order of both public keys decides what is salt: one alone would be right half the time.
CASES = [dict(zip(("derive", "aad", "ttl", "encrypt"), case))
         for case in itertools.product((False, True), ("", "TESTAAD", "a d/ä\"" * 40), (0, 300), (True,) * 4)]
CASES += [{"derive": False, "aad": "", "ttl": ttl, "encrypt": False} for ttl in (0, 300)]

ours = Authority(os.path.join(peers.folder, "ours"))
vault, api = peers.start_vault(ours)
for case in CASES:
    case["private"] = secrets.token_hex(32)
keys = peers.oracle(ORACLE, CASES)


def new_token():
    return api.must("POST", "auth/token/create", {"ttl": "1h", "policies": ["default"]})["auth"]["client_token"]


def write(i, case):
    """What the sink holds after the tool has written a token to it."""
    path, dh = (os.path.join(peers.folder, "%s%d" % (name, i)) for name in ("sink", "dh"))
    with open(dh, "w") as out:
        out.write(keys[i]["file"])
    case["token"] = new_token()
    ran = subprocess.run([TOOL, vault.url, ours.pem, path, str(case["ttl"]), dh if case["encrypt"] else "", "%d" % case["derive"],
                          case["aad"], case["token"]], capture_output=True, text=True, timeout=60, env=peers.QUIET)
    case["ran"] = (ran.returncode, ran.stdout, ran.stderr)
    if ran.returncode:
        return ""
    case["mode"] = stat.S_IMODE(os.stat(path).st_mode)
    with open(path) as f:
        return f.read()


def unwrapped(line):
    """The token in a wrapped sink, by Vault itself, and once only."""
    info = json.loads(line)
    status, answer = api("PUT", "sys/wrapping/unwrap", token=info["token"])
    again, _ = api("PUT", "sys/wrapping/unwrap", token=info["token"])
    return answer["data"]["token"] if status == 200 and again != 200 else (status, answer, again)


for i, case in enumerate(CASES):
    case["envelope"] = write(i, case)
texts = peers.oracle(ORACLE, CASES)
wrong = peers.oracle(ORACLE, [dict(case, aad=case["aad"] + "x") for case in CASES])
other = peers.oracle(ORACLE, [dict(case, derive=not case["derive"]) for case in CASES])
for i, case in enumerate(CASES):
    name = "derive_key %s, aad of %d, wrap_ttl %d, %sencrypted" % (case["derive"], len(case["aad"]), case["ttl"], "" if case["encrypt"] else "not ")
    if not ok(case["ran"] == (0, "", "") and case["mode"] == 0o640, name + ": written", case["ran"]):
        continue
    text = texts[i].get("text") if case["encrypt"] else case["envelope"]
    if case["encrypt"]:
        ok(case["token"] not in case["envelope"] and "error" in wrong[i] and "error" in other[i], name + ": opened so, and in no other way")
    if text is None or not case["ttl"]:
        equal(text, case["token"], name + ": the token")
        continue
    info = json.loads(text)
    equal((list(info), text.count("\n"), text[-1:], info["ttl"], info["creation_path"], info["wrapped_accessor"]),
          (["token", "accessor", "ttl", "creation_time", "creation_path", "wrapped_accessor"], 1, "\n", 300, "sys/wrapping/wrap", ""),
          name + ": Vault Agent's line")
    equal(unwrapped(text), case["token"], name + ": unwrapped")
equal(len({case["envelope"] for case in CASES}), len(CASES), "no two are alike")
end()
