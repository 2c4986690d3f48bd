#!/bin/sh
# tests/lint/flags.t: the flags in the table of src/conf/conf.h are the flags of pantler(1), and so are the variables, and the keys of profiles.
# SPDX-License-Identifier: MIT
. tests/lint/lib.sh
code=$(mktemp) && page=$(mktemp) || exit 1
trap 'rm -f "$code" "$page"' EXIT

# FLAG(KEY, "flag", "alias", bits, "VARIABLE", ...)
flag_rows() { grep -E '^[[:space:]]*FLAG\([A-Z]' src/conf/conf.h; }

flags() {
	flag_rows | awk -F'"' '{ print $2; if ($4 != "") print $4 }' | sort >"$code"
	awk '$1 == ".It" { for (i = 2; i < NF; i++) if ($i == "Fl") print $(i + 1) }' src/man/pantler.1 | sort >"$page"
	comm -23 "$code" "$page" | sed 's/^/not in the manual: -/'
	comm -13 "$code" "$page" | sed 's/^/not in the code: -/'
}

# Variables without a flag, and those of others, are in the manual alone.
variables() {
	flag_rows | awk -F'"' '{ if ($6 != "") print ($6 ~ /^PANTLER_/ ? "" : "VAULT_") $6 }' | sort -u >"$code"
	grep -oE '\<(VAULT|PANTLER)_[A-Z_]+' src/man/pantler.1 | sort -u >"$page"
	comm -23 "$code" "$page" | sed 's/^/not in the manual: /'
}

# AWS's, by both of their names: VAR(KEY, "name", "older name")
aws_variables() {
	sed -n '/define CRED_VARIABLES/,/[^\\]$/p' src/aws/cred.h | grep -oE '"AWS_[A-Z0-9_]+"' | tr -d '"' | sort -u >"$code"
	[ -s "$code" ] || echo 'src/aws/cred.h: the table of variables is not where this lint looks for it'
	grep -oE '\<AWS_[A-Z0-9_]+' src/man/pantler.1 | sort -u >"$page"
	comm -3 "$code" "$page" | sed 's/^/not in both: /'
}

# The profile's keys, in the entry on the shared files.
profile_keys() {
	sed -n '/^static const char keys\[\]/,/;$/p' src/aws/profile.c | grep -oE '"[^"]*"' | sed 's/\\0/\n/g' | tr -d '"' | grep . | sort >"$code"
	[ -s "$code" ] || echo 'src/aws/profile.c: the keys are not where this lint looks for them'
	sed -n '/^\.It Pa ~\/\.aws\/config/,/^\.It/p' src/man/pantler.1 | awk '$1 == ".Sy" { print $2 }' | sort >"$page"
	comm -3 "$code" "$page" | sed 's/^/not in both: /'
}

no_table() { [ "$(flag_rows | wc -l)" -ge 10 ] || echo 'src/conf/conf.h: the table of flags is not where this lint looks for it'; }

verdict 'flags in the code are the flags in pantler(1)' flags
verdict 'variables of flags are in pantler(1)' variables
verdict 'the variables of AWS are those in pantler(1)' aws_variables
verdict 'the keys of profiles are those in pantler(1)' profile_keys
verdict 'the table is found' no_table
done_testing
