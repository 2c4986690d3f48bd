vault {
  address = "http://127.0.0.1:1"
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
    aad_env_var = "NOBODY_SET_THIS"
    dh_type = "curve25519"
    dh_path = "dh"
    config = {
      path = "token"
    }
  }
}
