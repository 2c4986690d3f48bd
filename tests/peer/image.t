#!/usr/bin/env python3
# image.t: the image of docker/Dockerfile holds the program and nothing else, is small, and logs in as uid 65532 in a root that is
# read-only, without /proc and /dev. How it is built is tests/peer/image's business.
# SPDX-License-Identifier: MIT

import json
import os
import platform
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.normpath(os.path.join(HERE, "..", ".."))
BUILT = os.path.join(TOP, "build", "image")
sys.path.insert(0, os.path.join(HERE, "..", "system"))

if "--alone" not in sys.argv:  # program.alone() starts this file again, with no network: the image is built before
    for tool in ("buildah", "debootstrap", "apt-get"):
        if not shutil.which(tool):
            print("1..0 # SKIP %s is not installed" % tool)
            sys.exit(0)
    if os.geteuid() != 0:
        print("1..0 # SKIP buildah needs root here")
        sys.exit(0)
    env = dict(os.environ)
    if "SOURCE_DATE_EPOCH" not in env and os.path.exists(os.path.join(TOP, ".git")):
        env["SOURCE_DATE_EPOCH"] = subprocess.check_output(["git", "log", "-1", "--format=%ct"], cwd=TOP, text=True).strip()
    if subprocess.run([os.path.join(HERE, "image"), BUILT], cwd=TOP, env=env).returncode != 0:
        print("Bail out! the image cannot be built")
        sys.exit(1)

import program  # noqa: E402
from program import KEYS, TOKEN, Standin, said, with_env  # noqa: E402
from tap import end, equal, ok  # noqa: E402

program.alone()

image = program.Root.__new__(program.Root)  # one that holds the image's files, not a copy of the program
image.path, image.argv = os.path.join(program.peers.folder, "image"), ["/pantler"]
shutil.copytree(os.path.join(BUILT, "root"), image.path, symlinks=True)
program.mount(image.path, image.path, program.MS_BIND)
program.mount(image.path, image.path, program.MS_BIND | program.MS_REMOUNT | program.MS_RDONLY)
program.atexit.register(lambda: program.ctypes.CDLL(None).umount2(image.path.encode(), 2))

found = sorted(os.path.relpath(os.path.join(at, name), image.path) for at, folders, files in os.walk(image.path)
               for name in folders + files)
equal(found, ["pantler"], "the image holds one file")
with open(os.path.join(image.path, "pantler"), "rb") as a, open(os.path.join(TOP, "build", platform.machine(), "pantler"), "rb") as b:
    ok(a.read() == b.read(), "the same bytes as make's")

with open(os.path.join(TOP, "tests", "budget")) as f:
    limit = int(re.search(r"^image\s+bytes\s+(\d+)", f.read(), re.M).group(1))
with open(os.path.join(BUILT, "manifest")) as f:
    manifest = f.read().strip()
parts = json.loads(manifest)
size = len(manifest) + parts["config"]["size"] + sum(layer["size"] for layer in parts["layers"])
ok(size <= limit, "layers (not compressed), configuration and manifest have %d bytes, of %d" % (size, limit))
with open(os.path.join(BUILT, "config")) as f:
    config = json.load(f)["config"]
equal((config["User"], config["Entrypoint"]), ("65532:65532", ["/pantler"]), "whose user, and what it starts")

vault = Standin()
with open(vault.ca) as f:
    ENV = with_env(vault.env, {"VAULT_CACERT": None, "VAULT_CACERT_BYTES": f.read()})
said("version", image.run("version", uid=65532), 0, "", re.compile("pantler .*\n"))
said("help", image.run(*config["Cmd"], uid=65532), 0, "", re.compile("pantler .*\n", re.S))
ran = image.run("login", "-field=token", uid=65532, env=ENV)
said("it logs in: uid 65532, read-only root, no /proc, no /dev, the CA in a variable", ran, 0, "", TOKEN)
ok(vault.knows(ran.out), "the server knows that token")
ran = image.run("login", "-field=token", uid=65532, env=dict(ENV, AWS_SECRET_ACCESS_KEY=KEYS["AWS_SECRET_ACCESS_KEY"][::-1]))
ok(ran.code == 11 and not ran.out, "with a wrong key it does not", ran)
end()
