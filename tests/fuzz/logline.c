/* tests/fuzz/logline.c: fuzzes events: whatever a value holds, plain lines are printable and JSON is whole, in any room. */
/* SPDX-License-Identifier: MIT */
#include "data/json.h"
#include "data/logline.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* The first byte is the room above the least, in steps of 16; the rest two values, a NUL between. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static char memory[LOGLINE_ROOM + 256 * 16];
	struct str rest = { (const char *)data + 1, len - 1 }, line;
	struct log_pair pairs[] = { { "b", S("") }, { "a", S("") }, { 0 } };
	struct logline l = { .level = LOG_ERROR, .name = "agent.auth.handler", .message = S("error authenticating"), .pairs = pairs };
	struct buf b = { .at = memory };
	struct json v;
	struct err e;

	if (!len)
		return 0;
	pairs[0].value = str_cut(&rest, 0);
	pairs[1].value = rest;
	b.cap = LOGLINE_ROOM + 16u * data[0];
	for (enum log_shape shape = LOG_PEOPLE; shape <= LOG_JSON; shape++) {
		b.len = 0;
		logline_format(&b, shape, &l);
		line = buf_str(&b);
		must(!b.full && line.len && line.at[line.len - 1] == '\n');
		if (shape == LOG_JSON)
			must(json_parse(&v, str_cut_eol(line), &e) == 0);
		while (shape != LOG_JSON && line.len)
			must(str_is_printable(str_cut(&line, '\n')));
	}
	return 0;
}
