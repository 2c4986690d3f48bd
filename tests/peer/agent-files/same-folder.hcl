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
      path = "@DIR@/one"
    }
  }

  sink "file" {
    config = {
      path = "@DIR@/two"
      mode = 0644
    }
  }

  sink "file" {
    config = {
      path = "@DIR@/three"
      mode = 0600
    }
  }
}
