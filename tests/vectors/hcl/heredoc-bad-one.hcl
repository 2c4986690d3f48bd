a = <EOF
x
EOF
