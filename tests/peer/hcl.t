#!/usr/bin/env python3
# hcl.t: the configuration reader against Vault's own, over that one's 118 test files; and that the answers in tests/vectors/hcl are true.
# SPDX-License-Identifier: MIT

import os
import subprocess

import peers
from tap import end, equal, ok

TOP = os.path.normpath(os.path.join(peers.HERE, "..", ".."))
VECTORS = os.path.join(TOP, "tests", "vectors", "hcl")
BUILT = os.path.join(TOP, "build", "peers")


def answers(words, names, folder):
    """What a reader says of each file."""
    text = subprocess.run([*words, *names], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
    return dict(part.split(b"\n", 1) for part in (b"\n" + text).split(b"\n> ")[1:])


def find(folder, suffixes):
    return sorted(os.path.relpath(os.path.join(top, name), folder) for top, _, names in os.walk(folder)
                  for name in names if name.endswith(suffixes))


with open(os.path.join(VECTORS, "differ.txt"), encoding="ascii") as f:
    differ = dict(line.rstrip("\n").split("\t") for line in f if not line.startswith("#"))
oracle = [os.path.join(BUILT, "hcl")]
ours = [os.path.join(TOP, "build", "test", "vectors", "hcl")]

mine = find(VECTORS, (".hcl", ".json"))
with open(os.path.join(VECTORS, "answers.txt"), "rb") as f:
    equal(subprocess.run([*oracle, *mine], cwd=VECTORS, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout, f.read(),
          "tests/vectors/hcl/answers.txt is what the oracle says")

fixtures = os.path.realpath(os.path.join(BUILT, "hcl-fixtures"))
theirs = find(fixtures, ("",))
equal(len(theirs), 118, "all of its own files")
want, got = answers(oracle, theirs, fixtures), answers(ours, theirs, fixtures)
for name in theirs:
    key = name.encode()
    if name in differ:
        ok((want[key].strip() == b"refused") != (got[key].strip() == b"refused"), "%s: otherwise, since %s" % (name, differ[name]))
    else:
        equal(got[key].strip(), want[key].strip(), name)
ok(not set(differ) - set(mine) - set(theirs), "each file that is listed is there", set(differ) - set(mine) - set(theirs))
end()
