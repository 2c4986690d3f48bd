#!/bin/sh
# tests/repro.sh: builds the program in two folders of different names and compares the bytes. Leaves nothing behind.
# SPDX-License-Identifier: MIT
#
# tests/repro.sh [VARIABLE=VALUE...]    what to give to make, such as ARCH=armhf
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct 2>/dev/null || echo 1767225600)}"
export SOURCE_DATE_EPOCH
unset MAKEFLAGS MAKELEVEL MFLAGS

for folder in "$work/a" "$work/another/one, with a longer name"; do
	mkdir -p "$folder/tests/lint"
	cp -R Makefile src vendor "$folder"
	cp tests/lint/layers.mk "$folder/tests/lint"
	(cd "$folder" && make -j2 "$@") >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
done
for program in "$work"/a/build/*/pantler; do
	of=${program#"$work/a/"}
	cmp "$program" "$work/another/one, with a longer name/$of"
	echo "$of: the same $(wc -c <"$program") bytes from both folders, sha256 $(sha256sum "$program" | cut -d' ' -f1)"
done
