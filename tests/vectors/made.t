#!/bin/sh
# tests/vectors/made.t: each table is byte for byte what the generator beside it writes: nobody has mended one by hand.
# SPDX-License-Identifier: MIT
. tests/lint/lib.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# made TABLE WHY-NOT "WITH WHAT IT NEEDS" COMMAND...: WHY-NOT is said when the command that finds out fails.
made() {
	table=$1 missing=$2 needs=$3
	shift 3
	if ! sh -c "$needs" >/dev/null 2>&1; then
		lint_n=$((lint_n + 1))
		printf 'ok %d # SKIP %s: %s\n' "$lint_n" "$table" "$missing"
		return
	fi
	verdict "$table is what $(basename "$*") writes" same "$table" "$@"
}
same() {
	table=$1
	shift
	"$@" >"$work/table" && cmp "$work/table" "tests/vectors/$table"
}

# The tests against other programs have a Python of their own, with botocore in it.
python=build/peers/python/bin/python3
[ -x "$python" ] || python=python3

made date.tsv 'no python3 here' 'command -v python3' python3 tests/vectors/date.py
made host.tsv 'no python3 here' 'command -v python3' python3 tests/vectors/host.py
made dns.tsv 'no dnslib for python3 here' 'python3 -c "import dnslib"' python3 tests/vectors/dns.py
made sigv4/own.json 'no botocore for python3 here (make test brings it)' "$python -c 'import botocore'" "$python" tests/vectors/sigv4/gen.py
made duration.tsv 'no go here' 'command -v go' env GOPROXY=off GOFLAGS= go run tests/vectors/duration.go
made jsonw.txt 'no go here' 'command -v go' env GOPROXY=off GOFLAGS= go run tests/vectors/jsonw.go
done_testing
