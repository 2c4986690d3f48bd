# imds.py: the metadata service of an EC2 instance, inside the test's own process: version 2, a role, a region, an identity.
# SPDX-License-Identifier: MIT
# What it says is in `answers`: a path under /latest/ and its status (or a list: one after the other, the last for good) and body; a
# test changes it. What it was asked is in `seen`.

import base64
import json

import unruly

SESSION = "CANARY-SESSION-OF-THE-METADATA-SERVICE"
INSTANCE = "i-0123456789abcdef0"


class Imds(unruly.Listener):
    """`env` is all that makes the program ask this service and no other: never the one half without the other."""

    def __init__(self, key, secret, token):
        super().__init__("http")
        self.seen = []
        self.env = {"AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": self.url}
        self.document = json.dumps({"accountId": "123456789012", "instanceId": INSTANCE, "region": "eu-west-1"}, indent=2)
        cred = {"Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": key, "SecretAccessKey": secret, "Token": token,
                "Expiration": "2099-01-01T00:00:00Z"}
        self.answers = {
            "meta-data/iam/security-credentials/": (200, "web"),
            "meta-data/iam/security-credentials/web": (200, json.dumps(cred)),
            "meta-data/placement/region": (200, "eu-west-1"),
            "dynamic/instance-identity/document": (200, self.document),
            "dynamic/instance-identity/signature": (200, base64.encodebytes(b"signature" * 14).decode()),
            "dynamic/instance-identity/rsa2048": (200, base64.encodebytes(b"message" * 100).decode()),
        }

    def serve(self, conn):
        line, lines, _ = unruly.read_request(conn) or ("", [], b"")
        method, _, path = line.rpartition(" ")[0].partition(" /latest/")
        self.seen.append("%s %s" % (method, path))
        if (method, path) == ("PUT", "api/token"):
            status, body = self.answers.get(path, (200, SESSION))
        elif "X-aws-ec2-metadata-token: " + SESSION in lines:
            status, body = self.answers.get(path, (404, ""))
        else:
            status, body = 401, ""
        if isinstance(status, list):
            status = status.pop(0) if len(status) > 1 else status[0]
        conn.sendall(unruly.http(status, body.encode(), "X-Aws-Ec2-Metadata-Token-Ttl-Seconds: 21600"))

    def asked(self):
        """What it was asked since the last time."""
        was, self.seen = self.seen, []
        return was
