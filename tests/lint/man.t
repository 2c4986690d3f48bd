#!/bin/sh
# tests/lint/man.t: mandoc finds nothing to say about the manual pages.
# SPDX-License-Identifier: MIT
. tests/lint/lib.sh
command -v mandoc >/dev/null || skip_all 'mandoc is not installed'

# Whether a page that we refer to is installed here says nothing about ours.
check() { mandoc -T lint -W style src/man/*.[1-8] | grep -v 'referenced manual not found'; }

verdict 'mandoc -T lint' check
done_testing
