/* data/pem.c: the objects of a PEM text, read piece by piece. */
/* SPDX-License-Identifier: MIT */
#include "data/pem.h"

#include "data/code.h"

#include <string.h>

enum pem_state {
	STATE_TEXT,	/* between objects */
	STATE_DATA,	/* inside one, in base64 or a header field */
	STATE_BOUNDARY,	/* inside one, in a line that begins with a hyphen */
	STATE_BAD,
};

void
pem_init(struct pem *p, uint8_t *at, size_t cap)
{
	*p = (struct pem){ .at = at, .cap = cap, .line = 1, .fresh = true, .state = STATE_TEXT };
}

static enum pem_event
bad(struct pem *p, const char *why)
{
	p->state = STATE_BAD;
	p->why = why;
	return PEM_BAD;
}

/* Forget what was decoded: an object begins, or what was read of it turned out to be a header field. */
static void
restart(struct pem *p)
{
	p->len = 0;
	p->bits = 0;
	p->bit_n = 0;
	p->pads = 0;
	p->full = false;
}

static void
add_base64(struct pem *p, unsigned char c)
{
	int v = code_base64_value(c);

	if (c == '=' && p->bit_n < 6 && p->pads < p->bit_n / 2) {	/* 4 bits are left over before two, 2 bits before one */
		p->pads++;
		return;
	}
	if (v < 0 || p->pads) {
		p->odd = true;
		return;
	}
	p->bits = p->bits << 6 | (uint32_t)v;	/* at most 6 bits were there */
	p->bit_n += 6;
	if (p->bit_n < 8)
		return;
	p->bit_n -= 8;
	if (p->len < p->cap)
		p->at[p->len++] = (uint8_t)(p->bits >> p->bit_n);
	else
		p->full = true;
	p->bits &= (1u << p->bit_n) - 1;
}

/* One byte of a line within an object. A header field is told by its colon, so only when some of it was decoded. */
static void
add_data(struct pem *p, unsigned char c)
{
	if (p->fresh && c == '-') {
		p->state = STATE_BOUNDARY;
		return;
	}
	if (p->fresh && (c == ' ' || c == '\t') && p->has_head && !p->data)
		p->odd = p->colon = true;	/* a field that goes on */
	if (c == ':')
		p->colon = true;
	if (!p->odd && c != ' ' && c != '\t' && c != '\r')
		add_base64(p, c);
}

static void
add(struct pem *p, unsigned char c)
{
	if (p->state == STATE_DATA)
		add_data(p, c);
	p->fresh = false;
	if (p->state != STATE_DATA && p->text_len <= PEM_LINE) {
		if (p->text_len < PEM_LINE)
			p->text[p->text_len] = (char)c;
		p->text_len++;
	}
}

static enum pem_event
end_data_line(struct pem *p)
{
	if (p->odd) {
		if (!p->colon || p->data)
			return bad(p, "is not base64");
		p->has_head = true;
		restart(p);
	}
	p->odd = p->colon = false;
	p->data = p->data || p->len || p->bit_n || p->full;
	return PEM_MORE;
}

static enum pem_event
end_text_line(struct pem *p)
{
	struct str line = { p->text, p->text_len < PEM_LINE ? p->text_len : PEM_LINE };
	bool begins = str_has_prefix(line, S("-----BEGIN ")), inside = p->state == STATE_BOUNDARY;

	p->text_len = 0;
	if (!begins && !inside && !str_has_prefix(line, S("-----END ")))
		return PEM_MORE;
	while (line.len && (unsigned char)line.at[line.len - 1] <= ' ')
		line.len--;
	if (!str_has_suffix(line, S("-----")) || (!begins && !str_has_prefix(line, S("-----END "))))
		return bad(p, "is a broken boundary");
	line = str_part(line, begins ? 11 : 9, line.len - 5);
	if (!line.len || line.len > PEM_LABEL || line.at[0] == '-' || line.at[line.len - 1] == '-')
		return bad(p, "is a broken boundary");
	if (begins == inside)
		return bad(p, begins ? "begins an object inside another" : "ends an object that did not begin");
	if (begins) {
		memcpy(p->name, line.at, line.len);
		p->label = (struct str){ p->name, line.len };
		p->first_line = p->line;
		p->has_head = p->data = false;
		p->state = STATE_DATA;
		restart(p);
		return PEM_MORE;
	}
	if (!str_eq(line, p->label))
		return bad(p, "does not end the object that began");
	if (p->pads != p->bit_n / 2 || p->bits)	/* a lone character leaves 6 bits, and then no pad was taken */
		return bad(p, "ends an object whose base64 is cut");
	p->state = STATE_TEXT;
	return p->full ? PEM_TOO_BIG : PEM_OBJECT;
}

static enum pem_event
end_line(struct pem *p)
{
	p->fresh = true;
	return p->state == STATE_DATA ? end_data_line(p) : end_text_line(p);
}

enum pem_event
pem_feed(struct pem *p, struct str in, size_t *used)
{
	for (size_t i = 0; i < in.len; i++) {
		enum pem_event event;

		if (p->state == STATE_BAD)
			break;
		if (in.at[i] != '\n') {
			add(p, (unsigned char)in.at[i]);
			continue;
		}
		event = end_line(p);
		if (event == PEM_BAD)
			break;
		p->line++;
		if (event != PEM_MORE) {
			*used = i + 1;
			return event;
		}
	}
	*used = in.len;
	return p->state == STATE_BAD ? PEM_BAD : PEM_MORE;
}

enum pem_event
pem_end(struct pem *p)
{
	enum pem_event event = PEM_MORE;

	if (p->state == STATE_BAD)
		return PEM_BAD;
	if (!p->fresh)
		event = end_line(p);
	if (event == PEM_MORE && p->state != STATE_TEXT) {
		p->line = p->first_line;
		return bad(p, "begins an object that does not end");
	}
	return event;
}
