#!/usr/bin/env python3
# agent-config.t: `pantler agent -test`: what is taken and what is refused, by files, flags and variables; it writes nothing and asks nobody.
# SPDX-License-Identifier: MIT

import json
import os

import program  # noqa: F401, finds tests/peer
from peers import folder
from program import line, run, said
from tap import end, equal, ok

NAME = os.path.join(folder, "agent.hcl")
SINK = os.path.join(folder, "token")
GOOD = "pantler: the configuration is good\n"


def file(text, name=NAME):
    with open(name, "w") as f:
        f.write(text)
    return "-config=" + name


def agent(*args, **more):
    return run("agent", "-test", *args, **more)


def good(name, *args, told="", **more):
    said(name, agent(*args, **more), 0, told + GOOD)


def bad(name, what, *args, hint=None, **more):
    said(name, agent(*args, **more), 1, line("agent", what, 1, hint))


HCL = """
pid_file = "%s/pid"
exit_after_auth = true
vault { address = "http://127.0.0.1:1" retry { num_retries = 5 } }
auto_auth {
  method "aws" {
    mount_path = "auth/aws"
    min_backoff = "1s", max_backoff = "5m"
    config = { type = "iam", role = "web", credential_poll_interval = 60 }
  }
  sink "file" { config = { path = "%s" mode = 0600 } }
  sink "file" { wrap_ttl = "5m", dh_type = "curve25519", dh_path = "/nowhere/dh", derive_key = true, aad_env_var = "AAD", config = { path = "%s.2" } }
}
""" % (folder, SINK, SINK)
JSON = {"exit_after_auth": True, "pid_file": folder + "/pid", "auto_auth": {"method": {"type": "aws", "config": {"type": "iam", "role": "web"}},
                                                                         "sink": [{"type": "file", "config": {"path": SINK, "mode": 416}}]}}
before = sorted(os.listdir(folder) + ["agent.hcl"])
good("a file", file(HCL))
good("in json", file(json.dumps(JSON)))
good("again and again", file(HCL), file('log_level = "info"', NAME + "2"))
os.unlink(NAME + "2")
equal(sorted(os.listdir(folder)), before, "nothing is written")
good("no file at all", "-role=web", "-output=" + SINK)
good("by variables alone, but for that", "-output=" + SINK, env={"VAULT_ADDR": "http://127.0.0.1:1", "PANTLER_ROLE": "web", "VAULT_LOG_FORMAT": "json"})
good("a level above the answer's hides what is told on the way, not the answer", "-output=" + SINK, "-log-level=warn")
good("nor does the file's", "-output=" + SINK, file('log_level = "error"'))
good("PANTLER_CONFIG", env={"PANTLER_CONFIG": file(HCL)[8:]})
good("every flag", "-output=" + SINK, "-mode=0600", "-once", "-exit-after-auth=false", "-ready-file=/r", "-log-format=json", "-log-file=/l", "-log-rotate-bytes=5",
     "-log-rotate-duration=1h", "-log-rotate-max-files=-1", "-ignore-unsupported", "-nonce-file=/n", "-type=ec2", "-wrap-ttl=60", "-timeout=5s")
good("what is told", file(HCL + "pidfile = 1\n"), told='pantler: %s:14:1: unknown key "pidfile" is ignored: did you mean pid_file?\n' % NAME)
good("a variable that is ignored", "-output=" + SINK, env={"VAULT_MAX_RETRIES": "5"}, told="pantler: VAULT_MAX_RETRIES is set, and ignored\n")
LISTEN = HCL + 'listener "tcp" { address = "127.0.0.1:8100" }\ncache {}\n'
HINT = "programs can ask vault with the token of a sink, and ready_file and the log tell how the agent is; -ignore-unsupported passes it over"
bad("what pantler lacks", NAME + ":14:1: listener is set: pantler has none", file(LISTEN), hint=HINT)
good("passed over", file(LISTEN), "-ignore-unsupported", told='pantler: %s:14:1: unsupported "listener" is ignored\n'
     'pantler: %s:15:1: unsupported "cache" is ignored\n' % (NAME, NAME))
bad("nowhere to put it", "there is nowhere to put a token", hint="give -output, or a file with a sink")
bad("no sink", NAME + ':1:11: auto_auth has no "sink" block', file('auto_auth { method "aws" {} }'))
bad("a sink's mode", NAME + ":1:69: mode must be an octal mode like 0640", file('auto_auth { method "aws" {} sink file { config { path = "/t" mode = 640 } } }'))
bad("a level", NAME + ":1:13: log_level must be error, warn, info or debug", "-output=/t", file('log_level = "loud"'))
bad("a flag", "-log-rotate-bytes must be a number, 0 or more", "-output=/t", "-log-rotate-bytes=1k")
bad("a boolean", "-once is neither true nor false", "-output=/t", "-once=maybe")
bad("an argument", 'takes no arguments: "x"', "-output=/t", "x")
bad("a flag of others", "unknown flag -store", "-store", hint="pantler help agent shows the flags")
bad("a slip", "unknown flag -onec", "-onec", hint="did you mean -once?")
exits = file('auto_auth {\n  method "aws" {\n    exit_on_err = true\n  }\n}\n')
ran = run("agent", exits, "-output=" + SINK)
ok(ran.code == 10 and "no aws credentials" in ran.err, "without -test it goes on from there", ran)
said("the configuration is looked at first", run("agent", "-output=" + SINK, "-log-format=x"), 1, line("agent", "-log-format must be standard or json", 1))
ok(not os.path.exists(SINK), "no token anywhere")
end()
