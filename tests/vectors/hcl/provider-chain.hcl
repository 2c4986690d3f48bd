# everything that pantler adds
ready_file = "/run/pantler.ready"
reuse_token = false
max_requests_per_minute = 30
vault {
  address = "https://vault:8200"
  tls_pin = "sha256:AAAA"
  ca_cert_pem = <<PEM
-----BEGIN CERTIFICATE-----
MIIB
-----END CERTIFICATE-----
PEM
}
auto_auth {
  method "aws" {
    config {
      type = "iam"
      role = "greengrass"
      region = ""
      credentials = "iot"
      iot {
        endpoint = "c2ek3s7ppzzhur.credentials.iot.eu-central-1.amazonaws.com"
        role_alias = "vault"
        cert = "/greengrass/thing.crt"
        key = "/greengrass/thing.key"
        ca = "/greengrass/root.ca.pem"
        thing_name = "gateway-1"
      }
    }
  }
  sink "file" { config { path = "/run/token", owner = "app", mode = "0600" } }
}
secret "db" { path = "secret/data/db", field = "password" }
