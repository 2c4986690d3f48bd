# services.py: the services that AWS credentials come from, as the peer tests start them, and network namespaces for them. Asserts nothing.
# SPDX-License-Identifier: MIT
# AWS's own mock of the instance metadata, and a stand-in of ours for what cannot be installed: container endpoints, STS with
# predictable keys, metadata of bad manners. Where a real link-local address is needed, a test makes a namespace of its own.

import base64
import contextlib
import ctypes
import http.server
import json
import os
import re
import socket
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import peers

METADATA = os.path.join(peers.BUILD, "peers", "metadata")
LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
LATER = "2099-01-01T00:00:00Z"


def write(path, text, mode=0o600):
    """A file in the test's folder; its path."""
    path = os.path.join(peers.folder, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(text)
    os.chmod(path, mode)
    return path


def agent_file(name, address, ca, config):
    """A Vault Agent file whose method aws has these lines."""
    return write(name, 'vault {\n  address = "%s"\n  ca_cert = "%s"\n}\nauto_auth {\n  method "aws" {\n    config = {\n%s    }\n  }\n}\n' % (
        address, ca, "".join("      %s\n" % line for line in config)))


def credentials(key, token="Token", **more):
    """Credentials as JSON has them; `token` is its name for the third part."""
    body = {"AccessKeyId": key["id"], "SecretAccessKey": key["secret"], "Expiration": LATER, **more}
    if key.get("token"):
        body[token] = key["token"]
    return body


# --- AWS's mock of the instance metadata.

def free_port():
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


def start_metadata(metadata=None, dynamic=None, role="web", v2_only=False):
    """amazon-ec2-metadata-mock on loopback, with values of its two trees replaced. Its server; `url` is the endpoint."""
    config = write("metadata-%d.json" % len(peers.servers), json.dumps({
        "metadata": {"paths": {"iam-security-credentials": "/latest/meta-data/iam/security-credentials/" + role},
                     "values": {"iam-security-credentials-role": role, **(metadata or {})}},
        "dynamic": {"values": dynamic or {}}}))
    port = free_port()
    server = peers.Server(METADATA, "-n", "127.0.0.1", "-p", str(port), "-c", config, *(["--imdsv2"] if v2_only else []),
                          env={"HOME": peers.folder}, ready=lambda line: "Initiating" in line and "http://127.0.0.1:%d" % port)
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return server
        except OSError:
            time.sleep(0.05)
    peers.bail("the metadata mock does not listen: " + "".join(server.log))


def fetch(url, path, method="GET", **heads):
    """(status, bytes) of one request; the names of `heads` have _ for -."""
    ask = urllib.request.Request(url + path, method=method, headers={k.replace("_", "-"): v for k, v in heads.items()})
    try:
        with urllib.request.urlopen(ask, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def fetch_metadata(url, path):
    """A datum's bytes, by version 2."""
    token = fetch(url, "/latest/api/token", "PUT", X_aws_ec2_metadata_token_ttl_seconds="60")[1].decode()
    return fetch(url, "/latest/" + path, X_aws_ec2_metadata_token=token)[1]


def instance_key():
    """An RSA key and its certificate, as AWS would sign identity documents with them."""
    cert, key = os.path.join(peers.folder, "instance.pem"), os.path.join(peers.folder, "instance.key")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "2",
                    "-subj", "/CN=pantler test instance"], check=True, capture_output=True)
    return cert, key


def sign_document(document, cert, key):
    """(signature, PKCS#7) of an identity document, each base64 in lines without armour."""
    def openssl(*args):
        return subprocess.run(["openssl", *args], input=document, check=True, capture_output=True).stdout
    message = openssl("smime", "-sign", "-binary", "-nodetach", "-md", "sha256", "-signer", cert, "-inkey", key, "-outform", "PEM")
    signature = base64.encodebytes(openssl("dgst", "-sha256", "-sign", key))
    return signature.decode(), "".join(line for line in message.decode().splitlines(True) if not line.startswith("-----"))


def run_instance(moto):
    """A new instance at moto; its id. moto is told first to take one call unsigned."""
    urllib.request.urlopen(urllib.request.Request(moto.url + "/moto-api/reset-auth", b"1", {"Content-Type": "text/plain"}), timeout=30)
    form = urllib.parse.urlencode({"Action": "RunInstances", "Version": "2016-11-15", "ImageId": "ami-12c6146b", "MinCount": 1, "MaxCount": 1})
    scope = "AWS4-HMAC-SHA256 Credential=x/20150830/us-east-1/ec2/aws4_request, SignedHeaders=host, Signature=0"
    with urllib.request.urlopen(urllib.request.Request(moto.url, form.encode(), {"Authorization": scope}), timeout=60) as answer:
        return re.search("<instanceId>(i-[0-9a-f]+)</instanceId>", answer.read().decode())[1]


def start_instance(instance_id, cert, key, **more):
    """The metadata of an instance: its document, and what proves it, which is over the very bytes that the mock serves."""
    document = {"accountId": "123456789012", "instanceId": instance_id, "imageId": "ami-12c6146b", "region": "us-east-1",
                "pendingTime": "2026-01-01T00:00:00Z", **more}
    draft = start_metadata(dynamic={"instance-identity-document": document})
    signature, pkcs7 = sign_document(fetch_metadata(draft.url, "dynamic/instance-identity/document"), cert, key)
    draft.stop()
    return start_metadata(dynamic={"instance-identity-document": document, "instance-identity-signature": signature,
                                   "instance-identity-pkcs": pkcs7}, v2_only=True)


# --- Vault, with moto for AWS.

def start_vault(ours, moto, **role):
    """A real Vault whose auth method aws has moto verify signatures, and a role "web" of type iam with these parameters; and its API."""
    vault, api = peers.start_vault(ours)
    api.must("POST", "sys/auth/aws", {"type": "aws"})
    api.must("POST", "auth/aws/config/client", {
        "access_key": "x", "secret_key": "x", "sts_endpoint": moto.url, "iam_endpoint": moto.url, "endpoint": moto.url,
        "sts_region": "us-east-1", "max_retries": 0})
    api.must("POST", "auth/aws/role/web", {"auth_type": "iam", "resolve_aws_unique_ids": False, **role})
    return vault, api


def start_vault_ec2(ours, moto, moto_key, cert):
    """The same for type ec2, without a role: instances are moto's, their documents signed by `cert`."""
    vault, api = peers.start_vault(ours)
    api.must("POST", "sys/auth/aws", {"type": "aws"})
    api.must("POST", "auth/aws/config/client", {
        "access_key": moto_key["id"], "secret_key": moto_key["secret"], "sts_endpoint": moto.url, "iam_endpoint": moto.url, "endpoint": moto.url,
        "sts_region": "us-east-1", "max_retries": 0})
    api.must("POST", "auth/aws/config/identity", {"ec2_metadata": ["instance_id", "auth_type"]})
    with open(cert, "rb") as f:
        public = base64.b64encode(f.read()).decode()
    for kind in ("pkcs7", "identity"):
        api.must("POST", "auth/aws/config/certificate/" + kind, {"aws_public_cert": public, "type": kind})
    return vault, api


# --- The stand-in.

class Request:
    """What a handler gets: method, path, head (a message), body (text), and by TLS shown, the client's certificate in DER, if any."""

    def __init__(self, ask):
        self.method, self.path, self.head = ask.command, ask.path, ask.headers
        self.body = ask.rfile.read(int(ask.headers.get("Content-Length") or 0)).decode()
        self.shown = ask.connection.getpeercert(True) if isinstance(ask.connection, ssl.SSLSocket) else None


class Standin:
    """An HTTP server in a thread: answer(Request) -> (status, str or JSON) or (status, str or JSON, heads). Bound in the namespace that
    it is made in. `seen` are the requests. By TLS when it has an ssl.SSLContext."""

    def __init__(self, answer, address="127.0.0.1", port=0, tls=None):
        self.answer, self.seen, outer = answer, [], self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                request = Request(self)
                outer.seen.append(request)
                status, body, *heads = outer.answer(request)
                body = (body if isinstance(body, str) else json.dumps(body)).encode()
                with contextlib.suppress(OSError):
                    self.send_response(status)
                    for name, value in (heads[0] if heads else {}).items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)

            do_GET = do_PUT = do_POST = handle_any

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
            daemon_threads = True

            def server_bind(self):
                http.server.socketserver.TCPServer.server_bind(self)  # HTTPServer's asks DNS for a name

        self.server = Server((address, port), Handler)
        self.port = self.server.server_address[1]
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.url = ("https" if tls else "http") + "://%s:%d" % ("[%s]" % address if ":" in address else address, self.port)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def paths(self):
        return ["%s %s" % (r.method, r.path) for r in self.seen]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def answer_metadata(key, role="web", v2=200):
    """A handler: instance metadata whose role has this key; None: there is no role. `v2` is the answer to a new session."""
    def answer(r):
        if r.path == "/latest/api/token":
            return (v2, "T" * 56) if r.method == "PUT" else (405, "")
        if v2 == 200 and r.head.get("X-aws-ec2-metadata-token") != "T" * 56:
            return 401, ""
        base = "/latest/meta-data/iam/security-credentials/"
        if key and r.path == base:
            return 200, role
        if key and r.path == base + role:
            return 200, credentials(key, Code="Success", Type="AWS-HMAC")
        return 404, ""
    return answer


def answer_container(key, authorization=None, path=None):
    """A handler: a container endpoint that wants this path and this Authorization, raw."""
    def answer(r):
        if path and r.path != path:
            return 400, ""
        if r.method != "GET" or r.head.get("Authorization") != authorization:
            return 403, ""
        return 200, credentials(key)
    return answer


def answer_sts(r):
    """A handler: STS whose keys say who assumed what: the role's name, and the caller's key id or the web identity token's subject."""
    form = dict(urllib.parse.parse_qsl(r.body))
    signed = re.match("AWS4-HMAC-SHA256 Credential=([^/]+)/", r.head.get("Authorization") or "")
    action = form.get("Action")
    if (action == "AssumeRole") != bool(signed):
        return 403, "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"
    who = signed[1] if signed else form["WebIdentityToken"]
    return 200, ('<%sResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><%sResult><Credentials>'
                 "<AccessKeyId>ASIA-%s-OF-%s</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
                 "<Expiration>%s</Expiration></Credentials></%sResult></%sResponse>") % (
                     action, action, form["RoleArn"].split("/")[-1], who, LATER, action, action)


# --- The program.

def key_id(ran):
    """Whose credentials `pantler sign` signed with: the access key id; "none" when there were none; else the error's line."""
    if ran.code == 0:
        head = json.loads(base64.b64decode(json.loads(ran.out)["iam_request_headers"]))
        return re.match("AWS4-HMAC-SHA256 Credential=([^/]+)/", head["Authorization"][0])[1]
    return "none" if ran.code == 10 and ": no aws credentials: " in ran.err else ran.err.splitlines()[-1 if ran.code < 0 else 0]


def sign(*args, env=None, **more):
    """`pantler sign`, with instance metadata only where env says where it is."""
    env = {"HOME": "/nowhere", **(env or {})}
    if "AWS_EC2_METADATA_SERVICE_ENDPOINT" in env:
        env.setdefault("AWS_EC2_METADATA_DISABLED", "")
    return peers.pantler("sign", *args, env=env, **more)


# --- Network namespaces: held by a descriptor, gone with the test.

def network():
    """The caller's own namespace, as a descriptor."""
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


def enter(fd):
    if LIBC.setns(fd, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


class Namespace:
    """A new, empty network namespace with loopback up. `with ns:` puts this thread, and what it starts, inside."""

    def __init__(self):
        before = network()
        if LIBC.unshare(CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "unshare")
        self.fd = network()
        enter(before)
        os.close(before)
        self.path = "/proc/%d/fd/%d" % (os.getpid(), self.fd)
        self.ip("link", "set", "lo", "up")

    def __enter__(self):
        self.before = network()
        enter(self.fd)
        return self

    def __exit__(self, *_):
        enter(self.before)
        os.close(self.before)

    def run(self, *argv, stdin=""):
        with self:
            done = subprocess.run(argv, input=stdin, capture_output=True, text=True)
        if done.returncode != 0:
            peers.bail("%s: %s" % (" ".join(argv), done.stderr))

    def ip(self, *args):
        self.run("ip", *args)

    def add(self, *addresses, dev="lo"):
        """Addresses of its own, good at once."""
        for address in addresses:
            self.ip("addr", "add", address, "dev", dev, *(["nodad"] if ":" in address else []))

    def join(self, other, name, address, other_address):
        """A cable to another namespace: devices of this name at both ends."""
        self.ip("link", "add", "name", name, "type", "veth", "peer", "name", name, "netns", other.path)
        for ns, its in ((self, address), (other, other_address)):
            ns.add(its, dev=name)
            ns.ip("link", "set", name, "up")


def can_unshare():
    """Whether this machine lets the test make namespaces: why not, or an empty string."""
    if os.geteuid() != 0:
        return "root makes network namespaces"
    try:
        os.close(Namespace().fd)
    except OSError as error:
        return "no network namespace here: %s" % error
    return ""


def shut_in(*addresses):
    """From here on this test, and what it starts, is in a namespace with loopback alone, and these addresses: whatever the program
    does, nothing leaves. Why that could not be done, or an empty string."""
    why = can_unshare()
    if not why:
        place = Namespace()
        place.add(*addresses)
        enter(place.fd)
    return why
