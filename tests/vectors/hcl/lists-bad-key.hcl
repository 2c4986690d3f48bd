a = [b]
