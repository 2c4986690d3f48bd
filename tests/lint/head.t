#!/bin/sh
# tests/lint/head.t: every file says what it is for and under which licence, in its first lines.
# SPDX-License-Identifier: MIT
. tests/lint/lib.sh

# Files of another form, or of plain data, cannot carry a comment.
bare='^(LICENSE|vendor/[^/]+/(version|sha256|urls|files)|tests/fuzz/corpus/.*|tests/(vectors|transcripts)/.*|.*[.](sum|json|pem|der|svg))$'
script='[.](c|h|sh|py|pl|t|go)$'

# The arguments of which no line that awk's condition names has been seen.
without() { xargs awk "$1"' { seen[FILENAME] } END { for (i = 1; i < ARGC; i++) if (!(ARGV[i] in seen)) print ARGV[i] }'; }

unlicensed() {
	ours | grep -E "$script|^[^.]*\$|\\.(md|mk|1|mod)\$|^\\.|/\\." |
		awk -v bare="$bare" -v script="$script" '$0 !~ bare || $0 ~ script' | without 'FNR <= 5 && /SPDX-License-Identifier: MIT/'
}

# "/* base/buf.h: what it is for..." and then the licence.
anonymous() {
	# shellcheck disable=SC2016 # the dollars are awk's
	find src tests -name '*.[ch]' | sort |
		without '{ name = FILENAME; sub("^src/", "", name) } FNR == 1 && index($0, "/* " name ": ") == 1' |
		sed 's,^\(src/\)*\(.*\),&: does not begin with "/* \2: ",'
}

verdict 'an SPDX line in every file' unlicensed
verdict 'the first line of C says what the file is for' anonymous
done_testing
