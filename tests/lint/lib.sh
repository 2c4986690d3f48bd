# tests/lint/lib.sh: what the lints share: which files are ours, and a verdict in TAP. Sourced, from the top of the tree.
# SPDX-License-Identifier: MIT
# shellcheck shell=sh
export LC_ALL=C
lint_n=0
lint_bad=0

# Files of ours, one a line: what git knows or would take, else (an unpacked archive) whatever is there but the build folder.
ours() {
	if [ -e .git ]; then
		git ls-files -co --exclude-standard | while read -r file; do [ ! -f "$file" ] || printf '%s\n' "$file"; done
	else
		find . -path ./build -prune -o -type f -print | sed 's,^\./,,' | sort
	fi
}

# verdict RULE COMMAND...: what the command prints, a line each, are the violations of the rule. Its standard error too: a lint
# that broke must not pass.
verdict() {
	rule=$1
	shift
	violations=$("$@" 2>&1)
	lint_n=$((lint_n + 1))
	if [ -z "$violations" ]; then
		printf 'ok %d - %s\n' "$lint_n" "$rule"
	else
		lint_bad=1
		printf 'not ok %d - %s\n' "$lint_n" "$rule"
		printf '%s\n' "$violations" | sed 's/^/#   /'
	fi
}

# A whole lint that cannot be done here, with the reason.
skip_all() {
	printf '1..0 # SKIP %s\n' "$1"
	exit 0
}

done_testing() {
	printf '1..%d\n' "$lint_n"
	exit $lint_bad
}

# The folder of the build that is looked at.
# shellcheck disable=SC2034 # the lints use it
build=${PANTLER_BUILD:-build/$(uname -m)}

# The undefined symbols of objects or archives: "FILE SYMBOL".
# Objects hold two symbol tables, where the compiler optimises at link time; the plain one is the whole one.
undefined() { nm --plugin /dev/null -A -u -P "$@" | sed 's/^[^ ]*[[/]\([^]/]*\.o\)\]*: /\1 /' | cut -d' ' -f1,2; }
