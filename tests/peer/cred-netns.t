#!/usr/bin/env python3
# cred-netns.t: the link-local addresses as they are, a hop limit of one, no route, a black hole: each in network namespaces of its own.
# SPDX-License-Identifier: MIT

import sys
import time

import peers
from services import Namespace, Standin, answer_container, answer_metadata, can_unshare, credentials, key_id, sign, write
from tap import end, equal, ok

why = can_unshare()
if why:
    print("1..0 # SKIP " + why)
    sys.exit(0)

ON = {"AWS_EC2_METADATA_DISABLED": ""}
HOP_HINT = ("hint: in a container: set http-put-response-hop-limit to 2, or use the host's network\n")


def key(name):
    return {"id": "AKIA" + name, "secret": "CANARY/" + name, "token": "CANARY//" + name}


def timed(ns, env, *args):
    """A run inside, and how many seconds it took."""
    start = time.monotonic()
    with ns:
        ran = sign(*args, env={**ON, **env})
    return ran, time.monotonic() - start


def failed(name, ran, took, within, text, hint):
    """The run had no credentials, for this reason and no other, and did not take longer."""
    want = ("pantler: sign: no aws credentials: none in the configuration; AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set; profile "
            "default: neither in /nowhere/.aws/config nor in /nowhere/.aws/credentials; web identity: AWS_WEB_IDENTITY_TOKEN_FILE is not set; no "
            "container endpoint in the environment; instance metadata %s (code 10)\n%s" % (text, hint))
    peers.refused(name, ran, 10, want)
    ok(took <= within, "%s: within %g s" % (name, within), "it took %.2f s" % took)


# --- The addresses.

place = Namespace()
place.add("169.254.169.254/32", "169.254.170.2/32", "169.254.170.23/32", "fd00:ec2::254/128", "fd00:ec2::23/128")
with place:
    imds = Standin(answer_metadata(key("IMDS4")), "169.254.169.254", 80)
    imds6 = Standin(answer_metadata(key("IMDS6")), "fd00:ec2::254", 80)
    ecs = Standin(answer_container(key("ECS"), path="/v2/credentials/1-2"), "169.254.170.2", 80)
    eks = Standin(answer_container(key("EKS"), "jwt", "/v1/credentials"), "169.254.170.23", 80)
    eks6 = Standin(answer_container(key("EKS6"), "jwt", "/v1/credentials"), "fd00:ec2::23", 80)
    closed = Standin(lambda r: (500, ""), "127.0.0.1")

BASE = "/latest/meta-data/iam/security-credentials/"
jwt = write("jwt", "jwt\n")
for name, env, server, want, paths in (
        ("169.254.169.254", {}, imds, "AKIAIMDS4", ["PUT /latest/api/token", "GET " + BASE, "GET " + BASE + "web"]),
        ("fd00:ec2::254", {"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv6"}, imds6, "AKIAIMDS6",
         ["PUT /latest/api/token", "GET " + BASE, "GET " + BASE + "web"]),
        ("169.254.170.2, ECS", {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials/1-2"}, ecs, "AKIAECS",
         ["GET /v2/credentials/1-2"]),
        ("169.254.170.23, EKS", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1/credentials",
                                 "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": jwt}, eks, "AKIAEKS", ["GET /v1/credentials"]),
        ("fd00:ec2::23, EKS", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://[fd00:ec2::23]/v1/credentials",
                               "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": jwt}, eks6, "AKIAEKS6", ["GET /v1/credentials"])):
    for server_seen in (imds, imds6, ecs, eks, eks6):
        server_seen.seen.clear()
    ran, took = timed(place, env)
    equal((key_id(ran), ran.err), (want, ""), name + ": its credentials")
    equal(server.paths(), paths, name + ": what was asked")
    equal(sum(len(s.seen) for s in (imds, imds6, ecs, eks, eks6)), len(paths), name + ": and nothing of anybody else")
proxy = {name: closed.url for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")}
ran, took = timed(place, proxy)
equal((key_id(ran), closed.seen), ("AKIAIMDS4", []), "a proxy is not for link-local addresses")
imds.seen.clear()
ran, took = timed(place, {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials/none"})
peers.refused("ECS refuses: and instance metadata is not the next one", ran, 10,
              "pantler: sign: container credentials: answer 400 (code 10)\n")
equal(imds.seen, [], "it was not asked")
imds.answer = answer_metadata(key("IMDS4"), v2=403)
ran, took = timed(place, {})
equal((key_id(ran), ran.err), ("AKIAIMDS4", "pantler: instance metadata refuses version 2 (answer 403): version 1 is used\n"),
      "an instance that has version 1 alone")
imds.answer = lambda r: (200, credentials(key("PLAIN"))) if r.path != "/latest/api/token" else (400, "")
ran, took = timed(place, {})
failed("a new session is refused by 400: not version 1", ran, took, 1, "http://169.254.169.254/latest/api/token: answer 400", "hint: pantler doctor "
       "looks at each of these and explains\n")

# --- A hop limit of one: container - host - service. The handshake completes, the answer to the PUT does not arrive.

container, host, service = Namespace(), Namespace(), Namespace()
container.join(host, "bridge", "10.9.0.2/24", "10.9.0.1/24")
host.join(service, "nitro", "10.9.1.1/24", "10.9.1.2/24")
service.add("169.254.169.254/32")
container.ip("route", "add", "default", "via", "10.9.0.1")
service.ip("route", "add", "default", "via", "10.9.1.1")
host.ip("route", "add", "169.254.169.254/32", "via", "10.9.1.2")
host.run("sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward")
RULE = "flush ruleset\ntable ip t { chain o { type filter hook output priority 0; tcp sport 80 tcp flags & (syn|rst) == 0 ip ttl set %d\n}\n}\n"
with service:
    far = Standin(answer_metadata(key("FAR")), "169.254.169.254", 80)
service.run("nft", "-f", "-", stdin=RULE % 1)
ran, took = timed(host, {})
equal((key_id(ran), ran.err), ("AKIAFAR", ""), "hop limit 1: the host has credentials")
far.seen.clear()
ran, took = timed(container, {})
failed("hop limit 1: a container hears nothing", ran, took, 10, "http://169.254.169.254/latest/api/token: no answer within 2s",
       HOP_HINT)
ok(far.paths() and len(far.paths()) <= 3 and set(far.paths()) == {"PUT /latest/api/token"},
   "the service was asked for a session, three times at most, and for nothing by version 1", far.paths())
ran, took = timed(container, {}, "-region=auto")
failed("hop limit 1, and the region is asked for", ran, took, 10,
       "http://169.254.169.254/latest/api/token: no answer within 2s", HOP_HINT)
service.run("nft", "-f", "-", stdin=RULE % 2)
ran, took = timed(container, {})
equal((key_id(ran), ran.err), ("AKIAFAR", ""), "hop limit 2: what the hint says helps")

# --- Nowhere.

TOKEN = "http://169.254.169.254/latest/api/token: connect to 169.254.169.254:80: "
DOCTOR = "hint: pantler doctor looks at each of these and explains\n"
alone = Namespace()
ran, took = timed(alone, {})
failed("no route", ran, took, 5, TOKEN + "network is unreachable", DOCTOR)
ran, took = timed(alone, {"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv6"})
failed("no route, IPv6", ran, took, 5, "http://[fd00:ec2::254]/latest/api/token: connect to [fd00:ec2::254]:80: network is unreachable", DOCTOR)
guest, router = Namespace(), Namespace()
guest.join(router, "way", "10.9.0.2/24", "10.9.0.1/24")
guest.ip("route", "add", "default", "via", "10.9.0.1")
router.ip("route", "add", "unreachable", "169.254.0.0/16")
router.run("sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward")
ran, took = timed(guest, {})
failed("a router that knows no way", ran, took, 10, TOKEN + "no route to host", DOCTOR)
hole, dark = Namespace(), Namespace()
hole.join(dark, "way", "10.9.0.2/24", "10.9.0.1/24")
hole.ip("route", "add", "default", "via", "10.9.0.1")  # which passes nothing on, and says nothing
ran, took = timed(hole, {})
failed("a black hole", ran, took, 10, TOKEN + "no answer within 1s", DOCTOR)
ran, took = timed(hole, {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials/1-2"})
peers.refused("a black hole at the container's endpoint", ran, 10,
              "pantler: sign: container credentials: connect to 169.254.170.2:80: no answer within 2s (code 10)\n")
ok(took <= 10, "and within 10 s", "it took %.2f s" % took)
ran, took = timed(hole, peers.KEYS, "-region=auto")
equal((key_id(ran), ran.err), ("AKIAPEER", "pantler: the region cannot be found out, and is taken to be us-east-1\n"),
      "a black hole, and the region is asked for")
ok(took <= 10, "within 10 s too", "it took %.2f s" % took)
end()
