#!/usr/bin/env python3
# ec2.t: the login of type ec2: what is sent, and the file of the nonce, which is on disk before Vault hears of it.
# SPDX-License-Identifier: MIT

import json
import os
import re
import shutil
import stat

import program
import unruly
from certs import Authority
from imds import INSTANCE, SESSION, Imds
from peers import folder
from program import line, native, run, said
from tap import can, end, equal, ok

authority = Authority(os.path.join(folder, "ca"))
web = unruly.Web(authority.issue("server"))
imds = Imds("AKIANEVER", "CANARY", "CANARY")
place = os.path.join(folder, "place")
os.mkdir(place)
path = os.path.join(place, "nonce")
found = []


def answer(conn):
    """A good login; notes what the file held while it was asked for."""
    found.append((open(path).read(), stat.S_IMODE(os.stat(path).st_mode)) if os.path.exists(path) else None)
    conn.sendall(unruly.login())


web.answers["aws"] = answer


def login(*args, env=None):
    """The run, and the bodies that Vault got."""
    before = len(web.seen)
    ran = run("login", "-type=ec2", "-role=web", "-field=token", *args,
              env={**imds.env, "VAULT_ADDR": web.url, "VAULT_CACERT": authority.pem, **(env or {})})
    return ran, [json.loads(request[2]) for request in web.seen[before:]]


def good(name, *args, env=None):
    ran, bodies = login(*args, env=env)
    said(name, ran, 0, "", unruly.TOKEN)
    equal(len(bodies), 1, name + ": one request")
    return bodies[0] if bodies else {}


def bad(name, text, code, *args, hint=None, env=None):
    ran, bodies = login(*args, env=env)
    said(name, ran, code, line("login", text, code, hint))
    equal(bodies, [], name + ": Vault heard nothing of it")


FILE = "-nonce-file=" + path

# --- The first login and the second

body = good("the first login", FILE)
equal(imds.asked(), ["PUT api/token", "GET dynamic/instance-identity/document", "GET dynamic/instance-identity/signature"], "three questions")
equal(sorted(body), ["identity", "nonce", "role", "signature"], "document, its signature, a nonce and the role")
ok(re.fullmatch("[0-9a-f]{32}", body.get("nonce", "")), "128 bits at random", body)
equal(found, [("%s\n%s\n" % (INSTANCE, body.get("nonce")), 0o600)], "which were on disk by then, for nobody else to read")
equal(os.listdir(place), ["nonce"], "and nothing beside them")
inode = os.stat(path).st_ino
again = good("the second", FILE)
equal((again, os.stat(path).st_ino), (body, inode), "has the same nonce, and leaves the file alone")
equal(good("by the variable", env={"PANTLER_NONCE_FILE": path}), body, "the same")
NONCE = body["nonce"]
os.unlink(path)
ok(good("the file is gone", FILE)["nonce"] != NONCE, "another nonce")
for level in ("debug", "info"):
    ran, bodies = login(FILE, "-log-level=" + level)
    ok(ran.code == 0 and not any(word in ran.err for word in (bodies[0]["nonce"], SESSION, bodies[0]["signature"])),
       "-log-level=%s: neither the nonce nor the session" % level, ran)

# --- By a configuration file

agent = os.path.join(folder, "agent")


def config(words):
    with open(agent, "w") as f:
        f.write('auto_auth { method "aws" { config { %s } } }' % words)
    os.chmod(agent, 0o600)
    return "-config=" + agent


os.unlink(path)
body = good("nonce_file", config('nonce_file = "%s"' % path))
ok(body["nonce"] in open(path).read(), "is written")
body = good("nonce", config('nonce = "5defbf9e", nonce_file = "%s"' % path))
equal(body["nonce"], "5defbf9e", "goes before the file")
os.chmod(agent, 0o644)
said("in a file that others can read", login("-config=" + agent)[0], 0, "pantler: %s can be read by others than its owner\n" % agent, unruly.TOKEN)
imds.asked()
body = good('ec2_proof = "pkcs7"', config('nonce = "5defbf9e", ec2_proof = "pkcs7"'))
equal(sorted(body), ["nonce", "pkcs7", "role"], "one message with both")
equal(imds.asked()[-1], "GET dynamic/instance-identity/rsa2048", "the one that is signed by RSA")

# --- Refused, before anything is sent


def write(text, mode=0o600):
    with open(path, "w") as f:
        f.write(text)
    os.chmod(path, mode)


BEFORE = "nonce file: %s: " % path
bad("no nonce and no file for one", "-type is ec2, and neither nonce nor nonce_file is set", 1,
    hint="a nonce that dies with the process would lock the instance out: name a file with -nonce-file")
bad("the same with a file that says nothing of it", "-type is ec2, and neither nonce nor nonce_file is set", 1, config('nonce_file = "", nonce = ""'),
    hint="a nonce that dies with the process would lock the instance out: name a file with -nonce-file")
write("i-0fedcba9876543210\n%s\n" % NONCE)
bad("another instance's file", BEFORE + "its nonce is of instance i-0fedcba9876543210, and this is " + INSTANCE, 1, FILE,
    hint="it came with an image or a disk: remove it")
WHOLE = "%s\n%s\n" % (INSTANCE, NONCE)
OURS = "its owner must be root or us, its mode 0600"
for mode in (0o640, 0o604, 0o644, 0o620, 0o602, 0o610, 0o601):
    write(WHOLE, mode)
    bad("mode %04o" % mode, BEFORE + OURS, 1, FILE)
write(WHOLE)
if can(program.nobody(), "another's file", "a user namespace with no other user than us"):
    os.chown(path, program.nobody(), -1)
    bad("another's file, which he may change", BEFORE + OURS, 1, FILE)
    os.chown(path, os.geteuid(), -1)
write(WHOLE, 0o400)
equal(good("one that may not be written", FILE)["nonce"], NONCE, "is used")
for name, text in (("empty", ""), ("cut", WHOLE[:-1]), ("one line", INSTANCE + "\n"), ("no nonce", INSTANCE + "\n\n"),
                   ("three lines", WHOLE + "x\n"), ("a control byte", WHOLE.replace(NONCE, "\x1bCANARY"))):
    write(text)
    bad(name, BEFORE + "it does not hold an instance id and a nonce, a line each", 1, FILE)
write("x" * 1000)
bad("too long", "nonce file: %s: longer than 194 bytes" % path, 1, FILE)
equal(os.listdir(place), ["nonce"], "none of them is touched")
os.unlink(path)
for name, where, why in (("a folder that is not there", folder + "/none/nonce", "no such file or directory"),
                         ("a read-only place", "/proc/nonce", None)):
    ran, bodies = login("-nonce-file=" + where)
    ok(ran.code == 16 and ran.err.startswith("pantler: login: nonce file: write %s: " % where) and (why or "") in ran.err, name + ": exit 16", ran)
    equal(bodies, [], name + ": Vault heard nothing of it")
bad("a folder", "nonce file: %s: is a directory" % folder, 1, "-nonce-file=" + folder)
os.symlink(folder + "/elsewhere", path)
ran, bodies = login(FILE)
ok((ran.code, bodies) == (16, []) and "is a symbolic link" in ran.err, "a link is not followed", ran)
os.unlink(path)

# --- Two first logins at once: both find no file, and the later one must not make another

if native("two first logins at once", "it has calls of its own") and can(shutil.which("strace"), "two first logins at once", "strace is not installed"):
    before = len(web.seen)
    both = [program.start(argv=["strace", "-f", "-o", "/dev/null", "-P", path, "-e", "inject=openat:delay_exit=%d:when=1" % us, *program.PREFIX,
                                "login", "-type=ec2", "-role=web", "-field=token", FILE],
                          env={**imds.env, "VAULT_ADDR": web.url, "VAULT_CACERT": authority.pem, "PATH": os.environ["PATH"]}) for us in (300000, 1200000)]
    for process in both:
        said("one of two first logins", program.end(process, 20), 0, "", unruly.TOKEN)
    heard = {json.loads(request[2])["nonce"] for request in web.seen[before:]}
    equal((len(web.seen) - before, heard), (2, {open(path).read().split()[1]}), "vault hears of one nonce, the file's")
    os.unlink(path)

imds.answers["dynamic/instance-identity/document"] = 404, ""
ran, bodies = login(FILE)
ok((ran.code, bodies, os.listdir(place)) == (10, [], []), "no identity: nothing is sent, and no file made", ran)
end()
