#!/usr/bin/env python3
# agent-files.t: configuration files, each run by the real `vault agent` and by pantler's at a real Vault: the same files, tokens and requests come of it, or it says why not.
# SPDX-License-Identifier: MIT
# Each is run once by both, the very same file, with a folder of its own and a proxy between them and Vault that writes down
# what it is asked. In a file @ADDRESS@ is that proxy, @CA@ its authority, @DIR@ the folder, @KEY@ and @SECRET@ are AWS's.

import base64
import concurrent.futures
import http.client
import json
import os
import re
import secrets
import shutil
import ssl
import stat
import subprocess
import threading
import urllib.parse

import peers
from agents import leaks
from certs import Authority
from services import Standin, free_port, start_vault, write
from tap import end, equal, ok

FILES = os.path.join(peers.HERE, "agent-files")
CLI = os.path.join(peers.BUILD, "peers", "cli")
ORACLE = [peers.PYTHON, os.path.join(peers.HERE, "oracle", "envelope.py")]
USER = "arn:aws:iam::123456789012:user/pantler"
THEIRS, OURS = "vault agent", "pantler agent"
WITHIN_S = 30
HANGS_S = 4  # those that will not end
ours, stranger = (Authority(os.path.join(peers.folder, name)) for name in ("ours", "stranger"))
moto, key, session = peers.start_moto()
vault, api = start_vault(ours, moto, bound_iam_principal_arn=USER, token_ttl="1h", token_policies=["default", "web"])
CLIENT = {"access_key": "x", "secret_key": "x", "sts_endpoint": moto.url, "iam_endpoint": moto.url, "endpoint": moto.url, "sts_region": "us-east-1", "max_retries": 0}
for mount, more in (("guarded", {"iam_server_id_header_value": "vault.example.com"}), ("clouds/aws/prod", {})):
    api.must("POST", "sys/auth/" + mount, {"type": "aws"})
    api.must("POST", "auth/%s/config/client" % mount, dict(CLIENT, **more))
for role, mount, more in (("web", "guarded", {}), ("web", "clouds/aws/prod", {}), ("batch", "aws", {"token_type": "batch"}), ("uses", "aws", {"token_num_uses": 7}),
                          ("periodic", "aws", {"token_period": "2h"}), ("explicit", "aws", {"token_explicit_max_ttl": "3h"}),
                          ("session", "aws", {"bound_iam_principal_arn": "arn:aws:iam::123456789012:role/web"}),
                          ("foreign", "aws", {"bound_iam_principal_arn": USER + "s"})):
    api.must("POST", "auth/%s/role/%s" % (mount, role), dict({"auth_type": "iam", "bound_iam_principal_arn": USER, "resolve_aws_unique_ids": False, "token_ttl": "1h"}, **more))

# --- What a file needs beside it

private = secrets.token_hex(32)
public = peers.oracle(ORACLE, [{"private": private}])[0]["file"]
AAD = "of this machine"
KEYS = {"AWS_ACCESS_KEY_ID": key["id"], "AWS_SECRET_ACCESS_KEY": key["secret"]}
SESSION = {"AWS_ACCESS_KEY_ID": session["id"], "AWS_SECRET_ACCESS_KEY": session["secret"], "AWS_SESSION_TOKEN": session["token"]}
profile = write("credentials", "[default]\naws_access_key_id = AKIAOTHER\naws_secret_access_key = x\n[web]\naws_access_key_id = %(id)s\naws_secret_access_key = %(secret)s\n" % key)
BARE = dict.fromkeys(KEYS)
ENV = {  # beside the keys; None: without it
    "role-session": SESSION, "keys": BARE, "keys-wrong": BARE, "no-keys": BARE,
    "keys-profile": dict(BARE, AWS_SHARED_CREDENTIALS_FILE=profile, AWS_PROFILE="web"), "region-empty": {"AWS_REGION": "eu-north-1"},
    "namespace-variable": {"VAULT_NAMESPACE": "team-b"}, "dh-aad-variable": {"PEER_AAD": AAD}, "dh-aad-both": {"PEER_AAD": AAD},
    "variable-address": {"VAULT_ADDR": "https://127.0.0.1:%d" % free_port()}, "variable-token": {"VAULT_TOKEN": "hvs.CANARY"}, "variable-wrap": {"VAULT_WRAP_TTL": "5m"}}
ARGS = {"k8s-sidecar": ["-exit-after-auth"], "flag-exit": ["-exit-after-auth=true"], "over": ["-config=@CONF@/base.hcl", "-config=@CONF@/site.json"]}
HANGS = ("folder-in-place", "variable-wrap", "no-keys")
SEALED = {"dh": ("", False), "dh-derive": ("", True), "dh-aad": ("for web alone", True), "dh-aad-variable": (AAD, True), "dh-aad-both": (AAD, False),
          "dh-wrap-method": ("", True), "dh-wrap-sink": ("x", True), "dh-late": ("", False), "three-sinks": ("", True)}


def put(path, text=""):
    with open(path, "w") as f:
        f.write(text)


def make_late(out):
    threading.Timer(1, lambda: put(out + "/dh.json", public)).start()


BEFORE = {  # in the folder, before each run
    "replaced": lambda out: (put(out + "/token", "an old one, and longer than any token is" * 20), os.chmod(out + "/token", 0o604)),
    "link": lambda out: (put(out + "/real", "kept"), os.symlink("real", out + "/token")),
    "folder-in-place": lambda out: os.mkdir(out + "/token"), "file-for-folder": lambda out: put(out + "/file"),
    "three-sinks": lambda out: [os.mkdir(out + "/" + name) for name in "abc"], "k8s-two-sinks": lambda out: [os.mkdir(out + "/" + name) for name in ("home", "secrets")],
    **{name: (lambda out: put(out + "/dh.json", public)) for name in SEALED if name not in ("dh-late", "three-sinks")}, "dh-late": make_late}
BEFORE["three-sinks"] = lambda out: (put(out + "/dh.json", public), [os.mkdir(out + "/" + name) for name in "abc"])

# --- A run


class Proxy(Standin):
    """Vault, seen through: what it is asked is in `seen`."""

    def __init__(self, authority, name):
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(*authority.issue(name))
        self.ca = authority.pem
        super().__init__(self.ask, tls=tls)

    def ask(self, r):
        conn = http.client.HTTPSConnection(urllib.parse.urlsplit(vault.url).netloc, context=api.tls, timeout=WITHIN_S)
        conn.request(r.method, r.path, r.body or None, {name: value for name, value in r.head.items() if name.lower() not in ("host", "accept-encoding", "content-length")})
        answer = conn.getresponse()
        given = answer.status, answer.read().decode(), {"Content-Type": answer.getheader("Content-Type") or "application/json"}
        conn.close()
        return given


class Case:
    """A file or folder of FILES, by its name. `seen` and `left` are, of each agent, what it asked, and path: (stat, text) of what is in the folder when it has
    ended; `code` and `said` how it did."""

    def __init__(self, name):
        self.file, self.name = name, name.partition(".")[0]
        self.code, self.said, self.seen, self.left = {}, {}, {}, {}

    def run(self, proxy):
        top = os.path.join(peers.folder, "case-" + self.name)
        out, conf = top + "/out", top + "/conf"
        source = os.path.join(FILES, self.file)
        marks = {"@ADDRESS@": proxy.url, "@CA@": stranger.pem if self.name == "ca-wrong" else proxy.ca, "@DIR@": out, "@KEY@": key["id"], "@SECRET@": key["secret"], "@CONF@": conf}
        if self.name == "closed":
            marks["@ADDRESS@"] = "https://127.0.0.1:%d" % free_port()
        if self.name == "skip-verify":
            marks["@CA@"] = stranger.pem

        def filled(text):
            for mark, value in marks.items():
                text = text.replace(mark, value)
            return text

        os.makedirs(conf)
        for name in os.listdir(source) if os.path.isdir(source) else [self.file]:
            with open(os.path.join(source, name) if os.path.isdir(source) else source) as f:
                put(os.path.join(conf, name), filled(f.read()))
        args = [filled(arg) for arg in ARGS.get(self.name, [])]
        if not any(arg.startswith("-config") for arg in args):
            args.append("-config=" + (conf if os.path.isdir(source) else os.path.join(conf, self.file)))
        env = {name: value for name, value in {**peers.QUIET, "HOME": peers.folder + "/nowhere", "PATH": "/nowhere", **KEYS, **ENV.get(self.name, {})}.items() if value}
        for who, argv in ((THEIRS, [CLI, "agent"]), (OURS, [peers.PANTLER, "agent"])):
            shutil.rmtree(out, ignore_errors=True)
            os.mkdir(out, 0o755)
            BEFORE.get(self.name, lambda out: None)(out)
            try:
                ran = subprocess.run([*argv, *args], env=env, cwd=out, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=HANGS_S if self.name in HANGS else WITHIN_S)
                self.code[who], self.said[who] = ran.returncode, ran.stdout + ran.stderr
            except subprocess.TimeoutExpired as hung:
                self.code[who], self.said[who] = None, "hung: %s" % hung.stderr
            self.left[who] = {os.path.relpath(os.path.join(place, name), out): look(os.path.join(place, name))
                              for place, folders, names in os.walk(out) for name in names + folders}
        for who in (THEIRS, OURS):  # by the name that one of them gives itself: its last request may come late
            self.seen[who] = [r for r in proxy.seen if (who == THEIRS) == ("User-Agent" in r.head)]
        proxy.seen.clear()


def look(path):
    found = os.lstat(path)
    if not stat.S_ISREG(found.st_mode):
        return found, None
    with open(path) as f:
        return found, f.read()


names = sorted(os.listdir(FILES))
cases = [Case(name) for name in names]
free = [Proxy(ours, "proxy%d" % i) for i in range(4)]


def run(case):
    proxy = free.pop()
    case.run(proxy)
    free.append(proxy)


with concurrent.futures.ThreadPoolExecutor(len(free)) as pool:
    list(pool.map(run, cases))

# --- What came of it, as facts that have a name

LINE = ["token", "accessor", "ttl", "creation_time", "creation_path", "wrapped_accessor"]
WANDERS = ("id", "accessor", "creation_time", "issue_time", "expire_time", "entity_id", "ttl", "last_renewal", "last_renewal_time")
PLAIN = re.compile(r"hv[sb]\.[A-Za-z0-9_-]{20,}")


def unwrap(who, token):
    """What is in a wrapping token: of ours by Vault's command, of theirs by its API."""
    if who == THEIRS:
        answer = api("PUT", "sys/wrapping/unwrap", token=token)[1]
    else:
        ran = subprocess.run([CLI, "unwrap", "-format=json"], capture_output=True, text=True, timeout=60, env={
            "VAULT_ADDR": vault.url, "VAULT_CACERT": ours.pem, "VAULT_TOKEN": token, "HOME": peers.folder, "PATH": "/nowhere"})
        answer = json.loads(ran.stdout or "{}")
    return (answer.get("auth") or {}).get("client_token") or (answer.get("data") or {}).get("token") or "none in " + str(answer)


def facts_of_text(who, text):
    """What a file holds, down to what Vault says of the token in it."""
    yield "line end", text[-1:] == "\n"
    if text.startswith("{"):
        info = json.loads(text)
        yield "keys", list(info)
        yield "wrapped", (info.get("ttl"), info.get("creation_path"), bool(info.get("wrapped_accessor")))
        text = unwrap(who, info.get("token", ""))
    yield "is a token", bool(PLAIN.fullmatch(text))
    found = api("POST", "auth/token/lookup", {"token": text})[1].get("data") or {}
    yield from ((name, value) for name, value in found.items() if name not in WANDERS)


def facts_of_request(r):
    yield "asks", "%s %s" % (r.method, r.path)
    yield "heads", sorted({name.lower() for name in r.head} - {"host", "content-length", "accept-encoding", "connection", "user-agent"})
    for name in ("X-Vault-Request", "X-Vault-Namespace"):
        yield name, r.head.get(name)
    ttl = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?", r.head.get("X-Vault-Wrap-TTL", "0"))  # 5m0s, or the same as 300
    yield "X-Vault-Wrap-TTL", ttl and sum(int(n or 0) * unit for n, unit in zip(ttl.groups(), (3600, 60, 1)))
    body = json.loads(r.body or "{}")
    yield "body", sorted(body)
    if r.path.endswith("/login"):
        head = json.loads(base64.b64decode(body["iam_request_headers"]))
        signed = re.fullmatch(r"AWS4-HMAC-SHA256 Credential=[^/]+/\d+/([^/]+)/sts/aws4_request, ?SignedHeaders=([^,]+), ?Signature=[0-9a-f]{64}", head["Authorization"][0])
        yield "role", body["role"]
        yield "signs", (body["iam_http_request_method"], base64.b64decode(body["iam_request_body"]))
        yield "host", base64.b64decode(body["iam_request_url"])
        yield "region", signed and signed[1]
        yield "signed", sorted(set(signed[2].split(";")))
        yield "server id", head.get("X-Vault-Aws-Iam-Server-Id")


# Where they differ, as pantler(1) says it.
HEALTH, RENEWS, AGENT_NAME = ("Vault Agent asks for sys/health at its start", "Vault Agent begins to renew a token even when it is about to end",
                              "Vault Agent tells its name and version in User-Agent")
STATUS = "where Vault Agent ends with 1 the exit status says why"
ENDS = "a sink that cannot be written ends an agent that is to end after its first token, with 16; Vault Agent tries on"
LINK = "a link in a sink's place is refused; Vault Agent replaces it"
UMASK = "a mode is what the file gets; Vault Agent's umask takes from it"
OWNER = "owner, group, uid and gid count, as in Vault since 1.18 or in OpenBao"
REGION = "a region's own host of STS is signed for; Vault Agent signs for the global one, with that region"
MOUNT = "a mount_path without auth/ in front means the same as with it"
ROOT = "the namespace root is none"
NAMESPACE = "a namespace in vault counts, as since Vault 1.16"
NO_KEYS = "AWS credentials that are not there at the start are looked for again; Vault Agent ends"
LOG_FILE = "log_file is the name of the file that is being written; Vault Agent puts the time into it"
TOKEN = "VAULT_TOKEN is not sent; Vault Agent sends it with its login"
WRAP = "VAULT_WRAP_TTL is not heeded; Vault Agent has its login wrapped then, finds no token in what it gets, and tries on"
SINKS = "a wrap_ttl in sinks counts"
BLOCKS = "are errors of agent unless ignore-unsupported is given"
EVERYWHERE = (HEALTH, RENEWS, AGENT_NAME, STATUS)
DIFFER = {  # case: why, and which facts they are, as a pattern
    "dh-late": (ENDS, "ends|token: .*"), "folder-in-place": (ENDS, r"ends|0: .*|token\.tmp\..*"), "link": (LINK, "ends|0: .*|token: .*"),
    "mode-0660": (UMASK, "token: mode"), "mode-0777": (UMASK, "token: mode"), "owner": (OWNER, "token: owner"), "uid": (OWNER, "token: owner"),
    "region": (REGION, "0: host"), "region-empty": (REGION, "0: host"), "k8s-region": (REGION, "0: host"),
    "mount-bare": (MOUNT, "ends|0: asks|token: .*"), "namespace-root": (ROOT, "0: heads|0: X-Vault-Namespace"),
    "k8s-vault-namespace": (NAMESPACE, "0: heads|0: X-Vault-Namespace"), "no-keys": (NO_KEYS, "ends"), "log-file": (LOG_FILE, "agent.*log: .*"),
    "variable-token": (TOKEN, "0: heads"), "variable-wrap": (WRAP, r"ends|\d: .*|token: .*"), "sinks-wrap": (SINKS, "1: .*|token: .*"),
    "k8s-template": (BLOCKS, "ends|0: .*|token: .*|rendered: .*"), "role-uses": (RENEWS, "token: num_uses"),
}
CODES = {"ca-wrong": 13, "closed": 12, "variable-address": 12, "header-missing": 11, "keys-wrong": 11, "mount-unknown": 11, "role-not-ours": 11, "role-unknown": 11,
         "dh-late": 16, "file-for-folder": 16, "folder-in-place": 16, "link": 16, "no-folder": 16, "k8s-template": 1, "no-keys": None}


def facts(case, who):
    """Name: value."""
    found = {"ends": {0: "well", None: "not at all"}.get(case.code[who], "with an error")}
    for path, (how, text) in case.left[who].items():
        if path == "dh.json":
            continue
        opened = envelopes.get((case, who, path), text)
        found.update({path + ": mode": stat.filemode(how.st_mode), path + ": owner": (how.st_uid, how.st_gid), path + ": sealed": opened != text})
        if os.path.basename(path) in ("token", "one", "two", "three", "site") and text is not None:
            found.update(("%s: %s" % (path, name), value) for name, value in facts_of_text(who, opened))
    asked = [r for r in case.seen[who] if who == OURS or urllib.parse.urlsplit(r.path).path not in ("/v1/sys/health", "/v1/auth/token/renew-self")]
    for i, r in enumerate(asked):
        found.update(("%d: %s" % (i, name), value) for name, value in facts_of_request(r))
    return found


rows = [(case, who, path, text) for case in cases if case.name in SEALED for who in (THEIRS, OURS) for path, (_, text) in case.left[who].items()
        if text and "encrypted_payload" in text]
answers = peers.oracle(ORACLE, [{"private": private, "aad": SEALED[case.name][0], "derive": SEALED[case.name][1], "envelope": text} for case, _, _, text in rows])
envelopes = {row[:3]: found.get("text", str(found)) for row, found in zip(rows, answers)}
equal(sorted(case.name for case in cases if any(row[0] is case and row[1] == OURS for row in rows)), sorted(set(SEALED) - {"dh-late"}), "what is to be sealed is")
with concurrent.futures.ThreadPoolExecutor(4) as pool:
    both = list(pool.map(lambda case: [facts(case, who) for who in (THEIRS, OURS)], cases))
for case, (theirs, mine) in zip(cases, both):
    apart = {name: (theirs.get(name), mine.get(name)) for name in sorted({*theirs, *mine}) if theirs.get(name) != mine.get(name)}
    why, pattern = DIFFER.get(case.name, (None, "(?!)"))
    strange = ["%s: theirs %r, ours %r" % (name, *pair) for name, pair in apart.items() if not re.fullmatch(pattern, name)]
    said = "".join("%s: %s\n%s" % (who, case.code[who], case.said[who]) for who in case.code)
    if why == RENEWS:
        ok(not strange, "%s: the same, but for %s" % (case.name, why), "\n".join(strange) + said)
    elif why:
        unseen = [part for part in pattern.split("|") if not any(re.fullmatch(part, name) for name in apart)]
        ok(not unseen and not strange, "%s: %s" % (case.name, why), "\n".join(strange + unseen) + said)
    else:
        ok(not apart, "%s: the same, %d facts" % (case.name, len(mine)), "\n".join(strange) + said)
    ok(case.code[OURS] == CODES.get(case.name, 0) and (mine["ends"] != "well" or any(name.endswith(": is a token") and value for name, value in mine.items())),
       "%s: %s, its exit status is %s" % (case.name, mine["ends"], case.code[OURS]), said)

# --- All of it

ok(len(cases) >= 40 and sum(case.code[THEIRS] == case.code[OURS] == 0 for case in cases) >= 40, "%d files; both end well with %d of them" % (
    len(cases), sum(case.code[THEIRS] == case.code[OURS] == 0 for case in cases)))
equal(sorted((set(DIFFER) | set(CODES) | set(ENV) | set(ARGS) | set(SEALED) | set(BEFORE)) - {case.name for case in cases}), [], "each that is named here is there")
equal(sorted({r.method + " " + r.path for case in cases for r in case.seen[OURS]} - {
    "PUT /v1/auth/%s/login" % mount for mount in ("aws", "guarded", "clouds/aws/prod", "nosuch")}), ["PUT /v1/sys/wrapping/wrap"], "ours asks for nothing else")
equal(leaks([case.said[OURS] for case in cases], [key["secret"], session["secret"], session["token"], "CANARY"], r"^case-[a-z0-9-]+/(conf/|out/([abc]/|home/|secrets/)?(token|one|two|three|site)$)|^credentials$"),
      [], "no secret and no token in what ours said, on a command line or in a file that is not for it")
with open(os.path.join(peers.HERE, "..", "..", "src", "man", "pantler.1")) as manual:
    page = re.sub(r"^\.(Ev|Pa|Sy|Ql|Cm|Fl) ", "", manual.read(), flags=re.M)
page = " ".join(page.split()).replace(" ,", ",").replace(" ;", ";").replace(" .Pp", "").replace("\\&", "")
for why in sorted({*EVERYWHERE, *(why for why, _ in DIFFER.values())}):
    ok(why in page, "pantler(1) says: " + why)
end()
