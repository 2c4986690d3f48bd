vault {
  address = "http://127.0.0.1:1"
}

log_rotate_bytes = "1k"
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
      path = "token"
    }
  }
}
