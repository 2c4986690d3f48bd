#!/usr/bin/env python3
# cred-sources.t: roles by profile and by web identity at moto, credential_process, and container endpoints with the manners of
# Greengrass and EKS: each source's keys log in at a real Vault, whose STS, moto, verifies them.
# SPDX-License-Identifier: MIT

import json
import os
import threading
import time
import urllib.request

import peers
from certs import Authority
from services import Standin, agent_file, answer_container, answer_metadata, credentials, free_port, shut_in, start_vault, write
from tap import can, end, equal, ok

no_namespace = shut_in()
ours = Authority(os.path.join(peers.folder, "ours"))
moto, moto_key, session = peers.start_moto()
ACCOUNT = "arn:aws:iam::123456789012:"
vault, api = start_vault(ours, moto, bound_iam_principal_arn=[ACCOUNT + "role/web", ACCOUNT + "user/pantler"])
api.must("POST", "auth/aws/config/identity", {"iam_metadata": ["client_arn"]})
conf = agent_file("agent.hcl", vault.url, ours.pem, ['type = "iam"', 'role = "web"'])
NODE = Standin(answer_metadata({"id": "AKIANODE", "secret": "CANARY/node"}))  # what no source that is configured may fall to


def login(*args, **env):
    return peers.pantler("login", "-config=" + conf, "-field=token", *args, env={
        "HOME": "/nowhere", "AWS_EC2_METADATA_DISABLED": "", "AWS_EC2_METADATA_SERVICE_ENDPOINT": NODE.url, **env})


def came_in(name, ran, who, err=""):
    """The run printed a token of Vault's, for this caller."""
    found = api("GET", "auth/token/lookup-self", token=ran.out)[1].get("data") if ran.code == 0 else None
    equal((found and found["meta"]["client_arn"], ran.err), (who, err), name)
    equal(NODE.seen, [], name + ": instance metadata was not asked")


def refused(name, ran, text, hint="", code=10):
    peers.refused(name, ran, code, "pantler: login: %s (code %d)\n%s" % (text, code, hint))
    equal(NODE.seen, [], name + ": and nobody else was asked")


def session_arn(name):
    return "arn:aws:sts::123456789012:assumed-role/web/" + name


def files(name, config, keys):
    """Both shared files, by the variables that name them."""
    return {"AWS_CONFIG_FILE": write(name + "/config", config), "AWS_SHARED_CREDENTIALS_FILE": write(name + "/credentials", keys)}


# --- Slow Greengrass, in the background: 20 s for its first answer.

GREENGRASS = "/2016-11-01/credentialprovider/"
SVCUID = "ABCDEFGHIJKLMNOP"
slow_answer = answer_container(session, SVCUID, GREENGRASS)


def answer_slowly(r):
    time.sleep(20)
    return slow_answer(r)


slow = Standin(answer_slowly)
slow_runs = []


def greengrass(standin, path=GREENGRASS, token=SVCUID):
    return {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://localhost:%d%s" % (standin.port, path), "AWS_CONTAINER_AUTHORIZATION_TOKEN": token}


waiting = threading.Thread(target=lambda: slow_runs.append((time.monotonic(), login(**greengrass(slow)), time.monotonic())))
waiting.start()

# --- AssumeRole by source_profile.

STS = {"AWS_ENDPOINT_URL_STS": moto.url}
NOTE = "pantler: sts is asked without tls, at %s\n" % moto.url
KEYS = "[source]\naws_access_key_id = %s\naws_secret_access_key = %s\n" % (moto_key["id"], moto_key["secret"])
ROLE = "role_arn = %srole/web\nsource_profile = %s\n"
config = "[default]\nrole_session_name = s-1\nregion = us-east-1\n" + ROLE % (ACCOUNT, "source")
came_in("AssumeRole by source_profile", login(**STS, **files("role", config, KEYS)), session_arn("s-1"), NOTE)
if can(not no_namespace, "endpoints in the shared files", no_namespace):  # a program that overlooks them asks AWS
    came_in("the endpoint in the profile", login(**files("own", config + "endpoint_url = %s\n" % moto.url, KEYS)), session_arn("s-1"), NOTE)
    came_in("the endpoint in a services section", login(**files(
        "services", config + "services = here\n[services here]\nsts =\n  endpoint_url = %s\n" % moto.url, KEYS)), session_arn("s-1"), NOTE)
came_in("a role of a role", login(AWS_PROFILE="two", **STS, **files("two", "[profile two]\nrole_session_name = s-2\n" + ROLE % (ACCOUNT, "one") +
        "[profile one]\nrole_session_name = s-1\n" + ROLE % (ACCOUNT, "source"), KEYS)), session_arn("s-2"), NOTE * 2)
came_in("duration_seconds and external_id", login(**STS, **files("more", config + "duration_seconds = 900\nexternal_id = a:b\n",
        KEYS)), session_arn("s-1"), NOTE)
came_in("credential_source = EcsContainer", login(
    **STS, **files("source", "[default]\nrole_session_name = s-3\nrole_arn = %srole/web\ncredential_source = EcsContainer\n" % ACCOUNT, ""),
    AWS_CONTAINER_CREDENTIALS_FULL_URI=Standin(answer_container(moto_key)).url + "/"), session_arn("s-3"), NOTE)
wrong = "[source]\naws_access_key_id = %s\naws_secret_access_key = CANARY/wrong\n" % moto_key["id"]
peers.refused("a source with another secret", login(**STS, **files("wrong", config, wrong)), 10,
              NOTE + "pantler: login: profile default: sts: %s: answer 403 (code 10)\n" % moto.url)
equal(NODE.seen, [], "and nobody else was asked")
closed = "127.0.0.1:%d" % free_port()
peers.refused("no STS there", login(AWS_ENDPOINT_URL_STS="http://" + closed, **files("closed", config, KEYS)), 10,
              NOTE.replace(moto.url, "http://" + closed) +
              "pantler: login: profile default: sts: http://%s: connect to %s: connection refused (code 10)\n" % (closed, closed))
equal(NODE.seen, [], "and nobody else was asked for that")

# --- AssumeRoleWithWebIdentity.

jwt = write("jwt", "CANARY.eyJzdWIiOiJ4In0.c2ln\n")


def admit_one():
    """moto takes its next call unsigned."""
    urllib.request.urlopen(urllib.request.Request(moto.url + "/moto-api/reset-auth", b"1", {"Content-Type": "text/plain"}), timeout=30)


WEB = {"AWS_WEB_IDENTITY_TOKEN_FILE": jwt, "AWS_ROLE_ARN": ACCOUNT + "role/web"}
admit_one()
came_in("AssumeRoleWithWebIdentity", login(AWS_ROLE_SESSION_NAME="pod-1", **WEB, **STS), session_arn("pod-1"), NOTE)
admit_one()
came_in("the same in a profile", login(**STS, **files("web", "[default]\nrole_arn = %srole/web\nrole_session_name = pod-2\n"
        "web_identity_token_file = %s\n" % (ACCOUNT, jwt), "")), session_arn("pod-2"), NOTE)
peers.refused("refused by STS, where moto says 500", login(AWS_ROLE_SESSION_NAME="pod-1", **WEB, **STS), 10,
              NOTE + "pantler: login: web identity: sts: %s: answer 500 (code 10)\n" % moto.url)
equal(NODE.seen, [], "and the node's credentials were not asked for")
refused("its token file is missing", login(**dict(WEB, AWS_WEB_IDENTITY_TOKEN_FILE="/nowhere/jwt"), **STS),
        "web identity: its token file: /nowhere/jwt: no such file or directory")

# --- credential_process.

program = write("program", '#!/bin/sh\nprintf "%%s" \'%s\'\n' % json.dumps(credentials(session, "SessionToken", Version=1)), 0o700)
came_in("credential_process", login(**files("process", "[default]\ncredential_process = %s\n" % program, "")), session_arn("s"))
came_in("in the credentials file, by the shell", login(**files("process2", "", "[default]\ncredential_process = test -n \"$HOME\" && '%s' | cat\n"
        % program)), session_arn("s"))
came_in("a role from its keys", login(**STS, **files("process3", "[default]\nrole_session_name = s-4\n" + ROLE % (ACCOUNT, "source") +
        "[profile source]\ncredential_process = %s\n" % write("user", "#!/bin/sh\necho '%s'\n" % json.dumps(
            credentials(moto_key, Version=1)), 0o700), "")), session_arn("s-4"), NOTE)
PROCESS_HINT = "hint: -log-level=debug shows the first line of its standard error\n"
for name, command, text, hint in (
        ("fails", "echo CANARY >&2; exit 3", "ended with status 3", PROCESS_HINT),
        ("is not there", "/nowhere/CANARY", "ended with status 127", PROCESS_HINT),
        ("says version 2", "echo '{\"Version\":2}'", "its output is not of version 1", ""),
        ("is past its time", "echo '%s'" % json.dumps(credentials(session, "SessionToken", Version=1, Expiration="2026-01-01T00:00:00Z")),
         "its credentials have expired", "")):
    env = files("process-" + name, "[default]\ncredential_process = %s\n" % command, "")
    refused("credential_process that " + name, login(**env),
            "profile default: credential_process of default in %s: %s" % (env["AWS_CONFIG_FILE"], text), hint)

# --- Container endpoints.

tes = Standin(answer_container(session, SVCUID, GREENGRASS))
came_in("Greengrass, by localhost and IPv4", login(**greengrass(tes)), session_arn("s"))
equal(tes.paths(), ["GET " + GREENGRASS], "with the slash at its end")
came_in("and not through a proxy", login(HTTP_PROXY="http://" + closed, http_proxy="http://" + closed, **greengrass(tes)), session_arn("s"))
refused("without the slash", login(**greengrass(tes, GREENGRASS[:-1])), "container credentials: answer 400")
refused("another component's token", login(**greengrass(tes, token="CANARYCANARYCANA")), "container credentials: answer 403")
lost = Standin(lambda r: (404, "CANARYCANARYCANA is not known"))
refused("a component that is not known, whose token is not repeated", login(**greengrass(lost, token="CANARYCANARYCANA")),
        "container credentials: answer 404")
lost.answer = lambda r: (404, '{"code":"NotFound","message":"no such task"}')
refused("ECS's own words", login(**greengrass(lost)), "container credentials: answer 404: no such task")
equal(len(lost.seen), 2, "neither is asked twice")
late = iter([(503, ""), (500, "")])
busy = Standin(lambda r: next(late, None) or (200, credentials(session)))
came_in("503, 500, and then an answer", login(**greengrass(busy)), session_arn("s"))
equal(len(busy.seen), 3, "in three tries")
refused("not there yet", login(AWS_CONTAINER_CREDENTIALS_FULL_URI="http://%s/" % closed),
        "container credentials: connect to %s: connection refused" % closed)

# EKS Pod Identity: kubelet rotates the token under the same name.
pods = os.path.join(peers.folder, "pods")
current = []


def project(token):
    """As kubelet does it: a new folder, and the link ..data turned over to it."""
    folder = "..%d" % len(current)
    write("pods/%s/token" % folder, token)
    os.symlink(folder, os.path.join(pods, "..new"))
    os.rename(os.path.join(pods, "..new"), os.path.join(pods, "..data"))
    current.append(token)


project("CANARY.first.token")
os.symlink("..data/token", os.path.join(pods, "token"))
agent = Standin(lambda r: answer_container(session, current[-1], "/v1/credentials")(r))
EKS = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": agent.url + "/v1/credentials", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": os.path.join(pods, "token"),
       "AWS_CONTAINER_AUTHORIZATION_TOKEN": "CANARY.of.the.environment"}
came_in("EKS, by the token in the file", login(**EKS), session_arn("s"))
project("CANARY.second.token")
came_in("and by the next one, after it was rotated", login(**EKS), session_arn("s"))
equal([r.head.get("Authorization") for r in agent.seen], current, "each as it was in the file")
os.unlink(os.path.join(pods, "token"))
refused("the token file is gone", login(**EKS), "container credentials: its token file: %s/token: no such file or directory" % pods)

waiting.join()
begun, ran, ended = slow_runs[0]
came_in("Greengrass, after 20 s", ran, session_arn("s"))
ok(20 <= ended - begun < 30 and len(slow.seen) == 1, "it was asked once, and waited for", "%.1f s, %d requests" % (ended - begun, len(slow.seen)))
end()
