/* tests/unit/base/wipe.c: bytes are gone, and only those. */
/* SPDX-License-Identifier: MIT */
#include "base/wipe.h"
#include "tests/tap.h"

int
main(void)
{
	char bytes[8];

	memset(bytes, 'x', sizeof bytes);
	wipe(bytes + 1, 6);
	ok(bytes[0] == 'x' && bytes[7] == 'x', "what is beside them stays");
	ok(!memcmp(bytes + 1, "\0\0\0\0\0\0", 6), "they are zero");
	wipe(bytes, 0);
	is_int(bytes[0], 'x', "no bytes, nothing");
	wipe(NULL, 0);
	ok(true, "not even at NULL");
	return tap_end();
}
