#!/bin/sh
# tests/build/fetch.t: vendor/fetch takes what it knows, from wherever it is, and nothing else. Asks no network: apt-get and the
# cache folder are of this test's making.
# SPDX-License-Identifier: MIT
. tests/lint/lib.sh
here=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
real=${PANTLER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pantler}
archive=bearssl_0.6+dfsg.1.orig.tar.xz
[ -f "$real/$archive" ] || archive=bearssl-0.6.tar.gz
[ -f "$real/$archive" ] || skip_all "no archive of BearSSL in $real: build first"

# A copy of vendor/ to change, an apt-get that has nothing, a curl that can only copy, and a cache folder.
mkdir "$work/bin" "$work/cache"
cp -R vendor "$work/vendor"
printf '#!/bin/sh\nexit 100\n' >"$work/bin/apt-get"
# shellcheck disable=SC2016 # the dollars are that script's
printf '#!/bin/sh\nwhile [ $# -gt 1 ]; do [ "$1" != -o ] || to=$2; shift; done\ncp "${1#file:}" "$to"\n' >"$work/bin/curl"
printf '#!/bin/sh\nexit 4\n' >"$work/bin/wget"
chmod +x "$work"/bin/*
PATH=$work/bin:$PATH PANTLER_CACHE=$work/cache
export PATH PANTLER_CACHE
cd "$work" || exit 1
: >vendor/bearssl/urls
sum() { sha256sum "$1" | cut -d' ' -f1; }

# run STATUS: fetch BearSSL into out/; what it says goes to `said`. Prints a line when it ends in another way.
run() {
	vendor/fetch bearssl out >said 2>&1
	status=$?
	[ "$status" -eq "$1" ] || echo "ended with $status, not $1: $(cat said)"
}
says() { grep -qF -- "$1" said || echo "does not say \"$1\" but: $(cat said)"; }
nothing_left() { find cache -name 'tmp.*'; }

nowhere() {
	run 1
	says "one of these, put into $work/cache, would do:"
	says "  bearssl-0.6.tar.gz, sha256 6705bba1714961b41a728dfc5debbe348d2966c117649392f8c8139efc83ff14"
	[ ! -e out ] || echo 'made out/'
	nothing_left
}
verdict 'nowhere to be had: says what would do' nowhere

from_cache() {
	cp "$real/$archive" cache
	run 0
	[ ! -s said ] || cat said
	# Exactly the files that are listed.
	(cd out && find . -type f | sed 's,^\./,,' | sort) | diff - "$here/vendor/bearssl/files"
	nothing_left
}
verdict 'from the cache: exactly the listed files, without a word' from_cache

refused() {
	rm -rf out
	echo x >>"cache/$archive"
	run 1
	says "$work/cache/$archive: wrong checksum"
	says "expected $(awk -v f="$archive" '$2 == f { print $1 }' vendor/bearssl/sha256)"
	says "got      $(sum "cache/$archive")"
	[ ! -e out ] || echo 'made out/'
	nothing_left
}
verdict 'a changed archive: both sums, and nothing is unpacked' refused

# The same files in another archive: what upstream's tarball is to Debian's.
mkdir tree
tar -xf "$real/$archive" -C tree
tar -C tree -czf bearssl-0.6.tar.gz bearssl-0.6
pin() { sed "s/^[0-9a-f]*  bearssl-0.6.tar.gz/$(sum bearssl-0.6.tar.gz)  bearssl-0.6.tar.gz/" "$here/vendor/bearssl/sha256" >vendor/bearssl/sha256; }
upstream() {
	rm -rf cache/*
	pin
	echo "file:$work/bearssl-0.6.tar.gz" >vendor/bearssl/urls
	run 0
	says "asking file:$work/bearssl-0.6.tar.gz"
	[ -f cache/bearssl-0.6.tar.gz ] || echo 'not kept in the cache'
}
verdict 'from upstream, another archive of the same files' upstream

wrong_download() {
	rm -rf cache/* out
	cp "$here/vendor/bearssl/sha256" vendor/bearssl/sha256
	run 1
	says 'wrong checksum'
	says "got      $(sum bearssl-0.6.tar.gz)"
	find cache -type f
}
verdict 'a download with a wrong sum: both sums, and it is not kept' wrong_download

changed_file() {
	rm -rf cache/* out
	echo '/* */' >>tree/bearssl-0.6/src/ssl/prf.c
	tar -C tree -czf bearssl-0.6.tar.gz bearssl-0.6
	pin
	run 1
	says "the files in $work/cache/bearssl-0.6.tar.gz are not the ones we know"
	says "expected $(awk '$2 == "tree" { print $1 }' vendor/bearssl/sha256)"
	says "got      $(vendor/fetch -s tree/bearssl-0.6)"
	[ ! -e out ] || echo 'made out/'
	nothing_left
}
verdict 'a changed file in an archive of the right sum: both sums of the tree' changed_file

missing_file() {
	rm tree/bearssl-0.6/inc/bearssl.h
	rm -rf cache/*
	tar -C tree -czf bearssl-0.6.tar.gz bearssl-0.6
	pin
	run 1
	says 'are not the ones we know'
}
verdict 'a missing file: the same' missing_file

# What the system's list becomes for the one call: its state in a folder of its own, source entries for binary ones.
debian() {
	rm -rf cache/* out
	cp "$here/vendor/bearssl/sha256" vendor/bearssl/sha256
	: >vendor/bearssl/urls
	# shellcheck disable=SC2016 # the dollars are that script's
	printf '#!/bin/sh\necho "$@" >>%s/calls\nfor a; do case $a in Dir::Etc::sourceparts=*) cat "${a#*=}"/* >>%s/lists ;; esac; done\ncase "$*" in *source*bearssl) cp "%s/%s" . ;; esac\n' \
		"$work" "$work" "$real" "$archive" >bin/apt-get
	case $archive in *.orig.tar.xz) ;; *) return ;; esac
	run 0
	says 'asking the Debian archive'
	[ "$(wc -l <calls)" -eq 2 ] || cat calls
	grep -v "Dir::State=$work/cache/tmp" calls
	grep -Ei '^ *(deb|types: *deb) ' lists
	[ ! -d /etc/apt ] || grep -Eqi '^(deb-src |types: *deb-src)' lists || echo 'no source entry derived from the list of the system'
	[ -f "cache/$archive" ] || echo 'not kept in the cache'
}
verdict 'from the Debian archive, by a list of its own' debian

usage() {
	vendor/fetch >said 2>&1 && echo 'ended with 0'
	says 'usage: vendor/fetch bearssl|musl-ARCH DEST'
	vendor/fetch musl-vax out >said 2>&1 && echo 'ended with 0'
	says 'musl-vax: not known'
}
verdict 'wrong use' usage

cd "$here" || exit 1
done_testing
