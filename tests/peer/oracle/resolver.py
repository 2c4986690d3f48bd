# resolver.py: whose credentials botocore's own resolver takes: the order in which sources are looked at, as AWS's tools have it.
# SPDX-License-Identifier: MIT
# Reads an environment a line, a JSON object, and writes a JSON string for each: the access key id, "none", or "error: " and its kind.

import json
import os
import sys

import botocore.session

before = dict(os.environ)


def resolve(env):
    os.environ.clear()
    os.environ.update(env)
    try:
        found = botocore.session.Session().get_credentials()
        return found.get_frozen_credentials().access_key if found else "none"
    except Exception as error:  # noqa: BLE001, whatever it is, there are no credentials
        return "error: " + type(error).__name__


answers = [resolve(json.loads(line)) for line in sys.stdin]
sys.stdout.write("".join(json.dumps(answer) + "\n" for answer in answers))
