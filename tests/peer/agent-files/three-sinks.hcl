exit_after_auth = true

vault {
  address = "@ADDRESS@"
  ca_cert = "@CA@"
}

auto_auth {
  method "aws" {
    mount_path = "auth/aws"
    config = {
      type = "iam"
      role = "web"
    }
  }

  sink "file" {
    config = {
      path = "@DIR@/a/token"
    }
  }

  sink "file" {
    wrap_ttl = "10m"
    config = {
      path = "@DIR@/b/token"
      mode = 0600
    }
  }

  sink "file" {
    dh_type = "curve25519"
    dh_path = "@DIR@/dh.json"
    derive_key = true
    config = {
      path = "@DIR@/c/token"
      mode = 0644
    }
  }
}
