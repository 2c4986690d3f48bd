a = <<-EOF
    four
  two
    EOF
b = <<-EOF
    four

    blank line above
    EOF
c = 1
