/* tests/unit/agent/sink.c: one sink: its file, wrapped by a scripted Vault on loopback, encrypted. sink_disk.c has disks of every kind; tests/peer/sink-oracle.t opens the envelopes. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "agent/sink.h"

#include "data/code.h"
#include "sys/clock.h"
#include "sys/mem.h"
#include "tests/tap.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define TOKEN S("hvs.CANARYtoken")

static struct err err;
static struct loop loop;
static struct config config = { .max_backoff_ms = 300000 };
static struct limit limit;
static struct flow flow = { .loop = &loop, .config = &config, .limit = &limit };
static struct sink sink;
static struct conf_sink conf;
static char home[64];

/* --- Vault: each answer is another wrapping token, "hvs.wrapping1" and so on, or a refusal. */

static struct vault_seen {
	int asked;
	int refuse;	/* a status, 0 for none */
	int wait_s;	/* its Retry-After, 0 for none */
	char text[4096];	/* the last request */
} *seen;

static void
serve(int listener)
{
	char body[600], wait[40] = "", answer[900];
	size_t n = 0, want = SIZE_MAX;
	int fd = accept(listener, NULL, NULL);

	while (n < sizeof seen->text - 1 && n < want) {
		ssize_t got = recv(fd, seen->text + n, sizeof seen->text - 1 - n, 0);
		const char *end, *length;

		if (got <= 0)
			break;
		n += (size_t)got;
		seen->text[n] = 0;
		end = strstr(seen->text, "\r\n\r\n");
		length = strstr(seen->text, "Content-Length: ");
		if (end && length)
			want = (size_t)(end + 4 - seen->text) + strtoul(length + 16, NULL, 10);
	}
	seen->asked++;
	if (seen->refuse)
		snprintf(body, sizeof body, "{\"errors\":[\"permission denied\"]}");
	else
		snprintf(body, sizeof body, "{\"wrap_info\":{\"token\":\"hvs.wrapping%d\",\"accessor\":\"acc\",\"ttl\":60,"
		    "\"creation_time\":\"2026-11-24T12:13:14.5Z\",\"creation_path\":\"sys/wrapping/wrap\"}}", seen->asked);
	if (seen->wait_s)
		snprintf(wait, sizeof wait, "Retry-After: %d\r\n", seen->wait_s);
	snprintf(answer, sizeof answer, "HTTP/1.1 %d x\r\n%sContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
	    seen->refuse ? seen->refuse : 200, wait, strlen(body), body);
	if (send(fd, answer, strlen(answer), MSG_NOSIGNAL) < 0)
		exit(1);
	close(fd);
}

static pid_t
start_vault(void)
{
	static char url[64];
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t pid;

	seen = mmap(NULL, sizeof *seen, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (seen == MAP_FAILED || bind(fd, (void *)&a, sizeof a) < 0 || listen(fd, 8) < 0 || getsockname(fd, (void *)&a, &len) < 0)
		exit(1);
	snprintf(url, sizeof url, "http://127.0.0.1:%d", ntohs(a.sin_port));
	if (uri_parse(&config.vault.address, str_of(url), &err) < 0)
		exit(1);
	pid = fork();
	if (pid == 0)
		for (;;)
			serve(fd);
	close(fd);
	return pid;
}

/* --- A folder of our own; plain means to look at it */

static struct str
bytes_of(const char *name)
{
	static char got[4096];
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, got, sizeof got);

	close(fd);
	return n < 0 ? S("no such file") : (struct str){ got, (size_t)n };
}

static void
put(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		exit(1);
	close(fd);
}

static bool
is_there(const char *name)
{
	struct stat st;

	return lstat(name, &st) == 0;
}

static bool
has(const void *at, size_t n, const char *what)
{
	return str_find((struct str){ at, n }, str_of(what)) != SIZE_MAX;
}

/* Another sink for "t". */
static void
fresh(void)
{
	conf = (struct conf_sink){ .path = S("t"), .mode = 0640, .uid = -1, .gid = -1, .dh_path = S("dh") };
	sink = (struct sink){ .conf = &conf };
	seen->asked = seen->refuse = seen->wait_s = 0;
	flow.deadline = tick_after(clock_now(), 20000);
	sink_offer(&sink, 1000);
}

static int
try_write(tick now)
{
	size_t before = flow.arena.len;
	int r = sink_write(&sink, &flow, TOKEN, now, &err);
	bool clean = flow.arena.len == before;

	for (size_t i = before; i < before + (2 << 20); i++)
		clean &= !flow.arena.at[i];
	ok(clean, "the arena is as it was, and wiped");
	return r;
}

static void
is_written(tick now, const char *name)
{
	ok(try_write(now) == 0, "%s", name);
	ok(!sink.is_pending && sink.retry_at == TICK_NEVER && !sink.failed && !sink.wrapped_len, "nothing is pending");
	ok(!is_there(".t.pantler") && !has(&sink, sizeof sink, "hvs."), "nothing is left beside it, nor in the sink");
}

/* Once more in vain: said so, counted, and due in so many ms. */
static void
is_failed_for(tick now, const char *line, int64_t least, int64_t most)
{
	unsigned failed = sink.failed;
	tick from = clock_now();

	ok(try_write(now) < 0, "fails: %s", line);
	is_line(&err, line, "the line");
	ok(sink.is_pending && sink.failed == failed + 1, "still pending, and counted");
	ok(sink.retry_at >= from + least && sink.retry_at <= clock_now() + most, "due in %lld to %lld ms", (long long)least, (long long)most);
	ok(!is_there(".t.pantler"), "nothing is left beside it");
}

/* As what is wrong with a file always is. */
static void
is_failed(tick now, const char *line)
{
	is_failed_for(now, line, 1000, 3000);
}

static void
test_plain(void)
{
	struct stat st = { 0 };

	fresh();
	ok(sink.is_pending && sink.retry_at == 1000, "due at once");
	umask(077);
	is_written(1000, "a token");
	is_str(bytes_of("t"), TOKEN, "as it is, without a line end");
	ok(stat("t", &st) == 0 && (st.st_mode & 07777) == 0640, "its mode, whatever the umask");
	is_int(seen->asked, 0, "and nobody was asked");
	sink_offer(&sink, 5);
	conf.mode = 0400;
	is_written(5, "once more, with another mode");
	ok(stat("t", &st) == 0 && (st.st_mode & 07777) == 0400, "which it has");
	if (geteuid() == 0) {
		conf.uid = 12;
		conf.gid = 34;
		is_written(5, "for somebody else");
		ok(stat("t", &st) == 0 && st.st_uid == 12 && st.st_gid == 34, "whose it is");
	}
	unlink("t");
}

#define LINE(n) "{\"token\":\"hvs.wrapping" n "\",\"accessor\":\"acc\",\"ttl\":60,\"creation_time\":\"2026-11-24T12:13:14.5Z\"," \
	"\"creation_path\":\"sys/wrapping/wrap\",\"wrapped_accessor\":\"\"}\n"

static void
test_wrap(void)
{
	char line[200];

	fresh();
	conf.wrap_ttl_s = 60;
	is_written(0, "wrapped");
	is_str(bytes_of("t"), S(LINE("1")), "the line");
	ok(strstr(seen->text, "PUT /v1/sys/wrapping/wrap HTTP/1.1\r\n") == seen->text && strstr(seen->text, "\r\nX-Vault-Wrap-TTL: 60\r\n") &&
	    strstr(seen->text, "\r\nX-Vault-Token: hvs.CANARYtoken\r\n") && strstr(seen->text, "\r\n\r\n{\"token\":\"hvs.CANARYtoken\"}"),
	    "as it was asked for");
	sink_offer(&sink, 0);
	is_written(0, "the next token");
	is_str(bytes_of("t"), S(LINE("2")), "is wrapped anew");

	/* A file that cannot be written: one wrapping token, until it is over. */
	unlink("t");
	mkdir("t", 0700);
	sink_offer(&sink, 0);
	is_failed(100, "write t: is a directory");
	is_failed(2100, "write t: is a directory");
	is_failed(60099, "write t: is a directory");
	is_int(seen->asked, 3, "one wrapping token for all of them");
	is_failed(60100, "write t: is a directory");
	is_int(seen->asked, 4, "another one when it was over");
	rmdir("t");
	is_written(61000, "when it can be written again");
	is_str(bytes_of("t"), S(LINE("4")), "it is that one");
	is_int(seen->asked, 4, "and no other was asked for");
	mkdir("d", 0700);
	conf.path = S("d");
	sink_offer(&sink, 0);
	is_failed(0, "write d: is a directory");
	ok(has(&sink, sizeof sink, "hvs.wrapping5"), "it waits in the sink");
	sink_offer(&sink, 0);
	ok(!has(&sink, sizeof sink, "hvs."), "and is forgotten when another token is there");
	conf.path = S("t");

	seen->refuse = 403;
	snprintf(line, sizeof line, "sink t: vault http://127.0.0.1:%u: answer 403: permission denied", config.vault.address.port);
	is_failed(0, line);
	ok(err.code == ERR_DENIED && err.cause == CAUSE_DENIED, "with Vault's code and cause");
	is_str(bytes_of("t"), S(LINE("4")), "the file is as it was");

	raise(SIGTERM);
	ok(try_write(0) < 0 && err.code == ERR_STOP && err.cause == CAUSE_SIGNAL && err.sys == SIGTERM, "a signal ends it");
	seen->refuse = 0;
	ok(try_write(0) == 0, "and the next one goes well");	/* the server has done with the one that was left, too */
	unlink("t");
}

/* What Vault does not wrap waits longer each time, and as long as Vault says. */
static void
test_backoff(void)
{
	char refused[200], slow[200];

	fresh();
	conf.wrap_ttl_s = 60;
	seen->refuse = 500;
	snprintf(refused, sizeof refused, "sink t: vault http://127.0.0.1:%u: answer 500: permission denied", config.vault.address.port);
	snprintf(slow, sizeof slow, "sink t: vault http://127.0.0.1:%u: answer 429: permission denied", config.vault.address.port);
	for (int i = 0; i < 9; i++)
		is_failed_for(0, refused, 1000 << i, 3000 << i < 300000 ? 3000 << i : 300000);
	is_int(seen->asked, 9, "asked each time");
	for (int i = 0; i < 20; i++)
		ok(try_write(0) < 0 && !sink.is_file_bad, "and again");
	is_failed_for(0, refused, 300000, 300000);
	sink_offer(&sink, 0);
	is_failed(0, refused);

	seen->refuse = 429;
	seen->wait_s = 60;
	is_failed_for(0, slow, 60000, 60000);
	seen->wait_s = 100000;
	is_failed_for(0, slow, 300000, 300000);

	/* Its file is no reason to wait longer than any other sink's. */
	seen->refuse = seen->wait_s = 0;
	mkdir("t", 0700);
	is_failed(0, "write t: is a directory");
	ok(sink.is_file_bad, "it was the file");
	is_failed(0, "write t: is a directory");
	ok(has(&sink, sizeof sink, "hvs."), "what was wrapped waits");
	sink_forget(&sink);
	ok(!sink.is_pending && !sink.is_file_bad && sink.retry_at == TICK_NEVER && !sink.failed && !sink.wrapped_len && !has(&sink, sizeof sink, "hvs."),
	    "a token that is lost is forgotten, wrapped or not");
	rmdir("t");
	sink_offer(&sink, 0);
	is_written(0, "and the next one written");
	unlink("t");
}

/* What is agreed on stays with what it was agreed on for. */
static void
test_set(void)
{
	struct conf_sink same, others[3];

	fresh();
	same = others[0] = others[1] = others[2] = conf;
	same.mode = 0600;
	others[0].path = S("u");
	others[1].dh_path = S("dh2");
	others[2].derive_key = true;
	for (size_t i = 0; i < 3; i++) {
		fresh();
		sink.is_agreed = true;
		sink_set(&sink, &same);
		ok(sink.conf == &same && sink.is_agreed && !sink.is_pending && sink.retry_at == TICK_NEVER, "the same file: the key stays, nothing is pending");
		sink_set(&sink, &others[i]);
		ok(sink.conf == &others[i] && !sink.is_agreed, "another path, dh_path or derive_key: it does not");
	}
	sink.is_agreed = true;
	sink_set(&sink, NULL);
	ok(!sink.conf && !sink.is_agreed && sink.retry_at == TICK_NEVER, "none: nothing is left");
}

/* --- Encrypted: opened here with the same code that sealed it; independent programs do so in tests/peer. */

static const uint8_t peer_private[SEAL_KEY] = "a peer's private key: 32 bytes..";

static void
put_dh(const uint8_t *private)
{
	char text[200];
	struct buf b = BUF(text);
	uint8_t copy[SEAL_KEY], base[SEAL_KEY] = { 9 };
	struct seal s;

	memcpy(copy, private, sizeof copy);
	if (seal_agree(&s, copy, base, false, &err) < 0)
		exit(1);
	buf_fmt(&b, "{\"curve25519_public_key\":\"");
	code_add_base64(&b, (struct str){ (char *)s.own, sizeof s.own });
	buf_fmt(&b, "\"}\n");
	buf_add_c(&b, 0);
	put("dh", text);
}

static struct str
member(struct json root, const char *key, char *at, size_t cap)
{
	struct buf b = { .at = at, .cap = cap };
	struct json v;

	if (json_get(root, key, &v, &err) < 0 || !code_base64_decode(&b, str_part(v.text, 1, v.text.len - 1)))
		return S("");
	return buf_str(&b);
}

/* What the envelope in "t" holds; its public key and nonce stay in own and nonce. */
static char own[64], nonce[64];

static struct str
opened(bool derive)
{
	static char payload[4096];
	struct str file = bytes_of("t"), text;
	uint8_t private[SEAL_KEY], tag[GCM_TAG];
	struct json root;
	struct seal s;

	memcpy(private, peer_private, sizeof private);
	if (!str_has_suffix(file, S("}\n")) || json_parse(&root, file, &err) < 0)
		return S("no json");
	text = member(root, "encrypted_payload", payload, sizeof payload);
	if (member(root, "curve25519_public_key", own, sizeof own).len != SEAL_KEY || member(root, "nonce", nonce, sizeof nonce).len != GCM_NONCE ||
	    text.len < GCM_TAG || seal_agree(&s, private, (uint8_t *)own, derive, &err) < 0)
		return S("no envelope");
	text.len -= GCM_TAG;
	gcm_run((struct str){ (char *)s.key, SEAL_KEY }, (uint8_t *)nonce, conf.aad, (uint8_t *)payload, text.len, false, tag);
	return memcmp(tag, payload + text.len, GCM_TAG) ? S("changed") : text;
}

static void
test_encrypt(void)
{
	char first_own[32], first_nonce[12];

	fresh();
	put_dh(peer_private);
	conf.encrypt = true;
	for (unsigned i = 0; i < 8; i++) {
		sink.is_agreed = false;
		conf.derive_key = i & 1;
		conf.aad = i & 2 ? S("some more") : S("");
		conf.wrap_ttl_s = i & 4 ? 60 : 0;
		seen->asked = 0;
		is_written(0, "encrypted");
		is_str(opened(conf.derive_key), conf.wrap_ttl_s ? S(LINE("1")) : TOKEN, "%sderived, %s aad, %swrapped", i & 1 ? "" : "not ",
		    i & 2 ? "with" : "without", i & 4 ? "" : "not ");
		ok(str_find(bytes_of("t"), S("hvs.")) == SIZE_MAX, "and not to be read");
	}

	/* The key is the first one's. */
	memcpy(first_own, own, sizeof first_own);
	memcpy(first_nonce, nonce, sizeof first_nonce);
	put_dh((const uint8_t *)"another's private key: 32 bytes..");
	is_written(0, "once more, with another file");
	is_str(opened(true), S(LINE("2")), "is for the first one");
	ok(!memcmp(first_own, own, sizeof first_own) && memcmp(first_nonce, nonce, sizeof first_nonce), "our key the same, the nonce another");
	sink_forget(&sink);
	sink_offer(&sink, 0);
	put("dh", "{}");
	is_written(0, "even when it is no key any more");
	unlink("dh");
	is_written(0, "or is gone");
}

static void
test_dh(void)
{
	fresh();
	conf.encrypt = true;
	put("t", "old");
	is_failed(0, "sink t: dh_path: dh: no such file or directory");
	ok(err.code == ERR_ABSENT && err.cause == CAUSE_OUTPUT, "code and cause");
	put("dh", "");
	is_failed(0, "sink t: dh_path: dh: json: bad value at byte 0");
	is_int(err.cause, CAUSE_OUTPUT, "cause");
	put("dh", "[\"a\"]");
	is_failed(0, "sink t: dh_path: dh: no curve25519_public_key of 32 bytes in base64");
	put("dh", "{\"curve25519_public_key\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"}");
	is_failed(0, "sink t: dh_path: dh: no secret comes of the key");
	is_int(err.cause, CAUSE_OUTPUT, "cause");
	put("dh", "{\"curve25519_public_key\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\"}");
	is_failed(0, "sink t: dh_path: dh: no curve25519_public_key of 32 bytes in base64");
	unlink("dh");
	mkdir("dh", 0700);
	is_failed(0, "sink t: dh_path: dh: is a directory");
	rmdir("dh");
	mkfifo("dh", 0600);
	is_failed(0, "sink t: dh_path: dh: not a regular file");
	unlink("dh");
	ok(truncate("t", 0) == 0 && symlink("/dev/zero", "dh") == 0, "a device");
	is_failed(0, "sink t: dh_path: dh: not a regular file");
	unlink("dh");
	put("dh", "");
	if (truncate("dh", SINK_DH_MAX + 1) < 0)
		exit(1);
	is_failed(0, "sink t: dh_path: dh: longer than 4096 bytes");
	is_str(bytes_of("t"), S(""), "the file is as it was");
	put_dh(peer_private);
	is_written(0, "when the key is there it is written");
	is_str(opened(false), TOKEN, "and can be opened");
	unlink("dh");
}

/* --- The place */

static void
is_checked(const char *line)
{
	ok(sink_check(&conf, 1, &err) < 0, "told at the start: %s", line);
	is_line(&err, line, "the line");
	is_int(err.cause, CAUSE_OUTPUT, "its cause");
}

#define CHECK "error creating file sink: error during write check: "

static void
test_check(void)
{
	fresh();
	unlink("t");
	ok(sink_check(&conf, 1, &err) == 0 && !is_there("t") && !is_there(".t.pantler"), "a good place, and nothing is left there");
	put("t", "old");
	put(".t.pantler", "half a tok");
	ok(sink_check(&conf, 1, &err) == 0 && !is_there(".t.pantler"), "what a killed run left is removed");
	is_str(bytes_of("t"), S("old"), "what stands there is as it was");
	conf.path = S("d");
	is_checked(CHECK "write d: is a directory");
	conf.path = S("none/t");
	is_checked(CHECK "write none/t: no such file or directory");
}

/* A folder that is removed and made again, a file that becomes a folder, and a link. */
static void
test_feet(void)
{
	fresh();
	mkdir("sub", 0700);
	conf.path = S("sub/t");
	is_written(0, "into a folder");
	unlink("sub/t");
	rmdir("sub");
	sink_offer(&sink, 0);
	is_failed(0, "write sub/t: no such file or directory");
	put("sub", "a file");
	is_failed(0, "write sub/t: not a directory");
	unlink("sub");
	mkdir("sub", 0700);
	is_written(0, "when it is there again");
	is_str(bytes_of("sub/t"), TOKEN, "its bytes");
	unlink("sub/t");
	put("victim", "old");
	ok(symlink("../victim", "sub/t") == 0, "a link in the file's place");
	sink_offer(&sink, 0);
	is_failed(0, "write sub/t: is a symbolic link");
	is_str(bytes_of("victim"), S("old"), "what it names is as it was");
	unlink("sub/t");
	mkdir("sub/t", 0700);
	is_failed(0, "write sub/t: is a directory");
	rmdir("sub/t");
	rmdir("sub");
}

/* Uniform from 1 to 3 s, both ends there. */
static void
test_retry(void)
{
	unsigned count[4] = { 0 };
	bool inside = true;

	is_int(sink_retry_at(500, 0), 1500, "1 s at least");
	is_int(sink_retry_at(500, UINT32_MAX), 3500, "3 s at most");
	for (uint64_t i = 0; i < 1 << 16; i++) {
		tick at = sink_retry_at(0, (uint32_t)(i << 16));

		inside &= at >= 1000 && at <= 3000;
		count[(at - 1000) * 4 / 2001 & 3]++;
	}
	ok(inside, "never outside");
	for (unsigned i = 0; i < 4; i++)
		ok(count[i] > 16300 && count[i] < 16500, "a quarter of them in each quarter");
	ok(sink_retry_at(TICK_NEVER, 1) == TICK_NEVER, "never stays never");
}

int
main(void)
{
	char remove[100];
	pid_t vault = start_vault();

	limit_init(&limit, LIMIT_MAX);	/* it shall hold nothing back here */
	snprintf(home, sizeof home, "%s/pantler-sink-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	if (!mkdtemp(home) || chdir(home) < 0 || mem_arena(&flow.arena, FLOW_BYTES, &err) < 0 || loop_open(&loop, &err) < 0)
		return 1;
	arena_get(&flow.arena, 100);	/* what the caller has there */
	test_plain();
	test_wrap();
	test_backoff();
	test_set();
	test_encrypt();
	test_dh();
	test_check();
	test_feet();
	test_retry();
	loop_close(&loop);
	mem_release(&flow.arena);
	kill(vault, SIGKILL);
	waitpid(vault, NULL, 0);
	snprintf(remove, sizeof remove, "rm -rf '%s'", home);
	if (chdir("/") < 0 || system(remove) != 0)
		return 1;
	return tap_end();
}
