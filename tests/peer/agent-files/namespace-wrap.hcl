exit_after_auth = true

vault {
  address = "@ADDRESS@"
  ca_cert = "@CA@"
}

auto_auth {
  method "aws" {
    mount_path = "auth/aws"
    namespace = "team-a"
    config = {
      type = "iam"
      role = "web"
    }
  }

  sink "file" {
    wrap_ttl = 300
    config = {
      path = "@DIR@/token"
    }
  }
}
