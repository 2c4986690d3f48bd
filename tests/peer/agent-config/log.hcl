vault {
  address = "http://127.0.0.1:1"
}

log_level = "debug"
log_format = "json"
log_file = "agent.log"
log_rotate_duration = "12h"
log_rotate_bytes = 1048576
log_rotate_max_files = 5
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
