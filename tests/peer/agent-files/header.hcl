exit_after_auth = true

vault {
  address = "@ADDRESS@"
  ca_cert = "@CA@"
}

auto_auth {
  method "aws" {
    mount_path = "auth/guarded"
    config = {
      type = "iam"
      role = "web"
      header_value = "vault.example.com"
    }
  }

  sink "file" {
    config = {
      path = "@DIR@/token"
    }
  }
}
