a = <<T
${ not closed " \x \q { }
# no comment // none /* none
T
b = "after"
