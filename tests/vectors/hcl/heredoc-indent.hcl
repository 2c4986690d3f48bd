template {
  contents = <<-EOH
    [default]
      region = {{ env "AWS_REGION" }}
    last
    EOH
  destination = "/x"
}
