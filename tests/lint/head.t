#!/bin/sh
# tests/lint/head.t: every file says what it is for and under which licence, in its first lines.
# SPDX-License-Identifier: MIT
. tests/lint/lib.sh

# Files of another form, or of plain data, cannot carry a comment.
bare='^(LICENSE|vendor/[^/]+/(version|sha256|urls|files)|tests/fuzz/corpus/.*|tests/(vectors|transcripts)/.*|.*\.(sum|json|pem|der|svg))$'
script='\.(c|h|sh|py|pl|t|go)$'

unlicensed() {
	ours | grep -E "$script|^[^.]*\$|\\.(md|mk|1|mod)\$|^\\.|/\\." | while read -r file; do
		if printf '%s\n' "$file" | grep -Eq "$bare" && ! printf '%s\n' "$file" | grep -Eq "$script"; then continue; fi
		head -n 5 "$file" | grep -q 'SPDX-License-Identifier: MIT' || printf '%s\n' "$file"
	done
}

# "/* base/buf.h: what it is for..." and then the licence.
anonymous() {
	find src tests -name '*.[ch]' | sort | while read -r file; do
		name=${file#src/}
		head -n 1 "$file" | grep -Fq "/* $name: " || printf '%s: does not begin with "/* %s: "\n' "$file" "$name"
	done
}

verdict 'an SPDX line in every file' unlicensed
verdict 'the first line of C says what the file is for' anonymous
done_testing
