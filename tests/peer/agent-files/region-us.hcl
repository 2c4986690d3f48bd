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
      region = "us-east-1"
    }
  }

  sink "file" {
    config = {
      path = "@DIR@/token"
    }
  }
}
