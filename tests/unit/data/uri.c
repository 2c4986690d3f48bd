/* tests/unit/data/uri.c: addresses and hosts: IP forms against inet_pton (tests/vectors/host.tsv), each refusal's sentence, round trips. */
/* SPDX-License-Identifier: MIT */
#include "data/uri.h"
#include "tests/mutate.h"
#include "tests/slurp.h"
#include "tests/tap.h"

#define X49 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X50 X49 "x"
#define LONGEST X50 "." X50 "." X50 "." X50 "." X49	/* 253 bytes */

static void
vectors(void)
{
	struct str rest = slurp("tests/vectors/host.tsv");
	int n = 0;

	for (; rest.len; n++) {
		struct str line = str_cut(&rest, '\n'), text = str_cut(&line, '\t');
		bool six = str_find_c(text, ':') != SIZE_MAX;
		char hex[33] = "";
		struct host h;
		struct err e;
		int got = host_parse(&h, mutate_guard(0, text), &e);

		if (str_eq(line, S("-"))) {
			is_int(got, -1, "%.*s is no host", STR(text));
			continue;
		}
		if (!ok(got == 0 && h.kind == (six ? HOST_IP6 : HOST_IP4), "%.*s is an address", STR(text)))
			continue;
		for (int i = 0; i < (six ? 16 : 4); i++)
			snprintf(hex + 2 * i, 3, "%02x", h.ip[i]);
		is_str(str_of(hex), line, "of these bytes");
	}
	ok(n > 300, "all vectors were there");
}

static void
host_good(const char *text, enum host_kind kind, const char *name, const char *scope, bool rooted, const char *shown)
{
	char memory[300];
	struct buf b = BUF(memory);
	struct host h;
	struct err e = { 0 };

	if (!ok(host_parse(&h, mutate_guard(0, str_of(text)), &e) == 0, "%s is a host", text)) {
		printf("# %s\n", e.line);
		return;
	}
	is_int(h.kind, kind, "of this kind");
	is_str(h.name, str_of(name), "of this name");
	is_str(h.scope, str_of(scope), "and scope");
	is_int(h.rooted, rooted, "with its dot seen");
	host_format(&b, &h);
	is_str(buf_str(&b), str_of(shown), "shown so");
}

static void
host_bad(const char *text, const char *line)
{
	struct host h;
	struct err e = { 0 };

	is_int(host_parse(&h, mutate_guard(0, str_of(text)), &e), -1, "no host");
	is_line(&e, line, "%s", line);
	ok(e.code == ERR_INPUT && e.cause == CAUSE_USE, "the user's to mend");
}

static void
hosts(void)
{
	host_good("vault", HOST_DNS, "vault", "", false, "vault");
	host_good("Vault.Corp.", HOST_DNS, "Vault.Corp", "", true, "Vault.Corp");
	host_good("_srv.a-b.x1", HOST_DNS, "_srv.a-b.x1", "", false, "_srv.a-b.x1");
	host_good("1password.com", HOST_DNS, "1password.com", "", false, "1password.com");
	host_good("0xg", HOST_DNS, "0xg", "", false, "0xg");
	host_good("1.2.3.4.example", HOST_DNS, "1.2.3.4.example", "", false, "1.2.3.4.example");
	host_good("127.0.0.1", HOST_IP4, "127.0.0.1", "", false, "127.0.0.1");
	host_good("::1", HOST_IP6, "::1", "", false, "[::1]");
	host_good("[FE80::1%eth0.5]", HOST_IP6, "FE80::1", "eth0.5", false, "[FE80::1]");
	host_good("fe80::1%2", HOST_IP6, "fe80::1", "2", false, "[fe80::1]");
	host_good(LONGEST, HOST_DNS, LONGEST, "", false, LONGEST);
	host_good(LONGEST ".", HOST_DNS, LONGEST, "", true, LONGEST);

	host_bad("", "is empty");
	host_bad("127.1", "name ends in a number, but is no ip address");
	host_bad("0x7f000001", "name ends in a number, but is no ip address");
	host_bad("0X", "name ends in a number, but is no ip address");
	host_bad("2130706433", "name ends in a number, but is no ip address");
	host_bad("1.2.3.4.", "name ends in a number, but is no ip address");
	host_bad("a.0xff", "name ends in a number, but is no ip address");
	host_bad("1.2.3.256", "name ends in a number, but is no ip address");
	host_bad(".", "name has an empty label");
	host_bad(".a", "name has an empty label");
	host_bad("a..b", "name has an empty label");
	host_bad("a..", "name has an empty label");
	host_bad("*.a", "name holds a byte that no host name has");
	host_bad("a b", "name holds a byte that no host name has");
	host_bad("a\xc3\xa4", "name holds a byte that no host name has");
	host_bad("a%eth0", "name holds a byte that no host name has");
	host_bad("-a", "name has a label that begins or ends with a hyphen");
	host_bad("a-.b", "name has a label that begins or ends with a hyphen");
	host_bad(X50 "xxxxxxxxxxxxxx", "name has a label longer than 63 bytes");
	host_bad(LONGEST "x", "name is longer than 253 bytes");
	host_bad("[::1", "bracket without its end");
	host_bad("[", "bracket without its end");
	host_bad("[]", "is no ipv6 address");
	host_bad("[127.0.0.1]", "is no ipv6 address");
	host_bad("[vault]", "is no ipv6 address");
	host_bad("fe80::1%", "scope behind % is no interface name");
	host_bad("fe80::1%a/b", "scope behind % is no interface name");
	host_bad("fe80::1%interfacenames16", "scope behind % is no interface name");
}

static void
uri_good(const char *text, bool tls, const char *host, int port, const char *path, const char *safe)
{
	char memory[300];
	struct buf b = BUF(memory);
	struct uri u, again;
	struct err e = { 0 };

	if (!ok(uri_parse(&u, mutate_guard(0, str_of(text)), &e) == 0, "%s is an address", text)) {
		printf("# %s\n", e.line);
		return;
	}
	is_int(u.tls, tls, "with or without TLS");
	is_str(u.host.name, str_of(host), "of this host");
	is_int(u.port, port, "and port");
	is_str(u.path, str_of(path), "and path");
	uri_format_safe(&b, &u);
	is_str(buf_str(&b), str_of(safe), "shown so");
	ok(uri_parse(&again, mutate_guard(1, buf_str(&b)), &e) == 0 && again.tls == u.tls && again.port == u.port && again.has_port == u.has_port &&
	    again.host.kind == u.host.kind && again.host.rooted == u.host.rooted && !memcmp(again.host.ip, u.host.ip, 16) && str_eq(again.host.name, u.host.name) &&
	    str_eq(again.host.scope, u.host.scope), "and read again as the same place");
}

static void
uri_bad(const char *text, const char *line)
{
	struct uri u;
	struct err e = { 0 };

	is_int(uri_parse(&u, mutate_guard(0, str_of(text)), &e), -1, "no address");
	is_line(&e, line, "%s", line);
	ok(e.code == ERR_INPUT && e.cause == CAUSE_USE && str_find(str_of(e.line), S("s3cr3t")) == SIZE_MAX, "said without the text itself");
}

static void
uris(void)
{
	uri_good("https://vault.corp:8200", true, "vault.corp", 8200, "/", "https://vault.corp:8200");
	uri_good("https://vault/", true, "vault", 443, "/", "https://vault");
	uri_good("HTTP://Vault.Corp./a/b?c=d&e=/:@?", false, "Vault.Corp", 80, "/a/b?c=d&e=/:@?", "http://Vault.Corp.");
	uri_good("https://vault:443/x//../%2f", true, "vault", 443, "/x//../%2f", "https://vault:443");
	uri_good("http://127.0.0.1:00080", false, "127.0.0.1", 80, "/", "http://127.0.0.1:80");
	uri_good("http://[::1]:1/", false, "::1", 1, "/", "http://[::1]:1");
	uri_good("https://[fe80::1%25eth0]:65535", true, "fe80::1", 65535, "/", "https://[fe80::1%25eth0]:65535");
	uri_good("https://[fe80::1%25a-name-of-15-by]", true, "fe80::1", 443, "/", "https://[fe80::1%25a-name-of-15-by]");
	uri_good("https://[fe80::1%a-name-of-15-by]", true, "fe80::1", 443, "/", "https://[fe80::1%25a-name-of-15-by]");
	uri_good("https://[fe80::1%eth0]", true, "fe80::1", 443, "/", "https://[fe80::1%25eth0]");
	uri_good("https://[fe80::1%25]", true, "fe80::1", 443, "/", "https://[fe80::1%2525]");

	uri_bad("", "has no scheme: it must begin with https:// or http://");
	uri_bad("vault:8200", "has no scheme: it must begin with https:// or http://");
	uri_bad("127.0.0.1:8200/s3cr3t", "has no scheme: it must begin with https:// or http://");
	uri_bad("https:/vault", "has no scheme: it must begin with https:// or http://");
	uri_bad("//vault", "has no scheme: it must begin with https:// or http://");
	uri_bad("unix:///run/vault", "scheme is neither https nor http");
	uri_bad("://vault", "scheme is neither https nor http");
	uri_bad("httpss://vault", "scheme is neither https nor http");
	uri_bad("https://me:s3cr3t@vault", "holds a user or password: they do not belong there");
	uri_bad("https://s3cr3t@vault#x", "holds a user or password: they do not belong there");
	uri_bad("https://good\\@evil/", "holds a user or password: they do not belong there");
	uri_bad("https://vault/#s3cr3t", "holds a fragment (#)");
	uri_bad("https://vault#", "holds a fragment (#)");
	uri_bad("https://vault?s3cr3t", "has a query without a path before it");
	uri_bad("https://", "has no host");
	uri_bad("https:///a", "has no host");
	uri_bad("https://:8200", "has no host");
	uri_bad("https://::1/", "has no host");
	uri_bad("https://vault:", "port is no number from 1 to 65535");
	uri_bad("https://vault:0", "port is no number from 1 to 65535");
	uri_bad("https://vault:65536", "port is no number from 1 to 65535");
	uri_bad("https://vault:-1", "port is no number from 1 to 65535");
	uri_bad("https://vault:99999999999999999999", "port is no number from 1 to 65535");
	uri_bad("https://vault:80:80", "port is no number from 1 to 65535");
	uri_bad("https://[::1]x", "port is no number from 1 to 65535");
	uri_bad("https://vault/a b", "holds a byte that is not visible ascii");
	uri_bad(" https://vault", "holds a byte that is not visible ascii");
	uri_bad("https://vault/\r\nX: s3cr3t", "holds a byte that is not visible ascii");
	uri_bad("https://v\xc3\xa4ult", "holds a byte that is not visible ascii");
	uri_bad("https://vault\x7f", "holds a byte that is not visible ascii");
	uri_bad("https://*.corp", "name holds a byte that no host name has");
	uri_bad("https://[::1", "bracket without its end");
	uri_bad("https://127.1/", "name ends in a number, but is no ip address");
}

static void
escapes(void)
{
	char memory[1024], all[256], want[1024] = "";
	struct buf b = BUF(memory);
	size_t at = 0;

	for (int i = 0; i < 256; i++) {
		all[i] = (char)i;
		at += (size_t)snprintf(want + at, sizeof want - at, strchr("-._~", i) && i ? "%c" : "%%%02X", i);
		if ((i >= '0' && i <= '9') || (i >= 'A' && i <= 'Z') || (i >= 'a' && i <= 'z')) {
			at -= 3;
			want[at++] = (char)i;
		}
	}
	uri_add_escaped(&b, (struct str){ all, 256 }, false);
	is_str(buf_str(&b), ((struct str){ want, at }), "every byte escaped or kept");
	b.len = 0;
	uri_add_escaped(&b, S("a/b c"), true);
	is_str(buf_str(&b), S("a/b%20c"), "a slash that is kept");
	b = (struct buf){ .at = memory, .cap = 2 };
	uri_add_escaped(&b, S(" "), false);
	ok(b.full, "no room is seen");
}

static bool
read_any(struct str text, void *arg)
{
	char memory[2048], again[2048];
	struct buf b = BUF(memory), b2 = BUF(again);
	struct uri u, v;
	struct err e = { 0 };

	(void)arg;
	if (uri_parse(&u, text, &e) < 0)
		return e.code == ERR_INPUT && e.cause == CAUSE_USE && e.line[0];
	if (!u.port || !u.host.name.len || !u.path.len || u.path.at[0] != '/')
		return false;
	uri_format_safe(&b, &u);	/* the same place comes back */
	if (uri_parse(&v, mutate_guard(2, buf_str(&b)), &e) < 0 || v.host.kind != u.host.kind || v.port != u.port)
		return false;
	uri_format_safe(&b2, &v);
	return str_eq(buf_str(&b), buf_str(&b2));
}

static void
mutations(void)
{
	static const char *const texts[] = { "https://vault-1.corp.:8200/v1/auth/aws/login?x=y", "http://127.0.0.1:80", "https://[fe80::1:0%25eth0]:443/a" };

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		is_int(mutate_cut(str_of(texts[i]), read_any, NULL), 0, "cut anywhere: text %zu", i);
		is_int(mutate_flip(str_of(texts[i]), read_any, NULL), 0, "any bit flipped");
	}
}

int
main(void)
{
	vectors();
	hosts();
	uris();
	escapes();
	mutations();
	return tap_end();
}
