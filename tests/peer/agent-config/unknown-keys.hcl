vault {
  address = "http://127.0.0.1:1"
}

whatever = 5
other "x" {
}
auto_auth {
  more = true

  method "aws" {
    mount_path = "auth/aws"
    exit_on_error = true
    config = {
      type = "iam"
      role = "web"
    }
  }

  sink "file" {
    config = {
      path = "token"
    }
  }
}
