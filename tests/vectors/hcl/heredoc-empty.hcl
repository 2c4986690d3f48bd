a = <<EOF
EOF
b = <<-X_1
  X_1
c = <<9

9
