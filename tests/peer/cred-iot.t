#!/usr/bin/env python3
# cred-iot.t: a device's certificate at a server that demands one, in the manner of AWS IoT's credential provider: every form of key,
# a chain, refusals of every kind; the keys that it hands out log in at a real Vault, whose STS, moto, verifies them.
# SPDX-License-Identifier: MIT

import os
import shutil
import ssl

import peers
from certs import Authority, openssl
from services import Standin, agent_file, answer_metadata, write
from tap import end, equal, ok
from unruly import Babble

ours = Authority(os.path.join(peers.folder, "ours"))
devices = Authority(os.path.join(peers.folder, "devices"), "pantler test devices")
moto, moto_key, session = peers.start_moto()
vault, api = peers.start_vault(ours)
api.must("POST", "sys/auth/aws", {"type": "aws"})
api.must("POST", "auth/aws/config/client", {
    "access_key": "x", "secret_key": "x", "sts_endpoint": moto.url, "iam_endpoint": moto.url, "endpoint": moto.url,
    "sts_region": "us-east-1", "max_retries": 0})
api.must("POST", "auth/aws/config/identity", {"iam_metadata": ["client_arn"]})
api.must("POST", "auth/aws/role/web", {"auth_type": "iam", "resolve_aws_unique_ids": False,
                                       "bound_iam_principal_arn": ["arn:aws:iam::123456789012:role/web"]})
NODE = Standin(answer_metadata({"id": "AKIANODE", "secret": "CANARY/node"}))  # what no source that is configured may fall to

# --- The provider.

names = []


def provider(answer, options=0, trusted=devices.pem, server=ours, name="localhost"):
    """A server that demands a certificate of the devices' authority."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.maximum_version = ssl.TLSVersion.TLSv1_2
    tls.options |= options
    tls.load_cert_chain(*server.issue(name, ("DNS:" + name,)))
    tls.load_verify_locations(trusted)
    tls.verify_mode = ssl.CERT_REQUIRED
    tls.sni_callback = lambda sock, name, context: names.append(name)
    return Standin(answer, tls=tls)


def hand_out(r):
    if (r.method, r.path) != ("GET", "/role-aliases/edge/credentials"):
        return 404, {"message": "Role alias does not exist"}, {"x-amzn-ErrorType": "ResourceNotFoundException"}
    return 200, {"credentials": {"accessKeyId": session["id"], "secretAccessKey": session["secret"], "sessionToken": session["token"],
                                 "expiration": "2099-01-01T00:00:00Z"}}


good = provider(hand_out)


def device(name, at=good, **more):
    """The configuration of a device with these files."""
    keys = dict(endpoint="localhost:%d" % at.port, role_alias="edge", ca=ours.pem)
    keys.update(more)
    return agent_file(name + ".hcl", vault.url, ours.pem, ['type = "iam"', 'role = "web"', "iot {"] + [
        '  %s = "%s"' % pair for pair in keys.items() if pair[1]] + ["}"])


def login(conf, **env):
    return peers.pantler("login", "-config=" + conf, "-field=token", env={
        "HOME": "/nowhere", "AWS_EC2_METADATA_DISABLED": "", "AWS_EC2_METADATA_SERVICE_ENDPOINT": NODE.url, **env})


def came_in(name, ran, cert, err=""):
    """The run printed a token of Vault's, and the provider saw this certificate."""
    found = api("GET", "auth/token/lookup-self", token=ran.out)[1].get("data") if ran.code == 0 else None
    equal((found and found["meta"]["client_arn"], ran.err), ("arn:aws:sts::123456789012:assumed-role/web/s", err), name)
    with open(cert) as f:
        own = f.read().partition("-----END CERTIFICATE-----")
    equal(good.seen and good.seen[-1].shown, ssl.PEM_cert_to_DER_cert(own[0] + own[1] + "\n"), name + ": by its certificate")


def refused(name, ran, text, hint="", code=10, before=""):
    peers.refused(name, ran, code, "%spantler: login: %s (code %d)\n%s" % (before, text, code, hint and "hint: %s\n" % hint))
    equal(NODE.seen, [], name + ": and nobody else was asked")


# --- Keys of every form.

ec, rsa = devices.issue("ec", usage="clientAuth"), devices.issue("rsa", usage="clientAuth", rsa=2048)
old = {}
for kind, (cert, key) in (("ec", ec), ("rsa", rsa)):
    old[kind] = os.path.join(peers.folder, kind + "-old.key")
    openssl("pkey", "-in", key, "-traditional", "-out", old[kind])
    os.chmod(key, 0o600)
    os.chmod(old[kind], 0o600)
    came_in("%s, PKCS#8" % kind, login(device(kind, cert=cert, key=key)), cert)
    came_in("%s, as it was before" % kind, login(device(kind + "-old", cert=cert, key=old[kind])), cert)
with open(old["ec"]) as f, open(old["rsa"]) as g:
    equal([f.read().split("\n")[0], g.read().split("\n")[0]], ["-----BEGIN EC PRIVATE KEY-----", "-----BEGIN RSA PRIVATE KEY-----"],
          "which are SEC 1 and PKCS#1")
long = devices.issue("long", usage="clientAuth", rsa=4096)
os.chmod(long[1], 0o600)
came_in("4096 bits", login(device("long", cert=long[0], key=long[1])), long[0])
equal(set(names), {"localhost"}, "the server is told its name")
equal([r.head.get("x-amzn-iot-thingname") for r in good.seen], [None] * len(good.seen), "and no thing")
came_in("a thing", login(device("thing", cert=ec[0], key=ec[1], thing_name="edge-1")), ec[0])
equal(good.seen[-1].head.get("x-amzn-iot-thingname"), "edge-1", "which is told")

# A chain: the provider knows the root alone.
middle = Authority(os.path.join(peers.folder, "middle"), "pantler test devices of one kind")
csr = os.path.join(middle.dir, "ca.csr")
openssl("req", "-new", "-config", middle.conf, "-key", middle.key, "-out", csr, "-subj", "/CN=pantler test devices of one kind")
ext = write("middle.ext", "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n")
openssl("x509", "-req", "-in", csr, "-CA", devices.pem, "-CAkey", devices.key, "-set_serial", "7", "-days", "2", "-extfile", ext,
        "-out", middle.pem)
leaf = middle.issue("leaf", usage="clientAuth")
os.chmod(leaf[1], 0o600)
with open(leaf[0]) as f, open(middle.pem) as g:
    chain = write("chain.pem", f.read() + g.read())
came_in("a chain", login(device("chain", cert=chain, key=leaf[1])), chain)
with open(leaf[1]) as f, open(chain) as g:
    one = write("one.pem", f.read() + g.read())
came_in("all of it in one file", login(device("one", cert=one, key=one)), chain)
NOT_TAKEN = "iot credentials: server does not take the client certificate: TLS alert 48 (unknown ca)"
refused("without what stands between", login(device("leaf", cert=leaf[0], key=leaf[1])), NOT_TAKEN)

# Files are read at each login.
renewed = write("renewed.pem", ""), write("renewed.key", "")
for name, pair in (("before", ec), ("after", rsa)):
    for source, place in zip(pair, renewed):
        shutil.copyfile(source, place)
    came_in("%s it is renewed" % name, login(device("renewed", cert=renewed[0], key=renewed[1])), pair[0])

# --- Order.

came_in("the bundle of all of AWS", login(device("all", cert=ec[0], key=ec[1], ca=None), AWS_CA_BUNDLE=ours.pem), ec[0])
mine = device("order", cert=ec[0], key=ec[1])
came_in("before the environment", login(mine, AWS_ACCESS_KEY_ID="AKIAOTHER", AWS_SECRET_ACCESS_KEY="CANARY/other"), ec[0])
os.chmod(old["ec"], 0o640)
came_in("a key that a group may read is told of", login(device("shared", cert=ec[0], key=old["ec"])), ec[0],
        "pantler: %s can be read by others than its owner\n" % old["ec"])
os.chmod(old["ec"], 0o600)

# --- Refusals.

asked = len(good.seen)
foreign = ours.issue("foreign", usage="clientAuth")
os.chmod(foreign[1], 0o600)
refused("a certificate of another authority", login(device("foreign", cert=foreign[0], key=foreign[1])), NOT_TAKEN)
late = devices.issue("late", usage="clientAuth", days=(-2, -1))
os.chmod(late[1], 0o600)
refused("one that is past its time", login(device("late", cert=late[0], key=late[1])),
        "iot credentials: server does not take the client certificate: TLS alert 45 (expired)")
refused("a key of another certificate", login(device("mixed", cert=ec[0], key=rsa[1])),
        "iot credentials: client key in line 1 is not that of the first certificate",
        "the client's own certificate comes first")
locked = os.path.join(peers.folder, "locked.key")
openssl("pkey", "-in", ec[1], "-aes128", "-passout", "pass:CANARY", "-out", locked)
refused("an encrypted key", login(device("locked", cert=ec[0], key=locked)), "iot credentials: client key in line 1 is encrypted",
        "openssl pkey -in KEY -out NEW decrypts it")
refused("no key", login(device("none", cert=ec[0], key="/nowhere/key")), "iot credentials: /nowhere/key: no such file or directory")
refused("no CA", login(device("no-ca", cert=ec[0], key=ec[1], ca="/nowhere/ca")), "iot credentials: ca: /nowhere/ca: no such file or directory")
refused("the CA of somebody else", login(device("other-ca", cert=ec[0], key=ec[1], ca=devices.pem)),
        'iot credentials: issuer "CN=pantler test CA" is neither sent nor trusted', "name a file that holds its certificate by ca")
refused("none of ours, but a bundle", login(device("bundle", cert=ec[0], key=ec[1], ca=None), AWS_CA_BUNDLE=devices.pem),
        'iot credentials: issuer "CN=pantler test CA" is neither sent nor trusted', "name a file that holds its certificate by AWS_CA_BUNDLE")
refused("an endpoint of another name", login(device("other-name", provider(hand_out, name="other.test"), cert=ec[0], key=ec[1])),
        'iot credentials: certificate is for "other.test", not "localhost"', "the server's names are other.test; use one of them")
refused("one that does not know its own", login(device("no-name", Babble(b"\x15\x03\x03\x00\x02\x02\x70"), cert=ec[0], key=ec[1])),
        'iot credentials: server does not know the name "localhost"')
refused("a bundle that is not there", login(device("no-bundle", cert=ec[0], key=ec[1], ca=None), AWS_CA_BUNDLE="/nowhere/ca"),
        "iot credentials: AWS_CA_BUNDLE: /nowhere/ca: no such file or directory")
equal(len(good.seen), asked, "none of these came through")
refused("no such alias", login(device("alias", cert=ec[0], key=ec[1], role_alias="other")),
        "iot credentials: ResourceNotFoundException: answer 404: Role alias does not exist",
        "role_alias must be one of the endpoint's account and region")
denies = provider(lambda r: (403, {"message": "Access Denied"}, {"x-amzn-ErrorType": "AccessDeniedException:http://x/"}))
refused("access denied", login(device("denied", denies, cert=ec[0], key=ec[1])),
        "iot credentials: AccessDeniedException: answer 403: Access Denied",
        "the certificate must be active, and its policy allow iot:AssumeRoleWithCertificate")
equal(len(denies.seen), 1, "which is not asked again")
busy = provider(lambda r: (503, {"message": "Slow down"}))
refused("busy", login(device("busy", busy, cert=ec[0], key=ec[1])), "iot credentials: answer 503: Slow down")
equal(len(busy.seen), 3, "which is")

# Nobody else sees the certificate.
elsewhere = provider(hand_out)
for status in (301, 302, 307, 308):
    turns = provider(lambda r: (status, "", {"Location": "https://localhost:%d%s" % (elsewhere.port, r.path)}))
    ran = login(device("turns", turns, cert=ec[0], key=ec[1]))
    ok(ran.code == 10 and "redirect not followed" in ran.err, "a redirect, %d" % status, ran)
equal(elsewhere.seen, [], "is not followed")

# --- The extended master secret.

NO_EMS = 1  # SSL_OP_NO_EXTENDED_MASTER_SECRET
old_server = provider(hand_out, NO_EMS)
refused("a server without the extended master secret", login(device("old-server", old_server, cert=ec[0], key=ec[1])),
        "iot credentials: server asks for the client certificate, but lacks the extended master secret",
        "RFC 7627: update its TLS library, or switch it on there")
equal(old_server.seen, [], "is shown nothing")

end()
