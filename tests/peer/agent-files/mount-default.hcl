exit_after_auth = true

vault {
  address = "@ADDRESS@"
  ca_cert = "@CA@"
}

auto_auth {
  method "aws" {
    config = {
      type = "iam"
      role = "web"
    }
  }

  sink "file" {
    config = {
      path = "@DIR@/token"
    }
  }
}
