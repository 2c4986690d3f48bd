#!/bin/sh
# tests/mem.sh: the memory that the program has when it ends, median of 5. Measures the native program; judges nothing.
# SPDX-License-Identifier: MIT
#
# tests/mem.sh                    the verbs that need no server
# tests/mem.sh NAME ARG...        `pantler ARG...` under that name, with this environment (a login, say)
# Prints "NAME private-dirty BYTES" and "NAME rss BYTES". Needs build/test/tools/atexit.
set -eu
program=${PANTLER:-build/$(uname -m)/pantler}
out=$(mktemp)
trap 'rm -f "$out" "$out".*' EXIT

# Dirty pages of the file itself would count as the program's; once written out they do not.
sync "$program"

measure() {
	name=$1
	shift
	for i in 1 2 3 4 5; do
		build/test/tools/atexit "$out.$i" "$program" "$@" >/dev/null </dev/null
	done
	sort -n "$out".[1-5] | awk -v n="$name" 'NR == 3 { print n, "private-dirty", $1 }'
	sort -nk2 "$out".[1-5] | awk -v n="$name" 'NR == 3 { print n, "rss", $2 }'
}

if [ $# -gt 0 ]; then
	measure "$@"
else
	measure version version
fi
