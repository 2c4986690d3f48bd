#!/bin/sh
# tests/lint/libc.t: the large and the locale-bound parts of libc are not in the program, not even through another function.
# SPDX-License-Identifier: MIT
. tests/lint/lib.sh
[ -f "$build/pantler.full" ] || skip_all "$build/pantler.full is not built"

forbidden='printf_core|fmt_fp|(v|d|f|s|sn|vf|vd|vs|vsn|as|vas)?printf|(v|f|s|vf|vs)?scanf|__intscan|__floatscan|__shlim|strto(f|d|ld|l|ul|ll|ull|imax|umax)|ato(i|l|ll|f)'
forbidden="$forbidden|strftime|strptime|mktime|gmtime(_r)?|localtime(_r)?|getaddrinfo|gethostbyname|getnameinfo|__lookup_name|res_(query|send|mkquery)"
forbidden="$forbidden|strerror(_r)?|strsignal|perror|reg(comp|exec)|fnmatch|setlocale|newlocale|iconv(_open)?|(v|open|close)?syslog|__assert_fail|abort"
forbidden="$forbidden|fopen|fdopen|fwrite|fputs|puts|putchar|fgets|__stdio_(write|read|close|seek)|__toread|__towrite|getopt(_long)?|opendir|readdir"
forbidden="$forbidden|malloc|__libc_malloc_impl|calloc|realloc|free|qsort(_r)?|system|popen|pthread_create|dlopen|getpw(nam|uid)|getgr(nam|gid)"

program() { nm -P "$build/pantler.full" | awk '{ print $1 }' | grep -Ex "$forbidden" | sort -u; }

# A processor without a divide instruction has its compiler's library divide: base/divide is there for that.
divisions() {
	for full in "$build" build/armhf; do
		[ ! -f "$full/pantler.full" ] || nm -P "$full/pantler.full" |
			awk -v full="$full" '$1 ~ /^(__aeabi_u?[il]div.*|__u?(div|mod|divmod)[sdt]i[34])$/ { print full ": " $1 }'
	done
}

objects() {
	# shellcheck disable=SC2046 # our file names hold no blanks
	undefined $(find "$build/obj/src" -name '*.o' | sort) | grep -E " ($forbidden)\$" | sed 's/ / uses /'
}

verdict 'nothing of the forbidden libc list in the program' program
verdict 'nor in our objects' objects
verdict 'no division by the compiler'\''s library' divisions

done_testing
