vault {
  address = "http://127.0.0.1:1"
}

auto_auth {
  method "x" {
    mount_path = "auth/aws"
    type = "aws"
    config = {
      type = "iam"
      role = "web"
    }
  }

  sink "y" {
    type = "file"
    config = {
      path = "token"
    }
  }
}
