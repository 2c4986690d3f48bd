#!/bin/sh
# tests/lint/shell.t: shellcheck on every shell script of ours.
# SPDX-License-Identifier: MIT
. tests/lint/lib.sh
command -v shellcheck >/dev/null || skip_all 'shellcheck is not installed'

scripts() { ours | while read -r file; do head -n 1 "$file" | grep -Eq '^#!.*\<(ba|da)?sh\>' && printf '%s\n' "$file"; done; }

check() {
	# shellcheck disable=SC2046 # our file names hold no blanks
	# SC2317: that the lints give functions by name looks like dead code to it.
	shellcheck -x -e SC2317 -f gcc $(scripts)
}

verdict "shellcheck finds nothing in $(scripts | wc -l) scripts" check
done_testing
