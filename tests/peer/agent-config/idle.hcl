vault {
  address = "http://127.0.0.1:1"
}

disable_idle_connections = ["auto-auth", "templating"]
disable_keep_alives = ["caching", "proxying"]
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
