#!/bin/sh
# tests/lint/malloc.t: our objects allocate nothing, neither by name nor through a function of libc that does.
# SPDX-License-Identifier: MIT
. tests/lint/lib.sh
[ -d "$build/obj/src" ] || skip_all "$build/obj is not built"

allocating='malloc calloc realloc reallocarray free aligned_alloc posix_memalign memalign valloc strdup strndup asprintf vasprintf
	getline getdelim open_memstream fmemopen fopen fdopen opendir fdopendir scandir getaddrinfo getpwnam getgrnam glob wordexp
	realpath tempnam putenv setenv atexit'

allocations() {
	# shellcheck disable=SC2046 # our file names hold no blanks
	undefined $(find "$build/obj/src" -name '*.o' | sort) | awk -v list="$allocating" '
		BEGIN { n = split(list, a, /[ \t\n]+/); for (i = 1; i <= n; i++) bad[a[i]] = 1 }
		$2 in bad { print $1 " uses " $2 }'
}

verdict 'no malloc family in our objects' allocations
done_testing
