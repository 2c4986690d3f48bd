# certs.py: makes the certificates that test servers show, good ones and every kind of wrong one, with the openssl program.
# SPDX-License-Identifier: MIT
# For tests on loopback only: keys are unprotected files in a folder that the test removes.

import datetime
import os
import subprocess

CONFIG = """
[ca]
default_ca = d
[d]
database = {dir}/index
new_certs_dir = {dir}
rand_serial = yes
unique_subject = no
default_md = sha256
policy = p
[p]
commonName = optional
[req]
prompt = no
distinguished_name = dn
[dn]
commonName = pantler test
"""


def openssl(*args):
    done = subprocess.run(["openssl", *args], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit("openssl %s: %s" % (args[0], done.stderr.strip()))
    return done.stdout


def stamp(days):
    """A certificate's time, so many days from now."""
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)
    return at.strftime("%Y%m%d%H%M%SZ")


class Authority:
    """A certificate authority in a folder of its own. `pem` is its certificate."""

    def __init__(self, folder, name="pantler test CA", extensions=()):
        self.dir = folder
        os.makedirs(folder, mode=0o700, exist_ok=True)
        self.conf = os.path.join(folder, "conf")
        self.pem, self.key = os.path.join(folder, "ca.pem"), os.path.join(folder, "ca.key")
        with open(self.conf, "w") as f:
            f.write(CONFIG.format(dir=folder))
        open(os.path.join(folder, "index"), "w").close()
        openssl("req", "-x509", "-config", self.conf, "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-keyout", self.key, "-out", self.pem, "-days", "2", "-subj", "/CN=" + name,
                *(arg for e in ("basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign", *extensions)
                  for arg in ("-addext", e)))

    def issue(self, name, sans=("DNS:localhost", "IP:127.0.0.1"), days=(-1, 2), cn="pantler test server", usage="serverAuth",
              self_signed=False, rsa=0):
        """A server certificate, valid from days[0] to days[1] from now, on the curve P-256 or with RSA of so many bits. Returns
        the paths of its chain and its key."""
        cert, key, csr, ext = (os.path.join(self.dir, name + e) for e in (".pem", ".key", ".csr", ".ext"))
        lines = ["basicConstraints=CA:FALSE", "extendedKeyUsage=" + usage]
        if sans:
            lines.append("subjectAltName=" + ",".join(sans))
        with open(ext, "w") as f:
            f.write("\n".join(lines) + "\n")
        kind = ["rsa:%d" % rsa] if rsa else ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
        openssl("req", "-new", "-config", self.conf, "-newkey", *kind, "-nodes", "-keyout", key, "-out", csr, "-subj", "/CN=" + cn)
        signer = ["-selfsign", "-keyfile", key] if self_signed else ["-cert", self.pem, "-keyfile", self.key]
        openssl("ca", "-batch", "-notext", "-config", self.conf, *signer, "-in", csr, "-out", cert, "-extfile", ext,
                "-startdate", stamp(days[0]), "-enddate", stamp(days[1]))
        return cert, key
