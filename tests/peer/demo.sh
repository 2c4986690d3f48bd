#!/bin/sh
# demo.sh: shows what pantler does, at a Vault of your own (VAULT_ADDR) or at a stand-in that it starts. Builds and installs nothing.
# SPDX-License-Identifier: MIT
#
# usage: tests/peer/demo.sh [PANTLER]      (make demo calls it, after the build; a path is relative to the top of the tree)
# At a Vault of your own the login is the one that your environment says: AWS_*, PANTLER_ROLE, VAULT_CACERT.
set -eu

cd "$(dirname "$0")/../.."
pantler=${1:-build/$(uname -m)/pantler}
work=$(mktemp -d)
server=
failed=0
bundles='/etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/ca-bundle.pem /etc/ssl/cert.pem'

clean() {
	[ -z "$server" ] || kill "$server" 2>/dev/null || :
	rm -rf "$work"
}
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say() { printf '\n\033[1m%s\033[0m\n' "$*" | if [ -t 1 ]; then cat; else sed 's/\x1b\[[0-9]*m//g'; fi; }

# step CODE COMMAND: show the command, run it, and hold its exit status against what it should be.
step() {
	printf '$ %s\n' "$2"
	rc=0
	sh -c "$2" || rc=$?
	[ "$rc" -eq "$1" ] || {
		printf 'demo: that ended with %d and should have ended with %d\n' "$rc" "$1" >&2
		failed=1
	}
}

if [ -z "${VAULT_ADDR:-}" ]; then
	# What a developer has set for servers of their own would change the login at this one.
	for name in $(env | sed -nE 's/^((AWS|VAULT|BAO|PANTLER)_[A-Za-z0-9_]*)=.*/\1/p'); do
		unset "$name"
	done
	export AWS_EC2_METADATA_DISABLED=true	# whatever goes wrong, nothing beyond this machine is asked
	mkfifo "$work/ready"
	python3 tests/peer/standin --dir "$work/vault" >"$work/ready" &
	server=$!
	read -r url <"$work/ready" || exit 1
	say "A stand-in for Vault runs at $url (with VAULT_ADDR set, this uses that server)"
	set -a
	# shellcheck source=/dev/null
	. "$work/vault/env"
	set +a
	sed 's/^/$ export /' "$work/vault/env"
else
	say "The Vault at $VAULT_ADDR"
fi

# The file under its own name, for commands as a user would type them.
mkdir "$work/bin"
cp "$pantler" "$work/bin/pantler"
export PATH="$work/bin:$PATH"

say 'A login: AWS says who this machine is, Vault gives it a token'
step 0 'pantler login'

say 'The same with a wrong key: no token, and why'
step 11 'AWS_SECRET_ACCESS_KEY=wrong pantler login'

say 'All of it is one file'
step 0 "ls -l $pantler"

say 'It needs nothing beside it: an empty root, with one CA file'
root=$work/root
mkdir "$root"
cp "$pantler" "$root/pantler"
ca=${VAULT_CACERT:-}
for file in $bundles; do
	[ -n "$ca" ] || [ ! -r "$file" ] || ca=$file
done
[ -z "$ca" ] || cp "$ca" "$root/ca.pem"
case ${VAULT_ADDR#*//} in
\[*) ;;
*[!0-9.:/]*)	# a name, not an address: the resolver reads two more files
	mkdir "$root/etc"
	cp /etc/resolv.conf /etc/hosts "$root/etc/" ;;
esac
export VAULT_CACERT=/ca.pem
if [ "$(id -u)" -eq 0 ]; then
	enter=chroot
elif unshare -r true 2>/dev/null; then
	enter='unshare -r chroot'
else
	enter='sudo --preserve-env chroot'
fi
step 0 "find $root -type f"
step 0 "$enter $root /pantler login -field=token"
[ -t 1 ] || echo	# a terminal gets a line end from -field itself

exit $failed
