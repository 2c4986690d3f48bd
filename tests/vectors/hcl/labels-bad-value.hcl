a "b" 5
