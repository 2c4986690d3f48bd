# unruly.py: a server of bad manners, inside the test's own process: it gives each wrong answer that a login must survive.
# SPDX-License-Identifier: MIT
# Which answer is asked for by the mount in the login's path: /v1/auth/<answer>/login. It reads requests only as far as it
# must, checks nothing of them, keeps them in `seen`, and serves loopback alone.

import gzip
import json
import socket
import ssl
import threading
import time

TOKEN = "hvs.CAESunruly"
AUTH = {"client_token": TOKEN, "accessor": "acc", "policies": ["default"], "token_policies": ["default"], "metadata": {"a": "b"},
        "lease_duration": 3600, "renewable": True, "entity_id": "e", "token_type": "service", "orphan": True,
        "mfa_requirement": None, "num_uses": 0}
SECRET = {"request_id": "r", "lease_id": "", "renewable": False, "lease_duration": 0, "data": None, "wrap_info": None,
          "warnings": None, "auth": AUTH}


def http(status, body=b"", *heads, length=True):
    """The bytes of an answer; `heads` are whole lines. Without `length` the body ends where the connection does."""
    lines = ["HTTP/1.1 %d Whatever" % status, "Connection: close", *heads]
    if length:
        lines.append("Content-Length: %d" % len(body))
    return "\r\n".join(lines + ["", ""]).encode("latin-1") + body


def answer(status, value, *heads):
    """An answer with a JSON body."""
    return http(status, json.dumps(value).encode(), "Content-Type: application/json", *heads)


def errors(status, *texts):
    return answer(status, {"errors": list(texts)})


def login(change=None, **more):
    """The answer to a good login, with keys of auth, or of the whole, replaced."""
    return answer(200, dict(SECRET, auth=dict(AUTH, **change or {}), **more))


def chunked(*pieces):
    """A 200 whose body is these bytes as they are, said to be chunked."""
    return http(200, b"".join(pieces), "Transfer-Encoding: chunked", length=False)


def chunk(body):
    return b"%x\r\n%s\r\n" % (len(body), body)


GOOD = json.dumps(SECRET).encode()
STS = ('<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">\n  <Error>\n    <Type>Sender</Type>\n'
       "    <Code>%s</Code>\n    <Message>%s</Message>\n  </Error>\n  <RequestId>0-1</RequestId>\n</ErrorResponse>\n")
MISMATCH = ("The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and "
            "signing method. Consult the service documentation for details.")
CANONICAL = MISMATCH + ("\n\nThe Canonical String for this request should have been\n'POST\n/\n\ncontent-length:43\nhost:sts.amazonaws."
                        "com\nx-amz-security-token:CANARY-TOKEN\n\ncontent-length;host\nab82'\n\nThe String-to-Sign should have been\n"
                        "'AWS4-HMAC-SHA256\nCANARY-STRING'\n")


def upstream(code, message):
    return errors(400, "error making upstream request: received error code 403 from STS: " + STS % (code, message))


def answers(own, plain, foreign):
    """Every answer by its name. The three are base URLs to redirect to: of the same server, of one without TLS, of one whose
    certificate nobody trusts."""
    def to(status, url):
        return http(status, b"", "Location: " + url)

    return {
        "good": login(),
        "chunked": chunked(chunk(GOOD[:7]), chunk(GOOD[7:]), b"0\r\n\r\n"),
        "until-close": http(200, GOOD, length=False),
        "until-cut": unsaid(http(200, GOOD, length=False)),
        "warned": login(warnings=["first \x1b[31mwarning", "second"]),
        # redirects
        "redirect": to(307, own + "/v1/auth/good/login"),
        "redirect-301": to(301, own + "/v1/auth/good/login"),
        "redirect-302": to(302, own + "/v1/auth/good/login"),
        "redirect-relative": to(307, "/v1/auth/good/login"),
        "redirect-twice": to(307, own + "/v1/auth/redirect/login"),
        "redirect-http": to(307, plain + "/v1/auth/good/login"),
        "redirect-foreign": to(307, foreign + "/v1/auth/good/login"),
        "redirect-nowhere": http(307),
        "redirect-junk": to(307, "https://[::1/"),
        "redirect-file": to(307, "file:///etc/passwd"),
        "redirect-user": to(307, own.replace("//", "//user:secret@") + "/v1/auth/good/login"),
        # refusals
        "400": errors(400, "missing client token"),
        "400-none": errors(400),
        "400-null": answer(400, {"errors": None, "warnings": ["w"]}),
        "400-text": http(400, b"no JSON here\n", "Content-Type: text/plain"),
        "400-long": errors(400, "long " * 2000),
        "400-bytes": errors(400, "bell \x07 escape \x1b[2J line\nbreak"),
        "400-mismatch": upstream("SignatureDoesNotMatch", MISMATCH),
        "400-canonical": upstream("SignatureDoesNotMatch", CANONICAL),
        "400-canonical-first": upstream("SignatureDoesNotMatch", CANONICAL.partition("\n\n")[2]),
        "400-canonical-bare": errors(400, CANONICAL.partition("\n\n")[2].replace("\n", " ")),
        "400-no-xml-end": errors(400, "error making upstream request: received error code 403 from STS: <ErrorResponse><Error><Code>"
                                 + "x" * 5000),
        "400-unknown-key": upstream("InvalidClientTokenId", "The security token included in the request is invalid."),
        "400-expired-token": upstream("ExpiredToken", "The security token included in the request is expired"),
        "400-late": upstream("SignatureDoesNotMatch", "Signature expired: 20150830T123600Z is now earlier than 20150830T125100Z "
                             "(20150830T130600Z - 15 min.)"),
        "400-early": upstream("SignatureDoesNotMatch", "Signature not yet current: 20150830T123600Z is still later than "
                              "20150830T122000Z (20150830T120500Z + 15 min.)"),
        "400-region": upstream("SignatureDoesNotMatch", "Credential should be scoped to a valid region, not 'eu-west-1'. "),
        "403": errors(403, "permission denied"),
        "403-html": http(403, b"<html><head><title>403 Forbidden</title></head></html>", "Content-Type: text/html"),
        "400-nginx": http(400, b"<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>",
                          "Content-Type: text/html"),
        "404": errors(404, 'no handler for route "auth/404/login". route entry not found.'),
        "404-none": errors(404),
        "404-html": http(404, b"<html><head><title>404 Not Found</title></head></html>", "Content-Type: text/html"),
        "405": errors(405, "unsupported operation"),
        "412": errors(412, "required index state not present"),
        "429": answer(429, {"errors": ['request path "auth/429/login": rate limit quota exceeded']}, "Retry-After: 7"),
        "472": errors(472, "path disabled in replication DR secondary mode"),
        "473": errors(473),
        "500": errors(500, "internal error"),
        "501": answer(501, {"initialized": False, "sealed": True}),
        "502": http(502, b"<html><head><title>502 Bad Gateway</title></head>\r\n<body><center>nginx</center></body></html>\r\n",
                    "Content-Type: text/html"),
        "502-json": answer(502, {"message": "no healthy upstream"}),
        "503-sealed": errors(503, "Vault is sealed"),
        "503": http(503, b"upstream connect error\n", "Content-Type: text/plain"),
        "504": http(504),
        # a success that is none
        "empty": http(200),
        "204": b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n",
        "html": http(200, b"<html>Welcome to the hotel's wireless network</html>", "Content-Type: text/html"),
        "text": http(200, b"ok"),
        "array": answer(200, [SECRET]),
        "no-auth": answer(200, dict(SECRET, auth=None)),
        "auth-text": answer(200, dict(SECRET, auth="x")),
        "no-token": login({"client_token": ""}),
        "mfa": login({"client_token": "", "mfa_requirement": {"mfa_request_id": "1-2", "mfa_constraints": {}}}),
        "token-control": login({"client_token": "hvs.CANARY\x01x"}),
        "token-newline": login({"client_token": "hvs.CANARY\nX-Injected: 1"}),
        "token-utf8": login({"client_token": "hvs.CANARY\u00e9"}),
        "token-number": login({"client_token": 5}),
        "lease-text": login({"lease_duration": "3600"}),
        "lease-float": login({"lease_duration": 36.5}),
        "lease-huge": http(200, GOOD.replace(b"3600", b"1" + b"0" * 30)),
        "lease-negative": login({"lease_duration": -1}),
        "duplicate": http(200, GOOD.replace(b'"client_token"', b'"client_token": "hvs.CANARY", "client_token"')),
        "deep": http(200, b'{"auth":' + b"[" * 100000 + b"]" * 100000 + b"}"),
        "half": http(200, GOOD[:len(GOOD) // 2]),
        "trailing": http(200, GOOD + b"{}"),
        "bom": http(200, b"\xef\xbb\xbf" + GOOD),
        "utf16": http(200, GOOD.decode().encode("utf-16")),
        # HTTP that is none
        "nothing": b"",
        "junk": b"\x00\x01\x02 this is no HTTP\r\n\r\n",
        "ssh": b"SSH-2.0-OpenSSH_9.2p1\r\n",
        "https-wanted": b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n",
        "cut-head": b"HTTP/1.1 200 OK\r\nContent-Le",
        "cut-body": http(200, GOOD)[:-20],
        "cut-chunk": chunked(chunk(GOOD)[:-20]),
        "cut-last-chunk": chunked(chunk(GOOD)),
        "chunk-size": chunked(b"zz\r\n", GOOD, b"\r\n0\r\n\r\n"),
        "chunk-negative": chunked(b"-5\r\n", GOOD, b"\r\n0\r\n\r\n"),
        "chunk-huge": chunked(b"fffffffffffffffff\r\n", GOOD, b"\r\n0\r\n\r\n"),
        "chunk-no-end": chunked(b"%x\r\n" % len(GOOD), GOOD, b"XX0\r\n\r\n"),
        "chunk-and-length": http(200, chunk(GOOD) + b"0\r\n\r\n", "Transfer-Encoding: chunked"),
        "two-lengths": http(200, GOOD, "Content-Length: 5"),
        "length-text": http(200, GOOD, "Content-Length: many", length=False),
        "length-negative": http(200, GOOD, "Content-Length: -1", length=False),
        "length-huge": http(200, GOOD, "Content-Length: 99999999999999999999", length=False),
        "gzip": http(200, gzip.compress(GOOD, mtime=0), "Content-Encoding: gzip"),
        "status-text": b"HTTP/1.1 abc OK\r\n\r\n",
        "status-huge": b"HTTP/1.1 99999 OK\r\n\r\n",
        "http2": b"HTTP/2 200\r\n\r\n",
        "drip": drip(login()),
        "big-body": http(200, b'{"x":"' + b"a" * 10_000_000 + b'"}'),
        "big-chunks": chunked(*[chunk(b"a" * 65536)] * 160, b"0\r\n\r\n"),
        "big-error": http(400, b'{"errors":["' + b"a" * 10_000_000 + b'"]}'),
        "big-head": http(200, GOOD, *["X-Filler-%d: %s" % (i, "x" * 1000) for i in range(100)]),
        "big-line": http(200, GOOD, "X-Filler: " + "x" * 100_000),
        "many-heads": http(200, GOOD, *["X-%d: y" % i for i in range(5000)]),
    }


def read_request(conn):
    """(request line, head lines, body) of one request."""
    data = b""
    while b"\r\n\r\n" not in data:
        got = conn.recv(65536)
        if not got:
            return None
        data += got
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    length = next((int(line.split(":")[1]) for line in lines if line.lower().startswith("content-length:")), 0)
    while len(body) < length:
        got = conn.recv(65536)
        if not got:
            return None
        body += got
    return lines[0], lines[1:], body


class Listener:
    """Accepts on a port of 127.0.0.1 and serves each connection in a thread. `when` has the instant of each."""

    def __init__(self, scheme="https"):
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.socket.getsockname()[1]
        self.url = "%s://127.0.0.1:%d" % (scheme, self.port)
        self.when = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            conn, _ = self.socket.accept()
            self.when.append(time.monotonic())
            threading.Thread(target=self.guarded, args=(conn,), daemon=True).start()

    def guarded(self, conn):
        with conn:
            conn.settimeout(30)
            try:
                self.serve(conn)
            except (OSError, ValueError):
                pass  # the client hung up, as it may, or an answer ended the TLS connection

    def serve(self, conn):
        raise NotImplementedError

    @property
    def connections(self):
        return len(self.when)


class Web(Listener):
    """Reads one request and gives the answer that its mount names. With `tls` (a certificate and its key) over TLS."""

    def __init__(self, tls=None, least=ssl.TLSVersion.TLSv1_2, most=ssl.TLSVersion.TLSv1_3, ciphers="DEFAULT"):
        self.seen, self.answers, self.tls = [], {}, None
        if tls:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.set_ciphers(ciphers)  # first: it also says how weak a key may be
            self.tls.load_cert_chain(*tls)
            self.tls.minimum_version, self.tls.maximum_version = least, most
        super().__init__("https" if tls else "http")

    def serve(self, conn):
        if self.tls:
            with self.tls.wrap_socket(conn, server_side=True) as conn:
                self.talk(conn)
                conn.unwrap()
        else:
            self.talk(conn)
            conn.shutdown(socket.SHUT_WR)
            conn.recv(1)  # until the client has read it all: closing earlier could send a reset after the answer

    def talk(self, conn):
        request = read_request(conn)
        if not request:
            return
        self.seen.append(request)
        given = self.answers[request[0].split("/v1/auth/")[-1].rpartition("/login")[0]]
        if callable(given):
            given(conn)
        else:
            conn.sendall(given)


def unsaid(data):
    """An answer over TLS after which the connection ends without close_notify, as if somebody had cut it."""
    def send(conn):
        conn.sendall(data)
        conn.shutdown(socket.SHUT_RDWR)
    return send


def drip(data):
    """An answer that comes one byte a second, until the client has had enough."""
    def send(conn):
        patience = threading.Event()
        for i in range(len(data)):
            conn.sendall(data[i:i + 1])
            patience.wait(1)
    return send


class Silent(Listener):
    """Accepts, reads, and never says a word."""

    def serve(self, conn):
        while conn.recv(65536):
            pass


class Babble(Listener):
    """Answers the first bytes of any client with the same bytes of its own: a server of another protocol."""

    def __init__(self, words):
        self.words = words
        super().__init__()

    def serve(self, conn):
        conn.recv(65536)
        conn.sendall(self.words)
        conn.shutdown(socket.SHUT_WR)
        while conn.recv(65536):
            pass


class Cutter(Listener):
    """Stands before another listener and closes the connection after `limit` bytes of what that one says. `passed` is how
    many of them there were on the last connection, and `done` is set when they are; with `reset` the end is a reset."""

    def __init__(self, behind):
        self.behind, self.limit, self.passed, self.reset, self.done = behind, 0, 0, False, threading.Event()
        super().__init__()

    def serve(self, conn):
        limit, passed, heard = self.limit, 0, threading.Event()
        with socket.create_connection(("127.0.0.1", self.behind.port)) as server:
            threading.Thread(target=self.forward, args=(conn, server, heard), daemon=True).start()
            heard.wait(30)  # a reset before the client spoke would be one of its connect
            while passed < limit:
                got = server.recv(limit - passed)
                if not got:
                    break
                conn.sendall(got)
                passed += len(got)
        self.passed = passed
        self.done.set()
        if self.reset:
            conn.shutdown(socket.SHUT_RD)  # forward() lets go of it: a close sends nothing while somebody reads
            conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        else:
            conn.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def forward(client, server, heard):
        try:
            while True:
                got = client.recv(65536)
                heard.set()
                if not got:
                    break
                server.sendall(got)
        except OSError:
            pass  # one of the two was closed
