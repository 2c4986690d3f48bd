/* tests/fuzz/http.c: fuzzes an HTTP answer, head and body: fed in two ways, it comes to the same. The first byte says how. */
/* SPDX-License-Identifier: MIT */
#include "data/http.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

struct outcome {
	enum http_more more;
	int status;
	size_t used;
	struct buf body;
	char line[ERR_LINE];
};

/* Feed it in pieces of `step` bytes. */
static void
receive(struct str in, size_t step, struct arena *a, char *room, struct outcome *o)
{
	struct http_resp r;
	struct http_body b;
	struct err e = { 0 };
	size_t head = 0, n = 0;

	*o = (struct outcome){ .more = HTTP_MORE, .body = { .at = room, .cap = 2048 } };
	a->len = 0;
	while (o->more == HTTP_MORE && n < in.len) {
		n = in.len - n < step ? in.len : n + step;
		o->more = http_parse_head(str_part(in, 0, n), a, &r, &head, &e);
	}
	if (o->more == HTTP_DONE) {
		must(head <= n && r.head_n <= HTTP_FIELDS && r.status >= 100 && r.status <= 599);
		for (size_t i = 0; i < r.head_n; i++)
			must(str_is_visible(r.head[i].name) && r.head[i].name.at >= a->at && r.head[i].value.at + r.head[i].value.len <= a->at + a->len);
		o->status = r.status;
		http_body_init(&b, &r, 1024);
		n = head;
		do {
			size_t used = 0, end = in.len - n < step ? in.len : n + step;

			o->more = http_body_feed(&b, str_part(in, n, end), &used, &o->body, &e);
			must(used <= end - n && (o->more != HTTP_MORE || used == end - n));
			n += used;
		} while (o->more == HTTP_MORE && n < in.len);
		o->used = n;
		must(o->body.len <= 1024 || o->more == HTTP_BAD);
		if (o->more == HTTP_MORE)
			o->more = http_body_eof(&b, &e);
	}
	if (o->more == HTTP_BAD)
		must(e.line[0] != 0);
	memcpy(o->line, e.line, sizeof o->line);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static char memory[1 << 17], room[2][2048];
	struct arena a = { .at = memory, .cap = sizeof memory };
	struct outcome whole, pieces;
	struct str in = { (const char *)data + 1, len - 1 };

	if (!len || len > 20000)
		return 0;
	receive(in, in.len + !in.len, &a, room[0], &whole);
	receive(in, data[0] % 64 + 1, &a, room[1], &pieces);
	must(whole.more == pieces.more && !strcmp(whole.line, pieces.line));
	if (whole.more == HTTP_DONE)
		must(whole.status == pieces.status && whole.used == pieces.used && str_eq(buf_str(&whole.body), buf_str(&pieces.body)));
	return 0;
}
