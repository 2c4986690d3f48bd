vault {
  address = "https://v" # x
}
// y
auto_auth {
}
