/* tests/unit/crypto/tlschecks.c: which records and which order of messages the TLS engine must refuse, check by check, and which not; by a server of our own. */
/* SPDX-License-Identifier: MIT */
#include "tests/tlspeer.h"

static struct tls t;
static struct peer p;

/* --- Records. */

static void
test_records(void)
{
	static char long_text[TLS_PLAIN + 1];

	for (int type = 0; type < 256; type++) {
		char head[] = { (char)type, 3, 3, 0, 1, 1 };

		if (type >= 20 && type <= 23)
			continue;
		begin(PEER_UNTIL_START);
		peer_send(&p, (struct str){ head, sizeof head });
		if (t.fault != TLS_FAULT_UNEXPECTED)
			ok(false, "type %d", type);
		begin(PEER_UNTIL_OPEN);
		peer_say(&p, (unsigned)type, S("data"));
		if (t.fault != TLS_FAULT_UNEXPECTED)
			ok(false, "type %d, protected", type);
	}
	refused(TLS_FAULT_UNEXPECTED, "a record of no type that there is");
	begin(PEER_UNTIL_START);
	peer_send(&p, S("\x16\2\3\0\1"));
	refused(TLS_FAULT_VERSION, "major version 2");
	begin(PEER_UNTIL_START);
	peer_send(&p, S("\x16\3\2\0\1"));
	refused(TLS_FAULT_VERSION, "a hello in minor version 2");
	begin(PEER_UNTIL_START);
	peer_send(&p, S("\x15\3\2\0\2\1\x70"));
	works(PEER_UNTIL_START, "an alert may come in any minor version");
	begin(PEER_UNTIL_HELLO);
	peer_send(&p, S("\x15\3\2\0\2\1\x70"));
	refused(TLS_FAULT_VERSION, "but not when one was agreed on");
	begin(PEER_UNTIL_OPEN);
	peer_send(&p, S("\x17\3\2\0\x20"));
	refused(TLS_FAULT_VERSION, "nor data");
	begin(PEER_UNTIL_START);
	peer_send(&p, S("\x16\3\3\x41\1"));
	refused(TLS_FAULT_OVERFLOW, "a header that says 16,641 bytes");
	begin(PEER_UNTIL_START);
	peer_say(&p, 22, (struct str){ long_text, TLS_PLAIN + 1 });
	refused(TLS_FAULT_OVERFLOW, "16,385 bytes");
	begin(PEER_UNTIL_OPEN);
	peer_say(&p, 23, (struct str){ long_text, TLS_PLAIN + 1 });
	refused(TLS_FAULT_OVERFLOW, "16,385 bytes, protected");
	is_int(p.app_n, 0, "none of which comes through");
	begin(PEER_UNTIL_OPEN);
	peer_say(&p, 23, (struct str){ long_text, TLS_PLAIN });
	is_int(p.app_n, TLS_PLAIN, "16,384 bytes may be");
	works(PEER_UNTIL_OPEN, "and it goes on");
	begin(PEER_UNTIL_START);
	peer_say(&p, 22, S(""));
	refused(TLS_FAULT_UNEXPECTED, "no bytes of a handshake message");
	begin(PEER_UNTIL_START);
	peer_say(&p, 23, S("data"));
	refused(TLS_FAULT_UNEXPECTED, "data first of all");
	begin(PEER_UNTIL_DONE);
	peer_say(&p, 23, S("data"));
	refused(TLS_FAULT_UNEXPECTED, "data before keys");
	begin(PEER_UNTIL_CIPHER);
	peer_say(&p, 23, S("data"));
	refused(TLS_FAULT_UNEXPECTED, "data before Finished");
	begin(PEER_UNTIL_CIPHER);
	peer_say(&p, 23, S(""));
	refused(TLS_FAULT_UNEXPECTED, "or an empty record of it");
}

static void
test_protection(void)
{
	static const unsigned suites[] = { 0xcca9, 0xc02b, 0xc02c };
	struct str rec, early;
	static char copy[PEER_ROOM];
	struct tls_key key;

	for (unsigned i = 0; i < 3; i++) {
		for (size_t n = 0; n < 24; n++) {
			peer_start(&p, &t, "vault.test");
			p.suite = suites[i];
			peer_go(&p, PEER_UNTIL_START, PEER_UNTIL_OPEN);
			p.sealed = false;
			peer_say(&p, 23, (struct str){ copy, n });
			if (t.fault != TLS_FAULT_MAC)
				ok(false, "%zu bytes of protected data", n);
		}
		refused(TLS_FAULT_MAC, "a record too short for what protects it");
		peer_start(&p, &t, "vault.test");
		p.suite = suites[i];
		peer_go(&p, PEER_UNTIL_START, PEER_UNTIL_OPEN);
		rec = peer_record(&p, 23, S("first"));
		memcpy(copy, rec.at, rec.len);
		early = (struct str){ copy, rec.len };
		peer_send(&p, early);
		peer_send(&p, early);
		refused(TLS_FAULT_MAC, "a record that is played again");
		told_as("a record was damaged on its way");
		is_str(((struct str){ p.app, p.app_n }), S("first"), "and was taken once");
		peer_start(&p, &t, "vault.test");
		p.suite = suites[i];
		peer_go(&p, PEER_UNTIL_START, PEER_UNTIL_OPEN);
		key = p.shadow.key[TLS_OUT_KEY];
		for (size_t k = 0; k < 5 + 8 + 4 + 16 && t.fault <= TLS_FAULT_MAC; k++) {	/* not the bytes of version and length */
			struct tls saved = t;
			static uint8_t in[TLS_IN];

			memcpy(in, t.in, TLS_IN);
			p.shadow.key[TLS_OUT_KEY] = key;
			rec = peer_record(&p, 23, S("data"));
			memcpy(copy, rec.at, rec.len);
			if (k && k < 5)
				continue;
			if (k >= rec.len)
				break;
			copy[k] ^= k ? 1 << k % 8 : 1;
			peer_send(&p, (struct str){ copy, rec.len });
			if (t.fault != TLS_FAULT_MAC || p.app_n)
				ok(false, "changed byte %zu", k);
			t = saved;
			memcpy(t.in, in, TLS_IN);
			t.in_n = 0;
		}
		p.shadow.key[TLS_OUT_KEY] = key;
		works(PEER_UNTIL_OPEN, "unchanged it is taken");
	}
}

/* Records that lead nowhere, and those that end it. */
static void
test_alerts(void)
{
	static const struct {
		struct str content;
		enum tls_fault fault;
		const char *what;
	} bad[] = {
		{ { "", 0 }, TLS_FAULT_DECODE, "an alert of no bytes" }, { { "\2", 1 }, TLS_FAULT_DECODE, "of one" },
		{ { "\2\x28\2", 3 }, TLS_FAULT_DECODE, "of three" }, { { "\0\x28", 2 }, TLS_FAULT_PARAMETER, "of level 0" },
		{ { "\3\x28", 2 }, TLS_FAULT_PARAMETER, "of level 3" },
	};

	for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
		begin(PEER_UNTIL_HELLO);
		peer_say(&p, 21, bad[i].content);
		refused(bad[i].fault, bad[i].what);
	}
	for (enum peer_until at = PEER_UNTIL_START; at <= PEER_UNTIL_OPEN; at++) {
		begin(at);
		p.heard_n = 0;
		peer_say(&p, 21, S("\2\x50"));
		told_as(at == PEER_UNTIL_OPEN ? "server ended the connection with TLS alert 80 (internal error)" :
			"server ended the handshake with TLS alert 80 (internal error)");
		ok(t.heard == 80 && !t.fault && tls_state(&t) == TLS_CLOSED && !p.heard_n, "a fatal alert ends it, without an answer");
		begin(at);
		p.heard_n = 0;
		peer_say(&p, 21, S("\1\0"));
		peer_hear(&p);
		ok(!t.heard && !t.fault && tls_state(&t) == TLS_CLOSED, "so does a goodbye");
		ok(p.heard_n > 6 && p.heard[0] == 21 && (t.key[TLS_OUT_KEY].on || memcmp(p.heard + 3, "\0\2\1", 4) == 0), "which is answered");
		is_int(tls_is_clean_end(&t), at == PEER_UNTIL_OPEN, "which is in order at the end alone");
		begin(at);
		for (int i = 0; i < 32; i++)
			peer_say(&p, 21, S("\1\x5a"));
		works(at, "32 warnings may be");
		begin(at);
		for (int i = 0; i < 33; i++)
			peer_say(&p, 21, S("\1\x5a"));
		refused(TLS_FAULT_UNEXPECTED, "33 are too many");
	}
	begin(PEER_UNTIL_OPEN);
	for (int i = 0; i < 100; i++)
		peer_say(&p, 23, i % 33 == 32 ? S("data") : S(""));
	works(PEER_UNTIL_OPEN, "32 empty records may be, and again after data");
	for (int i = 0; i < 33; i++)
		peer_say(&p, 23, S(""));
	refused(TLS_FAULT_UNEXPECTED, "33 are too many");
}

static void
test_cipher(void)
{
	static const struct str bad[] = { { "", 0 }, { "\0", 1 }, { "\2", 1 }, { "\1\1", 2 } };

	for (enum peer_until at = PEER_UNTIL_START; at <= PEER_UNTIL_OPEN; at++) {
		begin(at);
		peer_say(&p, 20, PEER_CIPHER);
		if (at == PEER_UNTIL_DONE)
			ok(!t.fault, "ChangeCipherSpec in its place");
		else
			refused(TLS_FAULT_UNEXPECTED, "ChangeCipherSpec out of its place");
	}
	for (unsigned i = 0; i < 4; i++) {
		begin(PEER_UNTIL_DONE);
		peer_say(&p, 20, bad[i]);
		refused(TLS_FAULT_UNEXPECTED, "ChangeCipherSpec of something else");
	}
	begin(PEER_UNTIL_DONE);
	if (!peer_derive(&p))
		abort();
	peer_tell(&p, peer_finished(&p));
	refused(TLS_FAULT_UNEXPECTED, "Finished without ChangeCipherSpec");
}

/* --- Messages. */

static void
test_order(void)
{
	/* Each message where another is due: all that a server can say, in all places. */
	static const uint8_t types[] = { 1, 2, 3, 4, 5, 6, 8, 11, 12, 13, 14, 15, 16, 20, 21, 22, 23, 24, 67, 254, 255 };
	static const uint8_t due[] = { 2, 11, 12, 14, 0, 20, 0 };

	for (enum peer_until at = PEER_UNTIL_START; at <= PEER_UNTIL_OPEN; at++)
		for (unsigned i = 0; i < sizeof types; i++) {
			if (types[i] == due[at] || (at == PEER_UNTIL_EXCHANGE && types[i] == 13))
				continue;
			begin(at);
			peer_tell(&p, peer_message(types[i], S("")));
			if (t.fault != TLS_FAULT_UNEXPECTED)
				ok(false, "message %u after %u: fault %u", types[i], at, t.fault);
		}
	refused(TLS_FAULT_UNEXPECTED, "messages where others are due");
	/* A torn message, and another record in it. */
	for (unsigned type = 20; type < 24; type++) {
		begin(PEER_UNTIL_HELLO);
		peer_say(&p, 22, str_part(peer_certificate(&p), 0, 3));
		peer_say(&p, type, type == 20 ? PEER_CIPHER : type == 21 ? S("\1\x5a") : S("x"));
		if (type != 22)
			refused(TLS_FAULT_UNEXPECTED, "a record of another type in the middle of a message");
	}
	begin(PEER_UNTIL_HELLO);
	peer_say(&p, 22, str_part(peer_certificate(&p), 0, 3));
	peer_say(&p, 21, S("\2\x50"));
	ok(t.fault == TLS_FAULT_NONE && t.heard == 0x50, "but the server's reason for giving up is heard");
	begin(PEER_UNTIL_EXCHANGE);
	peer_tell(&p, S("\x0e\0\0\0\x14"));
	refused(TLS_FAULT_UNEXPECTED, "bytes behind ServerHelloDone");
	begin(PEER_UNTIL_DONE);
	peer_say(&p, 22, S("\x14\0"));
	if (!peer_derive(&p))
		abort();
	peer_say(&p, 20, PEER_CIPHER);
	refused(TLS_FAULT_UNEXPECTED, "half a message before ChangeCipherSpec");
	begin(PEER_UNTIL_CIPHER);
	{
		char two[20];

		memcpy(two, peer_finished(&p).at, 16);
		memcpy(two + 16, "\0\0\0\0", 4);
		peer_say(&p, 22, (struct str){ two, 20 });
		refused(TLS_FAULT_UNEXPECTED, "bytes behind Finished");
	}
	begin(PEER_UNTIL_EXCHANGE);
	peer_tell(&p, S("\x0e\0\0\1\0"));
	refused(TLS_FAULT_DECODE, "ServerHelloDone with a body");
	begin(PEER_UNTIL_EXCHANGE);
	peer_tell(&p, PEER_REQUEST);
	peer_tell(&p, PEER_REQUEST);
	refused(TLS_FAULT_UNEXPECTED, "two CertificateRequests");
	begin(PEER_UNTIL_HELLO);
	peer_say(&p, 22, S("\x0b\1\x40\0"));
	refused(TLS_FAULT_LENGTH, "a message of 81,920 bytes");
	told_as("server's handshake is over 81920 bytes");
	begin(PEER_UNTIL_HELLO);
	peer_say(&p, 22, S("\x0b\1\0\0"));
	is_int(t.fault, 0, "one of 65,536 may be");
	begin(PEER_UNTIL_EXCHANGE);
	{
		static char authorities[66000] = "\1\x40\0\2\4\3";
		size_t n = 6 + 2 + 65535;

		authorities[6] = authorities[7] = authorities[8] = (char)0xff;
		authorities[9] = (char)0xfd;	/* one name fills the list */
		peer_tell(&p, peer_message(13, (struct str){ authorities, n }));
		is_int(t.fault, 0, "as many authorities as there can be");
		peer_tell(&p, PEER_DONE);
		works(PEER_UNTIL_DONE, "they fit beside the rest");
		begin(PEER_UNTIL_EXCHANGE);
		peer_tell(&p, peer_message(13, (struct str){ authorities, n }));
		peer_say(&p, 22, (struct str){ authorities + 1000, TLS_PLAIN });
		refused(TLS_FAULT_LENGTH, "and nothing as long as a record more");
	}
}

/* A server that leaves this much room for our half in what there is for a handshake; the bytes that it heard then. */
static size_t
leave(size_t room)
{
	static char request[66000] = "\1\x40\0\2\4\3\xff\xff\xff\xfd", filling[1 << 14] = "\0\x0a";
	size_t len = 12000, before;

	for (int i = 0; i < 2; i++) {	/* the first time to see how much is missing */
		begin(PEER_UNTIL_START);
		p.ems = false;
		filling[2] = (char)((len - 4) >> 8);
		filling[3] = (char)(len - 4);
		peer_tell(&p, peer_hello_of(&p, 0x0303, S(""), p.suite, 0, &(struct str){ filling, len }));
		peer_go(&p, PEER_UNTIL_HELLO, PEER_UNTIL_EXCHANGE);
		peer_tell(&p, peer_message(13, (struct str){ request, 8 + 65535 }));
		len += t.talk.cap - t.talk.len - 4 - room;
	}
	before = p.heard_n;
	peer_tell(&p, PEER_DONE);
	peer_hear(&p);
	return p.heard_n - before;
}

static void
test_room(void)
{
	is_int(leave(161), 5 + 7 + 5 + 32 + 6 + 5 + 16 + 16, "room enough for our half of the handshake");
	works(PEER_UNTIL_DONE, "which is used");
	is_int(leave(160), 7, "not enough: an alert is all that is said");
	refused(TLS_FAULT_LENGTH, "and why");
}

/* HelloRequest anywhere between messages: as if it were not there, in all that we say and compute. */
static void
test_hello_request(void)
{
	static char said[PEER_ROOM];
	size_t said_n;

	begin(PEER_UNTIL_OPEN);
	memcpy(said, p.heard, p.heard_n);
	said_n = p.heard_n;
	for (enum peer_until at = PEER_UNTIL_START; at <= PEER_UNTIL_OPEN; at++) {
		begin(at);
		peer_say(&p, 22, S("\0\0\0\0\0\0\0\0"));
		works(at, "HelloRequest twice is passed over");
		ok(p.heard_n == said_n && memcmp(p.heard, said, said_n) == 0, "and changes nothing");
		begin(at);
		for (int i = 0; i < 33; i++)
			peer_say(&p, 22, S("\0\0\0\0"));
		refused(TLS_FAULT_UNEXPECTED, "33 times is too often");
		begin(at);
		peer_say(&p, 22, S("\0\0\0\1\0"));
		refused(TLS_FAULT_DECODE, "or one with a body");
	}
}

/* --- What stays behind, and how it is fed. */

static bool
is_zero(const void *at, size_t n)
{
	const char *c = at;

	for (size_t i = 0; i < n; i++)
		if (c[i])
			return false;
	return true;
}

static void
test_secrets(void)
{
	begin(PEER_UNTIL_EXCHANGE);
	ok(!is_zero(t.scalar, sizeof t.scalar), "the scalar is kept until it is used");
	peer_tell(&p, PEER_DONE);
	ok(is_zero(t.scalar, sizeof t.scalar), "and no longer");
	ok(!is_zero(t.master, sizeof t.master), "the master secret until the end of the handshake");
	peer_go(&p, PEER_UNTIL_DONE, PEER_UNTIL_OPEN);
	ok(is_zero(t.master, sizeof t.master), "and no longer");
}

/* Whole handshakes, the client's bytes taken and given in pieces of each size; the server's in records of each size. */
static void
test_pieces(void)
{
	static char said[PEER_ROOM];
	size_t said_n;

	begin(PEER_UNTIL_OPEN);
	peer_say(&p, 23, S("answer"));
	memcpy(said, p.heard, p.heard_n);
	said_n = p.heard_n;
	for (size_t step = 1; step < 9; step++) {
		peer_start(&p, &t, "vault.test");
		p.step = step;
		works(PEER_UNTIL_START, "in pieces");
		ok(p.heard_n == said_n && memcmp(p.heard, said, said_n) == 0, "of %zu bytes", step);
	}
	for (size_t size = 1; size < 700; size += size < 20 ? 1 : 61) {
		struct str all;
		static char flight[8000];
		size_t n = 0;

		peer_start(&p, &t, "vault.test");
		all = peer_hello(&p);
		memcpy(flight, all.at, n = all.len);
		all = peer_certificate(&p);
		memcpy(flight + n, all.at, all.len);
		n += all.len;
		all = peer_exchange(&p);
		memcpy(flight + n, all.at, all.len);
		n += all.len;
		memcpy(flight + n, "\x0e\0\0\0", 4);
		n += 4;
		peer_put(p.talk, &p.talk_n, (struct str){ flight, n });
		for (size_t at = 0; at < n; at += size)
			peer_say(&p, 22, (struct str){ flight + at, n - at < size ? n - at : size });
		works(PEER_UNTIL_DONE, "all in records");
		ok(p.heard_n == said_n && memcmp(p.heard, said, said_n) == 0, "of %zu bytes", size);
	}
}

int
main(void)
{
	certs_make();
	test_records();
	test_protection();
	test_alerts();
	test_cipher();
	test_order();
	test_room();
	test_hello_request();
	test_secrets();
	test_pieces();
	return tap_end();
}
