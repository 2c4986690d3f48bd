#!/usr/bin/env python3
# check.t: `pantler check`: 0 while the agent that wrote the ready file lives and its time is not over; else 18 and one line that says
# why not. The test plays the agent: it writes the file and holds its lock.
# SPDX-License-Identifier: MIT

import os
import signal
import subprocess
import sys
import time

import program
from peers import folder
from program import Root, alone, line, lock, nobody, run, said
from tap import can, end, equal, ok

alone()
os.makedirs(folder, exist_ok=True)
os.chmod(folder, 0o755)
PATH = os.path.join(folder, "ready")
NEVER = 2 ** 63 - 1


def boot_ms():
    return int(time.clock_gettime(time.CLOCK_BOOTTIME) * 1000)


def boot_id():
    with open("/proc/sys/kernel/random/boot_id") as f:
        return f.read().strip()


def start_of(pid):
    with open("/proc/%d/stat" % pid) as f:
        return int(f.read().rpartition(")")[2].split()[19])


def text(boot=None, pid=None, start=None, written=None, until=NEVER):
    pid = pid or os.getpid()
    body = "pantler-ready 1\nboot %s\npid %d\nstart %d\nwritten %d\nuntil %d\n" % (
        boot or boot_id(), pid, start_of(pid) if start is None else start, boot_ms() if written is None else written, until)
    value = 2166136261
    for c in body.encode():
        value = (value ^ c) * 16777619 % 2 ** 32
    return (body + "sum %x\n" % value).encode()


def write(data, path=PATH):
    """Replace the file, and return it, held."""
    f = open(path + ".new", "wb")
    f.write(data)
    f.flush()
    lock(f)
    os.rename(path + ".new", path)
    return f


def check(path=PATH, **more):
    return run("check", "-ready-file=" + path, **more)


def refused(name, why, path=PATH, **more):
    said(name, check(path, **more), 18, line("check", "%s: %s" % (path, why), 18))


refused("no file", "no such file or directory")
agent = write(text())
said("an agent that lives", check(), 0)
said("a flag and its value", run("check", "-ready-file", PATH), 0)
said("no environment is read", check(env={"VAULT_ADDR": "x", "VAULT_CLIENT_CERT": "x"}), 0)
said("standard output closed", check(stdout=None, preexec_fn=lambda: os.close(1)), 0)
uid = nobody()
if can(uid is not None, "another user", "a user namespace of one"):
    said("another user", check(preexec_fn=lambda: program.become(uid)), 0)
agent.close()
refused("an agent that has ended", "its agent has ended")

for name, why, fields in (
        ("of another boot", "of another boot", {"boot": "01234567-89ab-cdef-0123-456789abcdef"}),
        ("from the future", "from the future", {"written": boot_ms() + 600000}),
        ("past its time", "past its time", {"until": boot_ms() - 1})):
    with write(text(**fields)):
        refused("held, but " + name, why)
with write(text(until=boot_ms() + 1500)):
    said("good for a moment", check(), 0)
    ok(program.until(lambda: check().code == 18), "and then no more")
whole = text()
for name, data in (("empty", b""), ("cut", whole[:-1]), ("longer", whole + b"\n"), ("of a later version", whole.replace(b" 1\n", b" 2\n", 1)),
                   ("with another time", whole.replace(b"until 9", b"until 8"))):
    with write(data):
        refused(name, "not a ready file of this version")
with write(b"x" * 100000):
    refused("huge", "longer than 256 bytes")
os.remove(PATH)
os.mkdir(PATH)
refused("a folder", "is a directory")
os.rmdir(PATH)
os.mkfifo(PATH)
refused("a fifo", "not a regular file")
os.remove(PATH)
said("a path with a line end", run("check", "-ready-file=a\nb"), 1, line("check", "-ready-file holds a control byte", 1))

# A real process, killed at once; and its number with another's start.
code = "import fcntl, os, sys, time; f = open(sys.argv[1], 'r+b'); fcntl.lockf(f, fcntl.LOCK_EX); print(flush=True); time.sleep(600)"
write(b"").close()
with subprocess.Popen([sys.executable, "-c", code, PATH], stdout=subprocess.PIPE) as process:
    process.stdout.readline()
    with open(PATH, "r+b") as f:
        f.write(text(pid=process.pid))
    said("a process that holds it", check(), 0)
    process.send_signal(signal.SIGSTOP)
    said("stopped, it lives", check(), 0)
    process.kill()
    process.wait()
    refused("killed", "its agent has ended")
with open(PATH, "r+b") as f:
    f.truncate()
    f.write(text(start=1))
refused("a number that is another process's", "its agent has ended")
with open(PATH, "r+b") as f:
    f.truncate()
    f.write(text())
refused("ours, but nobody holds it: a copy", "its agent has ended")

# Nothing but the program and the file: no /proc.
root = Root("check", read_only=False)
inside = os.path.join(root.path, "ready")
with write(text(), inside):
    os.chmod(inside, 0o644)
    said("in an empty root, as nobody", root.run("check", "-ready-file=/ready", uid=uid), 0)
    with write(text(boot="-", start=0), inside):
        os.chmod(inside, 0o644)
        said("of an agent that has no /proc either", root.run("check", "-ready-file=/ready", uid=uid), 0)
said("it has ended", root.run("check", "-ready-file=/ready", uid=uid), 18, line("check", "/ready: its agent has ended", 18))

for words, why in (((), "-ready-file must say which file"), (("-ready-file=",), "-ready-file must say which file"),
                   (("-ready-file",), "-ready-file needs a value"), (("-ready-file=x", "y"), 'takes no arguments: "y"')):
    said("check " + " ".join(words), run("check", *words), 1, line("check", why, 1))
said("a slip", run("check", "-readyfile=x"), 1, line("check", "unknown flag -readyfile", 1, "did you mean -ready-file?"))
said("an unknown flag", run("check", "-colour=x"), 1, line("check", "unknown flag -colour", 1, "pantler help check shows the flags"))
equal(sorted(os.listdir(folder)), ["check", "ready"], "it leaves nothing behind")
end()
