a-b = 1
_x = 2
c.d = 3
"quoted key" = 4
"e\u0066" = 5
E9 = 6
"true" = 7
"" = 8
