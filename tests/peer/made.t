#!/bin/sh
# tests/peer/made.t: tables of tests/vectors are byte for byte what Go, botocore and cryptography say: nobody has mended one by hand.
# SPDX-License-Identifier: MIT
. tests/lint/lib.sh
export GOPROXY=off GOFLAGS=
for tool in go build/peers/python/bin/python; do
	command -v "$tool" >/dev/null || skip_all "$tool is not there: tests/peer/setup"
done

durations() { go run tests/vectors/duration.go | cmp - tests/vectors/duration.tsv; }
json() { go run tests/vectors/jsonw.go | cmp - tests/vectors/jsonw.txt; }
events() { go -C tests/peer/vault run ../../vectors/logline.go | cmp - tests/vectors/logline.tsv; }
signatures() { build/peers/python/bin/python tests/vectors/sigv4/gen.py | cmp - tests/vectors/sigv4/own.json; }
endpoints() { build/peers/python/bin/python tests/vectors/sts.py | cmp - tests/vectors/sts.tsv; }
profiles() { build/peers/python/bin/python tests/vectors/profile.py | cmp - tests/vectors/profile.json; }
seals() { build/peers/python/bin/python tests/vectors/seal.py | cmp - tests/vectors/seal.tsv; }
verdict 'duration.tsv is what duration.go writes' durations
verdict 'jsonw.txt is what jsonw.go writes' json
verdict 'logline.tsv is what logline.go writes' events
verdict 'sigv4/own.json is what gen.py writes' signatures
verdict 'sts.tsv is what sts.py writes' endpoints
verdict 'profile.json is what profile.py writes, and says why where botocore differs' profiles
verdict 'seal.tsv is what seal.py writes' seals
done_testing
