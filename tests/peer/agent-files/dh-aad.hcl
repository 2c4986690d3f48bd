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
    dh_type = "curve25519"
    dh_path = "@DIR@/dh.json"
    derive_key = true
    aad = "for web alone"
    config = {
      path = "@DIR@/token"
    }
  }
}
