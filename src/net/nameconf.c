/* net/nameconf.c: what resolv.conf(5) and hosts(5) say. */
/* SPDX-License-Identifier: MIT */
#include "net/nameconf.h"

#include "data/uri.h"
#include "sys/file.h"

#include <string.h>

#define LINE_BYTES 1024		/* a longer line is passed over */
#define FILE_BYTES (1 << 20)	/* a hosts file against advertising has as much; what follows is not read */

struct lines {
	struct file_reader file;
	char at[LINE_BYTES];
	size_t used;		/* bytes of lines already given */
	size_t len;		/* bytes in at[] */
	size_t total;		/* bytes of the file so far */
	bool skip;		/* within a line that was too long */
};

static int
open_lines(struct lines *l, const char *path, struct err *e)
{
	l->used = l->len = l->total = 0;
	l->skip = false;
	return file_reader_open(&l->file, path, e);
}

/* Read more behind what is left of at[]. False at the file's end, and when no more can or may be read. */
static bool
more_bytes(struct lines *l)
{
	size_t n;
	bool begins;
	struct err e;

	l->len -= l->used;
	memmove(l->at, l->at + l->used, l->len);
	l->used = 0;
	if (l->len == sizeof l->at) {
		l->len = 0;
		l->skip = true;
	}
	if (l->total >= FILE_BYTES || file_reader_more(&l->file, l->at + l->len, sizeof l->at - l->len, &n, &begins, &e) < 0)
		return false;
	l->len += n;
	l->total += n;
	return n > 0;
}

/* The next line, without its end and without a comment that fills it. False when there is none any more. */
static bool
next_line(struct lines *l, struct str *out)
{
	for (;;) {
		struct str rest = { l->at + l->used, l->len - l->used };
		bool skip = l->skip, ended = str_find_c(rest, '\n') != SIZE_MAX;

		if (!ended && more_bytes(l))
			continue;
		if (!ended && l->used == l->len)
			return false;
		rest = (struct str){ l->at + l->used, l->len - l->used };
		*out = str_cut(&rest, '\n');
		l->used = l->len - rest.len;
		l->skip = false;
		if (!skip)
			return true;
	}
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Take the next word off the line; empty at its end and where a comment begins. */
static struct str
next_word(struct str *line)
{
	size_t from = 0, to;

	while (from < line->len && is_blank(line->at[from]))
		from++;
	to = from;
	while (to < line->len && !is_blank(line->at[to]))
		to++;
	if (from < to && (line->at[from] == '#' || line->at[from] == ';')) {
		*line = str_part(*line, 0, 0);
		return *line;
	}
	struct str word = str_part(*line, from, to);
	*line = str_part(*line, to, line->len);
	return word;
}

/* An address literal. */
static bool
read_address(struct str word, struct sock_addr *out)
{
	struct host h;
	struct err e;

	if (host_parse(&h, word, &e) < 0 || h.kind == HOST_DNS)
		return false;
	*out = (struct sock_addr){ .v6 = h.kind == HOST_IP6, .scope = h.scope.len ? sock_scope(h.scope) : 0 };
	memcpy(out->ip, h.ip, sizeof out->ip);
	return true;
}

/* Names, least, most and usual value: resolv.conf(5). In the order of nameconf.option. */
static const struct {
	char name[10];
	unsigned char least, most, usual;
} options[] = { { "ndots:", 0, 15, 1 }, { "timeout:", 1, 30, 5 }, { "attempts:", 1, 5, 2 } };

/* Others and unreadable ones are passed over, as resolvers do. */
static void
read_options(struct nameconf *c, struct str line)
{
	struct str word;
	uint64_t n;

	while ((word = next_word(&line)).len)
		for (int i = 0; i < NAMECONF_OPTIONS; i++) {
			struct str name = str_of(options[i].name);

			if (str_has_prefix(word, name) && str_to_u64(str_part(word, name.len, word.len), &n))
				c->option[i] = n < options[i].least ? options[i].least :
					n > options[i].most ? options[i].most : (unsigned)n;
		}
}

/* Whether all domains had room. */
static bool
read_search(struct nameconf *c, struct str line)
{
	struct buf b = BUF(c->search);
	struct str word;
	struct host h;
	struct err e;

	while ((word = next_word(&line)).len)
		if (host_parse(&h, word, &e) == 0 && h.kind == HOST_DNS) {	/* "search ." is a way to say: none */
			buf_add_str(&b, h.name);
			buf_add_c(&b, ' ');
		}
	c->search_len = b.len;
	return !b.full;
}

int
nameconf_read(struct nameconf *c, const char *path, uint16_t port, struct err *e)
{
	struct lines l;
	struct str line, word;
	bool fits = true;

	c->server_n = 0;
	c->search_len = 0;
	for (int i = 0; i < NAMECONF_OPTIONS; i++)
		c->option[i] = options[i].usual;
	if (open_lines(&l, path, e) < 0) {
		if (e->code != ERR_ABSENT)
			return -1;
		err_set(e, ERR_RETRY, CAUSE_UNREACHABLE, "there is no %s to say whom to ask", path);
		return err_hint(e, "give an address instead of the name, or a line in /etc/hosts");
	}
	while (next_line(&l, &line)) {
		word = next_word(&line);
		if (str_is(word, "nameserver") && c->server_n < NAMECONF_SERVERS) {
			if (read_address(next_word(&line), &c->server[c->server_n]))
				c->server[c->server_n++].port = port;
		} else if (str_is_in(word, "search\0domain\0")) {
			fits = read_search(c, line);
		} else if (str_is(word, "options")) {
			read_options(c, line);
		}
	}
	file_reader_close(&l.file);
	if (!fits)
		return err_set(e, ERR_LIMIT, CAUSE_FILE, "%s: over %d bytes of search domains", path, NAMECONF_SEARCH);
	return c->server_n ? 0 : err_set(e, ERR_RETRY, CAUSE_UNREACHABLE, "%s names no server", path);
}

void
nameconf_hosts(const char *path, struct str name, void (*found)(void *ctx, const struct sock_addr *a), void *ctx)
{
	struct lines l;
	struct str line, address, word;
	struct sock_addr a;
	struct err e;

	if (open_lines(&l, path, &e) < 0)
		return;
	while (next_line(&l, &line)) {
		address = next_word(&line);
		while ((word = next_word(&line)).len)
			if (str_eq_nocase(word, name) && read_address(address, &a))
				found(ctx, &a);
	}
	file_reader_close(&l.file);
}
