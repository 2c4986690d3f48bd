#!/bin/sh
# tests/lint/include.t: an include follows the layers (tests/lint/layers.mk), downwards. Looks at src/ alone.
# SPDX-License-Identifier: MIT
. tests/lint/lib.sh

upwards() {
	find src -name '*.[ch]' -exec grep -Hn '^[[:space:]]*#[[:space:]]*include' {} + | sort | awk -F: '
		BEGIN {
			while ((getline line <"tests/lint/layers.mk") > 0)
				if (line ~ /^layer_/) {
					n = split(line, word, " ")
					known[substr(word[1], 7)] = 1
					for (i = 3; i <= n; i++) may[substr(word[1], 7), word[i]] = 1
				}
		}
		{
			split($1, part, "/")
			from = part[2]
			if (!(from in known)) { print $1 ": a folder that is no layer"; next }
			if ($3 ~ /"/) {
				split($3, quoted, "\"")
				split(quoted[2], part, "/")
				if (part[1] != from && !((from, part[1]) in may)) print $1 ":" $2 ": " from " may not use " quoted[2]
			} else if ($3 ~ /<bearssl/ && !((from, "bearssl") in may))
				print $1 ":" $2 ": " from " may not use BearSSL"
		}'
}

vague() { find src -name util.h -o -name common.h -o -name extern.h; }

verdict 'an include goes down the layers' upwards
verdict 'no header without a subject' vague
done_testing
