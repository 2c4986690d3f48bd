# tap.py: a small producer of TAP for the tests in Python, as tests/tap.h is for those in C. Runs nothing.
# SPDX-License-Identifier: MIT

import sys

count = failed = 0


def diag(text):
    for line in str(text).splitlines() or [""]:
        print("#   " + line)
    sys.stdout.flush()


def ok(passed, name, why=None):
    """One assertion; `why` is shown when it fails. Returns whether it passed."""
    global count, failed
    count += 1
    print("%sok %d - %s" % ("" if passed else "not ", count, name.replace("#", "\\#")), flush=True)
    if not passed:
        failed += 1
        if why is not None:
            diag(why)
    return bool(passed)


def equal(got, want, name):
    """Two values are equal; both are shown when not."""
    return ok(got == want, name, "got  %r\nwant %r" % (got, want))


def can(possible, name, why):
    """Whether a part of a test can be done here: `if can(...):`. If not, that is said, with the reason."""
    global count
    if not possible:
        count += 1
        print("ok %d - %s # SKIP %s" % (count, name, why), flush=True)
    return bool(possible)


def end():
    """Print the plan and leave with the exit status that goes with it."""
    print("1..%d" % count)
    sys.exit(1 if failed else 0)
