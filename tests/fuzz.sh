#!/bin/sh
# tests/fuzz.sh: runs fuzz targets, each for a while, from their corpus on. Keeps what it finds under build/fuzz/, commits nothing.
# SPDX-License-Identifier: MIT
#
# tests/fuzz.sh SECONDS TARGET...
set -eu
seconds=$1
shift
[ $# -gt 0 ] || echo 'fuzz: no targets yet'
for target; do
	name=$(basename "$target")
	mkdir -p "build/fuzz/new/$name"
	echo "fuzz: $name, $seconds s"
	set -- "build/fuzz/new/$name"
	[ ! -d "tests/fuzz/corpus/$name" ] || set -- "$@" "tests/fuzz/corpus/$name"
	"$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -verbosity=0 -artifact_prefix="build/fuzz/$name-" "$@"
done
