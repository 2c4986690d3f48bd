#!/usr/bin/env python3
# budget.t: the program's size, and the memory that it takes, are within tests/budget. Measured by tests/size.sh.
# SPDX-License-Identifier: MIT

import os

import program
from program import EMULATED, TOP, run
from tap import end, ok

arch = os.path.basename(os.path.dirname(program.PREFIX[-1]))
ran = run(argv=["tests/size.sh", *([arch] if EMULATED else [])], cwd=TOP, env={"PATH": os.environ["PATH"]})
mine = [row for row in ran.out.splitlines() if row.split()[0] in (arch, "version", "login", "one-ca")]
ok(len(mine) == (2 if EMULATED else 11) and not ran.err, "every figure is there", ran)
for row in mine:
    ok("over its limit" not in row, " ".join(row.split()))
end()
