/* tests/tools/sink.c: writes one token to one sink, as the agent would, for tests in other languages. Reads no configuration. */
/* SPDX-License-Identifier: MIT */
#include "agent/sink.h"
#include "sys/clock.h"
#include "sys/mem.h"

#include <stdio.h>
#include <stdlib.h>

static struct config config;
static struct loop loop;
static struct sink sink;
static struct limit limit;

/* usage: sink VAULT-ADDRESS CA-FILE PATH WRAP-TTL-S DH-PATH DERIVE-KEY AAD TOKEN: an empty DH-PATH is no encryption, DERIVE-KEY is 0 or 1. */
int
main(int argc, char **argv)
{
	struct conf_sink conf;
	struct flow f = { .loop = &loop, .config = &config, .limit = &limit };
	struct err e = { 0 };
	int r;

	if (argc != 9)
		return 2;
	conf = (struct conf_sink){
		.path = str_of(argv[3]), .mode = 0640, .uid = -1, .gid = -1, .wrap_ttl_s = atoi(argv[4]), .encrypt = *argv[5],
		.dh_path = str_of(argv[5]), .derive_key = *argv[6] == '1', .aad = str_of(argv[7]),
	};
	config.set[CONF_CA_CERT].value = str_of(argv[2]);
	sink.conf = &conf;
	limit_init(&limit, LIMIT_DEFAULT);
	f.deadline = tick_after(clock_now(), 30000);
	r = uri_parse(&config.vault.address, str_of(argv[1]), &e) < 0 || loop_open(&loop, &e) < 0 || mem_arena(&f.arena, FLOW_BYTES, &e) < 0 ||
	    sink_check(&conf, 1, &e) < 0 || sink_write(&sink, &f, str_of(argv[8]), clock_now(), &e) < 0;
	mem_release(&f.arena);
	if (r)
		fprintf(stderr, "%s\n", e.line);
	return r;
}
