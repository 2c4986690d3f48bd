role = "a"
role = "b"
