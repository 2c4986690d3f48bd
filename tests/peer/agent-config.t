#!/usr/bin/env python3
# agent-config.t: configuration files, each taken or refused by the real `vault agent` and by `pantler agent -test`: alike, or else for a reason.
# SPDX-License-Identifier: MIT
# Vault's agent is 1.14. It has taken a file when it says that it begins to log in; it is ended then. The login goes
# to a closed port. Taken or refused is all that is compared: the words are each one's own.

import os
import subprocess
import threading

import peers
from tap import end, equal, ok

FILES = os.path.join(peers.HERE, "agent-config")
ENV = dict(peers.QUIET, PATH="/nowhere", HOME=peers.folder, AWS_ACCESS_KEY_ID="AKIAPEER", AWS_SECRET_ACCESS_KEY="none", VAULT_ADDR="http://127.0.0.1:1")
CLI = os.path.join(peers.BUILD, "peers", "cli")

# Files that one takes and the other refuses: who takes it, and why. pantler(1), CONFIGURATION FILE, says the same.
LATER, LACKS, NOTHING, SHAPE, MODE, TRAP, LEFT, STRICT = (
    "Vault's later releases do as pantler does",
    "pantler does not have it, and says so",
    "nobody here looks at it",
    "Vault's reader of JSON flattens objects, and its `sinks` leaves out labels and checks",
    "a quoted mode is octal here",
    "640 is 01200, of which Vault leaves its owner write access and nothing else",
    "the type may be said by a flag or a variable, the role too, or be left to Vault",
    "what cannot be what was meant, and Vault takes something else for it")
DIFFER = {
    "all-objects.json": ("pantler", SHAPE), "backoff-equal.hcl": ("pantler", LATER), "backoff-negative.hcl": ("vault", STRICT),
    "cache.hcl": ("vault", LACKS), "config-case.hcl": ("pantler", LEFT), "duplicate.hcl": ("vault", LATER), "heredoc.hcl": ("vault", STRICT),
    "idle-other.hcl": ("pantler", NOTHING),
    "label.json": ("pantler", SHAPE), "listener.hcl": ("vault", LACKS), "mode-640.hcl": ("vault", TRAP), "mode-quoted-json.json": ("pantler", MODE),
    "mode-quoted.hcl": ("pantler", MODE), "no-config.hcl": ("pantler", LEFT), "no-role.hcl": ("pantler", LEFT), "no-type.hcl": ("pantler", LEFT),
    "not-closed.json": ("vault", STRICT), "sinks-label.hcl": ("pantler", SHAPE), "sinks-nameless.json": ("pantler", SHAPE),
    "sinks-unchecked.hcl": ("vault", SHAPE), "telemetry.hcl": ("vault", LACKS), "template.hcl": ("vault", LACKS),
    "trailing-comma.json": ("vault", STRICT), "wrap-half-second.hcl": ("vault", STRICT),
}


def vault(name):
    """Whether Vault's agent takes the file, and what it said."""
    agent = subprocess.Popen([CLI, "agent", "-config=" + name], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             env=ENV, cwd=work, text=True, preexec_fn=peers.die_with_parent)
    watchdog = threading.Timer(peers.READY_S, agent.kill)
    watchdog.start()
    said = []
    for row in agent.stdout:
        said.append(row)
        if "authenticating" in row:
            agent.terminate()
    agent.wait()
    watchdog.cancel()
    started = any("authenticating" in row for row in said)
    if not started and agent.returncode != 1:
        peers.bail("vault agent -config=%s: %d: %s" % (name, agent.returncode, "".join(said)))
    return started, "".join(said)


def pantler(name, *args):
    ran = peers.pantler("agent", "-test", "-config=" + name, *args, env=ENV, cwd=work)
    return ran.code == 0, str(ran)


work = os.path.join(peers.folder, "work")
os.mkdir(work)
names = sorted(os.listdir(FILES))
ok(len(names) >= 60, "there are %d files" % len(names))
taken = 0
for name in names:
    path = os.path.join(FILES, name)
    (theirs, their_words), (ours, our_words) = vault(path), pantler(path)
    who, why = DIFFER.get(name, (None, None))
    taken += ours and theirs
    if who:
        ok(theirs == (who == "vault") and ours == (who == "pantler"), "%s: %s alone takes it: %s" % (name, who, why), their_words + our_words)
    else:
        ok(theirs == ours, "%s: %s" % (name, "taken" if theirs else "refused"), their_words + our_words)
    if who == "vault" and why == LACKS:
        ok(pantler(path, "-ignore-unsupported")[0], "%s: taken with -ignore-unsupported" % name)
equal(sorted(set(DIFFER) - set(names)), [], "each that is listed is there")
ok(taken >= 30, "%d are taken by both" % taken)
ok(not [name for name in os.listdir(work) if name.startswith("token")], "nobody wrote a token")
end()
