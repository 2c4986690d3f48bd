vault {
  address = "http://127.0.0.1:1"
}

pid_file = "./pidfile"
auto_auth {
  method "aws" {
    mount_path = "auth/aws-subaccount"
    config = {
      type = "ec2"
      role = "web"
    }
  }
  sink "file" {
    config = {
      path = "token"
    }
  }
}
