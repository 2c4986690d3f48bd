/* tests/fuzz/uri.c: fuzzes addresses and hosts: what is shown of one is the same place, and can go into a request line. */
/* SPDX-License-Identifier: MIT */
#include "data/uri.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static char memory[1 << 15];
	struct str text = { (const char *)data, len };
	struct buf b = BUF(memory);
	struct host h;
	struct uri u, v;
	struct err e;

	if (len > 4096)
		return 0;
	if (host_parse(&h, text, &e) == 0) {
		must(str_is_visible(h.name) && h.name.len <= 253);
		host_format(&b, &h);
		must(str_is_visible(buf_str(&b)));
	}
	b.len = 0;
	if (uri_parse(&u, text, &e) == 0) {
		must(str_is_visible(u.path) && u.path.at[0] == '/' && u.port && str_is_visible(u.host.name));
		uri_format_safe(&b, &u);
		must(uri_parse(&v, buf_str(&b), &e) == 0);
		must(u.tls == v.tls && u.port == v.port && u.has_port == v.has_port && u.host.kind == v.host.kind && u.host.rooted == v.host.rooted);
		must(str_eq(u.host.name, v.host.name) && str_eq(u.host.scope, v.host.scope) && !memcmp(u.host.ip, v.host.ip, 16));
	}
	b.len = 0;
	uri_add_escaped(&b, text, false);
	must(!len || (str_is_visible(buf_str(&b)) && str_find_c(buf_str(&b), '/') == SIZE_MAX));
	return 0;
}
