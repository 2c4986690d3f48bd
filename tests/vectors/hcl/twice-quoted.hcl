a { role = "a", x = 1, "role" = "b" }
