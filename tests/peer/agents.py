# agents.py: pantler's agent as tests keep it running, and a look at whether anything that was run gave a secret away. Asserts nothing.
# SPDX-License-Identifier: MIT

import os
import re
import signal
import subprocess
import threading
import time

import peers


def content(path):
    """A file's text; empty where there is none."""
    try:
        with open(path, encoding="utf-8", errors="backslashreplace") as f:
            return f.read()
    except OSError:
        return ""


def until(condition, within):
    """Look again and again until the condition holds; whether it does."""
    pause, deadline = threading.Event(), time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            return False
        pause.wait(0.02)
    return True


class Agent:
    """One that stays, whose messages go to the file `path`.log: `log` is what it has said so far."""

    def __init__(self, path, *args, env=None):
        self.path = path
        with open(path + ".log", "wb") as to:
            self.process = subprocess.Popen([peers.PANTLER, "agent", *args], stdin=subprocess.DEVNULL, stdout=to, stderr=to,
                                            env={**peers.QUIET, **(env or {})}, preexec_fn=peers.die_with_parent)

    @property
    def log(self):
        return content(self.path + ".log")

    def says(self, pattern, within=10, times=1):
        return until(lambda: len(re.findall(pattern, self.log)) >= times, within)

    def send(self, number):
        self.process.send_signal(number)

    def stop(self, number=signal.SIGTERM):
        """Its exit code."""
        argv.append(content("/proc/%d/cmdline" % self.process.pid))
        self.send(number)
        return self.process.wait(5)


argv = []  # of those that were stopped
TOKEN = r"hv[sb]\.[A-Za-z0-9_-]{8}"


def leaks(said, secrets, may):
    """Where one of these secrets, or a token, is and should not be: in what was said (texts), on a command line, or in a file of the test's
    folder, but for those whose path there `may` (a pattern) hold one, or that only have such a name; and files that should
    be gone: temporary ones, cores."""
    secret = re.compile("|".join([TOKEN, *map(re.escape, secrets)]))
    found = ["%s: %s" % (what, text) for what, texts in (("said", said), ("a command line", argv + [
        content("/proc/%s/cmdline" % pid) for pid in filter(str.isdigit, os.listdir("/proc"))])) for text in texts if secret.search(text)]
    for top in {peers.folder, os.getcwd()}:
        for place, _, names in os.walk(top) if top == peers.folder else [(top, [], os.listdir(top))]:
            found += [os.path.join(place, name) for name in names if re.fullmatch(r"core(\.\d+)?|\..*\.pantler", name)]
    for place, _, names in os.walk(peers.folder):
        for name in names:
            path = os.path.join(place, name)
            if os.path.isfile(path) and not re.search(may, os.path.relpath(path, peers.folder)) and secret.search(content(path)):
                found.append(path)
    return found
