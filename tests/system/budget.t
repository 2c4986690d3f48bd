#!/usr/bin/env python3
# budget.t: the program's size, and the memory that it takes, are within tests/budget, and README says what they are. Measured by
# tests/size.sh.
# SPDX-License-Identifier: MIT

import os
import re

import program
from program import EMULATED, TOP, run
from tap import end, ok

arch = os.path.basename(os.path.dirname(program.PREFIX[-1]))
ran = run(argv=["tests/size.sh", *([arch] if EMULATED else [])], cwd=TOP, env={"PATH": os.environ["PATH"]})
mine = [row for row in ran.out.splitlines() if row.split()[0] in (arch, "version", "login", "one-ca")]
ok(len(mine) == (2 if EMULATED else 11) and not ran.err, "every figure is there", ran)
for row in mine:
    ok("over its limit" not in row, " ".join(row.split()))

with open(os.path.join(TOP, "README.md")) as f:
    readme = f.read()
columns = re.findall(r"[\w-]+", re.search(r"^\| (\|.*)$", readme, re.M).group(1))
for name, what in (("text + data", "text+data"), ("file", "file")):
    told = re.search(r"^\| %s, KB \|(.*)\|$" % re.escape(name), readme, re.M).group(1).split("|")
    told = dict(zip((column.replace("-", "_") for column in columns), map(float, told)))
    is_so = [int(row.split()[2]) for row in mine if row.split()[:2] == [arch, what]]
    ok(is_so and abs(told[arch] * 1000 - is_so[0]) <= 1000, "README tells the %s" % name, (told, is_so))
end()
