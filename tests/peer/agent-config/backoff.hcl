vault {
  address = "http://127.0.0.1:1"
}

auto_auth {
  method "aws" {
    mount_path = "auth/aws"
    min_backoff = "2s"
    max_backoff = "1m30s"
    exit_on_err = true
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
