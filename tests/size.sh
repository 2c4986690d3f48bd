#!/bin/sh
# tests/size.sh: what the program costs, beside what it may (tests/budget). Measures what is built, and builds nothing.
# SPDX-License-Identifier: MIT
#
# tests/size.sh           every program in build/, and the memory of the native one
# tests/size.sh ARCH      that program's file alone
# Prints a line a figure: NAME WHAT VALUE LIMIT. Fails when a value is over its limit, or when nothing is built.
set -u
export LC_ALL=C
limit() { awk -v n="$1" -v w="$2" '$1 == n && $2 == w { print $3 }' tests/budget; }
status=0
seen=0

line() {
	of=$(limit "$1" "$2")
	if [ -n "$of" ] && [ "$3" -gt "$of" ]; then
		status=1
		printf '%-8s %-14s %8d   over its limit of %d\n' "$1" "$2" "$3" "$of"
	else
		printf '%-8s %-14s %8d   %s\n' "$1" "$2" "$3" "${of:+of $of}"
	fi
}

for program in build/${1:-*}/pantler; do
	[ -f "$program" ] || continue
	seen=1
	arch=$(basename "$(dirname "$program")")
	line "$arch" text+data "$(size "$program" | awk 'NR == 2 { print $1 + $2 }')"
	line "$arch" file "$(wc -c <"$program")"
done
[ $seen = 1 ] || { echo 'tests/size.sh: nothing is built' >&2; exit 1; }

if [ $# = 0 ] && [ -x build/test/tools/atexit ]; then
	if figures=$(tests/mem.sh); then
		while read -r name what bytes; do
			line "$name" "$what" "$bytes"
		done <<EOF
$figures
EOF
	else
		echo 'tests/size.sh: the memory cannot be measured' >&2
		status=1
	fi
fi
exit $status
