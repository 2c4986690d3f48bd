#!/bin/sh
# tests/lint/pure.t: libpure.a asks nothing of the kernel: what it needs from outside is a handful of string functions.
# SPDX-License-Identifier: MIT
. tests/lint/lib.sh
[ -f "$build/libpure.a" ] || skip_all "$build/libpure.a is not built"

# The last line is the compiler's own: the stack guard, and arithmetic that a processor lacks.
allowed=' memcpy memmove memset memcmp memchr strlen strcmp strncmp
	__stack_chk_fail __stack_chk_guard _GLOBAL_OFFSET_TABLE_ __udivti3 __umodti3 __multi3 __popcountdi2 __clzsi2 '

outside() {
	{
		nm --plugin /dev/null -P "$build/libpure.a" "$build/libbear.a" | awk 'NF > 2 && $2 ~ /^[A-Z]$/ && $2 != "U" { print "has", $1 }'
		undefined "$build/libpure.a"
	} | awk -v allowed="$allowed" '
		BEGIN { n = split(allowed, a, /[ \t\n]+/); for (i = 1; i <= n; i++) has[a[i]] = 1 }
		$1 == "has" { has[$2] = 1; next }
		!($2 in has) && $2 !~ /^__aeabi_/ { print $1 " uses " $2 }' | sort -u
}

# An asm without an instruction is a barrier for the compiler and may be.
instructions() {
	sed -n "s/^pure = //p" tests/lint/layers.mk | tr " " "\n" | while read -r folder; do
		find "src/$folder" -name '*.[ch]' -exec grep -Hn '\<\(asm\|__asm__\|__asm\)\>' {} + | grep -v '("" *:'
	done
}

verdict 'libpure.a makes no system call and no I/O' outside
verdict 'no instruction of its own either' instructions
done_testing
