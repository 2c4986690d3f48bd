a = <<EOF
one

two
EOF
b = <<-EOF
  x
  EOF
c = "y"
