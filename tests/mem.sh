#!/bin/sh
# tests/mem.sh: the memory that the program has when it ends, and at most; median of 5. Measures the native program; judges nothing.
# SPDX-License-Identifier: MIT
#
# tests/mem.sh                    `version`, and a login at the stand-in: with the system's CA bundle, and with one CA
# tests/mem.sh NAME ARG...        `pantler ARG...` under that name, with this environment
# Prints "NAME private-dirty BYTES", "NAME rss BYTES" (both at the end) and "NAME most-dirty BYTES" (at any system call).
# Needs build/test/tools/atexit.
set -eu
# It is not dumpable: only root may look into it, be it root of a user namespace.
[ "$(id -u)" = 0 ] || exec unshare -r "$0" "$@"
program=${PANTLER:-build/$(uname -m)/pantler}
out=$(mktemp)
trap 'rm -f "$out" "$out".*' EXIT

export AWS_EC2_METADATA_DISABLED=true	# whatever goes wrong, nothing beyond this machine is asked

# Dirty pages of the file itself would count as the program's; once written out they do not.
sync "$program"

median() { sort -nk"$2" "$out".[1-5] | awk -v n="$1" -v column="$2" -v what="$3" 'NR == 3 { print n, what, $column }'; }

measure() {
	name=$1
	shift
	for i in 1 2 3 4 5; do
		build/test/tools/atexit "$out.$i" "$program" "$@" >/dev/null </dev/null
	done
	median "$name" 1 private-dirty
	median "$name" 2 rss
	median "$name" 3 most-dirty
}

if [ $# -gt 0 ]; then
	measure "$@"
else
	measure version version
	tests/system/at-standin -bundle "$0" login login -field=token
	tests/system/at-standin "$0" one-ca login -field=token
fi
