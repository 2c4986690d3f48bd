/* tests/unit/net/nameconf.c: resolv.conf and hosts, and any bytes in their place. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "net/nameconf.h"

#include "mutate.h"
#include "tap.h"

#include <fcntl.h>
#include <net/if.h>
#include <sys/mman.h>
#include <unistd.h>

static char path[40];	/* of a file in memory */
static int file;
static struct nameconf conf;
static struct err err;

static void
put(struct str text)
{
	if (ftruncate(file, 0) < 0 || pwrite(file, text.at ? text.at : "", text.len, 0) != (ssize_t)text.len)
		exit(1);
}

/* All of it as text: "1.2.3.4:53 | a b | 1 5 2", or the line of the error. */
static struct str
shown(const char *text)
{
	static char out[2000];
	struct buf b = BUF(out);

	put(str_of(text));
	memset(&conf, 0xff, sizeof conf);
	if (nameconf_read(&conf, path, 53, &err) < 0)
		return str_of(err.line);
	for (unsigned i = 0; i < conf.server_n; i++) {
		sock_format(&b, &conf.server[i]);
		buf_add_c(&b, ' ');
	}
	buf_fmt(&b, "| %.*s| %u %u %u", (int)conf.search_len, conf.search, conf.option[NAMECONF_NDOTS], conf.option[NAMECONF_TIMEOUT],
		conf.option[NAMECONF_ATTEMPTS]);
	return buf_str(&b);
}

static void
is_shown(const char *text, const char *want, const char *name)
{
	is_str(shown(text), str_of(want), "%s", name);
}

static void
test_conf(void)
{
	char want[100], many[1000] = "nameserver ::1\nsearch";

	is_shown("nameserver 10.0.0.2\n", "10.0.0.2:53 | | 1 5 2", "a server");
	is_shown("nameserver 10.0.0.2", "10.0.0.2:53 | | 1 5 2", "without a line end");
	is_shown("\n \t nameserver\t10.0.0.2 10.0.0.3\r\nnameserver ::1#x\nnameserver fd00::1 # y\n", "10.0.0.2:53 [fd00::1]:53 | | 1 5 2",
		"blanks, line ends, comments");
	is_shown("nameserver 1.1.1.1\nnameserver 2.2.2.2\nnameserver 3.3.3.3\nnameserver 4.4.4.4\n",
		"1.1.1.1:53 2.2.2.2:53 3.3.3.3:53 | | 1 5 2", "three servers");
	snprintf(want, sizeof want, "[fe80::1%%%u]:53 | | 1 5 2", if_nametoindex("lo"));
	is_shown("nameserver fe80::1%lo\n", want, "with a scope");
	is_shown("nameserver ns.corp\nnameserver 10.0.0\nnameserver\nnameservers 10.0.0.1\nnameserver 10.0.0.1\n", "10.0.0.1:53 | | 1 5 2",
		"what is no server");
	is_shown("nameserver ::1\nsearch a.corp b.corp. c\n", "[::1]:53 | a.corp b.corp c | 1 5 2", "domains");
	is_shown("nameserver ::1\nsearch a b\ndomain c\n", "[::1]:53 | c | 1 5 2", "the last line of them counts");
	is_shown("nameserver ::1\nsearch a b\nsearch .\n", "[::1]:53 | | 1 5 2", "none");
	is_shown("nameserver ::1\nsearch a #b c\nsearch\n", "[::1]:53 | | 1 5 2", "none at all");
	is_shown("nameserver ::1\nsearch a 10.0.0.1 -x b ;c\n", "[::1]:53 | a b | 1 5 2", "what is no domain");
	is_shown("nameserver ::1\noptions ndots:5 timeout:3 attempts:4 rotate\n", "[::1]:53 | | 5 3 4", "options");
	is_shown("nameserver ::1\noptions ndots:99 timeout:0 attempts:99999999999\noptions timeout:9999\n", "[::1]:53 | | 15 30 5", "their bounds");
	is_shown("nameserver ::1\noptions ndots: timeout:x attempts:-1 ndots:99999999999999999999999 Ndots:3\n", "[::1]:53 | | 1 5 2",
		"what is no option");
	for (int i = 0; i < 32; i++)
		snprintf(many + strlen(many), sizeof many - strlen(many), " d%012d.b", i);
	ok(str_has_prefix(shown(many), S("[::1]:53 | d000000000000.b ")) && conf.search_len == NAMECONF_SEARCH, "as many domains as there is room for");
	snprintf(many + strlen(many), sizeof many - strlen(many), " x");
	snprintf(want, sizeof want, "%s: over 512 bytes of search domains", path);
	is_shown(many, want, "one more");
	is_int(err.cause, CAUSE_FILE, "its cause");
	snprintf(want, sizeof want, "%s names no server", path);
	is_shown("search a\n", want, "no server");
	is_int(err.cause, CAUSE_UNREACHABLE, "its cause");
	is_shown("", want, "nothing");
	ok(nameconf_read(&conf, "/nonexistent", 53, &err) < 0 && err.cause == CAUSE_UNREACHABLE && err.hint[0], "no file");
	is_line(&err, "there is no /nonexistent to say whom to ask", "the line");
	ok(nameconf_read(&conf, "/dev/null", 53, &err) < 0 && err.cause == CAUSE_FILE, "something else");
	is_line(&err, "/dev/null: not a regular file", "the line");
}

static char found_text[70000];
static struct buf found;

static void
note(void *ctx, const struct sock_addr *a)
{
	ok(ctx == &found && !a->port, "an address");
	sock_format(&found, a);
	buf_add_c(&found, ' ');
}

static struct str
found_in(struct str text, const char *name)
{
	put(text);
	found = BUF(found_text);
	nameconf_hosts(path, str_of(name), note, &found);
	return buf_str(&found);
}

static void
test_hosts(void)
{
	struct str text = S("# c\n127.0.0.1\tlocalhost\n::1 localhost\n10.0.0.1 a Vault.corp b # vault\n \t10.0.0.2  vault.CORP\r\n"
		"vault.corp 10.0.0.3\n10.0.0 vault.corp\n#10.0.0.4 vault.corp\nfe80::1%7 vault.corp\n10.0.0.5 vault.corp.x");
	static char big[(1 << 20) + 100];

	is_str(found_in(text, "vault.corp"), S("10.0.0.1 10.0.0.2 fe80::1%7 "), "each line with the name");
	is_str(found_in(text, "vault"), S(""), "not in a comment");
	is_str(found_in(text, "vault.corp.x"), S("10.0.0.5 "), "the last line without an end");
	is_str(found_in(S(""), "vault"), S(""), "nothing");
	memset(big, 'x', sizeof big);
	memcpy(big, "10.0.0.1 v\n", 11);
	memcpy(big + 3000, "\n10.0.0.2 v\n", 12);
	big[sizeof big - 20] = '\n';
	memcpy(big + sizeof big - 19, "10.0.0.3 v", 11);
	is_str(found_in((struct str){ big, sizeof big }, "v"), S("10.0.0.1 10.0.0.2 "), "lines too long, and a file too long");
	nameconf_hosts("/nonexistent", S("v"), note, &found);
	ok(true, "no file");
}

static bool
reads(struct str input, void *arg)
{
	struct str out;

	(void)arg;
	put(input);
	memset(&conf, 0, sizeof conf);
	if (nameconf_read(&conf, path, 53, &err) < 0)
		return err.line[0] != 0;
	out = (struct str){ conf.search, conf.search_len };
	return conf.server_n >= 1 && conf.server_n <= NAMECONF_SERVERS && out.len <= NAMECONF_SEARCH &&
		(!out.len || out.at[out.len - 1] == ' ') && conf.option[NAMECONF_NDOTS] <= 15 && conf.option[NAMECONF_TIMEOUT] - 1 < 30 &&
		conf.option[NAMECONF_ATTEMPTS] - 1 < 5;
}

static int found_n;

static void
count(void *ctx, const struct sock_addr *a)
{
	(void)ctx;
	found_n += a->port == 0;
}

static bool
reads_hosts(struct str input, void *arg)
{
	(void)arg;
	put(input);
	found_n = 0;
	nameconf_hosts(path, S("vault"), count, NULL);
	return found_n <= 3;	/* a flipped line end makes no more of them */
}

int
main(void)
{
	struct str some_conf = S("# c\nnameserver 10.0.0.2\r\nnameserver fe80::1%lo\n;x\nsearch a.corp b.c # d\n"
		"options ndots:5 timeout:2 attempts:3 rotate\nnameserver ::1\nnameserver 10.0.0.3");
	struct str some_hosts = S("127.0.0.1\tlocalhost\n::1 localhost ip6-localhost # x\n10.0.0.1 a vault b\n2001:db8::1 vault\n");

	file = memfd_create("conf", MFD_CLOEXEC);
	if (file < 0)
		return 1;
	snprintf(path, sizeof path, "/proc/self/fd/%d", file);
	test_conf();
	test_hosts();
	is_int(mutate_cut(some_conf, reads, NULL), 0, "resolv.conf cut anywhere");
	is_int(mutate_flip(some_conf, reads, NULL), 0, "and with any bit flipped");
	is_int(mutate_cut(some_hosts, reads_hosts, NULL), 0, "hosts cut anywhere");
	is_int(mutate_flip(some_hosts, reads_hosts, NULL), 0, "and with any bit flipped");
	return tap_end();
}
