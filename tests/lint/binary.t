#!/bin/sh
# tests/lint/binary.t: every program in the build folder is what we say it is (vendor/verify): static, PIE, hardened, stripped.
# SPDX-License-Identifier: MIT
. tests/lint/lib.sh
[ -f "$build/pantler" ] || skip_all "$build/pantler is not built"

not_verified() {
	for program in build/*/pantler "$build/pantler"; do
		[ ! -f "$program" ] || READELF=readelf vendor/verify "$program" 2>&1
	done | sort -u
}

not_stripped() {
	for program in build/*/pantler "$build/pantler"; do
		[ ! -f "$program" ] || readelf -SW "$program" | grep -E '\.(symtab|debug_info|comment|note\.gnu\.build-id)' | sed "s,^,$program: ,"
	done | sort -u
}

verdict 'static, position-independent, RELRO, BIND_NOW, no executable stack' not_verified
verdict 'stripped' not_stripped

done_testing
