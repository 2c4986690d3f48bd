a "b" {}
c d { x = 1 }
"e" "f" "g" { }
h i j "k" { l "m" { n = 1 } }
a "b" { again = true }
