a = <<-EOF
  x
EOF
