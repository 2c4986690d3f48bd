log_level = "error"
vault {
  address = "@ADDRESS@"
  ca_cert = "@CA@"
}
auto_auth {
  method "aws" {
    mount_path = "auth/aws"
    config = {
      type = "iam"
      role = "nosuch"
    }
  }

  sink "file" {
    config = {
      path = "@DIR@/base"
    }
  }
}
