#!/bin/sh
# tests/build/make.t: the Makefile does what packagers and developers expect of one. Builds nothing that is not built.
# SPDX-License-Identifier: MIT
. tests/lint/lib.sh
unset MAKEFLAGS MAKELEVEL MFLAGS
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

dry() { make -n "$@" 2>&1; }
compiles() { grep -E ' -c -o [^ ]*\.o src/' "$1"; }

one_file() {
	make -q all || make all >/dev/null 2>&1 || echo 'the program cannot be built'
	make -q all || echo 'a second make does something'
	dry -W src/base/err.c all >"$work/log"
	[ "$(compiles "$work/log" | wc -l)" -eq 1 ] || compiles "$work/log" | sed 's/.* //'
	[ "$(grep -c -- '-static-pie' "$work/log")" -eq 1 ] || echo 'not linked once'
	! grep -q 'obj/bearssl' "$work/log" || echo 'BearSSL is compiled again'
}
verdict 'one changed file: one compilation, one link' one_file

header() {
	dry -W src/base/err.h all >"$work/log"
	for file in src/base/err.c src/cmd/main.c; do
		grep -Eq " -c -o [^ ]*\\.o $file" "$work/log" || echo "a changed header does not compile $file"
	done
}
verdict 'a changed header: what includes it' header

version_only() {
	make -q SOURCE_DATE_EPOCH=1 all && echo 'another date changes nothing'
	dry VERSION=9 all >"$work/log"
	[ "$(compiles "$work/log" | sed 's/.* //' | sort | tr '\n' ' ')" = 'src/cmd/version.c src/sys/clock.c ' ] ||
		echo 'another version does not compile version.c and clock.c alone'
	for file in src/cmd/version.c src/sys/clock.c; do
		dry -W "$file" V=1 all | grep " $file" | grep -Fq 'PANTLER_BUILD_AT' || echo "$file is not told the date"
	done
	dry -W src/cmd/login.c V=1 all | grep ' src/cmd/login\.c' | grep -F 'PANTLER_'
}
verdict 'version and date are told to version.c and clock.c alone' version_only

flags() {
	dry B="$work/flags" V=1 CC="${HOSTCC:-gcc}" CPPFLAGS=-DMINE CFLAGS='-O2 -g' LDFLAGS=-Wl,--mine all >"$work/log"
	compiles "$work/log" | grep ' src/base/err\.c' | grep -Eq -- '-Os.* -DMINE -O2 -g .*-std=c11.* -nostdinc .*-fPIE' ||
		echo 'CPPFLAGS and CFLAGS do not come after our wishes and before our needs'
	grep -e '-static-pie' "$work/log" | grep -Eq -- '-O2 -g -Wl,--mine -static-pie.*-z,now' || echo 'CFLAGS and LDFLAGS are not given to the link'
	dry B="$work/cc" CC=mycc all | grep -q '^mycc .* src/base/err.c' || echo 'CC is not used'
}
verdict 'CC, CPPFLAGS, CFLAGS, LDFLAGS' flags

# What only gcc knows is given to gcc alone: a compiler that takes few options stands for all others.
other_compilers() {
	cat >"$work/plaincc" <<-'EOT'
		#!/bin/sh
		for word; do case $word in -f*|-Oz) exit 1 ;; esac; done
		exit 0
	EOT
	chmod +x "$work/plaincc"
	dry B="$work/plain" CC="$work/plaincc" all >"$work/log"
	compiles "$work/log" | grep -q ' src/base/err\.c' || echo 'nothing is compiled'
	grep -Eo -- ' -(flto|ffat|Oz|fno-(caller|move|section|shrink|gcse))[^ ]*' "$work/log" | sort -u
	dry B="$work/gcc" CC="${HOSTCC:-gcc}" all | grep ' src/base/err\.c' | grep -q -- ' -fno-shrink-wrap .*-flto ' || echo 'nor by gcc any more'
}
verdict 'options that only gcc knows are given to gcc alone' other_compilers

# On a 32-bit ARM machine the kernel's name for it is not Debian's.
native_arm() {
	mkdir -p "$work/bin"
	printf '#!/bin/sh\necho armv7l\n' >"$work/bin/uname"
	chmod +x "$work/bin/uname"
	PATH=$work/bin:$PATH dry B="$work/arm" V=1 all >"$work/log"
	compiles "$work/log" | grep ' src/base/err\.c' | grep -Eq '^gcc .*-march=armv7-a -mthumb .*-mstack-protector-guard=tls' || head -3 "$work/log"
	# shellcheck disable=SC2016 # the dollars are make's
	PATH=$work/bin:$PATH make --eval 'show: ; @echo $(target_$(family)) /usr/lib/$(family:armhf=arm)-linux-musl' show B="$work/arm" >"$work/log"
	grep -q '^-march=armv7-a .* /usr/lib/arm-linux-musl$' "$work/log" || cat "$work/log"
}
verdict 'armv7l is built as armhf, with the compiler at hand' native_arm

quiet() {
	make -W src/base/err.c -n all | grep -q '^gcc' || echo 'make -n hides commands'
	make -W src/base/wipe.c all >"$work/log" 2>&1
	grep -Ev '^  (CC|LINK|DONE) ' "$work/log"
	make -W src/base/wipe.c V=1 "$build/obj/src/base/wipe.o" 2>&1 | grep -q -- '-c -o .* src/base/wipe.c' || echo 'V=1 does not show the command'
}
verdict 'V=1 shows commands, without it a line a step' quiet

installs() {
	make install DESTDIR="$work/dest" PREFIX=/usr >/dev/null || echo 'failed'
	(cd "$work/dest" && find . -type f -printf '%P %m\n' | sort) >"$work/got"
	printf 'usr/bin/pantler 755\nusr/share/man/man1/pantler.1 644\n' | diff - "$work/got"
	cmp "$work/dest/usr/bin/pantler" "$build/pantler"
	make uninstall DESTDIR="$work/dest" PREFIX=/usr >/dev/null || echo 'uninstall failed'
	find "$work/dest" -type f
}
verdict 'install and uninstall, under DESTDIR and PREFIX' installs

unknown() {
	make ARCH=vax >"$work/log" 2>&1 && echo 'ended with 0'
	grep -q 'no compiler known for ARCH=vax: give CC, MUSL_INC and MUSL_LIB' "$work/log" || cat "$work/log"
	make -W src/base/err.c MUSL_LIB="$work/none" >"$work/log" 2>&1 && echo 'ended with 0'
	grep -q "no musl in $work/none: make deps, or give MUSL_INC and MUSL_LIB" "$work/log" || cat "$work/log"
}
verdict 'a processor or a musl that is not there: says so' unknown

helps() {
	make help >"$work/log" || echo 'failed'
	for target in check test unit size repro install uninstall demo deps fuzz clean; do
		grep -q "^make $target " "$work/log" || echo "no word about $target"
	done
}
verdict 'help names the targets' helps

short() { awk 'END { if (NR >= 200) print "Makefile: " NR " lines" }' Makefile; }
verdict 'the Makefile has under 200 lines' short

done_testing
