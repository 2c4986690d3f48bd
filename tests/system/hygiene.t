#!/usr/bin/env python3
# hygiene.t: what the program leaves behind and gives away: files, descriptors, core dumps, and secrets in its output and memory.
# SPDX-License-Identifier: MIT
# Secrets are canaries: they are searched for wherever they do not belong.

import base64
import collections
import datetime
import hashlib
import hmac
import itertools
import os
import re
import resource
import shutil
import signal
import ssl
import threading

import program
import traced
import unruly
from certs import Authority, openssl
from peers import folder
from program import SECRETS, SESSION, TOKEN, Standin, alone, become, line, native, nobody, run, said, start, with_env
from tap import can, end, equal, ok

alone()  # for the rights to look into a process that is not dumpable
vault = Standin()
authority = Authority(os.path.join(folder, "ca"))
web = unruly.Web(authority.issue("server"))
reached, gone = threading.Event(), threading.Event()


def hold(conn):
    """Says nothing until the client has gone."""
    reached.set()
    try:
        conn.recv(1)
    finally:
        gone.set()


keylog = os.path.join(folder, "keylog")
web.tls.keylog_filename = keylog  # the master secret of every session, as the server has it
web.answers = {"good": unruly.login(), "hold": hold,
               "moved": unruly.http(307, b"", "Location: /v1/auth/good/login?signature=demo/secret+key"),
               "echo": unruly.errors(400, "you said %s and %s" % (SESSION["AWS_SECRET_ACCESS_KEY"], SESSION["AWS_SESSION_TOKEN"]))}
ENV = dict(SESSION, VAULT_ADDR=web.url, VAULT_CACERT=authority.pem)


hellos = []  # of every session, ClientHello and ServerHello in turn
web.tls._msg_callback = lambda conn, direction, version, content, kind, data: content == 22 and kind in (1, 2) and hellos.append(data)
SUITES = {0xc02b: ("sha256", 16), 0xc02f: ("sha256", 16), 0xc02c: ("sha384", 32), 0xc030: ("sha384", 32),
          0xcca8: ("sha256", 32), 0xcca9: ("sha256", 32)}  # hash of the PRF, bytes of a key


def session_keys():
    """The secrets of the TLS sessions so far: the master secret, and the key of each direction (RFC 5246 section 6.3)."""
    with open(keylog) as f:
        masters = {bytes.fromhex(row.split()[1]): bytes.fromhex(row.split()[2]) for row in f if row[0] != "#"}
    found = []
    for client, server in zip(hellos[::2], hellos[1::2]):
        master = masters.get(client[6:38])
        if not master:
            continue
        name, size = SUITES[int.from_bytes(server[39 + server[38]:41 + server[38]], "big")]
        seed = b"key expansion" + server[6:38] + client[6:38]
        block, a = b"", seed
        while len(block) < 2 * size:
            a = hmac.new(master, a, name).digest()
            block += hmac.new(master, a + seed, name).digest()
        found += [master, block[:size], block[size:2 * size]]
    return found


def waiting(*args, **more):
    """A login that waits for its answer."""
    reached.clear()
    gone.clear()
    process = start("login", "-mount=hold", *args, env=ENV, **more)
    ok(reached.wait(10), "the server has the request")
    return process


# --- Output: at no level of logging does it hold a secret, or a token that was not asked for

place = os.path.join(folder, "home")
os.mkdir(place)
for level in ("error", "warn", "info", "debug", "trace"):
    env = with_env(vault.env, dict(SESSION, HOME=place, PANTLER_ROLE="web"))
    ran = run("login", "-field=token", "-log-level=" + level, env=env, cwd=place)
    ok(ran.code == 0 and TOKEN.fullmatch(ran.out) and ran.out not in ran.err and not any(s in ran.err for s in SECRETS),
       "-log-level=%s: neither a key nor the token" % level, ran)
    ran = run("login", "-log-level=" + level, env=dict(env, AWS_SECRET_ACCESS_KEY="demo/secret+key/wrong"), cwd=place)
    ok(ran.code == 11 and not any(s in ran.err + ran.out for s in SECRETS), "nor when it is refused", ran)
    ran = run("sign", "-log-level=" + level, env=env, cwd=place)
    ok(ran.code == 0 and ran.err.count("\n") == (1 if level in ("debug", "trace") else 0), "sign: no word too many", ran)
    ok(not any(s in ran.err for s in ("AWS4", ran.out)) and not any(s in ran.out for s in SECRETS), "and no signature in it", ran)
ran = run("login", "-mount=good", "-log-level=debug", "-field=token", env=dict(ENV, VAULT_TOKEN="demo/secret+key"))
said("debug says which key and where", ran, 0, re.compile(r"(pantler: [^\n]+\n)*"), unruly.TOKEN)
ok(SESSION["AWS_ACCESS_KEY_ID"] in ran.err and "PUT %s/v1/auth/good/login" % web.url in ran.err, "by its id, and the address", ran)
ok("?" not in ran.err and "AWS4" not in ran.err and unruly.TOKEN not in ran.err, "and no more", ran)
ran = run("login", "-mount=moved", "-log-level=debug", "-field=token", env=ENV)
said("a redirect's query is not shown", ran, 0, re.compile(r"(pantler: [^\n?]+\n)*"), unruly.TOKEN)
ok("PUT %s/v1/auth/good/login\n" % web.url in ran.err, "its place is", ran)
ran = run("login", "-mount=echo", "-log-level=debug", env=ENV)
ok(ran.code == 11 and "demo//session" not in ran.err + ran.out, "a server that says our session token back is cut short", ran)
equal(os.listdir(place), [], "no file was made at home or where it ran")

# --- Files, descriptors and the process itself

if native("calls, descriptors and memory", "they would be its own") and can(
        shutil.which("strace"), "calls, descriptors and memory", "strace is not installed"):
    STRACE = os.path.join(folder, "strace")
    Call = collections.namedtuple("Call", "name given result")

    def calls(*args, env):
        """The system calls of a run."""
        ran = run(argv=["strace", "-f", "-s", "64", "-o", STRACE, *program.PREFIX, *args], env=env, cwd=place)
        equal((ran.code, ran.err), (0, ""), "under strace: " + " ".join(args))
        with open(STRACE) as f:
            found = [re.match(r"\d+ +(\w+)\((.*)\) += (.*)", row) for row in f]
        return [Call(*row.groups()) for row in found if row]

    LOGIN = dict(SESSION, PANTLER_ROLE="web", PATH=os.environ["PATH"])
    target = os.path.join(folder, "token")
    by_name = vault.url.replace("127.0.0.1", "localhost")
    MAKES = {  # which calls make descriptors, and where it is said that they are closed by execve
        "open": "O_CLOEXEC", "openat": "O_CLOEXEC", "socket": "SOCK_CLOEXEC", "signalfd4": "SFD_CLOEXEC", "pipe2": "O_CLOEXEC",
        "timerfd_create": "TFD_CLOEXEC", "eventfd2": "EFD_CLOEXEC", "epoll_create1": "EPOLL_CLOEXEC", "accept4": "SOCK_CLOEXEC",
        "signalfd": None, "dup": None, "dup2": None, "pipe": None, "creat": None, "eventfd": None, "accept": None,
        "epoll_create": None, "inotify_init": None, "memfd_create": "MFD_CLOEXEC"}
    TOUCHES = ("open", "openat", "socket", "connect", "read", "write", "poll", "ppoll")
    for what, args, env, may in (
            ("version", ["version"], {}, []),
            ("sign", ["sign"], LOGIN, []),
            ("login by address", ["login"], dict(LOGIN, VAULT_ADDR=vault.url, VAULT_CACERT=vault.ca), [vault.ca]),
            ("login by localhost", ["login"], dict(LOGIN, VAULT_ADDR=by_name, VAULT_CACERT=vault.ca), [vault.ca]),
            ("login, -output", ["login", "-output=" + target], dict(LOGIN, VAULT_ADDR=vault.url, VAULT_CACERT=vault.ca),
             [vault.ca, folder + "/", ".token.pantler"])):
        made = calls(*args, env=dict(env, PATH=os.environ["PATH"]))
        did = [call for call in made if not call.result.startswith("-1")]
        opened = {re.search(r'"(.*?)"', call.given).group(1) for call in did if call.name in ("open", "openat")}
        equal(sorted(opened - set(may)), [], what + ": opens nothing that it does not need")
        equal([call for call in did if call.name in MAKES and (MAKES[call.name] or "never") not in call.given], [],
              what + ": every descriptor is close-on-exec")
        equal([call.name for call in made if call.name in ("execve", "execveat", "fork", "vfork", "clone", "clone3")], ["execve"],
              what + ": starts no other program")
        equal([call for call in made if call.name in ("mmap", "mprotect") and "PROT_WRITE|PROT_EXEC" in call.given], [],
              what + ": no memory is writable and executable")
        before = list(itertools.takewhile(lambda call: call.name not in TOUCHES, made))
        ok(any("PR_SET_DUMPABLE, SUID_DUMP_DISABLE" in call.given for call in before)
           and any("RLIMIT_CORE" in call.given and "rlim_cur=0" in call.given for call in before)
           and any(call.name == "umask" and call.given == "077" for call in before),
           what + ": no core, umask 077, before anything else", before)
        if "-output" in what:
            steps = [call.name for call in made if ".token.pantler" in call.given or call.name in ("fchmod", "fsync", "write")]
            equal([name for name in steps if name != "newfstatat"][-6:], ["openat", "fchmod", "write", "fsync", "renameat", "fsync"],
                  "the mode before the first byte; synced before and after it is renamed")

    # While it waits, as a user without rights where that can be.
    os.chmod(folder, 0o711)
    shutil.copy(program.PREFIX[-1], folder + "/copy")
    shutil.copy(authority.pem, folder + "/ca.pem")
    NOBODY, cwd = nobody(), os.path.join(folder, "cwd")
    NO_OTHER = "a user namespace with no other user than us"
    os.mkdir(cwd)
    os.chmod(cwd, 0o777)

    def lose_rights():
        resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
        become(NOBODY)

    as_nobody = {"preexec_fn": lose_rights, "cwd": cwd}
    process = waiting(argv=[folder + "/copy", "login", "-mount=hold", "-ca-cert=%s/ca.pem" % folder], **as_nobody)
    proc = "/proc/%d/" % process.pid
    held = {fd: re.sub(r"\[\d+\]", "", os.readlink(proc + "fd/" + fd)) for fd in os.listdir(proc + "fd") if int(fd) > 2}
    equal(sorted(set(held.values()) - {folder + "/ca.pem"}), ["anon_inode:[signalfd]", "anon_inode:[timerfd]", "socket:"],
          "open while it waits: a socket and what the loop needs")
    flags = {fd: int(re.search(r"flags:\s*(\d+)", open(proc + "fdinfo/" + fd).read()).group(1), 8) for fd in held}
    equal([held[fd] for fd in held if not flags[fd] & 0o2000000], [], "all of it close-on-exec")
    equal(re.search(r"Umask:\s*(\d+)", open(proc + "status").read()).group(1), "0077", "umask 077")
    equal(re.search(r"Max core file size\s+(\S+)", open(proc + "limits").read()).group(1), "0", "no core")
    if can(NOBODY, "not dumpable: its own user may not look into it", NO_OTHER):
        equal(os.stat(proc + "environ").st_uid, 0, "not dumpable: its own user may not look into it")
    now = b"".join(data for _, data in traced.memory(process.pid))
    equal([secret in now for secret in (b"iam_request_headers", *session_keys()[-3:])], [True, False, True, True],
          "this test sees its request and its TLS keys now; the master secret is gone already")
    process.send_signal(signal.SIGABRT)
    equal(os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT).si_code, os.CLD_KILLED, "killed by SIGABRT: no core is dumped")
    program.end(process, 2)
    equal(os.listdir(cwd), [], "nor is there a file of one")

    # With rights that its caller does not have (AT_SECURE) no variable is believed.
    if can(NOBODY, "a set-uid program reads no environment", NO_OTHER):
        os.chown(folder + "/copy", 65533, 65533)
        os.chmod(folder + "/copy", 0o4755)
        with open(folder + "/only-env.hcl", "w") as f:
            f.write('auto_auth { method "aws" { config { type = "iam" role = "web" credentials = "env" } } }')
        ran = run(argv=[folder + "/copy", "login", "-config=%s/only-env.hcl" % folder, "-ca-cert=%s/ca.pem" % folder],
                  env=dict(ENV, HOME=cwd), **as_nobody)
        said("a set-uid program reads no environment", ran, 10, line(
            "login", "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set", 10))

    # --- Memory: at the very end nothing of what was secret is left in it

    def hash_of(key, text):
        return hmac.new(key, text.encode(), hashlib.sha256).digest()

    own = {}  # more of them

    def canaries(keys):
        """What may not be left: name to bytes."""
        found = {"the secret access key": keys["AWS_SECRET_ACCESS_KEY"].encode(), "a signature": b"AWS4-HMAC-SHA256 Credential",
                 "the signed header": base64.b64encode(b'{"Authorization":["AWS4-HMAC-SHA256 Credent'[:42]), "a token": b"hvs."}
        found.update(own)
        if "AWS_SESSION_TOKEN" in keys:
            found["the session token"] = keys["AWS_SESSION_TOKEN"].encode()
        for late in (0, 5):
            day = (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=late)).strftime("%Y%m%d")
            key = ("AWS4" + keys["AWS_SECRET_ACCESS_KEY"]).encode()
            for part in (day, "us-east-1", "sts", "aws4_request"):
                key = hash_of(key, part)
                found["the signing key after %s" % part] = key
        found.update(("%s of TLS session %d" % (("the master secret", "the client's key", "the server's key")[i % 3], i // 3), key)
                     for i, key in enumerate(session_keys()))
        return found

    def clean(name, args, code, env=ENV, **more):
        """The run ends with this code, and its memory holds no canary then."""
        ran, found = traced.run_to_exit(*args, env=env, look=lambda pid: traced.memory(pid), **more)
        ok(ran.code == code and found, name + ": as expected", ran)
        left = ["%s: %s at %#x" % (where, what, data.index(bytes_)) for where, data in found or ()
                for what, bytes_ in canaries(SESSION).items() if bytes_ in data]
        equal(left, [], name + ": nothing secret is left in memory")

    for ciphers in ("ECDHE+CHACHA20", "ECDHE+AES128", "ECDHE+AES256"):
        web.tls.set_ciphers(ciphers)
        clean("a login with " + ciphers, ["login", "-mount=good", "-field=token"], 0)
    web.tls.set_ciphers("DEFAULT")
    clean("a login, as JSON", ["login", "-mount=good", "-format=json"], 0)
    clean("a login, as a table", ["login", "-mount=good"], 0)
    clean("a login, to a file", ["login", "-mount=good", "-output=" + folder + "/token"], 0)
    clean("a refused login", ["login", "-mount=echo"], 11)
    clean("a field that is not there", ["login", "-mount=good", "-field=token_meta_x"], 15)
    clean("a server that is not trusted", ["login", "-ca-cert=" + vault.ca], 13)
    clean("nobody there", ["login", "-address=http://127.0.0.1:1"], 12)
    clean("no answer in time", ["login", "-mount=hold", "-timeout=300ms"], 12)
    reached.clear()
    clean("SIGTERM", ["login", "-mount=hold"], 143,
          during=lambda process: (reached.wait(10), process.send_signal(signal.SIGTERM)))
    with open("/dev/full", "w") as full:
        clean("no room on standard output", ["login", "-mount=good"], 16, stdout=full)
    web.answers[""] = unruly.errors(403, "permission denied")  # all that is no login
    clean("doctor", ["doctor", "-mount=good"], 0, env=dict(ENV, AWS_ENDPOINT_URL_STS="http://127.0.0.1:1"))
    clean("doctor, a refused login", ["doctor", "-mount=echo", "-format=json"], 11, env=dict(ENV, AWS_ENDPOINT_URL_STS="http://127.0.0.1:1"))
    # A device's key: its text, its numbers as they stand in it, and as 31-bit words, in which BearSSL computes.
    iot = unruly.Web(authority.issue("iot"))
    iot.tls.load_verify_locations(authority.pem)
    iot.tls.verify_mode = ssl.CERT_REQUIRED
    for kind, bits in (("EC", 0), ("RSA", 2048)):
        cert, key = authority.issue(kind, usage="clientAuth", rsa=bits)
        os.chmod(key, 0o600)
        conf = os.path.join(folder, kind + ".hcl")
        with open(conf, "w") as f:
            f.write('auto_auth { method "aws" { config { type = "iam" role = "web" iot { endpoint = "localhost:%d" role_alias = "edge" '
                    'cert = "%s" key = "%s" ca = "%s" } } } }' % (iot.port, cert, key, authority.pem))
        with open(key, "rb") as f:
            own = {"the key's text": f.read().split(b"\n")[1]}
        for name, digits in re.findall(r"^(priv|prime\w*|exponent\w|coefficient):\n((?: +[0-9a-f:]+\n)+)",
                                       openssl("pkey", "-in", key, "-noout", "-text"), re.M):
            number = int(re.sub(r"[\s:]", "", digits), 16)
            size = (number.bit_length() + 7) // 8
            own[name] = number.to_bytes(size, "big")
            own[name + ", its words"] = b"".join((number >> 31 * i & 0x7fffffff).to_bytes(4, "little") for i in range(size * 8 // 31))
        equal(len(own), 3 if kind == "EC" else 11, "what an %s key consists of" % kind)
        login = ["login", "-mount=good", "-config=" + conf]
        iot.answers[""] = hold
        process = waiting(argv=[program.PREFIX[-1], *login])
        now = b"".join(data for _, data in traced.memory(process.pid))
        ok(own["the key's text"] in now and own["priv" if kind == "EC" else "prime1"] in now, "which are in memory while it is shown")
        process.send_signal(signal.SIGTERM)
        program.end(process, 2)
        clean("a device's %s key, and no answer in time" % kind, login + ["-timeout=500ms"], 10)
        iot.answers[""] = unruly.http(200, b'{"credentials":{"accessKeyId":"A","secretAccessKey":"%s","sessionToken":"%s"}}' % (
            SESSION["AWS_SECRET_ACCESS_KEY"].encode(), SESSION["AWS_SESSION_TOKEN"].encode()))
        clean("a login by it", login, 0)
        equal(len(iot.seen), 3 if kind == "EC" else 6, "each time it was shown")
    own = {}
    clean("sign", ["sign"], 0)
    clean("sign -format=curl", ["sign", "-format=curl"], 0)
end()
