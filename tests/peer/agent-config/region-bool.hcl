vault {
  address = "http://127.0.0.1:1"
}

auto_auth {
  method "aws" {
    mount_path = "auth/aws"
    config = {
      type = "iam"
      role = "web"
      region = true
    }
  }

  sink "file" {
    config = {
      path = "token"
    }
  }
}
