#!/bin/sh
# tests/peer/made.t: tables of tests/vectors are byte for byte what Go and botocore say: nobody has mended one by hand.
# SPDX-License-Identifier: MIT
. tests/lint/lib.sh
export GOPROXY=off GOFLAGS=
for tool in go build/peers/python/bin/python; do
	command -v "$tool" >/dev/null || skip_all "$tool is not there: tests/peer/setup"
done

durations() { go run tests/vectors/duration.go | cmp - tests/vectors/duration.tsv; }
json() { go run tests/vectors/jsonw.go | cmp - tests/vectors/jsonw.txt; }
signatures() { build/peers/python/bin/python tests/vectors/sigv4/gen.py | cmp - tests/vectors/sigv4/own.json; }
verdict 'duration.tsv is what duration.go writes' durations
verdict 'jsonw.txt is what jsonw.go writes' json
verdict 'sigv4/own.json is what gen.py writes' signatures
done_testing
