#!/bin/sh
# tests/repro.t: two folders, the same bytes.
# SPDX-License-Identifier: MIT
. tests/lint/lib.sh
log=$(mktemp)
trap 'rm -f "$log"' EXIT

same() {
	tests/repro.sh >"$log" 2>&1 || cat "$log"
	grep -q 'the same [0-9]* bytes from both folders' "$log" || echo 'nothing was compared'
}
verdict 'two builds in folders of different names give the same bytes' same
done_testing
