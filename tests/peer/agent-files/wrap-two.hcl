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
    wrap_ttl = "5m"
    config = {
      path = "@DIR@/one"
    }
  }

  sink "file" {
    wrap_ttl = "2h"
    config = {
      path = "@DIR@/two"
    }
  }
}
