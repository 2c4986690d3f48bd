# Blocks with and without the sign, commas, and words of another case.
exit_after_auth = true,
vault = {
  address = "@ADDRESS@",
  ca_cert = "@CA@",
  retry { num_retries = "3" }
}
auto_auth = {
  method = {
    type = "aws"
    Mount_Path = "auth/aws",
    config {
      type = "iam",
      role = "web",
    }
  }
  sinks {
    sink {
      type = "file"
      config { path = "@DIR@/token", mode = 0600, }
    }
  }
}
