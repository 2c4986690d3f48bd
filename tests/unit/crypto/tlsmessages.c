/* tests/unit/crypto/tlsmessages.c: what the TLS engine must refuse within the messages of a server, check by check, and what not; by a server of our own. */
/* SPDX-License-Identifier: MIT */
#include "tests/tlspeer.h"

static struct tls t;
static struct peer p;

/* A hello with these extensions. */
static void
extends(const char *host, struct str extensions, enum tls_fault fault, const char *what)
{
	peer_start(&p, &t, host);
	p.ems = false;
	for (struct str s = extensions; s.len > 3; s = str_part(s, 1, s.len))
		p.ems |= str_has_prefix(s, S("\0\x17\0\0"));
	peer_tell(&p, peer_hello_of(&p, 0x0303, S(""), p.suite, 0, &extensions));
	if (fault)
		refused(fault, what);
	else
		works(PEER_UNTIL_HELLO, what);
}

static void
test_hello(void)
{
	static const unsigned offered[] = { 0xcca9, 0xcca8, 0xc02b, 0xc02f, 0xc02c, 0xc030 };
	struct str none = S(""), whole;
	char session[40] = { 1 };
	unsigned taken = 0;

	for (unsigned v = 0x0300; v < 0x0306; v++) {
		if (v == 0x0303)
			continue;
		begin(PEER_UNTIL_START);
		peer_tell(&p, peer_hello_of(&p, v, none, 0xcca9, 0, &none));
		refused(TLS_FAULT_VERSION, "another version");
	}
	for (unsigned s = 0; s < 65536; s++) {
		bool is_offered = false;

		for (int i = 0; i < 6; i++)
			is_offered |= offered[i] == s;
		if (s % 251 && (s & 0xff) != 0xff && !is_offered && (s >> 8) != 0xcc && (s >> 8) != 0xc0 && s >> 8)
			continue;
		begin(PEER_UNTIL_START);
		peer_tell(&p, peer_hello_of(&p, 0x0303, none, s, 0, &none));
		if (t.fault != (is_offered ? TLS_FAULT_NONE : TLS_FAULT_CIPHER))
			ok(false, "suite %04x: fault %d", s, t.fault);
		taken += !t.fault;
	}
	is_int(taken, 6, "the suites that were offered, and no other");
	for (size_t n = 0; n <= 40; n += n < 31 ? 31 : 1) {
		begin(PEER_UNTIL_START);
		peer_tell(&p, peer_hello_of(&p, 0x0303, (struct str){ session, n }, 0xcca9, 0, &none));
		p.ems = false;
		if (n > 32)
			refused(TLS_FAULT_DECODE, "a session id over 32 bytes");
		else
			works(PEER_UNTIL_HELLO, "a session id, which is not kept");
	}
	begin(PEER_UNTIL_START);
	peer_tell(&p, peer_hello_of(&p, 0x0303, none, 0xcca9, 1, &none));
	refused(TLS_FAULT_PARAMETER, "compression");
	begin(PEER_UNTIL_START);
	peer_tell(&p, peer_hello_of(&p, 0x0303, none, 0xcca9, 0, NULL));
	p.ems = false;
	works(PEER_UNTIL_HELLO, "no extensions at all, the old master secret");
	begin(PEER_UNTIL_START);
	whole = peer_hello(&p);
	for (size_t n = 4; n < whole.len; n++) {
		static char copy[1000];

		begin(PEER_UNTIL_START);
		memcpy(copy, whole.at + 4, n - 4);
		peer_tell(&p, peer_message(2, (struct str){ copy, n - 4 }));
		whole = peer_hello(&p);
		if (n == whole.len - 11)	/* without extensions it is a whole one */
			ok(!t.fault, "cut before the extensions");
		else if (t.fault != TLS_FAULT_DECODE)
			ok(false, "a hello cut at %zu", n);
	}
	refused(TLS_FAULT_DECODE, "a hello cut anywhere");
	begin(PEER_UNTIL_START);
	{
		static char copy[1000];

		memcpy(copy, whole.at + 4, whole.len - 4);
		peer_tell(&p, peer_message(2, (struct str){ copy, whole.len - 3 }));
		refused(TLS_FAULT_DECODE, "a hello with a byte behind it");
	}
}

static void
test_extensions(void)
{
	extends("vault.test", S(PEER_RENEGOTIATION PEER_EMS "\0\0\0\0" "\0\x0b\0\4\3\0\1\2" "\0\x0a\0\4\0\2\0\x17"), 0, "all that may be there");
	for (unsigned type = 0; type < 65536; type += type < 80 || type > 65270 ? 1 : 97) {
		char one[] = { (char)(type >> 8), (char)type, 0, 0 };

		if (type == 0 || type == 10 || type == 11 || type == 23 || type == 0xff01)
			continue;
		peer_start(&p, &t, "vault.test");
		peer_tell(&p, peer_hello_of(&p, 0x0303, S(""), p.suite, 0, &(struct str){ one, 4 }));
		if (t.fault != TLS_FAULT_EXTENSION)
			ok(false, "extension %u", type);
	}
	refused(TLS_FAULT_EXTENSION, "an extension that was not sent");
	told_as("server broke the TLS protocol: TLS alert 110");
	extends("127.0.0.1", S("\0\0\0\0"), TLS_FAULT_EXTENSION, "a server name where none was sent");
	extends("127.0.0.1", S(PEER_EMS), 0, "without one it goes");
	extends("vault.test", S(PEER_EMS PEER_EMS), TLS_FAULT_EXTENSION, "one twice");
	extends("vault.test", S(PEER_RENEGOTIATION PEER_RENEGOTIATION), TLS_FAULT_EXTENSION, "another twice");
	extends("vault.test", S("\0\0\0\0\0\0\0\0"), TLS_FAULT_EXTENSION, "the server's name twice");
	extends("vault.test", S("\0\0\0\1x"), TLS_FAULT_DECODE, "a server name with something in it");
	extends("vault.test", S("\0\x17\0\1x"), TLS_FAULT_DECODE, "an extended master secret with something in it");
	extends("vault.test", S("\xff\1\0\0"), TLS_FAULT_HANDSHAKE, "renegotiation_info of no bytes");
	extends("vault.test", S("\xff\1\0\2\1x"), TLS_FAULT_HANDSHAKE, "or with verify data");
	extends("vault.test", S("\xff\1\0\1\1"), TLS_FAULT_HANDSHAKE, "or half of it");
	extends("vault.test", S("\0\x0b\0\2\1\1"), TLS_FAULT_PARAMETER, "point formats without the one that all must have");
	extends("vault.test", S("\0\x0b\0\0"), TLS_FAULT_PARAMETER, "no point formats");
	extends("vault.test", S("\0\x0b\0\3\1\0\0"), TLS_FAULT_PARAMETER, "a byte behind them");
	extends("vault.test", S("\0"), TLS_FAULT_DECODE, "half an extension");
	extends("vault.test", S("\0\x17\0"), TLS_FAULT_DECODE, "most of one");
	extends("vault.test", S("\0\x17\0\1"), TLS_FAULT_DECODE, "one with less in it than it says");
}

static void
test_certificate(void)
{
	struct str whole;
	static char copy[8000];

	begin(PEER_UNTIL_HELLO);
	whole = peer_certificate(&p);
	for (size_t n = 4; n <= whole.len; n++) {
		size_t list = n - 7;

		/* Cut, and the lengths as they were; then cut with the list's length corrected. */
		begin(PEER_UNTIL_HELLO);
		memcpy(copy, whole.at + 4, n - 4);
		peer_tell(&p, peer_message(11, (struct str){ copy, n - 4 }));
		whole = peer_certificate(&p);
		if (n < whole.len && t.fault != TLS_FAULT_DECODE)
			ok(false, "cut at %zu: fault %u", n, t.fault);
		if (n < 7 || n % 16)
			continue;
		begin(PEER_UNTIL_HELLO);
		memcpy(copy, whole.at + 4, n - 4);
		copy[0] = 0;
		copy[1] = (char)(list >> 8);
		copy[2] = (char)list;
		peer_tell(&p, peer_message(11, (struct str){ copy, n - 4 }));
		whole = peer_certificate(&p);
		if (n < whole.len && t.fault != (list ? TLS_FAULT_DECODE : TLS_FAULT_CERTIFICATE))
			ok(false, "cut at %zu within the list: fault %u", n, t.fault);
	}
	begin(PEER_UNTIL_HELLO);
	memcpy(copy, whole.at + 4, whole.len - 4);
	peer_tell(&p, peer_message(11, (struct str){ copy, whole.len - 3 }));
	refused(TLS_FAULT_DECODE, "a byte behind the list");
	begin(PEER_UNTIL_HELLO);
	peer_tell(&p, peer_message(11, S("\0\0\0")));
	refused(TLS_FAULT_CERTIFICATE, "no certificate");
	told_as("server sent no certificate");
	begin(PEER_UNTIL_HELLO);
	peer_tell(&p, peer_message(11, S("\0\0\3\0\0\0")));
	refused(TLS_FAULT_CERTIFICATE, "an empty certificate");
	peer_start(&p, &t, "vault.test");
	p.suite = 0xcca8;
	peer_go(&p, PEER_UNTIL_START, PEER_UNTIL_CERTIFICATE);
	refused(TLS_FAULT_PARAMETER, "an EC key for a suite of RSA");
	told_as("server broke the TLS protocol: TLS alert 47 (illegal parameter)");
	begin(PEER_UNTIL_HELLO);
	p.cert = "rsa2048";
	peer_go(&p, PEER_UNTIL_HELLO, PEER_UNTIL_CERTIFICATE);
	refused(TLS_FAULT_PARAMETER, "and the other way round");
}

static void
exchanges(struct str params, enum tls_fault fault, const char *what)
{
	begin(PEER_UNTIL_CERTIFICATE);
	peer_tell(&p, peer_exchange_of(&p, params));
	if (!fault || fault == TLS_FAULT_UNEXPECTED)
		peer_tell(&p, PEER_DONE);
	if (fault)
		refused(fault == TLS_FAULT_UNEXPECTED ? TLS_FAULT_PARAMETER : fault, what);
	else
		ok(!t.fault, "%s", what);
}

/* TLS_FAULT_UNEXPECTED stands for: found at ServerHelloDone, when the point is used. */
#define AT_DONE TLS_FAULT_UNEXPECTED

static void
test_exchange(void)
{
	static const unsigned groups[] = { 29, 23, 24, 25 }, suites[] = { 0xcca9, 0xc02b, 0xc02c };
	char params[200];
	struct str good;

	for (int g = 0; g < 4; g++)
		for (int s = 0; s < 3; s++)
			for (int ems = 0; ems < 2; ems++) {
				peer_start(&p, &t, "vault.test");
				p.group = groups[g];
				p.suite = suites[s];
				p.ems = ems;
				memset(p.scalar, p.group == 25 ? 0 : 1, 1);
				works(PEER_UNTIL_START, "group, suite and master secret in each company");
			}
	begin(PEER_UNTIL_CERTIFICATE);
	good = peer_params(&p);
	memcpy(params, good.at, good.len);
	exchanges((struct str){ params, good.len }, 0, "a point");
	params[0] = 1;
	exchanges((struct str){ params, good.len }, TLS_FAULT_PARAMETER, "an explicit curve");
	params[0] = 3;
	for (unsigned g = 0; g < 65536; g += g < 300 ? 1 : 997) {
		if (g == 29)
			continue;
		params[1] = (char)(g >> 8);
		params[2] = (char)g;
		begin(PEER_UNTIL_CERTIFICATE);
		peer_tell(&p, peer_exchange_of(&p, (struct str){ params, good.len }));
		if (t.fault != TLS_FAULT_PARAMETER)
			ok(false, "group %u with the point of another", g);
	}
	refused(TLS_FAULT_PARAMETER, "a group that was not offered, or a point of another length");
}

static void
test_points(void)
{
	/* Points of Curve25519 whose multiples are all zero: 0, 1, and p - 1. */
	static const char zero[] = "\3\0\x1d\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
	char params[200];
	struct str good;

	begin(PEER_UNTIL_CERTIFICATE);
	good = peer_params(&p);
	memcpy(params, good.at, good.len);
	params[3] = 31;
	exchanges((struct str){ params, 35 }, TLS_FAULT_PARAMETER, "a point too short");
	params[3] = 33;
	exchanges((struct str){ params, 37 }, TLS_FAULT_PARAMETER, "a point too long");
	params[3] = 0;
	exchanges((struct str){ params, 4 }, TLS_FAULT_PARAMETER, "no point");
	params[1] = 0x12;
	exchanges((struct str){ params, 4 }, TLS_FAULT_PARAMETER, "no point of an unknown group");
	memcpy(params, zero, 36);
	exchanges((struct str){ params, 36 }, AT_DONE, "the point 0 of Curve25519");
	params[4] = 1;
	exchanges((struct str){ params, 36 }, AT_DONE, "the point 1");
	memset(params + 4, 0xff, 32);
	params[4] = (char)0xec;
	params[35] = 0x7f;
	exchanges((struct str){ params, 36 }, AT_DONE, "the point -1");

	begin(PEER_UNTIL_CERTIFICATE);
	p.group = 23;
	good = peer_params(&p);
	memcpy(params, good.at, good.len);
	exchanges((struct str){ params, good.len }, 0, "a point of P-256");
	params[good.len - 1] ^= 1;
	exchanges((struct str){ params, good.len }, AT_DONE, "a point beside the curve");
	params[good.len - 1] ^= 1;
	params[4] = 2;
	exchanges((struct str){ params, good.len }, AT_DONE, "a compressed point of full length");
	params[3] = 33;
	exchanges((struct str){ params, 37 }, TLS_FAULT_PARAMETER, "a compressed point");
}

static void
test_schemes(void)
{
	/* Of another kind than the key, and those that nobody offered. */
	for (unsigned s = 0; s < 65536; s += s < 0x0900 ? 1 : 13) {
		if (s == 0x0403 || s == 0x0503 || s == 0x0603)
			continue;
		if ((s & 0xff) > 10 && s % 17)
			continue;
		begin(PEER_UNTIL_CERTIFICATE);
		p.scheme = s;
		peer_go(&p, PEER_UNTIL_CERTIFICATE, PEER_UNTIL_EXCHANGE);
		if (t.fault != TLS_FAULT_PARAMETER)
			ok(false, "scheme %04x: fault %d", s, t.fault);
	}
	refused(TLS_FAULT_PARAMETER, "a signature of a kind that was not offered, or not this key's");
	begin(PEER_UNTIL_CERTIFICATE);
	p.scheme = 0x0503;
	peer_go(&p, PEER_UNTIL_CERTIFICATE, PEER_UNTIL_EXCHANGE);
	refused(TLS_FAULT_DECRYPT, "a signature over another hash");
	told_as("server's signature is wrong: it lacks its certificate's private key");
}

/* What is signed: both random values, and the parameters. */
static void
test_signed(void)
{
	struct str whole;
	static char copy[1000];

	begin(PEER_UNTIL_CERTIFICATE);
	p.random[31] ^= 1;
	peer_go(&p, PEER_UNTIL_CERTIFICATE, PEER_UNTIL_EXCHANGE);
	refused(TLS_FAULT_DECRYPT, "a signature over another server's random bytes");
	begin(PEER_UNTIL_CERTIFICATE);
	p.heard[11] ^= 1;
	peer_go(&p, PEER_UNTIL_CERTIFICATE, PEER_UNTIL_EXCHANGE);
	refused(TLS_FAULT_DECRYPT, "a signature over another client's");
	begin(PEER_UNTIL_CERTIFICATE);
	whole = peer_exchange(&p);
	memcpy(copy, whole.at + 4, whole.len - 4);
	for (size_t i = 3; i < whole.len - 4; i++) {
		begin(PEER_UNTIL_CERTIFICATE);
		copy[i] ^= (char)(1 << i % 8);
		peer_tell(&p, peer_message(12, (struct str){ copy, whole.len - 4 }));
		copy[i] ^= (char)(1 << i % 8);
		if (t.fault != TLS_FAULT_DECRYPT && t.fault != TLS_FAULT_DECODE && t.fault != TLS_FAULT_PARAMETER)
			ok(false, "byte %zu changed: fault %d", i, t.fault);
	}
	refused(TLS_FAULT_DECRYPT, "ServerKeyExchange with any byte changed");
	for (size_t n = 0; n < whole.len - 4; n++) {
		begin(PEER_UNTIL_CERTIFICATE);
		peer_tell(&p, peer_message(12, (struct str){ copy, n }));
		if (t.fault != TLS_FAULT_DECODE)
			ok(false, "cut at %zu: fault %d", n, t.fault);
	}
	refused(TLS_FAULT_DECODE, "or cut anywhere");
	begin(PEER_UNTIL_CERTIFICATE);
	copy[whole.len - 4] = 0;
	peer_tell(&p, peer_message(12, (struct str){ copy, whole.len - 3 }));
	refused(TLS_FAULT_DECODE, "or with a byte behind it");
}

/* Scalars are below the curve's order and not zero, whatever the random bytes are (all alike here): it is these by which the client's
   point is made. X25519 sees to its own (RFC 7748 section 5). */
static void
test_scalars(void)
{
	static const struct {
		unsigned group;
		uint8_t random, first, middle, last;
	} rows[] = {
		{ 23, 0xff, 0x7f, 0xff, 0xff }, { 24, 0xff, 0x7f, 0xff, 0xff }, { 25, 0xff, 0, 0xff, 0xff }, { 29, 0xff, 0xff, 0xff, 0xff },
		{ 23, 0, 0, 0, 1 }, { 24, 0, 0, 0, 1 }, { 25, 0, 0, 0, 1 }, { 29, 0, 0, 0, 0 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t n = rows[i].group == 24 ? 48 : rows[i].group == 25 ? 66 : 32, len, at;
		uint8_t scalar[66], point[133];

		memset(scalar, rows[i].middle, sizeof scalar);
		scalar[0] = rows[i].first;
		scalar[n - 1] = rows[i].last;
		len = br_ec_all_m31.mulgen(point, scalar, n, (int)rows[i].group);
		begin(PEER_UNTIL_START);
		memset(t.scalar, rows[i].random, sizeof t.scalar);
		tls_make_own(&t);
		p.group = rows[i].group;
		peer_go(&p, PEER_UNTIL_START, PEER_UNTIL_EXCHANGE);
		at = p.heard_n;
		peer_tell(&p, PEER_DONE);
		ok(p.heard_n > at + 10 + len && memcmp(p.heard + at + 10, point, len) == 0, "group %u, random bytes %02x", p.group, rows[i].random);
	}
}

static void
test_request(void)
{
	static const struct {
		struct str body;
		const char *what;
	} bad[] = {
		{ { "", 0 }, "nothing" }, { { "\0\0\2\4\3\0\0", 7 }, "no types" }, { { "\1\x40\0\0\0\0", 6 }, "no algorithms" },
		{ { "\1\x40\0\3\4\3\4\0\0", 9 }, "half an algorithm" }, { { "\1\x40\0\2\4\3", 6 }, "no list of authorities" },
		{ { "\1\x40\0\2\4\3\0\1", 8 }, "authorities shorter than said" }, { { "\1\x40\0\2\4\3\0\0\0", 9 }, "a byte behind" },
		{ { "\2\x40", 2 }, "types shorter than said" },
	};

	for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
		begin(PEER_UNTIL_EXCHANGE);
		peer_tell(&p, peer_message(13, bad[i].body));
		refused(TLS_FAULT_DECODE, bad[i].what);
	}
	begin(PEER_UNTIL_EXCHANGE);
	peer_tell(&p, PEER_REQUEST);
	works(PEER_UNTIL_EXCHANGE, "a client certificate is asked for and not given");
	ok(t.cert_wanted, "which is noted");
}

static void
test_finished(void)
{
	struct str whole;

	for (size_t i = 0; i < 12; i++) {
		begin(PEER_UNTIL_CIPHER);
		whole = peer_finished(&p);
		((char *)whole.at)[4 + i] ^= (char)(1 << i % 8);
		peer_tell(&p, whole);
		if (t.fault != TLS_FAULT_DECRYPT)
			ok(false, "byte %zu of Finished changed", i);
	}
	refused(TLS_FAULT_DECRYPT, "Finished with a byte changed");
	for (size_t n = 0; n <= 13; n++) {
		char copy[20] = { 0 };

		if (n == 12)
			continue;
		begin(PEER_UNTIL_CIPHER);
		memcpy(copy, peer_finished(&p).at + 4, 12);
		peer_tell(&p, peer_message(20, (struct str){ copy, n }));
		if (t.fault != TLS_FAULT_DECODE)
			ok(false, "Finished of %zu bytes", n);
	}
	refused(TLS_FAULT_DECODE, "Finished of another length");
	begin(PEER_UNTIL_CIPHER);
	p.talk[100] ^= 1;
	peer_tell(&p, peer_finished(&p));
	refused(TLS_FAULT_DECRYPT, "Finished over another handshake");
	told_as("handshake was changed on its way");
}

int
main(void)
{
	certs_make();
	test_hello();
	test_extensions();
	test_certificate();
	test_exchange();
	test_points();
	test_schemes();
	test_signed();
	test_scalars();
	test_request();
	test_finished();
	return tap_end();
}
