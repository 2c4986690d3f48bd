#!/bin/sh
# tests/lint/selftest.t: each lint fails on a violation planted in a copy of the tree. A lint that cannot fail is worth nothing.
# SPDX-License-Identifier: MIT
. tests/lint/lib.sh
here=$PWD
copy=$here/build/test/selftest
rm -rf "$copy"
mkdir -p "$copy"
ours | grep -v '^tests/peer/' | tr '\n' '\0' | xargs -0 tar -cf - | tar -xf - -C "$copy"
cd "$copy" || exit 1
cc=${HOSTCC:-gcc}
[ -f "$here/$build/our_cc" ] || skip_all "$build is not built"
our_cc=$(cat "$here/$build/our_cc")
PANTLER_BUILD=build/planted
export PANTLER_BUILD
mkdir -p build/planted/obj/src/base

# expect LINT TEXT: it fails, and a line of what it says about it holds the text.
expect() {
	lint_n=$((lint_n + 1))
	if said=$("tests/lint/$1.t" 2>&1); then
		verdict=passed
	elif printf '%s\n' "$said" | grep -q "^#.*$2"; then
		printf 'ok %d - %s fails: %s\n' "$lint_n" "$1" "$2"
		return
	else
		verdict='failed for another reason'
	fi
	lint_bad=1
	printf 'not ok %d - %s fails: %s\n#   it %s\n' "$lint_n" "$1" "$2" "$verdict"
	printf '%s\n' "$said" | sed 's/^/#   /'
}

# plant FILE: the text on standard input becomes the file; it goes again with `weed`.
plant() { mkdir -p "$(dirname "$1")" && cat >"$1" && planted=$1; }
weed() { rm -f "$planted"; }

# As our own objects are compiled: what link-time optimisation hides is hidden here too.
compile() { eval "$our_cc -w -c -x c -o \"\$1\" -"; }

for what in '"sys/loop.h"' '"net/xfer.h"' '<bearssl.h>'; do
	echo "#include $what" | plant src/base/planted.c
	expect include 'src/base/planted.c:1: base may not use'
	weed
done
: | plant src/base/util.h
expect include src/base/util.h
weed
: | plant src/misc/planted.c
echo '#include <stddef.h>' >src/misc/planted.c
expect include 'src/misc/planted.c: a folder that is no layer'
rm -r src/misc

echo 'int getpid(void); int planted(void) { return getpid(); }' | compile build/planted/obj/src/base/planted.o
ar rcsD build/planted/libpure.a build/planted/obj/src/base/planted.o
ar rcsD build/planted/libbear.a
expect pure 'planted.o uses getpid'
# What the compiler calls of itself, and what it knows as its own, stand in no symbol table of link-time optimisation.
for made in 'puts:int planted(void) { return __builtin_puts(""); }' \
	'__divti3:__int128 planted(__int128 a, __int128 b) { return a / b; }'; do
	echo "${made#*:}" | compile build/planted/obj/src/base/planted.o
	ar rcsD build/planted/libpure.a build/planted/obj/src/base/planted.o
	expect pure "planted.o uses ${made%%:*}"
done
# shellcheck disable=SC2016 # the dollar is the assembler's
echo 'void planted(void) { __asm__ volatile ("mov $39, %eax; syscall"); }' | plant src/base/planted.c
expect pure 'src/base/planted.c:1'
weed

for call in malloc free strdup opendir; do
	echo "void $call(void); void planted(void) { $call(); }" | compile build/planted/obj/src/base/planted.o
	expect malloc "planted.o uses $call"
done

echo 'void *planted(unsigned long n) { return __builtin_malloc(n); }' | compile build/planted/obj/src/base/planted.o
expect malloc 'planted.o uses malloc'

for call in snprintf strtol getaddrinfo strerror regcomp syslog; do
	echo "void $call(void); void planted(void) { $call(); }" | compile build/planted/obj/src/base/planted.o
	echo 'int main(void) { return 0; }' | "$cc" -w -x c -o build/planted/pantler.full -
	expect libc "planted.o uses $call"
done
echo 'int planted(char *to, const char *s) { return __builtin_sprintf(to, "%d %s", 1, s); }' | compile build/planted/obj/src/base/planted.o
expect libc 'planted.o uses sprintf'
rm build/planted/obj/src/base/planted.o
for part in printf_core __floatscan setlocale; do
	echo "void $part(void) {} int main(void) { $part(); return 0; }" | "$cc" -w -x c -o build/planted/pantler.full -
	expect libc "$part"
done

for call in __aeabi_uidiv __udivmoddi4; do
	echo "void $call(void) {} int main(void) { $call(); return 0; }" | "$cc" -w -x c -o build/planted/pantler.full -
	expect libc "$call"
done

link() { echo 'int main(void) { return 0; }' | "$cc" -w -x c -o build/planted/pantler "$@" -; }
link -s
expect binary 'asks for an interpreter'
expect binary 'needs a shared library'
link -s -static
expect binary 'not position-independent'
link -s -Wl,-z,norelro
expect binary 'no RELRO'
link -s -Wl,-z,lazy -Wl,-z,relro
expect binary 'no BIND_NOW'
link -s -z execstack
expect binary 'the stack is executable'
link
expect binary 'symtab'

for text in '"Cannot open"' '"two\nlines"' '"ends in a stop."' '"cut "\n"in two."'; do
	printf 'err_set(e, ERR_SYS,\n    CAUSE_USE, %s);\n' "$text" | plant src/base/planted.c
	expect messages 'src/base/planted.c:1'
	weed
done
echo 'return err_sys(e, cause(x), errno, "Upper"), -1;' | plant src/base/planted.c
expect messages 'src/base/planted.c:1: "Upper"'
weed

cp src/conf/conf.h build/conf.h
sed 's/FLAG(ADDRESS, "address"/FLAG(ADDRESS, "planted"/' build/conf.h >src/conf/conf.h
expect flags 'not in the manual: -planted'
expect flags 'not in the code: -address'
sed 's/"ADDR"/"PLANTED"/' build/conf.h >src/conf/conf.h
expect flags 'not in the manual: VAULT_PLANTED'
echo 'int none;' >src/conf/conf.h
expect flags 'is not where this lint looks'
cp build/conf.h src/conf/conf.h
cp src/aws/cred.h build/cred.h
sed 's/"AWS_CA_BUNDLE"/"AWS_PLANTED"/' build/cred.h >src/aws/cred.h
expect flags 'not in both: AWS_PLANTED'
echo 'int none;' >src/aws/cred.h
expect flags 'is not where this lint looks'
cp build/cred.h src/aws/cred.h
cp src/aws/profile.c build/profile.c
sed 's/role_session_name/planted_key/' build/profile.c >src/aws/profile.c
expect flags 'not in both: planted_key'
expect flags 'role_session_name'
echo 'int none;' >src/aws/profile.c
expect flags 'are not where this lint looks'
cp build/profile.c src/aws/profile.c

# In a tree of its own: shellcheck takes seconds for all of ours.
mkdir -p build/mini/tests/lint
cp tests/lint/lib.sh tests/lint/shell.t build/mini/tests/lint
cd build/mini || exit 1
# shellcheck disable=SC2016 # the dollar is the planted script's
printf '#!/bin/sh\nrm -rf $1/*\n' | plant vendor/planted
expect shell vendor/planted
cd "$copy" || exit 1

printf '.Dd planted\n.Dt PLANTED 1\n.Os\n.Sh NAME\n.Nm planted\n.Nd planted\n.Nosuch macro\n' | plant src/man/planted.1
expect man planted.1
weed

echo '/* base/planted.c: no licence. */' | plant src/base/planted.c
expect head src/base/planted.c
weed
echo '#!/bin/sh' | plant vendor/planted
expect head vendor/planted
weed
printf '/* something else */\n/* SPDX-License-Identifier: MIT */\n' | plant src/base/planted.c
expect head 'base/planted.c: '
weed

: | plant NEWS.md
expect layout NEWS.md
weed
: | plant .planted
expect layout .planted
weed
for path in /wor''k/main/x /roo''t/x /hom''e/someone/x https://deb.debia''n.org/debian; do
	echo "see $path" | plant vendor/planted
	expect layout vendor/planted:1
	weed
done

{ printf 'int\nplanted(void)\n{\n'; yes '	x();' | head -n 81; echo '}'; } | plant src/base/planted.c
expect length 'src/base/planted.c:3: function of 82 lines'
weed
yes '/* */' | head -n 601 | plant src/base/planted.c
expect length 'src/base/planted.c: 601 lines'
weed

for lint in "$here"/tests/lint/*.t; do
	lint=$(basename "$lint" .t)
	[ "$lint" = selftest ] || grep -q "^[[:space:]]*expect $lint " "$here/tests/lint/selftest.t" || echo "$lint"
done >build/unproven
verdict 'every lint is among them' cat build/unproven
cd "$here" && rm -rf "$copy"
done_testing
