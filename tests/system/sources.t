#!/usr/bin/env python3
# sources.t: a login by each source of credentials, what is asked and what is not, and how often; what files and programs answer.
# SPDX-License-Identifier: MIT
# Which source is chosen and how each one answers is transcripts' (tests/transcripts/chain and its neighbours).

import base64
import json
import os
import re
import time

import program  # noqa: F401, finds tests/peer
import unruly
from certs import Authority
from imds import Imds
from peers import folder
from program import KEYS, NO_CREDENTIALS, NO_CREDENTIALS_HINT, SESSION, TOKEN, Standin, line, run, said, with_env
from tap import end, equal, ok

vault = Standin()
imds = Imds(*SESSION.values())
NO_KEYS = dict.fromkeys(KEYS)
HOME = os.path.join(folder, "home")
os.makedirs(HOME + "/.aws")
ID = SESSION["AWS_ACCESS_KEY_ID"]
SEEN = ["PUT api/token", "GET meta-data/iam/security-credentials/", "GET meta-data/iam/security-credentials/web"]


def login(*args, env=None, **more):
    """A login for role web, with what the instance's service is reached by and nothing else."""
    return vault.login("-role=web", *args, env={**NO_KEYS, **imds.env, **(env or {})}, **more)


def failed(name, ran, text, code=10, hint=None, before=""):
    said(name, ran, code, before + line("login", text, code, hint))


def write(path, text, mode=0o600):
    with open(path, "w") as f:
        f.write(text)
    os.chmod(path, mode)
    return path


def by(source, ran):
    return ran.code == 0 and "pantler: credentials: %s, access key id %s\n" % (source, ID) in ran.err


# --- The instance

said("the instance's role", login("-field=token"), 0, "", TOKEN)
equal(imds.asked(), SEEN, "three questions")
ok(by("imds", login("-log-level=debug")), "debug says where from")
said("pinned", run("login", "-field=token", "-config=" + write(folder + "/pin", 'auto_auth { method "aws" { config { type = "iam" '
     'credentials = "imds" } } }'), env=with_env({**vault.env, **imds.env}, {"PANTLER_ROLE": "web"})), 0, "", TOKEN)
imds.asked()
said("keys of the environment go first", login("-field=token", env=KEYS), 0, "", TOKEN)
equal(imds.asked(), [], "and nothing is asked")
failed("nothing anywhere", login(env={"AWS_EC2_METADATA_DISABLED": "true"}), NO_CREDENTIALS, hint=NO_CREDENTIALS_HINT)
equal(imds.asked(), [], "nor here")

# --- What is sent again: after no answer, 429 and 5xx, twice at most, with a wait before each; never a login

good = imds.answers["meta-data/iam/security-credentials/web"]
for status, times in ((429, 3), (500, 3), (503, 3), (400, 1), (403, 1)):
    imds.answers["meta-data/iam/security-credentials/web"] = status, ""
    began = time.monotonic()
    ran = login()
    took = time.monotonic() - began
    asked = imds.asked()
    ok(ran.code == 10 and asked == SEEN[:2] + SEEN[2:] * times, "answer %d: asked %d times" % (status, times), "%s\n%s" % (asked, ran))
    ok((1.5 if times > 1 else 0) <= took < 10, "without haste", took)
imds.answers["meta-data/iam/security-credentials/web"] = [500, 429, 200], good[1]
said("the third answer is good", login("-field=token"), 0, "", TOKEN)
equal(imds.asked(), SEEN + SEEN[2:] * 2, "and is the last")
imds.answers["meta-data/iam/security-credentials/web"] = 500, ""
began = time.monotonic()
ran = login("-timeout=600ms")
ok(ran.code == 10 and time.monotonic() - began < 5 and len(imds.asked()) == 4, "no waiting beyond the deadline", ran)
imds.answers["meta-data/iam/security-credentials/web"] = good
imds.asked()

authority = Authority(os.path.join(folder, "ca"))
web = unruly.Web(authority.issue("server"))
AT_WEB = dict(KEYS, VAULT_ADDR=web.url, VAULT_CACERT=authority.pem)
for name, answer in (("500", unruly.errors(500, "x")), ("429", unruly.errors(429, "x")), ("cut", b"HTTP/1.1 200 OK\r\nContent-Le")):
    web.answers["aws"] = answer
    web.seen.clear()
    equal((run("login", env=AT_WEB).code, len(web.seen)), (12, 1), "a login is sent once: " + name)

# --- A container's endpoint

plain = unruly.Web()
BODY = {"AccessKeyId": ID, "SecretAccessKey": SESSION["AWS_SECRET_ACCESS_KEY"], "Token": SESSION["AWS_SESSION_TOKEN"],
        "Expiration": "2099-01-01T00:00:00Z"}
CONTAINER = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": plain.url + "/v1/auth/cred/login",
             "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": write(folder + "/token", "CANARY-token\n")}
plain.answers["cred"] = unruly.answer(200, BODY)
ok(by("container", login("-log-level=debug", env=CONTAINER)), "a container's endpoint")
equal([row for row in plain.seen[-1][1] if "CANARY" in row], ["Authorization: CANARY-token"], "its token comes from the file")
for status, times in ((500, 3), (403, 1)):
    plain.answers["cred"] = unruly.answer(status, {})
    plain.seen.clear()
    failed("it answers %d" % status, login(env=CONTAINER), "container credentials: answer %d" % status)
    equal((len(plain.seen), imds.asked()), (times, []), "asked %d times, and the instance never" % times)
for name, path, why in (("missing", folder + "/none", "no such file or directory"), ("a folder", folder, "is a directory"),
                        ("too large", write(folder + "/large", "x" * 16385), "longer than 16384 bytes")):
    ran = login(env=dict(CONTAINER, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=path))
    ok(ran.code == 10 and "%s: %s" % (path, why) in ran.err and ran.err.count("\n") == 1, "its token's file: " + name, ran)
    equal(imds.asked(), [], "and the instance is not asked")

plain.answers["cred"] = unruly.http(302, b"", "Location: " + plain.url + "/v1/auth/cred2/login")
failed("it redirects", login(env=CONTAINER), "container credentials: answer 302: redirect not followed: AWS's services have none")

# --- Web identity, by an STS of ours

web.answers[""] = unruly.http(200, ("<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>%s</AccessKeyId>"
    "<SecretAccessKey>%s</SecretAccessKey><SessionToken>%s</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>"
    "</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>" % tuple(SESSION.values())).encode(), "Content-Type: text/xml")
IRSA = {"AWS_WEB_IDENTITY_TOKEN_FILE": write(folder + "/jwt", "eyJCANARY\n"), "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/web",
        "AWS_ENDPOINT_URL_STS": web.url, "AWS_CA_BUNDLE": authority.pem}
web.seen.clear()
ok(by("web-identity", login("-log-level=debug", env=IRSA)), "a web identity token")
ok(len(web.seen) == 1 and b"WebIdentityToken=eyJCANARY" in web.seen[0][2], "goes to STS", web.seen)
web.seen.clear()
ran = login(env=dict(IRSA, AWS_CA_BUNDLE=vault.ca))
ok(ran.code == 10 and ran.err.startswith("pantler: login: web identity: sts: ") and not web.seen, "vault's CAs do not vouch for AWS", ran)
failed("a bundle that is not there", login(env=dict(IRSA, AWS_CA_BUNDLE="/none.pem")),
       "web identity: sts: %s: AWS_CA_BUNDLE: /none.pem: no such file or directory" % web.url)
failed("no token", login(env=dict(IRSA, AWS_WEB_IDENTITY_TOKEN_FILE=folder + "/none")),
       "web identity: its token file: %s/none: no such file or directory" % folder)
equal(imds.asked(), [], "and the instance is not asked")

# --- Shared files and programs

AT_HOME = {"HOME": HOME}
PROFILE = "[default]\naws_access_key_id = %s\naws_secret_access_key = %s\naws_session_token = %s\n" % tuple(SESSION.values())
write(HOME + "/.aws/credentials", PROFILE)
ok(by("file", login("-log-level=debug", env=AT_HOME)), "a profile")
said("without a word", login("-field=token", env=AT_HOME), 0, "", TOKEN)
os.chmod(HOME + "/.aws/credentials", 0o644)
said("that others can read: a warning", login("-field=token", env=AT_HOME), 0,
     "pantler: %s/.aws/credentials can be read by others than its owner\n" % HOME, TOKEN)
equal(imds.asked(), [], "the instance is not asked")
for name, path, why in (("missing", folder + "/none", "no such file or directory"), ("a folder", folder, "is a directory"),
                        ("a device", "/dev/zero", "not a regular file")):
    ran = login(env=dict(AT_HOME, AWS_SHARED_CREDENTIALS_FILE=path))
    failed("named and " + name, ran, "profile default: %s: %s" % (path, why))
    equal(imds.asked(), [], "the instance is not asked")
ran = login(env=dict(AT_HOME, AWS_CONFIG_FILE=write(folder + "/huge", "#" * (1 << 20) + "\n")))
ok(ran.code == 10 and "%s/huge: longer than " % folder in ran.err, "named and too large", ran)

config = HOME + "/.aws/config"
os.unlink(HOME + "/.aws/credentials")
PROCESS = json.dumps(dict({k: v for k, v in BODY.items() if k != "Token"}, SessionToken=BODY["Token"], Version=1))


def process(command, *args, **env):
    write(config, "[default]\ncredential_process = %s\n" % command)
    return login(*args, env=dict(AT_HOME, **env))


AT = "profile default: credential_process of default in %s: " % config
said("a program", process("echo '%s'" % PROCESS, "-field=token"), 0, "", TOKEN)
ran = process("echo words >&2; echo '%s'" % PROCESS, "-log-level=debug")
ok(by("file", ran), "one that says something", ran)
DEBUG = "-log-level=debug shows the first line of its standard error"
failed("that fails", process("echo CANARY >&2; exit 3"), AT + "ended with status 3", hint=DEBUG)
ran = process("echo one two three >&2; exit 3", "-log-level=debug")
ok("pantler: the program says: one two three\n" in ran.err, "what it said is for debug", ran)
for command in ("/nowhere/CANARY-tool", "'CANARY", "/bin/sh -c '/nowhere/CANARY-tool'"):
    ran = process(command, "-log-level=debug")
    ok(ran.code == 10 and "CANARY" not in ran.err and "the program says" not in ran.err, "what the shell says of the command is not shown: " + command, ran)
ran = process("/bin/sleep 60 & exec python3 -c 'import os, time; os.setpgid(0, os.getpgid(os.getppid())); time.sleep(60)'", "-timeout=2s")
ok(ran.code == 10, "that leaves its process group and takes too long", ran)
failed("that is killed", process("kill -9 $$"), AT + "ended with status 137", hint=DEBUG)
failed("that prints too much", process("/usr/bin/head -c 70000 /dev/zero"), AT + "wrote more than 65536 bytes")
began = time.monotonic()
ran = process("/bin/sleep 60", "-timeout=500ms")
ok(ran.code == 10 and time.monotonic() - began < 5, "that takes too long", ran)
ok(re.search(r": was not through within (0\.[1-5]s|\d{1,2}ms) \(code 10\)\n\Z", ran.err), "for what was left of the time", ran)
ok(b"CANARY" not in process("echo CANARY; exit 1").err.encode(), "its command and its output are never shown")
said("in an environment like ours", process("test \"$FOO\" = bar && echo '%s'" % PROCESS, "-field=token", FOO="bar"), 0, "", TOKEN)
equal(imds.asked(), [], "the instance is not asked in all of this")
os.unlink(config)

# --- The region

def host(*args, env=None):
    """For which host `sign -region=auto` signs, and what it says."""
    ran = run("sign", "-region=auto", *args, env=with_env({**KEYS, **imds.env}, env))
    return (base64.b64decode(json.loads(ran.out)["iam_request_url"]).decode() if ran.code == 0 else ran.code), ran.err


UNKNOWN = "pantler: the region cannot be found out, and is taken to be us-east-1\n"
equal(host(), ("https://sts.eu-west-1.amazonaws.com/", ""), "the instance's region")
equal(imds.asked(), ["PUT api/token", "GET meta-data/placement/region"], "by one question")
imds.answers["meta-data/placement/region"] = 404, ""
equal(host(), ("https://sts.eu-west-1.amazonaws.com/", ""), "of its document, where the service is old")
imds.answers["dynamic/instance-identity/document"] = 404, ""
equal(host(), ("https://sts.amazonaws.com/", UNKNOWN), "neither: us-east-1, and it is told")
imds.answers["meta-data/placement/region"] = 200, "../evil"
equal(host(), ("https://sts.amazonaws.com/", UNKNOWN), "nothing that is no region")
imds.answers["meta-data/placement/region"] = 200, "eu-west-1"
imds.asked()
equal(host(env=AT_HOME), ("https://sts.eu-west-1.amazonaws.com/", ""), "a HOME without files")
imds.asked()
write(config, "[default]\nregion = eu-north-1\n[profile x]\nregion = ap-south-1\n[profile bad]\nregion = a/b\n")
equal(host(env=AT_HOME), ("https://sts.eu-north-1.amazonaws.com/", ""), "the profile's region goes first")
equal(host(env=dict(AT_HOME, AWS_PROFILE="x")), ("https://sts.ap-south-1.amazonaws.com/", ""), "of the profile that is named")
equal(host(env=dict(AT_HOME, AWS_REGION="sa-east-1")), ("https://sts.sa-east-1.amazonaws.com/", ""), "the variable goes before it")
equal(host(env=dict(AT_HOME, AWS_PROFILE="bad")), (1, line("sign", "the profile's region is not a region: a-z, 0-9 and hyphens", 1)), "a bad one")
equal(imds.asked(), [], "and the instance is not asked")
write(HOME + "/.aws/credentials", PROFILE)
equal(host(env=dict(AT_HOME, **NO_KEYS)), ("https://sts.eu-north-1.amazonaws.com/", ""), "with the profile's own keys, too")
equal(host("-region=eu-west-3", env=AT_HOME)[0], "https://sts.eu-west-3.amazonaws.com/", "a flag goes before all of it")
equal(imds.asked(), [], "and nothing is asked")
end()
