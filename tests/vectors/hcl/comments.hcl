# one
// two
/* three
   # four */ /**/ /***/ /* // */
a = 1 # behind
b /* between */ = /* and */ 2 // x
c = [ # in a list
  1, // one
  /* two */ 2,
  # end
]
d { # block
  // empty
}
e = "# no" # "yes
f /* label */ "g" /* too */ { }
# no line end