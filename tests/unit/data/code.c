/* tests/unit/data/code.c: base64 and hex: RFC 4648's vectors, every byte, every malformed quartet of a kind, and round trips. */
/* SPDX-License-Identifier: MIT */
#include "data/code.h"
#include "tests/mutate.h"
#include "tests/tap.h"

static char memory[2][1024];

static struct str
encoded(struct str bytes)
{
	struct buf b = BUF(memory[0]);

	code_add_base64(&b, bytes);
	return buf_str(&b);
}

static bool
decode(struct str text, struct str *out)
{
	struct buf b = BUF(memory[1]);
	bool good = code_base64_decode(&b, mutate_guard(0, text));

	*out = buf_str(&b);
	return good && !b.full;
}

static void
rfc4648(void)
{
	static const struct {
		const char *bytes, *text;
	} cases[] = {
		{ "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" },
		{ "\xfb\xff\xfe", "+//+" },
	};
	struct str got;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		is_str(encoded(str_of(cases[i].bytes)), str_of(cases[i].text), "encoded: %s", cases[i].text);
		ok(decode(str_of(cases[i].text), &got), "and decoded");
		is_str(got, str_of(cases[i].bytes), "to the same");
		is_int(code_base64_len(strlen(cases[i].bytes)), strlen(cases[i].text), "the length was known");
	}
}

static void
values(void)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	int wrong = 0;

	for (int c = 0; c < 256; c++) {
		const char *at = memchr(alphabet, c, 64);

		if (code_base64_value((unsigned char)c) != (at ? (int)(at - alphabet) : -1))
			wrong++;
	}
	is_int(wrong, 0, "each of 256 bytes has its value or none");
}

static void
refusals(void)
{
	static const char *const bad[] = {
		"=", "==", "===", "====", "Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm8", "Zm9v=", "Z===", "=Zg=", "Zg=v", "Zm9v\n", "Zm9v\r\nZm9v",
		" Zm9v", "Zm 9v", "Zm-_", "Zm9vZg==Zm9v", "Zm8=Zm9v", "Zm9vY===", "A===",
	};
	struct str got;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ok(!decode(str_of(bad[i]), &got), "refused: bad text %zu", i);
}

static void
round_trips(void)
{
	unsigned seed = 1;
	size_t wrong = 0;
	char bytes[300];

	for (size_t n = 0; n <= sizeof bytes; n++) {
		struct str got, text;

		for (size_t i = 0; i < n; i++)
			bytes[i] = (char)((seed = seed * 1664525 + 1013904223) >> 24);
		text = encoded(mutate_guard(1, (struct str){ bytes, n }));
		if (text.len != code_base64_len(n) || !decode(text, &got) || !str_eq(got, (struct str){ bytes, n }))
			wrong++;
	}
	is_int(wrong, 0, "0 to 300 bytes go there and back");
}

static void
rooms(void)
{
	char three[3], eleven[11];
	struct buf small = BUF(three), odd = BUF(eleven);

	code_add_base64(&small, S("f"));
	ok(small.full, "no room for four characters");
	code_add_base64(&odd, S("foobarfoo"));
	ok(odd.full, "or for twelve");
	odd = BUF(eleven);
	ok(code_base64_decode(&odd, S("Zm9vYmFyZm9vYmFy")), "well-formed");
	ok(odd.full, "but too long");
}

static void
hex(void)
{
	struct buf b = BUF(memory[0]);
	char all[256], want[513];

	for (int i = 0; i < 256; i++) {
		all[i] = (char)i;
		snprintf(want + 2 * i, 3, "%02x", (unsigned)i);
	}
	code_add_hex(&b, (struct str){ all, sizeof all });
	is_str(buf_str(&b), str_of(want), "all bytes in hex");
	b = (struct buf){ .at = memory[0], .cap = 1 };
	code_add_hex(&b, S("x"));
	ok(b.full, "no room for two digits");
}

static void
hex_values(void)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	int wrong = 0;

	for (int c = 0; c < 256; c++) {
		const char *at = memchr(digits, c, 22);
		int want = at ? (int)(at - digits) : -1;

		if (code_hex_value((char)c) != (want > 15 ? want - 6 : want))
			wrong++;
	}
	is_int(wrong, 0, "each of 256 bytes is a hex digit or none");
}

/* What is accepted is what the encoder would have written, so there is one text for one value. */
static bool
is_canonical(struct str text, void *arg)
{
	struct buf b = BUF(memory[1]);

	(void)arg;
	return !code_base64_decode(&b, text) || str_eq(encoded(buf_str(&b)), text);
}

int
main(void)
{
	rfc4648();
	values();
	refusals();
	round_trips();
	rooms();
	hex();
	hex_values();
	is_int(mutate_cut(S("aGVsbG8gd29ybGQhIQ=="), is_canonical, NULL), 0, "cut anywhere");
	is_int(mutate_flip(S("aGVsbG8gd29ybGQhIQ=="), is_canonical, NULL), 0, "any bit flipped");
	is_int(mutate_flip(S("aGVsbG8gd29ybGQhISE="), is_canonical, NULL), 0, "with one pad");
	return tap_end();
}
