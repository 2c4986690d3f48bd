# peers.py: starts the servers that the peer tests talk to, and the program under test. Asserts nothing.
# SPDX-License-Identifier: MIT
# Every server binds loopback, on a port that the kernel picks, says on standard output where it is, and dies with the test,
# by its end or, when the test is killed, by the kernel's hand.

import atexit
import ctypes
import json
import os
import platform
import re
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.parse
import urllib.request

import tap
from certs import Authority

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.normpath(os.path.join(HERE, "..", "..", "build"))
PYTHON = os.path.join(BUILD, "peers", "python", "bin", "python")
SIGNER = os.path.join(BUILD, "peers", "signer")
VAULT = os.path.join(BUILD, "peers", "vault")
GOTLS = os.path.join(BUILD, "peers", "gotls")
PANTLER = os.path.abspath(os.environ.get("PANTLER") or os.path.join(BUILD, platform.machine(), "pantler"))
READY_S = 60  # a server that takes longer has failed

folder = tempfile.mkdtemp(prefix="pantler-peer.")
servers = []


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: a test that is killed leaves nothing running


class Server:
    """A child that prints its URL when it is ready. `url` is that; `log` holds what it printed."""

    def __init__(self, *argv, env=None, ready=lambda line: line.startswith("http") and line.strip()):
        self.log = []
        self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                        env=dict(os.environ, PYTHONUNBUFFERED="1", **env or {}), preexec_fn=die_with_parent)
        servers.append(self)
        watchdog = threading.Timer(READY_S, self.process.kill)
        watchdog.start()
        self.url = None
        for line in self.process.stdout:
            self.log.append(line)
            self.url = ready(line)
            if self.url:
                break
        watchdog.cancel()
        if not self.url:
            bail("%s did not start: %s" % (argv[0], "".join(self.log[-20:])))
        self.drain = threading.Thread(target=lambda: self.log.extend(self.process.stdout), daemon=True)
        self.drain.start()

    def stop(self):
        self.process.kill()
        self.process.wait()


def bail(why):
    print("Bail out! " + why.replace("\n", "\\n"), flush=True)
    sys.exit(255)


@atexit.register
def clean():
    for server in servers:
        server.stop()
    shutil.rmtree(folder, ignore_errors=True)


signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


class Ran:
    """How a run of the program ended: code, out, err (text; bytes that are no UTF-8 are escaped)."""

    def __init__(self, done):
        self.code = done.returncode
        self.out, self.err = ((b or b"").decode("utf-8", "backslashreplace") for b in (done.stdout, done.stderr))

    def __str__(self):
        return "exit %d\nstdout %s\nstderr %s" % (self.code, self.out, self.err)


# No test may reach beyond this machine: without credentials the program would ask the instance metadata service.
QUIET = {"AWS_EC2_METADATA_DISABLED": "true"}


def pantler(*args, env=None, timeout=60, stdin=b"", **more):
    """Run the program with an environment of its own: nothing of the caller's is in it. A run that hangs fails the test."""
    try:
        return Ran(subprocess.run([PANTLER, *args], env={**QUIET, **(env or {})}, input=stdin, timeout=timeout,
                                  **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}))
    except subprocess.TimeoutExpired as late:
        late.returncode, late.stdout, late.stderr = -1, late.stdout or b"", (late.stderr or b"") + b"(hung: killed by the test)"
        return Ran(late)


class Api:
    """Vault's HTTP API, as the test uses it to set up and to look. Raises nothing: (status, JSON or text)."""

    def __init__(self, url, ca, token=None):
        self.url, self.token = url, token
        self.tls = ssl.create_default_context(cafile=ca)

    def __call__(self, method, path, data=None, token=None):
        ask = urllib.request.Request("%s/v1/%s" % (self.url, path), method=method,
                                     data=None if data is None else json.dumps(data).encode())
        ask.add_header("X-Vault-Request", "true")
        if token or self.token:
            ask.add_header("X-Vault-Token", token or self.token)
        try:
            with urllib.request.urlopen(ask, context=self.tls, timeout=30) as answer:
                status, body = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, body = error.code, error.read()
        try:
            return status, json.loads(body or b"null")
        except ValueError:
            return status, body.decode("utf-8", "replace")

    def must(self, *args, **kwargs):
        status, answer = self(*args, **kwargs)
        if status not in (200, 204):
            bail("%s %s: %d %s" % (args[0], args[1], status, answer))
        return answer


def start_vault(authority, sts_ca=None):
    """A real Vault with TLS; its root token is "root". Returns its server and its API."""
    cert, key = authority.issue("vault")
    server = Server(VAULT, "-tls-cert", cert, "-tls-key", key, env={"SSL_CERT_FILE": sts_ca} if sts_ca else None)
    return server, Api(server.url, authority.pem, "root")


def start_standin(name="standin", *args):
    """The stand-in, with its own authority in folder/name. Returns its server; ca.pem is in that folder."""
    return Server(sys.executable, os.path.join(HERE, "standin"), "--dir", os.path.join(folder, name), *args)


ALLOW = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})


def start_moto():
    """moto as STS with signature checking on. Returns its server, the {id, secret} of user "pantler" and the {id, secret, token}
    of a session of role "web", both of account 123456789012."""
    server = Server(PYTHON, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0",
                    ready=lambda line: "Running on" in line and line.split()[-1])

    def call(service, version, action, **more):
        form = urllib.parse.urlencode(dict(more, Action=action, Version=version)).encode()
        scope = "AWS4-HMAC-SHA256 Credential=x/20150830/us-east-1/%s/aws4_request, SignedHeaders=host, Signature=0" % service
        with urllib.request.urlopen(urllib.request.Request(server.url, form, {"Authorization": scope}), timeout=30) as answer:
            xml = answer.read().decode()
        found = (re.search("<%s>(.*)</%s>" % (tag, tag), xml) for tag in ("AccessKeyId", "SecretAccessKey", "SessionToken"))
        return {name: tag and tag[1] for name, tag in zip(("id", "secret", "token"), found)}

    def iam(action, **more):
        return call("iam", "2010-05-08", action, **more)

    iam("CreateUser", UserName="pantler")
    iam("PutUserPolicy", UserName="pantler", PolicyName="all", PolicyDocument=ALLOW)
    key = iam("CreateAccessKey", UserName="pantler")
    iam("CreateRole", RoleName="web", AssumeRolePolicyDocument=ALLOW)
    iam("PutRolePolicy", RoleName="web", PolicyName="all", PolicyDocument=ALLOW)
    session = call("sts", "2011-06-15", "AssumeRole", RoleArn="arn:aws:iam::123456789012:role/web", RoleSessionName="s")
    # From the next request on every signature is verified; without the Content-Type moto answers 500.
    urllib.request.urlopen(urllib.request.Request(server.url + "/moto-api/reset-auth", b"0", {"Content-Type": "text/plain"}),
                           timeout=30)
    return server, key, session


def oracle(argv, cases):
    """The signed requests of an oracle, one for each case, from one process."""
    lines = "".join(json.dumps(case) + "\n" for case in cases)
    done = subprocess.run(argv, input=lines, capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        bail("%s: %s" % (argv[0], done.stderr))
    return [json.loads(line) for line in done.stdout.splitlines()]


# What a login needs; each secret says so, and none may be in what a failed run prints.
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAPEER", "AWS_SECRET_ACCESS_KEY": "CANARY/secret+key", "AWS_SESSION_TOKEN": "CANARY//session=="}


def login(url, *args, ca=None, env=None, **more):
    """`pantler login` at url for role web, with KEYS unless env says otherwise."""
    base = dict(KEYS, VAULT_ADDR=url, PANTLER_ROLE="web", **{"VAULT_CACERT": ca} if ca else {})
    base.update(env or {})
    return pantler("login", *args, env={name: value for name, value in base.items() if value is not None}, **more)


def refused(name, ran, code, message):
    """One assertion: the run failed with exactly this code and message, printed nothing else, and gave no secret away."""
    tap.ok((ran.code, ran.out, ran.err) == (code, "", message) and "CANARY" not in ran.err, name,
           "want exit %d, stderr %r\ngot  exit %d, stderr %r, stdout %r" % (code, message, ran.code, ran.err, ran.out))
