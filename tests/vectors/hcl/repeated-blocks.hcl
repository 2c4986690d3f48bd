template { source = "a" }
template { source = "b" }
template = { source = "c" }
