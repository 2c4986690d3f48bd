exit_after_auth = true
log_file = "@DIR@/agent.log"
log_level = "info"
log_rotate_bytes = 1000000

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
      path = "@DIR@/token"
    }
  }
}
