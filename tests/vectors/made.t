#!/bin/sh
# tests/vectors/made.t: tables are byte for byte what the generator beside them writes: nobody has mended one by hand. What needs
# more than Python alone is made again by tests/peer/made.t.
# SPDX-License-Identifier: MIT
. tests/lint/lib.sh
command -v python3 >/dev/null || skip_all 'no python3 here'

for name in date host record; do
	same() { python3 "tests/vectors/$name.py" | cmp - "tests/vectors/$name.tsv"; }
	verdict "$name.tsv is what $name.py writes" same
done
done_testing
