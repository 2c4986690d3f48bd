# program.py: runs the program as a user does, for the system tests. Asserts nothing but where its names say so.
# SPDX-License-Identifier: MIT
# PANTLER is the program, or the words of an emulator and the program. Each run gets an environment of its own: a developer's
# machine may carry proxies and bundles.

import atexit
import ctypes
import fcntl
import os
import platform
import re
import resource
import shlex
import shutil
import socket
import struct
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.normpath(os.path.join(HERE, "..", ".."))
sys.path.insert(0, os.path.join(HERE, "..", "peer"))

import peers  # noqa: E402
import tap  # noqa: E402


def words_of(command):
    """A command's words, absolute where they are files: tests change their folder."""
    words = shlex.split(command)
    words[0] = shutil.which(words[0]) or peers.bail("%s is not there" % words[0])
    if not os.access(words[-1], os.X_OK):
        peers.bail("%s is not built" % words[-1])
    return [os.path.abspath(word) if os.path.exists(word) else word for word in words]


PREFIX = words_of(os.environ.get("PANTLER") or os.path.join(TOP, "build", platform.machine(), "pantler"))
EMULATED = len(PREFIX) > 1


def native(name, why):
    """Whether a part that only means something for the processor's own kernel can be run: `if native(...):`. It is no skip when it is
    not: the same part is run without the emulator."""
    if EMULATED:
        print("# %s: not under an emulator, %s" % (name, why), flush=True)
    return not EMULATED

HUNG_S = 60  # a run that takes longer has failed
HUNG = -1000  # and has this code

# The stand-in's keys (tests/peer/standin); no message may hold the last part of either.
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAPANTLERDEMO00001", "AWS_SECRET_ACCESS_KEY": "demo/secret+key/of/no/value/whatsoever00"}
SESSION = {"AWS_ACCESS_KEY_ID": "ASIAPANTLERDEMO00003", "AWS_SECRET_ACCESS_KEY": "demo/secret+key/of/a/session/0000000000",
           "AWS_SESSION_TOKEN": "demo//session//token=="}
SECRETS = ("demo/secret+key", "demo//session")


def run(*args, env=None, timeout=HUNG_S, argv=None, **more):
    """Run `pantler ARGS` to its end (or argv as it is). A run that hangs is killed and has code HUNG."""
    options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "env": {**peers.QUIET, **(env or {})}, **more}
    with subprocess.Popen([*PREFIX, *args] if argv is None else argv, **options) as process:
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            return peers.Ran(subprocess.CompletedProcess([], HUNG, out or b"", (err or b"") + b"(hung: killed by the test)"))
    return peers.Ran(subprocess.CompletedProcess([], process.returncode, out or b"", err or b""))


def start(*args, env=None, argv=None, **more):
    """Start `pantler ARGS`, to be waited for with `end`. It dies with the test."""
    options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "env": {**peers.QUIET, **(env or {})}, **more}
    before = options.pop("preexec_fn", None)
    return subprocess.Popen([*PREFIX, *args] if argv is None else argv, **options,
                            preexec_fn=lambda: (peers.die_with_parent(), before and before()))


def end(process, within):
    """How a started run ended, at the latest `within` seconds from now: code HUNG when it did not."""
    try:
        out, err = process.communicate(timeout=within)
        code = process.returncode
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        code = HUNG
    return peers.Ran(subprocess.CompletedProcess([], code, out or b"", err or b""))


def said(name, ran, code, err="", out=""):
    """One assertion: exit code, standard error and standard output are these, whole. A pattern (re.compile) must match
    whole. No secret is in either."""
    def fits(got, want):
        return want.fullmatch(got) if isinstance(want, re.Pattern) else got == want

    return tap.ok(ran.code == code and fits(ran.err, err) and fits(ran.out, out)
                  and not any(s in ran.err for s in SECRETS), name,
                  "want exit %d\nstdout %r\nstderr %r\ngot  %s" % (code, out, err, ran))


# What a run without any credentials says, and its hint.
NO_CREDENTIALS = (
    "no aws credentials: none in the configuration; AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set; profile default: HOME is not set; "
    "web identity: AWS_WEB_IDENTITY_TOKEN_FILE is not set; no container endpoint in the environment; "
    "instance metadata: AWS_EC2_METADATA_DISABLED is true")
NO_CREDENTIALS_HINT = "pantler doctor looks at each of these and explains"


def line(verb, text, code, hint=None):
    """What a failed run says."""
    return "pantler: %s%s%s (code %d)\n%s" % (verb, verb and ": ", text, code, "hint: %s\n" % hint if hint else "")


class Standin:
    """The stand-in for Vault, and what a login to it needs."""

    def __init__(self, *args, name="standin"):
        self.server = peers.start_standin(name, *args)
        self.url = self.server.url
        self.folder = os.path.join(peers.folder, name)
        self.ca = os.path.join(self.folder, "ca.pem")
        self.env = dict(KEYS, VAULT_ADDR=self.url, VAULT_CACERT=self.ca)
        self.api = peers.Api(self.url, self.ca)

    def login(self, *args, env=None, **more):
        """`pantler login ARGS`; env adds variables, or removes those that are None."""
        return run("login", *args, env=with_env(self.env, env), **more)

    def knows(self, token):
        return self.api("GET", "auth/token/lookup-self", token=token)[0] == 200


def with_env(base, changes):
    return {name: value for name, value in {**base, **(changes or {})}.items() if value is not None}


TOKEN = re.compile(r"hvs\.[A-Za-z0-9_-]{32}")


def limited(which, soft):
    """A preexec_fn that sets a soft resource limit."""
    return lambda: resource.setrlimit(which, (soft, resource.getrlimit(which)[1]))


# --- Namespaces and roots of the test's own: nothing outside is touched, and the kernel takes them down with the test.

def alone():
    """Go on in a network namespace with nothing but loopback, and a mount namespace. Needs root, or user namespaces."""
    if "--alone" not in sys.argv:
        words = ["unshare", "-n", "-m", *([] if os.geteuid() == 0 else ["-r"])]
        if subprocess.run([*words, "true"], stderr=subprocess.DEVNULL).returncode != 0:
            print("1..0 # SKIP needs root, or user namespaces: %s does not work" % " ".join(words))
            sys.exit(0)
        shutil.rmtree(peers.folder, ignore_errors=True)
        os.execvp(words[0], [*words, sys.executable, *sys.argv, "--alone"])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        fcntl.ioctl(s, 0x8914, struct.pack("16sh14x", b"lo", 1))  # SIOCSIFFLAGS, IFF_UP


def nobody():
    """The uid of a user without rights, or None where there is no other than us (a user namespace of one)."""
    with open("/proc/self/uid_map") as f:
        return 65532 if os.geteuid() == 0 and int(f.read().split()[2]) > 65532 else None


def become(uid):
    """For a preexec_fn: be this user, when it is one."""
    if uid is not None:
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)


MS_RDONLY, MS_REMOUNT, MS_BIND = 1, 32, 4096


def mount(source, target, flags):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(source.encode(), target.encode(), None, ctypes.c_ulong(flags), None) != 0:
        peers.bail("mount %s on %s: %s" % (source, target, os.strerror(ctypes.get_errno())))


class Root:
    """A folder that holds the program and `files` (path: bytes) and nothing else, to run it in. After alone()."""

    def __init__(self, name, files=None, read_only=True):
        self.path = os.path.join(peers.folder, name)
        self.argv = []
        os.makedirs(self.path, 0o755)
        for i, word in enumerate(PREFIX):
            if not os.path.exists(word):
                self.argv.append(word)
                continue
            self.argv.append("/pantler" if i == len(PREFIX) - 1 else "/emulator")
            shutil.copy(word, self.path + self.argv[-1])
        for path, data in (files or {}).items():
            os.makedirs(os.path.dirname(self.path + path), 0o755, exist_ok=True)
            with open(self.path + path, "wb") as f:
                f.write(data)
        if read_only:
            mount(self.path, self.path, MS_BIND)
            mount(self.path, self.path, MS_BIND | MS_REMOUNT | MS_RDONLY)
            atexit.register(lambda: ctypes.CDLL(None).umount2(self.path.encode(), 2))  # before the folder is removed

    def enter(self, uid=None):
        os.chroot(self.path)
        os.chdir("/")
        become(uid)

    def run(self, *args, uid=None, before=None, **more):
        """Run in this root, as this user; `before` is called there, too."""
        return run(argv=[*self.argv, *args], preexec_fn=lambda: (self.enter(uid), before and before()), **more)


def lock(f):
    """Hold a file, open for writing, as the program holds one that it writes: by its open file description (fcntl(2))."""
    fcntl.fcntl(f, fcntl.F_OFD_SETLK, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0))


def until(condition, within=10):
    """Look again and again until the condition holds; whether it does. For what cannot be waited for otherwise."""
    look, deadline = threading.Event(), time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            return False
        look.wait(0.005)
    return True
