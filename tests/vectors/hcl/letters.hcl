röle = 1
