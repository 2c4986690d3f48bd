vault {
  address = "http://127.0.0.1:1"
}

exit_after_auth = true
pid_file = "./pidfile"

auto_auth {
  method {
    type = "aws"
    namespace = "my-namespace"
    mount_path = "auth/aws"

    config {
      type = "iam"
      role = "dev-role-iam"
      header_value = "vault.example.com"
      region = "eu-central-1"
    }
  }

  sink {
    type = "file"
    config {
      path = "token"
    }
  }

  sink {
    type = "file"
    wrap_ttl = "5m"
    aad = "foobar"
    dh_type = "curve25519"
    dh_path = "dh"
    derive_key = true
    config {
      path = "token-wrapped"
      mode = 0600
    }
  }
}
