#!/usr/bin/env python3
# cred-order.t: which source is taken: in each of these environments pantler's access key id is botocore's, or the table says why not.
# SPDX-License-Identifier: MIT
# Services are stand-ins on loopback, in a network namespace of the test's own where it can have one.

import itertools
import json
import os
import re
import socket
import threading

import peers
from services import Standin, answer_container, answer_metadata, answer_sts, free_port, key_id, shut_in, sign, write
from tap import can, end, equal, ok

with open("/etc/resolv.conf") as conf:
    SERVERS = re.findall(r"^nameserver\s+([\d.]+)\s*$", conf.read(), re.M) or ["127.0.0.1"]
no_namespace = shut_in("169.254.170.2/32", *(server + "/32" for server in SERVERS if not server.startswith("127.")))


def key(name):
    return {"id": "AKIA" + name, "secret": "CANARY/" + name, "token": "CANARY//" + name}


def know_nothing(sock):
    """A name server by UDP: no name exists."""
    while True:
        query, client = sock.recvfrom(4096)
        end_of_name = query.index(0, 12) + 5
        sock.sendto(query[:2] + b"\x81\x83\0\1\0\0\0\0\0\0" + query[12:end_of_name], client)


if not no_namespace:
    for server in SERVERS:
        name_server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        name_server.bind((server, 53))
        threading.Thread(target=know_nothing, args=(name_server,), daemon=True).start()


def refuse(status):
    return Standin(lambda r: (status, ""))


sts = Standin(answer_sts)
imds = Standin(answer_metadata(key("IMDS")))
v1 = Standin(answer_metadata(key("VONE"), v2=403))
bare = Standin(answer_metadata(None))
container = Standin(answer_container(key("CONTAINER"), path="/full"))
guarded = Standin(answer_container(key("GUARDED"), "tok", "/full"))
closed = "http://127.0.0.1:%d" % free_port()
ecs = None if no_namespace else Standin(answer_container(key("ECS"), path="/v2/x"), "169.254.170.2", 80)
jwt = write("jwt", "head.body")
token_file = write("tok", "tok")
PROCESS = write("process", "#!/bin/sh\necho '%s'\n" % json.dumps({"Version": 1, "AccessKeyId": "AKIAPROCESS", "SecretAccessKey": "s"}), 0o700)

ENV = {"AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "s"}
WEB = {"AWS_WEB_IDENTITY_TOKEN_FILE": jwt, "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/pod"}
CONTAINER = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": container.url + "/full"}
GUARDED = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": guarded.url + "/full"}
ECS = {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/x"}
IMDS = {"AWS_EC2_METADATA_SERVICE_ENDPOINT": imds.url}


def keys(name, section="default"):
    return "[%s]\naws_access_key_id = AKIA%s\naws_secret_access_key = s\n" % (section, name)


def role(name, source, section="default"):
    return "[%s]\nrole_arn = arn:aws:iam::123456789012:role/%s\n%s\n" % (section, name, source)


FILE = keys("FILE") + keys("OTHER", "other")
CONF = keys("CONF") + keys("CONFTWO", "profile two")

# Why it is not as botocore does it.
WEB_AFTER_FILE = "web identity of the environment is asked after the shared files, as in Vault's agent from 1.13 to 1.21"
HALF = "half a pair is an error, for the next source may be somebody else; botocore passes over a secret alone"
OLD_NAMES = "AWS_ACCESS_KEY and AWS_SECRET_KEY count too, as in the SDKs for Go"
PROFILE_FIRST = "AWS_PROFILE goes before AWS_DEFAULT_PROFILE, as in the SDKs for Go"
EMPTY = "an empty variable is an unset one"
ENV_ALONE = "keys in the environment are taken before a profile is looked for, even one that is not there"
NAMED = "a file that is named must be there: one that is mounted late must not make a device into its node"
WHOLE = ("a credentials file that is named must hold some, or its profile be whole in the config file: it may be half written, and the next "
         "source is somebody else")
OWN_KEYS = "a role without a source is assumed with its profile's own keys, as in the SDKs for Go"
KEYS_FIRST = "a profile's own keys go before its credential_process, wherever they stand"
LAST_WINS = "a key that stands twice counts as it stands last, as in the SDKs for Go"
COMMENT = "a comment begins with # after a blank, as in the SDKs for Go"
BOM = "a byte order mark is passed over"

# The systematic part: every set of sources, each with credentials of its own. (name, env, config, credentials, want and reason or None)
SOURCES = (("env", ENV, "AKIAENV"), ("file", None, "AKIAFILE"), ("web", WEB, "ASIA-pod-OF-head.body"), ("container", CONTAINER, "AKIACONTAINER"),
           ("imds", IMDS, "AKIAIMDS"))
CASES = []
for chosen in itertools.product((True, False), repeat=len(SOURCES)):
    there = [source for source, is_there in zip(SOURCES, chosen) if is_there]
    names = [name for name, _, _ in there]
    env = {k: v for _, more, _ in there for k, v in (more or {}).items()}
    differs = ("AKIAFILE", WEB_AFTER_FILE) if names[:2] == ["file", "web"] else None
    CASES.append((" and ".join(names) or "nothing", env, "", FILE if "file" in names else "", differs))
    if there:  # the order that aws/chain.h documents, whatever botocore does
        CASES[-1] += (there[0][2],)

CASES += [
    # Profiles, and which file says what.
    ("AWS_PROFILE", {"AWS_PROFILE": "other"}, "", FILE, None),
    ("AWS_DEFAULT_PROFILE", {"AWS_DEFAULT_PROFILE": "other"}, "", FILE, None),
    ("both of them", {"AWS_PROFILE": "other", "AWS_DEFAULT_PROFILE": "default"}, "", FILE, ("AKIAOTHER", PROFILE_FIRST)),
    ("AWS_PROFILE, empty", {"AWS_PROFILE": ""}, "", FILE, ("AKIAFILE", EMPTY)),
    ("AWS_PROFILE and keys", {"AWS_PROFILE": "other", **ENV}, "", FILE, None),
    ("AWS_PROFILE is nowhere", {"AWS_PROFILE": "nosuch", **IMDS}, "", FILE, None),
    ("AWS_PROFILE is nowhere, and keys", {"AWS_PROFILE": "nosuch", **ENV}, "", FILE, ("AKIAENV", ENV_ALONE)),
    ("config alone", {}, CONF, "", None),
    ("a profile of config", {"AWS_PROFILE": "two"}, CONF, "", None),
    ("both files", {}, CONF, FILE, None),
    ("the one file has another profile", {}, CONF, keys("OTHER", "other"), None),
    ("[profile default]", {}, keys("LONG", "profile default"), "", None),
    ("[two] in config is no profile", {"AWS_PROFILE": "two", **IMDS}, keys("TWO", "two"), "", None),
    ("a name in quotes", {"AWS_PROFILE": "my prof"}, keys("QUOTED", 'profile "my prof"'), "", None),
    ("names are case-sensitive", {"AWS_PROFILE": "Other", **IMDS}, "", FILE, None),
    ("a default without keys", IMDS, "[default]\nregion = eu-west-1\n", "", None),
    ("a default without keys, and a container", {**CONTAINER, **IMDS}, "[default]\nregion = eu-west-1\n", "", None),
    ("files elsewhere", {"AWS_SHARED_CREDENTIALS_FILE": "{elsewhere}/credentials", "AWS_CONFIG_FILE": "{elsewhere}/config"}, CONF, FILE, None),
    ("credentials file named, not there", {"AWS_SHARED_CREDENTIALS_FILE": "/nowhere/c", **IMDS}, "", "", ("error", NAMED)),
    ("config file named, not there", {"AWS_CONFIG_FILE": "/nowhere/c", **IMDS}, "", "", ("error", NAMED)),
    ("credentials file named, empty", {"AWS_SHARED_CREDENTIALS_FILE": write("empty", ""), **IMDS}, "", "", ("error", WHOLE)),
    ("credentials file named, half written", {"AWS_SHARED_CREDENTIALS_FILE": write("half", "[default]\n"), **IMDS}, "", "", ("error", WHOLE)),
    ("credentials file named, its profile elsewhere", {"AWS_SHARED_CREDENTIALS_FILE": write("other", keys("OTHER", "other")), **IMDS}, "", "",
     ("error", WHOLE)),
    ("credentials file named, empty, and a container", {"AWS_SHARED_CREDENTIALS_FILE": write("empty", ""), **CONTAINER}, "", "", ("error", WHOLE)),
    ("credentials file named, empty, and a whole profile", {"AWS_SHARED_CREDENTIALS_FILE": write("empty", ""), **IMDS}, CONF, "", None),
    ("credentials file named, empty, and keys", {"AWS_SHARED_CREDENTIALS_FILE": write("empty", ""), **ENV}, "", "", None),
    ("credentials file named, empty, and a profile", {"AWS_SHARED_CREDENTIALS_FILE": write("empty", ""), "AWS_PROFILE": "x", **IMDS}, "", "", None),
    ("config file named, empty", {"AWS_CONFIG_FILE": write("empty", ""), **IMDS}, "", "", None),
    ("a file named, not there, and keys", {"AWS_SHARED_CREDENTIALS_FILE": "/nowhere/c", **ENV}, "", "", None),
    # Halves and old names.
    ("id alone", {"AWS_ACCESS_KEY_ID": "AKIAENV", **IMDS}, "", FILE, None),
    ("secret alone", {"AWS_SECRET_ACCESS_KEY": "s", **IMDS}, "", FILE, ("error", HALF)),
    ("id alone, secret empty", {"AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "", **IMDS}, "", "", None),
    ("both empty", {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", **IMDS}, "", "", None),
    ("a token alone", {"AWS_SESSION_TOKEN": "t", **IMDS}, "", "", None),
    ("old names", {"AWS_ACCESS_KEY": "AKIAOLD", "AWS_SECRET_KEY": "s", **IMDS}, "", "", ("AKIAOLD", OLD_NAMES)),
    ("id alone in a file", IMDS, "", "[default]\naws_access_key_id = AKIAHALF\n", None),
    ("secret alone in a file", IMDS, "", "[default]\naws_secret_access_key = s\n", ("error", HALF)),
    ("the halves in two files", IMDS, "[default]\naws_secret_access_key = s\n", "[default]\naws_access_key_id = AKIAHALF\n", None),
    # How files are written.
    ("line ends of DOS", {}, "", FILE.replace("\n", "\r\n"), None),
    ("upper case, and a colon", {}, "", "[default]\nAWS_ACCESS_KEY_ID: AKIACOLON\nAws_Secret_Access_Key : s\n", None),
    ("comments and blank lines", {}, "", "# c\n; c\n\n[default]\n# c\naws_access_key_id=AKIAFILE\n\naws_secret_access_key=s\n", None),
    ("a comment behind a value", {}, "", "[default]\naws_access_key_id = AKIACOMMENT # mine\naws_secret_access_key = s\n", ("AKIACOMMENT", COMMENT)),
    ("# without a blank", {}, "", "[default]\naws_access_key_id = AKIA#1\naws_secret_access_key = s\n", None),
    ("= in a value", {}, "", "[default]\naws_access_key_id = AKIA=1\naws_secret_access_key = s=\n", None),
    ("a key twice", {}, "", "[default]\naws_access_key_id = AKIAA\naws_access_key_id = AKIAB\naws_secret_access_key = s\n", ("AKIAB", LAST_WINS)),
    ("a byte order mark", IMDS, "", "\ufeff" + FILE, ("AKIAFILE", BOM)),
    # Roles.
    ("source_profile", {}, role("r", "source_profile = other"), FILE, None),
    ("source_profile in config", {}, role("r", "source_profile = two") + keys("CONFTWO", "profile two"), "", None),
    ("a role of a role", {}, role("r2", "source_profile = one") + role("r1", "source_profile = other", "profile one"), FILE, None),
    ("a role in the profile asked for", {"AWS_PROFILE": "one"}, role("r1", "source_profile = other", "profile one"), FILE, None),
    ("source_profile is itself", {}, role("r", "source_profile = default") + "aws_access_key_id = AKIASELF\naws_secret_access_key = s\n", "", None),
    ("a role, with its own keys", {}, role("r", "") + "aws_access_key_id = AKIASELF\naws_secret_access_key = s\n", "", ("ASIA-r-OF-AKIASELF", OWN_KEYS)),
    ("a role, and keys in the environment", ENV, role("r", "source_profile = other"), FILE, None),
    ("a role, and web identity in the environment", WEB, role("r", "source_profile = other"), FILE, None),
    ("a role without a source", IMDS, role("r", ""), "", None),
    ("source_profile is nowhere", IMDS, role("r", "source_profile = nosuch"), FILE, None),
    ("source_profile goes in a circle", IMDS, role("r", "source_profile = a") + role("a", "source_profile = b", "profile a")
     + role("b", "source_profile = a", "profile b"), "", None),
    ("two sources", {**IMDS, **CONTAINER}, role("r", "source_profile = other\ncredential_source = EcsContainer"), FILE, None),
    ("credential_source = EcsContainer", {**IMDS, **CONTAINER}, role("r", "credential_source = EcsContainer"), "", None),
    ("credential_source = EcsContainer, and none", IMDS, role("r", "credential_source = EcsContainer"), "", None),
    ("credential_source = Ec2InstanceMetadata", {**IMDS, **CONTAINER}, role("r", "credential_source = Ec2InstanceMetadata"), "", None),
    ("credential_source = Environment, and none", IMDS, role("r", "credential_source = Environment"), "", None),
    ("no such credential_source", IMDS, role("r", "credential_source = Elsewhere"), "", None),
    ("web identity in the profile", IMDS, role("r", "web_identity_token_file = " + jwt), "", None),
    ("web identity in the profile that is asked for", {"AWS_PROFILE": "w", **IMDS}, role("r", "web_identity_token_file = " + jwt, "profile w"), FILE, None),
    ("a source by web identity", IMDS, role("r2", "source_profile = w") + role("r", "web_identity_token_file = " + jwt, "profile w"), "", None),
    # credential_process.
    ("credential_process", IMDS, "[default]\ncredential_process = %s\n" % PROCESS, "", None),
    ("credential_process, and keys in the credentials file", IMDS, "[default]\ncredential_process = %s\n" % PROCESS, FILE, None),
    ("credential_process, and keys beside it", IMDS, keys("CONF") + "credential_process = %s\n" % PROCESS, "", ("AKIACONF", KEYS_FIRST)),
    ("credential_process, and a container", {**IMDS, **CONTAINER}, "[default]\ncredential_process = %s\n" % PROCESS, "", None),
    ("credential_process, and keys in the environment", ENV, "[default]\ncredential_process = %s\n" % PROCESS, "", None),
    ("credential_process fails", IMDS, "[default]\ncredential_process = false\n", "", None),
    ("credential_process of a source", IMDS, role("r", "source_profile = p") + "[profile p]\ncredential_process = %s\n" % PROCESS, "", None),
    # Web identity.
    ("a token file, and no role", {"AWS_WEB_IDENTITY_TOKEN_FILE": jwt, **IMDS}, "", "", None),
    ("a role, and no token file", {"AWS_ROLE_ARN": WEB["AWS_ROLE_ARN"], **IMDS}, "", "", None),
    ("a token file that is not there", {**WEB, "AWS_WEB_IDENTITY_TOKEN_FILE": "/nowhere/jwt", **IMDS}, "", "", None),
    ("an STS that is not there", {**WEB, **IMDS, "AWS_ENDPOINT_URL_STS": closed, "AWS_MAX_ATTEMPTS": "1"}, "", "", None),
    ("a bundle of CAs for STS that is not there", {**WEB, **IMDS, "AWS_ENDPOINT_URL_STS": closed.replace("http", "https"), "AWS_MAX_ATTEMPTS": "1",
                                                  "AWS_CA_BUNDLE": "/nowhere/ca.pem"}, "", "", None),
    ("that, for a role", {**IMDS, "AWS_ENDPOINT_URL_STS": closed.replace("http", "https"), "AWS_MAX_ATTEMPTS": "1", "AWS_CA_BUNDLE": "/nowhere/ca.pem"},
     role("r", "source_profile = other"), FILE, None),
    # Containers.
    ("a container that says 403", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": refuse(403).url + "/full", **IMDS}, "", "", None),
    ("a container that says 404", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": refuse(404).url + "/full", **IMDS}, "", "", None),
    ("a container that is not there", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": closed + "/full", **IMDS}, "", "", None),
    ("a container by localhost", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://localhost:%d/full" % container.port, **IMDS}, "", "", None),
    ("a token", {**GUARDED, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "tok", **IMDS}, "", "", None),
    ("a token file", {**GUARDED, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": token_file, **IMDS}, "", "", None),
    ("a token file, before the token", {**GUARDED, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": token_file, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "no",
                                       **IMDS}, "", "", None),
    ("the wrong token", {**GUARDED, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "no", **IMDS}, "", "", None),
    # Instance metadata.
    ("metadata switched off", {"AWS_EC2_METADATA_DISABLED": "true", **IMDS}, "", "", None),
    ("metadata switched off, TRUE", {"AWS_EC2_METADATA_DISABLED": "TRUE", **IMDS}, "", "", None),
    ("metadata switched off, and a container", {"AWS_EC2_METADATA_DISABLED": "true", **CONTAINER}, "", "", None),
    ("metadata, version 1 alone", {"AWS_EC2_METADATA_SERVICE_ENDPOINT": v1.url}, "", "", None),
    ("metadata that is not there", {"AWS_EC2_METADATA_SERVICE_ENDPOINT": closed}, "", "", None),
    ("metadata that says 500", {"AWS_EC2_METADATA_SERVICE_ENDPOINT": refuse(500).url}, "", "", None),
]
if not no_namespace:
    CASES += [
        ("a container elsewhere, by http", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://192.0.2.1/full", **IMDS}, "", "", None),
        ("an STS whose name does not exist", {**WEB, **IMDS, "AWS_ENDPOINT_URL_STS": "http://sts.example", "AWS_MAX_ATTEMPTS": "1"}, "", "", None),
        ("that, for a role", {**IMDS, "AWS_ENDPOINT_URL_STS": "http://sts.example", "AWS_MAX_ATTEMPTS": "1"}, role("r", "source_profile = other"),
         FILE, None),
        ("a container whose name does not exist", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "https://pods.example/full", **IMDS}, "", "", None),
        ("ECS", {**ECS, **IMDS}, "", "", None),
        ("ECS before the full address", {**ECS, **CONTAINER, **IMDS}, "", "", None),
        ("ECS refuses", {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/nosuch", **CONTAINER, **IMDS}, "", "", None),
        ("ECS, and a file", {**ECS, **IMDS}, "", FILE, None),
        ("ECS, and web identity", {**ECS, **WEB, **IMDS}, "", "", None),
        ("a role of ECS's", {**ECS, **IMDS}, role("r", "credential_source = EcsContainer"), "", None),
    ]


def environment(i, env, config, credentials):
    """A case's whole environment: files in a home of its own, or elsewhere, and every service on loopback."""
    home = os.path.join(peers.folder, "home%d" % i)
    elsewhere = "AWS_CONFIG_FILE" in env and "{elsewhere}" in env["AWS_CONFIG_FILE"]
    for name, text in (("config", config), ("credentials", credentials)):
        if text:
            write(os.path.join(home, "else" if elsewhere else ".aws", name), text)
    return {"HOME": home, "PATH": os.environ["PATH"], "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1", "AWS_ENDPOINT_URL_STS": sts.url,
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": bare.url, **{k: v.replace("{elsewhere}", home + "/else") for k, v in env.items()}}


def kind(text):
    """An access key id, "none" or "error": a word for each thing that can be found out."""
    return text if text.startswith(("AKIA", "ASIA")) or text == "none" else "error"


with open(os.path.join(peers.HERE, "..", "..", "src", "man", "pantler.1")) as manual:
    page = " ".join(re.sub(r"^\.(Ev|Pa|Sy|Ql) ", "", manual.read(), flags=re.M).split()).replace(" ,", ",").replace(" ;", ";").replace("\\&", "")
for why in {case[4][1] for case in CASES if case[4]}:
    ok(why in page, "pantler(1) says: " + why)
envs = [environment(i, *case[1:4]) for i, case in enumerate(CASES)]
theirs = peers.oracle([peers.PYTHON, os.path.join(peers.HERE, "oracle", "resolver.py")], envs)
for (name, _, _, _, differs, *documented), env, botocore in zip(CASES, envs, theirs):
    ran = sign("-role=web", env=env)
    got = key_id(ran)
    want = differs[0] if differs else kind(botocore)
    ok(kind(got) == want and (not differs or kind(botocore) != want) and (not documented or got == documented[0])
       and "CANARY" not in ran.err and ran.code in (0, 10), name + (": %s" % differs[1] if differs else ""),
       "pantler %s\nbotocore %s\nwant %s\n%s" % (got, botocore, want, ran.err))
ok(sum(kind(text) not in ("none", "error") for text in theirs) >= 60, "botocore found credentials in 60 of %d environments" % len(theirs))
can(not no_namespace, "addresses beyond loopback", no_namespace)

# The configuration file goes before all of them, and a pin leaves one.
everything = {**ENV, **WEB, **CONTAINER, **IMDS}


def by_config(*lines, env=everything):
    text = 'auto_auth { method "aws" { config {\n%s\n} } }\n' % "\n".join(lines)
    i = len(envs)
    return key_id(sign("-config=" + write("agent.hcl", text), env=environment(i, env, "", FILE)))


STATIC = 'access_key = "AKIASTATIC"', 'secret_key = "s"'
equal(by_config(*STATIC), "AKIASTATIC", "keys in the configuration, before all")
for pin, want in (("static", "AKIASTATIC"), ("env", "AKIAENV"), ("file", "AKIAFILE"), ("web-identity", "ASIA-pod-OF-head.body"),
                  ("container", "AKIACONTAINER"), ("imds", "AKIAIMDS")):
    equal(by_config(*STATIC, 'credentials = "%s"' % pin), want, "pinned to " + pin)
for pin, text in (("env", "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set"),
                  ("web-identity", "web identity: AWS_WEB_IDENTITY_TOKEN_FILE is not set"), ("container", "no container endpoint in the environment")):
    equal(by_config('credentials = "%s"' % pin, env=IMDS), "pantler: sign: %s (code 10)" % text, "pinned to %s, which is not there" % pin)
if not no_namespace:
    asked = len(imds.seen)
    ran = sign(env=environment(len(envs) + 1, {**WEB, **IMDS, "AWS_ENDPOINT_URL_STS": "http://sts.example"}, "", ""))
    equal((ran.code, ran.err.splitlines()[-1], imds.seen[asked:]), (
        10, 'pantler: sign: web identity: sts: http://sts.example: name "sts.example" does not exist (code 10)', []), "no name, and nobody else is asked")
end()
