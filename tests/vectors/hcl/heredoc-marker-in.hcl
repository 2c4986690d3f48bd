a = <<EOF
  one
   EOF
b = <<EOF
EOFF
 xEOF
EOF EOF
EOF
