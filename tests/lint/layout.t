#!/bin/sh
# tests/lint/layout.t: the top level is as agreed, and no file of ours knows of the machine that it was written on.
# SPDX-License-Identifier: MIT
. tests/lint/lib.sh

top='Makefile|README\.md|LICENSE|src|vendor|tests|docker|\.ci|\.gitignore|\.clang-format|\.editorconfig'
strays() { ours | cut -d/ -f1 | sort -u | grep -Exv "$top"; }

# Folders of one machine, and hosts of package registries: which one serves a package is the business of the system's settings.
# Written so that this file does not match itself.
machine='(^|[^A-Za-z0-9_.$}-])/(wor[k]|roo[t]|hom[e]/[a-z]+|User[s])/[A-Za-z.]'
hosts='deb\.debia[n]\.org|snapshot\.debia[n]|pypi\.or[g]|pythonhoste[d]\.org|proxy\.golan[g]|registry\.npmj[s]|crates\.i[o]'
machines() { ours | grep -Ev '^tests/fuzz/corpus/' | tr '\n' '\0' | xargs -0 grep -HnIE "$machine|$hosts" | cut -c1-160; }

verdict 'the top level holds what it should and nothing else' strays
verdict 'no path of a machine, no host of a registry' machines
done_testing
