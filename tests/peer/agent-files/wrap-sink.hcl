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
    wrap_ttl = "1h30m"
    config = {
      path = "@DIR@/token"
    }
  }
}
