#!/usr/bin/env python3
# use.t: what wrong use is answered with: every message whole, every exit code. Needs no server but one that is silent.
# SPDX-License-Identifier: MIT

import collections
import json
import os
import re
import resource
import shutil
import time

import program
import unruly
from certs import Authority
from peers import folder
from program import KEYS, NO_CREDENTIALS, NO_CREDENTIALS_HINT, become, limited, line, native, nobody, run, said, with_env
from tap import can, end, equal, ok

NOWHERE = {"VAULT_ADDR": "http://127.0.0.1:1"}
BASE = dict(KEYS, **NOWHERE)


def login(*args, env=None, **more):
    return run("login", *args, env=with_env(BASE, env), **more)


def wrong(name, ran, text, code=1, hint=None, verb="login"):
    said(name, ran, 125 if verb == "exec" else code, line(verb, text, code, hint))


# Nothing below fails for a reason of its surroundings: this is the last thing that can go wrong.
wrong("nothing is wrong but the address", login(), "vault http://127.0.0.1:1: connect to 127.0.0.1:1: connection refused", 12)

# --- Verbs, help, version

help_text = run("help")
said("help", help_text, 0, "", re.compile(r"pantler .*\n", re.S))
ok(0 < help_text.out.count("\n") < 60, "under 60 lines", help_text.out.count("\n"))
ok(max(map(len, help_text.out.splitlines())) <= 110, "that fit a terminal")
said("no verb: help, for people", run(), 1, help_text.out)
for words in (["-h"], ["-help"], ["--help"], ["help"]):
    said(" ".join(words), run(*words), 0, "", help_text.out)
VERBS = re.findall(r"^  pantler ([a-z]+) ", help_text.out, re.M)
ok({"login", "sign", "doctor", "version", "help"} <= set(VERBS), "help names the verbs", VERBS)


def words_of(verb):
    return ["kv", "get"] if verb == "kv" else [verb]


for verb in VERBS:
    about = run("help", verb)
    said("help " + verb, about, 0, "", re.compile(r"pantler %s .*\n  [^\n]+\n\n.*" % verb, re.S))
    for flag in ("-h", "-help", "--help"):
        said("%s %s is the same" % (verb, flag), run(verb, flag), 0, "", about.out)
    ok(about.out.count("\n") < 60, "under 60 lines")
equal([re.findall(r"^  -format=FORMAT +(.*)$", run("help", verb).out, re.M) for verb in ("login", "sign", "doctor", "version", "read", "kv", "exec")],
      [["table or json [VAULT_FORMAT]"], ["json or curl"], ["table or json [VAULT_FORMAT]"], ["table or json"], *[["table, json, raw or env [VAULT_FORMAT]"]] * 2, []],
      "-format, to each verb its own")
wrong("help nonsense", run("help", "nonsense"), 'no help on "nonsense"', 1, "pantler help names the verbs", "help")
for slip, verb in (("lgoin", "login"), ("logn", "login"), ("singn", "sign"), ("versoin", "version"), ("hepl", "help")):
    wrong("a slip", run(slip), 'unknown verb "%s"' % slip, 1, "did you mean %s?" % verb, "")
wrong("an unknown verb", run("colour"), 'unknown verb "colour"', 1, "pantler help names the verbs", "")
wrong("a verb of control bytes", run("\x1b[31mx\n"), r'unknown verb "\x1b[31mx\x0a"', 1, "pantler help names the verbs", "")
wrong("a very long verb", run("v" * 5000), 'unknown verb "%s"' % ("v" * 40), 1, "pantler help names the verbs", "")
said("an empty one: the same", run(""), 1, help_text.out)
wrong("token-helper is yet to come", run("token-helper"), "token-helper: not in this build yet", 1, None, "")

VERSION = re.compile(r"pantler \d+\.\d+(\.\d+)? \([a-z0-9_]+, on BearSSL [0-9a-z.-]+, built \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\)\n")
version = run("version")
said("version", version, 0, "", VERSION)
for words in (["-v"], ["-version"], ["--version"], ["version", "-format=table"]):
    said(" ".join(words), run(*words), 0, "", version.out)
ran = run("version", "-format=json")
said("version -format=json", ran, 0, "", re.compile(r"\{\n.*\n\}\n", re.S))
about = json.loads(ran.out or "{}")
equal(list(about), ["version", "arch", "build_date", "tls", "aws_roots"], "its keys")
equal([list(root) for root in about.get("aws_roots", [])], [["name", "expires"]] * 5, "five roots with their names and ends")
equal(about.get("aws_roots", [0])[0], {"name": "CN=Amazon Root CA 1", "expires": "2038-01-17T00:00:00Z"}, "the first of them")
equal(min([root["expires"] for root in about.get("aws_roots", [])] or [""]), "2037-12-31T23:59:59Z", "the end that comes first")
ok(re.fullmatch(r"own, on BearSSL \d\.\d+", about.get("tls", "")), "tls is our own, on BearSSL", about)
equal("pantler %(version)s (%(arch)s, %(tls)s, built %(build_date)s)\n".replace("%(tls)s", about["tls"][5:]) % about if about else "", version.out, "say the same")
said("it reads no environment", run("version", env={"VAULT_FORMAT": "json", "VAULT_ADDR": "x", "VAULT_CLIENT_CERT": "x"}), 0, "", version.out)
wrong("version with an argument", run("version", "x"), 'takes no arguments: "x"', verb="version")
wrong("sign with an argument", run("sign", "role=web", env=BASE), 'takes no arguments: "role=web"', verb="sign")
wrong("version -format=curl", run("version", "-format=curl"), "-format must be table or json", verb="version")

# --- Flags

wrong("an unknown flag, nearly right", login("-adress=x"), "unknown flag -adress", 1, "did you mean -address?")
wrong("an unknown flag", login("-colourful"), "unknown flag -colourful", 1, "pantler help login shows the flags")
wrong("another verb's flag", login("-at=2026-01-01T00:00:00Z"), "unknown flag -at", 1, "pantler help login shows the flags")
for verb in VERBS:
    wrong("an unknown flag, to " + verb, run(*words_of(verb), "-colourful", env=BASE), "unknown flag -colourful", 1, "pantler help %s shows the flags" % verb, verb)
wrong("a flag of control bytes", login("-\x1b[2J\n"), r"unknown flag -\x1b[2J\x0a", 1, "pantler help login shows the flags")
wrong("three dashes", login("---role=x"), "unknown flag --role", 1, "did you mean -role?")
for flag in ("client-cert", "client-key", "tls-pin", "header", "owner", "clock"):
    wrong("-%s is yet to come" % flag, login("-%s=demo/secret+key" % flag), "-%s: not in this build yet" % flag)
for flag in ("supervise", "on-change"):
    wrong("-%s is yet to come" % flag, run("exec", "-" + flag, "--", "/x", env=BASE), "-%s: not in this build yet" % flag, verb="exec")
wrong("kv alone", run("kv"), "get is the only thing it does", verb="kv")
wrong("kv put", run("kv", "put", "x", env=BASE), "get is the only thing it does", verb="kv")
wrong("read of nothing", run("read", env=BASE), "no path", verb="read")
wrong("kv get of two", run("kv", "get", "a", "-field=x", env=BASE), "takes one path: flags stand before it", verb="kv")
wrong("read with an argument that is none", run("read", "a", "b", env=BASE), '"b" is no argument like key=value', verb="read")
wrong("exec of nothing", run("exec", env=BASE), "no program: pantler exec [flags] -- CMD [ARG...]", verb="exec")
wrong("-kv=3", run("kv", "get", "-kv=3", "a", env=BASE), "-kv must be 1 or 2", verb="kv")
wrong("-version=x", run("kv", "get", "-version=x", "a", env=BASE), "-version is not a version: a whole number, 0 for the newest", verb="kv")
wrong("-decode alone", run("read", "-decode=base64", "a", env=BASE), "-decode needs -field", verb="read")
wrong("-decode=hex", run("read", "-decode=hex", "-field=a", "a", env=BASE), "-decode must be base64", verb="read")
wrong("a flag without its value", login("-role"), "-role needs a value")
wrong("-method=userpass", login("-method=userpass"), "-method must be aws: there is no other")
NO_NONCE = "a nonce that dies with the process would lock the instance out: name a file with -nonce-file"
wrong("-type=ec2", login("-type=ec2"), "-type is ec2, and neither nonce nor nonce_file is set", 1, NO_NONCE)
wrong("PANTLER_TYPE=ec2", login(env={"PANTLER_TYPE": "ec2"}), "PANTLER_TYPE is ec2, and neither nonce nor nonce_file is set", 1, NO_NONCE)
wrong("type ec2 without metadata", login("-type=ec2", "-nonce-file=/nowhere/nonce"), "instance metadata: AWS_EC2_METADATA_DISABLED is true", 10)
wrong("sign -type=ec2", run("sign", "-type=ec2", env=BASE), "-type must be iam to be signed", verb="sign")
wrong("PANTLER_TYPE=x", login(env={"PANTLER_TYPE": "x"}), "PANTLER_TYPE must be iam or ec2")
wrong("-format=yaml", login("-format=yaml"), "-format must be table or json")
wrong("VAULT_FORMAT=yaml", login(env={"VAULT_FORMAT": "yaml"}), "VAULT_FORMAT must be table or json")
wrong("sign -format=table", run("sign", "-format=table", env=BASE), "-format must be json or curl", verb="sign")
for mode in ("9", "0608", "1777", "01000", "77777777777777777777", "-1", "u=rw", "0x1ff"):
    wrong("-mode=" + mode, login("-mode=" + mode), "-mode must be an octal mode like 0640")
for flag in ("output", "field", "mode"):
    wrong("-%s= without a value" % flag, login("-%s=" % flag), "-%s needs a value" % flag)
    wrong("-%s '' without a value" % flag, login("-" + flag, ""), "-%s needs a value" % flag)
for flag in ("store", "no-store", "token-only", "tls-skip-verify", "disable-redirects"):
    wrong("-%s=maybe" % flag, login("-%s=maybe" % flag), "-%s is neither true nor false" % flag)
wrong("VAULT_SKIP_VERIFY=yes", login(env={"VAULT_SKIP_VERIFY": "yes"}), "VAULT_SKIP_VERIFY is neither true nor false")
for text in ("x", "5 s", "1h-3m", "9999999999999999999h", "1e3"):
    wrong("-timeout=" + text, login("-timeout=" + text), "-timeout is not a duration like 90, 1m30s or 500ms")
for text in ("0", "-1s", "0s"):
    wrong("-timeout=" + text, login("-timeout=" + text), "-timeout must be more than 0")
wrong("BAO_CLIENT_TIMEOUT", login(env={"BAO_CLIENT_TIMEOUT": "soon"}), "BAO_CLIENT_TIMEOUT is not a duration like 90, 1m30s or 500ms")
wrong("-log-level=loud", login("-log-level=loud"), "-log-level must be error, warn, info or debug")
for text in ("2026-02-30T00:00:00Z", "now", "2026-01-01", "20260101T000000Z", "2026-01-01T00:00:60Z"):
    wrong("-at=" + text, run("sign", "-at=" + text, env=BASE), "-at is not a time like 2026-01-02T03:04:05Z", verb="sign")
for region in ("eu/west", "eu-west-1/../", "EU-WEST-1", "eu west", "eu.west", "é", "x" * 33, "a@b", "#"):
    wrong("-region=" + region, login("-region=" + region), "-region is not a region: a-z, 0-9 and hyphens")
wrong("PANTLER_REGION with a slash", login(env={"PANTLER_REGION": "eu/west"}), "PANTLER_REGION is not a region: a-z, 0-9 and hyphens")
wrong("AWS_REGION with a slash", login("-region=auto", env={"AWS_REGION": "eu/west"}), "AWS_REGION or AWS_DEFAULT_REGION is not a region: a-z, 0-9 and hyphens")
wrong("region= with a slash", login("region=eu/west"), "-region is not a region: a-z, 0-9 and hyphens")
for mount in ("", "/", "..", "a/../b", "a?b", "a#b", "a b", "é"):
    wrong("-mount=" + mount, login("-mount=" + mount), 'mount "%s" is not a mount path' % mount.rstrip("/").replace("é", r"\xc3\xa9"))
wrong("a role that is not ascii", login("-role=é"), "the role holds a byte that is not printable ascii")
wrong("a server id that is not ascii", login("-header-value=é"), "the server id header value holds a byte that is not printable ascii")
wrong("a namespace that is not ascii", login("-namespace=é"), "-namespace holds a byte that is not printable ascii")

# --- Addresses

SCHEME = "has no scheme: it must begin with https:// or http://"
for address, what in (
        ("vault.example.com:8200", SCHEME),
        ("127.0.0.1", SCHEME),
        ("//vault", SCHEME),
        ("ftp://vault", "scheme is neither https nor http"),
        ("https://", "has no host"),
        ("https://vault:99999", "port is no number from 1 to 65535"),
        ("https://vault:x", "port is no number from 1 to 65535"),
        ("https://vault/#x", "holds a fragment (#)"),
        ("https://va ult", "holds a byte that is not visible ascii"),
        ("https://väult", "holds a byte that is not visible ascii"),
        ("https://1.2.3", "name ends in a number, but is no ip address"),
        ("https://0x7f.1", "name ends in a number, but is no ip address"),
        ("https://a..b", "name has an empty label")):
    wrong("-address=" + address, login("-address=" + address), "-address: " + what)
wrong("user and password in it", login("-address=https://user:CANARY@vault"), "-address: holds a user or password: they do not belong there")
wrong("VAULT_ADDR without scheme", login(env={"VAULT_ADDR": "vault:8200"}), "VAULT_ADDR: " + SCHEME)
wrong("BAO_ADDR without scheme", login(env={"BAO_ADDR": "vault:8200"}), "BAO_ADDR: " + SCHEME)
wrong("an address with a query", login("-address=https://vault/?x"), "-address holds a query")
wrong("-tls-server-name=a b", login("-tls-server-name=a b"), "-tls-server-name: name holds a byte that no host name has")

# --- Control bytes: in every flag and in every variable there is

settings = [row for verb in ("sign", "login") for row in run("help", verb).out.splitlines() if row.startswith("  -")]
ok(len(settings) > 30, "help tells them", len(settings))
for row in settings:
    verb = "sign" if row.startswith("  -at") else "login"
    name = re.match("  -([a-z-]+)", row).group(1)
    said_as = "-%s=demo/secret+key\x01" % name
    wrong("a control byte in -" + name, run(verb, said_as, env=BASE), "-%s holds a control byte" % name, verb=verb)
    for variable in re.findall(r"\[([A-Z_]+)\]", row):
        for variable in {variable, variable.replace("VAULT_", "BAO_")}:
            wrong("a control byte in " + variable, run(verb, env=dict(BASE, **{variable: "demo/secret+key\x1b"})),
                  variable + " holds a control byte", verb=verb)
for byte in ("\n", "\t", "\r", "\x7f"):
    wrong("another one: %r" % byte, login("-role=a%sb" % byte), "-role holds a control byte")
    wrong("in an argument: %r" % byte, login("role=a%sb" % byte), "-role holds a control byte")
for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
    for byte in ("\n", " ", "\x1b", "é", "\x7f"):
        wrong("%s with %r" % (name, byte), login(env={name: "demo/secret+key" + byte}), name + " holds a byte that is not visible ascii")
wrong("AWS_REGION with a control byte", login("-region=auto", env={"AWS_REGION": "eu\x01"}), "AWS_REGION or AWS_DEFAULT_REGION is not a region: a-z, 0-9 and hyphens")

# --- Credentials

wrong("no credentials", login(env=dict.fromkeys(KEYS)), NO_CREDENTIALS, 10, NO_CREDENTIALS_HINT)
wrong("empty ones", login(env=dict.fromkeys(KEYS, "")), NO_CREDENTIALS, 10, NO_CREDENTIALS_HINT)
wrong("a session token alone", login(env=dict(dict.fromkeys(KEYS), AWS_SESSION_TOKEN="demo//session")), NO_CREDENTIALS, 10, NO_CREDENTIALS_HINT)
wrong("a profile that is nowhere", login(env=dict(dict.fromkeys(KEYS), AWS_PROFILE="x")), "profile x: HOME is not set", 10)
HALF = "half a pair of aws credentials: %s is not set"
for missing in KEYS:
    wrong("half a pair: no " + missing, login(env={missing: None}), HALF % missing, 10)
    wrong("an empty %s is none" % missing, login(env={missing: ""}), HALF % missing, 10)
wrong("half a pair, to sign", run("sign", env={"AWS_ACCESS_KEY_ID": "x"}), HALF % list(KEYS)[1], 10, verb="sign")

# --- CA certificates that cannot be read: told before anything is sent

silent = unruly.Silent()
HTTPS = {"VAULT_ADDR": "https://127.0.0.1:%d" % silent.port}
place = os.path.join(folder, "cas")
os.mkdir(place)
os.mkfifo(place + "/fifo")
open(place + "/unreadable", "w").close()
os.chmod(place + "/unreadable", 0)
for name, path, why in (("missing", place + "/none", "no such file or directory"), ("a FIFO", place + "/fifo", "not a regular file"),
                        ("a device", "/dev/zero", "not a regular file"), ("behind a file", place + "/unreadable/x", "not a directory")):
    wrong("-ca-cert %s" % name, login("-ca-cert=" + path, env=HTTPS), "ca certificates: %s: %s" % (path, why))
    wrong("-ca-path %s" % name, login("-ca-path=" + path, env=HTTPS), "ca certificates: %s: %s" % (path, why))
    wrong("VAULT_CACERT %s" % name, login(env=dict(HTTPS, VAULT_CACERT=path)), "ca certificates: %s: %s" % (path, why))
os.chmod(folder, 0o711)
os.chmod(place, 0o755)
as_nobody = {"preexec_fn": lambda: become(nobody())}
if can(run("version", **as_nobody).code == 0, "what a user without rights is told", "the program lies where only root can reach it"):
    wrong("-ca-cert unreadable", login("-ca-cert=" + place + "/unreadable", env=HTTPS, **as_nobody),
          "ca certificates: " + place + "/unreadable: permission denied")
equal(silent.connections, 0, "no connection was made")
wrong("a plain http address needs none", login("-ca-cert=" + place + "/none"),
      "vault http://127.0.0.1:1: connect to 127.0.0.1:1: connection refused", 12)

# --- A deadline over everything

began = time.monotonic()
said("-timeout=0.5s against a silent server", login("-timeout=0.5s", env=HTTPS, timeout=5), 12, re.compile(
    r"pantler: login: vault %s: TLS handshake: no answer within 0\.5s \(code 12\)\n" % HTTPS["VAULT_ADDR"]))
ok(0.5 <= time.monotonic() - began < 5, "neither early nor late", time.monotonic() - began)
said("the same without TLS", login("-timeout=500ms", "-address=http://127.0.0.1:%d" % silent.port, timeout=5), 12,
     line("login", "vault http://127.0.0.1:%d: no answer within 0.5s" % silent.port, 12))
said("VAULT_CLIENT_TIMEOUT=1", login(env={"VAULT_CLIENT_TIMEOUT": "1", "VAULT_ADDR": "http://127.0.0.1:%d" % silent.port}, timeout=5), 12,
     line("login", "vault http://127.0.0.1:%d: no answer within 1s" % silent.port, 12))

# --- Nowhere to print

closed = {"stdout": None, "preexec_fn": lambda: os.close(1)}
for words in (["login", "-address=http://127.0.0.1:%d" % silent.port], ["version"], ["help"], ["sign"]):
    said(words[0] + ": standard output closed", run(*words, env=KEYS, timeout=5, **closed), 16,
         line(words[0], "standard output: not open", 16))
    with open("/dev/null") as read_only:
        said(words[0] + ": standard output cannot be written", run(*words, env=KEYS, timeout=5, stdout=read_only), 16,
             line(words[0], "standard output: not open", 16))
web = unruly.Web()
HERE = ("-address=" + web.url, "-mount=good")
os.mkdir(folder + "/kept")
os.symlink("nowhere", folder + "/link")
for field in ("nonsense", "metadata", "token_met", "auth"):
    wrong("-field=%s, which no answer has" % field, login("-field=" + field, *HERE), 'no answer has a field "%s"' % field, 15)
wrong("-output to a link", login("-output=%s/link" % folder, *HERE), "write %s/link: is a symbolic link" % folder, 16)
wrong("-output to a folder", login("-output=%s/kept" % folder, *HERE), "write %s/kept: is a directory" % folder, 16)
wrong("-output to a folder that is missing", login("-output=%s/none/x" % folder, *HERE), "write %s/none/x: no such file or directory" % folder, 16)
wrong("-store, and HOME is missing", login("-store", *HERE, env={"HOME": folder + "/none"}),
      "write %s/none/.vault-token: no such file or directory" % folder, 16)
if native("a folder that may not be written", "its kernel's call is newer") and can(
        run("version", **as_nobody).code == 0, "a folder that may not be written", "the program lies where only root can reach it"):
    wrong("-output to a folder that may not be written", login("-output=%s/kept/x" % folder, *HERE, **as_nobody),
          "write %s/kept/x: permission denied" % folder, 16)
    wrong("-store, and HOME may not be written", login("-store", *HERE, env={"HOME": folder + "/kept"}, **as_nobody),
          "write %s/kept/.vault-token: permission denied" % folder, 16)
web.answers = {"good": unruly.login()}
GOOD = ["login", "-address=" + web.url, "-mount=good", "-field=token"]
equal(web.seen, [], "no login was made that nobody would have got")
for words in (GOOD, ["version"], ["help"], ["sign"]):
    with open("/dev/full", "w") as full:
        said(words[0] + ": standard output full", run(*words, env=KEYS, stdout=full), 16,
             line(words[0], "standard output: no space left on device", 16))
    reader, writer = os.pipe()
    os.close(reader)
    said(words[0] + ": nobody reads standard output", run(*words, env=KEYS, stdout=writer), 16, line(words[0], "standard output: broken pipe", 16))
    os.close(writer)
    with open("/dev/full", "w") as full:
        equal(run(*words, env=KEYS, stderr=full).code, 0, words[0] + ": standard error full is no error")
    equal(run(*words, env=KEYS, stderr=None, preexec_fn=lambda: os.close(2)).code, 0, words[0] + ": nor is one that is closed")
said("all three closed", run(*GOOD, env=KEYS, stdin=None, stdout=None, stderr=None,
                             preexec_fn=lambda: (os.close(0), os.close(1), os.close(2))), 16)
path = os.path.join(folder, "token")
said("all three closed, and a file to write", run(*GOOD, "-output=" + path, env=KEYS, stdin=None, stdout=None, stderr=None,
                                                  preexec_fn=lambda: (os.close(0), os.close(1), os.close(2))), 0)
equal(open(path).read() if os.path.exists(path) else None, unruly.TOKEN, "which holds the token and nothing else")

# --- A machine that has nothing to give

if native("no memory, no descriptors", "it needs some of its own"):
    for verb in ("login", "sign"):
        said(verb + ": no memory for an arena", run(verb, env=BASE, preexec_fn=limited(resource.RLIMIT_AS, 4 << 20)), 1,
             line(verb, "no memory for %d bytes: out of memory" % (24 << 20), 1))
    for verb in ("login", "sign", "doctor", "version", "help"):
        said(verb + ": no descriptors", run(verb, env=BASE, preexec_fn=limited(resource.RLIMIT_NOFILE, 3)), 1,
             line(verb, "no descriptors to wait with: too many open files", 1))
    said("no descriptor for a connection", login(preexec_fn=limited(resource.RLIMIT_NOFILE, 5)), 12,
         line("login", "vault http://127.0.0.1:1: connect to 127.0.0.1:1: too many open files", 12))

# strace would make the emulator's calls fail.
if native("each system call fails once", "it has calls of its own") and can(
        shutil.which("strace"), "each system call fails once", "strace is not installed"):
    # Each system call of a login fails once. Whatever comes of it, it ends by itself, says a line and a hint or nothing, gives nothing
    # away, and the file is the old one or the new one; a failure is never called a success.
    authority = Authority(os.path.join(folder, "ca"))
    tls = unruly.Web(authority.issue("server"))
    tls.answers = web.answers
    log = os.path.join(folder, "strace")
    env = dict(KEYS, VAULT_ADDR=tls.url, VAULT_CACERT=authority.pem, PANTLER_MOUNT="good", PATH=os.environ["PATH"])

    def traced(*args, within="200ms"):  # a failed send is followed by a wait for what the server may have said
        with open(path, "w") as f:
            f.write("old")
        return run(argv=["strace", "-o", log, *args, *program.PREFIX, "login", "-timeout=" + within, "-output=" + path], env=env, timeout=10)

    equal((traced(within="1m").code, open(path).read()), (0, unruly.TOKEN), "a login that will be made to fail")
    with open(log) as f:
        called = collections.Counter(re.findall(r"^(\w+)\(", f.read(), re.M))
    for name in ("execve", "arch_prctl", "set_tid_address", "exit_group"):
        called.pop(name, None)  # before main, or never to return
    ok(len(called) > 20, "its system calls are known", called)
    for name, count in sorted(called.items()):
        bad = []
        for fault in ("EIO", "ENOMEM"):
            for when in range(1, min(count, 8) + 1):
                ran = traced("-e", "inject=%s:error=%s:when=%d" % (name, fault, when))
                text = open(path).read()
                tail = name == "fsync" and when == 2  # the folder's, after the renaming
                if (ran.code not in (0, 1, 12, 14, 16) or (text != unruly.TOKEN and text != "old") or (ran.code == 0) != (ran.err == "")
                        or (text == unruly.TOKEN) != (ran.code == 0 or tail) or ran.err.count("\n") > 2
                        or any(word in ran.err for word in (KEYS["AWS_SECRET_ACCESS_KEY"], unruly.TOKEN))):
                    bad.append("%s %d: %s, file %s" % (fault, when, ran, text))
        equal(bad, [], "%s fails (%d of %d)" % (name, min(count, 8), count))
end()
