#!/usr/bin/env python3
# agent-life.t: `pantler agent` over a longer time, at a real Vault: an EC2 instance that restarts, AWS credentials that change, a log file that is rotated.
# SPDX-License-Identifier: MIT

import os
import re
import signal
import stat
import subprocess
import time

import peers
from agents import Agent, content, leaks, until
from certs import Authority
from services import instance_key, run_instance, shut_in, start_instance, start_vault_ec2, write
from tap import end, equal, ok

shut_in()
CLI = os.path.join(peers.BUILD, "peers", "cli")
USER, ROLE = "arn:aws:iam::123456789012:user/pantler", "arn:aws:iam::123456789012:role/web"
ours = Authority(os.path.join(peers.folder, "ours"))
moto, key, session = peers.start_moto()
cert, cert_key = instance_key()
vault, api = start_vault_ec2(ours, moto, key, cert)
api.must("POST", "auth/aws/config/identity", {"ec2_metadata": ["instance_id", "auth_type"], "iam_metadata": ["client_arn", "auth_type"]})
api.must("POST", "auth/aws/role/web", {"auth_type": "ec2", "bound_account_id": ["123456789012"], "bound_region": ["us-east-1"], "token_ttl": "1h"})
api.must("POST", "auth/aws/role/iam", {"auth_type": "iam", "bound_iam_principal_arn": [USER, ROLE], "resolve_aws_unique_ids": False, "token_ttl": "1h"})
outputs, tokens = [], set()


def lookup(token):
    """What Vault says of a token; None when it does not know it."""
    return re.fullmatch("[!-~]+", token) and api("GET", "auth/token/lookup-self", token=token)[1].get("data") or None


def place(name):
    """The path of a token in an empty folder of its own."""
    os.makedirs(os.path.join(peers.folder, name))
    return os.path.join(peers.folder, name, "token")


def config(path, *lines, kind="ec2", role="web", top="", auth=""):
    """A configuration file beside the folder of its only sink; lines: of the method's config."""
    name = os.path.relpath(os.path.dirname(path), peers.folder) + ".hcl"
    return "-config=" + write(name, '%s\nvault {\n  address = "%s"\n  ca_cert = "%s"\n}\nauto_auth {\n  %s\n  method "aws" {\n    min_backoff = "1s"\n    max_backoff = "2s"\n'
                              '    config = {\n      type = "%s"\n      role = "%s"\n%s    }\n  }\n  sink "file" {\n    config = {\n      path = "%s"\n    }\n  }\n}\n'
                              % (top, vault.url, ours.pem, auth, kind, role, "".join("      %s\n" % line for line in lines), path))


def stopped(name, agent):
    code = agent.stop()
    outputs.append(agent.log)
    ok(code == 0, name + ": a clean end", agent.log)


# --- An EC2 instance


def on(mock):
    return {"AWS_EC2_METADATA_DISABLED": "", "AWS_EC2_METADATA_SERVICE_ENDPOINT": mock.url}


def lives(name, agent, instance, other=None):
    """It has a token of this instance's in its sink, and not the other one; the token."""
    ok(until(lambda: content(agent.path) not in ("", other) and lookup(content(agent.path)), 10), name, agent.log)
    token = content(agent.path)
    tokens.add(token)
    found = lookup(token) or {}
    equal((found.get("path"), (found.get("meta") or {}).get("instance_id")), ("auth/aws/login", instance), "%s: a token of this instance" % name)
    return token


first = run_instance(moto)
mock = start_instance(first, cert, cert_key)
path = place("ec2")
nonce_file = os.path.join(peers.folder, "nonce")
arg = config(path, 'nonce_file = "%s"' % nonce_file)
time.sleep(1.1)  # files have whole seconds: the configuration must be older than the token
a = Agent(path, arg, env=on(mock))
token = lives("ec2", a, first)
ok(a.says("renewed auth token"), "renewed", a.log)
kept = content(nonce_file)
nonce = kept.split("\n")[1]
ok(re.fullmatch(first + "\n[0-9a-f]{32}\n", kept) and stat.S_IMODE(os.stat(nonce_file).st_mode) == 0o600, "its nonce is on disk")
equal(api.must("GET", "auth/aws/identity-accesslist/" + first)["data"]["client_nonce"] == nonce, True, "and at Vault")
stopped("ec2", a)
a = Agent(path, arg, env=on(mock))
ok(a.says("taken over") and content(path) == token, "a restart takes the token over", a.log)
api.must("POST", "auth/token/revoke-self", token=token)
stopped("ec2, taken over", a)
a = Agent(path, arg, env=on(mock))
again = lives("a restart, and the token is revoked: another login", a, first, token)
ok("authenticating" in a.log and "mismatch" not in a.log and content(nonce_file) == kept, "by the same nonce", a.log)
stopped("ec2, once more", a)
os.rename(nonce_file, nonce_file + ".away")
os.unlink(path)
a = Agent(path, arg, env=on(mock))
ok(a.says(r"\[ERROR\] agent\.auth\.handler: error authenticating: error=\"[^\n]*client nonce mismatch\"[^\n]* hint=\"set nonce_file"), "the nonce is lost: told, and what to do", a.log)
ok(a.process.poll() is None and content(path) == "", "it goes on trying", a.log)
api.must("DELETE", "auth/aws/identity-accesslist/" + first)
lives("and comes in when Vault has forgotten the instance", a, first)
ok(content(nonce_file) != kept, "with a nonce of its own")
stopped("ec2, nonce lost", a)

second = run_instance(moto)
mock2 = start_instance(second, cert, cert_key)
path = place("ec2-none")
arg = config(path)
a = Agent(path, arg, env=on(mock2))
token = lives("ec2, no nonce anywhere", a, second)
ok("[WARN]  agent.auth.handler: the nonce of this instance dies with this process" in a.log, "it warns", a.log)
api.must("PUT", "auth/token/revoke-accessor", {"accessor": lookup(token)["accessor"]})
stopped("ec2, no nonce", a)
a = Agent(path, arg, env=on(mock2))
ok(a.says("client nonce mismatch"), "and after a restart it does not come in", a.log)
stopped("ec2, no nonce, again", a)

third = run_instance(moto)
mock3 = start_instance(third, cert, cert_key)
path = place("ec2-both")
arg = config(path, 'nonce = "CANARY-nonce"', top="exit_after_auth = true")
ran = subprocess.run([CLI, "agent", arg], capture_output=True, text=True, timeout=60, env=dict(
    HOME=peers.folder, PATH="/nowhere", AWS_EC2_METADATA_SERVICE_ENDPOINT=mock3.url))
theirs = content(path)
found = lookup(theirs) or {}
equal((ran.returncode, (found.get("meta") or {}).get("instance_id")), (0, third), "the real agent, with a nonce in its file")
a = Agent(path, arg, "-config=" + write("no-reuse.hcl", "reuse_token = false\n"), env=on(mock3))
ok(until(lambda: a.process.poll() is not None, 10) and a.process.returncode == 0, "pantler, by the same file", a.log)
outputs.append(a.log)
mine = content(path)
tokens |= {theirs, mine}
ok(mine != theirs and {k: v for k, v in found.items() if k in ("path", "policies", "meta", "display_name", "creation_ttl", "type", "orphan")} == {
    k: v for k, v in (lookup(mine) or {}).items() if k in ("path", "policies", "meta", "display_name", "creation_ttl", "type", "orphan")}, "another token of the same kind",
   "%s\n%s" % (found, lookup(mine)))

# --- AWS credentials that change


def put_keys(which):
    write("credentials.new", "[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n%s" % (
        which["id"], which["secret"], "aws_session_token = %s\n" % which["token"] if which.get("token") else ""))
    os.rename(os.path.join(peers.folder, "credentials.new"), os.path.join(peers.folder, "credentials"))


def arn(token):
    return ((lookup(token) or {}).get("meta") or {}).get("client_arn", "")


def logins(agent):
    return agent.log.count("handler: authenticating\n")


SHARED = {"AWS_SHARED_CREDENTIALS_FILE": os.path.join(peers.folder, "credentials")}
put_keys(key)
quiet, eager, blind = (place(name) for name in ("poll", "reauth", "no-poll"))
three = [Agent(quiet, config(quiet, "credential_poll_interval = 1", kind="iam", role="iam"), env=SHARED),
         Agent(eager, config(eager, "credential_poll_interval = 1", kind="iam", role="iam", auth="enable_reauth_on_new_credentials = true"), env=SHARED),
         Agent(blind, config(blind, kind="iam", role="iam", auth="enable_reauth_on_new_credentials = true"), env=SHARED)]
ok(all(a.says("renewed auth token") for a in three), "three agents, with keys of a shared file", [a.log for a in three])
had = [content(a.path) for a in three]
equal([arn(token) for token in had], [USER] * 3, "tokens of the user")
time.sleep(2.5)
equal([a.log.count("new credentials") for a in three], [0, 0, 0], "looked at, and nothing is new")
put_keys(session)
ok(three[0].says(r"\[INFO\]  agent\.auth\.handler: new credentials detected\n", 5), "other keys in the file: told", three[0].log)
ok(three[1].says(r"\[INFO\]  agent\.auth\.handler: auth method found new credentials, re-authenticating\n", 5), "told, with enable_reauth_on_new_credentials", three[1].log)
ok(until(lambda: content(eager) != had[1] and lookup(content(eager)), 5), "which has another token", three[1].log)
ok(arn(content(eager)).startswith("arn:aws:sts::123456789012:assumed-role/web/"), "of the role that the new keys are for", arn(content(eager)))
time.sleep(3)
equal([a.log.count("new credentials") for a in three], [1, 1, 0], "each change is told once; without credential_poll_interval nobody looks")
equal([logins(a) for a in three], [1, 2, 1], "one login more, of the one that is to, and no other")
equal([content(quiet), content(blind)], [had[0], had[2]], "the others keep their tokens")
put_keys({"id": "AKIAHALF", "secret": ""})
ok(three[0].says(r"\[WARN\]  agent\.auth\.handler: unable to retrieve current creds, retaining last creds: error=", 5), "a file that is wrong: told", three[0].log)
put_keys(session)
time.sleep(2.2)
equal([(a.process.poll(), logins(a)) for a in three], [(None, 1), (None, 2), (None, 1)], "no login comes of that, nor of its end")
tokens |= {content(a.path) for a in three} | set(had)
for a in three:
    stopped("keys that change", a)

# --- A log file that is rotated by its size

SIZE, KEPT, TURNS = 600, 3, 40
path = place("rotated")
logs = os.path.join(peers.folder, "logs")
os.mkdir(logs)
put_keys(key)
a = Agent(path, config(path, kind="iam", role="iam", top='log_file = "%s/agent.log"\nlog_rotate_bytes = %d\nlog_rotate_max_files = %d' % (logs, SIZE, KEPT)), env=SHARED)
ok(a.says("renewed auth token"), "with a log file", a.log)
tokens.add(content(path))
for turn in range(TURNS):  # each is three lines or so
    a.send(signal.SIGHUP)
    a.says("token written", times=turn + 2)
names = sorted(os.listdir(logs))
ok(len(names) == KEPT + 1 and names[-1] == "agent.log" and all(re.fullmatch(r"agent-\d{19}\.log", name) for name in names[:-1]), "one, and %d old ones with their times" % KEPT, names)
stopped("with a log file", a)
names = sorted(os.listdir(logs))
texts = [content(os.path.join(logs, name)) for name in names]
longest = max(map(len, a.log.splitlines(True)))
ok(all(SIZE <= len(text) < SIZE + longest for text in texts[:-1]), "each has its size, and no line is cut", [len(text) for text in texts])
ok(all(text.endswith("\n") for text in texts) and len("".join(texts)) > KEPT * SIZE and a.log.endswith("".join(texts)),
   "together they are the end of what went to standard error, byte for byte", "".join(texts))
equal({oct(stat.S_IMODE(os.stat(os.path.join(logs, name)).st_mode)) for name in names}, {"0o640"}, "their mode")
equal(sorted(os.listdir(os.path.dirname(path))), ["token", "token.log"], "nothing else is left")

# --- Secrets

secrets = [key["secret"], session["secret"], session["token"], nonce, content(nonce_file).split("\n")[1], "CANARY", *tokens]
equal(leaks(outputs, secrets, r"(^|/)token$|^nonce|^credentials|^ec2-both\.hcl$"), [], "no secret, token or nonce in %d outputs, on a command line or in a file that is not for it" % len(outputs))
ok(len(leaks([nonce, key["secret"]], secrets, ".*")) == 2 and path in leaks([], secrets, "(?!)"), "which would be seen")
end()
