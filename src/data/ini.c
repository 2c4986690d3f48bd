/* data/ini.c: the grammar of AWS's shared files, line by line. */
/* SPDX-License-Identifier: MIT */
#include "data/ini.h"

/* Where one of two bytes first stands; s.len when nowhere. */
static size_t
find(struct str s, char a, char b)
{
	size_t i;

	for (i = 0; i < s.len && s.at[i] != a && s.at[i] != b; i++)
		;
	return i;
}

/* Without blanks around it, and then without one pair of quotes: whether there was one. */
static bool
unquote(struct str *s)
{
	char c;

	*s = str_trim(*s);
	c = s->len > 1 ? *s->at : 0;
	if ((c != '"' && c != '\'') || s->at[s->len - 1] != c)
		return false;
	s->at++;
	s->len -= 2;
	return true;
}

/* Cut at a comment, which begins behind a blank: whether there was one. */
static bool
cut_comment(struct str *s)
{
	for (size_t i = 1; i < s->len; i++)
		if ((s->at[i] == '#' || s->at[i] == ';') && (s->at[i - 1] == ' ' || s->at[i - 1] == '\t')) {
			s->len = i;
			return true;
		}
	return false;
}

/* The next line without its end; and *text, it without blanks around. */
static struct str
next_line(struct ini *i, struct str *text)
{
	struct str line = str_cut(&i->rest, '\n');

	i->line++;
	if (line.len && line.at[line.len - 1] == '\r')
		line.len--;
	*text = str_trim(line);
	return line;
}

/* Of a line that begins with a bracket, keep what stands in it. False: it is not closed, or empty. */
static bool
cut_head(struct str *line)
{
	line->len = find(*line, '#', ';');
	*line = str_trim(*line);
	if (line->at[line->len - 1] != ']')
		return false;
	line->at++;
	line->len -= 2;	/* a bracket alone: at its end there is none */
	*line = str_trim(*line);
	return line->len > 0;
}

static void
take_head(struct ini *i, struct str head)
{
	i->key.len = i->value.len = i->parent.len = i->above.len = i->type.len = 0;
	i->above_empty = i->more = false;
	i->name = head;
	if (!unquote(&i->name)) {
		head.len = find(head, ' ', '\t');
		if (head.len < i->name.len) {
			i->head = i->name;
			i->type = head;
			i->name.at += head.len;
			i->name.len -= head.len;
			unquote(&i->name);
			return;
		}
	}
	i->head = i->name;
}

/* A line with neither comment alone nor head; text is it without blanks around. Whether there is anything in it. */
static bool
take_property(struct ini *i, struct str text, bool indented)
{
	size_t split = find(text, '=', ':');

	i->parent.len = 0;
	i->value = text;
	i->more = split == text.len;
	if (i->more) {
		i->key = i->above;
		return indented && i->above.len && !i->above_empty;
	}
	i->value.at += split + 1;
	i->value.len -= split + 1;
	text.len = split;
	i->key = str_trim(text);
	if (!i->key.len || cut_comment(&text))
		return false;
	if (indented && i->above_empty)
		i->parent = i->above;
	else
		cut_comment(&i->value);
	unquote(&i->value);
	if (!i->parent.len) {
		i->above = i->key;
		i->above_empty = !i->value.len;
	}
	return true;
}

int
ini_init(struct ini *i, struct str text, struct err *e)
{
	struct str line;

	if (text.len > INI_MAX)
		return err_set(e, ERR_LIMIT, CAUSE_FILE, "longer than %d bytes", INI_MAX);
	if (str_begins(text, "\xef\xbb\xbf"))
		text = str_part(text, 3, text.len);
	*i = (struct ini){ .rest = text };
	while (i->rest.len) {
		next_line(i, &line);
		if (str_find_c(line, 0) != SIZE_MAX || (str_begins(line, "[") && !cut_head(&line)))
			return err_set(e, ERR_INPUT, CAUSE_FILE, "line %u: a nul byte, or a broken section", i->line);
	}
	i->rest = text;
	i->line = 0;
	return 0;
}

bool
ini_next(struct ini *i)
{
	while (i->rest.len) {
		struct str text, line = next_line(i, &text);

		if (!find(text, '#', ';'))	/* or nothing */
			continue;
		if (str_begins(text, "[")) {
			cut_head(&text);
			take_head(i, text);
			return true;
		}
		if (i->head.len && take_property(i, text, text.at != line.at))
			return true;
	}
	return false;
}
