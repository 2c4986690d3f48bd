vault {
  address = "@ADDRESS@"
  ca_cert = "@CA@"
}
